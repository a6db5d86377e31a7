#include "timeline.h"

int64_t pyr_time_behind(const pyr_session *session, int64_t row, int64_t reference) {
    return reference < 0 ? PYR_NO_TIME : session->laps.elapsed[row] - session->laps.elapsed[reference];
}

int64_t pyr_crossings_until(const pyr_session *session, const pyr_timeline *timeline, int32_t entry, int64_t time) {
    int64_t first = timeline->car_first[entry], low = first, high = timeline->car_first[entry + 1];
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (session->laps.elapsed[timeline->car_row[middle]] <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - first;
}

int32_t pyr_most_laps(const pyr_session *session, const pyr_timeline *timeline, int32_t entry, int64_t crossings) {
    const int32_t *lap = session->laps.lap;
    int64_t next = timeline->car_first[entry] + crossings, last = pyr_last_lap_row(&session->entries, entry);
    if (next < timeline->car_first[entry + 1]) {
        return lap[timeline->car_row[next]] - 1;
    }
    return last >= session->entries.first_lap[entry] ? lap[last] : -1;
}

int64_t pyr_crossing_of_lap(const pyr_session *session, const pyr_timeline *timeline, int32_t entry, int32_t lap) {
    int64_t low = timeline->car_first[entry], high = timeline->car_first[entry + 1];
    while (low < high) {
        int64_t middle = low + (high - low) / 2, row = timeline->car_row[middle];
        if (session->laps.lap[row] == lap) {
            return row;
        }
        if (session->laps.lap[row] < lap) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -1;
}

/* Laps beyond that of crossing `row`, which its car had completed at `time`, not earlier. */
static int32_t laps_beyond(const pyr_session *session, const pyr_timeline *timeline, int64_t row, int64_t time) {
    int32_t entry = timeline->entry[row];
    int64_t past = pyr_crossings_until(session, timeline, entry, time);
    int32_t least = session->laps.lap[timeline->car_row[timeline->car_first[entry] + past - 1]];
    return pyr_most_laps(session, timeline, entry, past) > least ? PYR_NO_INT32 : least - session->laps.lap[row];
}

int32_t pyr_laps_behind(const pyr_session *session, const pyr_timeline *timeline, int64_t row, int64_t reference) {
    const int64_t *elapsed = session->laps.elapsed;
    if (reference < 0) {
        return PYR_NO_INT32;
    }
    if (elapsed[reference] <= elapsed[row]) {
        return laps_beyond(session, timeline, reference, elapsed[row]);
    }
    int32_t ahead = laps_beyond(session, timeline, row, elapsed[reference]);
    return ahead == PYR_NO_INT32 ? ahead : -ahead;
}
