#include "timeline.h"

#include "../base/sort.h"
#include "places.h"
#include "sector_ends.h"

/* Which points are crossings, and those of each car. The timeline is under construction. */
static void find_crossings(const pyr_session *session, uint8_t *known, pyr_timeline *timeline) {
    const pyr_points *points = &timeline->points;
    int64_t count = 0, *car_row = (int64_t *)timeline->car_row, *car_first = (int64_t *)timeline->car_first;
    int32_t *entry_of = (int32_t *)timeline->entry;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t latest = -1; /* race time begins with the start */
        car_first[entry] = count;
        for (int64_t point = points->first[entry]; point < points->first[entry + 1]; point++) {
            entry_of[point] = entry;
            known[point] = points->time[point] > latest;
            if (known[point]) {
                latest = points->time[point];
                car_row[count++] = point;
            }
        }
    }
    car_first[session->entries.count] = count;
    timeline->count = count;
}

typedef struct crossing_order {
    const pyr_laps *laps;
    const pyr_points *points;
} crossing_order;

/* When the car of this lap row completed the lap before. */
static int64_t previous_elapsed(const pyr_laps *laps, int64_t row) {
    bool known = row > 0 && laps->car[row - 1] == laps->car[row] && laps->elapsed[row - 1] != PYR_NO_TIME;
    return known ? laps->elapsed[row - 1] : INT64_MAX;
}

static bool crosses_before(const void *context, int64_t left, int64_t right) {
    const crossing_order *order = context;
    const int32_t *number = order->points->number;
    if (number[left] != number[right]) {
        return number[left] > number[right];
    }
    int64_t left_before = previous_elapsed(order->laps, left / order->points->per_lap);
    int64_t right_before = previous_elapsed(order->laps, right / order->points->per_lap);
    return left_before != right_before ? left_before < right_before : left < right;
}

static pyr_status sort_crossings(const pyr_session *session, const pyr_timeline *timeline, int64_t *rows,
                                 pyr_error *error) {
    const crossing_order order = {&session->laps, &timeline->points};
    int64_t count = timeline->count;
    pyr_keyed *items;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)count, sizeof *items, &items, error));
    for (int64_t i = 0; i < count; i++) {
        items[i] = (pyr_keyed){timeline->points.time[timeline->car_row[i]], timeline->car_row[i]};
    }
    pyr_status status = pyr_sort(session->allocator, items, count, crosses_before, &order, error);
    for (int64_t i = 0; status == PYR_OK && i < count; i++) {
        rows[i] = items[i].row;
    }
    pyr_release_array(session->allocator, items, (size_t)count, sizeof *items);
    return status;
}

/* One block for the struct and all its arrays: those of 8 bytes, then those of 4. The points of the line are columns of
 * the session, others have arrays here. */
static pyr_status new_timeline(const pyr_session *session, int32_t per_lap, pyr_buffer **out, pyr_error *error) {
    bool line = per_lap == 1;
    size_t wide_count = line ? 6 : 7, narrow_count = line ? 5 : 6, car_count = line ? 1 : 2, count, size;
    size_t cars = (size_t)session->entries.count + 1;
    *out = NULL;
    if (!pyr_size_multiply((size_t)session->laps.count, (size_t)per_lap, &count) ||
        !pyr_size_multiply(count, wide_count * sizeof(int64_t) + narrow_count * sizeof(int32_t), &size) ||
        !pyr_size_add(size, sizeof(pyr_timeline) + cars * car_count * sizeof(int64_t), &size)) {
        return pyr_fail_memory(error);
    }
    PYR_TRY(pyr_buffer_new(session->allocator, size, NULL, out, error));
    pyr_timeline *timeline = pyr_buffer_data(*out);
    int64_t *wide = (int64_t *)(timeline + 1), *by_car = wide + wide_count * count;
    int32_t *narrow = (int32_t *)(by_car + cars * car_count);
    *timeline = (pyr_timeline){
        .points = {per_lap, (int64_t)count, by_car + cars, narrow + 5 * count, wide + 6 * count},
        .row = wide,
        .car_row = wide + 5 * count,
        .car_first = by_car,
        .overall = {narrow, narrow + count, wide + count, wide + 2 * count},
        .in_class = {narrow + 2 * count, narrow + 3 * count, wide + 3 * count, wide + 4 * count},
        .entry = narrow + 4 * count,
    };
    if (line) {
        timeline->points = (pyr_points){1, session->laps.count, session->entries.first_lap, session->laps.lap,
                                        session->laps.elapsed};
    }
    return PYR_OK;
}

static pyr_status find_sector_points(const pyr_session *session, const pyr_points *points, pyr_error *error) {
    for (int32_t entry = 0; entry <= session->entries.count; entry++) {
        ((int64_t *)points->first)[entry] = session->entries.first_lap[entry] * PYR_SECTORS;
    }
    return pyr_find_sector_ends(&session->laps, (int32_t *)points->number, (int64_t *)points->time, error);
}

static pyr_status fill_timeline(const pyr_session *session, pyr_timeline *timeline, pyr_error *error) {
    size_t points = (size_t)timeline->points.count;
    uint8_t *known;
    PYR_TRY(pyr_new_array(session->allocator, points, sizeof *known, &known, error));
    find_crossings(session, known, timeline);
    pyr_status status = sort_crossings(session, timeline, (int64_t *)timeline->row, error);
    if (status == PYR_OK) {
        status = pyr_find_places(session, timeline, known, 0, &timeline->overall, error);
    }
    if (status == PYR_OK) {
        int32_t classes = pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary->count;
        status = pyr_find_places(session, timeline, known, classes > 0 ? classes : 1, &timeline->in_class, error);
    }
    pyr_release_array(session->allocator, known, points, sizeof *known);
    return status;
}

static pyr_status build(const pyr_session *session, int32_t per_lap, pyr_buffer **out, pyr_error *error) {
    PYR_TRY(new_timeline(session, per_lap, out, error));
    pyr_timeline *timeline = pyr_buffer_data(*out);
    if (per_lap != 1) {
        PYR_TRY(find_sector_points(session, &timeline->points, error));
    }
    return fill_timeline(session, timeline, error);
}

static pyr_status build_line(const pyr_session *session, pyr_buffer **out, pyr_error *error) {
    return build(session, 1, out, error);
}

static pyr_status build_sectors(const pyr_session *session, pyr_buffer **out, pyr_error *error) {
    return build(session, PYR_SECTORS, out, error);
}

static pyr_status find_timeline(const pyr_session *session, pyr_late late, pyr_build_part *build_part,
                                const pyr_timeline **out, pyr_error *error) {
    void *timeline;
    *out = NULL;
    PYR_TRY(pyr_late_part(session, late, build_part, &timeline, error));
    *out = timeline;
    return PYR_OK;
}

pyr_status pyr_session_timeline(const pyr_session *session, const pyr_timeline **out, pyr_error *error) {
    return find_timeline(session, PYR_LATE_TIMELINE, build_line, out, error);
}

pyr_status pyr_sector_timeline(const pyr_session *session, const pyr_timeline **out, pyr_error *error) {
    return find_timeline(session, PYR_LATE_SECTOR_TIMELINE, build_sectors, out, error);
}
