#include "flag_fall.h"

#include "../base/sort.h"

static bool is_of(const pyr_session *session, int32_t entry, int32_t class_code) {
    return class_code == PYR_WHOLE_FIELD || session->entries.class_code[entry] == class_code;
}

/* Where to look for the crossings of a car: from its first lap on, or from the last one of an earlier finish. */
static int64_t start_of(const pyr_session *session, const pyr_finish *earlier, int32_t entry) {
    int64_t first = session->entries.first_lap[entry];
    return earlier != NULL && earlier[entry].last > first ? earlier[entry].last : first;
}

static int32_t laps_led(const pyr_session *session, int32_t class_code, const pyr_finish *earlier, int64_t instant) {
    const pyr_laps *laps = &session->laps;
    int32_t led = 0;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t end = is_of(session, entry, class_code) ? session->entries.first_lap[entry + 1] : 0;
        for (int64_t row = start_of(session, earlier, entry); row < end && laps->elapsed[row] < instant; row++) {
            led = laps->elapsed[row] >= 0 && laps->lap[row] > led ? laps->lap[row] : led;
        }
    }
    return led;
}

static int64_t first_completed(const pyr_session *session, int32_t class_code, const pyr_finish *earlier,
                               int32_t lap) {
    const pyr_laps *laps = &session->laps;
    int64_t first = INT64_MAX;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t end = is_of(session, entry, class_code) ? session->entries.first_lap[entry + 1] : 0, latest = -1;
        for (int64_t row = start_of(session, earlier, entry); row < end && latest < first; row++) {
            if (laps->elapsed[row] > latest) {
                latest = laps->elapsed[row];
                first = laps->lap[row] >= lap && latest < first ? latest : first;
            }
        }
    }
    return first == INT64_MAX ? PYR_NO_TIME : first;
}

int32_t pyr_leader_laps(const pyr_session *session, int32_t class_code, int64_t instant) {
    return laps_led(session, class_code, NULL, instant);
}

int64_t pyr_first_completed(const pyr_session *session, int32_t class_code, int32_t lap) {
    return first_completed(session, class_code, NULL, lap);
}

/* As pyr_flag_instant, for an instant behind an earlier finish. */
static int64_t flag_instant(const pyr_session *session, int32_t class_code, const pyr_finish *earlier,
                            int64_t instant) {
    int32_t led = laps_led(session, class_code, earlier, instant);
    return led == INT32_MAX ? PYR_NO_TIME : first_completed(session, class_code, earlier, led + 1);
}

int64_t pyr_flag_instant(const pyr_session *session, int32_t class_code, int64_t instant) {
    return flag_instant(session, class_code, NULL, instant);
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

/* ---- A flag that falls early ---- */

/* `times` has room for the laps of the car. */
static int64_t twice_the_median(const pyr_session *session, int32_t entry, int64_t *times) {
    int64_t count = 0;
    for (int64_t row = session->entries.first_lap[entry]; row < session->entries.first_lap[entry + 1]; row++) {
        if (session->laps.lap_time[row] > 0) {
            times[count++] = session->laps.lap_time[row];
        }
    }
    return count > 0 ? 2 * pyr_median(times, count) : PYR_NO_TIME;
}

pyr_status pyr_limits_to_flag(const pyr_session *session, int64_t longest, int64_t *limits, pyr_error *error) {
    size_t count = (size_t)session->laps.count;
    int64_t *times;
    PYR_TRY(pyr_new_array(session->allocator, count, sizeof *times, &times, error));
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        limits[entry] = longest != PYR_NO_TIME ? longest : twice_the_median(session, entry, times);
    }
    pyr_release_array(session->allocator, times, count, sizeof *times);
    return PYR_OK;
}

void pyr_no_finishes(const pyr_session *session, pyr_finish *finishes) {
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        finishes[entry] = (pyr_finish){session->entries.first_lap[entry] - 1, false};
    }
}

/* What the leader's lap took beyond half of its limit, where it took longer than that. */
static int64_t time_granted(const pyr_session *session, int64_t flag, const int64_t *limits,
                            const pyr_finish *earlier) {
    const pyr_finish_rule rule = {flag, PYR_NO_TIME, PYR_NO_TIME};
    int64_t granted = 0;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t first = session->entries.first_lap[entry];
        int64_t row = pyr_find_finish(session, entry, start_of(session, earlier, entry), &rule).last;
        bool at_flag = row >= first && session->laps.elapsed[row] == flag && limits[entry] != PYR_NO_TIME;
        int64_t time = at_flag ? time_of_lap(&session->laps, row, first) : PYR_NO_TIME;
        bool too_long = time != PYR_NO_TIME && time > limits[entry];
        granted = too_long && time - limits[entry] / 2 > granted ? time - limits[entry] / 2 : granted;
    }
    return granted;
}

int64_t pyr_let_flag_fall(const pyr_session *session, int64_t instant, const int64_t *limits, pyr_finish *finishes) {
    bool race = pyr_is_race(session);
    int64_t flag = race ? flag_instant(session, PYR_WHOLE_FIELD, finishes, instant) : instant;
    if (flag == PYR_NO_TIME) {
        return flag;
    }
    int64_t granted = race ? time_granted(session, flag, limits, finishes) : 0;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t longest = limits[entry] == PYR_NO_TIME ? PYR_NO_TIME : limits[entry] + granted;
        const pyr_finish_rule rule = {flag, PYR_NO_TIME, longest};
        finishes[entry] = pyr_find_finish(session, entry, start_of(session, finishes, entry), &rule);
    }
    return flag;
}
