#include "../base/sort.h"
#include "../model/standing.h"

#include "class_races.h"
#include "question.h"

enum { CAR, CLASS, LEADER_LAP, POSITION, LAPS };
enum { MOST_ROWS = 100000000 }; /* a chart takes the time of as many, however few its cars ran to the end */

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"leader_lap", PYR_INT32, false, NULL},
    {"position", PYR_INT32, true, NULL},
    {"laps", PYR_INT32, false, NULL},
};

static const pyr_option options_of_chart[] = {
    {"by", PYR_OPTION_CHOICE, offsetof(pyr_race_options, by), pyr_race_by_words},
};
static const pyr_race_options chart_default = {PYR_RACE_OVERALL};

/* A row of the answer. */
typedef struct chart_row {
    int32_t entry; /* of the field */
    int32_t leader_lap, position, laps;
} chart_row;

/* The order of the cars of one race after another, kept as they cross. */
typedef struct chart_work {
    const pyr_session *session, *field;
    const pyr_timeline *timeline;
    pyr_class_races races;
    int64_t *session_rows;  /* by lap row of the field: the row in the session, or -1 */
    pyr_standing *standing; /* best first, as of the last lap that was drawn */
    pyr_standing *before;   /* as of the lap before */
    int32_t cars;           /* in `standing` */
    pyr_keyed *line;        /* the cars, race after race */
    int32_t lined_up;       /* of them: those of the races up to this one */
    int32_t *position;      /* by place */
    int64_t *crossed;       /* by entry of the field: its crossings so far */
    pyr_keyed *movers;      /* cars that have crossed since, by laps */
    int64_t drawn;          /* crossings of the race that `standing` knows */
    int64_t most_rows;      /* that the answer may have */
    chart_row *rows;
    size_t count, capacity;
} chart_work;

/* ---- The order as it changes ---- */

static int64_t last_crossing(const chart_work *work, int32_t entry) {
    const pyr_timeline *timeline = work->timeline;
    return work->crossed[entry] > 0 ? timeline->car_row[timeline->car_first[entry] + work->crossed[entry] - 1] : -1;
}

/* The cars that have crossed since `standing` was put in order, most laps first. Returns their number. */
static pyr_status find_movers(chart_work *work, int64_t crossings, int32_t *count, pyr_error *error) {
    *count = 0;
    for (int64_t i = work->drawn; i < crossings; i++) {
        int64_t row = work->races.row[i];
        int32_t entry = work->timeline->entry[row];
        if (last_crossing(work, entry) == row) {
            work->movers[(*count)++] = (pyr_keyed){-(int64_t)work->field->laps.lap[row], entry};
        }
    }
    work->drawn = crossings;
    return pyr_sort_close(work->session->allocator, work->movers, *count, error);
}

/* Each car that has crossed since goes past all who have completed fewer laps; the others keep their order. */
static pyr_status put_in_order(chart_work *work, int64_t crossings, pyr_error *error) {
    int32_t movers, moved = 0, place = 0;
    PYR_TRY(find_movers(work, crossings, &movers, error));
    pyr_standing *before = work->standing;
    work->standing = work->before;
    work->before = before;
    for (int32_t i = 0; i < work->cars; i++) {
        if (before[i].row != last_crossing(work, before[i].entry)) {
            continue;
        }
        for (; moved < movers && -work->movers[moved].key > before[i].laps; moved++) {
            int32_t entry = (int32_t)work->movers[moved].row;
            work->standing[place++] = pyr_standing_after(work->field, work->timeline, entry, work->crossed[entry]);
        }
        work->standing[place++] = before[i];
    }
    for (; moved < movers; moved++) {
        int32_t entry = (int32_t)work->movers[moved].row;
        work->standing[place++] = pyr_standing_after(work->field, work->timeline, entry, work->crossed[entry]);
    }
    return PYR_OK;
}

/* After so many crossings of the race. Cars that have crossed since `since`, when the leader ended that lap, or will
 * cross again, have a row. */
static pyr_status draw_lap(chart_work *work, int32_t leader_lap, int64_t since, int64_t crossings, pyr_error *error) {
    const pyr_timeline *timeline = work->timeline;
    if (leader_lap < 1) {
        return PYR_OK;
    }
    work->most_rows -= work->cars;
    if (work->most_rows < 0) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "a chart of so many cars over so many laps is beyond %d million places: ask for it by class",
                        MOST_ROWS / 1000000);
    }
    PYR_TRY(put_in_order(work, crossings, error));
    PYR_TRY(pyr_grow_array(work->session->allocator, &work->rows, &work->capacity, work->count + (size_t)work->cars,
                           sizeof *work->rows, error));
    pyr_number_standings(work->standing, work->cars, work->position);
    for (int32_t place = 0; place < work->cars; place++) {
        const pyr_standing *standing = &work->standing[place];
        int64_t last = standing->row < 0 ? -1 : timeline->car_row[timeline->car_first[standing->entry + 1] - 1];
        bool runs = standing->row >= 0 &&
                    (standing->row != last || work->field->laps.elapsed[standing->row] >= since);
        if (runs && work->session_rows[standing->row] >= 0) {
            work->rows[work->count++] =
                (chart_row){standing->entry, leader_lap, work->position[place], standing->laps};
        }
    }
    return PYR_OK;
}

/* The cars of the race, which follow those of the race before in the line. */
static void line_up(chart_work *work, int32_t race) {
    work->cars = 0;
    work->drawn = work->races.first[race];
    for (; work->lined_up < work->field->entries.count && work->line[work->lined_up].key <= race; work->lined_up++) {
        if (work->line[work->lined_up].key == race) {
            int32_t entry = (int32_t)work->line[work->lined_up].row;
            work->crossed[entry] = 0;
            work->standing[work->cars++] = pyr_standing_after(work->field, work->timeline, entry, 0);
        }
    }
}

/* Each lap of the leader is drawn as it ends the next one: every car has had its time to come round. */
static pyr_status draw_race(chart_work *work, int32_t race, pyr_error *error) {
    const pyr_laps *laps = &work->field->laps;
    int32_t leader_lap = -1;
    int64_t since = 0;
    line_up(work, race);
    for (int64_t i = work->races.first[race]; i < work->races.first[race + 1]; i++) {
        int64_t row = work->races.row[i];
        if (laps->lap[row] > leader_lap) {
            PYR_TRY(draw_lap(work, leader_lap, since, i, error));
            leader_lap = laps->lap[row];
            since = laps->elapsed[row];
        }
        work->crossed[work->timeline->entry[row]]++;
    }
    return draw_lap(work, leader_lap, since, work->races.first[race + 1], error);
}

/* ---- The answer ---- */

static pyr_status prepare(chart_work *work, int32_t by, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t cars = (size_t)work->field->entries.count;
    PYR_TRY(pyr_session_timeline(work->field, &work->timeline, error));
    PYR_TRY(pyr_class_races_find(work->field, work->timeline, by, &work->races, error));
    PYR_TRY(pyr_session_rows(work->session, &work->session_rows, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->standing, &work->standing, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->before, &work->before, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->position, &work->position, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->crossed, &work->crossed, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->movers, &work->movers, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->line, &work->line, error));
    for (size_t entry = 0; entry < cars; entry++) {
        work->line[entry] = (pyr_keyed){work->races.of_entry[entry], (int64_t)entry};
    }
    return pyr_sort_close(allocator, work->line, work->field->entries.count, error);
}

static void clear(chart_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t cars = (size_t)work->field->entries.count;
    pyr_class_races_clear(&work->races);
    pyr_release_array(allocator, work->session_rows, (size_t)work->field->laps.count, sizeof *work->session_rows);
    pyr_release_array(allocator, work->standing, cars, sizeof *work->standing);
    pyr_release_array(allocator, work->before, cars, sizeof *work->before);
    pyr_release_array(allocator, work->position, cars, sizeof *work->position);
    pyr_release_array(allocator, work->line, cars, sizeof *work->line);
    pyr_release_array(allocator, work->movers, cars, sizeof *work->movers);
    pyr_release_array(allocator, work->crossed, cars, sizeof *work->crossed);
    pyr_release_array(allocator, work->rows, work->capacity, sizeof *work->rows);
}

static pyr_status answer(chart_work *work, int32_t by, pyr_table **out, pyr_error *error) {
    PYR_TRY(prepare(work, by, error));
    for (int32_t race = 0; race < work->races.count; race++) {
        PYR_TRY(draw_race(work, race, error));
    }
    PYR_TRY(pyr_answer_new(work->field, &pyr_lap_chart_question, (int64_t)work->count, out, error));
    int32_t *car = pyr_table_array(*out, CAR), *class_code = pyr_table_array(*out, CLASS);
    int32_t *leader_lap = pyr_table_array(*out, LEADER_LAP), *position = pyr_table_array(*out, POSITION);
    int32_t *laps = pyr_table_array(*out, LAPS);
    for (size_t i = 0; i < work->count; i++) {
        const chart_row *row = &work->rows[i];
        car[i] = work->field->entries.car[row->entry];
        class_code[i] = work->field->entries.class_code[row->entry];
        leader_lap[i] = row->leader_lap;
        position[i] = row->position;
        laps[i] = row->laps;
    }
    return pyr_answer_finish(out, (int64_t)work->count, error);
}

pyr_status pyr_lap_chart(const pyr_session *session, const pyr_race_options *options, pyr_table **out,
                         pyr_error *error) {
    chart_work work = {.session = session, .field = pyr_field_view(session), .most_rows = MOST_ROWS};
    options = options != NULL ? options : &chart_default;
    *out = NULL;
    PYR_TRY(pyr_require_race(session, error));
    pyr_status status = answer(&work, options->by, out, error);
    clear(&work);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_lap_chart(session, options, out, error);
}

const pyr_question pyr_lap_chart_question = {
    .name = "lap_chart",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .options = options_of_chart,
    .option_count = PYR_COUNT(options_of_chart),
    .options_default = &chart_default,
    .options_size = sizeof chart_default,
    .ask = ask,
};
