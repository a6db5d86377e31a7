#include "judged.h"

#include <string.h>

#include "question.h"

/* ---- What each car did ---- */

static const pyr_penalty no_penalty = {.decisions = -1};

static pyr_status read_statuses(const pyr_classification_options *rules, pyr_ranking *ranking, pyr_error *error) {
    static const pyr_field field = {"status", PYR_TEXT, false, NULL};
    const pyr_column *column;
    bool seen[PYR_STATUS_COUNT] = {false};
    if (rules->statuses == NULL) {
        return PYR_OK;
    }
    PYR_TRY(pyr_table_require(rules->statuses, "statuses", &field, 1, &column, error));
    int64_t count = pyr_table_row_count(rules->statuses), known = 0;
    for (int64_t row = 0; row < count; row++) {
        pyr_text word = pyr_dictionary_text_view(column->dictionary, pyr_int32s(column)[row]);
        for (int32_t status = 0; status < PYR_STATUS_COUNT; status++) {
            if (!seen[status] && pyr_text_equal(word, pyr_text_of(pyr_result_status_words[status]))) {
                ranking->status_rank[status] = (int32_t)row;
                seen[status] = true;
                known++;
            }
        }
    }
    return known == PYR_STATUS_COUNT && count == known
               ? PYR_OK
               : pyr_fail(error, PYR_ERROR_ARGUMENT, "statuses: there is a row for each of the %d, and no other",
                          (int)PYR_STATUS_COUNT);
}

/* Where the flag fell early as a question or a lens let it, cars run on that did not come to it. */
static bool came_to_the_end(const pyr_classification_options *rules, const pyr_session *session,
                            const pyr_finish *finish, int32_t entry, const pyr_penalty *penalty) {
    switch ((pyr_flag_required)rules->flag_required) {
    case PYR_FLAG_REQUIRED:
        return finish->took_flag;
    case PYR_FLAG_NOT_REQUIRED:
        return true;
    case PYR_FLAG_UNLESS_RUNNING:
        break;
    }
    return finish->took_flag || (pyr_runs_on(session, entry, finish) && !penalty->retired);
}

/* With enough distance, as far as that is not known yet. */
static pyr_result_status status_of(const pyr_classification_options *rules, const pyr_judged *judged,
                                   const pyr_session *session, int32_t entry, const pyr_penalty *penalty,
                                   bool started) {
    if (penalty->disqualified) {
        return PYR_DISQUALIFIED;
    }
    if (!started) {
        return penalty->retired ? PYR_RETIRED : PYR_NOT_STARTED;
    }
    if (penalty->beyond_limits) {
        return (pyr_result_status)rules->last_lap_beyond;
    }
    const pyr_finish *finish = judged->finishes != NULL ? &judged->finishes[entry] : NULL;
    bool classified = finish != NULL ? came_to_the_end(rules, session, finish, entry, penalty)
                                     : judged->best[entry] >= 0;
    return classified ? PYR_CLASSIFIED : penalty->retired ? PYR_RETIRED : PYR_NOT_CLASSIFIED;
}

static pyr_ranked read_car(const pyr_classification_options *rules, const pyr_judged *judged,
                           const pyr_session *session, int32_t entry) {
    const pyr_laps *laps = &session->laps;
    const pyr_penalty *penalty = judged->penalties != NULL ? &judged->penalties[entry] : &no_penalty;
    int64_t last = judged->finishes != NULL ? judged->finishes[entry].last : pyr_last_lap_row(&session->entries, entry);
    bool started = last >= session->entries.first_lap[entry], race = judged->finishes != NULL;
    int32_t run = started ? laps->lap[last] : 0;
    int64_t crossed = started && race ? laps->elapsed[last] : PYR_NO_TIME;
    return (pyr_ranked){
        .status = status_of(rules, judged, session, entry, penalty, started && run > 0),
        .laps = run > penalty->laps ? run - penalty->laps : 0,
        .total_time = crossed == PYR_NO_TIME ? PYR_NO_TIME : crossed + penalty->time,
        .crossed = crossed,
        .before = started ? pyr_lap_start(laps, last) : PYR_NO_TIME,
        .best_row = judged->best[entry],
        .penalty_laps = penalty->laps,
        .penalty_time = penalty->time,
        .decisions = penalty->decisions,
        .rear = penalty->rear,
        .place = penalty->place,
        .unnumbered = judged->invisible != NULL && judged->invisible[entry] && !rules->guests_keep_place,
    };
}

/* ---- The distance ---- */

/* `laps` are the share of the winner's laps that is needed. */
static bool has_distance(const pyr_classification_options *rules, int64_t laps, int64_t winner_laps) {
    int64_t product = rules->share_numerator * winner_laps, denominator = rules->share_denominator;
    int64_t whole = product / denominator, rest = product % denominator;
    switch (rules->share_rounding) {
    case PYR_FLOOR:
        return laps >= whole;
    case PYR_NEAREST:
        return laps >= whole + (rest >= denominator - rest);
    default: /* laps are whole: rounding up changes nothing */
        return laps >= whole + (rest > 0);
    }
}

/* By class code + 1, the laps of the first car that is classified; negative where there is none. */
static void find_winners(const pyr_classification_options *rules, const pyr_ranking *ranking, int32_t *laps) {
    const int32_t *class_code = ranking->session->entries.class_code;
    int32_t overall = -1;
    memset(laps, 0xff, (ranking->class_count + 1) * sizeof *laps);
    for (int32_t place = 0; place < ranking->count; place++) {
        int64_t entry = ranking->order[place].row;
        const pyr_ranked *car = &ranking->cars[entry];
        if (car->status == PYR_CLASSIFIED && !car->unnumbered) {
            int32_t *of_class = &laps[class_code[entry] + 1];
            overall = overall < 0 ? car->laps : overall;
            *of_class = *of_class < 0 ? car->laps : *of_class;
        }
    }
    for (size_t i = 0; rules->share_base == PYR_OF_OVERALL_WINNER && i <= ranking->class_count; i++) {
        laps[i] = overall;
    }
}

static void judge_distance(const pyr_classification_options *rules, const pyr_judged *judged, pyr_ranking *ranking,
                           const int32_t *winner_laps) {
    for (int32_t entry = 0; entry < ranking->count; entry++) {
        pyr_ranked *car = &ranking->cars[entry];
        int32_t winner = winner_laps[ranking->session->entries.class_code[entry] + 1];
        if (car->status == PYR_CLASSIFIED && winner >= 0 && !has_distance(rules, car->laps, winner)) {
            bool retired = judged->penalties != NULL && judged->penalties[entry].retired;
            car->status = retired ? PYR_RETIRED : PYR_NOT_CLASSIFIED;
        }
    }
}

static pyr_status require_distance(const pyr_classification_options *rules, const pyr_judged *judged,
                                   pyr_ranking *ranking, pyr_error *error) {
    size_t count = ranking->class_count + 1;
    int32_t *winner_laps;
    PYR_TRY(pyr_new_array(ranking->session->allocator, count, sizeof *winner_laps, &winner_laps, error));
    find_winners(rules, ranking, winner_laps);
    judge_distance(rules, judged, ranking, winner_laps);
    pyr_release_array(ranking->session->allocator, winner_laps, count, sizeof *winner_laps);
    return pyr_ranking_sort(ranking, error);
}

/* ---- All ---- */

static pyr_status check_options(const pyr_classification_options *rules, pyr_error *error) {
    if (rules->share_numerator < 0 || rules->share_denominator < 1 ||
        rules->share_numerator > rules->share_denominator || rules->share_denominator > INT32_MAX) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "min_distance.share is no share: it lies between 0 and 1");
    }
    if (rules->last_lap_beyond < 0 || rules->last_lap_beyond >= PYR_STATUS_COUNT) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "last_lap.beyond is no status");
    }
    return PYR_OK;
}

pyr_status pyr_judge(const pyr_classification_options *rules, const pyr_judged *judged, pyr_ranking *ranking,
                     pyr_error *error) {
    PYR_TRY(check_options(rules, error));
    PYR_TRY(read_statuses(rules, ranking, error));
    ranking->dead_heats_shared = rules->dead_heats_shared;
    for (int32_t entry = 0; entry < ranking->count; entry++) {
        ranking->cars[entry] = read_car(rules, judged, ranking->session, entry);
    }
    PYR_TRY(pyr_ranking_sort(ranking, error));
    bool distance_needed = judged->finishes != NULL && rules->share_numerator > 0;
    return distance_needed ? require_distance(rules, judged, ranking, error) : PYR_OK;
}
