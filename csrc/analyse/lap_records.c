#include "../base/sort.h"
#include "best_laps.h"
#include "lap_rows.h"

/* `items` are laps that count, in the order of time; those that are no record are dropped. */
static pyr_status answer(const pyr_session *session, pyr_keyed *items, int64_t count, pyr_table **out,
                         pyr_error *error) {
    int64_t best = INT64_MAX, records = 0, *rows;
    PYR_TRY(pyr_sort(session->allocator, items, count, pyr_better_lap_first, &session->laps, error));
    for (int64_t i = 0; i < count; i++) {
        int64_t lap_time = session->laps.lap_time[items[i].row];
        if (lap_time < best) {
            best = lap_time;
            items[records++] = items[i];
        }
    }
    PYR_TRY(pyr_new_array(session->allocator, (size_t)records, sizeof *rows, &rows, error));
    for (int64_t i = 0; i < records; i++) {
        rows[i] = items[i].row;
    }
    pyr_status status =
        pyr_answer_with_laps(session, &pyr_lap_records_question, pyr_best_lap_columns, rows, records, out, error);
    pyr_release_array(session->allocator, rows, (size_t)records, sizeof *rows);
    return status;
}

static pyr_status answer_counted(const pyr_session *session, uint8_t *counted, pyr_table **out, pyr_error *error) {
    const pyr_laps *laps = &session->laps;
    int64_t count = 0;
    pyr_keyed *items;
    PYR_TRY(pyr_counted(session, counted, error));
    PYR_TRY(pyr_new_array(session->allocator, (size_t)laps->count, sizeof *items, &items, error));
    for (int64_t row = 0; row < laps->count; row++) {
        if ((counted[row] & PYR_COUNTS_LAP) && laps->elapsed[row] != PYR_NO_TIME) {
            items[count++] = (pyr_keyed){laps->elapsed[row], row};
        }
    }
    pyr_status status = answer(session, items, count, out, error);
    pyr_release_array(session->allocator, items, (size_t)laps->count, sizeof *items);
    return status;
}

pyr_status pyr_lap_records(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    uint8_t *counted;
    *out = NULL;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)session->laps.count, sizeof *counted, &counted, error));
    pyr_status status = answer_counted(session, counted, out, error);
    pyr_release_array(session->allocator, counted, (size_t)session->laps.count, sizeof *counted);
    return status;
}

const pyr_question pyr_lap_records_question = {
    "lap_records", pyr_best_lap_fields, PYR_COUNT(pyr_best_lap_fields), NULL, 0, NULL, 0, pyr_lap_records,
};
