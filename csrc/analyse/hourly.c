#include <string.h>

#include "classify.h"
#include "../model/counted.h"
#include "last_lap.h"
#include "members.h"
#include "question.h"

enum { HOUR, RANKING };

static const pyr_field schema[] = {{"hour", PYR_INT32, false, NULL}, PYR_RANKING_FIELDS};

#define HOUR_LENGTH INT64_C(3600000000)
enum { MOST_ROWS = 1000000 };

/* A race, hour by hour. */
typedef struct hours {
    const pyr_session *session, *field;
    const pyr_classification_options *rules;
    uint8_t *counted;
    pyr_flag_limits limits;
    pyr_finish *finishes; /* by entry, of the hour */
    int64_t *next;        /* by entry: the first lap that was not looked at for a best */
    int64_t *best;        /* by entry: row of the best lap so far, -1: none */
    int64_t *shown;       /* entries in the order of an hour */
    pyr_penalties penalties;
    pyr_ranking ranking;
} hours;

/* ---- An hour ---- */

/* Of the laps so far, those count that count in the whole race. */
static void find_best_laps(const hours *work) {
    for (int32_t entry = 0; entry < work->field->entries.count; entry++) {
        int64_t end = work->finishes[entry].last + 1, best = work->best[entry];
        for (int64_t row = work->next[entry]; row < end; row++) {
            best = pyr_better_of(&work->field->laps, work->counted, best, row);
        }
        work->best[entry] = best;
        work->next[entry] = end > work->next[entry] ? end : work->next[entry];
    }
}

/* At the end of the race the files show who took the flag. */
static void take_published_flags(const hours *work) {
    const pyr_entries *entries = &work->field->entries;
    int64_t chequered = 0;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        int64_t last = pyr_last_lap_row(entries, entry);
        if (work->finishes[entry].last < last) {
            return;
        }
        chequered += last >= entries->first_lap[entry] && work->field->laps.flag[last] == PYR_FLAG_CHEQUERED;
    }
    for (int32_t entry = 0; entry < entries->count && chequered > 0; entry++) {
        int64_t last = work->finishes[entry].last;
        work->finishes[entry].took_flag =
            last >= entries->first_lap[entry] && work->field->laps.flag[last] == PYR_FLAG_CHEQUERED;
    }
}

static pyr_status judge_hour(hours *work, pyr_error *error) {
    take_published_flags(work);
    find_best_laps(work);
    PYR_TRY(pyr_read_penalties(work->field, work->rules, work->finishes, work->counted, &work->penalties, error));
    const pyr_judged judged = {work->finishes, work->penalties.cars, work->best, NULL};
    return pyr_judge(work->rules, &judged, &work->ranking, error);
}

static pyr_status fill_hour(hours *work, int32_t hour, int64_t at, pyr_table *answer, int32_t *count,
                            pyr_error *error) {
    pyr_members members;
    pyr_status status = pyr_find_members(work->session, &work->ranking, NULL, &members, error);
    for (int32_t i = 0; status == PYR_OK && i < members.count; i++) {
        work->shown[i] = members.shown[i].row;
        ((int32_t *)pyr_table_array(answer, HOUR))[at + i] = hour;
    }
    if (status == PYR_OK) {
        pyr_ranking_fill(&work->ranking, work->shown, members.count, answer, RANKING, at);
        *count = members.count;
    }
    pyr_members_clear(&work->ranking, &members);
    return status;
}

/* ---- All hours ---- */

static pyr_status fill_hours(hours *work, pyr_table *answer, int64_t *rows, pyr_error *error) {
    int64_t flag = PYR_NO_TIME;
    int32_t cars = work->field->entries.count;
    *rows = 0;
    for (int32_t hour = 1; hour < INT32_MAX; hour++) {
        int64_t instant = hour * HOUR_LENGTH;
        if (flag < instant) {
            flag = pyr_let_flag_fall(work->field, instant, &work->limits, work->finishes);
        }
        if (flag == PYR_NO_TIME) {
            break;
        }
        int32_t count = 0;
        if (*rows + cars > MOST_ROWS) {
            return pyr_fail(error, PYR_ERROR_REFUSED,
                            "%d cars over more than %d hours are more than an hourly result holds: ask for the hours "
                            "you need with until",
                            (int)cars, (int)hour - 1);
        }
        PYR_TRY(pyr_table_grow(answer, *rows, *rows + cars, error));
        PYR_TRY(judge_hour(work, error));
        PYR_TRY(fill_hour(work, hour, *rows, answer, &count, error));
        *rows += count;
    }
    return PYR_OK;
}

static pyr_status new_hours(hours *work, pyr_error *error) {
    const pyr_allocator *allocator = work->field->allocator;
    size_t count = (size_t)work->field->entries.count;
    PYR_TRY(pyr_new_array(allocator, (size_t)work->field->laps.count, 1, &work->counted, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->limits.medians, &work->limits.medians, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->finishes, &work->finishes, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->next, &work->next, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->best, &work->best, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->shown, &work->shown, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->penalties.cars, &work->penalties.cars, error));
    return pyr_ranking_new(work->field, &work->ranking, error);
}

static void clear_hours(hours *work) {
    const pyr_allocator *allocator = work->field->allocator;
    size_t count = (size_t)work->field->entries.count;
    pyr_release_array(allocator, work->counted, (size_t)work->field->laps.count, 1);
    pyr_release_array(allocator, work->limits.medians, count, sizeof *work->limits.medians);
    pyr_release_array(allocator, work->finishes, count, sizeof *work->finishes);
    pyr_release_array(allocator, work->next, count, sizeof *work->next);
    pyr_release_array(allocator, work->best, count, sizeof *work->best);
    pyr_release_array(allocator, work->shown, count, sizeof *work->shown);
    pyr_release_array(allocator, work->penalties.cars, count, sizeof *work->penalties.cars);
    pyr_interner_clear(&work->penalties.texts);
    pyr_ranking_clear(&work->ranking);
}

static pyr_status start_hours(hours *work, pyr_error *error) {
    const pyr_session *field = work->field;
    pyr_last_lap_limits limits;
    PYR_TRY(new_hours(work, error));
    PYR_TRY(pyr_read_last_lap_limits(work->rules->last_lap_limits, &limits, error));
    work->limits.longest = limits.count > 0 ? limits.limit[limits.count - 1] : PYR_NO_TIME;
    PYR_TRY(pyr_median_laps(field, work->limits.medians, error));
    const uint8_t *counted;
    PYR_TRY(pyr_session_counted(field, &counted, error));
    memcpy(work->counted, counted, (size_t)field->laps.count);
    pyr_no_finishes(field, work->finishes);
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        work->next[entry] = field->entries.first_lap[entry];
        work->best[entry] = -1;
    }
    return PYR_OK;
}

static pyr_status set_dictionaries(const hours *work, pyr_table *answer, pyr_error *error) {
    pyr_ranking_set_dictionaries(&work->ranking, answer, RANKING);
    return pyr_table_set_texts(answer, RANKING + PYR_RANKING_DECISIONS, &work->penalties.texts, error);
}

static pyr_status answer_hours(hours *work, pyr_table **out, pyr_error *error) {
    int64_t rows;
    PYR_TRY(start_hours(work, error));
    PYR_TRY(pyr_table_new(work->session->allocator, schema, PYR_COUNT(schema), work->field->entries.count, out,
                          error));
    pyr_status status = fill_hours(work, *out, &rows, error);
    if (status == PYR_OK) {
        status = set_dictionaries(work, *out, error);
    }
    if (status != PYR_OK) {
        pyr_table_release(*out);
        *out = NULL;
        return status;
    }
    return pyr_answer_finish(out, rows, error);
}

pyr_status pyr_hourly(const pyr_session *session, const pyr_classification_options *options, pyr_table **out,
                      pyr_error *error) {
    const pyr_session *field = pyr_field_view(session);
    pyr_classification_options rules = options != NULL ? *options : pyr_rules_default;
    rules.decisions = rules.members = rules.grid = NULL;
    hours work = {
        .session = session,
        .field = field,
        .rules = &rules,
        .penalties.texts.allocator = field->allocator,
        .ranking.session = field,
    };
    *out = NULL;
    PYR_TRY(pyr_check_classifiable(session, error));
    if (!pyr_is_race(field)) {
        return pyr_fail(error, PYR_ERROR_REFUSED, "the session is no race, so it has no hourly result; classify it");
    }
    pyr_status status = answer_hours(&work, out, error);
    clear_hours(&work);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_hourly(session, options, out, error);
}

const pyr_question pyr_hourly_question = {
    .name = "hourly",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .options = pyr_rule_options,
    .option_count = PYR_RULE_OPTION_COUNT,
    .options_default = &pyr_rules_default,
    .options_size = sizeof(pyr_classification_options),
    .ask = ask,
};
