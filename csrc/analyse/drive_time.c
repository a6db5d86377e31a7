#include <stdio.h>
#include <string.h>

#include "../model/neutralisations.h"
#include "driving.h"
#include "groups.h"
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

enum limit_column { LIMIT_CLASS, LIMIT_RATING, LIMIT_DRIVERS, LIMIT_MINIMUM, LIMIT_MAXIMUM, LIMIT_COLUMN_COUNT };
static const pyr_field limit_fields[LIMIT_COLUMN_COUNT] = {
    {"class", PYR_TEXT, true, NULL},       {"rating", PYR_TEXT, true, NULL},      {"drivers", PYR_INT32, true, NULL},
    {"minimum", PYR_DURATION, true, NULL}, {"maximum", PYR_DURATION, true, NULL},
};

/* What a driver of a car did. */
typedef struct driver_total {
    int64_t time, longest, most;
    int64_t drive, drive_end;    /* the drive under way, and when its last lap ended; PYR_NO_TIME: not known */
    int64_t first_spell, spells; /* in the arrays of spells */
    int32_t stints, laps;
} driver_total;

typedef struct drive_work {
    const pyr_session *session, *field;
    const pyr_drive_time_options *options;
    const pyr_column *limits[LIMIT_COLUMN_COUNT];
    int64_t limit_count;
    pyr_visits visits;
    int64_t *rows;     /* by lap row of the session: the row in the field */
    int64_t *driven;   /* by lap row of the field */
    pyr_groups groups; /* of the session, by driver */
    driver_total *totals;
    int64_t *spell_start, *spell_end; /* driver after driver; room for a spell a lap */
    double scale;                     /* of minima */
    pyr_interner drivers, ratings, reasons;
    size_t member_count;    /* rows of the crew */
    pyr_interner members;   /* their names */
    int32_t *name;          /* by member: its code in `members` */
    int64_t *member_of;     /* by that code: the last member of the car under way; of another car, or -1: none */
    uint8_t *drove;         /* by member */
} drive_work;

/* ---- What each driver drove ---- */

static void place_spells(const drive_work *work) {
    int64_t start = 0;
    for (int32_t group = 0; group < work->groups.count; group++) {
        work->totals[group] = (driver_total){.drive_end = PYR_NO_TIME};
    }
    for (int64_t row = 0; row < work->session->laps.count; row++) {
        work->totals[work->groups.of_lap[row]].laps++;
    }
    for (int32_t group = 0; group < work->groups.count; group++) {
        work->totals[group].first_spell = start;
        start += work->totals[group].laps;
    }
}

/* On an out-lap the time driven stands at its end, on all others at its beginning. */
static void add_spell(const drive_work *work, int64_t row, int64_t driven, driver_total *total) {
    const pyr_laps *laps = &work->field->laps;
    int64_t field_row = work->rows[row], begun = pyr_lap_start(laps, field_row), end = laps->elapsed[field_row];
    if (begun == PYR_NO_TIME || end == PYR_NO_TIME || end <= begun || driven <= 0) {
        return;
    }
    bool out_lap = (work->visits.lap_marks[field_row] & PYR_OUT_LAP) != 0;
    driven = driven < end - begun ? driven : end - begun;
    int64_t at = total->first_spell + total->spells++;
    work->spell_start[at] = out_lap ? end - driven : begun;
    work->spell_end[at] = out_lap ? end : begun + driven;
}

/* A drive begins with another driver's lap before it; shorter rests than asked for do not end the last one. */
static void begin_stint(const drive_work *work, int64_t row, driver_total *total) {
    int64_t begun = pyr_lap_start(&work->field->laps, work->rows[row]), rest = work->options->rest;
    bool rested = rest == PYR_NO_TIME || total->drive_end == PYR_NO_TIME || begun == PYR_NO_TIME ||
                  begun - total->drive_end >= rest;
    total->drive = rested ? 0 : total->drive;
    total->stints++;
}

static void add_laps(const drive_work *work) {
    const pyr_entries *entries = &work->session->entries;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        for (int64_t row = entries->first_lap[entry]; row < entries->first_lap[entry + 1]; row++) {
            driver_total *total = &work->totals[work->groups.of_lap[row]];
            int64_t driven = work->driven[work->rows[row]];
            if (row == entries->first_lap[entry] || work->groups.of_lap[row - 1] != work->groups.of_lap[row]) {
                begin_stint(work, row, total);
            }
            if (driven != PYR_NO_TIME) {
                total->time += driven;
                total->drive += driven;
                add_spell(work, row, driven, total);
            }
            total->longest = total->drive > total->longest ? total->drive : total->longest;
            total->drive_end = work->field->laps.elapsed[work->rows[row]];
        }
    }
}

static pyr_status find_totals(drive_work *work, pyr_error *error) {
    const pyr_laps *laps = &work->field->laps;
    PYR_TRY(pyr_visits_find(work->field, &work->visits, error));
    if (work->options->counts_pit_lane) {
        memcpy(work->driven, laps->lap_time, (size_t)laps->count * sizeof *work->driven);
    } else {
        PYR_TRY(pyr_driven_times(work->field, &work->visits, work->driven, error));
    }
    place_spells(work);
    add_laps(work);
    for (int32_t group = 0; group < work->groups.count; group++) {
        driver_total *total = &work->totals[group];
        total->most = pyr_most_in_window(work->spell_start + total->first_spell, work->spell_end + total->first_spell,
                                         total->spells, work->options->window);
    }
    return PYR_OK;
}

/* ---- Bounds ---- */

/* The part of the race that was not lost to red flags. */
static pyr_status find_scale(drive_work *work, pyr_error *error) {
    pyr_neutralisation_list found;
    work->scale = 1;
    if (!work->options->scaled) {
        return PYR_OK;
    }
    pyr_status status = pyr_neutralisations_find(work->field, &found, error);
    int64_t lost = 0, suspended = 0;
    for (int64_t i = 0; status == PYR_OK && i < found.count; i++) {
        if (found.period[i].kind == PYR_FLAG_RED) {
            lost += found.period[i].end - found.period[i].start;
            suspended += found.period[i].suspended;
        }
    }
    if (status == PYR_OK && found.end > 0) {
        work->scale = (double)(found.end - lost) / (double)(found.end + suspended);
    }
    pyr_neutralisations_clear(&found);
    return status;
}

typedef struct driver_bounds {
    int64_t minimum, maximum; /* PYR_NO_TIME: none */
    bool unsure;              /* a bound for some ratings, and the rating is not known */
} driver_bounds;

static bool text_matches(const pyr_column *column, int64_t row, pyr_text text) {
    return column == NULL || !pyr_present(column, row) ||
           pyr_text_equal(pyr_dictionary_text_view(column->dictionary, pyr_int32s(column)[row]), text);
}

static void tighten(const drive_work *work, int64_t limit, driver_bounds *bounds) {
    const pyr_column *minimum = work->limits[LIMIT_MINIMUM], *maximum = work->limits[LIMIT_MAXIMUM];
    if (minimum != NULL && pyr_present(minimum, limit)) {
        int64_t least = (int64_t)((double)pyr_int64s(minimum)[limit] * work->scale + 0.5);
        bounds->minimum = least > bounds->minimum ? least : bounds->minimum;
    }
    if (maximum != NULL && pyr_present(maximum, limit)) {
        int64_t most = pyr_int64s(maximum)[limit];
        bounds->maximum = bounds->maximum == PYR_NO_TIME || most < bounds->maximum ? most : bounds->maximum;
    }
}

/* The tightest of all limits that hold for a driver of that class, rating and size of crew. */
static driver_bounds bounds_of(const drive_work *work, pyr_text class_name, pyr_text rating, int32_t crew) {
    driver_bounds bounds = {PYR_NO_TIME, work->options->maximum, false};
    const pyr_column *drivers = work->limits[LIMIT_DRIVERS], *ratings = work->limits[LIMIT_RATING];
    for (int64_t limit = 0; limit < work->limit_count; limit++) {
        bool other_crew = drivers != NULL && pyr_present(drivers, limit) && pyr_int32s(drivers)[limit] != crew;
        if (other_crew || !text_matches(work->limits[LIMIT_CLASS], limit, class_name)) {
            continue;
        }
        if (text_matches(ratings, limit, rating)) {
            tighten(work, limit, &bounds);
        } else {
            bounds.unsure = bounds.unsure || rating.length == 0;
        }
    }
    return bounds;
}

static void add_reason(char *reason, size_t size, const char *format, int64_t driven, int64_t bound) {
    char texts[3][32];
    int64_t times[3] = {driven, driven < bound ? bound - driven : driven - bound, bound};
    size_t used = strlen(reason);
    for (int32_t i = 0; i < 3; i++) {
        int64_t seconds = (times[i] + 500000) / 1000000;
        snprintf(texts[i], sizeof texts[i], "%lld:%02d:%02d", (long long)(seconds / 3600), (int)(seconds / 60 % 60),
                 (int)(seconds % 60));
    }
    if (used > 0 && used + 2 < size) {
        memcpy(reason + used, "; ", 3);
        used += 2;
    }
    snprintf(reason + used, size - used, format, texts[0], texts[1], texts[2]);
}

/* Whether the driver kept to all bounds: 1, 0, PYR_NO_BOOL: there are none, or it depends on a rating not known. */
static uint8_t judge(const drive_work *work, const driver_total *total, driver_bounds bounds, char *reason,
                     size_t size) {
    const pyr_drive_time_options *options = work->options;
    reason[0] = '\0';
    if (bounds.minimum != PYR_NO_TIME && total->time < bounds.minimum) {
        add_reason(reason, size, "drove %s, %s short of the minimum of %s", total->time, bounds.minimum);
    }
    if (bounds.maximum != PYR_NO_TIME && total->time > bounds.maximum) {
        add_reason(reason, size, "drove %s, %s over the maximum of %s", total->time, bounds.maximum);
    }
    if (options->maximum_in_window != PYR_NO_TIME && total->most > options->maximum_in_window) {
        add_reason(reason, size, "drove %s in one window, %s over the maximum of %s", total->most,
                   options->maximum_in_window);
    }
    if (options->longest != PYR_NO_TIME && total->longest > options->longest) {
        add_reason(reason, size, "drove %s without a rest, %s over the maximum of %s", total->longest,
                   options->longest);
    }
    bool bound = bounds.minimum != PYR_NO_TIME || bounds.maximum != PYR_NO_TIME ||
                 options->maximum_in_window != PYR_NO_TIME || options->longest != PYR_NO_TIME;
    if (reason[0] != '\0') {
        return false;
    }
    if (bounds.unsure) {
        snprintf(reason, size, "the rating is not known");
        return PYR_NO_BOOL;
    }
    return bound ? true : PYR_NO_BOOL;
}

/* ---- The answer ---- */

/* A row of the answer: the driver by name, and what he drove. */
typedef struct drive_row {
    int32_t entry, crew;
    pyr_text driver, rating;
    driver_total total;
} drive_row;

static pyr_status add_text(pyr_interner *texts, pyr_text text, int32_t *code, pyr_error *error) {
    *code = -1;
    return text.length == 0 ? PYR_OK : pyr_interner_add(texts, text, code, error);
}

static pyr_status fill_row(drive_work *work, const drive_row *row, int64_t of_car, pyr_table *answer, int64_t at,
                           pyr_error *error) {
#define INT32_AT(column) ((int32_t *)pyr_table_array(answer, column))[at]
#define TIME_AT(column) ((int64_t *)pyr_table_array(answer, column))[at]
    const pyr_entries *entries = &work->session->entries;
    char reason[400];
    pyr_text class_name = pyr_dictionary_text_view(
        pyr_part_column(work->session, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary, entries->class_code[row->entry]);
    driver_bounds bounds = bounds_of(work, class_name, row->rating, row->crew);
    INT32_AT(DRIVE_CAR) = entries->car[row->entry];
    INT32_AT(DRIVE_CLASS) = entries->class_code[row->entry];
    PYR_TRY(add_text(&work->drivers, row->driver, &INT32_AT(DRIVE_DRIVER), error));
    PYR_TRY(add_text(&work->ratings, row->rating, &INT32_AT(DRIVE_RATING), error));
    TIME_AT(DRIVE_TIME) = row->total.time;
    ((double *)pyr_table_array(answer, DRIVE_SHARE))[at] =
        of_car > 0 ? (double)row->total.time / (double)of_car : NAN;
    INT32_AT(DRIVE_STINTS) = row->total.stints;
    TIME_AT(DRIVE_LONGEST) = row->total.longest;
    TIME_AT(DRIVE_LONGEST_IN_WINDOW) = row->total.most;
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
    const pyr_column *driver = pyr_part_column(work->session, PYR_CREW, PYR_CREW_DRIVER);
    for (size_t member = 0; member < work->member_count; member++) {
        PYR_TRY(pyr_interner_add(&work->members, text_at(driver, (int64_t)member), &work->name[member], error));
        work->member_of[member] = -1;
        work->drove[member] = 0;
    }
    return PYR_OK;
}

/* Rows `*first` up to `*last` of the crew are those of the entry; they stand by car as entries do. */
static void find_crew(const drive_work *work, int32_t entry, int64_t *first, int64_t *last) {
    const pyr_session *session = work->session;
    const pyr_column *car = pyr_part_column(session, PYR_CREW, PYR_CREW_CAR);
    const pyr_column *entry_car = pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CAR);
    int64_t count = pyr_table_row_count(session->parts[PYR_CREW]);
    pyr_text name = pyr_dictionary_text_view(entry_car->dictionary, session->entries.car[entry]);
    for (*first = *last; *first < count && pyr_text_compare(text_at(car, *first), name) < 0; (*first)++) {
    }
    for (*last = *first; *last < count && pyr_text_equal(text_at(car, *last), name); (*last)++) {
        work->member_of[work->name[*last]] = *last;
    }
}

/* The member of the crew from row `first` on, the one under way, who has this name; -1: none. */
static int64_t find_member(const drive_work *work, int64_t first, pyr_text name) {
    int32_t code = pyr_interner_find(&work->members, name);
    return code >= 0 && work->member_of[code] >= first ? work->member_of[code] : -1;
}

/* Drivers of the car in the order in which they first drove, then those of the crew who did not. */
static pyr_status fill_car(drive_work *work, int32_t entry, int64_t crew_first, int64_t crew_last,
                           int32_t *next_group, pyr_table *answer, int64_t *at, pyr_error *error) {
    const pyr_session *session = work->session;
    const pyr_column *name = pyr_part_column(session, PYR_CREW, PYR_CREW_DRIVER);
    const pyr_column *rating = pyr_part_column(session, PYR_CREW, PYR_CREW_RATING);
    const pyr_column *driver = pyr_part_column(session, PYR_LAPS, PYR_LAP_DRIVER);
    int64_t of_car = 0, first_row = session->entries.first_lap[entry], end = session->entries.first_lap[entry + 1];
    int32_t first_group = *next_group;
    drive_row row = {.entry = entry, .crew = (int32_t)(crew_last - crew_first)};
    for (int64_t lap = first_row; lap < end; lap++) {
        int64_t driven = work->driven[work->rows[lap]];
        of_car += driven != PYR_NO_TIME ? driven : 0;
    }
    for (int64_t lap = first_row; lap < end; lap++) {
        if (work->groups.of_lap[lap] < *next_group) {
            continue;
        }
        row.driver = text_at(driver, lap);
        row.rating = (pyr_text){NULL, 0};
        row.total = work->totals[(*next_group)++];
        int64_t member = find_member(work, crew_first, row.driver);
        if (member >= 0) {
            work->drove[member] = 1;
            row.rating = text_at(rating, member);
        }
        PYR_TRY(fill_row(work, &row, of_car, answer, (*at)++, error));
    }
    row.total = (driver_total){0};
    for (int64_t member = crew_first; member < crew_last; member++) {
        if (!work->drove[work->member_of[work->name[member]]] && *next_group > first_group) {
            row.driver = text_at(name, member);
            row.rating = text_at(rating, member);
            PYR_TRY(fill_row(work, &row, of_car, answer, (*at)++, error));
        }
    }
    return PYR_OK;
}

static pyr_status set_texts(const pyr_interner *texts, pyr_table *answer, int32_t column, pyr_error *error) {
    const pyr_dictionary *dictionary;
    PYR_TRY(pyr_dictionary_from_interner(texts, false, NULL, &dictionary, error));
    pyr_table_set_dictionary(answer, column, dictionary);
    pyr_dictionary_release(dictionary);
    return PYR_OK;
}

static pyr_status fill(drive_work *work, pyr_table *answer, int64_t *at, pyr_error *error) {
    int64_t first, last = 0;
    int32_t group = 0;
    PYR_TRY(name_members(work, error));
    for (int32_t entry = 0; entry < work->session->entries.count; entry++) {
        find_crew(work, entry, &first, &last);
        PYR_TRY(fill_car(work, entry, first, last, &group, answer, at, error));
    }
    PYR_TRY(set_texts(&work->drivers, answer, DRIVE_DRIVER, error));
    PYR_TRY(set_texts(&work->ratings, answer, DRIVE_RATING, error));
    return set_texts(&work->reasons, answer, DRIVE_REASON, error);
}

static pyr_status new_work(drive_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t laps = (size_t)work->session->laps.count;
    work->drivers.allocator = work->ratings.allocator = work->reasons.allocator = work->members.allocator = allocator;
    work->member_count = (size_t)pyr_table_row_count(work->session->parts[PYR_CREW]);
    PYR_TRY(pyr_new_array(allocator, work->member_count, sizeof *work->name, &work->name, error));
    PYR_TRY(pyr_new_array(allocator, work->member_count, sizeof *work->member_of, &work->member_of, error));
    PYR_TRY(pyr_new_array(allocator, work->member_count, sizeof *work->drove, &work->drove, error));
    PYR_TRY(pyr_field_rows(work->session, &work->rows, error));
    PYR_TRY(pyr_group_laps(work->session, PYR_BY_DRIVER, &work->groups, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)work->field->laps.count, sizeof *work->driven, &work->driven, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)work->groups.count, sizeof *work->totals, &work->totals, error));
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *work->spell_start, &work->spell_start, error));
    return pyr_new_array(allocator, laps, sizeof *work->spell_end, &work->spell_end, error);
}

static void clear_work(drive_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t laps = (size_t)work->session->laps.count;
    pyr_release_array(allocator, work->rows, laps, sizeof *work->rows);
    pyr_release_array(allocator, work->driven, (size_t)work->field->laps.count, sizeof *work->driven);
    pyr_release_array(allocator, work->totals, (size_t)work->groups.count, sizeof *work->totals);
    pyr_release_array(allocator, work->spell_start, laps, sizeof *work->spell_start);
    pyr_release_array(allocator, work->spell_end, laps, sizeof *work->spell_end);
    pyr_groups_clear(&work->groups);
    pyr_visits_clear(&work->visits);
    pyr_release_array(allocator, work->name, work->member_count, sizeof *work->name);
    pyr_release_array(allocator, work->member_of, work->member_count, sizeof *work->member_of);
    pyr_release_array(allocator, work->drove, work->member_count, sizeof *work->drove);
    pyr_interner_clear(&work->members);
    pyr_interner_clear(&work->drivers);
    pyr_interner_clear(&work->ratings);
    pyr_interner_clear(&work->reasons);
}

static pyr_status answer_drives(drive_work *work, pyr_table **out, pyr_error *error) {
    int64_t count = 0;
    PYR_TRY(new_work(work, error));
    PYR_TRY(find_totals(work, error));
    PYR_TRY(find_scale(work, error));
    int64_t most = (int64_t)work->groups.count + pyr_table_row_count(work->session->parts[PYR_CREW]);
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
    if (work.options->limits != NULL) {
        PYR_TRY(pyr_table_require(work.options->limits, "limits", limit_fields, LIMIT_COLUMN_COUNT, work.limits,
                                  error));
        work.limit_count = pyr_table_row_count(work.options->limits);
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
