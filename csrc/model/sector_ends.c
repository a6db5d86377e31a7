#include "sector_ends.h"

/* The sum of times; none where one of them is absent. */
static int64_t sum_of(int64_t left, int64_t right) {
    return left == PYR_NO_TIME || right == PYR_NO_TIME ? PYR_NO_TIME : left + right;
}

static int64_t sector_time(const pyr_laps *laps, int32_t sector, int64_t row) {
    int64_t time = laps->sector[sector][row];
    return time > 0 ? time : PYR_NO_TIME;
}

static void find_ends(const pyr_laps *laps, int64_t row, int64_t ends[PYR_SECTORS]) {
    int64_t end = laps->elapsed[row], start = pyr_lap_start(laps, row), after = end == PYR_NO_TIME ? end : 0;
    int64_t before = start;
    for (int32_t sector = PYR_SECTORS - 1; sector > 0; sector--) {
        after = sum_of(after, sector_time(laps, sector, row));
        ends[sector - 1] = after == PYR_NO_TIME ? PYR_NO_TIME : end - after;
    }
    for (int32_t sector = 0; sector < PYR_SECTORS - 1; sector++) {
        before = sum_of(before, sector_time(laps, sector, row));
        ends[sector] = ends[sector] == PYR_NO_TIME ? before : ends[sector];
        bool within = ends[sector] < end && (start == PYR_NO_TIME || ends[sector] > start);
        ends[sector] = within ? ends[sector] : PYR_NO_TIME;
    }
    ends[PYR_SECTORS - 1] = end;
}

pyr_status pyr_find_sector_ends(const pyr_laps *laps, int32_t *number, int64_t *time, pyr_error *error) {
    enum { HIGHEST_LAP = 700000000 };
    for (int64_t row = 0; row < laps->count; row++) {
        if (laps->lap[row] > HIGHEST_LAP) {
            return pyr_fail(error, PYR_ERROR_REFUSED,
                            "lap %d is too high a number for crossings at the sectors; ask for those of the line",
                            (int)laps->lap[row]);
        }
        for (int32_t sector = 0; sector < PYR_SECTORS; sector++) {
            number[row * PYR_SECTORS + sector] = laps->lap[row] * PYR_SECTORS + sector;
        }
        find_ends(laps, row, time + row * PYR_SECTORS);
    }
    return PYR_OK;
}
