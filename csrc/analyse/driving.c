#include "driving.h"

static int64_t at_most(int64_t value, int64_t most) {
    return value < most ? value : most;
}

/* Where a row of the visit has no time, nothing is taken off. */
static bool has_times(const int64_t *lap_time, const pyr_visit *visit) {
    int64_t first = visit->in_row >= 0 ? visit->in_row : visit->out_row;
    int64_t last = visit->out_row >= 0 ? visit->out_row : visit->in_row;
    for (int64_t row = first; row <= last; row++) {
        if (lap_time[row] == PYR_NO_TIME) {
            return false;
        }
    }
    return true;
}

/* The published time stands on one lap of the visit; what exceeds it was on the other side of the line. */
static void take_timed(const pyr_laps *laps, const pyr_visit *visit, int64_t *driven) {
    int64_t time = laps->pit_lane_time[visit->time_row];
    for (int64_t row = visit->in_row + 1; visit->in_row >= 0 && row < visit->out_row; row++) {
        time -= at_most(laps->lap_time[row], time); /* pushed to and fro across the line */
        driven[row] = 0;
    }
    int64_t other = visit->time_row == visit->in_row ? visit->out_row : visit->in_row;
    int64_t taken = at_most(time, driven[visit->time_row]);
    driven[visit->time_row] -= taken;
    if (other >= 0) {
        driven[other] -= at_most(time - taken, driven[other]);
    }
}

static void take_untimed(const pyr_laps *laps, const pyr_visit *visit, int64_t median, int64_t *driven) {
    int64_t last = visit->out_row >= 0 ? visit->out_row : visit->in_row;
    for (int64_t row = visit->in_row >= 0 ? visit->in_row : visit->out_row; row <= last; row++) {
        driven[row] = at_most(driven[row], at_most(laps->lap_time[row], median));
    }
}

pyr_status pyr_driven_times(const pyr_session *session, const pyr_visits *visits, int64_t *driven, pyr_error *error) {
    const pyr_laps *laps = &session->laps;
    const pyr_entries *entries = &session->entries;
    int32_t entry = -1; /* whose median is known */
    int64_t median = PYR_NO_TIME;
    for (int64_t row = 0; row < laps->count; row++) {
        driven[row] = laps->lap_time[row];
    }
    for (int64_t i = 0; i < visits->count; i++) {
        const pyr_visit *visit = &visits->visit[i];
        if (visit->entry != entry) {
            entry = visit->entry;
            PYR_TRY(pyr_median_green_lap(session, visits, entries->first_lap[entry], entries->first_lap[entry + 1],
                                         &median, error));
        }
        if (!has_times(laps->lap_time, visit)) {
            continue;
        }
        if (visit->time_row >= 0) {
            take_timed(laps, visit, driven);
        } else if (median != PYR_NO_TIME) {
            take_untimed(laps, visit, median, driven);
        }
    }
    return PYR_OK;
}

/* The most is driven in a window that begins with a spell or ends with one. */
int64_t pyr_most_in_window(const int64_t *start, const int64_t *end, int64_t count, int64_t window) {
    int64_t most = 0, first = 0, last = 0, from_start = 0, to_end = 0;
    for (int64_t i = 0; i < count; i++) { /* windows that begin with spell i hold all from there to before `last` */
        for (; last < count && end[last] <= start[i] + window; last++) {
            from_start += end[last] - start[last];
        }
        int64_t part = last < count && start[last] < start[i] + window ? start[i] + window - start[last] : 0;
        most = from_start + part > most ? from_start + part : most;
        if (last > i) {
            from_start -= end[i] - start[i];
        } else {
            last = i + 1; /* the spell is longer than the window */
        }
    }
    for (int64_t i = 0; i < count; i++) { /* windows that end with spell i hold all from `first` to there */
        to_end += end[i] - start[i];
        for (; end[first] <= end[i] - window; first++) {
            to_end -= end[first] - start[first];
        }
        int64_t cut = start[first] < end[i] - window ? end[i] - window - start[first] : 0;
        most = to_end - cut > most ? to_end - cut : most;
    }
    return most;
}
