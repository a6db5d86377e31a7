#include "../base/sort.h"
#include "question.h"
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
static const pyr_undercuts_options default_options = {.within = 3};
static const pyr_option options_of_undercuts[] = {
    {"within", PYR_OPTION_INTEGER, offsetof(pyr_undercuts_options, within), NULL},
};

/* A pair of visits: of the car ahead and the car behind. */
typedef struct stop_pair {
    int64_t ahead, behind;
    int64_t before, after, crossed; /* crossed: when the car ahead ended the lap before */
} stop_pair;

typedef struct undercut_work {
    const pyr_session *session, *field;
    int64_t within;
    const pyr_visits *visits;
    pyr_keyed *stops; /* pit stops by class, then in-lap */
    uint8_t *shown;   /* by visit */
    stop_pair *pairs;
    size_t pair_count, pair_capacity;
} undercut_work;

/* When the car of the visit ended a lap; PYR_NO_TIME: not known. Laps are missing rarely, so its row is near. */
static int64_t ended(const undercut_work *work, const pyr_visit *visit, int32_t lap) {
    const pyr_laps *laps = &work->field->laps;
    int64_t first = work->field->entries.first_lap[visit->entry];
    int64_t last = pyr_last_lap_row(&work->field->entries, visit->entry), row = visit->in_row;
    for (; row < last && laps->lap[row] < lap; row++) {
    }
    for (; row > first && laps->lap[row] > lap; row--) {
    }
    return laps->lap[row] == lap ? laps->elapsed[row] : PYR_NO_TIME;
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

static pyr_status add_pair(undercut_work *work, stop_pair pair, pyr_error *error) {
    PYR_TRY(pyr_grow_array(work->session->allocator, &work->pairs, &work->pair_capacity, work->pair_count + 1,
                           sizeof *work->pairs, error));
    work->pairs[work->pair_count++] = pair;
    return PYR_OK;
}

/* The visits `left` and `right`, if the cars were on the same lap before both. */
static pyr_status match(undercut_work *work, int64_t left, int64_t right, pyr_error *error) {
    const pyr_laps *laps = &work->field->laps;
    const pyr_visit *one = &work->visits->visit[left], *other = &work->visits->visit[right];
    int32_t in_one = laps->lap[one->in_row], in_other = laps->lap[other->in_row];
    int32_t out_one = laps->lap[one->out_row], out_other = laps->lap[other->out_row];
    int32_t first = (in_one < in_other ? in_one : in_other) - 1, last = out_one > out_other ? out_one : out_other;
    bool asked = work->shown[left] != 0 || work->shown[right] != 0;
    if (!asked || one->entry == other->entry || !stops_once(work, left, first, last) ||
        !stops_once(work, right, first, last)) {
        return PYR_OK;
    }
    int64_t start_one = ended(work, one, first), start_other = ended(work, other, first);
    int64_t end_one = ended(work, one, last), end_other = ended(work, other, last);
    if (start_one == PYR_NO_TIME || start_other == PYR_NO_TIME || end_one == PYR_NO_TIME || end_other == PYR_NO_TIME) {
        return PYR_OK;
    }
    bool one_leads = start_one < start_other || (start_one == start_other && left < right);
    int64_t next = ended(work, one_leads ? one : other, first + 1);
    if (next == PYR_NO_TIME || next <= (one_leads ? start_other : start_one)) {
        return PYR_OK;
    }
    stop_pair pair = {left, right, start_other - start_one, end_other - end_one, start_one};
    if (!one_leads) {
        pair = (stop_pair){right, left, start_one - start_other, end_one - end_other, start_other};
    }
    return add_pair(work, pair, error);
}

static pyr_status find_pairs(undercut_work *work, pyr_error *error) {
    const pyr_laps *laps = &work->field->laps;
    int64_t count = 0;
    for (int64_t i = 0; i < work->visits->count; i++) {
        const pyr_visit *visit = &work->visits->visit[i];
        if (visit->kind == PYR_VISIT_PIT_STOP && visit->in_row >= 0 && visit->out_row >= 0) {
            int64_t class_code = work->field->entries.class_code[visit->entry];
            work->stops[count++] = (pyr_keyed){class_code * INT64_C(4294967296) + laps->lap[visit->in_row], i};
        }
    }
    PYR_TRY(pyr_sort(work->session->allocator, work->stops, count, NULL, NULL, error));
    for (int64_t i = 0; i < count; i++) {
        for (int64_t j = i + 1; j < count && work->stops[j].key - work->stops[i].key <= work->within; j++) {
            PYR_TRY(match(work, work->stops[i].row, work->stops[j].row, error));
        }
    }
    return PYR_OK;
}

/* ---- The answer ---- */

static int32_t first_lap_of(const undercut_work *work, const stop_pair *pair) {
    int32_t ahead = work->field->laps.lap[work->visits->visit[pair->ahead].in_row];
    int32_t behind = work->field->laps.lap[work->visits->visit[pair->behind].in_row];
    return ahead < behind ? ahead : behind;
}

static bool stands_before(const void *context, int64_t left, int64_t right) {
    const undercut_work *work = context;
    const stop_pair *one = &work->pairs[left], *other = &work->pairs[right];
    int32_t lap = first_lap_of(work, one), other_lap = first_lap_of(work, other);
    if (lap != other_lap) {
        return lap < other_lap;
    }
    return one->crossed != other->crossed ? one->crossed < other->crossed : one->before < other->before;
}

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
    pyr_keyed *order;
    PYR_TRY(pyr_new_array(work->session->allocator, work->pair_count, sizeof *order, &order, error));
    for (int64_t i = 0; i < count; i++) {
        int32_t entry = work->visits->visit[work->pairs[i].ahead].entry;
        order[i] = (pyr_keyed){work->field->entries.class_code[entry], i};
    }
    pyr_status status = pyr_sort(work->session->allocator, order, count, stands_before, work, error);
    if (status == PYR_OK) {
        status = pyr_answer_new(work->field, &pyr_undercuts_question, count, out, error);
    }
    for (int64_t i = 0; status == PYR_OK && i < count; i++) {
        fill_pair(work, &work->pairs[order[i].row], *out, i);
    }
    pyr_release_array(work->session->allocator, order, work->pair_count, sizeof *order);
    PYR_TRY(status);
    pyr_table_set_dictionary(*out, UNDERCUT_AHEAD, cars);
    pyr_table_set_dictionary(*out, UNDERCUT_BEHIND, cars);
    return pyr_answer_finish(out, count, error);
}

static pyr_status answer_undercuts(undercut_work *work, pyr_table **out, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    PYR_TRY(pyr_session_visits(work->field, &work->visits, error));
    size_t count = (size_t)work->visits->count;
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->stops, &work->stops, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->shown, &work->shown, error));
    PYR_TRY(pyr_shown_visits(work->session, work->visits, work->shown, error));
    if (pyr_is_race(work->field)) {
        PYR_TRY(find_pairs(work, error));
    }
    return fill(work, out, error);
}

pyr_status pyr_undercuts(const pyr_session *session, const pyr_undercuts_options *options, pyr_table **out,
                         pyr_error *error) {
    undercut_work work = {.session = session, .field = pyr_field_view(session),
                          .within = options != NULL ? options->within : default_options.within};
    const pyr_allocator *allocator = session->allocator;
    *out = NULL;
    if (work.within < 0 || work.within > INT32_MAX) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "within=%lld is no number of laps: give how far apart two stops may be, as 3",
                        (long long)work.within);
    }
    pyr_status status = answer_undercuts(&work, out, error);
    size_t count = pyr_visit_count(work.visits);
    pyr_release_array(allocator, work.stops, count, sizeof *work.stops);
    pyr_release_array(allocator, work.shown, count, sizeof *work.shown);
    pyr_release_array(allocator, work.pairs, work.pair_capacity, sizeof *work.pairs);
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
