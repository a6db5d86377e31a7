#include "table.h"

#include <string.h>

enum { COLUMN_ALIGNMENT = 64 };

struct pyr_table {
    pyr_buffer *self; /* holds this struct, its columns and their names */
    pyr_buffer *arena;
    pyr_buffer *bitmaps;
    pyr_table *lenders[2]; /* whose columns these are, in a joined or picked table */
    int64_t row_count, capacity;
    int32_t column_count;
    pyr_column columns[];
};

size_t pyr_value_size(pyr_type type) {
    static const size_t sizes[] = {[PYR_INT32] = 4,    [PYR_INT64] = 8, [PYR_FLOAT64] = 8,
                                   [PYR_DURATION] = 8, [PYR_BOOL] = 1,  [PYR_TEXT] = 4};
    return sizes[type];
}

static void dispose_table(void *data) {
    pyr_table *table = data;
    for (int32_t i = 0; i < table->column_count; i++) {
        pyr_dictionary_release(table->columns[i].dictionary);
    }
    pyr_buffer_release(table->arena);
    pyr_buffer_release(table->bitmaps);
    pyr_table_release(table->lenders[0]);
    pyr_table_release(table->lenders[1]);
}

void pyr_table_retain(pyr_table *table) {
    pyr_buffer_retain(table->self);
}

void pyr_table_release(pyr_table *table) {
    if (table != NULL) {
        pyr_buffer_release(table->self);
    }
}

int64_t pyr_table_row_count(const pyr_table *table) {
    return table->row_count;
}

int32_t pyr_table_column_count(const pyr_table *table) {
    return table->column_count;
}

const pyr_column *pyr_table_column_view(const pyr_table *table, int32_t index) {
    return &table->columns[index];
}

int32_t pyr_table_find_column(const pyr_table *table, pyr_text name) {
    for (int32_t i = 0; i < table->column_count; i++) {
        if (pyr_text_equal(pyr_text_of(table->columns[i].name), name)) {
            return i;
        }
    }
    return -1;
}

const char *pyr_type_name(pyr_type type) {
    static const char *const names[] = {"int32", "int64", "float64", "duration", "bool", "text"};
    return (size_t)type < sizeof names / sizeof *names ? names[type] : NULL;
}

static pyr_status require_column(const pyr_table *table, const char *what, const pyr_field *field,
                                 const pyr_column **column, pyr_error *error) {
    int32_t index = pyr_table_find_column(table, pyr_text_of(field->name));
    *column = index < 0 ? NULL : pyr_table_column_view(table, index);
    if (index < 0) {
        return field->nullable ? PYR_OK
                               : pyr_fail(error, PYR_ERROR_ARGUMENT, "%s: column '%s' is missing", what, field->name);
    }
    if ((*column)->type != field->type) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "%s: column '%s' is of type %s; make it %s", what, field->name,
                        pyr_type_name((*column)->type), pyr_type_name(field->type));
    }
    if ((*column)->absent_count > 0 && !field->nullable) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "%s: column '%s' has rows without a value; fill them", what,
                        field->name);
    }
    return PYR_OK;
}

pyr_status pyr_table_require(const pyr_table *table, const char *what, const pyr_field *fields, int32_t count,
                             const pyr_column **columns, pyr_error *error) {
    for (int32_t i = 0; i < count; i++) {
        PYR_TRY(require_column(table, what, &fields[i], &columns[i], error));
    }
    return PYR_OK;
}

int64_t pyr_table_capacity(const pyr_table *table) {
    return table->capacity;
}

const pyr_allocator *pyr_table_allocator(const pyr_table *table) {
    return pyr_buffer_allocator(table->self);
}

void *pyr_table_array(pyr_table *table, int32_t column) {
    return (void *)table->columns[column].values;
}

/* ---- Construction ---- */

/* A table struct with its columns named and typed, without memory for values. */
static pyr_status new_shell(const pyr_allocator *allocator, const pyr_field *fields, int32_t field_count,
                            pyr_table **out, pyr_error *error) {
    size_t columns_size, names_size = 0, size;
    *out = NULL;
    for (int32_t i = 0; i < field_count; i++) {
        names_size += pyr_text_of(fields[i].name).length + 1;
    }
    if (!pyr_size_multiply((size_t)field_count, sizeof(pyr_column), &columns_size) ||
        !pyr_size_add(columns_size, sizeof(pyr_table) + names_size, &size)) {
        return pyr_fail_memory(error);
    }
    pyr_buffer *self;
    PYR_TRY(pyr_buffer_new(allocator, size, dispose_table, &self, error));
    pyr_table *table = pyr_buffer_data(self);
    memset(table, 0, size);
    table->self = self;
    table->column_count = field_count;
    char *name = (char *)(table->columns + field_count);
    for (int32_t i = 0; i < field_count; i++) {
        size_t length = pyr_text_of(fields[i].name).length;
        memcpy(name, fields[i].name, length + 1);
        table->columns[i] =
            (pyr_column){.name = name, .type = fields[i].type, .nullable = fields[i].nullable};
        name += length + 1;
    }
    *out = table;
    return PYR_OK;
}

/* One fresh block with room for `capacity` rows of each column; the first `rows` are copied from the old one. */
static pyr_status new_arena(pyr_table *table, int64_t rows, int64_t capacity, pyr_error *error) {
    size_t total = 0;
    for (int32_t i = 0; i < table->column_count; i++) {
        size_t size;
        if (!pyr_size_multiply((size_t)capacity, pyr_value_size(table->columns[i].type), &size) ||
            !pyr_size_add(total, size, &total) || !pyr_size_add(total, COLUMN_ALIGNMENT, &total)) {
            return pyr_fail_memory(error);
        }
    }
    pyr_buffer *arena;
    PYR_TRY(pyr_buffer_new(pyr_table_allocator(table), total, NULL, &arena, error));
    char *place = pyr_buffer_data(arena);
    for (int32_t i = 0; i < table->column_count; i++) {
        pyr_column *column = &table->columns[i];
        size_t width = pyr_value_size(column->type);
        if (rows > 0) {
            memcpy(place, column->values, (size_t)rows * width);
        }
        column->values = place;
        column->values_buffer = arena;
        size_t size = (size_t)capacity * width;
        place += (size + COLUMN_ALIGNMENT - 1) & ~(size_t)(COLUMN_ALIGNMENT - 1);
    }
    pyr_buffer_release(table->arena);
    table->arena = arena;
    table->capacity = capacity;
    return PYR_OK;
}

pyr_status pyr_table_new(const pyr_allocator *allocator, const pyr_field *fields, int32_t field_count, int64_t capacity,
                         pyr_table **out, pyr_error *error) {
    pyr_table *table;
    *out = NULL;
    PYR_TRY(new_shell(allocator, fields, field_count, &table, error));
    pyr_status status = new_arena(table, 0, capacity, error);
    for (int32_t i = 0; i < field_count && status == PYR_OK; i++) {
        if (fields[i].words != NULL) {
            status = pyr_dictionary_from_words(allocator, fields[i].words, &table->columns[i].dictionary, error);
        }
    }
    if (status != PYR_OK) {
        pyr_table_release(table);
        return status;
    }
    *out = table;
    return PYR_OK;
}

pyr_status pyr_table_grow(pyr_table *table, int64_t rows, int64_t capacity, pyr_error *error) {
    if (capacity <= table->capacity) {
        return PYR_OK;
    }
    int64_t grown = table->capacity + table->capacity / 2;
    return new_arena(table, rows, grown > capacity ? grown : capacity, error);
}

void pyr_table_set_dictionary(pyr_table *table, int32_t column, const pyr_dictionary *dictionary) {
    pyr_dictionary_retain(dictionary);
    pyr_dictionary_release(table->columns[column].dictionary);
    table->columns[column].dictionary = dictionary;
}

pyr_status pyr_table_set_texts(pyr_table *table, int32_t column, const pyr_interner *texts, pyr_error *error) {
    const pyr_dictionary *dictionary;
    PYR_TRY(pyr_dictionary_from_interner(texts, false, NULL, &dictionary, error));
    pyr_table_set_dictionary(table, column, dictionary);
    pyr_dictionary_release(dictionary);
    return PYR_OK;
}

pyr_status pyr_table_pick(const pyr_table *table, const int32_t *columns, int32_t count, pyr_table **out,
                          pyr_error *error) {
    pyr_field *fields;
    *out = NULL;
    PYR_TRY(pyr_new_array(pyr_table_allocator(table), (size_t)count, sizeof *fields, &fields, error));
    pyr_status status = PYR_OK;
    for (int32_t i = 0; i < count && status == PYR_OK; i++) {
        if (columns[i] < 0 || columns[i] >= table->column_count) {
            status = pyr_fail(error, PYR_ERROR_ARGUMENT, "there is no column %d", (int)columns[i]);
        } else {
            const pyr_column *column = &table->columns[columns[i]];
            fields[i] = (pyr_field){column->name, column->type, column->nullable, NULL};
        }
    }
    if (status == PYR_OK) {
        status = new_shell(pyr_table_allocator(table), fields, count, out, error);
    }
    pyr_release_array(pyr_table_allocator(table), fields, (size_t)count, sizeof *fields);
    if (status != PYR_OK) {
        return status;
    }
    for (int32_t i = 0; i < count; i++) {
        const char *name = (*out)->columns[i].name;
        (*out)->columns[i] = table->columns[columns[i]];
        (*out)->columns[i].name = name;
        if ((*out)->columns[i].dictionary != NULL) {
            pyr_dictionary_retain((*out)->columns[i].dictionary);
        }
    }
    (*out)->row_count = (*out)->capacity = table->row_count;
    (*out)->lenders[0] = (pyr_table *)table; /* only its count changes */
    pyr_table_retain((*out)->lenders[0]);
    return PYR_OK;
}

/* ---- Sentinels to bitmaps ---- */

/* The sentinel is negative: most columns have no negative value at all, and their signs are quickly seen. */
static int64_t count_absent_int64(const int64_t *values, int64_t rows) {
    int64_t signs = 0, absent = 0;
    for (int64_t row = 0; row < rows; row++) {
        signs |= values[row];
    }
    for (int64_t row = 0; row < rows && signs < 0; row++) {
        absent += values[row] == INT64_MIN;
    }
    return absent;
}

static int64_t count_absent_int32(const int32_t *values, int64_t rows, int32_t sentinel) {
    int64_t absent = 0;
    for (int64_t first = 0; first < rows; first += 65536) {
        int64_t end = rows - first < 65536 ? rows : first + 65536;
        int32_t in_part = 0;
        for (int64_t row = first; row < end; row++) {
            in_part += values[row] == sentinel;
        }
        absent += in_part;
    }
    return absent;
}

static int64_t count_absent_float64(const double *values, int64_t rows) {
    int64_t absent = 0;
    for (int64_t row = 0; row < rows; row++) {
        absent += values[row] != values[row];
    }
    return absent;
}

static int64_t count_absent_bool(const uint8_t *values, int64_t rows) {
    int64_t absent = 0;
    for (int64_t row = 0; row < rows; row++) {
        absent += values[row] == PYR_NO_BOOL;
    }
    return absent;
}

static int64_t count_absent(const pyr_column *column, int64_t rows) {
    switch (column->type) {
    case PYR_INT32:
        return count_absent_int32(column->values, rows, PYR_NO_INT32);
    case PYR_TEXT:
        return count_absent_int32(column->values, rows, -1);
    case PYR_FLOAT64:
        return count_absent_float64(column->values, rows);
    case PYR_BOOL:
        return count_absent_bool(column->values, rows);
    case PYR_INT64:
    case PYR_DURATION:
        break;
    }
    return count_absent_int64(column->values, rows);
}

/* A row is present, and 0 stands where an integer or boolean is not. */
static inline bool settle_row(const pyr_column *column, pyr_type type, int64_t row) {
    switch (type) {
    case PYR_DURATION:
        return ((const int64_t *)column->values)[row] != PYR_NO_TIME;
    case PYR_TEXT:
        return ((const int32_t *)column->values)[row] != -1;
    case PYR_FLOAT64: {
        double value = ((const double *)column->values)[row];
        return value == value;
    }
    case PYR_INT32: {
        int32_t *value = (int32_t *)column->values + row, given = *value;
        *value = given != PYR_NO_INT32 ? given : 0;
        return given != PYR_NO_INT32;
    }
    case PYR_INT64: {
        int64_t *value = (int64_t *)column->values + row, given = *value;
        *value = given != PYR_NO_INT64 ? given : 0;
        return given != PYR_NO_INT64;
    }
    case PYR_BOOL:
        break;
    }
    uint8_t *value = (uint8_t *)column->values + row, given = *value;
    *value = given != PYR_NO_BOOL ? given : 0;
    return given != PYR_NO_BOOL;
}

static inline void pack_rows(const pyr_column *column, pyr_type type, int64_t rows, uint8_t *bitmap) {
    int64_t row = 0;
    for (; row + 8 <= rows; row += 8) {
        unsigned bits = 0;
        for (int i = 0; i < 8; i++) {
            bits |= (unsigned)settle_row(column, type, row + i) << i;
        }
        bitmap[row >> 3] = (uint8_t)bits;
    }
    if (row < rows) {
        bitmap[row >> 3] = 0;
    }
    for (; row < rows; row++) {
        bitmap[row >> 3] |= (uint8_t)((unsigned)settle_row(column, type, row) << (row & 7));
    }
}

/* One loop a type: the type is known where the loop is compiled. */
static void pack_validity(const pyr_column *column, int64_t rows, uint8_t *bitmap) {
    bool settled = column->type == PYR_DURATION || column->type == PYR_FLOAT64 || column->type == PYR_TEXT;
    if (column->absent_count == rows) {
        memset(bitmap, 0, (size_t)(rows + 7) / 8);
        memset((void *)column->values, 0, settled ? 0 : (size_t)rows * pyr_value_size(column->type));
        return;
    }
    switch (column->type) {
    case PYR_INT32:
        pack_rows(column, PYR_INT32, rows, bitmap);
        break;
    case PYR_INT64:
        pack_rows(column, PYR_INT64, rows, bitmap);
        break;
    case PYR_FLOAT64:
        pack_rows(column, PYR_FLOAT64, rows, bitmap);
        break;
    case PYR_DURATION:
        pack_rows(column, PYR_DURATION, rows, bitmap);
        break;
    case PYR_BOOL:
        pack_rows(column, PYR_BOOL, rows, bitmap);
        break;
    case PYR_TEXT:
        pack_rows(column, PYR_TEXT, rows, bitmap);
        break;
    }
}

/* In place: bit i lies in a byte at or before byte i, which has been read by then. */
static void pack_bools(uint8_t *bytes, int64_t rows) {
    int64_t row = 0;
    for (; row + 8 <= rows; row += 8) {
        unsigned bits = 0;
        for (int i = 0; i < 8; i++) {
            bits |= (unsigned)(bytes[row + i] == 1) << i;
        }
        bytes[row >> 3] = (uint8_t)bits;
    }
    unsigned bits = 0;
    for (int64_t i = row; i < rows; i++) {
        bits |= (unsigned)(bytes[i] == 1) << (i - row);
    }
    if (row < rows) {
        bytes[row >> 3] = (uint8_t)bits;
    }
}

pyr_status pyr_table_finish(pyr_table *table, int64_t rows, pyr_error *error) {
    size_t bitmap_size = (((size_t)rows + 7) / 8 + COLUMN_ALIGNMENT - 1) & ~(size_t)(COLUMN_ALIGNMENT - 1);
    size_t bitmap_count = 0, size;
    for (int32_t i = 0; i < table->column_count; i++) {
        pyr_column *column = &table->columns[i];
        column->absent_count = count_absent(column, rows);
        bitmap_count += column->absent_count > 0;
        if (column->type == PYR_TEXT && column->dictionary == NULL) {
            static const char *const nothing[] = {NULL};
            PYR_TRY(pyr_dictionary_from_words(pyr_table_allocator(table), nothing, &column->dictionary, error));
        }
    }
    if (bitmap_count > 0) {
        if (!pyr_size_multiply(bitmap_size, bitmap_count, &size)) {
            return pyr_fail_memory(error);
        }
        PYR_TRY(pyr_buffer_new(pyr_table_allocator(table), size, NULL, &table->bitmaps, error));
    }
    uint8_t *bitmap = bitmap_count > 0 ? pyr_buffer_data(table->bitmaps) : NULL;
    for (int32_t i = 0; i < table->column_count; i++) {
        pyr_column *column = &table->columns[i];
        if (column->absent_count > 0) {
            pack_validity(column, rows, bitmap);
            column->validity = bitmap;
            column->validity_buffer = table->bitmaps;
            bitmap += bitmap_size;
        }
        if (column->type == PYR_BOOL) {
            pack_bools((uint8_t *)column->values, rows);
        }
    }
    table->row_count = rows;
    return PYR_OK;
}

/* ---- Joining ---- */

pyr_status pyr_table_join(pyr_table *left, pyr_table *right, pyr_table **out, pyr_error *error) {
    pyr_buffer *self;
    size_t count = (size_t)left->column_count + (size_t)right->column_count, size;
    *out = NULL;
    if (count > INT32_MAX || !pyr_size_multiply(count, sizeof(pyr_column), &size) ||
        !pyr_size_add(size, sizeof(pyr_table), &size)) {
        return pyr_fail_memory(error);
    }
    PYR_TRY(pyr_buffer_new(pyr_table_allocator(left), size, dispose_table, &self, error));
    pyr_table *table = pyr_buffer_data(self);
    memset(table, 0, size);
    table->self = self;
    table->column_count = (int32_t)count;
    table->row_count = left->row_count;
    memcpy(table->columns, left->columns, (size_t)left->column_count * sizeof(pyr_column));
    memcpy(table->columns + left->column_count, right->columns, (size_t)right->column_count * sizeof(pyr_column));
    for (int32_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].dictionary != NULL) {
            pyr_dictionary_retain(table->columns[i].dictionary);
        }
    }
    pyr_table_retain(left);
    pyr_table_retain(right);
    table->lenders[0] = left;
    table->lenders[1] = right;
    *out = table;
    return PYR_OK;
}
