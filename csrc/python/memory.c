/* Where the extension takes its memory from: the core's default allocator, behind the blocks that were freed last. Pages
 * that the system has just handed over cost a third of a read, and what one session gives back the next one takes. */
#include <stdatomic.h>

#include "binding.h"

/* Smaller blocks the C library keeps by itself; larger ones come on large pages, which cost little. */
enum { SMALLEST = 1 << 16, LARGEST = 1 << 21, SPARES = 32 };

/* One block each, of the size that it begins with, or NULL. A thread that looks at a block has taken it out. */
static _Atomic(size_t *) spares[SPARES];
static atomic_uint turn;

static bool is_spared(size_t size) {
#if defined(__SANITIZE_ADDRESS__)
    return size == 0; /* never: the sanitizer must see what is freed */
#else
    return size >= SMALLEST && size < LARGEST;
#endif
}

/* Sizes that are spared come in eight steps from one power of two to the next, so that blocks fit again. */
static size_t rounded(size_t size) {
    size_t step = SMALLEST / 8;
    while (is_spared(size) && size >= step * 16) {
        step *= 2;
    }
    return is_spared(size) ? (size + step - 1) & ~(step - 1) : size;
}

/* In the place of the oldest, which is freed. */
static void spare(size_t *block, size_t size) {
    const pyr_allocator *system = pyr_default_allocator();
    *block = size;
    unsigned place = atomic_fetch_add_explicit(&turn, 1, memory_order_relaxed) % SPARES;
    size_t *oldest = atomic_exchange_explicit(&spares[place], block, memory_order_acq_rel);
    if (oldest != NULL) {
        system->release(system->context, oldest, *oldest);
    }
}

static void *take_spare(size_t size) {
    for (int i = 0; i < SPARES; i++) {
        size_t *nothing = NULL, *block = atomic_exchange_explicit(&spares[i], NULL, memory_order_acq_rel);
        if (block != NULL && *block == size) {
            return block;
        }
        if (block != NULL && !atomic_compare_exchange_strong(&spares[i], &nothing, block)) {
            spare(block, *block);
        }
    }
    return NULL;
}

static void *allocate(void *context, size_t size) {
    const pyr_allocator *system = pyr_default_allocator();
    void *block = is_spared(size) ? take_spare(rounded(size)) : NULL;
    (void)context;
    return block != NULL ? block : system->allocate(system->context, rounded(size));
}

static void *resize(void *context, void *block, size_t old_size, size_t size) {
    const pyr_allocator *system = pyr_default_allocator();
    (void)context;
    return system->resize(system->context, block, rounded(old_size), rounded(size));
}

static void release(void *context, void *block, size_t size) {
    const pyr_allocator *system = pyr_default_allocator();
    (void)context;
    if (is_spared(size)) {
        spare(block, rounded(size));
    } else {
        system->release(system->context, block, size);
    }
}

const pyr_allocator *pyr_sparing_allocator(void) {
    static const pyr_allocator allocator = {NULL, allocate, resize, release};
    return &allocator;
}
