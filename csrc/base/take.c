/* Rows of a table gathered into a new one, and tables compared. */
#include <string.h>

#include "table.h"

/* ---- Gathering: absent values come out as the sentinels of a table under construction ---- */

static void take_int32(const pyr_column *column, const int64_t *indices, int64_t count, int32_t *values) {
    const int32_t *from = pyr_int32s(column);
    bool marked = column->type == PYR_INT32 && column->validity != NULL;
    for (int64_t i = 0; i < count; i++) {
        values[i] = !marked || pyr_bit(column->validity, indices[i]) ? from[indices[i]] : PYR_NO_INT32;
    }
}

static void take_int64(const pyr_column *column, const int64_t *indices, int64_t count, int64_t *values) {
    const int64_t *from = pyr_int64s(column);
    bool marked = column->type == PYR_INT64 && column->validity != NULL;
    for (int64_t i = 0; i < count; i++) {
        values[i] = !marked || pyr_bit(column->validity, indices[i]) ? from[indices[i]] : PYR_NO_INT64;
    }
}

static void take_float64(const pyr_column *column, const int64_t *indices, int64_t count, double *values) {
    const double *from = pyr_float64s(column);
    for (int64_t i = 0; i < count; i++) {
        values[i] = from[indices[i]];
    }
}

static void take_bool(const pyr_column *column, const int64_t *indices, int64_t count, uint8_t *values) {
    for (int64_t i = 0; i < count; i++) {
        values[i] = pyr_present(column, indices[i]) ? pyr_true(column, indices[i]) : PYR_NO_BOOL;
    }
}

static void take_column(const pyr_column *column, const int64_t *indices, int64_t count, void *values) {
    switch (column->type) {
    case PYR_INT32:
    case PYR_TEXT:
        take_int32(column, indices, count, values);
        break;
    case PYR_INT64:
    case PYR_DURATION:
        take_int64(column, indices, count, values);
        break;
    case PYR_FLOAT64:
        take_float64(column, indices, count, values);
        break;
    case PYR_BOOL:
        take_bool(column, indices, count, values);
        break;
    }
}

/* A table under construction with the columns of `table` and their dictionaries. */
static pyr_status new_alike(const pyr_table *table, int64_t capacity, pyr_table **out, pyr_error *error) {
    const pyr_allocator *allocator = pyr_table_allocator(table);
    int32_t count = pyr_table_column_count(table);
    pyr_field *fields;
    PYR_TRY(pyr_new_array(allocator, (size_t)count, sizeof *fields, &fields, error));
    for (int32_t i = 0; i < count; i++) {
        const pyr_column *column = pyr_table_column_view(table, i);
        fields[i] = (pyr_field){column->name, column->type, column->nullable, NULL};
    }
    pyr_status status = pyr_table_new(allocator, fields, count, capacity, out, error);
    pyr_release_array(allocator, fields, (size_t)count, sizeof *fields);
    for (int32_t i = 0; i < count && status == PYR_OK; i++) {
        const pyr_column *column = pyr_table_column_view(table, i);
        if (column->dictionary != NULL) {
            pyr_table_set_dictionary(*out, i, column->dictionary);
        }
    }
    return status;
}

pyr_status pyr_table_gather(const pyr_table *table, const int64_t *indices, int64_t count, pyr_table **out,
                            pyr_error *error) {
    int64_t row_count = pyr_table_row_count(table);
    *out = NULL;
    for (int64_t i = 0; i < count; i++) {
        if (indices[i] < 0 || indices[i] >= row_count) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "there is no row %lld in a table of %lld", (long long)indices[i],
                            (long long)row_count);
        }
    }
    PYR_TRY(new_alike(table, count, out, error));
    for (int32_t i = 0; i < pyr_table_column_count(table); i++) {
        take_column(pyr_table_column_view(table, i), indices, count, pyr_table_array(*out, i));
    }
    return PYR_OK;
}

pyr_status pyr_table_take(const pyr_table *table, const int64_t *indices, int64_t count, pyr_table **out,
                          pyr_error *error) {
    PYR_TRY(pyr_table_gather(table, indices, count, out, error));
    pyr_status status = pyr_table_finish(*out, count, error);
    if (status != PYR_OK) {
        pyr_table_release(*out);
        *out = NULL;
    }
    return status;
}

/* ---- Comparing: what stands beneath a cleared bit is the same in every table ---- */

static bool equal_texts(const pyr_column *left, const pyr_column *right, int64_t rows) {
    const int32_t *left_codes = pyr_int32s(left), *right_codes = pyr_int32s(right);
    if (left->dictionary == right->dictionary) {
        return rows == 0 || memcmp(left_codes, right_codes, (size_t)rows * sizeof *left_codes) == 0;
    }
    int32_t left_code = -1, right_code = -1; /* the pair last found equal: most rows repeat the one above */
    for (int64_t row = 0; row < rows; row++) {
        if (left_codes[row] == left_code && right_codes[row] == right_code) {
            continue;
        }
        left_code = left_codes[row];
        right_code = right_codes[row];
        if ((left_code < 0) != (right_code < 0) ||
            !pyr_text_equal(pyr_dictionary_text_view(left->dictionary, left_code),
                            pyr_dictionary_text_view(right->dictionary, right_code))) {
            return false;
        }
    }
    return true;
}

static bool equal_floats(const double *left, const double *right, int64_t rows) {
    for (int64_t row = 0; row < rows; row++) {
        if (left[row] != right[row] && (left[row] == left[row] || right[row] == right[row])) {
            return false;
        }
    }
    return true;
}

static bool equal_columns(const pyr_column *left, const pyr_column *right, int64_t rows) {
    size_t count = (size_t)rows, bitmap_size = (count + 7) / 8;
    if (strcmp(left->name, right->name) != 0 || left->type != right->type ||
        left->absent_count != right->absent_count) {
        return false;
    }
    if (left->absent_count > 0 && memcmp(left->validity, right->validity, bitmap_size) != 0) {
        return false;
    }
    switch (left->type) {
    case PYR_TEXT:
        return equal_texts(left, right, rows);
    case PYR_FLOAT64:
        return equal_floats(pyr_float64s(left), pyr_float64s(right), rows);
    case PYR_BOOL:
        return rows == 0 || memcmp(left->values, right->values, bitmap_size) == 0;
    case PYR_INT32:
        return rows == 0 || memcmp(left->values, right->values, count * sizeof(int32_t)) == 0;
    case PYR_INT64:
    case PYR_DURATION:
        break;
    }
    return rows == 0 || memcmp(left->values, right->values, count * sizeof(int64_t)) == 0;
}

bool pyr_table_equal(const pyr_table *left, const pyr_table *right) {
    int32_t count = pyr_table_column_count(left);
    int64_t rows = pyr_table_row_count(left);
    if (left == right) {
        return true;
    }
    if (pyr_table_column_count(right) != count || pyr_table_row_count(right) != rows) {
        return false;
    }
    for (int32_t i = 0; i < count; i++) {
        if (!equal_columns(pyr_table_column_view(left, i), pyr_table_column_view(right, i), rows)) {
            return false;
        }
    }
    return true;
}
