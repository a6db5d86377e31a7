#include "visits.h"

#include <string.h>

#include "../base/sort.h"

const char *const pyr_visit_kind_words[] = {"pit_stop", "drive_through", "stop_go",    "garage",
                                            "red_flag", "pass_through",  "unfinished", NULL};

static pyr_status add_visit(pyr_visits *visits, pyr_visit visit, pyr_error *error) {
    size_t capacity = (size_t)visits->capacity;
    pyr_status status = pyr_grow_array(visits->allocator, &visits->visit, &capacity, (size_t)visits->count + 1,
                                       sizeof *visits->visit, error);
    visits->capacity = (int64_t)capacity;
    if (status == PYR_OK) {
        visits->visit[visits->count++] = visit;
    }
    return status;
}

/* A car pushed to and fro in the pit lane crosses the line there more than once: the last visit takes in those before
 * it as long as its pit lane time reaches back beyond the laps between. */
static void join_crossings(const pyr_laps *laps, pyr_visits *visits) {
    pyr_visit *visit = &visits->visit[visits->count - 1];
    int64_t rest = laps->pit_lane_time[visit->time_row];
    while (visits->count > 1) {
        const pyr_visit *before = visit - 1;
        int64_t lap_time = laps->lap_time[visit->in_row];
        if (before->entry != visit->entry || before->time_row >= 0 || before->in_row != visit->in_row - 1 ||
            laps->lap[before->in_row] != laps->lap[visit->in_row] - 1 || lap_time <= 0 || lap_time >= rest) {
            return;
        }
        rest -= lap_time;
        visit[-1] = (pyr_visit){
            .entry = visit->entry, .in_row = before->in_row, .out_row = visit->out_row, .time_row = visit->time_row};
        visit--;
        visits->count--;
    }
}

/* The pit lane time of `row`, for which no crossing in the pit lane on the lap before waits. Returns whether it takes
 * the crossing in the pit lane of its own row. */
static pyr_status add_timed(const pyr_laps *laps, int32_t entry, int64_t row, int64_t start, int64_t end,
                            pyr_visits *visits, bool *crossing_taken, pyr_error *error) {
    pyr_visit visit = {.entry = entry, .in_row = row, .out_row = row, .time_row = row};
    bool next_timed = row + 1 < end && laps->pit_lane_time[row + 1] != PYR_NO_TIME;
    *crossing_taken = false;
    if (row == start || laps->lap[row] != laps->lap[row - 1] + 1) {
        visit.in_row = -1;
    } else if (pyr_lap_in_pit(laps, row) && !next_timed) {
        visit.out_row = row + 1 < end ? row + 1 : -1;
        *crossing_taken = true;
    }
    return add_visit(visits, visit, error);
}

/* A time belongs to the crossing in the pit lane on the lap before; without one, it is a start from the pit lane on the
 * car's first row, else it goes with the crossing on its own row, unless the next row has a time for that one. */
static pyr_status find_of_entry(const pyr_session *session, int32_t entry, pyr_visits *visits, pyr_error *error) {
    const pyr_laps *laps = &session->laps;
    int64_t start = session->entries.first_lap[entry], end = session->entries.first_lap[entry + 1];
    bool inside = false; /* the row above is an in-lap, and its visit is the last one */
    for (int64_t row = start; row < end; row++) {
        bool crossing = pyr_lap_in_pit(laps, row), timed = laps->pit_lane_time[row] != PYR_NO_TIME;
        if (inside) {
            pyr_visit *visit = &visits->visit[visits->count - 1];
            visit->out_row = row;
            if (timed && laps->lap[row] == laps->lap[row - 1] + 1) {
                visit->time_row = row;
                timed = false;
                join_crossings(laps, visits);
            }
        }
        if (timed) {
            bool taken;
            PYR_TRY(add_timed(laps, entry, row, start, end, visits, &taken, error));
            crossing = crossing && !taken;
        }
        if (crossing) {
            pyr_visit visit = {.entry = entry, .in_row = row, .out_row = -1, .time_row = -1};
            PYR_TRY(add_visit(visits, visit, error));
        }
        inside = crossing;
    }
    return PYR_OK;
}

static void number_and_mark(pyr_visits *visits) {
    for (int64_t i = 0; i < visits->count; i++) {
        pyr_visit *visit = &visits->visit[i];
        visit->number = i > 0 && visit[-1].entry == visit->entry ? visit[-1].number + 1 : 1;
        if (visit->in_row >= 0) {
            visits->lap_marks[visit->in_row] |= PYR_IN_LAP;
        }
        for (int64_t row = visit->in_row + 1; visit->in_row >= 0 && row < visit->out_row; row++) {
            visits->lap_marks[row] |= PYR_IN_LAP | PYR_OUT_LAP;
        }
        if (visit->out_row >= 0) {
            visits->lap_marks[visit->out_row] |= PYR_OUT_LAP;
        }
    }
}

static pyr_status find_visits(const pyr_session *session, pyr_visits *visits, pyr_error *error) {
    *visits = (pyr_visits){.allocator = session->allocator, .lap_count = session->laps.count};
    size_t lap_count = (size_t)visits->lap_count;
    PYR_TRY(pyr_new_array(visits->allocator, lap_count, sizeof *visits->lap_marks, &visits->lap_marks, error));
    memset(visits->lap_marks, 0, lap_count);
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        PYR_TRY(find_of_entry(session, entry, visits, error));
    }
    number_and_mark(visits);
    return PYR_OK;
}

static void dispose_visits(void *data) {
    pyr_visits *visits = data;
    pyr_release_array(visits->allocator, visits->visit, (size_t)visits->capacity, sizeof *visits->visit);
    pyr_release_array(visits->allocator, visits->lap_marks, (size_t)visits->lap_count, sizeof *visits->lap_marks);
}

static pyr_status build_visits(const pyr_session *session, pyr_buffer **out, pyr_error *error) {
    PYR_TRY(pyr_buffer_new(session->allocator, sizeof(pyr_visits), dispose_visits, out, error));
    pyr_visits *visits = pyr_buffer_data(*out);
    PYR_TRY(find_visits(session, visits, error));
    return pyr_visits_classify(session, visits, error);
}

pyr_status pyr_session_visits(const pyr_session *session, const pyr_visits **out, pyr_error *error) {
    void *visits;
    *out = NULL;
    PYR_TRY(pyr_late_part(session, PYR_LATE_VISITS, build_visits, &visits, error));
    *out = visits;
    return PYR_OK;
}

pyr_status pyr_median_green_lap(const pyr_session *session, const pyr_visits *visits, int64_t start, int64_t end,
                                int64_t *median, pyr_error *error) {
    const pyr_laps *laps = &session->laps;
    int64_t *times, count = 0;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)(end - start), sizeof *times, &times, error));
    for (int64_t row = start; row < end; row++) {
        if (laps->lap_time[row] != PYR_NO_TIME && pyr_flag_is_green(laps->flag[row]) && visits->lap_marks[row] == 0) {
            times[count++] = laps->lap_time[row];
        }
    }
    *median = pyr_median(times, count);
    pyr_release_array(session->allocator, times, (size_t)(end - start), sizeof *times);
    return PYR_OK;
}
