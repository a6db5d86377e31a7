/* Columns of unknown origin (a pickle, the user's arrays) checked and copied into a table. */
#include <string.h>

#include "table.h"

static size_t values_size(pyr_type type, size_t rows) {
    switch (type) {
    case PYR_INT32:
    case PYR_TEXT:
        return rows * sizeof(int32_t);
    case PYR_BOOL:
        return (rows + 7) / 8;
    case PYR_INT64:
    case PYR_FLOAT64:
    case PYR_DURATION:
        break;
    }
    return rows * sizeof(int64_t);
}

static pyr_status fail_column(const pyr_column_data *column, const char *what, pyr_error *error) {
    return pyr_fail(error, PYR_ERROR_ARGUMENT, "column '%.*s' %s", pyr_shown(column->name.length), column->name.data,
                    what);
}

/* ---- What a column claims, checked ---- */

static pyr_status check_name(const pyr_column_data *columns, int32_t index, pyr_error *error) {
    pyr_text name = columns[index].name;
    if (name.length == 0 || memchr(name.data, '\0', name.length) != NULL || !pyr_utf8_valid(name)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "column %d has no name that is text", (int)index);
    }
    for (int32_t i = 0; i < index; i++) {
        if (pyr_text_equal(columns[i].name, name)) {
            return fail_column(&columns[index], "is there twice", error);
        }
    }
    return PYR_OK;
}

static pyr_status check_sizes(const pyr_column_data *column, size_t rows, pyr_error *error) {
    if ((unsigned)column->type > PYR_TEXT) {
        return fail_column(column, "has a type that does not exist", error);
    }
    if (column->values_size != values_size(column->type, rows)) {
        return fail_column(column, "has values of another length than the table", error);
    }
    if (column->validity != NULL && column->validity_size != (rows + 7) / 8) {
        return fail_column(column, "has a validity bitmap of another length than the table", error);
    }
    return PYR_OK;
}

static int32_t offset_at(const pyr_column_data *column, size_t index) {
    int32_t offset;
    memcpy(&offset, (const char *)column->offsets + index * sizeof offset, sizeof offset);
    return offset;
}

/* The strings of a text column collected in `interner`: rising offsets within the bytes, UTF-8, no string twice. */
static pyr_status collect_strings(const pyr_column_data *column, pyr_interner *interner, pyr_error *error) {
    size_t count = column->offsets_size / sizeof(int32_t);
    if (count == 0 || count > INT32_MAX || column->offsets_size % sizeof(int32_t) != 0 || offset_at(column, 0) != 0) {
        return fail_column(column, "has no offsets to its strings", error);
    }
    for (size_t i = 0; i + 1 < count; i++) {
        int32_t start = offset_at(column, i), end = offset_at(column, i + 1), code;
        if (end < start || (size_t)end > column->bytes_size) {
            return fail_column(column, "has offsets outside its strings", error);
        }
        pyr_text text = {start == end ? "" : column->bytes + start, (size_t)(end - start)};
        if (!pyr_utf8_valid(text)) {
            return fail_column(column, "has a string that is not UTF-8", error);
        }
        PYR_TRY(pyr_interner_add(interner, text, &code, error));
        if ((size_t)code != i) {
            return fail_column(column, "has a string twice in its dictionary", error);
        }
    }
    return PYR_OK;
}

static pyr_status set_strings(pyr_table *table, int32_t index, const pyr_column_data *column, pyr_error *error) {
    pyr_interner interner = {.allocator = pyr_table_allocator(table)};
    const pyr_dictionary *dictionary = NULL;
    pyr_status status = collect_strings(column, &interner, error);
    if (status == PYR_OK) {
        status = pyr_dictionary_from_interner(&interner, false, NULL, &dictionary, error);
    }
    if (status == PYR_OK) {
        const int32_t *codes = pyr_table_array(table, index);
        for (size_t row = 0; row < column->values_size / sizeof *codes && status == PYR_OK; row++) {
            if (codes[row] < -1 || codes[row] >= dictionary->count) {
                status = fail_column(column, "has a code outside its dictionary", error);
            }
        }
        pyr_table_set_dictionary(table, index, dictionary);
    }
    pyr_dictionary_release(dictionary);
    pyr_interner_clear(&interner);
    return status;
}

/* ---- Values, with sentinels where they are absent ---- */

static bool marked_present(const pyr_column_data *column, int64_t row) {
    return column->validity == NULL || pyr_bit(column->validity, row);
}

/* A whole number that equals the sentinel of absence cannot be kept apart from it. */
static pyr_status refuse_sentinel(const pyr_column_data *column, pyr_error *error) {
    return fail_column(column, "holds the smallest integer of its type, which stands for absence", error);
}

static pyr_status mark_int32(const pyr_column_data *column, int64_t rows, int32_t absent, int32_t *values,
                             pyr_error *error) {
    for (int64_t row = 0; row < rows; row++) {
        if (!marked_present(column, row)) {
            values[row] = absent;
        } else if (column->type == PYR_INT32 && values[row] == PYR_NO_INT32) {
            return refuse_sentinel(column, error);
        }
    }
    return PYR_OK;
}

static pyr_status mark_int64(const pyr_column_data *column, int64_t rows, int64_t *values, pyr_error *error) {
    for (int64_t row = 0; row < rows; row++) {
        if (!marked_present(column, row)) {
            values[row] = PYR_NO_INT64;
        } else if (column->type == PYR_INT64 && values[row] == PYR_NO_INT64) {
            return refuse_sentinel(column, error);
        }
    }
    return PYR_OK;
}

static pyr_status copy_values(const pyr_column_data *column, int64_t rows, void *values, pyr_error *error) {
    if (column->type == PYR_BOOL) {
        uint8_t *bools = values;
        for (int64_t row = 0; row < rows; row++) {
            bools[row] = marked_present(column, row) ? pyr_bit(column->values, row) : PYR_NO_BOOL;
        }
        return PYR_OK;
    }
    if (rows > 0) {
        memcpy(values, column->values, column->values_size);
    }
    switch (column->type) {
    case PYR_INT32:
        return mark_int32(column, rows, PYR_NO_INT32, values, error);
    case PYR_TEXT:
        return mark_int32(column, rows, -1, values, error);
    case PYR_FLOAT64:
        for (int64_t row = 0; row < rows; row++) {
            double *value = (double *)values + row;
            *value = marked_present(column, row) ? *value : NAN;
        }
        return PYR_OK;
    case PYR_INT64:
    case PYR_DURATION:
    case PYR_BOOL:
        break;
    }
    return mark_int64(column, rows, values, error);
}

static pyr_status fill_table(pyr_table *table, const pyr_column_data *columns, int64_t rows, pyr_error *error) {
    for (int32_t i = 0; i < pyr_table_column_count(table); i++) {
        PYR_TRY(copy_values(&columns[i], rows, pyr_table_array(table, i), error));
        if (columns[i].type == PYR_TEXT) {
            PYR_TRY(set_strings(table, i, &columns[i], error));
        }
    }
    PYR_TRY(pyr_table_finish(table, rows, error));
    for (int32_t i = 0; i < pyr_table_column_count(table); i++) {
        if (!columns[i].nullable && pyr_table_column_view(table, i)->absent_count > 0) {
            return fail_column(&columns[i], "has absent values though it says it has none", error);
        }
    }
    return PYR_OK;
}

/* The fields of the columns, their names as C strings in `names`. */
static void name_fields(const pyr_column_data *columns, int32_t count, pyr_field *fields, char *names) {
    for (int32_t i = 0; i < count; i++) {
        fields[i] = (pyr_field){names, columns[i].type, columns[i].nullable, NULL};
        memcpy(names, columns[i].name.data, columns[i].name.length);
        names[columns[i].name.length] = '\0';
        names += columns[i].name.length + 1;
    }
}

static pyr_status new_table(const pyr_allocator *allocator, const pyr_column_data *columns, int32_t count,
                            int64_t rows, pyr_table **out, pyr_error *error) {
    size_t names_size = 0;
    for (int32_t i = 0; i < count; i++) {
        if (!pyr_size_add(names_size, columns[i].name.length + 1, &names_size)) {
            return pyr_fail_memory(error);
        }
    }
    pyr_field *fields;
    char *names;
    PYR_TRY(pyr_new_array(allocator, (size_t)count, sizeof *fields, &fields, error));
    pyr_status status = pyr_new_array(allocator, names_size, 1, &names, error);
    if (status == PYR_OK) {
        name_fields(columns, count, fields, names);
        status = pyr_table_new(allocator, fields, count, rows, out, error);
    }
    pyr_release_array(allocator, names, names_size, 1);
    pyr_release_array(allocator, fields, (size_t)count, sizeof *fields);
    return status;
}

pyr_status pyr_table_from_columns(const pyr_allocator *allocator, const pyr_column_data *columns, int32_t column_count,
                                  int64_t row_count, pyr_table **out, pyr_error *error) {
    *out = NULL;
    if (row_count < 0 || (uint64_t)row_count > SIZE_MAX / sizeof(int64_t) || column_count < 0) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "a table has no fewer than 0 rows and columns");
    }
    for (int32_t i = 0; i < column_count; i++) {
        PYR_TRY(check_name(columns, i, error));
        PYR_TRY(check_sizes(&columns[i], (size_t)row_count, error));
    }
    PYR_TRY(new_table(allocator, columns, column_count, row_count, out, error));
    pyr_status status = fill_table(*out, columns, row_count, error);
    if (status != PYR_OK) {
        pyr_table_release(*out);
        *out = NULL;
    }
    return status;
}
