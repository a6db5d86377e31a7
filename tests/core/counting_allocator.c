/* The allocator of the core's tests: it counts what is alive, fails the n-th request, and checks that every block comes
 * back with the size it was given. Included into the cffi module, after pyracing.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct counting_allocator {
    pyr_allocator allocator; /* its context is this struct */
    int64_t requests;        /* allocate and resize together */
    int64_t fail_at;         /* this request fails, counted from 1; 0: none */
    int64_t blocks, bytes;   /* alive now */
    int64_t peak;            /* most bytes alive at once */
    int64_t wrong_sizes;     /* blocks given back with another size than they have, and requests of size 0 */
} counting_allocator;

typedef struct block_header {
    size_t size;
    size_t reserved; /* keeps the block aligned to 16 */
} block_header;

static bool counting_refuses(counting_allocator *counting, size_t size) {
    counting->wrong_sizes += size == 0;
    return ++counting->requests == counting->fail_at || size > SIZE_MAX / 2;
}

static void *counting_allocate(void *context, size_t size) {
    counting_allocator *counting = context;
    if (counting_refuses(counting, size)) {
        return NULL;
    }
    block_header *header = malloc(sizeof *header + size);
    if (header == NULL) {
        return NULL;
    }
    header->size = size;
    memset(header + 1, 0xa5, size < 4096 ? size : 4096); /* so that nothing relies on fresh pages being zero */
    counting->blocks++;
    counting->bytes += (int64_t)size;
    counting->peak = counting->bytes > counting->peak ? counting->bytes : counting->peak;
    return header + 1;
}

static void counting_release(void *context, void *block, size_t size) {
    counting_allocator *counting = context;
    block_header *header = (block_header *)block - 1;
    counting->wrong_sizes += header->size != size;
    counting->blocks--;
    counting->bytes -= (int64_t)header->size;
    free(header);
}

static void *counting_resize(void *context, void *block, size_t old_size, size_t size) {
    counting_allocator *counting = context;
    counting->wrong_sizes += ((block_header *)block - 1)->size != old_size;
    void *moved = counting_allocate(context, size);
    if (moved != NULL) { /* always moves, so that a pointer kept across a resize is found */
        memcpy(moved, block, old_size < size ? old_size : size);
        counting_release(context, block, old_size);
    }
    return moved;
}

static counting_allocator *counting_new(void) {
    counting_allocator *counting = calloc(1, sizeof *counting);
    if (counting != NULL) {
        counting->allocator = (pyr_allocator){counting, counting_allocate, counting_resize, counting_release};
    }
    return counting;
}

static void counting_free(counting_allocator *counting) {
    free(counting);
}

/* `size` bytes that end (or begin) where no page is: one byte read beyond them stops the program. */
typedef struct guarded {
    char *data;
    size_t size;
    char *pages;
    size_t pages_size;
} guarded;

static bool guarded_new(const char *data, size_t size, bool at_start, guarded *out) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inside = (size / page + 1) * page;
    *out = (guarded){.size = size, .pages_size = inside + 2 * page};
    out->pages = mmap(NULL, out->pages_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (out->pages == MAP_FAILED || mprotect(out->pages + page, inside, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    out->data = out->pages + page + (at_start ? 0 : inside - size);
    if (at_start && size % page == 0 && size > 0) { /* both ends */
        mprotect(out->pages + page + size, page, PROT_NONE);
    }
    memcpy(out->data, data, size);
    mprotect(out->pages + page, inside, PROT_READ);
    return true;
}

static void guarded_free(guarded *guarded) {
    munmap(guarded->pages, guarded->pages_size);
}
