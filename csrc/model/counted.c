#include "counted.h"

#include "field.h"

/* The row with the last mark of the laps from `start` up to `end`, or -1. A mark without a lap time says nothing. */
static int64_t last_mark(const pyr_laps *laps, int64_t start, int64_t end) {
    int64_t row = end - 1;
    while (row >= start && (laps->improvement[row] < 0 || laps->lap_time[row] == PYR_NO_TIME)) {
        row--;
    }
    return row >= start ? row : -1;
}

bool pyr_marks_published(const pyr_laps *laps) {
    return last_mark(laps, 0, laps->count) >= 0;
}

/* The lap began in the pit lane; `first`: of this car. */
static bool left_the_pits(const pyr_laps *laps, int64_t row, int64_t first) {
    return laps->pit_lane_time[row] != PYR_NO_TIME || (row > first && pyr_lap_in_pit(laps, row - 1));
}

/* One lap of a car whose first row is `first` and whose marked best is `mark` (-1: none). */
static uint8_t count_lap(const pyr_laps *laps, int64_t row, int64_t first, int64_t mark, bool marks_published) {
    bool started = laps->lap[row] <= 1 || left_the_pits(laps, row, first), ended = pyr_lap_in_pit(laps, row);
    unsigned counts = PYR_COUNTS_SECTOR_2;
    if (mark >= 0 && laps->lap_time[row] != PYR_NO_TIME && laps->lap_time[row] < laps->lap_time[mark]) {
        return 0;
    }
    if (!started) {
        counts |= PYR_COUNTS_SECTOR_1;
    }
    if (!ended) {
        counts |= PYR_COUNTS_SECTOR_3;
    }
    if (row == mark || (!started && !ended && (mark >= 0 || !marks_published))) {
        counts |= PYR_COUNTS_LAP;
    }
    return (uint8_t)counts;
}

/* Absent values count for nothing. */
static uint8_t only_present(const pyr_laps *laps, int64_t row, uint8_t counts) {
    for (int32_t sector = 0; sector < PYR_SECTORS; sector++) {
        if (laps->sector[sector][row] == PYR_NO_TIME) {
            counts &= (uint8_t)~(PYR_COUNTS_SECTOR_1 << sector);
        }
    }
    return laps->lap_time[row] == PYR_NO_TIME ? counts & (uint8_t)~PYR_COUNTS_LAP : counts;
}

static void count_field(const pyr_session *field, uint8_t *counted) {
    const pyr_laps *laps = &field->laps;
    const pyr_column *deleted = pyr_part_column(field, PYR_LAPS, PYR_LAP_DELETED);
    bool marks_published = pyr_marks_published(laps);
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        int64_t first = field->entries.first_lap[entry], end = field->entries.first_lap[entry + 1];
        int64_t mark = last_mark(laps, first, end);
        for (int64_t row = first; row < end; row++) {
            bool out = pyr_true(deleted, row);
            counted[row] = out ? 0 : only_present(laps, row, count_lap(laps, row, first, mark, marks_published));
        }
    }
}

static pyr_status count_session(const pyr_session *session, uint8_t *counted, pyr_error *error) {
    const pyr_session *field = pyr_field_view(session);
    const uint8_t *of_field;
    if (field == session) {
        count_field(field, counted);
        return PYR_OK;
    }
    PYR_TRY(pyr_session_counted(field, &of_field, error));
    return pyr_take_from_field(session, of_field, counted, error);
}

static pyr_status build_counted(const pyr_session *session, pyr_buffer **out, pyr_error *error) {
    PYR_TRY(pyr_buffer_new(session->allocator, (size_t)session->laps.count, NULL, out, error));
    return count_session(session, pyr_buffer_data(*out), error);
}

pyr_status pyr_session_counted(const pyr_session *session, const uint8_t **out, pyr_error *error) {
    void *counted;
    *out = NULL;
    PYR_TRY(pyr_late_part(session, PYR_LATE_COUNTED, build_counted, &counted, error));
    *out = counted;
    return PYR_OK;
}

bool pyr_set_first(const pyr_laps *laps, int64_t left, int64_t right) {
    int64_t left_at = laps->elapsed[left], right_at = laps->elapsed[right];
    if (left_at != right_at) {
        return right_at == PYR_NO_TIME || (left_at != PYR_NO_TIME && left_at < right_at);
    }
    return left < right;
}

bool pyr_better_lap(const pyr_laps *laps, int64_t left, int64_t right) {
    if (laps->lap_time[left] != laps->lap_time[right]) {
        return laps->lap_time[left] < laps->lap_time[right];
    }
    bool left_marked = laps->improvement[left] >= 0, right_marked = laps->improvement[right] >= 0;
    return left_marked != right_marked ? left_marked : pyr_set_first(laps, left, right);
}

bool pyr_better_lap_first(const void *context, int64_t left, int64_t right) {
    return pyr_better_lap(context, left, right);
}

int64_t pyr_better_of(const pyr_laps *laps, const uint8_t *counted, int64_t best, int64_t row) {
    return (counted[row] & PYR_COUNTS_LAP) && (best < 0 || pyr_better_lap(laps, row, best)) ? row : best;
}
