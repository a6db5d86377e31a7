#include "ranking.h"

#include <string.h>

pyr_status pyr_ranking_new(const pyr_session *session, pyr_ranking *ranking, pyr_error *error) {
    const pyr_allocator *allocator = session->allocator;
    size_t count = (size_t)session->entries.count;
    *ranking = (pyr_ranking){
        .session = session,
        .race = pyr_is_race(session),
        .count = session->entries.count,
        .class_count = (size_t)pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary->count,
    };
    for (int32_t status = 0; status < PYR_STATUS_COUNT; status++) {
        ranking->status_rank[status] = status;
    }
    PYR_TRY(pyr_new_array(allocator, count, sizeof *ranking->cars, &ranking->cars, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *ranking->order, &ranking->order, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *ranking->moved, &ranking->moved, error));
    return pyr_new_array(allocator, ranking->class_count, sizeof *ranking->classes, &ranking->classes, error);
}

void pyr_ranking_clear(pyr_ranking *ranking) {
    const pyr_allocator *allocator = ranking->session->allocator;
    size_t count = (size_t)ranking->count;
    pyr_release_array(allocator, ranking->cars, count, sizeof *ranking->cars);
    pyr_release_array(allocator, ranking->order, count, sizeof *ranking->order);
    pyr_release_array(allocator, ranking->moved, count, sizeof *ranking->moved);
    pyr_release_array(allocator, ranking->classes, ranking->class_count, sizeof *ranking->classes);
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
    const pyr_ranked *left_car = (const pyr_ranked *)context + left, *right_car = (const pyr_ranked *)context + right;
    int by_time = compare_times(left_car->total_time, right_car->total_time);
    if (by_time == 0) {
        by_time = compare_times(left_car->crossed, right_car->crossed);
    }
    return (by_time != 0 ? by_time : compare_times(left_car->before, right_car->before)) < 0;
}

typedef struct best_laps {
    const pyr_ranked *cars;
    const pyr_laps *laps;
} best_laps;

/* Status is equal, and both have a best lap, as quick, or none. */
static bool set_best_first(const void *context, int64_t left, int64_t right) {
    const best_laps *best = context;
    int64_t left_row = best->cars[left].best_row, right_row = best->cars[right].best_row;
    if (left_row < 0 || right_row < 0) {
        return left_row > right_row && left_row >= 0;
    }
    if (best->laps->lap_time[left_row] != best->laps->lap_time[right_row]) {
        return best->laps->lap_time[left_row] < best->laps->lap_time[right_row];
    }
    return compare_times(best->laps->elapsed[left_row], best->laps->elapsed[right_row]) < 0;
}

static pyr_status sort_cars(pyr_ranking *ranking, pyr_error *error) {
    const pyr_session *session = ranking->session;
    const best_laps best = {ranking->cars, &session->laps};
    for (int32_t entry = 0; entry < ranking->count; entry++) {
        const pyr_ranked *car = &ranking->cars[entry];
        int64_t by_status = (int64_t)ranking->status_rank[car->status] << 32;
        ranking->order[entry] = (pyr_keyed){by_status + (ranking->race ? INT32_MAX - car->laps : 0), entry};
    }
    return ranking->race
               ? pyr_sort(session->allocator, ranking->order, ranking->count, is_ahead, ranking->cars, error)
               : pyr_sort(session->allocator, ranking->order, ranking->count, set_best_first, &best, error);
}

/* ---- Moves: by decision, among those classified ---- */

/* The stretch of the order that is classified. */
static void find_classified(const pyr_ranking *ranking, int32_t *start, int32_t *end) {
    *start = 0;
    while (*start < ranking->count && ranking->cars[ranking->order[*start].row].status != PYR_CLASSIFIED) {
        ++*start;
    }
    *end = *start;
    while (*end < ranking->count && ranking->cars[ranking->order[*end].row].status == PYR_CLASSIFIED) {
        ++*end;
    }
}

static int32_t class_of(const pyr_ranking *ranking, int64_t entry) {
    return ranking->session->entries.class_code[entry];
}

/* Right behind the last other car of its class that is not behind already. */
static void move_to_rear(pyr_ranking *ranking, int64_t entry, int32_t start, int32_t end) {
    int32_t from = start, to = start;
    for (int32_t place = start; place < end; place++) {
        int64_t other = ranking->order[place].row;
        from = other == entry ? place : from;
        to = class_of(ranking, other) == class_of(ranking, entry) ? place : to;
    }
    pyr_keyed car = ranking->order[from];
    memmove(&ranking->order[from], &ranking->order[from + 1], (size_t)(to - from) * sizeof car);
    ranking->order[to] = car;
}

/* Decided positions, in rising order, are taken out of the order first, then put in where they belong; cars without a
 * position take none of them. */
static void move_to_places(pyr_ranking *ranking, const pyr_keyed *placed, int32_t placed_count, int32_t start,
                           int32_t end) {
    int32_t others = 0, next = 0, position = 1;
    for (int32_t place = start; place < end; place++) {
        if (ranking->cars[ranking->order[place].row].place == 0) {
            ranking->moved[others++] = ranking->order[place].row;
        }
    }
    for (int32_t place = start, other = 0; place < end; place++) {
        bool put = next < placed_count && (placed[next].key <= position || other == others);
        int64_t entry = put ? placed[next++].row : ranking->moved[other++];
        ranking->order[place].row = entry;
        position += !ranking->cars[entry].unnumbered;
    }
}

/* The classified cars with a number in `rear` (or `place`), in the order of these numbers. */
static pyr_status find_moved(const pyr_ranking *ranking, bool places, int32_t start, int32_t end, pyr_keyed *found,
                             int32_t *count, pyr_error *error) {
    *count = 0;
    for (int32_t place = start; place < end; place++) {
        int64_t entry = ranking->order[place].row;
        int32_t number = places ? ranking->cars[entry].place : ranking->cars[entry].rear;
        if (number > 0) {
            found[(*count)++] = (pyr_keyed){number, entry};
        }
    }
    return pyr_sort(ranking->session->allocator, found, *count, NULL, NULL, error);
}

static pyr_status move_cars(pyr_ranking *ranking, pyr_keyed *found, pyr_error *error) {
    int32_t start, end, count;
    find_classified(ranking, &start, &end);
    PYR_TRY(find_moved(ranking, false, start, end, found, &count, error));
    for (int32_t i = 0; i < count; i++) {
        move_to_rear(ranking, found[i].row, start, end);
    }
    PYR_TRY(find_moved(ranking, true, start, end, found, &count, error));
    if (count > 0) {
        move_to_places(ranking, found, count, start, end);
    }
    return PYR_OK;
}

pyr_status pyr_ranking_sort(pyr_ranking *ranking, pyr_error *error) {
    size_t count = (size_t)ranking->count;
    pyr_keyed *found;
    PYR_TRY(sort_cars(ranking, error));
    PYR_TRY(pyr_new_array(ranking->session->allocator, count, sizeof *found, &found, error));
    pyr_status status = move_cars(ranking, found, error);
    pyr_release_array(ranking->session->allocator, found, count, sizeof *found);
    return status;
}

/* ---- Positions ---- */

/* As far and as long as the car before it, and not moved by decision. */
static bool is_dead_heat(const pyr_ranking *ranking, int64_t entry, int64_t before) {
    const pyr_ranked *car = &ranking->cars[entry], *other = &ranking->cars[before];
    return ranking->dead_heats_shared && ranking->race && car->laps == other->laps &&
           car->total_time != PYR_NO_TIME && car->total_time == other->total_time && car->rear == other->rear &&
           car->place == other->place;
}

static int32_t next_position(const pyr_ranking *ranking, pyr_counter *counter, int64_t entry) {
    bool shared = counter->cars++ > 0 && is_dead_heat(ranking, entry, counter->last);
    counter->last = entry;
    counter->position = shared ? counter->position : counter->cars;
    return counter->position;
}

/* ---- The answer ---- */

/* The time from `earlier` to `later`; absent where one is not known, and where the quicker car stands behind, by its
 * status or a decision: published results show no negative time. */
static int64_t time_behind(int64_t later, int64_t earlier) {
    return later == PYR_NO_TIME || earlier == PYR_NO_TIME || later < earlier ? PYR_NO_TIME : later - earlier;
}

/* How far a car is behind another one: laps, and the time on the same lap. */
static void fill_gap(const pyr_ranking *ranking, const pyr_ranked *car, const pyr_ranked *other, int64_t *time,
                     int32_t *laps) {
    const int64_t *lap_time = ranking->session->laps.lap_time;
    *time = PYR_NO_TIME;
    *laps = PYR_NO_INT32;
    if (other == NULL) {
        return;
    }
    if (!ranking->race && car->best_row >= 0 && other->best_row >= 0) {
        *time = time_behind(lap_time[car->best_row], lap_time[other->best_row]);
    } else if (ranking->race && other->laps > 0) {
        *laps = other->laps - car->laps;
        *time = *laps == 0 ? time_behind(car->total_time, other->total_time) : PYR_NO_TIME;
    }
}

/* Row `at` of a column of the ranking. */
#define INT32_AT(column) ((int32_t *)pyr_table_array(answer, first_column + PYR_RANKING_##column))[at]
#define TIME_AT(column) ((int64_t *)pyr_table_array(answer, first_column + PYR_RANKING_##column))[at]

static void fill_car(const pyr_ranking *ranking, int64_t entry, pyr_table *answer, int32_t first_column, int64_t at) {
    const pyr_session *session = ranking->session;
    const pyr_ranked *car = &ranking->cars[entry];
    INT32_AT(CAR) = session->entries.car[entry];
    INT32_AT(CLASS) = session->entries.class_code[entry];
    INT32_AT(TEAM) = pyr_int32s(pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_TEAM))[entry];
    INT32_AT(DRIVERS) = pyr_int32s(pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_DRIVERS))[entry];
    INT32_AT(STATUS) = (int32_t)car->status;
    INT32_AT(LAPS) = car->laps;
    TIME_AT(TOTAL_TIME) = car->total_time;
    TIME_AT(BEST_LAP) = car->best_row >= 0 ? session->laps.lap_time[car->best_row] : PYR_NO_TIME;
    INT32_AT(BEST_LAP_NUMBER) = car->best_row >= 0 ? session->laps.lap[car->best_row] : PYR_NO_INT32;
    TIME_AT(PENALTY_TIME) = car->penalty_time;
    INT32_AT(PENALTY_LAPS) = car->penalty_laps;
    INT32_AT(DECISIONS) = car->decisions;
}

static void fill_positions(const pyr_ranking *ranking, pyr_counter *overall, int64_t entry, pyr_table *answer,
                           int32_t first_column, int64_t at) {
    const pyr_ranked *car = &ranking->cars[entry];
    int32_t class_code = class_of(ranking, entry);
    bool numbered = car->status == PYR_CLASSIFIED && !car->unnumbered;
    INT32_AT(POSITION) = numbered ? next_position(ranking, overall, entry) : PYR_NO_INT32;
    INT32_AT(CLASS_POSITION) =
        numbered && class_code >= 0 ? next_position(ranking, &ranking->classes[class_code], entry) : PYR_NO_INT32;
}

void pyr_ranking_fill(const pyr_ranking *ranking, const int64_t *entries, int32_t count, pyr_table *answer,
                      int32_t first_column, int64_t at) {
    const pyr_ranked *first = NULL, *ahead = NULL;
    pyr_counter overall = {0};
    memset(ranking->classes, 0, ranking->class_count * sizeof *ranking->classes);
    for (int32_t i = 0; i < count; i++, at++) {
        const pyr_ranked *car = &ranking->cars[entries[i]];
        first = first == NULL && !car->unnumbered ? car : first;
        fill_car(ranking, entries[i], answer, first_column, at);
        fill_positions(ranking, &overall, entries[i], answer, first_column, at);
        fill_gap(ranking, car, first, &TIME_AT(GAP), &INT32_AT(GAP_LAPS));
        fill_gap(ranking, car, ahead, &TIME_AT(INTERVAL), &INT32_AT(INTERVAL_LAPS));
        ahead = car->unnumbered ? ahead : car;
    }
}
#undef INT32_AT
#undef TIME_AT

void pyr_ranking_set_dictionaries(const pyr_ranking *ranking, pyr_table *answer, int32_t first_column) {
    static const int32_t columns[][2] = {
        {PYR_RANKING_CAR, PYR_ENTRY_CAR},
        {PYR_RANKING_CLASS, PYR_ENTRY_CLASS},
        {PYR_RANKING_TEAM, PYR_ENTRY_TEAM},
        {PYR_RANKING_DRIVERS, PYR_ENTRY_DRIVERS},
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        pyr_table_set_dictionary(answer, first_column + columns[i][0],
                                 pyr_part_column(ranking->session, PYR_ENTRIES, columns[i][1])->dictionary);
    }
}
