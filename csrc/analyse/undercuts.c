#include <string.h>

#include "../base/sort.h"
#include "../model/timeline.h"
#include "question.h"
#include "served.h"
#include "stop_figures.h"

enum undercut_column {
    UNDERCUT_CLASS, UNDERCUT_AHEAD, UNDERCUT_BEHIND, UNDERCUT_LAP_AHEAD, UNDERCUT_LAP_BEHIND, UNDERCUT_BEFORE,
    UNDERCUT_AFTER, UNDERCUT_GAINED, UNDERCUT_TACTIC, UNDERCUT_PASSED
};
static const char *const tactic_words[] = {"undercut", "overcut", "same_lap", NULL};

static const pyr_field undercut_fields[] = {
    {"class", PYR_TEXT, true, NULL},
    {"ahead", PYR_TEXT, false, NULL},
    {"behind", PYR_TEXT, false, NULL},
    {"lap_ahead", PYR_INT32, false, NULL},
    {"lap_behind", PYR_INT32, false, NULL},
    {"before", PYR_DURATION, false, NULL},
    {"after", PYR_DURATION, false, NULL},
    {"gained", PYR_DURATION, false, NULL},
    {"tactic", PYR_TEXT, false, tactic_words},
    {"passed", PYR_BOOL, false, NULL},
};
static const pyr_undercuts_options default_options = {.within = 3, .places = 10};
static const pyr_option options_of_undercuts[] = {
    {"within", PYR_OPTION_INTEGER, offsetof(pyr_undercuts_options, within), NULL},
    {"places", PYR_OPTION_INTEGER, offsetof(pyr_undercuts_options, places), NULL},
    {"decisions", PYR_OPTION_TABLE, offsetof(pyr_undercuts_options, decisions), NULL},
};

/* A pair of visits: of the car ahead and the car behind. */
typedef struct stop_pair {
    int64_t ahead, behind;
    int64_t before, after;
} stop_pair;

typedef struct undercut_work {
    const pyr_session *session, *field;
    const pyr_undercuts_options *options;
    pyr_served served;
    const pyr_visits *visits; /* of `served` */
    int64_t crossing_count;
    pyr_keyed *crossings; /* by class and lap, then in order of time */
    int64_t *next_stop;   /* by lap row: the next pit stop of the car, whose in-lap is a later row; -1: none */
    int64_t *laps_to_stop; /* by crossing, in their order: 0: it begins the in-lap; INT64_MAX: there is no stop */
    uint8_t *shown;       /* by visit */
    stop_pair *pairs;
    size_t pair_count, pair_capacity;
} undercut_work;

/* ---- Who crossed behind whom, and stopped when ---- */

static pyr_status sort_crossings(undercut_work *work, pyr_error *error) {
    const pyr_session *field = work->field;
    const pyr_timeline *timeline;
    int64_t laps = 0;
    PYR_TRY(pyr_session_timeline(field, &timeline, error));
    for (int64_t i = 0; i < timeline->count; i++) {
        int32_t lap = field->laps.lap[timeline->row[i]];
        laps = lap > laps ? lap : laps;
    }
    for (int64_t i = 0; i < timeline->count; i++) {
        int64_t row = timeline->row[i], class_code = field->entries.class_code[timeline->entry[row]];
        work->crossings[i] = (pyr_keyed){(class_code + 1) * (laps + 1) + field->laps.lap[row], row};
    }
    work->crossing_count = timeline->count;
    return pyr_sort_close(field->allocator, work->crossings, timeline->count, error);
}

static void find_next_stops(const undercut_work *work) {
    int64_t row = 0;
    memset(work->next_stop, -1, (size_t)work->field->laps.count * sizeof *work->next_stop);
    for (int64_t i = 0; i < work->visits->count; i++) {
        const pyr_visit *visit = &work->visits->visit[i];
        if (visit->kind == PYR_VISIT_PIT_STOP && visit->in_row >= 0 && visit->out_row >= 0) {
            int64_t first = work->field->entries.first_lap[visit->entry];
            for (row = row > first ? row : first; row < visit->in_row; row++) {
                work->next_stop[row] = i;
            }
        }
    }
}

static void count_laps_to_stops(const undercut_work *work) {
    const int32_t *lap = work->field->laps.lap;
    for (int64_t i = 0; i < work->crossing_count; i++) {
        int64_t row = work->crossings[i].row, stop = work->next_stop[row];
        work->laps_to_stop[i] = stop < 0 ? INT64_MAX : lap[work->visits->visit[stop].in_row] - lap[row] - 1;
    }
}

/* When the car of `row` ended a lap; PYR_NO_TIME: not known. */
static int64_t ended(const undercut_work *work, int32_t entry, int64_t row, int32_t lap) {
    int64_t at = pyr_find_lap(work->field, entry, lap, row);
    return at >= 0 ? work->field->laps.elapsed[at] : PYR_NO_TIME;
}

/* Of this car no other visit lies between the ends of laps `first` and `last`. */
static bool stops_once(const undercut_work *work, int64_t i, int32_t first, int32_t last) {
    const pyr_laps *laps = &work->field->laps;
    const pyr_visit *visit = &work->visits->visit[i];
    const pyr_visit *earlier = i > 0 ? visit - 1 : NULL, *later = i + 1 < work->visits->count ? visit + 1 : NULL;
    if (earlier != NULL && earlier->entry == visit->entry && earlier->out_row >= 0 &&
        laps->lap[earlier->out_row] > first) {
        return false;
    }
    return later == NULL || later->entry != visit->entry || later->in_row < 0 || laps->lap[later->in_row] > last;
}

/* ---- Pairs ---- */

static pyr_status add_pair(undercut_work *work, stop_pair pair, pyr_error *error) {
    PYR_TRY(pyr_grow_array(work->session->allocator, &work->pairs, &work->pair_capacity, work->pair_count + 1,
                           sizeof *work->pairs, error));
    work->pairs[work->pair_count++] = pair;
    return PYR_OK;
}

/* The next stops of two cars that ended the last lap before either with these rows, if both were on the same lap
 * then. */
static pyr_status match(undercut_work *work, int64_t ahead_row, int64_t behind_row, pyr_error *error) {
    const pyr_laps *laps = &work->field->laps;
    int64_t ahead = work->next_stop[ahead_row], behind = work->next_stop[behind_row];
    const pyr_visit *one = &work->visits->visit[ahead], *other = &work->visits->visit[behind];
    int32_t first = laps->lap[ahead_row], out_one = laps->lap[one->out_row], out_other = laps->lap[other->out_row];
    int32_t last = out_one > out_other ? out_one : out_other;
    bool asked = work->shown[ahead] != 0 || work->shown[behind] != 0;
    if (!asked || !stops_once(work, ahead, first, last) || !stops_once(work, behind, first, last)) {
        return PYR_OK;
    }
    int64_t start_one = laps->elapsed[ahead_row], start_other = laps->elapsed[behind_row];
    int64_t next = ended(work, one->entry, ahead_row, first + 1);
    int64_t end_one = ended(work, one->entry, one->out_row, last);
    int64_t end_other = ended(work, other->entry, other->out_row, last);
    if (next == PYR_NO_TIME || next <= start_other || end_one == PYR_NO_TIME || end_other == PYR_NO_TIME) {
        return PYR_OK;
    }
    return add_pair(work, (stop_pair){ahead, behind, start_other - start_one, end_other - end_one}, error);
}

/* The pairs of the crossing at `i` with those up to `places` behind it, where the first stop of the two is on the lap
 * that begins there. */
static pyr_status find_pairs_behind(undercut_work *work, int64_t i, pyr_error *error) {
    const pyr_keyed *crossings = work->crossings;
    const int64_t *laps_to_stop = work->laps_to_stop;
    int64_t asked = work->options->within, within = asked < INT32_MAX ? asked : INT32_MAX; /* no laps are further */
    int64_t limit = laps_to_stop[i] == 0 ? within : 0;
    int64_t places = work->options->places, left = work->crossing_count - i - 1;
    if (laps_to_stop[i] > within) {
        return PYR_OK;
    }
    for (int64_t j = i + 1; j <= i + (places < left ? places : left) && crossings[j].key == crossings[i].key; j++) {
        if (laps_to_stop[j] <= limit) {
            PYR_TRY(match(work, crossings[i].row, crossings[j].row, error));
        }
    }
    return PYR_OK;
}

/* ---- The answer ---- */

static void fill_pair(const undercut_work *work, const stop_pair *pair, pyr_table *answer, int64_t at) {
    const pyr_entries *entries = &work->field->entries;
    const pyr_visit *ahead = &work->visits->visit[pair->ahead], *behind = &work->visits->visit[pair->behind];
    int32_t lap_ahead = work->field->laps.lap[ahead->in_row], lap_behind = work->field->laps.lap[behind->in_row];
    ((int32_t *)pyr_table_array(answer, UNDERCUT_CLASS))[at] = entries->class_code[ahead->entry];
    ((int32_t *)pyr_table_array(answer, UNDERCUT_AHEAD))[at] = entries->car[ahead->entry];
    ((int32_t *)pyr_table_array(answer, UNDERCUT_BEHIND))[at] = entries->car[behind->entry];
    ((int32_t *)pyr_table_array(answer, UNDERCUT_LAP_AHEAD))[at] = lap_ahead;
    ((int32_t *)pyr_table_array(answer, UNDERCUT_LAP_BEHIND))[at] = lap_behind;
    ((int64_t *)pyr_table_array(answer, UNDERCUT_BEFORE))[at] = pair->before;
    ((int64_t *)pyr_table_array(answer, UNDERCUT_AFTER))[at] = pair->after;
    ((int64_t *)pyr_table_array(answer, UNDERCUT_GAINED))[at] = pair->before - pair->after;
    ((int32_t *)pyr_table_array(answer, UNDERCUT_TACTIC))[at] =
        lap_behind < lap_ahead ? 0 : lap_behind > lap_ahead ? 1 : 2;
    ((uint8_t *)pyr_table_array(answer, UNDERCUT_PASSED))[at] = pair->after < 0;
}

static pyr_status fill(const undercut_work *work, pyr_table **out, pyr_error *error) {
    int64_t count = (int64_t)work->pair_count;
    const pyr_dictionary *cars = pyr_part_column(work->field, PYR_ENTRIES, PYR_ENTRY_CAR)->dictionary;
    PYR_TRY(pyr_answer_new(work->field, &pyr_undercuts_question, count, out, error));
    for (int64_t i = 0; i < count; i++) {
        fill_pair(work, &work->pairs[i], *out, i);
    }
    pyr_table_set_dictionary(*out, UNDERCUT_AHEAD, cars);
    pyr_table_set_dictionary(*out, UNDERCUT_BEHIND, cars);
    return pyr_answer_finish(out, count, error);
}

static pyr_status answer_undercuts(undercut_work *work, pyr_table **out, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t laps = (size_t)work->field->laps.count;
    PYR_TRY(pyr_served_find(work->field, work->options->decisions, &work->served, error));
    work->visits = work->served.visits;
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *work->crossings, &work->crossings, error));
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *work->next_stop, &work->next_stop, error));
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *work->laps_to_stop, &work->laps_to_stop, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)work->visits->count, sizeof *work->shown, &work->shown, error));
    PYR_TRY(pyr_shown_visits(work->session, work->visits, work->shown, error));
    if (pyr_is_race(work->field)) {
        PYR_TRY(sort_crossings(work, error));
        find_next_stops(work);
        count_laps_to_stops(work);
    }
    for (int64_t i = 0; i < work->crossing_count; i++) {
        PYR_TRY(find_pairs_behind(work, i, error));
    }
    return fill(work, out, error);
}

static pyr_status check_options(const pyr_undercuts_options *options, pyr_error *error) {
    if (options->within < 0) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "within=%lld is no number of laps: give how far apart two stops may be, as 3",
                        (long long)options->within);
    }
    if (options->places < 1) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "places=%lld is no number of places: give how far apart two cars may be in their class, as 10",
                        (long long)options->places);
    }
    return PYR_OK;
}

pyr_status pyr_undercuts(const pyr_session *session, const pyr_undercuts_options *options, pyr_table **out,
                         pyr_error *error) {
    undercut_work work = {.session = session, .field = pyr_field_view(session),
                          .options = options != NULL ? options : &default_options};
    const pyr_allocator *allocator = session->allocator;
    *out = NULL;
    PYR_TRY(check_options(work.options, error));
    pyr_status status = answer_undercuts(&work, out, error);
    size_t laps = (size_t)work.field->laps.count;
    pyr_release_array(allocator, work.crossings, laps, sizeof *work.crossings);
    pyr_release_array(allocator, work.next_stop, laps, sizeof *work.next_stop);
    pyr_release_array(allocator, work.laps_to_stop, laps, sizeof *work.laps_to_stop);
    pyr_release_array(allocator, work.shown, pyr_visit_count(work.visits), sizeof *work.shown);
    pyr_release_array(allocator, work.pairs, work.pair_capacity, sizeof *work.pairs);
    pyr_served_clear(&work.served);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_undercuts(session, options, out, error);
}

const pyr_question pyr_undercuts_question = {
    .name = "undercuts",
    .schema = undercut_fields,
    .column_count = PYR_COUNT(undercut_fields),
    .options = options_of_undercuts,
    .option_count = PYR_COUNT(options_of_undercuts),
    .options_default = &default_options,
    .options_size = sizeof default_options,
    .ask = ask,
};
