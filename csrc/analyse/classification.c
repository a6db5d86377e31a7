#include <string.h>

#include "../base/sort.h"
#include "counted.h"
#include "question.h"

enum classification_column {
    CAR, CLASS, POSITION, CLASS_POSITION, TEAM, DRIVERS, STATUS, LAPS, TOTAL_TIME, GAP, GAP_LAPS, INTERVAL,
    INTERVAL_LAPS, BEST_LAP, BEST_LAP_NUMBER, PENALTY_TIME, PENALTY_LAPS, DECISIONS
};

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"position", PYR_INT32, true, NULL},
    {"class_position", PYR_INT32, true, NULL},
    {"team", PYR_TEXT, true, NULL},
    {"drivers", PYR_TEXT, true, NULL},
    {"status", PYR_TEXT, false, pyr_result_status_words},
    {"laps", PYR_INT32, false, NULL},
    {"total_time", PYR_DURATION, true, NULL},
    {"gap", PYR_DURATION, true, NULL},
    {"gap_laps", PYR_INT32, true, NULL},
    {"interval", PYR_DURATION, true, NULL},
    {"interval_laps", PYR_INT32, true, NULL},
    {"best_lap", PYR_DURATION, true, NULL},
    {"best_lap_number", PYR_INT32, true, NULL},
    {"penalty_time", PYR_DURATION, false, NULL},
    {"penalty_laps", PYR_INT32, false, NULL},
    {"decisions", PYR_TEXT, true, NULL},
};

/* What a car is ranked by. */
typedef struct car_result {
    pyr_result_status status;
    int32_t laps;
    int64_t total_time; /* PYR_NO_TIME: not known */
    int64_t before;     /* when the last lap began; PYR_NO_TIME: not known */
    int64_t best_row;   /* -1: none */
} car_result;

typedef struct rank_work {
    const pyr_session *session;
    bool race;
    int32_t car_count;
    car_result *cars;      /* by entry */
    pyr_keyed *order;      /* entries in published order, in `row` */
    int32_t *position;     /* by place in the order; PYR_NO_INT32: none */
    int32_t *in_class;     /* likewise */
    size_t class_count;
    int32_t *class_counts; /* by class code: cars classified so far */
} rank_work;

/* ---- What the laps say of each car ---- */

static bool any_chequered(const pyr_laps *laps) {
    int64_t count = 0;
    for (int64_t row = 0; row < laps->count; row++) {
        count += laps->flag[row] == PYR_FLAG_CHEQUERED;
    }
    return count > 0;
}

static pyr_result_status status_of(const rank_work *ranking, const car_result *car, int64_t last, bool flag_fell) {
    if (car->laps == 0) {
        return PYR_NOT_STARTED;
    }
    bool classified = ranking->race ? !flag_fell || ranking->session->laps.flag[last] == PYR_FLAG_CHEQUERED
                                    : car->best_row >= 0;
    return classified ? PYR_CLASSIFIED : PYR_NOT_CLASSIFIED;
}

static void read_laps(const rank_work *ranking, const int64_t *best) {
    const pyr_session *session = ranking->session;
    const pyr_laps *laps = &session->laps;
    bool flag_fell = any_chequered(&pyr_field_view(session)->laps);
    for (int32_t entry = 0; entry < ranking->car_count; entry++) {
        car_result *car = &ranking->cars[entry];
        int64_t last = pyr_last_lap_row(&session->entries, entry);
        bool started = last >= session->entries.first_lap[entry];
        *car = (car_result){
            .laps = started ? laps->lap[last] : 0,
            .total_time = started && ranking->race ? laps->elapsed[last] : PYR_NO_TIME,
            .before = started ? pyr_lap_start(laps, last) : PYR_NO_TIME,
            .best_row = best[entry],
        };
        car->status = status_of(ranking, car, last, flag_fell);
    }
}

/* Laps cannot tell retired from not classified: the published result can. */
static void read_retirements(const rank_work *ranking) {
    const pyr_session *session = ranking->session;
    const pyr_column *car = pyr_part_column(session, PYR_RESULTS, PYR_RESULT_CAR);
    const pyr_column *status = pyr_part_column(session, PYR_RESULTS, PYR_RESULT_STATUS);
    for (int64_t row = 0; row < pyr_table_row_count(session->parts[PYR_RESULTS]); row++) {
        int32_t entry = pyr_int32s(status)[row] == PYR_RETIRED
                            ? pyr_find_entry(session, pyr_dictionary_text_view(car->dictionary, pyr_int32s(car)[row]))
                            : -1;
        if (entry >= 0 && ranking->cars[entry].status == PYR_NOT_CLASSIFIED) {
            ranking->cars[entry].status = PYR_RETIRED;
        }
    }
}

static pyr_status read_cars(const rank_work *ranking, pyr_error *error) {
    const pyr_session *session = ranking->session;
    size_t count = (size_t)ranking->car_count;
    pyr_groups cars;
    int64_t *best;
    PYR_TRY(pyr_group_laps(session, PYR_BY_CAR, &cars, error));
    pyr_status status = pyr_new_array(session->allocator, count, sizeof *best, &best, error);
    if (status == PYR_OK) {
        status = pyr_best_laps(session, &cars, best, error);
        if (status == PYR_OK) {
            read_laps(ranking, best);
            read_retirements(ranking);
        }
        pyr_release_array(session->allocator, best, count, sizeof *best);
    }
    pyr_groups_clear(&cars);
    return status;
}

/* ---- Order ---- */

/* Earlier first, not known last. */
static int compare_times(int64_t left, int64_t right) {
    if (left == right) {
        return 0;
    }
    return right == PYR_NO_TIME || (left != PYR_NO_TIME && left < right) ? -1 : 1;
}

/* Status and laps are equal. */
static bool is_ahead(const void *context, int64_t left, int64_t right) {
    const car_result *left_car = (const car_result *)context + left, *right_car = (const car_result *)context + right;
    int by_time = compare_times(left_car->total_time, right_car->total_time);
    return (by_time != 0 ? by_time : compare_times(left_car->before, right_car->before)) < 0;
}

typedef struct best_laps {
    const car_result *cars;
    const pyr_laps *laps;
} best_laps;

/* Both have a best lap, as quick. */
static bool set_best_first(const void *context, int64_t left, int64_t right) {
    const best_laps *best = context;
    int64_t left_row = best->cars[left].best_row, right_row = best->cars[right].best_row;
    return left_row >= 0 && compare_times(best->laps->elapsed[left_row], best->laps->elapsed[right_row]) < 0;
}

/* Equal cars keep the order of the entries, which is that of their names. */
static pyr_status sort_cars(const rank_work *ranking, pyr_error *error) {
    const pyr_session *session = ranking->session;
    const best_laps best = {ranking->cars, &session->laps};
    for (int32_t entry = 0; entry < ranking->car_count; entry++) {
        const car_result *car = &ranking->cars[entry];
        int64_t race_key = ((int64_t)car->status << 32) + (INT32_MAX - car->laps);
        int64_t best_key = car->best_row >= 0 ? session->laps.lap_time[car->best_row] : INT64_MAX;
        ranking->order[entry] = (pyr_keyed){ranking->race ? race_key : best_key, entry};
    }
    if (ranking->race) {
        return pyr_sort(session->allocator, ranking->order, ranking->car_count, is_ahead, ranking->cars, error);
    }
    return pyr_sort(session->allocator, ranking->order, ranking->car_count, set_best_first, &best, error);
}

static void number_positions(const rank_work *ranking) {
    int32_t classified = 0;
    memset(ranking->class_counts, 0, ranking->class_count * sizeof *ranking->class_counts);
    for (int32_t place = 0; place < ranking->car_count; place++) {
        int64_t entry = ranking->order[place].row;
        int32_t class_code = ranking->session->entries.class_code[entry];
        bool counts = ranking->cars[entry].status == PYR_CLASSIFIED;
        ranking->position[place] = counts ? ++classified : PYR_NO_INT32;
        ranking->in_class[place] = counts && class_code >= 0 ? ++ranking->class_counts[class_code] : PYR_NO_INT32;
    }
}

/* ---- The answer ---- */

/* The time and the laps of a car less those of another one: the time where both are known and the laps are the same. */
static void fill_gap(const rank_work *ranking, const car_result *car, const car_result *other, int64_t *time,
                     int32_t *laps) {
    const int64_t *lap_time = ranking->session->laps.lap_time;
    *time = PYR_NO_TIME;
    *laps = PYR_NO_INT32;
    if (!ranking->race && car->best_row >= 0 && other->best_row >= 0) {
        *time = lap_time[car->best_row] - lap_time[other->best_row];
    } else if (ranking->race && other->laps > 0) {
        *laps = other->laps - car->laps;
        if (*laps == 0 && car->total_time != PYR_NO_TIME && other->total_time != PYR_NO_TIME) {
            *time = car->total_time - other->total_time;
        }
    }
}

static void fill_car(const rank_work *ranking, int32_t place, pyr_table *answer) {
#define INT32_AT(column) ((int32_t *)pyr_table_array(answer, column))[place]
#define TIME_AT(column) ((int64_t *)pyr_table_array(answer, column))[place]
    const pyr_session *session = ranking->session;
    int64_t entry = ranking->order[place].row;
    const car_result *car = &ranking->cars[entry];
    INT32_AT(CAR) = session->entries.car[entry];
    INT32_AT(CLASS) = session->entries.class_code[entry];
    INT32_AT(POSITION) = ranking->position[place];
    INT32_AT(CLASS_POSITION) = ranking->in_class[place];
    INT32_AT(TEAM) = pyr_int32s(pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_TEAM))[entry];
    INT32_AT(DRIVERS) = pyr_int32s(pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_DRIVERS))[entry];
    INT32_AT(STATUS) = (int32_t)car->status;
    INT32_AT(LAPS) = car->laps;
    TIME_AT(TOTAL_TIME) = car->total_time;
    fill_gap(ranking, car, &ranking->cars[ranking->order[0].row], &TIME_AT(GAP), &INT32_AT(GAP_LAPS));
    TIME_AT(INTERVAL) = PYR_NO_TIME;
    INT32_AT(INTERVAL_LAPS) = PYR_NO_INT32;
    if (place > 0) {
        fill_gap(ranking, car, &ranking->cars[ranking->order[place - 1].row], &TIME_AT(INTERVAL),
                 &INT32_AT(INTERVAL_LAPS));
    }
    TIME_AT(BEST_LAP) = car->best_row >= 0 ? session->laps.lap_time[car->best_row] : PYR_NO_TIME;
    INT32_AT(BEST_LAP_NUMBER) = car->best_row >= 0 ? session->laps.lap[car->best_row] : PYR_NO_INT32;
    TIME_AT(PENALTY_TIME) = 0;
    INT32_AT(PENALTY_LAPS) = 0;
    INT32_AT(DECISIONS) = -1;
#undef INT32_AT
#undef TIME_AT
}

static pyr_status new_ranking(rank_work *ranking, pyr_error *error) {
    const pyr_allocator *allocator = ranking->session->allocator;
    size_t count = (size_t)ranking->car_count;
    PYR_TRY(pyr_new_array(allocator, count, sizeof *ranking->cars, &ranking->cars, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *ranking->order, &ranking->order, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *ranking->position, &ranking->position, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *ranking->in_class, &ranking->in_class, error));
    return pyr_new_array(allocator, ranking->class_count, sizeof *ranking->class_counts, &ranking->class_counts, error);
}

static void clear_ranking(rank_work *ranking) {
    const pyr_allocator *allocator = ranking->session->allocator;
    size_t count = (size_t)ranking->car_count;
    pyr_release_array(allocator, ranking->cars, count, sizeof *ranking->cars);
    pyr_release_array(allocator, ranking->order, count, sizeof *ranking->order);
    pyr_release_array(allocator, ranking->position, count, sizeof *ranking->position);
    pyr_release_array(allocator, ranking->in_class, count, sizeof *ranking->in_class);
    pyr_release_array(allocator, ranking->class_counts, ranking->class_count, sizeof *ranking->class_counts);
}

static pyr_status answer_ranking(rank_work *ranking, pyr_table **out, pyr_error *error) {
    const pyr_session *session = ranking->session;
    PYR_TRY(new_ranking(ranking, error));
    PYR_TRY(read_cars(ranking, error));
    PYR_TRY(sort_cars(ranking, error));
    number_positions(ranking);
    PYR_TRY(pyr_answer_new(session, &pyr_classification_question, ranking->car_count, out, error));
    pyr_table_set_dictionary(*out, TEAM, pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_TEAM)->dictionary);
    pyr_table_set_dictionary(*out, DRIVERS, pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_DRIVERS)->dictionary);
    for (int32_t place = 0; place < ranking->car_count; place++) {
        fill_car(ranking, place, *out);
    }
    return pyr_answer_finish(out, ranking->car_count, error);
}

pyr_status pyr_classification(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    *out = NULL;
    if (session->narrowed) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "the session is narrowed to some drivers, laps or flags, so it cannot be classified; classify "
                        "the session it was selected from");
    }
    if (pyr_field_view(session)->laps.count == 0) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "the session has no laps to classify; the published result is in `results`");
    }
    rank_work ranking = {
        .session = session,
        .race = pyr_is_race(session),
        .car_count = session->entries.count,
        .class_count = (size_t)pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary->count,
    };
    pyr_status status = answer_ranking(&ranking, out, error);
    clear_ranking(&ranking);
    return status;
}

const pyr_question pyr_classification_question = {
    .name = "classification",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .ask = pyr_classification,
};
