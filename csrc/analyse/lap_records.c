#include "../base/sort.h"
#include "best_laps.h"
#include "lap_rows.h"

/* Laps that count and are better than one before of their car; only these can be records, and there are few. */
static int64_t find_own_bests(const pyr_session *session, const uint8_t *counted, pyr_keyed *items) {
    const int64_t *elapsed = session->laps.elapsed;
    int64_t count = 0;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t best = -1;
        for (int64_t row = session->entries.first_lap[entry]; row < session->entries.first_lap[entry + 1]; row++) {
            bool counts = (counted[row] & PYR_COUNTS_LAP) && elapsed[row] != PYR_NO_TIME;
            if (counts && (best < 0 || elapsed[row] < elapsed[best] || pyr_better_lap(&session->laps, row, best))) {
                items[count++] = (pyr_keyed){elapsed[row], row};
                best = row;
            }
        }
    }
    return count;
}

/* `items` are laps that may be records; those that are none are dropped. */
static pyr_status answer(const pyr_session *session, pyr_keyed *items, int64_t count, pyr_table **out,
                         pyr_error *error) {
    int64_t best = INT64_MAX, records = 0, *rows;
    PYR_TRY(pyr_sort(session->allocator, items, count, pyr_better_lap_first, &session->laps, error));
    PYR_TRY(pyr_new_array(session->allocator, (size_t)count, sizeof *rows, &rows, error));
    for (int64_t i = 0; i < count; i++) {
        int64_t lap_time = session->laps.lap_time[items[i].row];
        if (lap_time < best) {
            best = lap_time;
            rows[records++] = items[i].row;
        }
    }
    pyr_status status =
        pyr_answer_with_laps(session, &pyr_lap_records_question, pyr_best_lap_columns, rows, records, out, error);
    pyr_release_array(session->allocator, rows, (size_t)count, sizeof *rows);
    return status;
}

pyr_status pyr_lap_records(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    size_t room = (size_t)session->laps.count;
    const uint8_t *counted;
    pyr_keyed *items;
    *out = NULL;
    PYR_TRY(pyr_session_counted(session, &counted, error));
    PYR_TRY(pyr_new_array(session->allocator, room, sizeof *items, &items, error));
    pyr_status status = answer(session, items, find_own_bests(session, counted, items), out, error);
    pyr_release_array(session->allocator, items, room, sizeof *items);
    return status;
}

const pyr_question pyr_lap_records_question = {
    "lap_records", pyr_best_lap_fields, PYR_COUNT(pyr_best_lap_fields), NULL, 0, NULL, 0, pyr_lap_records,
};
