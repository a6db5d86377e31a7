#include "flag_fall.h"

#include <math.h>

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
            return (pyr_finish){crossed, false, false};
        }
        if (rule->flag != PYR_NO_TIME && latest >= rule->flag) {
            bool too_long = is_too_long(laps, row, first, rule->longest);
            return (pyr_finish){too_long ? crossed : row, !too_long, too_long};
        }
        crossed = row;
    }
    return (pyr_finish){end - 1, false, false};
}

/* ---- A flag that falls early ---- */

/* `times` has room for the laps of the car. */
static int64_t median_lap(const pyr_session *session, int32_t entry, int64_t *times) {
    int64_t count = 0;
    for (int64_t row = session->entries.first_lap[entry]; row < session->entries.first_lap[entry + 1]; row++) {
        if (session->laps.lap_time[row] > 0) {
            times[count++] = session->laps.lap_time[row];
        }
    }
    return count > 0 ? pyr_median(times, count) : PYR_NO_TIME;
}

pyr_status pyr_median_laps(const pyr_session *session, int64_t *medians, pyr_error *error) {
    size_t count = (size_t)session->laps.count;
    int64_t *times;
    PYR_TRY(pyr_new_array(session->allocator, count, sizeof *times, &times, error));
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        medians[entry] = median_lap(session, entry, times);
    }
    pyr_release_array(session->allocator, times, count, sizeof *times);
    return PYR_OK;
}

bool pyr_runs_on(const pyr_session *field, int32_t entry, const pyr_finish *finish) {
    bool left_out = pyr_true(pyr_part_column(field, PYR_ENTRIES, PYR_ENTRY_RUNNING), entry);
    return !finish->took_flag && (finish->runs_on || left_out);
}

void pyr_no_finishes(const pyr_session *session, pyr_finish *finishes) {
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        finishes[entry] = (pyr_finish){session->entries.first_lap[entry] - 1, false, false};
    }
}

/* The entry that leads at the flag, which falls with its crossing `*row`. */
static int32_t find_leader(const pyr_session *session, int64_t flag, const pyr_finish *earlier, int64_t *row) {
    const pyr_finish_rule rule = {flag, PYR_NO_TIME, PYR_NO_TIME};
    int32_t leader = -1;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t last = pyr_find_finish(session, entry, start_of(session, earlier, entry), &rule).last;
        bool crosses = last >= session->entries.first_lap[entry] && session->laps.elapsed[last] == flag;
        if (crosses && (leader < 0 || session->laps.lap[last] > session->laps.lap[*row])) {
            leader = entry;
            *row = last;
        }
    }
    return leader;
}

/* By what factor the leader's lap to the flag was longer than its median lap, at least 1. */
static double stretch_of(const pyr_session *session, int32_t leader, int64_t row, const int64_t *medians) {
    int64_t time = time_of_lap(&session->laps, row, session->entries.first_lap[leader]);
    bool longer = medians[leader] != PYR_NO_TIME && time != PYR_NO_TIME && time > medians[leader];
    return longer ? (double)time / (double)medians[leader] : 1;
}

static int64_t limit_of(const pyr_flag_limits *limits, int32_t entry, double stretch) {
    if (limits->longest != PYR_NO_TIME || limits->medians[entry] == PYR_NO_TIME) {
        return limits->longest;
    }
    double limit = 2 * (double)limits->medians[entry] * stretch;
    return limit < (double)PYR_LONGEST_TIME ? llround(limit) : PYR_NO_TIME;
}

int64_t pyr_let_flag_fall(const pyr_session *session, int64_t instant, const pyr_flag_limits *limits,
                          pyr_finish *finishes) {
    bool race = pyr_is_race(session);
    int64_t flag = race ? flag_instant(session, PYR_WHOLE_FIELD, finishes, instant) : instant, row = -1;
    if (flag == PYR_NO_TIME) {
        return flag;
    }
    int32_t leader = race ? find_leader(session, flag, finishes, &row) : -1;
    double stretch = leader >= 0 ? stretch_of(session, leader, row, limits->medians) : 1;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t longest = entry == leader ? PYR_NO_TIME : limit_of(limits, entry, stretch);
        const pyr_finish_rule rule = {flag, PYR_NO_TIME, longest};
        finishes[entry] = pyr_find_finish(session, entry, start_of(session, finishes, entry), &rule);
    }
    return flag;
}
