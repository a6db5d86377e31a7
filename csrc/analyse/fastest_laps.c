#include "../base/sort.h"
#include "best_laps.h"
#include "lap_rows.h"

/* Laps that count, quickest first, become the rows of the answer: of each group as many as asked for. */
static pyr_status choose(const pyr_session *session, const pyr_groups *groups, pyr_keyed *items, int64_t count,
                         int64_t most, int64_t *rows, int64_t *chosen, pyr_error *error) {
    int64_t *taken;
    PYR_TRY(pyr_sort(session->allocator, items, count, pyr_better_lap_first, &session->laps, error));
    PYR_TRY(pyr_new_array(session->allocator, (size_t)groups->count, sizeof *taken, &taken, error));
    for (int32_t group = 0; group < groups->count; group++) {
        taken[group] = 0;
    }
    *chosen = 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t *of_group = &taken[groups->of_lap[items[i].row]];
        if (*of_group < most) {
            *of_group += 1;
            rows[(*chosen)++] = items[i].row;
        }
    }
    pyr_release_array(session->allocator, taken, (size_t)groups->count, sizeof *taken);
    return PYR_OK;
}

/* The best lap of each group needs no sorting of all laps. */
static pyr_status one_of_each(const pyr_session *session, const pyr_groups *groups, pyr_keyed *items, int64_t *count,
                              pyr_error *error) {
    int64_t *best;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)groups->count, sizeof *best, &best, error));
    pyr_status status = pyr_best_laps(session, groups, best, error);
    for (int32_t group = 0; status == PYR_OK && group < groups->count; group++) {
        if (best[group] >= 0) {
            items[(*count)++] = (pyr_keyed){session->laps.lap_time[best[group]], best[group]};
        }
    }
    pyr_release_array(session->allocator, best, (size_t)groups->count, sizeof *best);
    return status;
}

static pyr_status all_that_count(const pyr_session *session, pyr_keyed *items, int64_t *count, pyr_error *error) {
    const uint8_t *counted;
    PYR_TRY(pyr_session_counted(session, &counted, error));
    for (int64_t row = 0; row < session->laps.count; row++) {
        if (counted[row] & PYR_COUNTS_LAP) {
            items[(*count)++] = (pyr_keyed){session->laps.lap_time[row], row};
        }
    }
    return PYR_OK;
}

static pyr_status answer(const pyr_session *session, const pyr_groups *groups, int64_t most, pyr_keyed *items,
                         pyr_table **out, pyr_error *error) {
    int64_t count = 0, chosen = 0, *rows;
    if (most == 1) {
        PYR_TRY(one_of_each(session, groups, items, &count, error));
    } else {
        PYR_TRY(all_that_count(session, items, &count, error));
    }
    PYR_TRY(pyr_new_array(session->allocator, (size_t)count, sizeof *rows, &rows, error));
    pyr_status status = choose(session, groups, items, count, most, rows, &chosen, error);
    if (status == PYR_OK) {
        status = pyr_answer_with_laps(session, &pyr_fastest_laps_question, pyr_best_lap_columns, rows, chosen, out,
                                      error);
    }
    pyr_release_array(session->allocator, rows, (size_t)count, sizeof *rows);
    return status;
}

static const pyr_fastest_laps_options fastest_laps_default = {PYR_BY_CAR, 1};

pyr_status pyr_fastest_laps(const pyr_session *session, const pyr_fastest_laps_options *options, pyr_table **out,
                            pyr_error *error) {
    pyr_groups groups;
    pyr_keyed *items;
    *out = NULL;
    options = options != NULL ? options : &fastest_laps_default;
    if (options->laps < 1) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "laps=%lld: give how many of the best laps, from 1 on",
                        (long long)options->laps);
    }
    PYR_TRY(pyr_group_laps(session, options->by, &groups, error));
    size_t count = (size_t)session->laps.count;
    pyr_status status = pyr_new_array(session->allocator, count, sizeof *items, &items, error);
    if (status == PYR_OK) {
        status = answer(session, &groups, options->laps, items, out, error);
        pyr_release_array(session->allocator, items, count, sizeof *items);
    }
    pyr_groups_clear(&groups);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_fastest_laps(session, options, out, error);
}

static const pyr_option parameters[] = {
    {"by", PYR_OPTION_CHOICE, offsetof(pyr_fastest_laps_options, by), pyr_by_words},
    {"laps", PYR_OPTION_INTEGER, offsetof(pyr_fastest_laps_options, laps), NULL},
};

const pyr_question pyr_fastest_laps_question = {
    "fastest_laps", pyr_best_lap_fields, PYR_COUNT(pyr_best_lap_fields), parameters, PYR_COUNT(parameters),
    &fastest_laps_default, sizeof(pyr_fastest_laps_options), ask,
};
