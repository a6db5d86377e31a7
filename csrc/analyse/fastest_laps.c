#include "../base/sort.h"
#include "counted.h"
#include "lap_rows.h"

/* Quickest first, among equals as pyr_better_lap has it. */
static pyr_status sort_by_lap_time(const pyr_session *session, int64_t *rows, int64_t count, pyr_error *error) {
    pyr_keyed *items;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)count, sizeof *items, &items, error));
    for (int64_t i = 0; i < count; i++) {
        items[i] = (pyr_keyed){session->laps.lap_time[rows[i]], rows[i]};
    }
    pyr_status status = pyr_sort(session->allocator, items, count, pyr_better_lap_first, &session->laps, error);
    for (int64_t i = 0; i < count; i++) {
        rows[i] = items[i].row;
    }
    pyr_release_array(session->allocator, items, (size_t)count, sizeof *items);
    return status;
}

static pyr_status answer(const pyr_session *session, const pyr_groups *groups, int64_t *rows, pyr_table **out,
                         pyr_error *error) {
    int64_t count = 0;
    PYR_TRY(pyr_best_laps(session, groups, rows, error));
    for (int32_t group = 0; group < groups->count; group++) {
        if (rows[group] >= 0) {
            rows[count++] = rows[group];
        }
    }
    PYR_TRY(sort_by_lap_time(session, rows, count, error));
    return pyr_answer_with_laps(session, &pyr_fastest_laps_question, pyr_best_lap_columns, rows, count, out, error);
}

pyr_status pyr_fastest_laps(const pyr_session *session, const pyr_by_options *options, pyr_table **out,
                            pyr_error *error) {
    pyr_groups groups;
    int64_t *rows;
    *out = NULL;
    PYR_TRY(pyr_group_laps(session, options != NULL ? options->by : PYR_BY_CAR, &groups, error));
    pyr_status status = pyr_new_array(session->allocator, (size_t)groups.count, sizeof *rows, &rows, error);
    if (status == PYR_OK) {
        status = answer(session, &groups, rows, out, error);
        pyr_release_array(session->allocator, rows, (size_t)groups.count, sizeof *rows);
    }
    pyr_groups_clear(&groups);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_fastest_laps(session, options, out, error);
}

const pyr_question pyr_fastest_laps_question = {
    "fastest_laps", pyr_best_lap_fields, PYR_COUNT(pyr_best_lap_fields), pyr_by_option, 1, &pyr_by_default,
    sizeof(pyr_by_options), ask,
};
