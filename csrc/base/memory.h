/* Errors and memory inside the core: failing with a message, checked sizes, reference-counted buffers. */
#ifndef PYR_BASE_MEMORY_H
#define PYR_BASE_MEMORY_H

#include "../pyracing.h"

/* The one macro with control flow: hands a failure on. */
#define PYR_TRY(call)                       \
    do {                                    \
        pyr_status pyr_try_status = (call); \
        if (pyr_try_status != PYR_OK) {     \
            return pyr_try_status;          \
        }                                   \
    } while (0)

#if defined(__GNUC__)
#define PYR_FORMAT(string, first) __attribute__((format(printf, string, first)))
#define PYR_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define PYR_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#else
#define PYR_FORMAT(string, first)
#define PYR_LIKELY(condition) (condition)
#define PYR_UNLIKELY(condition) (condition)
#endif

/* Fills `error` (NULL is allowed) without a place in a file, and returns `status`. A text in the message is given as
 * `%.*s` with pyr_shown(length), so that a hostile length cannot flood it. */
pyr_status pyr_fail(pyr_error *error, pyr_status status, const char *format, ...) PYR_FORMAT(3, 4);
pyr_status pyr_fail_memory(pyr_error *error);
int pyr_shown(size_t length);

/* False on overflow; then `*result` is untouched. */
static inline bool pyr_size_multiply(size_t left, size_t right, size_t *result) {
    if (left != 0 && right > SIZE_MAX / left) {
        return false;
    }
    *result = left * right;
    return true;
}

static inline bool pyr_size_add(size_t left, size_t right, size_t *result) {
    if (right > SIZE_MAX - left) {
        return false;
    }
    *result = left + right;
    return true;
}

/* `count` elements of `size` bytes, not initialised; count 0 gives one element, so that NULL always means failure.
 * Released with pyr_release_array and the same numbers. */
pyr_status pyr_new_array(const pyr_allocator *allocator, size_t count, size_t size, void *out, pyr_error *error);
void pyr_release_array(const pyr_allocator *allocator, void *array, size_t count, size_t size);
/* At least `needed` elements: grows by half, keeps what is there. `*capacity` 0 with `*array` NULL is a fresh array. */
pyr_status pyr_grow_array(const pyr_allocator *allocator, void *array, size_t *capacity, size_t needed, size_t size,
                          pyr_error *error);

/* `size` bytes, not initialised, aligned to 64, with one reference. `dispose` (or NULL) runs on the bytes before the
 * last reference frees them. */
pyr_status pyr_buffer_new(const pyr_allocator *allocator, size_t size, void (*dispose)(void *data), pyr_buffer **out,
                          pyr_error *error);
void *pyr_buffer_data(pyr_buffer *buffer);
const pyr_allocator *pyr_buffer_allocator(const pyr_buffer *buffer);

#endif
