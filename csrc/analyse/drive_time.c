#include <stdio.h>
#include <string.h>

#include "drive_bounds.h"
#include "drive_totals.h"
#include "question.h"

enum drive_column {
    DRIVE_CAR, DRIVE_CLASS, DRIVE_DRIVER, DRIVE_RATING, DRIVE_TIME, DRIVE_SHARE, DRIVE_STINTS, DRIVE_LONGEST,
    DRIVE_LONGEST_IN_WINDOW, DRIVE_MINIMUM, DRIVE_MAXIMUM, DRIVE_OK, DRIVE_REASON
};

static const pyr_field drive_fields[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"driver", PYR_TEXT, true, NULL},
    {"rating", PYR_TEXT, true, NULL},
    {"time", PYR_DURATION, false, NULL},
    {"share", PYR_FLOAT64, true, NULL},
    {"stints", PYR_INT32, false, NULL},
    {"longest", PYR_DURATION, false, NULL},
    {"longest_in_window", PYR_DURATION, false, NULL},
    {"minimum", PYR_DURATION, true, NULL},
    {"maximum", PYR_DURATION, true, NULL},
    {"ok", PYR_BOOL, true, NULL},
    {"reason", PYR_TEXT, true, NULL},
};
static const pyr_drive_time_options default_options = {
    .window = INT64_C(21600000000), .rest = PYR_NO_TIME, .maximum = PYR_NO_TIME, .maximum_in_window = PYR_NO_TIME,
    .longest = PYR_NO_TIME};
static const pyr_option options_of_drive_time[] = {
    {"window", PYR_OPTION_DURATION, offsetof(pyr_drive_time_options, window), NULL},
    {"rest", PYR_OPTION_DURATION, offsetof(pyr_drive_time_options, rest), NULL},
    {"maximum", PYR_OPTION_DURATION, offsetof(pyr_drive_time_options, maximum), NULL},
    {"maximum_in_window", PYR_OPTION_DURATION, offsetof(pyr_drive_time_options, maximum_in_window), NULL},
    {"longest", PYR_OPTION_DURATION, offsetof(pyr_drive_time_options, longest), NULL},
    {"counts_pit_lane", PYR_OPTION_BOOLEAN, offsetof(pyr_drive_time_options, counts_pit_lane), NULL},
    {"scaled", PYR_OPTION_BOOLEAN, offsetof(pyr_drive_time_options, scaled), NULL},
    {"limits", PYR_OPTION_TABLE, offsetof(pyr_drive_time_options, limits), NULL},
};

typedef struct drive_work {
    const pyr_session *session, *field;
    const pyr_drive_time_options *options;
    pyr_drive_rules rules;
    pyr_drive_totals drives;
    pyr_interner drivers, ratings, reasons;
    size_t member_count;    /* rows of the crew of the field */
    pyr_interner members;   /* their names */
    int32_t *name;          /* by member: its code in `members` */
    int64_t *member_of;     /* by that code: the last member of the car under way; of another car, or -1: none */
    uint8_t *drove, *asked; /* by member; asked: the session has him too */
} drive_work;

/* A row of the answer: the driver by name, and what he drove. */
typedef struct drive_row {
    int32_t entry; /* of the session */
    int32_t crew;  /* its size */
    pyr_text driver, rating;
    pyr_driver_total total;
} drive_row;

static pyr_status add_text(pyr_interner *texts, pyr_text text, int32_t *code, pyr_error *error) {
    *code = -1;
    return text.length == 0 ? PYR_OK : pyr_interner_add(texts, text, code, error);
}

/* Of a part of his laps it can be said that a maximum is exceeded, not that a minimum is missed. */
static uint8_t judge(const drive_work *work, const pyr_driver_total *total, pyr_drive_bounds bounds, char *reason,
                     size_t size) {
    bool part = total->laps < total->field_laps, bound = bounds.minimum != PYR_NO_TIME;
    bounds.minimum = part ? PYR_NO_TIME : bounds.minimum;
    uint8_t ok = pyr_drive_judge(&work->rules, &total->figures, bounds, reason, size);
    if (part && (ok == true || (bound && reason[0] == '\0'))) {
        snprintf(reason, size, "only some of the laps are in this session");
        return PYR_NO_BOOL;
    }
    return ok;
}

static pyr_status fill_row(drive_work *work, const drive_row *row, int64_t of_car, pyr_table *answer, int64_t at,
                           pyr_error *error) {
#define INT32_AT(column) ((int32_t *)pyr_table_array(answer, column))[at]
#define TIME_AT(column) ((int64_t *)pyr_table_array(answer, column))[at]
    const pyr_entries *entries = &work->session->entries;
    const pyr_drive_figures *figures = &row->total.figures;
    char reason[400];
    pyr_text class_name = pyr_dictionary_text_view(
        pyr_part_column(work->session, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary, entries->class_code[row->entry]);
    pyr_drive_bounds bounds = pyr_drive_bounds_of(&work->rules, class_name, row->rating, row->crew);
    INT32_AT(DRIVE_CAR) = entries->car[row->entry];
    INT32_AT(DRIVE_CLASS) = entries->class_code[row->entry];
    PYR_TRY(add_text(&work->drivers, row->driver, &INT32_AT(DRIVE_DRIVER), error));
    PYR_TRY(add_text(&work->ratings, row->rating, &INT32_AT(DRIVE_RATING), error));
    TIME_AT(DRIVE_TIME) = figures->time;
    ((double *)pyr_table_array(answer, DRIVE_SHARE))[at] =
        of_car > 0 ? (double)figures->time / (double)of_car : NAN;
    INT32_AT(DRIVE_STINTS) = row->total.stints;
    TIME_AT(DRIVE_LONGEST) = figures->longest;
    TIME_AT(DRIVE_LONGEST_IN_WINDOW) = figures->most;
    TIME_AT(DRIVE_MINIMUM) = bounds.minimum;
    TIME_AT(DRIVE_MAXIMUM) = bounds.maximum;
    ((uint8_t *)pyr_table_array(answer, DRIVE_OK))[at] = judge(work, &row->total, bounds, reason, sizeof reason);
    return add_text(&work->reasons, pyr_text_of(reason), &INT32_AT(DRIVE_REASON), error);
#undef INT32_AT
#undef TIME_AT
}

static pyr_text text_at(const pyr_column *column, int64_t row) {
    return pyr_dictionary_text_view(column->dictionary, pyr_present(column, row) ? pyr_int32s(column)[row] : -1);
}

/* The names of all crews. */
static pyr_status name_members(drive_work *work, pyr_error *error) {
    const pyr_column *driver = pyr_part_column(work->field, PYR_CREW, PYR_CREW_DRIVER);
    for (size_t member = 0; member < work->member_count; member++) {
        PYR_TRY(pyr_interner_add(&work->members, text_at(driver, (int64_t)member), &work->name[member], error));
        work->member_of[member] = -1;
        work->drove[member] = work->asked[member] = 0;
    }
    return PYR_OK;
}

/* Rows of the crew table from `first` up to `last`. */
typedef struct crew_rows {
    int64_t first, last;
} crew_rows;

/* The crew of the car, which comes behind the cars that were asked for before: crews stand by car as entries do. */
static void find_crew(const pyr_session *session, pyr_text number, crew_rows *crew) {
    const pyr_column *car = pyr_part_column(session, PYR_CREW, PYR_CREW_CAR);
    int64_t count = pyr_table_row_count(session->parts[PYR_CREW]);
    for (crew->first = crew->last; crew->first < count && pyr_text_compare(text_at(car, crew->first), number) < 0;) {
        crew->first++;
    }
    for (crew->last = crew->first; crew->last < count && pyr_text_equal(text_at(car, crew->last), number);) {
        crew->last++;
    }
}

/* The member of the crew from row `first` on, the one under way, who has this name; -1: none. */
static int64_t find_member(const drive_work *work, int64_t first, pyr_text name) {
    int32_t code = pyr_interner_find(&work->members, name);
    return code >= 0 && work->member_of[code] >= first ? work->member_of[code] : -1;
}

/* Looks up the crew of a car: `own` in the session, `crew` in the field. */
static void enter_crew(drive_work *work, crew_rows own, crew_rows crew) {
    const pyr_column *driver = pyr_part_column(work->session, PYR_CREW, PYR_CREW_DRIVER);
    for (int64_t member = crew.first; member < crew.last; member++) {
        work->member_of[work->name[member]] = member;
    }
    for (int64_t row = own.first; row < own.last; row++) {
        int64_t member = find_member(work, crew.first, text_at(driver, row));
        if (member >= 0) {
            work->asked[member] = 1;
        }
    }
}

/* What drivers of the car drove together in the laps of the session. */
static int64_t time_of_car(const drive_work *work, int32_t field_entry) {
    int64_t sum = 0, end = work->field->entries.first_lap[field_entry + 1];
    for (int64_t lap = work->field->entries.first_lap[field_entry]; lap < end; lap++) {
        bool counts = work->drives.session_rows[lap] >= 0 && work->drives.driven[lap] != PYR_NO_TIME;
        sum += counts ? work->drives.driven[lap] : 0;
    }
    return sum;
}

/* Drivers of the car in the order in which they first drove, then those of the crew who did not. */
static pyr_status fill_car(drive_work *work, drive_row row, int32_t field_entry, crew_rows crew, pyr_table *answer,
                           int64_t *at, pyr_error *error) {
    const pyr_session *field = work->field;
    const pyr_column *driver = pyr_part_column(field, PYR_LAPS, PYR_LAP_DRIVER);
    const pyr_column *rating = pyr_part_column(field, PYR_CREW, PYR_CREW_RATING);
    int64_t first = field->entries.first_lap[field_entry], end = field->entries.first_lap[field_entry + 1];
    int64_t of_car = time_of_car(work, field_entry);
    int32_t next_group = first < end ? work->drives.groups.of_lap[first] : 0;
    for (int64_t lap = first; lap < end; lap++) {
        if (work->drives.groups.of_lap[lap] < next_group) {
            continue;
        }
        row.total = work->drives.total[next_group++];
        row.driver = text_at(driver, lap);
        int64_t member = find_member(work, crew.first, row.driver);
        row.rating = member >= 0 ? text_at(rating, member) : (pyr_text){NULL, 0};
        if (member >= 0) {
            work->drove[member] = 1;
        }
        if (row.total.laps > 0 || (member >= 0 && work->asked[member])) {
            PYR_TRY(fill_row(work, &row, of_car, answer, (*at)++, error));
        }
    }
    row.total = (pyr_driver_total){0};
    for (int64_t member = crew.first; member < crew.last && first < end; member++) {
        int64_t known = work->member_of[work->name[member]];
        if (!work->drove[known] && work->asked[known]) {
            row.driver = text_at(pyr_part_column(field, PYR_CREW, PYR_CREW_DRIVER), member);
            row.rating = text_at(rating, member);
            PYR_TRY(fill_row(work, &row, of_car, answer, (*at)++, error));
        }
    }
    return PYR_OK;
}

static pyr_status fill_cars(drive_work *work, pyr_table *answer, int64_t *at, pyr_error *error) {
    const pyr_session *session = work->session;
    const pyr_column *car = pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CAR);
    crew_rows own = {0}, crew = {0};
    PYR_TRY(name_members(work, error));
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        pyr_text number = pyr_dictionary_text_view(car->dictionary, session->entries.car[entry]);
        find_crew(session, number, &own);
        find_crew(work->field, number, &crew);
        enter_crew(work, own, crew);
        drive_row row = {.entry = entry, .crew = (int32_t)(crew.last - crew.first)};
        PYR_TRY(fill_car(work, row, pyr_find_entry(work->field, number), crew, answer, at, error));
    }
    return PYR_OK;
}

static pyr_status fill(drive_work *work, pyr_table *answer, int64_t *at, pyr_error *error) {
    PYR_TRY(fill_cars(work, answer, at, error));
    PYR_TRY(pyr_table_set_texts(answer, DRIVE_DRIVER, &work->drivers, error));
    PYR_TRY(pyr_table_set_texts(answer, DRIVE_RATING, &work->ratings, error));
    return pyr_table_set_texts(answer, DRIVE_REASON, &work->reasons, error);
}

static pyr_status new_work(drive_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    work->drivers.allocator = work->ratings.allocator = work->reasons.allocator = work->members.allocator = allocator;
    work->member_count = (size_t)pyr_table_row_count(work->field->parts[PYR_CREW]);
    PYR_TRY(pyr_new_array(allocator, work->member_count, sizeof *work->name, &work->name, error));
    PYR_TRY(pyr_new_array(allocator, work->member_count, sizeof *work->member_of, &work->member_of, error));
    PYR_TRY(pyr_new_array(allocator, work->member_count, sizeof *work->drove, &work->drove, error));
    return pyr_new_array(allocator, work->member_count, sizeof *work->asked, &work->asked, error);
}

static void clear_work(drive_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    pyr_release_array(allocator, work->name, work->member_count, sizeof *work->name);
    pyr_release_array(allocator, work->member_of, work->member_count, sizeof *work->member_of);
    pyr_release_array(allocator, work->drove, work->member_count, sizeof *work->drove);
    pyr_release_array(allocator, work->asked, work->member_count, sizeof *work->asked);
    pyr_drive_totals_clear(&work->drives);
    pyr_interner_clear(&work->members);
    pyr_interner_clear(&work->drivers);
    pyr_interner_clear(&work->ratings);
    pyr_interner_clear(&work->reasons);
}

static pyr_status answer_drives(drive_work *work, pyr_table **out, pyr_error *error) {
    int64_t count = 0;
    PYR_TRY(pyr_drive_totals_find(work->session, work->options, &work->drives, error));
    PYR_TRY(new_work(work, error));
    PYR_TRY(pyr_drive_rules_read(work->field, work->options, &work->rules, error));
    int64_t most = (int64_t)work->drives.groups.count + (int64_t)work->member_count;
    PYR_TRY(pyr_answer_new(work->session, &pyr_drive_time_question, most, out, error));
    pyr_status status = fill(work, *out, &count, error);
    if (status != PYR_OK) {
        pyr_table_release(*out);
        *out = NULL;
        return status;
    }
    return pyr_answer_finish(out, count, error);
}

pyr_status pyr_drive_time(const pyr_session *session, const pyr_drive_time_options *options, pyr_table **out,
                          pyr_error *error) {
    drive_work work = {.session = session, .field = pyr_field_view(session),
                       .options = options != NULL ? options : &default_options};
    *out = NULL;
    if (work.options->window <= 0 || work.options->window > PYR_LONGEST_TIME) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "window=%g s is none: give the length of a window, as 6 h",
                        (double)work.options->window / 1e6);
    }
    pyr_status status = answer_drives(&work, out, error);
    clear_work(&work);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_drive_time(session, options, out, error);
}

const pyr_question pyr_drive_time_question = {
    .name = "drive_time",
    .schema = drive_fields,
    .column_count = PYR_COUNT(drive_fields),
    .options = options_of_drive_time,
    .option_count = PYR_COUNT(options_of_drive_time),
    .options_default = &default_options,
    .options_size = sizeof default_options,
    .ask = ask,
};
