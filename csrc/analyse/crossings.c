#include "../model/timeline.h"

#include "lap_rows.h"

enum { POSITION = 4, CLASS_POSITION, GAP, GAP_LAPS, INTERVAL, INTERVAL_LAPS, CLASS_GAP, CLASS_GAP_LAPS };

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
    {"in_pit", PYR_BOOL, false, NULL},
    {"flag", PYR_TEXT, true, pyr_flag_words},
};
static const int32_t lap_columns[] = {
    PYR_LAP_CAR,     PYR_LAP_CLASS,   PYR_LAP_LAP,     PYR_LAP_ELAPSED, PYR_NOT_OF_LAPS, PYR_NOT_OF_LAPS,
    PYR_NOT_OF_LAPS, PYR_NOT_OF_LAPS, PYR_NOT_OF_LAPS, PYR_NOT_OF_LAPS, PYR_NOT_OF_LAPS, PYR_NOT_OF_LAPS,
    PYR_LAP_IN_PIT,  PYR_LAP_FLAG,
};

/* The crossings of the field in time order, and the rows of the answer among them. */
typedef struct crossing_work {
    const pyr_session *session, *field;
    const pyr_timeline *timeline;
    int64_t *field_rows;    /* by lap row of the session: the row in the field */
    int64_t *session_rows;  /* by lap row of the field: the row in the session, or -1 */
    int32_t *completed;     /* by entry of the field: the lap of its last crossing so far */
    int32_t *interval_laps; /* by row of the answer */
    int64_t *rows;          /* by row of the answer: the lap row of the session */
    int64_t count;
} crossing_work;

static pyr_status prepare(crossing_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t own = (size_t)work->session->laps.count;
    PYR_TRY(pyr_session_timeline(work->field, &work->timeline, error));
    PYR_TRY(pyr_field_rows(work->session, &work->field_rows, error));
    PYR_TRY(pyr_new_array(allocator, own, sizeof *work->rows, &work->rows, error));
    PYR_TRY(pyr_new_array(allocator, own, sizeof *work->interval_laps, &work->interval_laps, error));
    PYR_TRY(pyr_session_rows(work->session, &work->session_rows, error));
    return pyr_new_array(allocator, (size_t)work->field->entries.count, sizeof *work->completed, &work->completed,
                         error);
}

static void clear(crossing_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t own = (size_t)work->session->laps.count, all = (size_t)work->field->laps.count;
    pyr_release_array(allocator, work->field_rows, own, sizeof *work->field_rows);
    pyr_release_array(allocator, work->rows, own, sizeof *work->rows);
    pyr_release_array(allocator, work->interval_laps, own, sizeof *work->interval_laps);
    pyr_release_array(allocator, work->session_rows, all, sizeof *work->session_rows);
    pyr_release_array(allocator, work->completed, (size_t)work->field->entries.count, sizeof *work->completed);
}

/* The rows of the answer, and how many laps more the car ahead has completed by then. */
static void walk(crossing_work *work) {
    const int32_t *lap = work->field->laps.lap, *entry_of = work->timeline->entry;
    for (int64_t i = 0; i < work->timeline->count; i++) {
        int64_t row = work->timeline->row[i], ahead = work->timeline->overall.ahead[row];
        work->completed[entry_of[row]] = lap[row];
        if (work->session_rows[row] >= 0) {
            work->rows[work->count] = work->session_rows[row];
            work->interval_laps[work->count++] =
                ahead < 0 ? PYR_NO_INT32 : work->completed[entry_of[ahead]] - lap[row];
        }
    }
}

static void fill_places(const crossing_work *work, pyr_table *table) {
    static const int32_t columns[] = {POSITION, CLASS_POSITION, GAP_LAPS, INTERVAL_LAPS, CLASS_GAP_LAPS};
    const pyr_places *overall = &work->timeline->overall, *in_class = &work->timeline->in_class;
    int64_t *gap = pyr_table_array(table, GAP), *interval = pyr_table_array(table, INTERVAL);
    int64_t *class_gap = pyr_table_array(table, CLASS_GAP);
    int32_t *to[PYR_COUNT(columns)];
    for (int32_t k = 0; k < PYR_COUNT(columns); k++) {
        to[k] = pyr_table_array(table, columns[k]);
    }
    for (int64_t i = 0; i < work->count; i++) {
        int64_t row = work->field_rows[work->rows[i]];
        const int32_t from[PYR_COUNT(columns)] = {overall->position[row], in_class->position[row],
                                                  overall->gap_laps[row], work->interval_laps[i],
                                                  in_class->gap_laps[row]};
        for (int32_t k = 0; k < PYR_COUNT(columns); k++) {
            to[k][i] = from[k];
        }
        gap[i] = pyr_time_behind(work->field, row, overall->leader[row]);
        interval[i] = pyr_time_behind(work->field, row, overall->ahead[row]);
        class_gap[i] = pyr_time_behind(work->field, row, in_class->leader[row]);
    }
}

static pyr_status answer(crossing_work *work, pyr_table **out, pyr_error *error) {
    PYR_TRY(prepare(work, error));
    walk(work);
    PYR_TRY(pyr_answer_new(work->session, &pyr_crossings_question, work->count, out, error));
    pyr_fill_from_laps(work->session, lap_columns, PYR_COUNT(lap_columns), work->rows, work->count, *out);
    fill_places(work, *out);
    return pyr_answer_finish(out, work->count, error);
}

pyr_status pyr_crossings(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    crossing_work work = {.session = session, .field = pyr_field_view(session)};
    *out = NULL;
    pyr_status status = answer(&work, out, error);
    clear(&work);
    return status;
}

const pyr_question pyr_crossings_question = {
    "crossings", schema, PYR_COUNT(schema), NULL, 0, NULL, 0, pyr_crossings,
};
