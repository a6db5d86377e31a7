/* A session from the user's own tables. */
#include <stddef.h>
#include <string.h>

#include "../text/number.h"
#include "assemble.h"

typedef struct input {
    pyr_reading *reading;
    const pyr_table *table;
} input;

static const pyr_column *find_column(const pyr_table *table, const char *name) {
    int32_t index = pyr_table_find_column(table, pyr_text_of(name));
    return index < 0 ? NULL : pyr_table_column_view(table, index);
}

/* A column without a value is no other than a column that is not there: so a session's laps come back as they were. */
static bool says_something(const pyr_table *table, const char *name) {
    const pyr_column *column = find_column(table, name);
    return column != NULL && column->absent_count < pyr_table_row_count(table);
}

static pyr_text text_at(const pyr_column *column, int64_t row) {
    bool there = column != NULL && pyr_present(column, row);
    return there ? pyr_trim(pyr_dictionary_text_view(column->dictionary, pyr_int32s(column)[row])) : (pyr_text){"", 0};
}

static pyr_doubt_place place_of(const pyr_column *column) {
    pyr_doubt_place place = pyr_nowhere();
    place.column = pyr_text_of(column->name);
    return place;
}

/* ---- Columns of laps ---- */

/* Every string of the dictionary is interned once; rows then only look it up. */
static pyr_status take_texts(input *from, const pyr_column *column, pyr_interner *texts, int32_t *out,
                             pyr_error *error) {
    const pyr_allocator *allocator = from->reading->allocator;
    int32_t count = column->dictionary->count, *codes;
    PYR_TRY(pyr_new_array(allocator, (size_t)count, sizeof *codes, &codes, error));
    pyr_status status = PYR_OK;
    for (int32_t i = 0; i < count && status == PYR_OK; i++) {
        pyr_text text = pyr_trim(pyr_dictionary_text_view(column->dictionary, i));
        codes[i] = -1;
        if (text.length > 0) {
            status = pyr_interner_add(texts, text, &codes[i], error);
        }
    }
    for (int64_t row = 0; row < pyr_table_row_count(from->table) && status == PYR_OK; row++) {
        out[row] = pyr_present(column, row) ? codes[pyr_int32s(column)[row]] : -1;
    }
    pyr_release_array(allocator, codes, (size_t)count, sizeof *codes);
    return status;
}

/* A doubt about `count` values of a column that are left out; none where it is 0. */
static pyr_status doubt_values(input *from, const pyr_column *column, int64_t count, const char *what,
                               pyr_error *error) {
    if (count == 0) {
        return PYR_OK;
    }
    return pyr_doubts_add(&from->reading->doubts, PYR_WARNING, "field_not_read", place_of(column), error, "%lld %s",
                          (long long)count, what);
}

static pyr_status take_words(input *from, const pyr_column *column, const char *const *words, int32_t *out,
                             pyr_error *error) {
    int64_t unknown = 0;
    for (int64_t row = 0; row < pyr_table_row_count(from->table); row++) {
        pyr_text text = text_at(column, row);
        out[row] = -1;
        for (int32_t word = 0; words[word] != NULL && out[row] < 0; word++) {
            out[row] = pyr_text_equal(text, pyr_text_of(words[word])) ? word : -1;
        }
        unknown += text.length > 0 && out[row] < 0;
    }
    return doubt_values(from, column, unknown, "values are none of the words that are known here; left out", error);
}

static pyr_status take_durations(input *from, const pyr_column *column, int64_t *out, pyr_error *error) {
    int64_t refused = 0;
    for (int64_t row = 0; row < pyr_table_row_count(from->table); row++) {
        int64_t value = pyr_int64s(column)[row];
        bool fits = value >= 0 && value <= PYR_LONGEST_TIME;
        out[row] = pyr_present(column, row) && fits ? value : PYR_NO_TIME;
        refused += pyr_present(column, row) && !fits;
    }
    return doubt_values(from, column, refused, "times are negative or beyond ten thousand hours; left out", error);
}

static pyr_status take_integers(input *from, const pyr_column *column, int32_t *out, pyr_error *error) {
    int64_t refused = 0;
    for (int64_t row = 0; row < pyr_table_row_count(from->table); row++) {
        int64_t value = column->type == PYR_INT32 ? pyr_int32s(column)[row] : pyr_int64s(column)[row];
        bool fits = value >= 0 && value <= INT32_MAX;
        out[row] = pyr_present(column, row) && fits ? (int32_t)value : PYR_NO_INT32;
        refused += pyr_present(column, row) && !fits;
    }
    return doubt_values(from, column, refused, "numbers are negative or too large; left out", error);
}

static bool fits_type(const pyr_column *column, pyr_type wanted) {
    bool integer = column->type == PYR_INT32 || column->type == PYR_INT64;
    return column->type == wanted || (wanted == PYR_INT32 && integer);
}

static pyr_status take_column(input *from, const pyr_field *field, int32_t index, const pyr_column *column,
                              pyr_error *error) {
    void *out = pyr_table_array(from->reading->laps, index);
    int64_t rows = pyr_table_row_count(from->table);
    switch (field->type) {
    case PYR_TEXT:
        return field->words != NULL ? take_words(from, column, field->words, out, error)
                                    : take_texts(from, column, &from->reading->lap_texts[index], out, error);
    case PYR_DURATION:
        return take_durations(from, column, out, error);
    case PYR_INT32:
        return take_integers(from, column, out, error);
    case PYR_FLOAT64:
        for (int64_t row = 0; row < rows; row++) {
            ((double *)out)[row] = pyr_present(column, row) ? pyr_float64s(column)[row] : NAN;
        }
        break;
    case PYR_BOOL:
        for (int64_t row = 0; row < rows; row++) {
            uint8_t absent = field->nullable ? PYR_NO_BOOL : 0;
            ((uint8_t *)out)[row] = pyr_present(column, row) ? pyr_true(column, row) : absent;
        }
        break;
    case PYR_INT64:
        break;
    }
    return PYR_OK;
}

/* A column that the user does not give. */
static void leave_out(input *from, const pyr_field *field, int32_t index) {
    void *out = pyr_table_array(from->reading->laps, index);
    for (int64_t row = 0; row < pyr_table_row_count(from->table); row++) {
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

/* Lap numbers that are not given are counted by car in the order of the rows. */
static pyr_status count_laps(input *from, pyr_error *error) {
    pyr_reading *reading = from->reading;
    int32_t car_count = reading->lap_texts[PYR_LAP_CAR].count, *counts;
    const int32_t *car = pyr_table_array(reading->laps, PYR_LAP_CAR);
    int32_t *lap = pyr_table_array(reading->laps, PYR_LAP_LAP);
    PYR_TRY(pyr_new_array(reading->allocator, (size_t)car_count, sizeof *counts, &counts, error));
    memset(counts, 0, (size_t)car_count * sizeof *counts);
    for (int64_t row = 0; row < reading->lap_count; row++) {
        lap[row] = car[row] < 0 || counts[car[row]] == INT32_MAX ? PYR_NO_INT32 : ++counts[car[row]];
    }
    pyr_release_array(reading->allocator, counts, (size_t)car_count, sizeof *counts);
    return pyr_assume(reading, "lap_counted",
                      "lap numbers are not given: they are counted by car in the order of the rows", error);
}

static pyr_status take_laps(input *from, pyr_error *error) {
    pyr_reading *reading = from->reading;
    pyr_lap_source source = {0, -1, 0};
    int32_t count;
    const pyr_field *fields = pyr_part_fields(PYR_LAPS, &count);
    PYR_TRY(pyr_table_new(reading->allocator, fields, count, pyr_table_row_count(from->table), &reading->laps, error));
    for (int32_t i = 0; i < count; i++) {
        source.columns |= (uint32_t)says_something(from->table, fields[i].name) << i;
    }
    PYR_TRY(pyr_reading_add_lap_source(reading, source, error));
    for (int32_t i = 0; i < count; i++) {
        const pyr_column *column = find_column(from->table, fields[i].name);
        if (column == NULL || column->absent_count == pyr_table_row_count(from->table)) {
            leave_out(from, &fields[i], i);
        } else if (!fits_type(column, fields[i].type)) {
            static const char *const types[] = {[PYR_INT32] = "whole numbers",  [PYR_INT64] = "whole numbers",
                                                [PYR_FLOAT64] = "numbers",      [PYR_DURATION] = "durations",
                                                [PYR_BOOL] = "true and false", [PYR_TEXT] = "text"};
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "the column '%s' is not of the type that it should be: %s",
                            fields[i].name, types[fields[i].type]);
        } else {
            PYR_TRY(take_column(from, &fields[i], i, column, error));
        }
    }
    reading->lap_count = pyr_table_row_count(from->table);
    return find_column(from->table, "lap") == NULL ? count_laps(from, error) : PYR_OK;
}

/* Columns that the part does not have are named. */
static pyr_status report_columns(pyr_reading *reading, const pyr_table *table, pyr_part part, pyr_error *error) {
    int32_t count;
    const pyr_field *fields = pyr_part_fields(part, &count);
    for (int32_t i = 0; i < pyr_table_column_count(table); i++) {
        const pyr_column *column = pyr_table_column_view(table, i);
        bool known = false;
        for (int32_t field = 0; field < count; field++) {
            known = known || strcmp(column->name, fields[field].name) == 0;
        }
        if (!known) {
            PYR_TRY(pyr_doubts_add(&reading->doubts, PYR_NOTE, "unknown_column", place_of(column), error,
                                   "this column of the %s is not known and is not kept", pyr_part_name(part)));
        }
    }
    return PYR_OK;
}

/* ---- Entries ---- */

static pyr_status take_code(const pyr_column *column, int64_t row, pyr_interner *texts, int32_t *code,
                            pyr_error *error) {
    pyr_text text = text_at(column, row);
    *code = -1;
    return text.length == 0 ? PYR_OK : pyr_interner_add(texts, text, code, error);
}

/* `A / B / C` as an entry table has them. */
static pyr_status split_drivers(pyr_reading *reading, pyr_text names, pyr_error *error) {
    for (int32_t number = 1; names.length > 0; number++) {
        size_t length = 0;
        while (length < names.length && !(names.length - length >= 3 && memcmp(names.data + length, " / ", 3) == 0)) {
            length++;
        }
        pyr_text name = pyr_trim((pyr_text){names.data, length});
        size_t step = length + 3 < names.length ? length + 3 : names.length;
        names = (pyr_text){names.data + step, names.length - step};
        if (name.length == 0) {
            continue;
        }
        pyr_crew_row row = {.number = number, .rating = -1, .country = -1, .result = reading->result_count};
        PYR_TRY(pyr_interner_add(&reading->lap_texts[PYR_LAP_DRIVER], name, &row.driver, error));
        PYR_TRY(pyr_grow_array(reading->allocator, &reading->crew, &reading->crew_capacity, reading->crew_count + 1,
                               sizeof *reading->crew, error));
        reading->crew[reading->crew_count++] = row;
    }
    return PYR_OK;
}

static pyr_status take_entries(pyr_reading *reading, const pyr_table *entries, pyr_error *error) {
    static const char *const names[] = {"car",     "class",     "group",   "team",
                                        "vehicle", "tyre_make", "drivers", "manufacturer"};
    const pyr_column *columns[sizeof names / sizeof *names];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        columns[i] = find_column(entries, names[i]);
        if (columns[i] != NULL && columns[i]->type != PYR_TEXT) {
            if (i == 0 || columns[i]->absent_count < pyr_table_row_count(entries)) {
                return pyr_fail(error, PYR_ERROR_ARGUMENT, "the column '%s' of the entries is not text", names[i]);
            }
            columns[i] = NULL;
        }
    }
    if (columns[0] == NULL) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "the entries have no column 'car'");
    }
    int64_t nameless = 0;
    for (int64_t i = 0; i < pyr_table_row_count(entries); i++) {
        pyr_result_row row = {.source = -1, .occurrence = 1, .position = PYR_NO_INT32, .class_position = PYR_NO_INT32,
                              .status = -1, .laps = PYR_NO_INT32};
        PYR_TRY(take_code(columns[0], i, &reading->lap_texts[PYR_LAP_CAR], &row.car, error));
        if (row.car < 0) {
            nameless++;
            continue;
        }
        PYR_TRY(take_code(columns[1], i, &reading->lap_texts[PYR_LAP_CLASS], &row.class_code, error));
        PYR_TRY(take_code(columns[2], i, &reading->lap_texts[PYR_LAP_GROUP], &row.group, error));
        PYR_TRY(take_code(columns[3], i, &reading->lap_texts[PYR_LAP_TEAM], &row.team, error));
        PYR_TRY(take_code(columns[7], i, &reading->lap_texts[PYR_LAP_MANUFACTURER], &row.manufacturer, error));
        PYR_TRY(take_code(columns[4], i, &reading->texts, &row.vehicle, error));
        PYR_TRY(take_code(columns[5], i, &reading->texts, &row.tyre_make, error));
        PYR_TRY(split_drivers(reading, text_at(columns[6], i), error));
        PYR_TRY(pyr_grow_array(reading->allocator, &reading->results, &reading->result_capacity,
                               reading->result_count + 1, sizeof *reading->results, error));
        reading->results[reading->result_count++] = row;
    }
    if (nameless == 0) {
        return PYR_OK;
    }
    return pyr_doubts_add(&reading->doubts, PYR_WARNING, "row_not_kept", place_of(columns[0]), error,
                          "%lld entries name no car and are not kept", (long long)nameless);
}

/* Columns that the laps do not have at all are those of the entries. */
static pyr_status complete_laps(input *from, pyr_error *error) {
    static const struct {
        const char *name;
        int32_t column;
        size_t place;
    } columns[] = {{"class", PYR_LAP_CLASS, offsetof(pyr_result_row, class_code)},
                   {"group", PYR_LAP_GROUP, offsetof(pyr_result_row, group)},
                   {"team", PYR_LAP_TEAM, offsetof(pyr_result_row, team)},
                   {"manufacturer", PYR_LAP_MANUFACTURER, offsetof(pyr_result_row, manufacturer)}};
    pyr_reading *reading = from->reading;
    const int32_t *car = pyr_table_array(reading->laps, PYR_LAP_CAR);
    int32_t car_count = reading->lap_texts[PYR_LAP_CAR].count;
    const pyr_result_row **of_car;
    PYR_TRY(pyr_new_array(reading->allocator, (size_t)car_count, sizeof *of_car, &of_car, error));
    memset((void *)of_car, 0, (size_t)car_count * sizeof *of_car);
    for (size_t i = 0; i < reading->result_count; i++) {
        of_car[reading->results[i].car] = &reading->results[i];
    }
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        int32_t *codes = pyr_table_array(reading->laps, columns[i].column);
        bool given = find_column(from->table, columns[i].name) != NULL;
        for (int64_t row = 0; row < reading->lap_count && !given; row++) {
            const pyr_result_row *entry = car[row] < 0 ? NULL : of_car[car[row]];
            codes[row] = entry == NULL ? -1 : *(const int32_t *)((const char *)entry + columns[i].place);
        }
    }
    pyr_release_array(reading->allocator, (void *)of_car, (size_t)car_count, sizeof *of_car);
    return PYR_OK;
}

pyr_status pyr_session_from_laps(const pyr_allocator *allocator, const pyr_table *laps, const pyr_table *entries,
                                 const pyr_read_options *options, pyr_session **out, pyr_error *error) {
    pyr_read_options defaults = pyr_read_options_default();
    pyr_reading reading;
    input from = {&reading, laps};
    *out = NULL;
    options = options == NULL ? &defaults : options;
    PYR_TRY(pyr_check_read_options(options, error));
    if (find_column(laps, "car") == NULL ||
        (find_column(laps, "lap_time") == NULL && find_column(laps, "elapsed") == NULL)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "laps need a column 'car' and one of 'lap_time' and 'elapsed'; name them with columns=");
    }
    pyr_reading_init(&reading, allocator);
    reading.flags_published = says_something(laps, "flag");
    pyr_status status = take_laps(&from, error);
    if (status == PYR_OK) {
        status = report_columns(&reading, laps, PYR_LAPS, error);
    }
    if (status == PYR_OK && entries != NULL) {
        status = report_columns(&reading, entries, PYR_ENTRIES, error);
    }
    if (status == PYR_OK && entries != NULL) {
        status = take_entries(&reading, entries, error);
    }
    if (status == PYR_OK && entries != NULL) {
        status = complete_laps(&from, error);
    }
    if (status == PYR_OK) {
        pyr_assembly assembly = {.reading = &reading, .options = options};
        status = pyr_assemble(&assembly, out, error);
    }
    pyr_reading_clear(&reading);
    return status;
}
