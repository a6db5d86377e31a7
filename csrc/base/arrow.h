/* Tables in the Arrow C data and stream interfaces (arrow.apache.org/docs/format/CDataInterface.html). */
#ifndef PYR_BASE_ARROW_H
#define PYR_BASE_ARROW_H

#include "table.h"

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

/* The table as a struct of its columns: durations `tDu`, text a dictionary of int32 to utf8, booleans bitmaps. Nothing
 * is copied; `out` holds the table until it is released, on any thread. */
pyr_status pyr_arrow_schema(pyr_table *table, struct ArrowSchema *out, pyr_error *error);
pyr_status pyr_arrow_array(pyr_table *table, struct ArrowArray *out, pyr_error *error);
/* A stream of one batch. */
pyr_status pyr_arrow_stream(pyr_table *table, struct ArrowArrayStream *out, pyr_error *error);

/* A table of its own memory from all batches of a stream, which the caller releases. Read are: integers (uint32 and
 * wider become int64), float32 and float64, booleans, text in all layouts and dictionaries of it, durations and times
 * of day of any unit (nanoseconds are rounded half up), and columns of nothing (absent floats). NaN and NaT are absent.
 * Of columns whose name is not among `wanted` (NULL: all are) nothing is read, whatever their type: absent floats.
 * PYR_ERROR_ARGUMENT names a column of another type, or whose values cannot be kept. */
pyr_status pyr_arrow_import(const pyr_allocator *allocator, struct ArrowArrayStream *stream, const pyr_text *wanted,
                            int32_t wanted_count, pyr_table **out, pyr_error *error);

#endif
