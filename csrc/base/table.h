/* Making tables. A table under construction holds plain C arrays, in which an absent value is a sentinel:
 * PYR_NO_TIME, NaN, INT32_MIN, INT64_MIN, code -1, and for booleans (one byte a row: 0, 1) PYR_NO_BOOL.
 * pyr_table_finish turns sentinels into bitmaps, and the table never changes again. */
#ifndef PYR_BASE_TABLE_H
#define PYR_BASE_TABLE_H

#include <math.h>

#include "dictionary.h"

#define PYR_NO_BOOL 2
#define PYR_NO_INT32 INT32_MIN
#define PYR_NO_INT64 INT64_MIN

/* Room for `capacity` rows of every field, one block for all columns; values are not initialised. Text columns with a
 * closed vocabulary have their dictionary, the others wait for pyr_table_set_dictionary. */
pyr_status pyr_table_new(const pyr_allocator *allocator, const pyr_field *fields, int32_t field_count, int64_t capacity,
                         pyr_table **out, pyr_error *error);
/* `int32`, `duration`, ...: what messages and bindings call a type; NULL beyond the last. */
const char *pyr_type_name(pyr_type type);
/* Bytes of one value under construction: a boolean has one of its own. */
size_t pyr_value_size(pyr_type type);
/* The array of a column under construction. Arrays move when the table is grown. */
void *pyr_table_array(pyr_table *table, int32_t column);
int64_t pyr_table_capacity(const pyr_table *table);
/* At least `capacity` rows, the first `rows` of them kept. */
pyr_status pyr_table_grow(pyr_table *table, int64_t rows, int64_t capacity, pyr_error *error);
/* Retains the dictionary. */
void pyr_table_set_dictionary(pyr_table *table, int32_t column, const pyr_dictionary *dictionary);
/* Its codes are those of `texts`. */
pyr_status pyr_table_set_texts(pyr_table *table, int32_t column, const pyr_interner *texts, pyr_error *error);
/* The table has `rows` rows. On failure the caller still releases it. */
pyr_status pyr_table_finish(pyr_table *table, int64_t rows, pyr_error *error);
/* As pyr_table_take, but still under construction, so that values can be changed. */
pyr_status pyr_table_gather(const pyr_table *table, const int64_t *indices, int64_t count, pyr_table **out,
                            pyr_error *error);
/* The columns of a table that was handed in, by name: `columns` has room for `count`. One of a nullable field may be
 * missing (NULL); others, another type or an absent value in a field that is not nullable are PYR_ERROR_ARGUMENT, which
 * names the table as `what`. Further columns are left alone; words of closed vocabularies are not checked. */
pyr_status pyr_table_require(const pyr_table *table, const char *what, const pyr_field *fields, int32_t count,
                             const pyr_column **columns, pyr_error *error);
/* The columns of `left`, then those of `right`, which has as many rows. Both are finished; their values are shared, not
 * copied, and both are retained. */
pyr_status pyr_table_join(pyr_table *left, pyr_table *right, pyr_table **out, pyr_error *error);

static inline bool pyr_bit(const uint8_t *bitmap, int64_t index) {
    return (bitmap[index >> 3] >> (index & 7) & 1) != 0;
}

/* The row of a finished column is present. */
static inline bool pyr_present(const pyr_column *column, int64_t row) {
    return column->validity == NULL || pyr_bit(column->validity, row);
}

/* Typed values of a finished column. */
static inline const int64_t *pyr_int64s(const pyr_column *column) {
    return column->values;
}
static inline const int32_t *pyr_int32s(const pyr_column *column) {
    return column->values;
}
static inline const double *pyr_float64s(const pyr_column *column) {
    return column->values;
}
static inline bool pyr_true(const pyr_column *column, int64_t row) {
    return pyr_bit(column->values, row);
}

const pyr_allocator *pyr_table_allocator(const pyr_table *table);

#endif
