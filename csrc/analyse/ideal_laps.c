#include "../base/sort.h"
#include "best_laps.h"
#include "lap_rows.h"

enum { CAR, CLASS, DRIVER, IDEAL, BEST, DIFFERENCE, SECTOR_1, SECTOR_2, SECTOR_3, LAPS, GROUP, TEAM, MANUFACTURER };

static const pyr_field schema[] = {
    {"car", PYR_TEXT, true, NULL},           {"class", PYR_TEXT, true, NULL},
    {"driver", PYR_TEXT, true, NULL},        {"ideal", PYR_DURATION, true, NULL},
    {"best", PYR_DURATION, true, NULL},      {"difference", PYR_DURATION, true, NULL},
    {"sector_1", PYR_DURATION, true, NULL},  {"sector_2", PYR_DURATION, true, NULL},
    {"sector_3", PYR_DURATION, true, NULL},  {"laps", PYR_INT32, false, NULL},
    {"group", PYR_TEXT, true, NULL},         {"team", PYR_TEXT, true, NULL},
    {"manufacturer", PYR_TEXT, true, NULL},
};

/* Working arrays by group. */
typedef struct group_bests {
    int64_t (*sector)[3]; /* lap rows */
    int64_t *lap;         /* lap rows */
    int32_t *laps;
    int32_t *shared;
    int32_t *chosen; /* groups that have a row in the answer, in its order */
    int64_t chosen_count;
    pyr_keyed *order;
} group_bests;

/* The time of a sector or a lap at `row`; -1: none. */
static int64_t time_at(const int64_t *times, int64_t row) {
    return row < 0 ? PYR_NO_TIME : times[row];
}

/* The sum of two times, or none: one is absent, or they are beyond what a time can be. */
static int64_t sum_of(int64_t left, int64_t right) {
    const int64_t limit = INT64_MAX / 2;
    bool within = left >= -limit && left <= limit && right >= -limit && right <= limit; /* PYR_NO_TIME is not */
    return within ? left + right : PYR_NO_TIME;
}

static int64_t ideal_of(const pyr_laps *laps, const int64_t rows[3]) {
    return sum_of(sum_of(time_at(laps->sector[0], rows[0]), time_at(laps->sector[1], rows[1])),
                  time_at(laps->sector[2], rows[2]));
}

/* Groups with something to show: the quickest ideal first, those without one last. */
static pyr_status choose_groups(const pyr_session *session, const pyr_groups *groups, group_bests *bests,
                                pyr_error *error) {
    const pyr_laps *laps = &session->laps;
    int64_t count = 0;
    for (int32_t group = 0; group < groups->count; group++) {
        int64_t ideal = ideal_of(laps, bests->sector[group]);
        if (bests->laps[group] > 0 || bests->lap[group] >= 0) {
            bests->order[count++] = (pyr_keyed){ideal == PYR_NO_TIME ? INT64_MAX : ideal, group};
        }
    }
    PYR_TRY(pyr_sort(session->allocator, bests->order, count, NULL, NULL, error));
    for (int64_t i = 0; i < count; i++) {
        bests->chosen[i] = (int32_t)bests->order[i].row;
    }
    bests->chosen_count = count;
    return PYR_OK;
}

static void fill_times(const pyr_laps *laps, const group_bests *bests, pyr_table *table) {
    int64_t *ideal = pyr_table_array(table, IDEAL), *best = pyr_table_array(table, BEST);
    int64_t *difference = pyr_table_array(table, DIFFERENCE);
    int32_t *lap_counts = pyr_table_array(table, LAPS);
    for (int64_t i = 0; i < bests->chosen_count; i++) {
        int32_t group = bests->chosen[i];
        ideal[i] = ideal_of(laps, bests->sector[group]);
        best[i] = time_at(laps->lap_time, bests->lap[group]);
        difference[i] = ideal[i] == PYR_NO_TIME ? PYR_NO_TIME : sum_of(best[i], -ideal[i]);
        lap_counts[i] = bests->laps[group];
        for (int32_t sector = 0; sector < 3; sector++) {
            int64_t *times = pyr_table_array(table, SECTOR_1 + sector);
            times[i] = time_at(laps->sector[sector], bests->sector[group][sector]);
        }
    }
}

static pyr_status answer(const pyr_session *session, const pyr_groups *groups, group_bests *bests, pyr_table **out,
                         pyr_error *error) {
    static const struct {
        int32_t column, lap_column;
    } names[] = {{CAR, PYR_LAP_CAR},     {CLASS, PYR_LAP_CLASS}, {DRIVER, PYR_LAP_DRIVER},
                 {GROUP, PYR_LAP_GROUP}, {TEAM, PYR_LAP_TEAM},   {MANUFACTURER, PYR_LAP_MANUFACTURER}};
    PYR_TRY(pyr_best_sectors_of(session, groups, bests->sector, bests->laps, error));
    PYR_TRY(pyr_best_laps(session, groups, bests->lap, error));
    PYR_TRY(choose_groups(session, groups, bests, error));
    PYR_TRY(pyr_answer_new(session, &pyr_ideal_laps_question, bests->chosen_count, out, error));
    for (int32_t i = 0; i < PYR_COUNT(names); i++) {
        pyr_fill_shared(session, names[i].lap_column, groups, bests->chosen, bests->chosen_count, bests->shared, *out,
                        names[i].column);
    }
    fill_times(&session->laps, bests, *out);
    return pyr_answer_finish(out, bests->chosen_count, error);
}

static pyr_status new_bests(const pyr_allocator *allocator, size_t count, group_bests *bests, pyr_error *error) {
    PYR_TRY(pyr_new_array(allocator, count, sizeof *bests->sector, &bests->sector, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *bests->lap, &bests->lap, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *bests->laps, &bests->laps, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *bests->shared, &bests->shared, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *bests->chosen, &bests->chosen, error));
    return pyr_new_array(allocator, count, sizeof *bests->order, &bests->order, error);
}

static void clear_bests(const pyr_allocator *allocator, size_t count, const group_bests *bests) {
    pyr_release_array(allocator, bests->sector, count, sizeof *bests->sector);
    pyr_release_array(allocator, bests->lap, count, sizeof *bests->lap);
    pyr_release_array(allocator, bests->laps, count, sizeof *bests->laps);
    pyr_release_array(allocator, bests->shared, count, sizeof *bests->shared);
    pyr_release_array(allocator, bests->chosen, count, sizeof *bests->chosen);
    pyr_release_array(allocator, bests->order, count, sizeof *bests->order);
}

pyr_status pyr_ideal_laps(const pyr_session *session, const pyr_by_options *options, pyr_table **out,
                          pyr_error *error) {
    pyr_groups groups;
    group_bests bests = {0};
    *out = NULL;
    PYR_TRY(pyr_group_laps(session, options != NULL ? options->by : PYR_BY_CAR, &groups, error));
    pyr_status status = new_bests(session->allocator, (size_t)groups.count, &bests, error);
    if (status == PYR_OK) {
        status = answer(session, &groups, &bests, out, error);
    }
    clear_bests(session->allocator, (size_t)groups.count, &bests);
    pyr_groups_clear(&groups);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_ideal_laps(session, options, out, error);
}

const pyr_question pyr_ideal_laps_question = {
    "ideal_laps", schema, PYR_COUNT(schema), pyr_by_option, 1, &pyr_by_default, sizeof(pyr_by_options), ask,
};
