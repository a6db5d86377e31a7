#include "../model/timeline.h"

#include <string.h>

#include "../text/near.h"
#include "question.h"

enum { CAR, CLASS, LAP, ELAPSED, GAP, GAP_LAPS, REFERENCE };

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"lap", PYR_INT32, false, NULL},
    {"elapsed", PYR_DURATION, true, NULL},
    {"gap", PYR_DURATION, true, NULL},
    {"gap_laps", PYR_INT32, true, NULL},
    {"reference", PYR_TEXT, true, NULL},
};

static const pyr_option options_of_gaps[] = {{"to", PYR_OPTION_TEXT, offsetof(pyr_gaps_options, to), NULL}};
static const pyr_gaps_options gaps_default = {{NULL, 0}};

/* What the gap is to; all but the last have words, in this order. */
typedef enum reference_kind {
    TO_LEADER, TO_CLASS_LEADER, TO_AHEAD, TO_BEHIND, TO_CLASS_AHEAD, TO_CLASS_BEHIND, TO_MEAN, TO_CAR
} reference_kind;
static const char *const reference_words[TO_CAR] = {
    "leader", "class_leader", "ahead", "behind", "class_ahead", "class_behind", "mean",
};

typedef struct gap_work {
    const pyr_session *session, *field;
    const pyr_timeline *timeline;
    reference_kind to;
    int32_t entry;       /* of the field, for TO_CAR */
    int64_t winner;      /* the last crossing of the leader, for TO_MEAN */
    int64_t *field_rows; /* by lap row of the session */
    int64_t *behind;     /* for TO_BEHIND, by lap row of the field: crossing of the car one position behind, or -1 */
} gap_work;

/* ---- The reference ---- */

static pyr_status read_to(gap_work *work, pyr_text to, pyr_error *error) {
    const pyr_column *car = pyr_part_column(work->field, PYR_ENTRIES, PYR_ENTRY_CAR);
    pyr_near near = {.asked = to};
    if (to.data == NULL) {
        return PYR_OK;
    }
    for (int32_t word = 0; word < TO_CAR; word++) {
        if (pyr_text_equal(to, pyr_text_of(reference_words[word]))) {
            work->to = (reference_kind)word;
            return PYR_OK;
        }
        pyr_near_offer(&near, pyr_text_of(reference_words[word]));
    }
    work->to = TO_CAR;
    work->entry = pyr_find_entry(work->field, to);
    for (int32_t entry = 0; entry < work->field->entries.count && work->entry < 0; entry++) {
        pyr_near_offer(&near, pyr_dictionary_text_view(car->dictionary, work->field->entries.car[entry]));
    }
    return work->entry >= 0 ? PYR_OK : pyr_near_fail(&near, "car or reference", error);
}

static const pyr_places *places_of(const gap_work *work) {
    bool in_class = work->to == TO_CLASS_LEADER || work->to == TO_CLASS_AHEAD || work->to == TO_CLASS_BEHIND;
    return in_class ? &work->timeline->in_class : &work->timeline->overall;
}

static void find_behind(const gap_work *work) {
    const int64_t *ahead = places_of(work)->ahead;
    for (int64_t row = 0; row < work->field->laps.count; row++) {
        work->behind[row] = -1;
    }
    for (int64_t i = 0; i < work->timeline->count; i++) {
        int64_t row = work->timeline->row[i];
        if (ahead[row] >= 0) {
            work->behind[ahead[row]] = row;
        }
    }
}

static pyr_status prepare(gap_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    PYR_TRY(pyr_session_timeline(work->field, &work->timeline, error));
    work->winner = pyr_leader_crossing(work->field, work->timeline, 0);
    if (work->to == TO_MEAN && (work->winner < 0 || work->field->laps.lap[work->winner] < 1)) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "the winner has no lap with a time, so there is no average pace; ask for the gaps to a car");
    }
    PYR_TRY(pyr_field_rows(work->session, &work->field_rows, error));
    if (work->to == TO_BEHIND || work->to == TO_CLASS_BEHIND) {
        PYR_TRY(pyr_new_array(allocator, (size_t)work->field->laps.count, sizeof *work->behind, &work->behind, error));
        find_behind(work);
    }
    return PYR_OK;
}

static void clear(gap_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    pyr_release_array(allocator, work->field_rows, (size_t)work->session->laps.count, sizeof *work->field_rows);
    pyr_release_array(allocator, work->behind, (size_t)work->field->laps.count, sizeof *work->behind);
}

static bool is_crossing(const gap_work *work, int64_t row) {
    int32_t entry = work->timeline->entry[row];
    return pyr_crossing_of_lap(work->field, work->timeline, entry, work->field->laps.lap[row]) == row;
}

/* The crossing of the same lap that the gap at `row` is measured to; -1: none, or the row is no crossing. */
static int64_t reference_of(const gap_work *work, int64_t row) {
    switch (work->to) {
    case TO_LEADER:
    case TO_CLASS_LEADER:
        return places_of(work)->leader[row];
    case TO_AHEAD:
    case TO_CLASS_AHEAD:
        return places_of(work)->ahead[row];
    case TO_BEHIND:
    case TO_CLASS_BEHIND:
        return work->behind[row];
    case TO_CAR:
        return is_crossing(work, row)
                   ? pyr_crossing_of_lap(work->field, work->timeline, work->entry, work->field->laps.lap[row])
                   : -1;
    case TO_MEAN:
        break;
    }
    return -1;
}

/* ---- A car at the winner's average pace ---- */

/* When it ends lap `lap`, at most the last one, rounded down. */
static int64_t mean_time(const gap_work *work, int32_t lap) {
    int64_t time = work->field->laps.elapsed[work->winner], laps = work->field->laps.lap[work->winner];
    return time / laps * lap + time % laps * lap / laps;
}

/* How many laps it has completed at `time`. */
static int32_t mean_laps(const gap_work *work, int64_t time) {
    int32_t low = 0, high = work->field->laps.lap[work->winner];
    while (low < high) {
        int32_t middle = high - (high - low) / 2;
        if (mean_time(work, middle) <= time) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

static void measure_mean(const gap_work *work, int64_t row, int64_t *gap, int32_t *gap_laps) {
    const pyr_laps *laps = &work->field->laps;
    *gap = PYR_NO_TIME;
    *gap_laps = PYR_NO_INT32;
    if (laps->lap[row] > laps->lap[work->winner]) {
        return;
    }
    int64_t mean = mean_time(work, laps->lap[row]);
    *gap = laps->elapsed[row] - mean;
    *gap_laps = *gap >= 0 ? mean_laps(work, laps->elapsed[row]) - laps->lap[row]
                          : pyr_laps_since(work->field, work->timeline, row, mean);
    if (*gap < 0 && *gap_laps != PYR_NO_INT32) {
        *gap_laps = -*gap_laps;
    }
}

/* ---- The answer ---- */

static void measure(const gap_work *work, int64_t row, int64_t reference, int64_t *gap, int32_t *gap_laps) {
    *gap = pyr_time_behind(work->field, row, reference);
    *gap_laps = work->to == TO_LEADER || work->to == TO_CLASS_LEADER
                    ? places_of(work)->gap_laps[row]
                    : pyr_laps_behind(work->field, work->timeline, row, reference);
}

static void fill_laps(const pyr_session *session, pyr_table *table) {
    size_t rows = (size_t)session->laps.count;
    memcpy(pyr_table_array(table, CAR), session->laps.car, rows * sizeof *session->laps.car);
    memcpy(pyr_table_array(table, CLASS), session->laps.class_code, rows * sizeof *session->laps.class_code);
    memcpy(pyr_table_array(table, LAP), session->laps.lap, rows * sizeof *session->laps.lap);
    memcpy(pyr_table_array(table, ELAPSED), session->laps.elapsed, rows * sizeof *session->laps.elapsed);
}

static void fill_gaps(const gap_work *work, pyr_table *table) {
    int64_t *gap = pyr_table_array(table, GAP);
    int32_t *gap_laps = pyr_table_array(table, GAP_LAPS), *car = pyr_table_array(table, REFERENCE);
    for (int64_t i = 0; i < work->session->laps.count; i++) {
        int64_t row = work->field_rows[i], reference = reference_of(work, row);
        measure(work, row, reference, &gap[i], &gap_laps[i]);
        car[i] = reference < 0 ? -1 : work->field->laps.car[reference];
        if (work->to == TO_MEAN && is_crossing(work, row)) {
            measure_mean(work, row, &gap[i], &gap_laps[i]);
        }
    }
}

static pyr_status answer(gap_work *work, pyr_table **out, pyr_error *error) {
    const pyr_session *session = work->session;
    PYR_TRY(prepare(work, error));
    PYR_TRY(pyr_answer_new(session, &pyr_gaps_question, session->laps.count, out, error));
    pyr_table_set_dictionary(*out, REFERENCE, pyr_part_column(work->field, PYR_LAPS, PYR_LAP_CAR)->dictionary);
    fill_laps(session, *out);
    fill_gaps(work, *out);
    return pyr_answer_finish(out, session->laps.count, error);
}

pyr_status pyr_gaps(const pyr_session *session, const pyr_gaps_options *options, pyr_table **out, pyr_error *error) {
    gap_work work = {.session = session, .field = pyr_field_view(session), .to = TO_LEADER, .entry = -1};
    *out = NULL;
    PYR_TRY(pyr_require_race(session, error));
    PYR_TRY(read_to(&work, options != NULL ? options->to : gaps_default.to, error));
    pyr_status status = answer(&work, out, error);
    clear(&work);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_gaps(session, options, out, error);
}

const pyr_question pyr_gaps_question = {
    .name = "gaps",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .options = options_of_gaps,
    .option_count = PYR_COUNT(options_of_gaps),
    .options_default = &gaps_default,
    .options_size = sizeof gaps_default,
    .ask = ask,
};
