#include "../base/sort.h"
#include "lap_rows.h"

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},   {"class", PYR_TEXT, true, NULL},         {"driver", PYR_TEXT, true, NULL},
    {"lap", PYR_INT32, false, NULL}, {"top_speed", PYR_FLOAT64, false, NULL}, {"elapsed", PYR_DURATION, true, NULL},
};
static const int32_t columns[] = {
    PYR_LAP_CAR, PYR_LAP_CLASS, PYR_LAP_DRIVER, PYR_LAP_LAP, PYR_LAP_TOP_SPEED, PYR_LAP_ELAPSED,
};

/* Faster first, as fast ones in the order of time. */
static bool faster(const void *context, int64_t left, int64_t right) {
    const pyr_laps *laps = context;
    if (laps->top_speed[left] != laps->top_speed[right]) {
        return laps->top_speed[left] > laps->top_speed[right];
    }
    int64_t left_at = laps->elapsed[left], right_at = laps->elapsed[right];
    bool later = right_at != PYR_NO_TIME && (left_at == PYR_NO_TIME || left_at > right_at);
    return !later && (left_at != right_at || left < right);
}

/* The row of the highest speed of an entry, the first of equals; -1: none. */
static int64_t fastest_row(const pyr_session *session, int32_t entry) {
    const double *top_speed = session->laps.top_speed;
    int64_t best = -1;
    for (int64_t row = session->entries.first_lap[entry]; row < session->entries.first_lap[entry + 1]; row++) {
        if (top_speed[row] == top_speed[row] && (best < 0 || top_speed[row] > top_speed[best])) {
            best = row;
        }
    }
    return best;
}

static pyr_status answer(const pyr_session *session, pyr_keyed *items, int64_t *rows, pyr_table **out,
                         pyr_error *error) {
    int64_t count = 0;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t row = fastest_row(session, entry);
        if (row >= 0) {
            items[count++] = (pyr_keyed){0, row};
        }
    }
    PYR_TRY(pyr_sort(session->allocator, items, count, faster, &session->laps, error));
    for (int64_t i = 0; i < count; i++) {
        rows[i] = items[i].row;
    }
    return pyr_answer_with_laps(session, &pyr_top_speeds_question, columns, rows, count, out, error);
}

pyr_status pyr_top_speeds(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    size_t count = (size_t)session->entries.count;
    pyr_keyed *items;
    int64_t *rows;
    *out = NULL;
    PYR_TRY(pyr_new_array(session->allocator, count, sizeof *items, &items, error));
    pyr_status status = pyr_new_array(session->allocator, count, sizeof *rows, &rows, error);
    if (status == PYR_OK) {
        status = answer(session, items, rows, out, error);
        pyr_release_array(session->allocator, rows, count, sizeof *rows);
    }
    pyr_release_array(session->allocator, items, count, sizeof *items);
    return status;
}

const pyr_question pyr_top_speeds_question = {
    "top_speeds", schema, PYR_COUNT(schema), NULL, 0, NULL, 0, pyr_top_speeds,
};
