#include "rival_laps.h"

#include <string.h>

#include "../base/sort.h"

enum { FEWEST_RIVAL_LAPS = 6 };

bool pyr_follows_crossing_in_pit(const pyr_laps *laps, int64_t row) {
    return row > 0 && laps->car[row - 1] == laps->car[row] && pyr_lap_in_pit(laps, row - 1);
}

static bool counts(const pyr_laps *laps, const pyr_visits *visits, int64_t row, pyr_rival_use use) {
    if (laps->lap_time[row] == PYR_NO_TIME) {
        return false;
    }
    return use == PYR_RIVALS_OF_LOSS ? visits->lap_marks[row] == 0
                                     : !pyr_lap_in_pit(laps, row) && !pyr_follows_crossing_in_pit(laps, row);
}

/* The crossings to their places; `rows` has room for all. */
static void sort_by_class(const pyr_session *field, const pyr_timeline *timeline, pyr_rival_laps *rivals,
                          int64_t *rows) {
    const int32_t *class_code = field->entries.class_code;
    int64_t start = 0;
    memset(rivals->first, 0, (rivals->class_count + 1) * sizeof *rivals->first);
    for (int64_t i = 0; i < timeline->count; i++) {
        rivals->first[class_code[timeline->entry[timeline->row[i]]] + 2]++;
    }
    for (size_t code = 1; code <= rivals->class_count; code++) {
        int64_t laps_of_class = rivals->first[code];
        rivals->first[code] = start; /* until all are placed: where the next lap of the class before goes */
        start += laps_of_class;
    }
    for (int64_t i = 0; i < timeline->count; i++) {
        int64_t row = timeline->row[i];
        rows[rivals->first[class_code[timeline->entry[row]] + 2]++] = row;
    }
}

static void fill(const pyr_laps *laps, const pyr_visits *visits, const int64_t *rows, int64_t count,
                 pyr_rival_laps *rivals) {
    int64_t counted[PYR_RIVAL_USE_COUNT] = {0}, differ = 0;
    for (int64_t place = 0; place <= count; place++) {
        bool lap_counts[PYR_RIVAL_USE_COUNT] = {false};
        rivals->differ_before[place] = differ;
        for (int32_t use = 0; use < PYR_RIVAL_USE_COUNT; use++) {
            rivals->counted_before[use][place] = counted[use];
            if (place < count && counts(laps, visits, rows[place], (pyr_rival_use)use)) {
                rivals->lap_time[use][counted[use]++] = laps->lap_time[rows[place]];
                lap_counts[use] = true;
            }
        }
        differ += lap_counts[PYR_RIVALS_OF_LOSS] != lap_counts[PYR_RIVALS_PUBLISHED];
        if (place < count) {
            rivals->elapsed[place] = laps->elapsed[rows[place]];
        }
    }
}

static pyr_status new_rivals(pyr_rival_laps *rivals, pyr_error *error) {
    const pyr_allocator *allocator = rivals->allocator;
    PYR_TRY(pyr_new_array(allocator, rivals->class_count + 1, sizeof *rivals->first, &rivals->first, error));
    PYR_TRY(pyr_new_array(allocator, rivals->lap_count, sizeof *rivals->elapsed, &rivals->elapsed, error));
    PYR_TRY(pyr_new_array(allocator, rivals->lap_count + 1, sizeof(int64_t), &rivals->differ_before, error));
    for (int32_t use = 0; use < PYR_RIVAL_USE_COUNT; use++) {
        PYR_TRY(pyr_new_array(allocator, rivals->lap_count + 1, sizeof(int64_t), &rivals->counted_before[use], error));
        PYR_TRY(pyr_new_array(allocator, rivals->lap_count, sizeof(int64_t), &rivals->lap_time[use], error));
    }
    return PYR_OK;
}

pyr_status pyr_rival_laps_find(const pyr_session *field, const pyr_visits *visits, size_t class_count,
                               pyr_rival_laps *rivals, pyr_error *error) {
    const pyr_timeline *timeline;
    int64_t *rows;
    *rivals = (pyr_rival_laps){
        .allocator = field->allocator, .lap_count = (size_t)field->laps.count, .class_count = class_count};
    PYR_TRY(pyr_session_timeline(field, &timeline, error));
    PYR_TRY(new_rivals(rivals, error));
    PYR_TRY(pyr_new_array(field->allocator, rivals->lap_count, sizeof *rows, &rows, error));
    sort_by_class(field, timeline, rivals, rows);
    fill(&field->laps, visits, rows, timeline->count, rivals);
    pyr_release_array(field->allocator, rows, rivals->lap_count, sizeof *rows);
    for (int32_t use = 0; use < PYR_RIVAL_USE_COUNT; use++) {
        PYR_TRY(pyr_ranges_new(field->allocator, rivals->lap_time[use], rivals->counted_before[use][timeline->count],
                               &rivals->ranges[use], error));
    }
    return PYR_OK;
}

void pyr_rival_laps_clear(pyr_rival_laps *rivals) {
    const pyr_allocator *allocator = rivals->allocator;
    pyr_release_array(allocator, rivals->first, rivals->class_count + 1, sizeof *rivals->first);
    pyr_release_array(allocator, rivals->elapsed, rivals->lap_count, sizeof *rivals->elapsed);
    pyr_release_array(allocator, rivals->differ_before, rivals->lap_count + 1, sizeof(int64_t));
    for (int32_t use = 0; use < PYR_RIVAL_USE_COUNT; use++) {
        pyr_release_array(allocator, rivals->counted_before[use], rivals->lap_count + 1, sizeof(int64_t));
        pyr_release_array(allocator, rivals->lap_time[use], rivals->lap_count, sizeof(int64_t));
        pyr_ranges_clear(&rivals->ranges[use]);
    }
    *rivals = (pyr_rival_laps){0};
}

int64_t pyr_rivals_after(const pyr_rival_laps *rivals, int32_t class_code, int64_t near, int64_t time) {
    const int64_t *elapsed = rivals->elapsed;
    int64_t low = rivals->first[class_code + 1], high = rivals->first[class_code + 2], step = 1;
    near = near < low || near > high ? low : near;
    if (near < high && elapsed[near] <= time) {
        for (low = near + 1; high - low > step && elapsed[low + step] <= time; step *= 2) {
            low += step + 1;
        }
        high = high - low > step ? low + step : high;
    } else {
        for (high = near; high - low >= step && elapsed[high - step] > time; step *= 2) {
            high -= step;
        }
        low = high - low >= step ? high - step + 1 : low;
    }
    return pyr_first_above(elapsed, low, high, time);
}

bool pyr_rivals_agree(const pyr_rival_laps *rivals, int64_t low, int64_t high) {
    return rivals->differ_before[low] == rivals->differ_before[high];
}

pyr_status pyr_rivals_median(pyr_rival_laps *rivals, pyr_rival_use use, int64_t low, int64_t high, int64_t *median,
                             pyr_error *error) {
    int64_t start = rivals->counted_before[use][low], end = rivals->counted_before[use][high];
    *median = PYR_NO_TIME;
    return end - start < FEWEST_RIVAL_LAPS ? PYR_OK
                                           : pyr_range_median(&rivals->ranges[use], start, end, median, error);
}
