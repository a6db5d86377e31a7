#include <string.h>

#include "../base/sort.h"
#include "question.h"
#include "stints.h"

enum stop_column {
    STOP_CAR, STOP_CLASS, STOP_VISIT, STOP_LAP, STOP_ELAPSED, STOP_PIT_LANE_TIME, STOP_KIND, STOP_DRIVER_BEFORE,
    STOP_DRIVER_AFTER, STOP_DRIVER_CHANGE, STOP_FLAG, STOP_LOSS
};

static const pyr_field stop_fields[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"visit", PYR_INT32, false, NULL},
    {"lap", PYR_INT32, true, NULL},
    {"elapsed", PYR_DURATION, true, NULL},
    {"pit_lane_time", PYR_DURATION, true, NULL},
    {"kind", PYR_TEXT, false, pyr_visit_kind_words},
    {"driver_before", PYR_TEXT, true, NULL},
    {"driver_after", PYR_TEXT, true, NULL},
    {"driver_change", PYR_BOOL, true, NULL},
    {"flag", PYR_TEXT, true, pyr_flag_words},
    {"loss", PYR_DURATION, true, NULL},
};

/* ---- What the rivals did meanwhile ---- */

enum { FEWEST_RIVAL_LAPS = 6 };

/* The field with its visits, and its laps that are neither in- nor out-laps, class after class, each in order of the
 * crossings that end them: class c, the class code + 1, from first[c] up to first[c + 1]. */
typedef struct stop_work {
    const pyr_session *session, *field;
    pyr_visits visits;
    uint8_t *kept;     /* by lap row of the field: the session has it */
    int32_t *class_of; /* by lap row: class code + 1 */
    size_t class_count;
    int64_t *first;
    int64_t *elapsed, *lap_time; /* of the laps sorted so; room for all laps */
    pyr_keyed *items;
} stop_work;

static pyr_status new_work(stop_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t count = (size_t)work->field->laps.count;
    work->class_count = (size_t)pyr_part_column(work->field, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary->count + 1;
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->kept, &work->kept, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->class_of, &work->class_of, error));
    PYR_TRY(pyr_new_array(allocator, work->class_count + 1, sizeof *work->first, &work->first, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->elapsed, &work->elapsed, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->lap_time, &work->lap_time, error));
    return pyr_new_array(allocator, count, sizeof *work->items, &work->items, error);
}

static void clear_work(stop_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t count = (size_t)work->field->laps.count;
    pyr_release_array(allocator, work->kept, count, sizeof *work->kept);
    pyr_release_array(allocator, work->class_of, count, sizeof *work->class_of);
    pyr_release_array(allocator, work->first, work->class_count + 1, sizeof *work->first);
    pyr_release_array(allocator, work->elapsed, count, sizeof *work->elapsed);
    pyr_release_array(allocator, work->lap_time, count, sizeof *work->lap_time);
    pyr_release_array(allocator, work->items, count, sizeof *work->items);
    pyr_visits_clear(&work->visits);
}

static pyr_status find_kept(const stop_work *work, pyr_error *error) {
    size_t count = (size_t)work->field->laps.count, own_count = (size_t)work->session->laps.count;
    int64_t *rows;
    memset(work->kept, work->field == work->session, count);
    if (work->field != work->session) {
        PYR_TRY(pyr_field_rows(work->session, &rows, error));
        for (size_t i = 0; i < own_count; i++) {
            work->kept[rows[i]] = 1;
        }
        pyr_release_array(work->session->allocator, rows, own_count, sizeof *rows);
    }
    return PYR_OK;
}

static pyr_status sort_rivals(const stop_work *work, pyr_error *error) {
    const pyr_laps *laps = &work->field->laps;
    const pyr_entries *entries = &work->field->entries;
    int64_t count = 0, start = 0;
    memset(work->first, 0, (work->class_count + 1) * sizeof *work->first);
    for (int32_t entry = 0; entry < entries->count; entry++) {
        for (int64_t row = entries->first_lap[entry]; row < entries->first_lap[entry + 1]; row++) {
            work->class_of[row] = entries->class_code[entry] + 1;
            if (work->visits.lap_marks[row] == 0 && laps->elapsed[row] != PYR_NO_TIME &&
                laps->lap_time[row] != PYR_NO_TIME) {
                work->items[count++] = (pyr_keyed){laps->elapsed[row], row};
                work->first[work->class_of[row] + 1]++;
            }
        }
    }
    PYR_TRY(pyr_sort(work->session->allocator, work->items, count, NULL, NULL, error));
    for (size_t code = 1; code <= work->class_count; code++) {
        int64_t laps_of_class = work->first[code];
        work->first[code] = start; /* until all are placed: where the next lap of the class before goes */
        start += laps_of_class;
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t place = work->first[work->class_of[work->items[i].row] + 1]++;
        work->elapsed[place] = work->items[i].key;
        work->lap_time[place] = laps->lap_time[work->items[i].row];
    }
    return PYR_OK;
}

/* The first of the laps from `low` up to `high` that ends after `time`. */
static int64_t first_after(const int64_t *elapsed, int64_t low, int64_t high, int64_t time) {
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (elapsed[middle] <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static int64_t loss_of(const stop_work *work, const pyr_visit *visit) {
    const pyr_laps *laps = &work->field->laps;
    int64_t sum = 0;
    if (visit->in_row < 0 || visit->out_row < 0 || visit->kind == PYR_VISIT_RED_FLAG ||
        laps->lap[visit->out_row] - laps->lap[visit->in_row] != visit->out_row - visit->in_row) {
        return PYR_NO_TIME;
    }
    for (int64_t row = visit->in_row; row <= visit->out_row; row++) {
        if (laps->lap_time[row] == PYR_NO_TIME) {
            return PYR_NO_TIME;
        }
        sum += laps->lap_time[row];
    }
    int64_t start = pyr_lap_start(laps, visit->in_row), end = laps->elapsed[visit->out_row];
    int32_t class_code = work->class_of[visit->in_row];
    if (start == PYR_NO_TIME || end == PYR_NO_TIME) {
        return PYR_NO_TIME;
    }
    int64_t low = first_after(work->elapsed, work->first[class_code], work->first[class_code + 1], start);
    int64_t high = first_after(work->elapsed, low, work->first[class_code + 1], end);
    if (high - low < FEWEST_RIVAL_LAPS) {
        return PYR_NO_TIME;
    }
    return sum - (visit->out_row - visit->in_row + 1) * pyr_median(work->lap_time + low, high - low);
}

/* ---- The answer ---- */

static void fill_drivers(const pyr_session *field, const pyr_visit *visit, pyr_table *answer, int64_t at) {
    /* Within one lap: from who drove the lap before to who drove this one. */
    int64_t before = visit->in_row >= 0 && visit->in_row == visit->out_row ? visit->in_row - 1 : visit->in_row;
    int64_t after = visit->out_row;
    int changed = before >= 0 && after >= 0 ? pyr_driver_changed(field, before, after) : -1;
    ((int32_t *)pyr_table_array(answer, STOP_DRIVER_BEFORE))[at] = before >= 0 ? field->laps.driver[before] : -1;
    ((int32_t *)pyr_table_array(answer, STOP_DRIVER_AFTER))[at] = after >= 0 ? field->laps.driver[after] : -1;
    ((uint8_t *)pyr_table_array(answer, STOP_DRIVER_CHANGE))[at] = changed >= 0 ? (uint8_t)changed : PYR_NO_BOOL;
}

static void fill_visit(const stop_work *work, const pyr_visit *visit, bool race, pyr_table *answer, int64_t at) {
    const pyr_laps *laps = &work->field->laps;
    const pyr_entries *entries = &work->field->entries;
    int64_t in_row = visit->in_row, time_row = visit->time_row;
    ((int32_t *)pyr_table_array(answer, STOP_CAR))[at] = entries->car[visit->entry];
    ((int32_t *)pyr_table_array(answer, STOP_CLASS))[at] = entries->class_code[visit->entry];
    ((int32_t *)pyr_table_array(answer, STOP_VISIT))[at] = visit->number;
    ((int32_t *)pyr_table_array(answer, STOP_LAP))[at] = in_row >= 0 ? laps->lap[in_row] : PYR_NO_INT32;
    ((int64_t *)pyr_table_array(answer, STOP_ELAPSED))[at] = in_row >= 0 ? laps->elapsed[in_row] : PYR_NO_TIME;
    ((int64_t *)pyr_table_array(answer, STOP_PIT_LANE_TIME))[at] =
        time_row >= 0 ? laps->pit_lane_time[time_row] : PYR_NO_TIME;
    ((int32_t *)pyr_table_array(answer, STOP_KIND))[at] = (int32_t)visit->kind;
    ((int32_t *)pyr_table_array(answer, STOP_FLAG))[at] = in_row >= 0 ? laps->flag[in_row] : -1;
    ((int64_t *)pyr_table_array(answer, STOP_LOSS))[at] = race ? loss_of(work, visit) : PYR_NO_TIME;
    fill_drivers(work->field, visit, answer, at);
}

static pyr_status answer_stops(stop_work *work, pyr_table **out, pyr_error *error) {
    bool race = pyr_is_race(work->field);
    int64_t at = 0;
    PYR_TRY(new_work(work, error));
    PYR_TRY(pyr_visits_find(work->field, &work->visits, error));
    PYR_TRY(pyr_visits_classify(work->field, &work->visits, error));
    PYR_TRY(find_kept(work, error));
    PYR_TRY(sort_rivals(work, error));
    PYR_TRY(pyr_answer_new(work->field, &pyr_pit_stops_question, work->visits.count, out, error));
    for (int64_t i = 0; i < work->visits.count; i++) {
        const pyr_visit *visit = &work->visits.visit[i];
        if (work->kept[visit->in_row >= 0 ? visit->in_row : visit->out_row]) {
            fill_visit(work, visit, race, *out, at++);
        }
    }
    return pyr_answer_finish(out, at, error);
}

pyr_status pyr_pit_stops(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    *out = NULL;
    stop_work work = {.session = session, .field = pyr_field_view(session)};
    pyr_status status = answer_stops(&work, out, error);
    clear_work(&work);
    return status;
}

const pyr_question pyr_pit_stops_question = {
    .name = "pit_stops",
    .schema = stop_fields,
    .column_count = PYR_COUNT(stop_fields),
    .ask = pyr_pit_stops,
};
