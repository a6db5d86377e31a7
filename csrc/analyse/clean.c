#include "clean.h"

#include "../base/sort.h"
#include "../model/field.h"
#include "../model/green.h"
#include "../model/timeline.h"
#include "../model/visits.h"

const char *const pyr_clean_reason_words[] = {
    "first_lap", "in_lap",       "out_lap",       "neutralised", "after_neutralisation", "deleted",
    "wet",       "missing_time", "field_anomaly", "slow",        "missing_sector",       NULL,
};
const pyr_clean_options pyr_clean_default = {.slow = 0.07, .anomaly = 1.3};

/* ---- Reasons that a lap carries itself ---- */

/* What a lap is judged by. Weather readings stand in the order of time. */
typedef struct lap_facts {
    const pyr_laps *laps;
    const uint8_t *marks; /* of the visits to the pit lane */
    const uint8_t *green;
    const pyr_column *deleted, *clocks, *rain;
    int64_t reading_count;
} lap_facts;

/* The last reading at or before `clock` says rain. */
static bool rains_at(const lap_facts *facts, int64_t clock) {
    int64_t next = pyr_first_above(pyr_int64s(facts->clocks), 0, facts->reading_count, clock);
    return next > 0 && clock != PYR_NO_TIME && pyr_true(facts->rain, next - 1);
}

static pyr_clean_reason own_reason(const lap_facts *facts, int64_t row, int64_t first) {
    const pyr_laps *laps = facts->laps;
    bool follows = row > first && laps->lap[row] - laps->lap[row - 1] == 1;
    if (laps->lap[row] <= 1) {
        return PYR_FIRST_LAP;
    }
    if (facts->marks[row] & PYR_IN_LAP) {
        return PYR_REASON_IN_LAP;
    }
    if (facts->marks[row] & PYR_OUT_LAP) {
        return PYR_REASON_OUT_LAP;
    }
    if (facts->green[row] == 0) {
        return PYR_NEUTRALISED;
    }
    if (follows && facts->green[row - 1] == 0) {
        return PYR_AFTER_NEUTRALISATION;
    }
    if (pyr_true(facts->deleted, row)) {
        return PYR_DELETED_LAP;
    }
    if (rains_at(facts, laps->clock[row])) {
        return PYR_WET;
    }
    return laps->lap_time[row] == PYR_NO_TIME ? PYR_MISSING_TIME : PYR_CLEAN;
}

static pyr_status find_own_reasons(const pyr_session *field, int8_t *reasons, pyr_error *error) {
    const pyr_visits *visits;
    const uint8_t *green;
    PYR_TRY(pyr_session_visits(field, &visits, error));
    PYR_TRY(pyr_session_green_laps(field, &green, error));
    const lap_facts facts = {
        .laps = &field->laps,
        .marks = visits->lap_marks,
        .green = green,
        .deleted = pyr_part_column(field, PYR_LAPS, PYR_LAP_DELETED),
        .clocks = pyr_part_column(field, PYR_WEATHER, PYR_WEATHER_CLOCK),
        .rain = pyr_part_column(field, PYR_WEATHER, PYR_WEATHER_RAIN),
        .reading_count = pyr_table_row_count(field->parts[PYR_WEATHER]),
    };
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        int64_t first = field->entries.first_lap[entry];
        for (int64_t row = first; row < field->entries.first_lap[entry + 1]; row++) {
            reasons[row] = (int8_t)own_reason(&facts, row, first);
        }
    }
    return PYR_OK;
}

/* ---- The median of each class ---- */

/* Lap times of laps without a reason so far, class after class; first[c] is where class code c - 1 begins. */
static void gather_by_class(const pyr_laps *laps, const int8_t *reasons, int32_t class_count, int64_t *first,
                            int64_t *times) {
    for (int32_t i = 0; i <= class_count + 1; i++) {
        first[i] = 0;
    }
    for (int64_t row = 0; row < laps->count; row++) {
        first[laps->class_code[row] + 2] += reasons[row] == PYR_CLEAN;
    }
    for (int32_t i = 1; i <= class_count + 1; i++) {
        first[i] += first[i - 1];
    }
    for (int64_t row = 0; row < laps->count; row++) {
        if (reasons[row] == PYR_CLEAN) {
            times[first[laps->class_code[row] + 1]++] = laps->lap_time[row];
        }
    }
    for (int32_t i = class_count + 1; i > 0; i--) { /* each moved to where the next begins */
        first[i] = first[i - 1];
    }
    first[0] = 0;
}

/* By class code + 1; PYR_NO_TIME for a class without such laps. */
static pyr_status find_medians(const pyr_session *field, const int8_t *reasons, int32_t class_count, int64_t *medians,
                               pyr_error *error) {
    const pyr_allocator *allocator = field->allocator;
    size_t rows = (size_t)field->laps.count, firsts = (size_t)class_count + 2;
    int64_t *times, *first;
    PYR_TRY(pyr_new_array(allocator, rows, sizeof *times, &times, error));
    pyr_status status = pyr_new_array(allocator, firsts, sizeof *first, &first, error);
    if (status == PYR_OK) {
        gather_by_class(&field->laps, reasons, class_count, first, times);
        for (int32_t i = 0; i <= class_count; i++) {
            medians[i] = pyr_median(times + first[i], first[i + 1] - first[i]);
        }
        pyr_release_array(allocator, first, firsts, sizeof *first);
    }
    pyr_release_array(allocator, times, rows, sizeof *times);
    return status;
}

/* ---- Reasons that show beside others ---- */

/* Counts of laps without a reason of their own among the first i crossings: all, and those over the anomaly limit; and
 * when the last of these crossings was. */
typedef struct crossing_counts {
    int64_t time;
    int64_t all, anomalous;
} crossing_counts;

typedef struct pace_judgement {
    const pyr_session *field;
    const pyr_clean_options *options;
    const int64_t *medians; /* by class code + 1 */
    const pyr_timeline *timeline;
    const crossing_counts *counts;
    bool sector_published[PYR_SECTORS];
} pace_judgement;

static bool exceeds(const pace_judgement *judgement, int64_t row, double factor) {
    int64_t median = judgement->medians[judgement->field->laps.class_code[row] + 1];
    return median != PYR_NO_TIME && (double)judgement->field->laps.lap_time[row] > factor * (double)median;
}

static void count_crossings(const pace_judgement *judgement, const int8_t *reasons, crossing_counts *counts) {
    counts[0] = (crossing_counts){PYR_NO_TIME, 0, 0};
    for (int64_t i = 0; i < judgement->timeline->count; i++) {
        int64_t row = judgement->timeline->row[i];
        bool judged = reasons[row] == PYR_CLEAN;
        counts[i + 1] = (crossing_counts){
            judgement->field->laps.elapsed[row],
            counts[i].all + judged,
            counts[i].anomalous + (judged && exceeds(judgement, row, judgement->options->anomaly)),
        };
    }
}

/* The number of crossings up to and at `instant`, at least `from`: found in steps that grow, then shrink. */
static int64_t crossings_until(const pace_judgement *judgement, int64_t instant, int64_t from) {
    const crossing_counts *counts = judgement->counts;
    int64_t low = from, step = 16, last = judgement->timeline->count;
    while (low + step <= last && counts[low + step].time <= instant) {
        low += step;
        step *= 2;
    }
    int64_t high = low + step < last ? low + step : last;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        if (counts[middle].time <= instant) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/* More than half of the field's laps that ended while this lap was driven are over the anomaly limit. */
static bool field_was_slow(const pace_judgement *judgement, int64_t row) {
    int64_t end = judgement->field->laps.elapsed[row], lap_time = judgement->field->laps.lap_time[row];
    if (end == PYR_NO_TIME || lap_time <= 0 || end < PYR_NO_TIME + lap_time) {
        return false;
    }
    int64_t first = crossings_until(judgement, end - lap_time, 0), last = crossings_until(judgement, end, first);
    int64_t all = judgement->counts[last].all - judgement->counts[first].all;
    int64_t anomalous = judgement->counts[last].anomalous - judgement->counts[first].anomalous;
    return 2 * anomalous > all;
}

static pyr_clean_reason judge(const pace_judgement *judgement, int64_t row) {
    if (exceeds(judgement, row, 1.0 + judgement->options->slow)) {
        return field_was_slow(judgement, row) ? PYR_FIELD_ANOMALY : PYR_SLOW;
    }
    for (int32_t sector = 0; sector < PYR_SECTORS; sector++) {
        if (judgement->sector_published[sector] && judgement->field->laps.sector[sector][row] == PYR_NO_TIME) {
            return PYR_MISSING_SECTOR;
        }
    }
    return PYR_CLEAN;
}

static pyr_status judge_with_medians(const pyr_session *field, const pyr_clean_options *options, const int64_t *medians,
                                     int8_t *reasons, pyr_error *error) {
    pace_judgement judgement = {.field = field, .options = options, .medians = medians};
    crossing_counts *counts;
    for (int32_t sector = 0; sector < PYR_SECTORS; sector++) {
        judgement.sector_published[sector] = pyr_sector_published(field, sector);
    }
    PYR_TRY(pyr_session_timeline(field, &judgement.timeline, error));
    size_t size = (size_t)judgement.timeline->count + 1;
    PYR_TRY(pyr_new_array(field->allocator, size, sizeof *counts, &counts, error));
    count_crossings(&judgement, reasons, counts);
    judgement.counts = counts;
    for (int64_t row = 0; row < field->laps.count; row++) {
        if (reasons[row] == PYR_CLEAN) {
            reasons[row] = (int8_t)judge(&judgement, row);
        }
    }
    pyr_release_array(field->allocator, counts, size, sizeof *counts);
    return PYR_OK;
}

static pyr_status find_field_reasons(const pyr_session *field, const pyr_clean_options *options, int8_t *reasons,
                                     pyr_error *error) {
    int32_t class_count = pyr_part_column(field, PYR_LAPS, PYR_LAP_CLASS)->dictionary->count;
    int64_t *medians;
    PYR_TRY(find_own_reasons(field, reasons, error));
    PYR_TRY(pyr_new_array(field->allocator, (size_t)class_count + 1, sizeof *medians, &medians, error));
    pyr_status status = find_medians(field, reasons, class_count, medians, error);
    if (status == PYR_OK) {
        status = judge_with_medians(field, options, medians, reasons, error);
    }
    pyr_release_array(field->allocator, medians, (size_t)class_count + 1, sizeof *medians);
    return status;
}

/* ---- The field, then the session's part of it ---- */

static pyr_status check_options(const pyr_clean_options *options, pyr_error *error) {
    if (!(options->slow >= 0 && options->slow < 1e6)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "slow=%g is no share: give how far above the class median a clean lap may be, as 0.07",
                        options->slow);
    }
    if (!(options->anomaly > 0 && options->anomaly < 1e6)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "anomaly=%g is no factor: give the multiple of the class median that marks a field-wide "
                        "anomaly, as 1.3",
                        options->anomaly);
    }
    return PYR_OK;
}

static pyr_status build_default(const pyr_session *field, pyr_buffer **out, pyr_error *error) {
    PYR_TRY(pyr_buffer_new(field->allocator, (size_t)field->laps.count, NULL, out, error));
    return find_field_reasons(field, &pyr_clean_default, pyr_buffer_data(*out), error);
}

pyr_status pyr_clean_reasons(const pyr_session *session, const pyr_clean_options *options, int8_t *reasons,
                             pyr_error *error) {
    const pyr_session *field = pyr_field_view(session);
    if (options == NULL ||
        (options->slow == pyr_clean_default.slow && options->anomaly == pyr_clean_default.anomaly)) {
        void *found;
        PYR_TRY(pyr_late_part(field, PYR_LATE_CLEAN, build_default, &found, error));
        return pyr_take_from_field(session, found, reasons, error);
    }
    PYR_TRY(check_options(options, error));
    int8_t *of_field;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)field->laps.count, sizeof *of_field, &of_field, error));
    pyr_status status = find_field_reasons(field, options, of_field, error);
    if (status == PYR_OK) {
        status = pyr_take_from_field(session, of_field, reasons, error);
    }
    pyr_release_array(session->allocator, of_field, (size_t)field->laps.count, sizeof *of_field);
    return status;
}
