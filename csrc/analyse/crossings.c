#include <string.h>

#include "../model/sector_ends.h"
#include "../model/timeline.h"
#include "lap_rows.h"

enum {
    CAR, CLASS, LAP, ELAPSED, POSITION, CLASS_POSITION, GAP, GAP_LAPS, INTERVAL, INTERVAL_LAPS, CLASS_GAP,
    CLASS_GAP_LAPS, IN_PIT, FLAG, SECTOR
};

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"lap", PYR_INT32, false, NULL},
    {"elapsed", PYR_DURATION, false, NULL},
    {"position", PYR_INT32, true, NULL},
    {"class_position", PYR_INT32, true, NULL},
    {"gap", PYR_DURATION, true, NULL},
    {"gap_laps", PYR_INT32, true, NULL},
    {"interval", PYR_DURATION, true, NULL},
    {"interval_laps", PYR_INT32, true, NULL},
    {"class_gap", PYR_DURATION, true, NULL},
    {"class_gap_laps", PYR_INT32, true, NULL},
    {"in_pit", PYR_BOOL, true, NULL},
    {"flag", PYR_TEXT, true, pyr_flag_words},
    {"sector", PYR_INT32, true, NULL},
};

static const char *const of_words[] = {"line", "sectors", NULL};
static const pyr_option options_of_crossings[] = {
    {"of", PYR_OPTION_CHOICE, offsetof(pyr_crossings_options, of), of_words},
};
static const pyr_crossings_options crossings_default = {PYR_CROSSINGS_OF_LINE};

/* The crossings of the field in time order, and those that are rows of the answer. */
typedef struct crossing_work {
    const pyr_session *session, *field;
    const pyr_timeline *timeline;
    int64_t *session_rows; /* by lap row of the field: the row in the session, or -1 */
    int64_t *next;         /* by entry of the field: its next crossing, a place in car_row */
    int64_t *points;       /* by row of the answer */
    int64_t *rows;         /* by row of the answer: the lap row of the session */
    int32_t *interval_laps;/* by row of the answer */
    int64_t count, room;
} crossing_work;

static bool any_sector(const pyr_session *field) {
    bool any = false;
    for (int32_t sector = 0; sector < PYR_SECTORS; sector++) {
        any = any || pyr_sector_published(field, sector);
    }
    return any;
}

static pyr_status find_timeline(crossing_work *work, int32_t of, pyr_error *error) {
    if (of == PYR_CROSSINGS_OF_LINE) {
        return pyr_session_timeline(work->field, &work->timeline, error);
    }
    if (of != PYR_CROSSINGS_OF_SECTORS) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "there are no crossings of choice %d: take one of pyr_crossings_of",
                        (int)of);
    }
    if (!any_sector(work->field)) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "no lap of the session has a sector time, so where cars crossed the ends of sectors is not "
                        "known; ask for the crossings of the line, of='line'");
    }
    return pyr_sector_timeline(work->field, &work->timeline, error);
}

static pyr_status prepare(crossing_work *work, int32_t of, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    PYR_TRY(find_timeline(work, of, error));
    work->room = work->session->laps.count * work->timeline->points.per_lap;
    size_t room = (size_t)work->room;
    PYR_TRY(pyr_new_array(allocator, room, sizeof *work->points, &work->points, error));
    PYR_TRY(pyr_new_array(allocator, room, sizeof *work->rows, &work->rows, error));
    PYR_TRY(pyr_new_array(allocator, room, sizeof *work->interval_laps, &work->interval_laps, error));
    PYR_TRY(pyr_session_rows(work->session, &work->session_rows, error));
    return pyr_new_array(allocator, (size_t)work->field->entries.count, sizeof *work->next, &work->next, error);
}

static void clear(crossing_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t room = (size_t)work->room, all = (size_t)work->field->laps.count;
    pyr_release_array(allocator, work->points, room, sizeof *work->points);
    pyr_release_array(allocator, work->rows, room, sizeof *work->rows);
    pyr_release_array(allocator, work->interval_laps, room, sizeof *work->interval_laps);
    pyr_release_array(allocator, work->session_rows, all, sizeof *work->session_rows);
    pyr_release_array(allocator, work->next, (size_t)work->field->entries.count, sizeof *work->next);
}

static int64_t lap_row(const pyr_points *points, int64_t point) {
    return points->per_lap == 1 ? point : point / points->per_lap;
}

/* How many laps more than `point` the car that crossed it as `ahead` has completed by then; absent where it may have
 * completed another one at no known time. */
static int32_t laps_behind(const crossing_work *work, int64_t point, int64_t ahead) {
    const pyr_timeline *timeline = work->timeline;
    const pyr_points *points = &timeline->points;
    if (ahead < 0) {
        return PYR_NO_INT32;
    }
    int32_t entry = timeline->entry[ahead];
    int64_t next = work->next[entry], last = timeline->car_row[next - 1];
    int32_t least = points->number[last], most = next < timeline->car_first[entry + 1]
                                                     ? points->number[timeline->car_row[next]] - 1
                                                     : points->number[points->first[entry + 1] - 1];
    int32_t laps = pyr_laps_of_points(points, least - points->number[point]);
    bool known = most <= least || points->time[last] == points->time[point] ||
                 pyr_laps_of_points(points, most - points->number[point]) == laps;
    return known ? laps : PYR_NO_INT32;
}

/* The rows of the answer, and how far the car ahead is by then. */
static void walk(crossing_work *work) {
    const pyr_timeline *timeline = work->timeline;
    memcpy(work->next, timeline->car_first, (size_t)work->field->entries.count * sizeof *work->next);
    for (int64_t i = 0; i < timeline->count; i++) {
        int64_t point = timeline->row[i], row = work->session_rows[lap_row(&timeline->points, point)];
        work->next[timeline->entry[point]]++;
        if (row >= 0) {
            work->points[work->count] = point;
            work->rows[work->count] = row;
            work->interval_laps[work->count++] = laps_behind(work, point, timeline->overall.ahead[point]);
        }
    }
}

static int64_t time_behind(const pyr_points *points, int64_t point, int64_t reference) {
    return reference < 0 ? PYR_NO_TIME : points->time[point] - points->time[reference];
}

static void fill_places(const crossing_work *work, pyr_table *table) {
    static const int32_t columns[] = {POSITION, CLASS_POSITION, GAP_LAPS, INTERVAL_LAPS, CLASS_GAP_LAPS};
    const pyr_points *points = &work->timeline->points;
    const pyr_places *overall = &work->timeline->overall, *in_class = &work->timeline->in_class;
    int64_t *gap = pyr_table_array(table, GAP), *interval = pyr_table_array(table, INTERVAL);
    int64_t *class_gap = pyr_table_array(table, CLASS_GAP), *elapsed = pyr_table_array(table, ELAPSED);
    int32_t *to[PYR_COUNT(columns)];
    for (int32_t k = 0; k < PYR_COUNT(columns); k++) {
        to[k] = pyr_table_array(table, columns[k]);
    }
    for (int64_t i = 0; i < work->count; i++) {
        int64_t point = work->points[i];
        const int32_t from[PYR_COUNT(columns)] = {overall->position[point], in_class->position[point],
                                                  overall->gap_laps[point], work->interval_laps[i],
                                                  in_class->gap_laps[point]};
        for (int32_t k = 0; k < PYR_COUNT(columns); k++) {
            to[k][i] = from[k];
        }
        elapsed[i] = points->time[point];
        gap[i] = time_behind(points, point, overall->leader[point]);
        interval[i] = time_behind(points, point, overall->ahead[point]);
        class_gap[i] = time_behind(points, point, in_class->leader[point]);
    }
}

/* What laps say of the crossing of the line is not known of the sectors before. */
static void fill_laps(crossing_work *work, pyr_table *table) {
    enum { NONE = PYR_NOT_OF_LAPS };
    static const int32_t of_lap[] = {PYR_LAP_CAR, PYR_LAP_CLASS, PYR_LAP_LAP};
    static const int32_t of_line[] = {NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
                                      PYR_LAP_IN_PIT, PYR_LAP_FLAG};
    const int64_t per_lap = work->timeline->points.per_lap;
    bool sectors = any_sector(work->field);
    int32_t *sector = pyr_table_array(table, SECTOR);
    pyr_fill_from_laps(work->session, of_lap, PYR_COUNT(of_lap), work->rows, work->count, table);
    for (int64_t i = 0; i < work->count; i++) {
        int64_t ended = per_lap == 1 ? PYR_SECTORS : work->points[i] % per_lap + 1;
        sector[i] = sectors ? (int32_t)ended : PYR_NO_INT32;
        work->rows[i] = ended == PYR_SECTORS ? work->rows[i] : -1;
    }
    pyr_fill_from_laps(work->session, of_line, PYR_COUNT(of_line), work->rows, work->count, table);
}

static pyr_status answer(crossing_work *work, int32_t of, pyr_table **out, pyr_error *error) {
    PYR_TRY(prepare(work, of, error));
    walk(work);
    PYR_TRY(pyr_answer_new(work->session, &pyr_crossings_question, work->count, out, error));
    fill_laps(work, *out);
    fill_places(work, *out);
    return pyr_answer_finish(out, work->count, error);
}

pyr_status pyr_crossings(const pyr_session *session, const pyr_crossings_options *options, pyr_table **out,
                         pyr_error *error) {
    crossing_work work = {.session = session, .field = pyr_field_view(session)};
    *out = NULL;
    pyr_status status = answer(&work, options != NULL ? options->of : crossings_default.of, out, error);
    clear(&work);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_crossings(session, options, out, error);
}

const pyr_question pyr_crossings_question = {
    .name = "crossings",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .options = options_of_crossings,
    .option_count = PYR_COUNT(options_of_crossings),
    .options_default = &crossings_default,
    .options_size = sizeof crossings_default,
    .ask = ask,
};
