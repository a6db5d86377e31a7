#include "../model/timeline.h"
#include "clean.h"
#include "question.h"
#include "stints.h"

enum {
    STINT, STINT_LAP, DRIVER_STINT, POSITION, CLASS_POSITION, GAP, GAP_LAPS, CLASS_GAP, IN_LAP, OUT_LAP, CLEAN, REASON,
    ADDED_COUNT
};

static const pyr_field schema[] = {
    PYR_LAP_FIELDS,
    {"stint", PYR_INT32, false, NULL},
    {"stint_lap", PYR_INT32, false, NULL},
    {"driver_stint", PYR_INT32, false, NULL},
    {"position", PYR_INT32, true, NULL},
    {"class_position", PYR_INT32, true, NULL},
    {"gap", PYR_DURATION, true, NULL},
    {"gap_laps", PYR_INT32, true, NULL},
    {"class_gap", PYR_DURATION, true, NULL},
    {"in_lap", PYR_BOOL, false, NULL},
    {"out_lap", PYR_BOOL, false, NULL},
    {"clean", PYR_BOOL, false, NULL},
    {"reason", PYR_TEXT, true, pyr_clean_reason_words},
};

/* What is known of each lap of the field, and where the laps of the session stand there. */
typedef struct known_details {
    const pyr_session *session, *field;
    int64_t *rows;                          /* by lap row of the session: the row in the field */
    int32_t *stint, *stint_lap, *driver_stint; /* by lap row of the field */
    int8_t *reasons;                        /* by lap row of the session */
    const pyr_visits *visits;
    const pyr_timeline *timeline;
} known_details;

static void number_stint_laps(const pyr_session *field, const int32_t *stint, int32_t *stint_lap) {
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        int64_t first = field->entries.first_lap[entry];
        for (int64_t row = first; row < field->entries.first_lap[entry + 1]; row++) {
            stint_lap[row] = row > first && stint[row] == stint[row - 1] ? stint_lap[row - 1] + 1 : 1;
        }
    }
}

static pyr_status gather_details(known_details *details, pyr_error *error) {
    const pyr_session *field = details->field;
    const pyr_allocator *allocator = details->session->allocator;
    size_t count = (size_t)field->laps.count;
    PYR_TRY(pyr_field_rows(details->session, &details->rows, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *details->stint, &details->stint, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *details->stint_lap, &details->stint_lap, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *details->driver_stint, &details->driver_stint, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)details->session->laps.count, sizeof *details->reasons, &details->reasons,
                          error));
    PYR_TRY(pyr_session_visits(field, &details->visits, error));
    PYR_TRY(pyr_session_timeline(field, &details->timeline, error));
    PYR_TRY(pyr_clean_reasons(details->session, NULL, details->reasons, error));
    pyr_number_stints(field, details->visits, false, details->stint);
    pyr_number_stints(field, details->visits, true, details->driver_stint);
    number_stint_laps(field, details->stint, details->stint_lap);
    return PYR_OK;
}

static void clear_details(known_details *details) {
    const pyr_allocator *allocator = details->session->allocator;
    size_t count = (size_t)details->field->laps.count, own_count = (size_t)details->session->laps.count;
    pyr_release_array(allocator, details->rows, own_count, sizeof *details->rows);
    pyr_release_array(allocator, details->stint, count, sizeof *details->stint);
    pyr_release_array(allocator, details->stint_lap, count, sizeof *details->stint_lap);
    pyr_release_array(allocator, details->driver_stint, count, sizeof *details->driver_stint);
    pyr_release_array(allocator, details->reasons, own_count, sizeof *details->reasons);
}

static void fill_places(const known_details *details, pyr_table *table) {
    const pyr_places *overall = &details->timeline->overall, *in_class = &details->timeline->in_class;
    int32_t *position = pyr_table_array(table, POSITION), *class_position = pyr_table_array(table, CLASS_POSITION);
    int32_t *gap_laps = pyr_table_array(table, GAP_LAPS);
    int64_t *gap = pyr_table_array(table, GAP), *class_gap = pyr_table_array(table, CLASS_GAP);
    for (int64_t i = 0; i < details->session->laps.count; i++) {
        int64_t row = details->rows[i];
        position[i] = overall->position[row];
        class_position[i] = in_class->position[row];
        gap[i] = pyr_time_behind(details->field, row, overall->leader[row]);
        gap_laps[i] = overall->gap_laps[row];
        class_gap[i] = pyr_time_behind(details->field, row, in_class->leader[row]);
    }
}

static void fill_laps(const known_details *details, pyr_table *table) {
    int32_t *stint = pyr_table_array(table, STINT), *stint_lap = pyr_table_array(table, STINT_LAP);
    int32_t *driver_stint = pyr_table_array(table, DRIVER_STINT), *reason = pyr_table_array(table, REASON);
    uint8_t *in_lap = pyr_table_array(table, IN_LAP), *out_lap = pyr_table_array(table, OUT_LAP);
    uint8_t *clean = pyr_table_array(table, CLEAN);
    for (int64_t i = 0; i < details->session->laps.count; i++) {
        int64_t row = details->rows[i];
        stint[i] = details->stint[row];
        stint_lap[i] = details->stint_lap[row];
        driver_stint[i] = details->driver_stint[row];
        in_lap[i] = (details->visits->lap_marks[row] & PYR_IN_LAP) != 0;
        out_lap[i] = (details->visits->lap_marks[row] & PYR_OUT_LAP) != 0;
        clean[i] = details->reasons[i] == PYR_CLEAN;
        reason[i] = details->reasons[i];
    }
}

/* The columns beside those of the laps, then both together. */
static pyr_status answer(const known_details *details, pyr_table **out, pyr_error *error) {
    const pyr_session *session = details->session;
    pyr_table *added;
    PYR_TRY(pyr_table_new(session->allocator, schema + PYR_LAP_COLUMN_COUNT, ADDED_COUNT, session->laps.count, &added,
                          error));
    fill_laps(details, added);
    fill_places(details, added);
    PYR_TRY(pyr_answer_finish(&added, session->laps.count, error));
    pyr_status status = pyr_table_join(session->parts[PYR_LAPS], added, out, error);
    pyr_table_release(added);
    return status;
}

pyr_status pyr_lap_details(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    known_details details = {.session = session, .field = pyr_field_view(session)};
    *out = NULL;
    pyr_status status = gather_details(&details, error);
    if (status == PYR_OK) {
        status = answer(&details, out, error);
    }
    clear_details(&details);
    return status;
}

const pyr_question pyr_lap_details_question = {
    "lap_details", schema, PYR_COUNT(schema), NULL, 0, NULL, 0, pyr_lap_details,
};
