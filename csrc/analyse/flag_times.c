#include "../model/neutralisations.h"
#include "question.h"

enum time_column {
    TIME_FLAG, TIME_PERIODS, TIME_TIME, TIME_SHARE_OF_TIME, TIME_LAPS, TIME_SHARE_OF_LAPS, TIME_LEADER_LAPS
};

static const pyr_field time_fields[] = {
    {"flag", PYR_TEXT, false, pyr_flag_words},
    {"periods", PYR_INT32, false, NULL},
    {"time", PYR_DURATION, false, NULL},
    {"share_of_time", PYR_FLOAT64, true, NULL},
    {"laps", PYR_INT64, false, NULL},
    {"share_of_laps", PYR_FLOAT64, true, NULL},
    {"leader_laps", PYR_INT32, true, NULL},
};

typedef struct flag_total {
    int32_t periods, leader_laps;
    int64_t time, laps;
} flag_total;

enum { TOTAL_COUNT = PYR_FLAG_CHEQUERED };

static int32_t most_laps(const pyr_session *field) {
    int32_t most = 0;
    for (int64_t row = 0; row < field->laps.count; row++) {
        most = field->laps.lap[row] > most ? field->laps.lap[row] : most;
    }
    return most;
}

/* What no period takes is green: a spell before, between and after them where there is time. */
static void add_up(const pyr_session *field, const pyr_neutralisation_list *found, flag_total *totals) {
    flag_total *green = &totals[PYR_FLAG_GREEN];
    int64_t behind = 0;
    *green = (flag_total){0, most_laps(field), found->end != PYR_NO_TIME ? found->end : 0, found->crossings};
    for (int64_t i = 0; i < found->count; i++) {
        const pyr_neutralisation *period = &found->period[i];
        flag_total *total = &totals[period->kind];
        int64_t time = period->end - period->start;
        total->periods++;
        total->time += time;
        total->laps += period->crossings;
        total->leader_laps += period->leader_laps;
        green->periods += period->start > behind;
        green->time -= time;
        green->laps -= period->crossings;
        green->leader_laps -= period->leader_laps;
        behind = period->end;
    }
    green->periods += found->end != PYR_NO_TIME && found->end > behind;
}

static int64_t fill_totals(const pyr_session *field, const pyr_neutralisation_list *found, const flag_total *totals,
                           pyr_table *answer) {
    int64_t at = 0;
    for (int32_t flag = 0; flag < TOTAL_COUNT; flag++) {
        const flag_total *total = &totals[flag];
        if (total->periods == 0) {
            continue;
        }
        ((int32_t *)pyr_table_array(answer, TIME_FLAG))[at] = flag;
        ((int32_t *)pyr_table_array(answer, TIME_PERIODS))[at] = total->periods;
        ((int64_t *)pyr_table_array(answer, TIME_TIME))[at] = total->time;
        ((double *)pyr_table_array(answer, TIME_SHARE_OF_TIME))[at] =
            found->end > 0 ? (double)total->time / (double)found->end : NAN;
        ((int64_t *)pyr_table_array(answer, TIME_LAPS))[at] = total->laps;
        ((double *)pyr_table_array(answer, TIME_SHARE_OF_LAPS))[at] =
            found->crossings > 0 ? (double)total->laps / (double)found->crossings : NAN;
        ((int32_t *)pyr_table_array(answer, TIME_LEADER_LAPS))[at] =
            pyr_is_race(field) ? total->leader_laps : PYR_NO_INT32;
        at++;
    }
    return at;
}

pyr_status pyr_flag_times(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    const pyr_session *field = pyr_field_view(session);
    flag_total totals[TOTAL_COUNT] = {0};
    pyr_neutralisation_list found;
    (void)options;
    *out = NULL;
    pyr_status status = pyr_neutralisations_find(field, false, &found, error);
    if (status == PYR_OK) {
        status = pyr_answer_new(field, &pyr_flag_times_question, TOTAL_COUNT, out, error);
    }
    if (status == PYR_OK) {
        add_up(field, &found, totals);
        status = pyr_answer_finish(out, fill_totals(field, &found, totals, *out), error);
    }
    pyr_neutralisations_clear(&found);
    return status;
}

const pyr_question pyr_flag_times_question = {
    .name = "flag_times",
    .schema = time_fields,
    .column_count = PYR_COUNT(time_fields),
    .ask = pyr_flag_times,
};
