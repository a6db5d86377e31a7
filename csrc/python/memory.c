/* Where the extension takes its memory from: the core's default allocator, before it a pool that is never given back.
 * Pages that the system has just handed over cost a third of a read; what one session gives back the next one takes, at
 * the lowest place, which is the likeliest to be in the processor's caches still. */
#include "binding.h" /* Python's header comes first: it chooses what the others offer */

#include <stdatomic.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

/* Smaller blocks the C library keeps by itself; larger ones come on large pages, which cost little. A section has 64
 * parts, a bit each. */
enum { SMALLEST = 1 << 16, PART = 1 << 15, SECTION = 64 * PART, SECTIONS = 16 };

static _Alignas(64) char pool[SECTIONS][SECTION]; /* costs nothing until it is used */
static _Atomic uint64_t taken[SECTIONS];

/* An address sanitizer must see what is freed: then nothing is pooled. */
#if defined(__SANITIZE_ADDRESS__)
#define POOLING false
#elif defined(__has_feature)
#define POOLING !__has_feature(address_sanitizer)
#else
#define POOLING true
#endif

static bool is_pooled(size_t size) {
    return POOLING && size >= SMALLEST && size <= SECTION;
}

/* As many parts as `size` fills, from the lowest on. */
static uint64_t parts_of(size_t size) {
    return UINT64_MAX >> (64 - (size + PART - 1) / PART);
}

/* The first place where all of `parts` are free, or -1. */
static int find_place(uint64_t free_parts, uint64_t parts) {
    uint64_t places = free_parts; /* bit i: as many parts from i on are free as were looked at */
    for (uint64_t wanted = parts; wanted > 1 && places != 0; wanted >>= 1) {
        free_parts >>= 1;
        places &= free_parts;
    }
    for (int place = 0; place < 64; place++) {
        if ((places >> place & 1) != 0) {
            return place;
        }
    }
    return -1;
}

static void *take(size_t size) {
    uint64_t parts = parts_of(size);
    for (int section = 0; section < SECTIONS; section++) {
        uint64_t seen = atomic_load_explicit(&taken[section], memory_order_relaxed);
        for (int place; (place = find_place(~seen, parts)) >= 0;) {
            if (atomic_compare_exchange_weak_explicit(&taken[section], &seen, seen | parts << place,
                                                      memory_order_acquire, memory_order_relaxed)) {
                return pool[section] + (size_t)place * PART;
            }
        }
    }
    return NULL;
}

static bool is_of_pool(const void *block) {
    uintptr_t address = (uintptr_t)block;
    return address >= (uintptr_t)pool && address < (uintptr_t)pool + sizeof pool;
}

static void *allocate(void *context, size_t size) {
    const pyr_allocator *system = pyr_default_allocator();
    void *block = is_pooled(size) ? take(size) : NULL;
    (void)context;
    return block != NULL ? block : system->allocate(system->context, size);
}

static void release(void *context, void *block, size_t size) {
    const pyr_allocator *system = pyr_default_allocator();
    (void)context;
    if (is_of_pool(block)) {
        size_t part = (size_t)((char *)block - pool[0]) / PART;
        atomic_fetch_and_explicit(&taken[part / 64], ~(parts_of(size) << part % 64), memory_order_release);
    } else {
        system->release(system->context, block, size);
    }
}

static void *resize(void *context, void *block, size_t old_size, size_t size) {
    const pyr_allocator *system = pyr_default_allocator();
    if (!is_of_pool(block)) {
        return system->resize(system->context, block, old_size, size);
    }
    void *moved = allocate(context, size);
    if (moved != NULL) {
        memcpy(moved, block, old_size < size ? old_size : size);
        release(context, block, old_size);
    }
    return moved;
}

/* All but the first section on large pages, so that one short race takes no more memory than it needs. */
void pyr_prepare_memory(void) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    uintptr_t first = ((uintptr_t)pool[2] - 1) & ~(uintptr_t)(SECTION - 1), end = (uintptr_t)pool + sizeof pool;
    (void)madvise((void *)first, end - first, MADV_HUGEPAGE); /* advice: its failure changes nothing */
#endif
}

const pyr_allocator *pyr_pooling_allocator(void) {
    static const pyr_allocator allocator = {NULL, allocate, resize, release};
    return &allocator;
}
