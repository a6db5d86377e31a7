#include "standstills.h"

#include <string.h>

#include "../base/sort.h"

typedef struct standstill_work {
    const pyr_session *session;
    pyr_standstills *found;
    size_t item_count;
    pyr_keyed *items;   /* laps over 8 x the median, by when they began */
    int64_t *last_seen; /* of each car, in order of time */
} standstill_work;

/* A quarter of the cars have a lap over 8 x their best: spares races that ran through all further work. */
static bool may_have_stood_still(const pyr_session *session) {
    const pyr_laps *laps = &session->laps;
    int64_t cars = 0, slow = 0;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t shortest = INT64_MAX, longest = 0;
        for (int64_t row = session->entries.first_lap[entry]; row < session->entries.first_lap[entry + 1]; row++) {
            int64_t lap_time = laps->lap_time[row];
            shortest = lap_time > 0 && lap_time < shortest ? lap_time : shortest;
            longest = lap_time > longest ? lap_time : longest;
        }
        cars += longest > 0;
        slow += longest / 8 > shortest;
    }
    return slow > cars / 4;
}

static pyr_status sort_last_seen(const standstill_work *work, int64_t *count, pyr_error *error) {
    const pyr_entries *entries = &work->session->entries;
    *count = 0;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        int64_t last = pyr_last_lap_row(entries, entry);
        if (last >= entries->first_lap[entry] && work->session->laps.elapsed[last] != PYR_NO_TIME) {
            work->items[(*count)++] = (pyr_keyed){work->session->laps.elapsed[last], last};
        }
    }
    PYR_TRY(pyr_sort(work->session->allocator, work->items, *count, NULL, NULL, error));
    for (int64_t i = 0; i < *count; i++) {
        work->last_seen[i] = work->items[i].key;
    }
    return PYR_OK;
}

static pyr_status sort_long_laps(const standstill_work *work, int64_t *count, pyr_error *error) {
    const pyr_laps *laps = &work->session->laps;
    *count = 0;
    for (int64_t row = 0; row < laps->count; row++) {
        if (laps->lap_time[row] / 8 > work->found->median_lap && laps->elapsed[row] != PYR_NO_TIME) {
            work->items[(*count)++] = (pyr_keyed){laps->elapsed[row] - laps->lap_time[row], row};
        }
    }
    return pyr_sort(work->session->allocator, work->items, *count, NULL, NULL, error);
}

/* The long laps from `first` up to `end` stand still; those before `marked` are known to already, and a window that
 * shares laps with the last standstill prolongs it. */
static pyr_status add_window(const standstill_work *work, int64_t first, int64_t end, int64_t marked, int64_t running,
                             pyr_error *error) {
    pyr_standstills *found = work->found;
    if (first >= marked) {
        size_t capacity = (size_t)found->capacity;
        pyr_status status = pyr_grow_array(found->allocator, &found->standstill, &capacity, (size_t)found->count + 1,
                                           sizeof *found->standstill, error);
        found->capacity = (int64_t)capacity;
        PYR_TRY(status);
        found->standstill[found->count++] =
            (pyr_standstill){.start = work->items[first].key, .end = INT64_MAX, .running = running};
        marked = first;
    }
    pyr_standstill *standstill = &found->standstill[found->count - 1];
    for (int64_t i = marked; i < end; i++) {
        int64_t ends = work->session->laps.elapsed[work->items[i].row];
        found->marks[work->items[i].row] = 1;
        standstill->last_start = work->items[i].key;
        standstill->end = ends < standstill->end ? ends : standstill->end;
        standstill->laps++;
    }
    return PYR_OK;
}

static pyr_status find(const standstill_work *work, pyr_error *error) {
    int64_t cars, count, gone = 0, end = 0, marked = 0;
    PYR_TRY(sort_last_seen(work, &cars, error));
    PYR_TRY(sort_long_laps(work, &count, error));
    for (int64_t first = 0; first < count; first++) {
        int64_t start = work->items[first].key;
        while (gone < cars && work->last_seen[gone] < start) {
            gone++;
        }
        while (end < count && work->items[end].key <= start + 3 * work->found->median_lap) {
            end++;
        }
        if (end - first > (cars - gone) / 2 && end - first > cars / 4) {
            PYR_TRY(add_window(work, first, end, marked, cars - gone, error));
            marked = end;
        }
    }
    return PYR_OK;
}

static pyr_status look(standstill_work *work, const pyr_visits *visits, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    int64_t laps = work->session->laps.count;
    size_t cars = (size_t)work->session->entries.count;
    work->item_count = (size_t)laps > cars ? (size_t)laps : cars;
    PYR_TRY(pyr_median_green_lap(work->session, visits, 0, laps, &work->found->median_lap, error));
    if (work->found->median_lap == PYR_NO_TIME) {
        return PYR_OK;
    }
    PYR_TRY(pyr_new_array(allocator, work->item_count, sizeof *work->items, &work->items, error));
    pyr_status status = pyr_new_array(allocator, cars, sizeof *work->last_seen, &work->last_seen, error);
    if (status == PYR_OK) {
        status = find(work, error);
        pyr_release_array(allocator, work->last_seen, cars, sizeof *work->last_seen);
    }
    pyr_release_array(allocator, work->items, work->item_count, sizeof *work->items);
    return status;
}

pyr_status pyr_standstills_find(const pyr_session *session, const pyr_visits *visits, pyr_standstills *standstills,
                                pyr_error *error) {
    size_t laps = (size_t)session->laps.count;
    *standstills = (pyr_standstills){
        .allocator = session->allocator, .lap_count = session->laps.count, .median_lap = PYR_NO_TIME};
    PYR_TRY(pyr_new_array(standstills->allocator, laps, sizeof *standstills->marks, &standstills->marks, error));
    memset(standstills->marks, 0, laps);
    if (!pyr_is_race(session) || !may_have_stood_still(session)) {
        return PYR_OK;
    }
    standstill_work work = {.session = session, .found = standstills};
    return look(&work, visits, error);
}

void pyr_standstills_clear(pyr_standstills *standstills) {
    pyr_release_array(standstills->allocator, standstills->standstill, (size_t)standstills->capacity,
                      sizeof *standstills->standstill);
    pyr_release_array(standstills->allocator, standstills->marks, (size_t)standstills->lap_count,
                      sizeof *standstills->marks);
    *standstills = (pyr_standstills){0};
}
