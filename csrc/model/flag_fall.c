#include "flag_fall.h"

static bool is_of(const pyr_session *session, int32_t entry, int32_t class_code) {
    return class_code == PYR_WHOLE_FIELD || session->entries.class_code[entry] == class_code;
}

int32_t pyr_laps_led(const pyr_session *session, int32_t class_code, int64_t instant) {
    int32_t led = 0;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t end = is_of(session, entry, class_code) ? session->entries.first_lap[entry + 1] : 0;
        for (int64_t row = session->entries.first_lap[entry]; row < end && session->laps.elapsed[row] < instant; row++) {
            if (session->laps.elapsed[row] >= 0 && session->laps.lap[row] > led) {
                led = session->laps.lap[row];
            }
        }
    }
    return led;
}

int64_t pyr_first_completed(const pyr_session *session, int32_t class_code, int32_t lap) {
    int64_t first = INT64_MAX;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t end = is_of(session, entry, class_code) ? session->entries.first_lap[entry + 1] : 0, latest = -1;
        for (int64_t row = session->entries.first_lap[entry]; row < end && latest < first; row++) {
            int64_t elapsed = session->laps.elapsed[row];
            if (elapsed > latest) {
                latest = elapsed;
                first = session->laps.lap[row] >= lap && elapsed < first ? elapsed : first;
            }
        }
    }
    return first == INT64_MAX ? PYR_NO_TIME : first;
}

int64_t pyr_flag_instant(const pyr_session *session, int32_t class_code, int64_t instant) {
    int32_t led = pyr_laps_led(session, class_code, instant);
    return led == INT32_MAX ? PYR_NO_TIME : pyr_first_completed(session, class_code, led + 1);
}

/* The lap that ends with this row; PYR_NO_TIME: not known. */
static int64_t time_of_lap(const pyr_laps *laps, int64_t row, int64_t first) {
    if (laps->lap_time[row] != PYR_NO_TIME) {
        return laps->lap_time[row];
    }
    bool known = row > first && laps->elapsed[row] != PYR_NO_TIME && laps->elapsed[row - 1] != PYR_NO_TIME;
    return known ? laps->elapsed[row] - laps->elapsed[row - 1] : PYR_NO_TIME;
}

static bool is_too_long(const pyr_laps *laps, int64_t row, int64_t first, int64_t longest) {
    int64_t time = time_of_lap(laps, row, first);
    return longest != PYR_NO_TIME && time != PYR_NO_TIME && time > longest && laps->flag[row] != PYR_FLAG_CHEQUERED;
}

pyr_finish pyr_find_finish(const pyr_session *session, int32_t entry, int64_t from, const pyr_finish_rule *rule) {
    const pyr_laps *laps = &session->laps;
    int64_t first = session->entries.first_lap[entry], end = session->entries.first_lap[entry + 1];
    int64_t crossed = from - 1, latest = -1; /* the last crossing so far */
    for (int64_t row = from; row < end; row++) {
        if (laps->elapsed[row] <= latest) {
            continue;
        }
        latest = laps->elapsed[row];
        if (rule->stopped != PYR_NO_TIME && latest >= rule->stopped) {
            return (pyr_finish){crossed, false};
        }
        if (rule->flag != PYR_NO_TIME && latest >= rule->flag) {
            bool too_long = is_too_long(laps, row, first, rule->longest);
            return (pyr_finish){too_long ? crossed : row, !too_long};
        }
        crossed = row;
    }
    return (pyr_finish){end - 1, false};
}
