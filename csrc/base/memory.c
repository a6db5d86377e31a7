#define _DEFAULT_SOURCE /* madvise */
#include "memory.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

pyr_status pyr_fail(pyr_error *error, pyr_status status, const char *format, ...) {
    if (error != NULL) {
        error->status = status;
        error->source = -1;
        error->line = 0;
        error->column = 0;
        error->offset = -1;
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

pyr_status pyr_fail_memory(pyr_error *error) {
    return pyr_fail(error, PYR_ERROR_MEMORY, "out of memory");
}

int pyr_shown(size_t length) {
    return length < 60 ? (int)length : 60;
}

/* ---- The default allocator ---- */

enum { LARGE_PAGE = 1 << 21 };

/* Page faults on fresh memory cost a third of a read; large pages take most of that back. */
static void *allocate_large(size_t size) {
    size_t rounded;
    if (!pyr_size_add(size, LARGE_PAGE - 1, &rounded)) {
        return NULL;
    }
    rounded &= ~(size_t)(LARGE_PAGE - 1);
    void *block = aligned_alloc(LARGE_PAGE, rounded);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (block != NULL) {
        (void)madvise(block, rounded, MADV_HUGEPAGE); /* advice: its failure changes nothing */
    }
#endif
    return block;
}

static void *default_allocate(void *context, size_t size) {
    (void)context;
    return size >= LARGE_PAGE ? allocate_large(size) : malloc(size);
}

static void *default_resize(void *context, void *block, size_t old_size, size_t size) {
    (void)context;
    (void)old_size;
    return realloc(block, size);
}

static void default_release(void *context, void *block, size_t size) {
    (void)context;
    (void)size;
    free(block);
}

const pyr_allocator *pyr_default_allocator(void) {
    static const pyr_allocator allocator = {NULL, default_allocate, default_resize, default_release};
    return &allocator;
}

/* ---- Arrays ---- */

pyr_status pyr_new_array(const pyr_allocator *allocator, size_t count, size_t size, void *out, pyr_error *error) {
    void *array = NULL;
    size_t bytes;
    if (pyr_size_multiply(count != 0 ? count : 1, size, &bytes)) {
        array = allocator->allocate(allocator->context, bytes);
    }
    memcpy(out, &array, sizeof array);
    return array != NULL ? PYR_OK : pyr_fail_memory(error);
}

void pyr_release_array(const pyr_allocator *allocator, void *array, size_t count, size_t size) {
    if (array != NULL) {
        allocator->release(allocator->context, array, (count != 0 ? count : 1) * size);
    }
}

pyr_status pyr_grow_array(const pyr_allocator *allocator, void *array, size_t *capacity, size_t needed, size_t size,
                          pyr_error *error) {
    if (needed <= *capacity) {
        return PYR_OK;
    }
    size_t grown = *capacity + *capacity / 2;
    if (grown < needed) {
        grown = needed;
    }
    if (grown < 16) {
        grown = 16;
    }
    size_t bytes;
    if (!pyr_size_multiply(grown, size, &bytes)) {
        return pyr_fail_memory(error);
    }
    void *block;
    memcpy(&block, array, sizeof block);
    block = block == NULL ? allocator->allocate(allocator->context, bytes)
                          : allocator->resize(allocator->context, block, *capacity * size, bytes);
    if (block == NULL) {
        return pyr_fail_memory(error);
    }
    memcpy(array, &block, sizeof block);
    *capacity = grown;
    return PYR_OK;
}

/* ---- Buffers ---- */

enum { ALIGNMENT = 64 };

struct pyr_buffer {
    _Atomic int64_t references;
    const pyr_allocator *allocator;
    size_t block_size; /* what was asked of the allocator */
    void (*dispose)(void *data);
    void *data; /* behind this header, aligned */
};

pyr_status pyr_buffer_new(const pyr_allocator *allocator, size_t size, void (*dispose)(void *data), pyr_buffer **out,
                          pyr_error *error) {
    *out = NULL;
    size_t block_size;
    if (!pyr_size_add(size, sizeof(pyr_buffer) + ALIGNMENT, &block_size)) {
        return pyr_fail_memory(error);
    }
    pyr_buffer *buffer = allocator->allocate(allocator->context, block_size);
    if (buffer == NULL) {
        return pyr_fail_memory(error);
    }
    uintptr_t data = ((uintptr_t)(buffer + 1) + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    atomic_init(&buffer->references, 1);
    buffer->allocator = allocator;
    buffer->block_size = block_size;
    buffer->dispose = dispose;
    buffer->data = (void *)data;
    *out = buffer;
    return PYR_OK;
}

void *pyr_buffer_data(pyr_buffer *buffer) {
    return buffer->data;
}

const pyr_allocator *pyr_buffer_allocator(const pyr_buffer *buffer) {
    return buffer->allocator;
}

void pyr_buffer_retain(pyr_buffer *buffer) {
    atomic_fetch_add_explicit(&buffer->references, 1, memory_order_relaxed);
}

void pyr_buffer_release(pyr_buffer *buffer) {
    if (buffer == NULL || atomic_fetch_sub_explicit(&buffer->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (buffer->dispose != NULL) {
        buffer->dispose(buffer->data);
    }
    buffer->allocator->release(buffer->allocator->context, buffer, buffer->block_size);
}
