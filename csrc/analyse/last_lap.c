#include "last_lap.h"

#include "question.h"

pyr_status pyr_read_last_lap_limits(const pyr_table *table, pyr_last_lap_limits *limits, pyr_error *error) {
    static const pyr_field fields[] = {{"limit", PYR_DURATION, false, NULL}, {"laps", PYR_INT32, false, NULL}};
    const pyr_column *columns[2];
    *limits = (pyr_last_lap_limits){0};
    if (table == NULL) {
        return PYR_OK;
    }
    PYR_TRY(pyr_table_require(table, "last_lap_limits", fields, 2, columns, error));
    *limits = (pyr_last_lap_limits){pyr_table_row_count(table), pyr_int64s(columns[0]), pyr_int32s(columns[1])};
    for (int64_t row = 0; row < limits->count; row++) {
        if (limits->laps[row] < 0 || (row > 0 && limits->limit[row] <= limits->limit[row - 1])) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "last_lap_limits: row %lld does not rise above the one before",
                            (long long)row);
        }
    }
    return PYR_OK;
}

int64_t pyr_last_lap_time(const pyr_session *field, int32_t entry, const pyr_finish *finish) {
    const pyr_laps *laps = &field->laps;
    if (!finish->took_flag || finish->last < field->entries.first_lap[entry]) {
        return PYR_NO_TIME;
    }
    int64_t start = pyr_lap_start(laps, finish->last), time = laps->lap_time[finish->last];
    if (time == PYR_NO_TIME && start != PYR_NO_TIME && laps->elapsed[finish->last] != PYR_NO_TIME) {
        time = laps->elapsed[finish->last] - start;
    }
    int64_t in_pit_lane = laps->pit_lane_time[finish->last];
    return time == PYR_NO_TIME || in_pit_lane == PYR_NO_TIME || in_pit_lane > time ? time : time - in_pit_lane;
}

int32_t pyr_last_lap_deduction(const pyr_last_lap_limits *limits, int64_t time) {
    for (int64_t row = 0; row < limits->count; row++) {
        if (time <= limits->limit[row]) {
            return limits->laps[row];
        }
    }
    return limits->count > 0 ? -1 : 0;
}
