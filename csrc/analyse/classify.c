#include "classify.h"

#include <string.h>

#include "../model/counted.h"
#include "members.h"
#include "question.h"

/* ---- Options ---- */

static const char *const flag_words[] = {"leader", "time", NULL};
static const char *const stopped_words[] = {
    "as_published", "unknown", "penultimate_lap", "leader_last_crossing", "class_penultimate_crossing",
    "last_lap_of_all", NULL,
};
static const char *const required_words[] = {"unless_running", "yes", "no", NULL};
static const char *const base_words[] = {"overall_winner", "class_winner", NULL};
static const char *const rounding_words[] = {"exact", "floor", "ceil", "nearest", NULL};

#define OPTION(name, type, words) {#name, PYR_OPTION_##type, offsetof(pyr_classification_options, name), words}

const pyr_option pyr_rule_options[PYR_RULE_OPTION_COUNT] = {
    OPTION(flag, CHOICE, flag_words),
    OPTION(duration, DURATION, NULL),
    OPTION(race_laps, INTEGER, NULL),
    OPTION(time_limit, DURATION, NULL),
    OPTION(time_limit_laps, INTEGER, NULL),
    OPTION(time_limit_total, DURATION, NULL),
    OPTION(late_flag_counts, BOOLEAN, NULL),
    OPTION(class_durations, TABLE, NULL),
    OPTION(red_flag_result, CHOICE, stopped_words),
    OPTION(early_flag, DURATION, NULL),
    OPTION(red_flag_signal, DURATION, NULL),
    OPTION(flag_required, CHOICE, required_words),
    OPTION(share_numerator, INTEGER, NULL),
    OPTION(share_denominator, INTEGER, NULL),
    OPTION(share_base, CHOICE, base_words),
    OPTION(share_rounding, CHOICE, rounding_words),
    OPTION(last_lap_limits, TABLE, NULL),
    OPTION(last_lap_beyond, CHOICE, pyr_result_status_words),
    OPTION(dead_heats_shared, BOOLEAN, NULL),
    OPTION(guests_keep_place, BOOLEAN, NULL),
    OPTION(statuses, TABLE, NULL),
    OPTION(drive_through, DURATION, NULL),
    OPTION(stop_go, DURATION, NULL),
    OPTION(stop_go_loss, DURATION, NULL),
    OPTION(laps_and_time, BOOLEAN, NULL),
    OPTION(reference_lap, DURATION, NULL),
    OPTION(decisions, TABLE, NULL),
    OPTION(members, TABLE, NULL),
    OPTION(grid, TABLE, NULL),
};

const pyr_classification_options pyr_rules_default = {
    .duration = PYR_NO_TIME,
    .time_limit = PYR_NO_TIME,
    .time_limit_laps = 1,
    .time_limit_total = PYR_NO_TIME,
    .early_flag = PYR_NO_TIME,
    .red_flag_signal = PYR_NO_TIME,
    .share_denominator = 1,
    .last_lap_beyond = PYR_NOT_CLASSIFIED,
    .guests_keep_place = true,
    .drive_through = PYR_NO_TIME,
    .stop_go = PYR_NO_TIME,
    .stop_go_loss = PYR_NO_TIME,
    .reference_lap = PYR_NO_TIME,
};

pyr_status pyr_check_classifiable(const pyr_session *session, pyr_error *error) {
    if (session->narrowed) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "the session is narrowed to some drivers, laps, flags or times, so it cannot be classified; "
                        "classify the session it was selected from");
    }
    if (pyr_field_view(session)->laps.count == 0) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "the session has no laps to classify; the published result is in `results`");
    }
    return PYR_OK;
}

/* ---- Steps ---- */

/* A car that retired did not take the flag. Laps cannot tell retired from not classified: the published result can. */
static void read_retirements(pyr_classified *classified) {
    const pyr_session *field = classified->field;
    const pyr_column *car = pyr_part_column(field, PYR_RESULTS, PYR_RESULT_CAR);
    const pyr_column *status = pyr_part_column(field, PYR_RESULTS, PYR_RESULT_STATUS);
    for (int32_t entry = 0; classified->race && entry < field->entries.count; entry++) {
        classified->finishes[entry].took_flag &= !classified->penalties.cars[entry].retired;
    }
    for (int64_t row = 0; row < pyr_table_row_count(field->parts[PYR_RESULTS]); row++) {
        int32_t entry = pyr_int32s(status)[row] == PYR_RETIRED
                            ? pyr_find_entry(field, pyr_dictionary_text_view(car->dictionary, pyr_int32s(car)[row]))
                            : -1;
        if (entry >= 0) {
            classified->penalties.cars[entry].retired = true;
        }
    }
}

/* Laps behind the flag are no best laps. */
static void forget_late_laps(pyr_classified *classified) {
    const pyr_entries *entries = &classified->field->entries;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        int64_t start = classified->finishes[entry].last + 1;
        memset(classified->counted + start, 0, (size_t)(entries->first_lap[entry + 1] - start));
    }
}

static void find_best_laps(pyr_classified *classified) {
    const pyr_session *field = classified->field;
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        int64_t end = classified->penalties.cars[entry].times_deleted ? 0 : field->entries.first_lap[entry + 1];
        classified->best[entry] = -1;
        for (int64_t row = field->entries.first_lap[entry]; row < end; row++) {
            classified->best[entry] = pyr_better_of(&field->laps, classified->counted, classified->best[entry], row);
        }
    }
}

static pyr_status new_classified(pyr_classified *classified, pyr_error *error) {
    const pyr_session *field = classified->field;
    const pyr_allocator *allocator = field->allocator;
    size_t count = (size_t)field->entries.count;
    PYR_TRY(pyr_new_array(allocator, (size_t)field->laps.count, 1, &classified->counted, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *classified->finishes, &classified->finishes, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *classified->penalties.cars, &classified->penalties.cars, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *classified->best, &classified->best, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *classified->invisible, &classified->invisible, error));
    return pyr_ranking_new(field, &classified->ranking, error);
}

pyr_status pyr_classify(const pyr_session *field, const pyr_classification_options *options,
                        pyr_classified *classified, pyr_error *error) {
    *classified = (pyr_classified){
        .field = field,
        .race = pyr_is_race(field),
        .ranking.session = field,
        .penalties.texts.allocator = field->allocator,
    };
    PYR_TRY(new_classified(classified, error));
    const uint8_t *counted;
    PYR_TRY(pyr_session_counted(field, &counted, error));
    memcpy(classified->counted, counted, (size_t)field->laps.count);
    if (classified->race) {
        PYR_TRY(pyr_find_race_end(field, options, classified->finishes, &classified->ending, error));
        forget_late_laps(classified);
    }
    const pyr_finish *finishes = classified->race ? classified->finishes : NULL;
    PYR_TRY(pyr_read_penalties(field, options, finishes, classified->counted, &classified->penalties, error));
    PYR_TRY(pyr_read_invisible(field, options->members, classified->invisible, error));
    read_retirements(classified);
    find_best_laps(classified);
    const pyr_judged judged = {finishes, classified->penalties.cars, classified->best, classified->invisible};
    return pyr_judge(options, &judged, &classified->ranking, error);
}

void pyr_classified_clear(pyr_classified *classified) {
    const pyr_allocator *allocator = classified->field->allocator;
    size_t count = (size_t)classified->field->entries.count, lap_count = (size_t)classified->field->laps.count;
    pyr_release_array(allocator, classified->counted, lap_count, 1);
    pyr_release_array(allocator, classified->finishes, count, sizeof *classified->finishes);
    pyr_release_array(allocator, classified->penalties.cars, count, sizeof *classified->penalties.cars);
    pyr_release_array(allocator, classified->best, count, sizeof *classified->best);
    pyr_release_array(allocator, classified->invisible, count, sizeof *classified->invisible);
    pyr_interner_clear(&classified->penalties.texts);
    pyr_ranking_clear(&classified->ranking);
}
