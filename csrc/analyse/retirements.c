#include "../base/sort.h"
#include "../model/timeline.h"
#include "question.h"

enum { CAR, CLASS, LAST_LAP, ELAPSED, IN_PIT, FLAG, DRIVER, REASON, LEADER_LAP, STATUS };

/* Where the car was left behind by the race. */
typedef enum retirement_reason { IN_PIT_LANE, ON_TRACK, IS_DISQUALIFIED } retirement_reason;
static const char *const reason_words[] = {"pit_lane", "on_track", "disqualified", NULL};

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"last_lap", PYR_INT32, false, NULL},
    {"elapsed", PYR_DURATION, true, NULL},
    {"in_pit", PYR_BOOL, false, NULL},
    {"flag", PYR_TEXT, true, pyr_flag_words},
    {"driver", PYR_TEXT, true, NULL},
    {"reason", PYR_TEXT, false, reason_words},
    {"leader_lap", PYR_INT32, true, NULL},
    {"status", PYR_TEXT, true, pyr_result_status_words},
};

typedef struct retirement_work {
    const pyr_session *session, *field;
    const pyr_timeline *timeline;
    int64_t *session_rows; /* by lap row of the field: the row in the session, or -1 */
    int32_t *status;       /* by entry of the field: a published pyr_result_status, -1: none */
    pyr_keyed *retired;    /* last lap rows of the field */
    int64_t count;
} retirement_work;

/* ---- Who did not reach the end ---- */

static void read_published(const retirement_work *work) {
    const pyr_session *field = work->field;
    const pyr_column *car = pyr_part_column(field, PYR_RESULTS, PYR_RESULT_CAR);
    const pyr_column *status = pyr_part_column(field, PYR_RESULTS, PYR_RESULT_STATUS);
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        work->status[entry] = -1;
    }
    for (int64_t row = 0; row < pyr_table_row_count(field->parts[PYR_RESULTS]); row++) {
        int32_t entry = pyr_find_entry(field, pyr_dictionary_text_view(car->dictionary, pyr_int32s(car)[row]));
        if (entry >= 0) {
            work->status[entry] = pyr_int32s(status)[row];
        }
    }
}

/* A car reached the end if it took the flag; where no lap of the field is flagged chequered, if it crossed with the
 * winner or after him. Where a lens ended the race early, neither is it who ran on. */
static void find_retired(retirement_work *work) {
    const pyr_session *field = work->field;
    const pyr_laps *laps = &field->laps;
    const pyr_column *running = pyr_part_column(field, PYR_ENTRIES, PYR_ENTRY_RUNNING);
    int64_t winner = pyr_leader_crossing(field, work->timeline, 0);
    bool flags = pyr_any_chequered(laps);
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        int64_t last = pyr_last_lap_row(&field->entries, entry), crossed = work->timeline->car_first[entry + 1] - 1;
        if (last < field->entries.first_lap[entry] || work->session_rows[last] < 0 || pyr_true(running, entry)) {
            continue;
        }
        bool crosses = crossed >= work->timeline->car_first[entry];
        int64_t time = crosses ? laps->elapsed[work->timeline->car_row[crossed]] : -1;
        bool finished = flags ? laps->flag[last] == PYR_FLAG_CHEQUERED
                              : winner < 0 || time >= laps->elapsed[winner];
        if (!finished) {
            work->retired[work->count++] = (pyr_keyed){time, last};
        }
    }
}

static pyr_status prepare(retirement_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t cars = (size_t)work->field->entries.count;
    PYR_TRY(pyr_session_timeline(work->field, &work->timeline, error));
    PYR_TRY(pyr_session_rows(work->session, &work->session_rows, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->status, &work->status, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->retired, &work->retired, error));
    read_published(work);
    find_retired(work);
    return pyr_sort(allocator, work->retired, work->count, NULL, NULL, error);
}

static void clear(retirement_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t cars = (size_t)work->field->entries.count;
    pyr_release_array(allocator, work->session_rows, (size_t)work->field->laps.count, sizeof *work->session_rows);
    pyr_release_array(allocator, work->status, cars, sizeof *work->status);
    pyr_release_array(allocator, work->retired, cars, sizeof *work->retired);
}

/* ---- The answer ---- */

static void fill_car(const retirement_work *work, int64_t row, int64_t at, pyr_table *table) {
#define INT32_AT(column) ((int32_t *)pyr_table_array(table, column))[at]
    const pyr_laps *laps = &work->field->laps;
    int32_t entry = work->timeline->entry[row], behind = work->timeline->overall.gap_laps[row];
    bool in_pit = pyr_lap_in_pit(laps, row);
    INT32_AT(CAR) = laps->car[row];
    INT32_AT(CLASS) = work->field->entries.class_code[entry];
    INT32_AT(LAST_LAP) = laps->lap[row];
    ((int64_t *)pyr_table_array(table, ELAPSED))[at] = laps->elapsed[row];
    ((uint8_t *)pyr_table_array(table, IN_PIT))[at] = in_pit;
    INT32_AT(FLAG) = laps->flag[row];
    INT32_AT(DRIVER) = laps->driver[row];
    INT32_AT(REASON) = work->status[entry] == PYR_DISQUALIFIED ? IS_DISQUALIFIED : in_pit ? IN_PIT_LANE : ON_TRACK;
    INT32_AT(LEADER_LAP) = behind == PYR_NO_INT32 ? PYR_NO_INT32 : laps->lap[row] + behind;
    INT32_AT(STATUS) = work->status[entry];
#undef INT32_AT
}

static pyr_status answer(retirement_work *work, pyr_table **out, pyr_error *error) {
    PYR_TRY(prepare(work, error));
    PYR_TRY(pyr_answer_new(work->field, &pyr_retirements_question, work->count, out, error));
    for (int64_t i = 0; i < work->count; i++) {
        fill_car(work, work->retired[i].row, i, *out);
    }
    return pyr_answer_finish(out, work->count, error);
}

pyr_status pyr_retirements(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    retirement_work work = {.session = session, .field = pyr_field_view(session)};
    *out = NULL;
    PYR_TRY(pyr_require_race(session, error));
    pyr_status status = answer(&work, out, error);
    clear(&work);
    return status;
}

const pyr_question pyr_retirements_question = {
    .name = "retirements",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .ask = pyr_retirements,
};
