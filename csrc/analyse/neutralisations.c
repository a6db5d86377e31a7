#include "../model/neutralisations.h"

#include <stdio.h>

#include "question.h"

enum period_column {
    PERIOD_KIND, PERIOD_START, PERIOD_END, PERIOD_DURATION, PERIOD_FIRST_LAP, PERIOD_LAST_LAP, PERIOD_CROSSINGS,
    PERIOD_INFERRED, PERIOD_EVIDENCE, PERIOD_START_AFTER, PERIOD_END_AFTER, PERIOD_SUSPENDED, PERIOD_BUNCHED,
    PERIOD_LEADER_LAPS, PERIOD_SHARE_OF_TIME, PERIOD_SHARE_OF_LAPS
};

static const pyr_field period_fields[] = {
    {"kind", PYR_TEXT, false, pyr_flag_words},
    {"start", PYR_DURATION, false, NULL},
    {"end", PYR_DURATION, false, NULL},
    {"duration", PYR_DURATION, false, NULL},
    {"first_lap", PYR_INT32, true, NULL},
    {"last_lap", PYR_INT32, true, NULL},
    {"crossings", PYR_INT64, false, NULL},
    {"inferred", PYR_BOOL, false, NULL},
    {"evidence", PYR_TEXT, false, NULL},
    {"start_after", PYR_DURATION, true, NULL},
    {"end_after", PYR_DURATION, true, NULL},
    {"suspended", PYR_DURATION, false, NULL},
    {"bunched", PYR_BOOL, true, NULL},
    {"leader_laps", PYR_INT32, true, NULL},
    {"share_of_time", PYR_FLOAT64, true, NULL},
    {"share_of_laps", PYR_FLOAT64, false, NULL},
};
static const char *const bunches_words[] = {"not_said", "no", "yes", NULL};
static const pyr_neutralisations_options default_options = {.fcy_bunches = PYR_FCY_NOT_SAID};
static const pyr_option options_of_neutralisations[] = {
    {"fcy_bunches", PYR_OPTION_CHOICE, offsetof(pyr_neutralisations_options, fcy_bunches), bunches_words},
    {"by_pace", PYR_OPTION_BOOLEAN, offsetof(pyr_neutralisations_options, by_pace), NULL},
};

static uint8_t bunched(const pyr_neutralisation *period, int32_t fcy_bunches) {
    bool told_by_pace = period->source == PYR_SAID_BY_PACE;
    switch (period->kind) {
    case PYR_FLAG_SAFETY_CAR:
        return told_by_pace && period->pace.gaps == PYR_GAPS_DO_NOT_TELL ? PYR_NO_BOOL : true;
    case PYR_FLAG_SLOW_ZONE:
    case PYR_FLAG_VSC:
    case PYR_FLAG_CODE_60:
        return false;
    case PYR_FLAG_FCY:
        if (told_by_pace) {
            return false;
        }
        return fcy_bunches == PYR_FCY_NOT_SAID ? PYR_NO_BOOL : fcy_bunches == PYR_FCY_BUNCHES;
    default:
        return PYR_NO_BOOL;
    }
}

/* `1:45.599` */
static void write_time(int64_t microseconds, char *text, size_t size) {
    int64_t milliseconds = (microseconds + 500) / 1000;
    snprintf(text, size, "%lld:%02d.%03d", (long long)(milliseconds / 60000), (int)(milliseconds / 1000 % 60),
             (int)(milliseconds % 1000));
}

/* `sector 2`, `sectors 1 and 3`, or `laps` */
static void write_sectors(const pyr_slow_evidence *pace, char *text, size_t size) {
    int32_t first = 0, second;
    if (pace->sectors == 1) {
        snprintf(text, size, "laps");
        return;
    }
    while (first < PYR_SECTORS - 1 && !pace->in_sector[first]) {
        first++;
    }
    for (second = first + 1; second < PYR_SECTORS && !pace->in_sector[second];) {
        second++;
    }
    if (second == PYR_SECTORS) {
        snprintf(text, size, "sector %d", first + 1);
    } else if (pace->rest != 0) {
        snprintf(text, size, "sectors %d and %d", first + 1, second + 1);
    } else {
        snprintf(text, size, "all sectors");
    }
}

static double times_usual(int32_t pace) {
    return (double)pace / PYR_USUAL_PACE;
}

static void write_gaps(const pyr_slow_evidence *pace, char *text, size_t size) {
    static const char *const told[] = {
        [PYR_GAPS_DO_NOT_TELL] = "which does not tell the kind",
        [PYR_GAPS_HELD] = "the gaps held",
        [PYR_GAPS_CLOSED] = "the gaps closed",
    };
    if (pace->apart == PYR_NO_TIME || pace->apart_before == PYR_NO_TIME) {
        snprintf(text, size, "too few crossings to tell the kind");
        return;
    }
    snprintf(text, size, "crossings %.1f s apart before and %.1f s at the end: %s", (double)pace->apart_before / 1e6,
             (double)pace->apart / 1e6, told[pace->gaps]);
}

/* What was seen of a caution or slow zone that no flag shows. */
static void write_pace(const pyr_neutralisation *period, char *text, size_t size) {
    const pyr_slow_evidence *pace = &period->pace;
    char sectors[32], behind[96];
    write_sectors(pace, sectors, sizeof sectors);
    if (period->kind == PYR_FLAG_SLOW_ZONE) {
        snprintf(behind, sizeof behind, ", the rest %.2f x", times_usual(pace->rest));
    } else {
        write_gaps(pace, behind, sizeof behind);
    }
    snprintf(text, size, "%s of %lld cars took %.2f x the median of their class%s%s", sectors, (long long)pace->cars,
             times_usual(pace->pace), period->kind == PYR_FLAG_SLOW_ZONE ? "" : "; ", behind);
}

static pyr_status add_evidence(const pyr_neutralisation_list *found, const pyr_neutralisation *period,
                               pyr_interner *texts, int32_t *code, pyr_error *error) {
    char evidence[240], time[32];
    switch (period->source) {
    case PYR_SAID_BY_FLAGS:
        snprintf(evidence, sizeof evidence, "flag %s at %lld crossings", pyr_flag_words[period->kind],
                 (long long)period->said_by);
        break;
    case PYR_SAID_BY_STANDSTILL:
        write_time(found->median_lap, time, sizeof time);
        snprintf(evidence, sizeof evidence,
                 "%lld of %lld running cars on a lap over 8 x the green median of %s, begun within %lld s",
                 (long long)period->said_by, (long long)period->running, time,
                 (long long)((period->spread + 999999) / 1000000));
        break;
    case PYR_SAID_BY_PACE:
        write_pace(period, evidence, sizeof evidence);
        break;
    case PYR_SAID_BY_CLOCK:
        write_time(period->suspended, time, sizeof time);
        snprintf(evidence, sizeof evidence, "the clock ran on for %s while race time stood still", time);
        break;
    }
    return pyr_interner_add(texts, pyr_text_of(evidence), code, error);
}

static void fill_period(const pyr_neutralisation_list *found, const pyr_neutralisation *period, bool race,
                        int32_t fcy_bunches, pyr_table *answer, int64_t at) {
    int64_t duration = period->end - period->start;
    ((int32_t *)pyr_table_array(answer, PERIOD_KIND))[at] = (int32_t)period->kind;
    ((int64_t *)pyr_table_array(answer, PERIOD_START))[at] = period->start;
    ((int64_t *)pyr_table_array(answer, PERIOD_END))[at] = period->end;
    ((int64_t *)pyr_table_array(answer, PERIOD_DURATION))[at] = duration;
    ((int32_t *)pyr_table_array(answer, PERIOD_FIRST_LAP))[at] = race ? period->first_lap : PYR_NO_INT32;
    ((int32_t *)pyr_table_array(answer, PERIOD_LAST_LAP))[at] = race ? period->last_lap : PYR_NO_INT32;
    ((int64_t *)pyr_table_array(answer, PERIOD_CROSSINGS))[at] = period->said_by;
    ((uint8_t *)pyr_table_array(answer, PERIOD_INFERRED))[at] = period->source != PYR_SAID_BY_FLAGS;
    ((int64_t *)pyr_table_array(answer, PERIOD_START_AFTER))[at] = period->start_after;
    ((int64_t *)pyr_table_array(answer, PERIOD_END_AFTER))[at] = period->end_after;
    ((int64_t *)pyr_table_array(answer, PERIOD_SUSPENDED))[at] = period->suspended;
    ((uint8_t *)pyr_table_array(answer, PERIOD_BUNCHED))[at] = bunched(period, fcy_bunches);
    ((int32_t *)pyr_table_array(answer, PERIOD_LEADER_LAPS))[at] = race ? period->leader_laps : PYR_NO_INT32;
    ((double *)pyr_table_array(answer, PERIOD_SHARE_OF_TIME))[at] =
        found->end > 0 ? (double)duration / (double)found->end : NAN;
    ((double *)pyr_table_array(answer, PERIOD_SHARE_OF_LAPS))[at] =
        (double)period->crossings / (double)found->crossings;
}

static pyr_status fill(const pyr_session *field, const pyr_neutralisation_list *found, int32_t fcy_bunches,
                       pyr_interner *texts, pyr_table *answer, pyr_error *error) {
    for (int64_t at = 0; at < found->count; at++) {
        fill_period(found, &found->period[at], pyr_is_race(field), fcy_bunches, answer, at);
        PYR_TRY(add_evidence(found, &found->period[at], texts,
                             &((int32_t *)pyr_table_array(answer, PERIOD_EVIDENCE))[at], error));
    }
    return pyr_table_set_texts(answer, PERIOD_EVIDENCE, texts, error);
}

static pyr_status answer_periods(const pyr_session *field, const pyr_neutralisation_list *found, int32_t fcy_bunches,
                                 pyr_table **out, pyr_error *error) {
    pyr_interner texts = {.allocator = field->allocator};
    PYR_TRY(pyr_answer_new(field, &pyr_neutralisations_question, found->count, out, error));
    pyr_status status = fill(field, found, fcy_bunches, &texts, *out, error);
    pyr_interner_clear(&texts);
    if (status != PYR_OK) {
        pyr_table_release(*out);
        *out = NULL;
        return status;
    }
    return pyr_answer_finish(out, found->count, error);
}

pyr_status pyr_neutralisations(const pyr_session *session, const pyr_neutralisations_options *options,
                               pyr_table **out, pyr_error *error) {
    const pyr_session *field = pyr_field_view(session);
    const pyr_neutralisations_options *chosen = options != NULL ? options : &default_options;
    pyr_neutralisation_list found;
    *out = NULL;
    if (chosen->fcy_bunches < PYR_FCY_NOT_SAID || chosen->fcy_bunches > PYR_FCY_BUNCHES) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "fcy_bunches is not_said, no or yes");
    }
    pyr_status status = pyr_neutralisations_find(field, chosen->by_pace, &found, error);
    if (status == PYR_OK) {
        status = answer_periods(field, &found, chosen->fcy_bunches, out, error);
    }
    pyr_neutralisations_clear(&found);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_neutralisations(session, options, out, error);
}

const pyr_question pyr_neutralisations_question = {
    .name = "neutralisations",
    .schema = period_fields,
    .column_count = PYR_COUNT(period_fields),
    .options = options_of_neutralisations,
    .option_count = PYR_COUNT(options_of_neutralisations),
    .options_default = &default_options,
    .options_size = sizeof default_options,
    .ask = ask,
};
