/* Arrow stream -> table. The sizes of most buffers are not part of the interface and must be believed; everything that
 * the structures do say (counts, offsets, codes, presence of buffers, UTF-8) is checked. */
#include <errno.h>
#include <string.h>

#include "arrow.h"

enum { ARROW_NULLABLE = 2 };

typedef enum arrow_kind {
    KIND_NOTHING, KIND_INT8, KIND_INT16, KIND_INT32, KIND_INT64, KIND_UINT8, KIND_UINT16, KIND_UINT32, KIND_UINT64,
    KIND_FLOAT32, KIND_FLOAT64, KIND_BOOL, KIND_TEXT, KIND_LARGE_TEXT, KIND_TEXT_VIEW, KIND_TIME32, KIND_TIME64
} arrow_kind;

/* How a column of the stream is read. */
typedef struct source {
    const char *name;
    arrow_kind kind;    /* of the values, or of the codes of a dictionary */
    arrow_kind strings; /* KIND_NOTHING: not a dictionary */
    int64_t multiplier, divisor; /* to microseconds */
    pyr_interner interner;
} source;

typedef struct importer {
    const pyr_allocator *allocator;
    const pyr_text *wanted; /* NULL: every column is */
    int32_t wanted_count;
    source *sources;
    int32_t count;
    pyr_table *table;
    int64_t rows; /* filled so far */
} importer;

static pyr_status fail_column(const source *column, const char *what, pyr_error *error) {
    return pyr_fail(error, PYR_ERROR_ARGUMENT, "column '%.*s' %s", pyr_shown(pyr_text_of(column->name).length),
                    column->name, what);
}

/* ---- Types ---- */

static const struct {
    const char *format;
    arrow_kind kind;
    pyr_type type;
    int32_t multiplier, divisor;
} formats[] = {
    {"n", KIND_NOTHING, PYR_FLOAT64, 1, 1},     {"c", KIND_INT8, PYR_INT32, 1, 1},
    {"C", KIND_UINT8, PYR_INT32, 1, 1},         {"s", KIND_INT16, PYR_INT32, 1, 1},
    {"S", KIND_UINT16, PYR_INT32, 1, 1},        {"i", KIND_INT32, PYR_INT32, 1, 1},
    {"I", KIND_UINT32, PYR_INT64, 1, 1},        {"l", KIND_INT64, PYR_INT64, 1, 1},
    {"L", KIND_UINT64, PYR_INT64, 1, 1},        {"f", KIND_FLOAT32, PYR_FLOAT64, 1, 1},
    {"g", KIND_FLOAT64, PYR_FLOAT64, 1, 1},     {"b", KIND_BOOL, PYR_BOOL, 1, 1},
    {"u", KIND_TEXT, PYR_TEXT, 1, 1},           {"U", KIND_LARGE_TEXT, PYR_TEXT, 1, 1},
    {"vu", KIND_TEXT_VIEW, PYR_TEXT, 1, 1},     {"tDs", KIND_TIME64, PYR_DURATION, 1000000, 1},
    {"tDm", KIND_TIME64, PYR_DURATION, 1000, 1}, {"tDu", KIND_TIME64, PYR_DURATION, 1, 1},
    {"tDn", KIND_TIME64, PYR_DURATION, 1, 1000}, {"tts", KIND_TIME32, PYR_DURATION, 1000000, 1},
    {"ttm", KIND_TIME32, PYR_DURATION, 1000, 1}, {"ttu", KIND_TIME64, PYR_DURATION, 1, 1},
    {"ttn", KIND_TIME64, PYR_DURATION, 1, 1000},
};

/* -1: a type that is not read here. */
static int32_t find_format(const char *format) {
    for (size_t i = 0; format != NULL && i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(formats[i].format, format) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

static bool is_text(arrow_kind kind) {
    return kind == KIND_TEXT || kind == KIND_LARGE_TEXT || kind == KIND_TEXT_VIEW;
}

static pyr_status fail_type(const source *column, const char *type, pyr_error *error) {
    return pyr_fail(error, PYR_ERROR_ARGUMENT,
                    "column '%.*s' has the Arrow type '%.40s', which is not read here: make it a number, a boolean, a "
                    "text or a duration",
                    pyr_shown(pyr_text_of(column->name).length), column->name, type != NULL ? type : "");
}

static pyr_status read_type(const struct ArrowSchema *schema, source *out, pyr_field *field, pyr_error *error) {
    int32_t found = find_format(schema->format);
    int32_t strings = schema->dictionary != NULL ? find_format(schema->dictionary->format) : -1;
    bool codes = found >= 0 && formats[found].kind >= KIND_INT8 && formats[found].kind <= KIND_UINT64;
    bool dictionary = codes && strings >= 0 && is_text(formats[strings].kind);
    if (found < 0 || (schema->dictionary != NULL && !dictionary)) {
        return fail_type(out, found < 0 || strings >= 0 ? schema->format : schema->dictionary->format, error);
    }
    out->kind = formats[found].kind;
    out->strings = dictionary ? formats[strings].kind : KIND_NOTHING;
    out->multiplier = formats[found].multiplier;
    out->divisor = formats[found].divisor;
    pyr_type type = dictionary ? PYR_TEXT : formats[found].type;
    bool hides_absence = type == PYR_FLOAT64 || type == PYR_DURATION; /* NaN and NaT count as values in Arrow */
    *field = (pyr_field){out->name, type, hides_absence || (schema->flags & ARROW_NULLABLE) != 0, NULL};
    return PYR_OK;
}

static bool is_wanted(const importer *into, pyr_text name) {
    bool wanted = into->wanted == NULL;
    for (int32_t i = 0; i < into->wanted_count && !wanted; i++) {
        wanted = pyr_text_equal(into->wanted[i], name);
    }
    return wanted;
}

static pyr_status read_field(const importer *into, const struct ArrowSchema *schema, source *out, pyr_field *field,
                             pyr_error *error) {
    out->name = schema->name != NULL ? schema->name : "";
    out->interner.allocator = into->allocator;
    pyr_text name = pyr_text_of(out->name);
    if (name.length == 0 || !pyr_utf8_valid(name)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "a column of the table has no name that is text");
    }
    if (!is_wanted(into, name)) {
        *field = (pyr_field){out->name, PYR_FLOAT64, true, NULL};
        return PYR_OK; /* of KIND_NOTHING */
    }
    return read_type(schema, out, field, error);
}

static pyr_status read_fields(importer *into, const struct ArrowSchema *schema, pyr_field *fields, pyr_error *error) {
    for (int32_t i = 0; i < into->count; i++) {
        PYR_TRY(read_field(into, schema->children[i], &into->sources[i], &fields[i], error));
        for (int32_t j = 0; j < i; j++) {
            if (strcmp(fields[j].name, fields[i].name) == 0) {
                return fail_column(&into->sources[i], "is there twice", error);
            }
        }
    }
    return PYR_OK;
}

static pyr_status open_table(importer *into, const struct ArrowSchema *schema, pyr_error *error) {
    if (schema->format == NULL || strcmp(schema->format, "+s") != 0 || schema->dictionary != NULL ||
        schema->n_children < 0 || schema->n_children > INT32_MAX) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "the stream is no table: it has no columns");
    }
    size_t count = (size_t)schema->n_children;
    pyr_field *fields;
    PYR_TRY(pyr_new_array(into->allocator, count, sizeof *into->sources, &into->sources, error));
    into->count = (int32_t)count;
    memset(into->sources, 0, count * sizeof *into->sources);
    PYR_TRY(pyr_new_array(into->allocator, count, sizeof *fields, &fields, error));
    pyr_status status = read_fields(into, schema, fields, error);
    if (status == PYR_OK) {
        status = pyr_table_new(into->allocator, fields, into->count, 0, &into->table, error);
    }
    pyr_release_array(into->allocator, fields, count, sizeof *fields);
    return status;
}

/* ---- Numbers ---- */

/* The rows of one column of one batch: `count` of them from `first` on in the producer's buffers. */
typedef struct slice {
    const struct ArrowArray *array;
    const uint8_t *validity;
    const void *values;
    int64_t first, count;
} slice;

static bool present(const slice *rows, int64_t i) {
    return rows->validity == NULL || pyr_bit(rows->validity, rows->first + i);
}

/* A uint64 beyond int64 comes out negative. */
static int64_t integer_at(const void *values, arrow_kind kind, int64_t index) {
    switch (kind) {
    case KIND_INT8:
        return ((const int8_t *)values)[index];
    case KIND_UINT8:
        return ((const uint8_t *)values)[index];
    case KIND_INT16:
        return ((const int16_t *)values)[index];
    case KIND_UINT16:
        return ((const uint16_t *)values)[index];
    case KIND_INT32:
    case KIND_TIME32:
        return ((const int32_t *)values)[index];
    case KIND_UINT32:
        return ((const uint32_t *)values)[index];
    default:
        return ((const int64_t *)values)[index];
    }
}

static pyr_status import_int32(const source *column, const slice *rows, int32_t *out, pyr_error *error) {
    for (int64_t i = 0; i < rows->count; i++) {
        out[i] = PYR_NO_INT32;
        if (present(rows, i)) {
            out[i] = (int32_t)integer_at(rows->values, column->kind, rows->first + i);
            if (out[i] == PYR_NO_INT32) {
                return fail_column(column, "holds the smallest integer of its type, which stands for absence", error);
            }
        }
    }
    return PYR_OK;
}

static pyr_status import_int64(const source *column, const slice *rows, int64_t *out, pyr_error *error) {
    for (int64_t i = 0; i < rows->count; i++) {
        out[i] = PYR_NO_INT64;
        if (present(rows, i)) {
            out[i] = integer_at(rows->values, column->kind, rows->first + i);
            if (out[i] == PYR_NO_INT64 || (column->kind == KIND_UINT64 && out[i] < 0)) {
                return fail_column(column, "holds an integer that does not fit int64", error);
            }
        }
    }
    return PYR_OK;
}

static pyr_status import_duration(const source *column, const slice *rows, int64_t *out, pyr_error *error) {
    int64_t limit = INT64_MAX / column->multiplier;
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t value = present(rows, i) ? integer_at(rows->values, column->kind, rows->first + i) : PYR_NO_TIME;
        if (value == PYR_NO_TIME) {
            out[i] = PYR_NO_TIME;
            continue;
        }
        if (value > limit || value < -limit) {
            return fail_column(column, "holds a duration that does not fit 64 bits of microseconds", error);
        }
        int64_t whole = value / column->divisor, rest = value % column->divisor;
        if (rest < 0) {
            whole--;
            rest += column->divisor;
        }
        out[i] = whole * column->multiplier + (column->divisor > 1 && rest * 2 >= column->divisor);
    }
    return PYR_OK;
}

static void import_float64(const source *column, const slice *rows, double *out) {
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t index = rows->first + i;
        if (column->kind == KIND_NOTHING || !present(rows, i)) {
            out[i] = NAN;
        } else if (column->kind == KIND_FLOAT32) {
            out[i] = (double)((const float *)rows->values)[index];
        } else {
            out[i] = ((const double *)rows->values)[index];
        }
    }
}

static void import_bool(const slice *rows, uint8_t *out) {
    for (int64_t i = 0; i < rows->count; i++) {
        out[i] = present(rows, i) ? pyr_bit(rows->values, rows->first + i) : PYR_NO_BOOL;
    }
}

/* ---- Text ---- */

/* String `index` of an array of text, whose buffers are there. */
static bool text_between(const struct ArrowArray *array, int64_t start, int64_t end, pyr_text *text) {
    if (start < 0 || end < start || (end > start && array->buffers[2] == NULL)) {
        return false;
    }
    *text = (pyr_text){end > start ? (const char *)array->buffers[2] + start : "", (size_t)(end - start)};
    return true;
}

/* A view is its length, then up to 12 bytes in place, or 4 bytes, the number of a buffer and an offset into it. The
 * last buffer has the sizes of the others. */
static bool text_of_view(const struct ArrowArray *array, int64_t index, pyr_text *text) {
    const char *view = (const char *)array->buffers[1] + index * 16;
    const int64_t *sizes = array->buffers[array->n_buffers - 1];
    int32_t length, buffer, offset;
    memcpy(&length, view, sizeof length);
    if (length >= 0 && length <= 12) {
        *text = (pyr_text){view + 4, (size_t)length};
        return true;
    }
    memcpy(&buffer, view + 8, sizeof buffer);
    memcpy(&offset, view + 12, sizeof offset);
    if (length < 0 || buffer < 0 || buffer >= array->n_buffers - 3 || offset < 0 || sizes == NULL ||
        (int64_t)offset + length > sizes[buffer] || array->buffers[2 + buffer] == NULL) {
        return false;
    }
    *text = (pyr_text){(const char *)array->buffers[2 + buffer] + offset, (size_t)length};
    return true;
}

static bool text_at(const struct ArrowArray *array, arrow_kind kind, int64_t index, pyr_text *text) {
    if (kind == KIND_TEXT_VIEW) {
        return text_of_view(array, index, text);
    }
    if (kind == KIND_LARGE_TEXT) {
        const int64_t *offsets = array->buffers[1];
        return text_between(array, offsets[index], offsets[index + 1], text);
    }
    const int32_t *offsets = array->buffers[1];
    return text_between(array, offsets[index], offsets[index + 1], text);
}

static pyr_status add_text(source *column, const struct ArrowArray *array, arrow_kind kind, int64_t index,
                           int32_t *code, pyr_error *error) {
    pyr_text text;
    if (!text_at(array, kind, index, &text)) {
        return fail_column(column, "has offsets outside its strings", error);
    }
    int32_t known = column->interner.count;
    PYR_TRY(pyr_interner_add(&column->interner, text, code, error));
    if (*code == known && !pyr_utf8_valid(text)) {
        return fail_column(column, "has a string that is not UTF-8", error);
    }
    return PYR_OK;
}

static pyr_status import_text(source *column, const slice *rows, int32_t *out, pyr_error *error) {
    for (int64_t i = 0; i < rows->count; i++) {
        out[i] = -1;
        if (present(rows, i)) {
            PYR_TRY(add_text(column, rows->array, column->kind, rows->first + i, &out[i], error));
        }
    }
    return PYR_OK;
}

enum { UNSEEN = -2 };

/* `codes[i]`: our code of the dictionary's string i, UNSEEN until a row asks for it. */
static pyr_status import_codes(source *column, const slice *rows, int32_t *codes, int32_t *out, pyr_error *error) {
    const struct ArrowArray *strings = rows->array->dictionary;
    const uint8_t *validity = strings->buffers[0];
    for (int64_t i = 0; i < rows->count; i++) {
        out[i] = -1;
        if (!present(rows, i)) {
            continue;
        }
        int64_t code = integer_at(rows->values, column->kind, rows->first + i);
        if (code < 0 || code >= strings->length) {
            return fail_column(column, "has a code outside its dictionary", error);
        }
        if (codes[code] == UNSEEN) {
            int64_t index = strings->offset + code;
            codes[code] = -1;
            if (validity == NULL || pyr_bit(validity, index)) {
                PYR_TRY(add_text(column, strings, column->strings, index, &codes[code], error));
            }
        }
        out[i] = codes[code];
    }
    return PYR_OK;
}

/* ---- Batches ---- */

/* The array has the buffers that its type needs for its first `needed` items. */
static bool has_buffers(const struct ArrowArray *array, arrow_kind kind, int64_t needed) {
    if (kind == KIND_NOTHING) {
        return true;
    }
    if (array->buffers == NULL || (kind == KIND_TEXT_VIEW ? array->n_buffers < 3
                                                          : array->n_buffers != (is_text(kind) ? 3 : 2))) {
        return false;
    }
    return needed == 0 || array->buffers[1] != NULL;
}

static bool has_extent(const struct ArrowArray *array) {
    return array->length >= 0 && array->offset >= 0 && array->length <= INT64_MAX / 32 - array->offset;
}

static pyr_status import_dictionary(source *column, const slice *rows, int32_t *out, pyr_error *error) {
    const struct ArrowArray *strings = rows->array->dictionary;
    const pyr_allocator *allocator = column->interner.allocator;
    if (strings == NULL || !has_extent(strings) || !has_buffers(strings, column->strings, strings->length)) {
        return fail_column(column, "has no dictionary", error);
    }
    int32_t *codes;
    PYR_TRY(pyr_new_array(allocator, (size_t)strings->length, sizeof *codes, &codes, error));
    for (int64_t i = 0; i < strings->length; i++) {
        codes[i] = UNSEEN;
    }
    pyr_status status = import_codes(column, rows, codes, out, error);
    pyr_release_array(allocator, codes, (size_t)strings->length, sizeof *codes);
    return status;
}

static pyr_status import_column(source *column, pyr_type type, const slice *rows, void *out, pyr_error *error) {
    switch (type) {
    case PYR_INT32:
        return import_int32(column, rows, (int32_t *)out, error);
    case PYR_INT64:
        return import_int64(column, rows, (int64_t *)out, error);
    case PYR_DURATION:
        return import_duration(column, rows, (int64_t *)out, error);
    case PYR_TEXT:
        return column->strings != KIND_NOTHING ? import_dictionary(column, rows, (int32_t *)out, error)
                                               : import_text(column, rows, (int32_t *)out, error);
    case PYR_BOOL:
        import_bool(rows, (uint8_t *)out);
        return PYR_OK;
    case PYR_FLOAT64:
        break;
    }
    import_float64(column, rows, (double *)out);
    return PYR_OK;
}

static pyr_status import_batch(importer *into, const struct ArrowArray *batch, pyr_error *error) {
    static const size_t widths[] = {[PYR_INT32] = 4,    [PYR_INT64] = 8, [PYR_FLOAT64] = 8,
                                    [PYR_DURATION] = 8, [PYR_BOOL] = 1,  [PYR_TEXT] = 4};
    if (!has_extent(batch) || batch->n_children != into->count || (into->count > 0 && batch->children == NULL) ||
        batch->null_count > 0) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "a batch of the table does not have its columns");
    }
    if (batch->length > INT64_MAX / 32 - into->rows) {
        return pyr_fail_memory(error);
    }
    PYR_TRY(pyr_table_grow(into->table, into->rows, into->rows + batch->length, error));
    for (int32_t i = 0; i < into->count; i++) {
        source *column = &into->sources[i];
        const struct ArrowArray *array = batch->children[i];
        if (array == NULL || !has_extent(array) || array->length < batch->length ||
            array->length - batch->length < batch->offset || !has_buffers(array, column->kind, batch->length)) {
            return fail_column(column, "is shorter than its table", error);
        }
        bool nothing = column->kind == KIND_NOTHING;
        slice rows = {array, nothing ? NULL : array->buffers[0], nothing ? NULL : array->buffers[1],
                      array->offset + batch->offset, batch->length};
        pyr_type type = pyr_table_column_view(into->table, i)->type;
        char *values = pyr_table_array(into->table, i);
        PYR_TRY(import_column(column, type, &rows, values + (size_t)into->rows * widths[type], error));
    }
    into->rows += batch->length;
    return PYR_OK;
}

static pyr_status close_table(importer *into, pyr_error *error) {
    for (int32_t i = 0; i < into->count; i++) {
        if (pyr_table_column_view(into->table, i)->type == PYR_TEXT) {
            PYR_TRY(pyr_table_set_texts(into->table, i, &into->sources[i].interner, error));
        }
    }
    PYR_TRY(pyr_table_finish(into->table, into->rows, error));
    for (int32_t i = 0; i < into->count; i++) {
        const pyr_column *column = pyr_table_column_view(into->table, i);
        if (!column->nullable && column->absent_count > 0) {
            return fail_column(&into->sources[i], "has absent values though its schema says it has none", error);
        }
    }
    return PYR_OK;
}

/* ---- The stream ---- */

static pyr_status fail_stream(struct ArrowArrayStream *stream, int code, pyr_error *error) {
    const char *message = stream->get_last_error(stream);
    if (code == ENOMEM) {
        return pyr_fail_memory(error);
    }
    if (message == NULL) {
        message = "no reason given";
    }
    size_t length = strcspn(message, "\r\n");
    return pyr_fail(error, PYR_ERROR_ARGUMENT, "the table could not be had from where it came: %.*s",
                    (int)(length < 200 ? length : 200), message);
}

static pyr_status import_batches(importer *into, struct ArrowArrayStream *stream, pyr_error *error) {
    for (;;) {
        struct ArrowArray batch;
        memset(&batch, 0, sizeof batch);
        int code = stream->get_next(stream, &batch);
        if (code != 0) {
            return fail_stream(stream, code, error);
        }
        if (batch.release == NULL) {
            return PYR_OK;
        }
        pyr_status status = import_batch(into, &batch, error);
        batch.release(&batch);
        if (status != PYR_OK) {
            return status;
        }
    }
}

pyr_status pyr_arrow_import(const pyr_allocator *allocator, struct ArrowArrayStream *stream, const pyr_text *wanted,
                            int32_t wanted_count, pyr_table **out, pyr_error *error) {
    struct ArrowSchema schema;
    *out = NULL;
    memset(&schema, 0, sizeof schema);
    int code = stream->get_schema(stream, &schema);
    if (code != 0) {
        return fail_stream(stream, code, error);
    }
    importer into = {.allocator = allocator, .wanted = wanted, .wanted_count = wanted_count};
    pyr_status status = open_table(&into, &schema, error);
    if (status == PYR_OK) {
        status = import_batches(&into, stream, error);
    }
    if (status == PYR_OK) {
        status = close_table(&into, error);
    }
    for (int32_t i = 0; i < into.count; i++) {
        pyr_interner_clear(&into.sources[i].interner);
    }
    pyr_release_array(allocator, into.sources, (size_t)into.count, sizeof *into.sources);
    schema.release(&schema); /* the names of the columns are read until here */
    if (status != PYR_OK) {
        pyr_table_release(into.table);
        return status;
    }
    *out = into.table;
    return PYR_OK;
}
