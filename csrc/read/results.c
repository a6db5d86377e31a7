/* Published results: of a race, of a practice or qualifying session, by class; and the best ten laps by driver. */
#include <stddef.h>
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
    /* practice and qualifying */
    bool timed = pyr_file_find(file, "POSITION") < 0 && pyr_file_find(file, "CLASS_TYPE") < 0;
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

static pyr_status doubt_field(pyr_file *file, int64_t line, int32_t column, const char *what, pyr_error *error) {
    return pyr_file_doubt(file, PYR_WARNING, "field_not_read", line, file->columns[column],
                          pyr_file_field(file, column), what, error);
}

static pyr_status take_number(pyr_file *file, int64_t line, int32_t column, int32_t *value, pyr_error *error) {
    pyr_text text = pyr_file_field(file, column);
    *value = PYR_NO_INT32;
    if (text.length == 0 || pyr_parse_integer(text, value)) {
        return PYR_OK;
    }
    *value = PYR_NO_INT32;
    return doubt_field(file, line, column, "is not a whole number; the field is left out", error);
}

static pyr_status take_duration(pyr_file *file, int64_t line, int32_t column, int64_t *value, pyr_error *error) {
    pyr_text text = pyr_file_field(file, column);
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
static pyr_status take_gap(pyr_file *file, int64_t line, int32_t column, int64_t *gap, int32_t *laps,
                           pyr_error *error) {
    pyr_text text = pyr_file_field(file, column), number = text;
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
    } words[] = {{"Classified", PYR_CLASSIFIED},         {"Not classified", PYR_NOT_CLASSIFIED},
                 {"Not Classified", PYR_NOT_CLASSIFIED}, {"Retired", PYR_RETIRED},
                 {"Disqualified", PYR_DISQUALIFIED},     {"Excluded", PYR_DISQUALIFIED},
                 {"Not started", PYR_NOT_STARTED},       {"Not Started", PYR_NOT_STARTED}};
    pyr_text text = pyr_file_field(file, column);
    *status = -1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (pyr_text_equal(text, pyr_text_of(words[i].word))) {
            *status = (int32_t)words[i].status;
        }
    }
    if (*status >= 0 || text.length == 0) {
        return PYR_OK;
    }
    return doubt_field(file, line, column, "is no status that is known; left out", error);
}

static pyr_status take_text(pyr_file *file, int64_t line, int32_t column, pyr_interner *texts, int32_t *code,
                            pyr_error *error) {
    return pyr_file_intern(file, line, pyr_file_field(file, column), texts, code, error);
}

/* ---- Drivers ---- */

static pyr_status join_names(pyr_file *file, int64_t line, pyr_text first, pyr_text second, pyr_reading *reading,
                             int32_t *code, pyr_error *error) {
    char *name;
    size_t size = first.length + second.length + 1; /* both are shorter than a record */
    PYR_TRY(pyr_new_array(reading->allocator, size, 1, &name, error));
    memcpy(name, first.data, first.length);
    name[first.length] = ' ';
    memcpy(name + first.length + 1, second.data, second.length);
    pyr_status status =
        pyr_file_intern(file, line, (pyr_text){name, size}, &reading->lap_texts[PYR_LAP_DRIVER], code, error);
    pyr_release_array(reading->allocator, name, size, 1);
    return status;
}

static pyr_status take_drivers(pyr_file *file, int64_t line, const layout *columns, pyr_reading *reading,
                               pyr_error *error) {
    pyr_interner *drivers = &reading->lap_texts[PYR_LAP_DRIVER];
    for (int i = 0; i < DRIVERS; i++) {
        pyr_crew_row row = {.number = i + 1, .result = reading->result_count};
        if (columns->drivers[i].second_name >= 0) {
            PYR_TRY(join_names(file, line, pyr_file_field(file, columns->drivers[i].first_name),
                               pyr_file_field(file, columns->drivers[i].second_name), reading, &row.driver, error));
        } else {
            PYR_TRY(take_text(file, line, columns->drivers[i].name, drivers, &row.driver, error));
        }
        if (row.driver < 0) {
            continue;
        }
        PYR_TRY(take_text(file, line, columns->drivers[i].rating, &reading->texts, &row.rating, error));
        PYR_TRY(take_text(file, line, columns->drivers[i].country, &reading->texts, &row.country, error));
        PYR_TRY(pyr_grow_array(reading->allocator, &reading->crew, &reading->crew_capacity, reading->crew_count + 1,
                               sizeof *reading->crew, error));
        reading->crew[reading->crew_count++] = row;
    }
    return PYR_OK;
}

/* ---- Two rows of one car ---- */

/* The gaps follow from the rest, the class is that of the entry: they contradict nothing. */
static const size_t numbers[] = {
    offsetof(pyr_result_row, position), offsetof(pyr_result_row, class_position), offsetof(pyr_result_row, status),
    offsetof(pyr_result_row, laps),     offsetof(pyr_result_row, best_lap_number)};
static const size_t times[] = {offsetof(pyr_result_row, total_time), offsetof(pyr_result_row, best_lap)};
enum { NUMBERS = sizeof numbers / sizeof *numbers, TIMES = sizeof times / sizeof *times };

static int32_t *number_in(const pyr_result_row *row, size_t index) {
    return (int32_t *)((char *)row + numbers[index]);
}

static int64_t *time_in(const pyr_result_row *row, size_t index) {
    return (int64_t *)((char *)row + times[index]);
}

static bool has_number(const pyr_result_row *row, size_t index) {
    return *number_in(row, index) != PYR_NO_INT32 && *number_in(row, index) != -1; /* -1: no status */
}

/* All that is published of the result is the same, absent values included. */
static bool same_result(const pyr_result_row *left, const pyr_result_row *right) {
    bool same = left->class_code == right->class_code && left->gap == right->gap && left->gap_laps == right->gap_laps &&
                left->interval == right->interval && left->interval_laps == right->interval_laps;
    for (size_t i = 0; i < NUMBERS; i++) {
        same = same && *number_in(left, i) == *number_in(right, i);
    }
    for (size_t i = 0; i < TIMES; i++) {
        same = same && *time_in(left, i) == *time_in(right, i);
    }
    return same;
}

bool pyr_results_contradict(const pyr_result_row *left, const pyr_result_row *right) {
    bool differ = false;
    for (size_t i = 0; i < NUMBERS; i++) {
        differ = differ || (has_number(left, i) && has_number(right, i) && *number_in(left, i) != *number_in(right, i));
    }
    for (size_t i = 0; i < TIMES; i++) {
        int64_t one = *time_in(left, i), other = *time_in(right, i);
        differ = differ || (one != PYR_NO_TIME && other != PYR_NO_TIME && one != other);
    }
    return differ;
}

void pyr_complete_result(pyr_result_row *row, const pyr_result_row *other) {
    for (size_t i = 0; i < NUMBERS; i++) {
        *number_in(row, i) = has_number(row, i) ? *number_in(row, i) : *number_in(other, i);
    }
    for (size_t i = 0; i < TIMES; i++) {
        *time_in(row, i) = *time_in(row, i) != PYR_NO_TIME ? *time_in(row, i) : *time_in(other, i);
    }
}

/* ---- Rows ---- */

/* How often each car code came in this file so far, and the last row that had it. */
typedef struct occurrences {
    struct occurrence {
        int32_t count;
        int32_t part; /* of the file in which it came last */
        size_t last;
    } *items;
    size_t count, capacity;
    int32_t part; /* headers that came again so far */
} occurrences;

/* Of two cars under one number each has a row. A row that stood before is the result once more; another row behind a
 * second header is another result. */
static pyr_status count_occurrence(pyr_file *file, occurrences *seen, const pyr_reading *reading, pyr_result_row *row,
                                   bool *repeated, pyr_error *error) {
    size_t car = (size_t)row->car;
    PYR_TRY(pyr_grow_array(reading->allocator, &seen->items, &seen->capacity, car + 1, sizeof *seen->items, error));
    for (; seen->count <= car; seen->count++) {
        seen->items[seen->count] = (struct occurrence){0, 0, 0};
    }
    struct occurrence *item = &seen->items[car];
    size_t before = item->last;
    *repeated = false;
    for (int32_t i = item->count; i > 0 && !*repeated; i--) {
        *repeated = same_result(&reading->results[before], row);
        before = reading->results[before].same_number;
    }
    if (!*repeated && item->count > 0 && item->part != seen->part) {
        return pyr_file_fail(file, error, PYR_ERROR_MISMATCH, file->csv.start,
                             "two results that contradict each other stand in this file, and this car is the first of "
                             "which they differ; split the file at its second header and read one of them, or name the "
                             "earlier one 'provisional' and give both");
    }
    row->occurrence = item->count + 1;
    row->same_number = item->last;
    if (!*repeated && row->occurrence <= ROWS_PER_NUMBER) {
        *item = (struct occurrence){row->occurrence, seen->part, reading->result_count};
    }
    return PYR_OK;
}

static pyr_status fill_row(pyr_file *file, const layout *columns, pyr_reading *reading, pyr_result_row *row,
                           pyr_error *error) {
    const struct {
        int32_t column, *code;
        pyr_interner *texts;
    } texts[] = {{columns->class_code, &row->class_code, &reading->lap_texts[PYR_LAP_CLASS]},
                 {columns->group, &row->group, &reading->lap_texts[PYR_LAP_GROUP]},
                 {columns->team, &row->team, &reading->lap_texts[PYR_LAP_TEAM]},
                 {columns->vehicle, &row->vehicle, &reading->texts},
                 {columns->tyre_make, &row->tyre_make, &reading->texts}};
    int64_t line = row->line;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        PYR_TRY(take_text(file, line, texts[i].column, texts[i].texts, texts[i].code, error));
    }
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
    return pyr_file_doubt_row(file, PYR_DOUBT_ERROR, "row_not_kept", line, what, error);
}

static pyr_status take_row(pyr_file *file, const layout *columns, pyr_reading *reading, occurrences *seen,
                           pyr_result_row row, pyr_error *error) {
    bool repeated;
    PYR_TRY(take_text(file, row.line, columns->car, &reading->lap_texts[PYR_LAP_CAR], &row.car, error));
    if (row.car < 0) {
        return list_row(file, row.line, "this row names no car and is not kept", error);
    }
    PYR_TRY(fill_row(file, columns, reading, &row, error));
    PYR_TRY(count_occurrence(file, seen, reading, &row, &repeated, error));
    if (repeated) {
        file->rows_listed++;
        return pyr_file_doubt_row(file, PYR_WARNING, "duplicate_row", row.line,
                                  "this row stands before already; it is kept once", error);
    }
    if (row.occurrence > ROWS_PER_NUMBER) {
        return list_row(file, row.line, "more than nine rows under one number; not kept", error);
    }
    PYR_TRY(take_drivers(file, row.line, columns, reading, error));
    PYR_TRY(pyr_grow_array(reading->allocator, &reading->results, &reading->result_capacity, reading->result_count + 1,
                           sizeof *reading->results, error));
    reading->results[reading->result_count++] = row;
    return PYR_OK;
}

/* Columns of results that are known and not kept: speeds, divisions, numbers of other systems, homes of drivers. */
static bool is_left_out(pyr_text name) {
    static const char *const beginnings[] = {"FL_KPH", "KPH",  "BEST_LAP_KPH", "DIVISION", "Sort Key",
                                             "*Extra", "ECM ", "IMSA_",        "DRIVER"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        pyr_text beginning = pyr_text_of(beginnings[i]);
        if (name.length >= beginning.length && memcmp(name.data, beginning.data, beginning.length) == 0) {
            return true;
        }
    }
    return name.length == 0;
}

static pyr_status report_columns(pyr_file *file, const layout *columns, pyr_error *error) {
    const int32_t kept[] = {columns->position,   columns->class_position, columns->car,     columns->class_code,
                            columns->group,      columns->team,           columns->vehicle, columns->tyre_make,
                            columns->status,     columns->laps,           columns->gap,     columns->interval,
                            columns->total_time, columns->best_lap,       columns->best_lap_number};
    for (size_t i = 0; i < file->column_count; i++) {
        bool known = is_left_out(file->columns[i]);
        for (size_t k = 0; k < sizeof kept / sizeof *kept && !known; k++) {
            known = kept[k] == (int32_t)i;
        }
        if (!known) {
            PYR_TRY(pyr_file_doubt_column(file, file->columns[i], error));
        }
    }
    return PYR_OK;
}

pyr_status pyr_read_results(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error) {
    layout columns = find_layout(file);
    occurrences seen = {NULL, 0, 0, 0};
    pyr_status status = report_columns(file, &columns, error);
    for (bool more = true, headed; status == PYR_OK;) {
        int64_t line;
        status = pyr_file_next(file, &more, &line, &headed, error);
        if (status != PYR_OK || !more) {
            break;
        }
        seen.part += headed;
        pyr_result_row row = {.source = source, .line = line, .manufacturer = -1};
        status = take_row(file, &columns, reading, &seen, row, error);
    }
    if (status == PYR_OK) {
        status = pyr_file_report_long_rows(file, error);
    }
    pyr_release_array(reading->allocator, seen.items, seen.capacity, sizeof *seen.items);
    return status;
}

/* Its rows restate laps, so none is kept. */
pyr_status pyr_read_best_laps(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error) {
    int64_t line;
    (void)source;
    (void)reading;
    for (bool more = true, headed; more;) {
        PYR_TRY(pyr_file_next(file, &more, &line, &headed, error));
    }
    file->rows_listed = file->rows;
    return pyr_file_doubt_row(file, PYR_NOTE, "best_laps_not_kept", 0,
                              "lists of best laps restate the laps and are not kept; ask fastest_laps", error);
}
