/* Columns that the user gives -> columns of a part. */
#include <string.h>

#include "../text/number.h"
#include "own.h"

typedef struct input {
    pyr_reading *reading;
    const pyr_table *table;
} input;

static const pyr_column *find_column(const pyr_table *table, const char *name) {
    int32_t index = pyr_table_find_column(table, pyr_text_of(name));
    return index < 0 ? NULL : pyr_table_column_view(table, index);
}

bool pyr_own_says(const pyr_table *table, const char *name) {
    const pyr_column *column = find_column(table, name);
    return column != NULL && column->absent_count < pyr_table_row_count(table);
}

static pyr_doubt_place place_of(const char *column) {
    pyr_doubt_place place = pyr_nowhere();
    place.column = pyr_text_of(column);
    return place;
}

pyr_status pyr_own_doubt(pyr_reading *reading, const char *code, const char *column, int64_t count, const char *what,
                         pyr_error *error) {
    if (count == 0) {
        return PYR_OK;
    }
    return pyr_doubts_add(&reading->doubts, PYR_WARNING, code, place_of(column), error, "%lld %s", (long long)count,
                          what);
}

static pyr_status doubt_values(const input *from, const pyr_column *column, int64_t count, const char *what,
                               pyr_error *error) {
    return pyr_own_doubt(from->reading, "field_not_read", column->name, count, what, error);
}

enum { UNUSED = -1, USED = 0, NO_TEXT = -1, NO_WORD = -2 };

static int32_t find_word(pyr_text text, const char *const *words) {
    for (int32_t word = 0; words[word] != NULL; word++) {
        if (pyr_text_equal(text, pyr_text_of(words[word]))) {
            return word;
        }
    }
    return text.length == 0 ? NO_TEXT : NO_WORD;
}

/* Each string of the dictionary that a row has is looked up once. Frames may bring dictionaries of far more strings,
 * which must not become cars. */
static pyr_status take_texts(const input *from, const pyr_column *column, const char *const *words,
                             pyr_interner *texts, int32_t *out, pyr_error *error) {
    const pyr_allocator *allocator = from->reading->allocator;
    const int32_t *given = pyr_int32s(column);
    int32_t count = column->dictionary->count, *codes;
    int64_t rows = pyr_table_row_count(from->table), unknown = 0;
    PYR_TRY(pyr_new_array(allocator, (size_t)count, sizeof *codes, &codes, error));
    for (int32_t i = 0; i < count; i++) {
        codes[i] = UNUSED;
    }
    for (int64_t row = 0; row < rows; row++) {
        if (pyr_present(column, row)) {
            codes[given[row]] = USED;
        }
    }
    pyr_status status = PYR_OK;
    for (int32_t i = 0; i < count && status == PYR_OK; i++) {
        pyr_text text = pyr_trim(pyr_dictionary_text_view(column->dictionary, i));
        if (codes[i] == USED && words != NULL) {
            codes[i] = find_word(text, words);
        } else if (codes[i] == USED && text.length == 0) {
            codes[i] = NO_TEXT;
        } else if (codes[i] == USED) {
            status = pyr_interner_add(texts, text, &codes[i], error);
        }
    }
    for (int64_t row = 0; row < rows && status == PYR_OK; row++) {
        int32_t code = pyr_present(column, row) ? codes[given[row]] : NO_TEXT;
        unknown += code == NO_WORD;
        out[row] = code == NO_WORD ? NO_TEXT : code;
    }
    pyr_release_array(allocator, codes, (size_t)count, sizeof *codes);
    PYR_TRY(status);
    return doubt_values(from, column, unknown, "values are none of the words that are known here; left out", error);
}

/* What can be negative: the clock of the weather before the day of the session, and in a result an interval to a car
 * that did not finish. Laps cannot. */
static pyr_status take_durations(const input *from, const pyr_column *column, bool negative, int64_t *out,
                                 pyr_error *error) {
    int64_t refused = 0, least = negative ? -PYR_LONGEST_TIME : 0;
    for (int64_t row = 0; row < pyr_table_row_count(from->table); row++) {
        int64_t value = pyr_int64s(column)[row];
        bool fits = value >= least && value <= PYR_LONGEST_TIME;
        out[row] = pyr_present(column, row) && fits ? value : PYR_NO_TIME;
        refused += pyr_present(column, row) && !fits;
    }
    return doubt_values(from, column, refused,
                        negative ? "times are beyond ten thousand hours; left out"
                                 : "times are negative or beyond ten thousand hours; left out",
                        error);
}

static pyr_status take_integers(const input *from, const pyr_column *column, bool negative, int32_t *out,
                                pyr_error *error) {
    int64_t refused = 0, least = negative ? -INT32_MAX : 0;
    for (int64_t row = 0; row < pyr_table_row_count(from->table); row++) {
        int64_t value = column->type == PYR_INT32 ? pyr_int32s(column)[row] : pyr_int64s(column)[row];
        bool fits = value >= least && value <= INT32_MAX;
        out[row] = pyr_present(column, row) && fits ? (int32_t)value : PYR_NO_INT32;
        refused += pyr_present(column, row) && !fits;
    }
    return doubt_values(from, column, refused,
                        negative ? "numbers are too large; left out" : "numbers are negative or too large; left out",
                        error);
}

/* The interner that the texts of a column go into. */
static pyr_interner *texts_of(pyr_reading *reading, const char *column) {
    int32_t count;
    const pyr_field *fields = pyr_part_fields(PYR_LAPS, &count);
    for (int32_t i = PYR_LAP_CAR; i <= PYR_LAP_DRIVER; i++) {
        if (strcmp(fields[i].name, column) == 0) {
            return &reading->lap_texts[i];
        }
    }
    return &reading->texts;
}

/* That a lap is deleted is said of it or absent: who has no word for absent, as NumPy has none, says false. */
static void take_booleans(const pyr_field *field, pyr_part part, const pyr_column *column, int64_t rows, uint8_t *out) {
    uint8_t absent = field->nullable ? PYR_NO_BOOL : 0;
    bool only_true = part == PYR_LAPS && strcmp(field->name, "deleted") == 0;
    for (int64_t row = 0; row < rows; row++) {
        bool stated = pyr_present(column, row) && (pyr_true(column, row) || !only_true);
        out[row] = stated ? pyr_true(column, row) : absent;
    }
}

static pyr_status take_column(const input *from, const pyr_field *field, pyr_part part, const pyr_column *column,
                              void *out, pyr_error *error) {
    int64_t rows = pyr_table_row_count(from->table);
    switch (field->type) {
    case PYR_TEXT:
        return take_texts(from, column, field->words, texts_of(from->reading, field->name), out, error);
    case PYR_DURATION:
        return take_durations(from, column, part != PYR_LAPS, out, error);
    case PYR_INT32:
        return take_integers(from, column, part != PYR_LAPS, out, error);
    case PYR_FLOAT64:
        for (int64_t row = 0; row < rows; row++) {
            ((double *)out)[row] = pyr_present(column, row) ? pyr_float64s(column)[row] : NAN;
        }
        break;
    case PYR_BOOL:
        take_booleans(field, part, column, rows, out);
        break;
    case PYR_INT64:
        break;
    }
    return PYR_OK;
}

/* A column that the user does not give. */
static void leave_out(const pyr_field *field, int64_t rows, void *out) {
    for (int64_t row = 0; row < rows; row++) {
        if (field->type == PYR_TEXT) {
            ((int32_t *)out)[row] = -1;
        } else if (field->type == PYR_INT32) {
            ((int32_t *)out)[row] = PYR_NO_INT32;
        } else if (field->type == PYR_FLOAT64) {
            ((double *)out)[row] = NAN;
        } else if (field->type == PYR_BOOL) {
            ((uint8_t *)out)[row] = field->nullable ? PYR_NO_BOOL : 0;
        } else {
            ((int64_t *)out)[row] = PYR_NO_TIME;
        }
    }
}

/* Columns that the part does not have are named. */
static pyr_status report_columns(const input *from, pyr_part part, pyr_error *error) {
    int32_t count;
    const pyr_field *fields = pyr_part_fields(part, &count);
    for (int32_t i = 0; i < pyr_table_column_count(from->table); i++) {
        const pyr_column *column = pyr_table_column_view(from->table, i);
        bool known = false;
        for (int32_t field = 0; field < count; field++) {
            known = known || strcmp(column->name, fields[field].name) == 0;
        }
        if (!known) {
            PYR_TRY(pyr_doubts_add(&from->reading->doubts, PYR_NOTE, "unknown_column", place_of(column->name), error,
                                   "this column of the %s is not known and is not kept", pyr_part_name(part)));
        }
    }
    return PYR_OK;
}

static bool fits_type(const pyr_column *column, pyr_type wanted) {
    bool integer = column->type == PYR_INT32 || column->type == PYR_INT64;
    return column->type == wanted || (wanted == PYR_INT32 && integer);
}

pyr_status pyr_own_take(pyr_reading *reading, const pyr_table *table, pyr_part part, int32_t count, pyr_table **out,
                        pyr_error *error) {
    input from = {reading, table};
    int64_t rows = pyr_table_row_count(table);
    int32_t all;
    const pyr_field *fields = pyr_part_fields(part, &all);
    PYR_TRY(report_columns(&from, part, error));
    PYR_TRY(pyr_table_new(reading->allocator, fields, count, rows, out, error));
    for (int32_t i = 0; i < count; i++) {
        const pyr_column *column = find_column(table, fields[i].name);
        if (column == NULL || column->absent_count == rows) {
            leave_out(&fields[i], rows, pyr_table_array(*out, i));
        } else if (!fits_type(column, fields[i].type)) {
            static const char *const types[] = {[PYR_INT32] = "whole numbers",  [PYR_INT64] = "whole numbers",
                                                [PYR_FLOAT64] = "numbers",      [PYR_DURATION] = "durations",
                                                [PYR_BOOL] = "true and false", [PYR_TEXT] = "text"};
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "the column '%s' of the %s is not of the type that it should "
                            "be: %s", fields[i].name, pyr_part_name(part), types[fields[i].type]);
        } else {
            PYR_TRY(take_column(&from, &fields[i], part, column, pyr_table_array(*out, i), error));
        }
    }
    return PYR_OK;
}
