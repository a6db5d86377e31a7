/* Published results: of a race, of a practice or qualifying session, by class; and the best ten laps by driver. */
#include <stdio.h>

#include "../text/number.h"
#include "reading.h"

enum { DRIVERS = 6, ROWS_PER_NUMBER = 9 };

/* Where each value stands; -1: not in this file. */
typedef struct layout {
    int32_t position, class_position, car, class_code, group, team, vehicle, tyre_make, status, laps, total_time, gap,
        interval, best_lap, best_lap_number;
    struct {
        int32_t name, first_name, second_name, rating, country;
    } drivers[DRIVERS];
} layout;

static int32_t find_either(const pyr_file *file, const char *name, const char *other) {
    int32_t column = pyr_file_find(file, name);
    return column >= 0 || other == NULL ? column : pyr_file_find(file, other);
}

static int32_t find_driver(const pyr_file *file, int driver, const char *ending) {
    char name[48];
    snprintf(name, sizeof name, "DRIVER%d_%s", driver, ending);
    int32_t column = pyr_file_find(file, name);
    if (column < 0 && driver == 1) { /* cars with one driver: no number */
        snprintf(name, sizeof name, "DRIVER_%s", ending);
        column = pyr_file_find(file, name);
    }
    return column;
}

static layout find_layout(const pyr_file *file) {
    bool timed = pyr_file_find(file, "POSITION") < 0 && pyr_file_find(file, "CLASS_TYPE") < 0; /* practice, qualifying */
    layout columns = {
        .position = find_either(file, "POSITION", "POS"),
        .class_position = pyr_file_find(file, "PIC"),
        .car = pyr_file_find(file, "NUMBER"),
        .class_code = find_either(file, "CLASS", "CLASS_TYPE"),
        .group = pyr_file_find(file, "GROUP"),
        .team = pyr_file_find(file, "TEAM"),
        .vehicle = pyr_file_find(file, "VEHICLE"),
        .tyre_make = find_either(file, "TIRES", "TYRES"),
        .status = pyr_file_find(file, "STATUS"),
        .laps = pyr_file_find(file, "LAPS"),
        .total_time = timed ? -1 : find_either(file, "TOTAL_TIME", "ELAPSED"),
        .gap = pyr_file_find(file, "GAP_FIRST"),
        .interval = pyr_file_find(file, "GAP_PREVIOUS"),
        .best_lap = timed ? pyr_file_find(file, "TIME") : find_either(file, "FL_TIME", "BEST_LAP_TIME"),
        .best_lap_number = timed ? pyr_file_find(file, "LAP") : find_either(file, "FL_LAPNUM", "BEST_LAP_NUM"),
    };
    for (int i = 0; i < DRIVERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "DRIVER_%d", i + 1);
        columns.drivers[i].name = find_either(file, name, i == 0 ? "DRIVER" : NULL);
        columns.drivers[i].first_name = find_driver(file, i + 1, "FIRSTNAME");
        columns.drivers[i].second_name = find_driver(file, i + 1, "SECONDNAME");
        columns.drivers[i].rating = find_driver(file, i + 1, "LICENSE");
        columns.drivers[i].country = find_driver(file, i + 1, "COUNTRY");
    }
    return columns;
}

/* ---- Fields: blank, missing and `-` are absent ---- */

/* A row may be shorter than the header: the empty places of drivers at its end are not written. */
static pyr_text field_at(const pyr_file *file, int32_t column) {
    if (column < 0 || (size_t)column >= file->csv.field_count) {
        return (pyr_text){"", 0};
    }
    return pyr_trim(file->csv.fields[column]);
}

static pyr_status doubt_field(pyr_file *file, int64_t line, int32_t column, const char *what, pyr_error *error) {
    return pyr_file_doubt(file, PYR_WARNING, "field_not_read", line, file->columns[column], field_at(file, column), what, error);
}

static pyr_status take_number(pyr_file *file, int64_t line, int32_t column, int32_t *value, pyr_error *error) {
    pyr_text text = field_at(file, column);
    *value = PYR_NO_INT32;
    if (text.length == 0 || pyr_parse_integer(text, value)) {
        return PYR_OK;
    }
    *value = PYR_NO_INT32;
    return doubt_field(file, line, column, "is not a whole number; the field is left out", error);
}

static pyr_status take_duration(pyr_file *file, int64_t line, int32_t column, int64_t *value, pyr_error *error) {
    pyr_text text = field_at(file, column);
    *value = PYR_NO_TIME;
    if (text.length == 0 || pyr_text_equal(text, pyr_text_of("-"))) {
        return PYR_OK;
    }
    if (!pyr_parse_duration(text, value) || *value > PYR_LONGEST_TIME || *value < -PYR_LONGEST_TIME) {
        *value = PYR_NO_TIME;
        return doubt_field(file, line, column, "is not a time; the field is left out", error);
    }
    return PYR_OK;
}

/* `+2.948`, `1'10.896`, `14 Laps`, `-100 Laps`. */
static pyr_status take_gap(pyr_file *file, int64_t line, int32_t column, int64_t *gap, int32_t *laps, pyr_error *error) {
    pyr_text text = field_at(file, column), number = text;
    *gap = PYR_NO_TIME;
    *laps = PYR_NO_INT32;
    while (number.length > 0 && number.data[number.length - 1] != ' ') {
        number.length--;
    }
    pyr_text unit = {text.data + number.length, text.length - number.length};
    if (number.length > 0 && (pyr_text_equal(unit, pyr_text_of("Lap")) || pyr_text_equal(unit, pyr_text_of("Laps")))) {
        if (!pyr_parse_integer(number, laps)) {
            *laps = PYR_NO_INT32;
            return doubt_field(file, line, column, "is not a number of laps; the field is left out", error);
        }
        return PYR_OK;
    }
    return take_duration(file, line, column, gap, error);
}

static pyr_status take_status(pyr_file *file, int64_t line, int32_t column, int32_t *status, pyr_error *error) {
    static const struct {
        const char *word;
        pyr_result_status status;
    } words[] = {{"Classified", PYR_CLASSIFIED},     {"Not classified", PYR_NOT_CLASSIFIED}, {"Not Classified", PYR_NOT_CLASSIFIED},
                 {"Retired", PYR_RETIRED},           {"Disqualified", PYR_DISQUALIFIED},     {"Excluded", PYR_DISQUALIFIED},
                 {"Not started", PYR_NOT_STARTED},   {"Not Started", PYR_NOT_STARTED}};
    pyr_text text = field_at(file, column);
    *status = -1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (pyr_text_equal(text, pyr_text_of(words[i].word))) {
            *status = (int32_t)words[i].status;
        }
    }
    return *status < 0 && text.length > 0 ? doubt_field(file, line, column, "is no status that is known; left out", error) : PYR_OK;
}

static pyr_status take_text(pyr_file *file, pyr_interner *texts, int32_t column, int32_t *code, pyr_error *error) {
    return pyr_file_intern(file, field_at(file, column), texts, code, error);
}

/* ---- Drivers ---- */

static pyr_status join_names(pyr_file *file, pyr_reading *reading, pyr_text first, pyr_text second, int32_t *code,
                             pyr_error *error) {
    char *name;
    size_t size = first.length + second.length + 1; /* both are shorter than a record */
    PYR_TRY(pyr_new_array(reading->allocator, size, 1, &name, error));
    memcpy(name, first.data, first.length);
    name[first.length] = ' ';
    memcpy(name + first.length + 1, second.data, second.length);
    pyr_status status = pyr_file_intern(file, (pyr_text){name, size}, &reading->lap_texts[PYR_LAP_DRIVER], code, error);
    pyr_release_array(reading->allocator, name, size, 1);
    return status;
}

static pyr_status take_drivers(pyr_file *file, const layout *columns, pyr_reading *reading, pyr_error *error) {
    for (int i = 0; i < DRIVERS; i++) {
        pyr_crew_row row = {.number = i + 1, .result = reading->result_count};
        if (columns->drivers[i].second_name >= 0) {
            PYR_TRY(join_names(file, reading, field_at(file, columns->drivers[i].first_name),
                               field_at(file, columns->drivers[i].second_name), &row.driver, error));
        } else {
            PYR_TRY(take_text(file, &reading->lap_texts[PYR_LAP_DRIVER], columns->drivers[i].name, &row.driver, error));
        }
        if (row.driver < 0) {
            continue;
        }
        PYR_TRY(take_text(file, &reading->texts, columns->drivers[i].rating, &row.rating, error));
        PYR_TRY(take_text(file, &reading->texts, columns->drivers[i].country, &row.country, error));
        PYR_TRY(pyr_grow_array(reading->allocator, &reading->crew, &reading->crew_capacity, reading->crew_count + 1,
                               sizeof *reading->crew, error));
        reading->crew[reading->crew_count++] = row;
    }
    return PYR_OK;
}

/* ---- Rows ---- */

/* How often each car code came in this file so far, and the last row that had it. */
typedef struct occurrences {
    struct occurrence {
        int32_t count;
        size_t last;
    } *items;
    size_t count, capacity;
} occurrences;

static pyr_status count_occurrence(occurrences *seen, const pyr_allocator *allocator, pyr_result_row *row, size_t index,
                                   pyr_error *error) {
    size_t car = (size_t)row->car;
    PYR_TRY(pyr_grow_array(allocator, &seen->items, &seen->capacity, car + 1, sizeof *seen->items, error));
    for (; seen->count <= car; seen->count++) {
        seen->items[seen->count] = (struct occurrence){0, 0};
    }
    row->occurrence = ++seen->items[car].count;
    row->same_number = seen->items[car].last;
    seen->items[car].last = index;
    return PYR_OK;
}

static pyr_status fill_row(pyr_file *file, const layout *columns, pyr_reading *reading, pyr_result_row *row, pyr_error *error) {
    int64_t line = row->line;
    PYR_TRY(take_text(file, &reading->lap_texts[PYR_LAP_CLASS], columns->class_code, &row->class_code, error));
    PYR_TRY(take_text(file, &reading->lap_texts[PYR_LAP_GROUP], columns->group, &row->group, error));
    PYR_TRY(take_text(file, &reading->lap_texts[PYR_LAP_TEAM], columns->team, &row->team, error));
    PYR_TRY(take_text(file, &reading->texts, columns->vehicle, &row->vehicle, error));
    PYR_TRY(take_text(file, &reading->texts, columns->tyre_make, &row->tyre_make, error));
    PYR_TRY(take_number(file, line, columns->position, &row->position, error));
    PYR_TRY(take_number(file, line, columns->class_position, &row->class_position, error));
    PYR_TRY(take_status(file, line, columns->status, &row->status, error));
    PYR_TRY(take_number(file, line, columns->laps, &row->laps, error));
    PYR_TRY(take_duration(file, line, columns->total_time, &row->total_time, error));
    PYR_TRY(take_gap(file, line, columns->gap, &row->gap, &row->gap_laps, error));
    PYR_TRY(take_gap(file, line, columns->interval, &row->interval, &row->interval_laps, error));
    PYR_TRY(take_duration(file, line, columns->best_lap, &row->best_lap, error));
    PYR_TRY(take_number(file, line, columns->best_lap_number, &row->best_lap_number, error));
    if (row->best_lap_number == 0) { /* SRO: no lap */
        row->best_lap_number = PYR_NO_INT32;
    }
    return PYR_OK;
}

static pyr_status list_row(pyr_file *file, int64_t line, const char *what, pyr_error *error) {
    file->rows_listed++;
    return pyr_file_doubt(file, PYR_WARNING, "row_not_kept", line, (pyr_text){NULL, 0}, (pyr_text){NULL, 0}, what, error);
}

static pyr_status take_row(pyr_file *file, const layout *columns, pyr_reading *reading, occurrences *seen,
                           pyr_result_row row, pyr_error *error) {
    PYR_TRY(take_text(file, &reading->lap_texts[PYR_LAP_CAR], columns->car, &row.car, error));
    if (row.car < 0) {
        return list_row(file, row.line, "this row names no car and is not kept", error);
    }
    PYR_TRY(count_occurrence(seen, reading->allocator, &row, reading->result_count, error));
    if (row.occurrence > ROWS_PER_NUMBER) {
        return list_row(file, row.line, "more than nine rows under one number; not kept", error);
    }
    PYR_TRY(fill_row(file, columns, reading, &row, error));
    PYR_TRY(take_drivers(file, columns, reading, error));
    PYR_TRY(pyr_grow_array(reading->allocator, &reading->results, &reading->result_capacity, reading->result_count + 1,
                           sizeof *reading->results, error));
    reading->results[reading->result_count++] = row;
    return PYR_OK;
}

static pyr_status report_rows(pyr_file *file, bool cut_short, int64_t line, int64_t long_rows, pyr_error *error) {
    pyr_text nothing = {NULL, 0};
    if (long_rows > 0) {
        PYR_TRY(pyr_file_doubt(file, PYR_WARNING, "field_count", 0, nothing, nothing,
                               "some rows have more fields than the header; those beyond it are not kept", error));
    }
    if (cut_short) {
        PYR_TRY(pyr_file_doubt(file, PYR_WARNING, "file_cut_short", line, nothing, nothing,
                               "the file ends inside this row, or its last line has no end", error));
    }
    return PYR_OK;
}

pyr_status pyr_read_results(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error) {
    layout columns = find_layout(file);
    occurrences seen = {NULL, 0, 0};
    pyr_status status = PYR_OK;
    int64_t line = 0, long_rows = 0;
    bool cut_short = false;
    for (bool more = true; status == PYR_OK;) {
        status = pyr_file_next(file, &more, &line, error);
        if (status != PYR_OK || !more) {
            break;
        }
        long_rows += file->csv.field_count > file->column_count;
        cut_short = file->csv.open_quote;
        status = take_row(file, &columns, reading, &seen, (pyr_result_row){.source = source, .line = line}, error);
    }
    if (status == PYR_OK) {
        status = report_rows(file, cut_short, line, long_rows, error);
    }
    pyr_release_array(reading->allocator, seen.items, seen.capacity, sizeof *seen.items);
    return status;
}

/* Its rows restate laps, so none is kept. */
pyr_status pyr_read_best_laps(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error) {
    pyr_text nothing = {NULL, 0};
    int64_t line;
    (void)source;
    (void)reading;
    for (bool more = true; more;) {
        PYR_TRY(pyr_file_next(file, &more, &line, error));
    }
    file->rows_listed = file->rows;
    return pyr_file_doubt(file, PYR_NOTE, "best_laps_not_kept", 0, nothing, nothing,
                          "lists of best laps restate the laps and are not kept; ask fastest_laps", error);
}
