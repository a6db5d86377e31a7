#include "timeline.h"

int64_t pyr_time_behind(const pyr_session *session, int64_t row, int64_t reference) {
    return reference < 0 ? PYR_NO_TIME : session->laps.elapsed[row] - session->laps.elapsed[reference];
}

int64_t pyr_first_crossing(const pyr_session *session, const pyr_timeline *timeline, int64_t time) {
    int64_t low = 0, high = timeline->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (session->laps.elapsed[timeline->row[middle]] < time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int64_t pyr_leader_crossing(const pyr_session *session, const pyr_timeline *timeline, int32_t lap) {
    for (int64_t i = timeline->count - 1; i >= 0; i--) {
        int64_t row = timeline->row[i];
        if (timeline->overall.position[row] == 1 && (lap == 0 || session->laps.lap[row] == lap)) {
            return row;
        }
    }
    return -1;
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

int32_t pyr_laps_since(const pyr_session *session, const pyr_timeline *timeline, int64_t row, int64_t time) {
    int32_t entry = timeline->entry[row];
    int64_t past = pyr_crossings_until(session, timeline, entry, time);
    int64_t last = timeline->car_row[timeline->car_first[entry] + past - 1];
    int32_t least = session->laps.lap[last];
    bool known = session->laps.elapsed[last] == time || pyr_most_laps(session, timeline, entry, past) <= least;
    return known ? least - session->laps.lap[row] : PYR_NO_INT32;
}

int32_t pyr_laps_behind(const pyr_session *session, const pyr_timeline *timeline, int64_t row, int64_t reference) {
    const int64_t *elapsed = session->laps.elapsed;
    if (reference < 0) {
        return PYR_NO_INT32;
    }
    if (elapsed[reference] <= elapsed[row]) {
        return pyr_laps_since(session, timeline, reference, elapsed[row]);
    }
    int32_t ahead = pyr_laps_since(session, timeline, row, elapsed[reference]);
    return ahead == PYR_NO_INT32 ? ahead : -ahead;
}
