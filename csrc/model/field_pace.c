#include "field_pace.h"

static const int32_t slowest_pace = 1000000;

typedef struct pace_work {
    const pyr_session *session;
    const pyr_visits *visits;
    pyr_field_pace *found;
    size_t place_count;
    int64_t *median; /* by class code + 1, then sector */
    int64_t *times;  /* room for one of each lap */
} pace_work;

static bool has_sectors(const pyr_laps *laps, int64_t row) {
    return laps->sector[0][row] != PYR_NO_TIME && laps->sector[1][row] != PYR_NO_TIME &&
           laps->sector[2][row] != PYR_NO_TIME;
}

static int32_t count_sectors(const pyr_laps *laps) {
    for (int64_t row = 0; row < laps->count; row++) {
        if (has_sectors(laps, row)) {
            return PYR_SECTORS;
        }
    }
    return 1;
}

static bool is_timed(const pace_work *work, int64_t row) {
    const pyr_laps *laps = &work->session->laps;
    bool timed = work->found->sectors == 1 ? laps->lap_time[row] != PYR_NO_TIME : has_sectors(laps, row);
    return timed && laps->elapsed[row] != PYR_NO_TIME && laps->lap[row] > 1;
}

static bool is_off_the_pit_lane(const pace_work *work, int64_t row, int32_t sector) {
    uint8_t marks = work->visits->lap_marks[row];
    return !(sector == work->found->sectors - 1 && (marks & PYR_IN_LAP) != 0) &&
           !(sector == 0 && (marks & PYR_OUT_LAP) != 0);
}

static int64_t time_of(const pace_work *work, int64_t row, int32_t sector) {
    const pyr_laps *laps = &work->session->laps;
    return work->found->sectors == 1 ? laps->lap_time[row] : laps->sector[sector][row];
}

static size_t place_of(const pace_work *work, int64_t row, int32_t sector) {
    return (size_t)(work->session->laps.class_code[row] + 1) * (size_t)work->found->sectors + (size_t)sector;
}

/* With the room of the drives. */
static pyr_status find_medians(const pace_work *work, pyr_error *error) {
    pyr_keyed *items = work->found->drive;
    int64_t count = 0;
    for (int64_t row = 0; row < work->session->laps.count; row++) {
        for (int32_t sector = 0; is_timed(work, row) && sector < work->found->sectors; sector++) {
            if (is_off_the_pit_lane(work, row, sector)) {
                items[count++] = (pyr_keyed){(int64_t)place_of(work, row, sector), time_of(work, row, sector)};
            }
        }
    }
    PYR_TRY(pyr_sort_close(work->session->allocator, items, count, error));
    for (int64_t start = 0, end = 0; start < count; start = end) {
        for (; end < count && items[end].key == items[start].key; end++) {
            work->times[end - start] = items[end].row;
        }
        work->median[items[start].key] = pyr_median(work->times, end - start);
    }
    return PYR_OK;
}

/* Rounded up, so that it is over a limit in thousandths just where the time is. */
static int32_t pace_of(int64_t time, int64_t median) {
    int64_t pace = time / median < slowest_pace / PYR_USUAL_PACE
                       ? (time * PYR_USUAL_PACE + median - 1) / median
                       : slowest_pace;
    return (int32_t)pace;
}

static void add_drives(const pace_work *work) {
    const pyr_laps *laps = &work->session->laps;
    pyr_field_pace *found = work->found;
    for (int64_t row = 0; row < laps->count; row++) {
        if (!is_timed(work, row)) {
            continue;
        }
        int64_t begin = laps->elapsed[row];
        for (int32_t sector = 0; sector < found->sectors; sector++) {
            begin -= time_of(work, row, sector);
        }
        for (int32_t sector = 0; sector < found->sectors; sector++) {
            int64_t time = time_of(work, row, sector), median = work->median[place_of(work, row, sector)];
            int64_t number = row * found->sectors + sector;
            if (is_off_the_pit_lane(work, row, sector) && median > 0) {
                found->drive[found->count++] = (pyr_keyed){begin + time / 2, number};
                found->pace[number] = pace_of(time, median);
            }
            begin += time;
        }
    }
}

/* The median of all laps that lead from crossing to crossing on the road. */
static void find_median_lap(const pace_work *work) {
    const pyr_laps *laps = &work->session->laps;
    int64_t count = 0;
    for (int64_t row = 0; row < laps->count; row++) {
        if (laps->lap_time[row] > 0 && laps->lap[row] > 1 && work->visits->lap_marks[row] == 0) {
            work->times[count++] = laps->lap_time[row];
        }
    }
    work->found->median_lap = pyr_median(work->times, count);
}

static pyr_status find(pace_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    pyr_field_pace *found = work->found;
    PYR_TRY(pyr_new_array(allocator, found->capacity, sizeof *found->drive, &found->drive, error));
    PYR_TRY(pyr_new_array(allocator, found->capacity, sizeof *found->pace, &found->pace, error));
    find_median_lap(work);
    if (found->median_lap == PYR_NO_TIME) {
        return PYR_OK;
    }
    PYR_TRY(find_medians(work, error));
    add_drives(work);
    return pyr_sort(allocator, found->drive, found->count, NULL, NULL, error);
}

pyr_status pyr_field_pace_find(const pyr_session *session, const pyr_visits *visits, pyr_field_pace *pace,
                               pyr_error *error) {
    const pyr_allocator *allocator = session->allocator;
    size_t laps = (size_t)session->laps.count;
    *pace = (pyr_field_pace){
        .allocator = allocator, .sectors = count_sectors(&session->laps), .median_lap = PYR_NO_TIME};
    pace->capacity = laps * (size_t)pace->sectors;
    size_t classes = (size_t)pyr_part_column(session, PYR_LAPS, PYR_LAP_CLASS)->dictionary->count + 1;
    pace_work work = {
        .session = session, .visits = visits, .found = pace, .place_count = classes * (size_t)pace->sectors};
    PYR_TRY(pyr_new_array(allocator, work.place_count, sizeof *work.median, &work.median, error));
    pyr_status status = pyr_new_array(allocator, laps, sizeof *work.times, &work.times, error);
    if (status == PYR_OK) {
        status = find(&work, error);
        pyr_release_array(allocator, work.times, laps, sizeof *work.times);
    }
    pyr_release_array(allocator, work.median, work.place_count, sizeof *work.median);
    return status;
}

void pyr_field_pace_clear(pyr_field_pace *pace) {
    pyr_release_array(pace->allocator, pace->drive, pace->capacity, sizeof *pace->drive);
    pyr_release_array(pace->allocator, pace->pace, pace->capacity, sizeof *pace->pace);
    *pace = (pyr_field_pace){0};
}
