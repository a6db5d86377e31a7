#include "../base/sort.h"
#include "best_laps.h"
#include "lap_rows.h"

enum { CAR, CLASS, SECTOR, TIME, DRIVER, LAP, ELAPSED };

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},      {"class", PYR_TEXT, true, NULL},   {"sector", PYR_INT32, false, NULL},
    {"time", PYR_DURATION, false, NULL}, {"driver", PYR_TEXT, true, NULL}, {"lap", PYR_INT32, false, NULL},
    {"elapsed", PYR_DURATION, true, NULL},
};

/* Classes, numbered as pyr_group_laps does, stand as text; no class (0) last. */
static bool class_before(const void *context, int64_t left, int64_t right) {
    if (left == 0 || right == 0) {
        return left != 0;
    }
    const pyr_dictionary *classes = context;
    return pyr_text_compare(pyr_dictionary_text_view(classes, (int32_t)left - 1),
                            pyr_dictionary_text_view(classes, (int32_t)right - 1)) < 0;
}

static void fill_row(const pyr_laps *laps, int64_t row, int32_t sector, int64_t at, pyr_table *table) {
    ((int32_t *)pyr_table_array(table, CAR))[at] = laps->car[row];
    ((int32_t *)pyr_table_array(table, CLASS))[at] = laps->class_code[row];
    ((int32_t *)pyr_table_array(table, SECTOR))[at] = sector + 1;
    ((int64_t *)pyr_table_array(table, TIME))[at] = laps->sector[sector][row];
    ((int32_t *)pyr_table_array(table, DRIVER))[at] = laps->driver[row];
    ((int32_t *)pyr_table_array(table, LAP))[at] = laps->lap[row];
    ((int64_t *)pyr_table_array(table, ELAPSED))[at] = laps->elapsed[row];
}

static pyr_status fill_answer(const pyr_session *session, const pyr_groups *groups, int64_t (*best)[3],
                              pyr_keyed *order, pyr_table **out, pyr_error *error) {
    const pyr_dictionary *classes = pyr_part_column(session, PYR_LAPS, PYR_LAP_CLASS)->dictionary;
    int64_t count = 0;
    for (int32_t group = 0; group < groups->count; group++) {
        order[group] = (pyr_keyed){0, group};
    }
    PYR_TRY(pyr_sort(session->allocator, order, groups->count, class_before, classes, error));
    PYR_TRY(pyr_answer_new(session, &pyr_best_sectors_question, (int64_t)groups->count * 3, out, error));
    for (int32_t i = 0; i < groups->count; i++) {
        for (int32_t sector = 0; sector < 3; sector++) {
            int64_t row = best[order[i].row][sector];
            if (row >= 0) {
                fill_row(&session->laps, row, sector, count++, *out);
            }
        }
    }
    return pyr_answer_finish(out, count, error);
}

static pyr_status answer(const pyr_session *session, const pyr_groups *groups, pyr_table **out, pyr_error *error) {
    const pyr_allocator *allocator = session->allocator;
    size_t count = (size_t)groups->count;
    int64_t(*best)[3];
    int32_t *laps = NULL;
    pyr_keyed *order = NULL;
    PYR_TRY(pyr_new_array(allocator, count, sizeof *best, &best, error));
    pyr_status status = pyr_new_array(allocator, count, sizeof *laps, &laps, error);
    if (status == PYR_OK) {
        status = pyr_new_array(allocator, count, sizeof *order, &order, error);
    }
    if (status == PYR_OK) {
        status = pyr_best_sectors_of(session, groups, best, laps, error);
    }
    if (status == PYR_OK) {
        status = fill_answer(session, groups, best, order, out, error);
    }
    pyr_release_array(allocator, order, count, sizeof *order);
    pyr_release_array(allocator, laps, count, sizeof *laps);
    pyr_release_array(allocator, best, count, sizeof *best);
    return status;
}

pyr_status pyr_best_sectors(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    pyr_groups groups;
    *out = NULL;
    PYR_TRY(pyr_group_laps(session, PYR_BY_CLASS, &groups, error));
    pyr_status status = answer(session, &groups, out, error);
    pyr_groups_clear(&groups);
    return status;
}

const pyr_question pyr_best_sectors_question = {
    "best_sectors", schema, PYR_COUNT(schema), NULL, 0, NULL, 0, pyr_best_sectors,
};
