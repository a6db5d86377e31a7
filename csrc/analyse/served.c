#include "served.h"

#include <string.h>

#include "question.h"
#include "stints.h"

enum { LAPS_TO_SERVE = 10 };
static const int64_t to_stop_and_start = 5000000, tolerance = 1000000; /* microseconds */

typedef struct serving {
    const pyr_session *field;
    pyr_visits *visits;
    uint8_t *taken; /* by visit */
} serving;

/* A penalty to serve; lap 0: not said when. */
typedef struct to_serve {
    int32_t entry, lap;
    bool stops;
    int64_t time;
} to_serve;

/* How far the visit is from what the penalty takes, the transit included; -1: too far, or it is no such visit. */
static int64_t misfit(const serving *serve, const to_serve *penalty, int64_t i) {
    const pyr_visit *visit = &serve->visits->visit[i];
    const pyr_laps *laps = &serve->field->laps;
    bool fits_kind = visit->kind == PYR_VISIT_PIT_STOP || visit->kind == PYR_VISIT_DRIVE_THROUGH ||
                     visit->kind == PYR_VISIT_PASS_THROUGH;
    if (!fits_kind || serve->taken[i] || visit->in_row < 0 || visit->out_row < 0 || visit->time_row < 0 ||
        pyr_driver_changed(serve->field, visit->in_row, visit->out_row) == 1) {
        return -1;
    }
    int64_t shortest = serve->visits->shortest;
    if (shortest == PYR_NO_TIME) {
        return laps->lap[visit->in_row] == penalty->lap ? 0 : -1;
    }
    int64_t beyond = laps->pit_lane_time[visit->time_row] - shortest - penalty->time;
    int64_t most = shortest / 10 + (penalty->stops ? to_stop_and_start : 0);
    bool too_short = penalty->lap > 0 ? beyond < -shortest / 2 : beyond < -tolerance;
    if (too_short || beyond > most) {
        return -1;
    }
    return beyond < 0 ? -beyond : beyond;
}

/* The first visit of the car, or of a later car, whose in-lap (without one: its out-lap) is `lap`
 * or later; visits stand by car, then lap. */
static int64_t first_from(const serving *serve, int32_t entry, int32_t lap) {
    int64_t low = 0, high = serve->visits->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        const pyr_visit *visit = &serve->visits->visit[middle];
        int64_t row = visit->in_row >= 0 ? visit->in_row : visit->out_row;
        if (visit->entry < entry || (visit->entry == entry && serve->field->laps.lap[row] < lap)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static int64_t find_visit(const serving *serve, const to_serve *penalty) {
    int64_t found = -1, least = INT64_MAX;
    for (int64_t i = first_from(serve, penalty->entry, penalty->lap); i < serve->visits->count; i++) {
        const pyr_visit *visit = &serve->visits->visit[i];
        bool late = penalty->lap > 0 && visit->in_row >= 0 &&
                    serve->field->laps.lap[visit->in_row] - penalty->lap > LAPS_TO_SERVE;
        if (visit->entry != penalty->entry || late) {
            break;
        }
        int64_t off = misfit(serve, penalty, i);
        if (off >= 0 && off < least) {
            found = i;
            least = off;
        }
    }
    return found;
}

static pyr_status serve_row(const serving *serve, const pyr_decisions *decisions, int64_t row, int64_t *found,
                            pyr_error *error) {
    pyr_decision_kind kind = PYR_DECISION_KIND_COUNT;
    to_serve penalty = {.lap = pyr_decision_number(decisions, PYR_DECISION_LAP, row)};
    *found = -1;
    PYR_TRY(pyr_decision_kind_of(decisions, row, &kind, error));
    PYR_TRY(pyr_require_entry(serve->field, pyr_decision_text(decisions, PYR_DECISION_CAR, row), &penalty.entry,
                              error));
    if (kind != PYR_DRIVE_THROUGH && kind != PYR_STOP_GO) {
        return PYR_OK;
    }
    penalty.stops = kind == PYR_STOP_GO;
    penalty.time = penalty.stops ? pyr_decision_time(decisions, row) : 0;
    if (penalty.time < 0 || penalty.time > PYR_LONGEST_TIME) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "decisions: nobody serves a stop_go of %g s; give how long the car has to stand, as 10",
                        (double)penalty.time / 1e6);
    }
    *found = find_visit(serve, &penalty);
    if (*found >= 0) {
        serve->taken[*found] = 1;
        serve->visits->visit[*found].kind = penalty.stops ? PYR_VISIT_STOP_GO : PYR_VISIT_DRIVE_THROUGH;
    }
    return PYR_OK;
}

static pyr_status serve_all(const serving *serve, const pyr_decisions *decisions, pyr_served *served,
                            pyr_error *error) {
    memset(serve->taken, 0, (size_t)serve->visits->count);
    for (int64_t row = 0; row < decisions->count; row++) {
        PYR_TRY(serve_row(serve, decisions, row, &served->visit_of[row], error));
    }
    return PYR_OK;
}

pyr_status pyr_served_find(const pyr_session *field, const pyr_table *table, pyr_served *served, pyr_error *error) {
    const pyr_allocator *allocator = field->allocator;
    const pyr_visits *found;
    pyr_decisions decisions;
    *served = (pyr_served){.named.allocator = allocator};
    PYR_TRY(pyr_decisions_read(table, &decisions, error));
    PYR_TRY(pyr_session_visits(field, &found, error));
    if (decisions.count == 0) {
        served->visits = found;
        return PYR_OK;
    }
    size_t count = (size_t)found->count;
    served->named = *found; /* the laps are marked as they were */
    served->named.visit = NULL;
    served->named.allocator = allocator;
    served->decision_count = decisions.count;
    PYR_TRY(pyr_new_array(allocator, count, sizeof *found->visit, &served->named.visit, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)decisions.count, sizeof *served->visit_of, &served->visit_of, error));
    for (size_t i = 0; i < count; i++) {
        served->named.visit[i] = found->visit[i];
    }
    served->visits = &served->named;
    serving serve = {.field = field, .visits = &served->named};
    PYR_TRY(pyr_new_array(allocator, count, sizeof *serve.taken, &serve.taken, error));
    pyr_status status = serve_all(&serve, &decisions, served, error);
    pyr_release_array(allocator, serve.taken, count, sizeof *serve.taken);
    return status;
}

void pyr_served_clear(pyr_served *served) {
    const pyr_allocator *allocator = served->named.allocator;
    pyr_release_array(allocator, served->named.visit, (size_t)served->named.count, sizeof *served->named.visit);
    pyr_release_array(allocator, served->visit_of, (size_t)served->decision_count, sizeof *served->visit_of);
    *served = (pyr_served){0};
}
