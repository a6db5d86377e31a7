#include "best_laps.h"

const pyr_field pyr_best_lap_fields[PYR_BEST_LAP_COLUMN_COUNT] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"driver", PYR_TEXT, true, NULL},
    {"lap", PYR_INT32, false, NULL},
    {"lap_time", PYR_DURATION, false, NULL},
    {"elapsed", PYR_DURATION, true, NULL},
    {"average_speed", PYR_FLOAT64, true, NULL},
    {"group", PYR_TEXT, true, NULL},
    {"team", PYR_TEXT, true, NULL},
    {"manufacturer", PYR_TEXT, true, NULL},
};
const int32_t pyr_best_lap_columns[PYR_BEST_LAP_COLUMN_COUNT] = {
    PYR_LAP_CAR,     PYR_LAP_CLASS,         PYR_LAP_DRIVER, PYR_LAP_LAP,  PYR_LAP_LAP_TIME,
    PYR_LAP_ELAPSED, PYR_LAP_AVERAGE_SPEED, PYR_LAP_GROUP,  PYR_LAP_TEAM, PYR_LAP_MANUFACTURER,
};

pyr_status pyr_best_laps(const pyr_session *session, const pyr_groups *groups, int64_t *best, pyr_error *error) {
    const uint8_t *counted;
    PYR_TRY(pyr_session_counted(session, &counted, error));
    for (int32_t group = 0; group < groups->count; group++) {
        best[group] = -1;
    }
    for (int64_t row = 0; row < session->laps.count; row++) {
        int64_t *of_group = &best[groups->of_lap[row]];
        *of_group = pyr_better_of(&session->laps, counted, *of_group, row);
    }
    return PYR_OK;
}

static void take_better_sectors(const pyr_laps *laps, int64_t row, uint8_t counted, int64_t best[3]) {
    for (int32_t sector = 0; sector < 3; sector++) {
        const int64_t *time = laps->sector[sector];
        int64_t other = best[sector];
        if ((counted & (PYR_COUNTS_SECTOR_1 << sector)) && (other < 0 || time[row] < time[other] ||
                                            (time[row] == time[other] && pyr_set_first(laps, row, other)))) {
            best[sector] = row;
        }
    }
}

pyr_status pyr_best_sectors_of(const pyr_session *session, const pyr_groups *groups, int64_t (*best)[3], int32_t *laps,
                               pyr_error *error) {
    const uint8_t *counted;
    PYR_TRY(pyr_session_counted(session, &counted, error));
    for (int32_t group = 0; group < groups->count; group++) {
        best[group][0] = best[group][1] = best[group][2] = -1;
        laps[group] = 0;
    }
    for (int64_t row = 0; row < session->laps.count; row++) {
        int32_t group = groups->of_lap[row];
        take_better_sectors(&session->laps, row, counted[row], best[group]);
        laps[group] += (counted[row] & ~PYR_COUNTS_LAP) != 0;
    }
    return PYR_OK;
}
