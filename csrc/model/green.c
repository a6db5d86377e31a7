#include "green.h"

/* The last period that had begun at `time`; -1: none. */
static int64_t last_begun(const pyr_neutralisation_list *found, int64_t time) {
    int64_t low = 0, high = found->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (found->period[middle].start <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - 1;
}

static bool is_in_period(const pyr_laps *laps, int64_t row, const pyr_neutralisation_list *found) {
    int64_t start = pyr_lap_start(laps, row), end = laps->elapsed[row];
    if (end == PYR_NO_TIME) {
        return false;
    }
    int64_t at = last_begun(found, end);
    if (at >= 0 && end < found->period[at].end) {
        return true;
    }
    for (; at >= 0 && start != PYR_NO_TIME && start < found->period[at].end; at--) {
        if (found->period[at].kind == PYR_FLAG_RED) {
            return true;
        }
    }
    return false;
}

static pyr_status find_by_pace(const pyr_session *session, uint8_t *green, pyr_error *error) {
    pyr_neutralisation_list found;
    pyr_status status = pyr_neutralisations_find(session, false, &found, error);
    for (int64_t row = 0; status == PYR_OK && row < session->laps.count; row++) {
        green[row] = green[row] && !is_in_period(&session->laps, row, &found);
    }
    pyr_neutralisations_clear(&found);
    return status;
}

static pyr_status build(const pyr_session *session, pyr_buffer **out, pyr_error *error) {
    PYR_TRY(pyr_buffer_new(session->allocator, (size_t)session->laps.count, NULL, out, error));
    uint8_t *green = pyr_buffer_data(*out);
    for (int64_t row = 0; row < session->laps.count; row++) {
        green[row] = pyr_flag_is_green(session->laps.flag[row]);
    }
    return pyr_is_race(session) && !session->flags_published ? find_by_pace(session, green, error) : PYR_OK;
}

pyr_status pyr_session_green_laps(const pyr_session *session, const uint8_t **green, pyr_error *error) {
    void *found;
    PYR_TRY(pyr_late_part(session, PYR_LATE_GREEN, build, &found, error));
    *green = found;
    return PYR_OK;
}
