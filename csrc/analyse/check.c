#include "../read/doubts.h"
#include "classify.h"
#include "last_lap.h"
#include "question.h"
#include "served.h"

static const pyr_field schema[] = {PYR_DOUBT_FIELDS};

typedef struct checking {
    const pyr_session *field;
    const pyr_classification_options *rules;
    const pyr_classified *classified;
    pyr_doubts doubts;
} checking;

static pyr_doubt_place car_at(const checking *check, int32_t entry) {
    const pyr_dictionary *names = pyr_part_column(check->field, PYR_ENTRIES, PYR_ENTRY_CAR)->dictionary;
    pyr_doubt_place place = pyr_nowhere();
    place.car = pyr_dictionary_text_view(names, check->field->entries.car[entry]);
    return place;
}

/* ---- The race ---- */

/* Race time of the last crossing of all. */
static int64_t last_crossing(const pyr_laps *laps) {
    int64_t last = 0;
    for (int64_t row = 0; row < laps->count; row++) {
        last = laps->elapsed[row] > last ? laps->elapsed[row] : last;
    }
    return last;
}

static pyr_status check_length(checking *check, pyr_error *error) {
    int64_t said = pyr_int64s(pyr_part_column(check->field, PYR_FACTS, PYR_FACT_DURATION))[0];
    int64_t duration = said != PYR_NO_TIME ? said : check->rules->duration;
    int64_t last = last_crossing(&check->field->laps);
    if (duration == PYR_NO_TIME || pyr_flag_instant(check->field, PYR_WHOLE_FIELD, duration) != PYR_NO_TIME) {
        return PYR_OK;
    }
    return pyr_doubts_add(&check->doubts, PYR_WARNING, "race_too_short", pyr_nowhere(), error,
                          "the leader did not run for the %lld s of the race, the last crossing is at %lld s: all laps "
                          "count; if the race was stopped for good, give red_flag.signal",
                          (long long)(duration / 1000000), (long long)(last / 1000000));
}

static pyr_status check_end(checking *check, pyr_error *error) {
    switch (check->classified->ending) {
    case PYR_ENDS_UNKNOWN:
        PYR_TRY(check_length(check, error));
        return check->rules->flag_required == PYR_FLAG_NOT_REQUIRED
                   ? PYR_OK
                   : pyr_doubts_add(&check->doubts, PYR_WARNING, "flag_not_known", pyr_nowhere(), error,
                                    "only who took the flag is classified, but no flag is published and none could be "
                                    "worked out: everybody with a lap counts as having taken it; give the length of "
                                    "the race");
    case PYR_ENDS_BY_RULES:
        return pyr_doubts_add(&check->doubts, PYR_NOTE, "flag_worked_out", pyr_nowhere(), error,
                              "no flag is published: who took it was worked out from the length of the race");
    case PYR_ENDS_STOPPED:
        return pyr_doubts_add(&check->doubts, PYR_NOTE, "race_stopped", pyr_nowhere(), error,
                              "the race was stopped and not resumed: laps count as red_flag.result says");
    case PYR_ENDS_PUBLISHED:
        break;
    }
    return PYR_OK;
}

/* Rules may name classes that are not in every race, or misspell them. */
static pyr_status check_class_durations(checking *check, pyr_error *error) {
    static const pyr_field field = {"class", PYR_TEXT, false, NULL};
    const pyr_dictionary *classes = pyr_part_column(check->field, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary;
    const pyr_column *column;
    if (check->rules->class_durations == NULL) {
        return PYR_OK;
    }
    PYR_TRY(pyr_table_require(check->rules->class_durations, "class_durations", &field, 1, &column, error));
    for (int64_t row = 0; row < pyr_table_row_count(check->rules->class_durations); row++) {
        pyr_text name = pyr_dictionary_text_view(column->dictionary, pyr_int32s(column)[row]);
        if (pyr_dictionary_find(classes, name) < 0) {
            PYR_TRY(pyr_doubts_add(&check->doubts, PYR_NOTE, "class_not_there", pyr_nowhere(), error,
                                   "the race of class '%.*s' has an end of its own, but no car is in that class",
                                   pyr_shown(name.length), name.data));
        }
    }
    return PYR_OK;
}

/* ---- Cars ---- */

static pyr_status check_laps(checking *check, int32_t entry, const pyr_last_lap_limits *limits, pyr_error *error) {
    const pyr_laps *laps = &check->field->laps;
    const pyr_finish *finish = &check->classified->finishes[entry];
    pyr_doubt_place place = car_at(check, entry);
    int64_t last = pyr_last_lap_row(&check->field->entries, entry);
    if (last < check->field->entries.first_lap[entry]) {
        return PYR_OK;
    }
    if (finish->last < last) {
        place.lap = laps->lap[finish->last + 1];
        PYR_TRY(pyr_doubts_add(&check->doubts, PYR_NOTE, "lap_after_end", place, error,
                               "laps from this one on do not count: the race had ended"));
    }
    if (finish->last < check->field->entries.first_lap[entry]) {
        return PYR_OK;
    }
    place.lap = laps->lap[finish->last];
    if (laps->elapsed[finish->last] == PYR_NO_TIME) {
        PYR_TRY(pyr_doubts_add(&check->doubts, PYR_WARNING, "finish_without_time", place, error,
                               "the last lap that counts has no race time: the car is behind all with as many laps"));
    }
    if (limits->count > 0 && finish->took_flag && pyr_last_lap_time(check->field, entry, finish) == PYR_NO_TIME) {
        return pyr_doubts_add(&check->doubts, PYR_WARNING, "last_lap_without_time", place, error,
                              "how long the last lap took is not known, so its limit could not be applied");
    }
    return PYR_OK;
}

static pyr_status check_moves(checking *check, int32_t entry, pyr_error *error) {
    const pyr_ranked *car = &check->classified->ranking.cars[entry];
    if (check->classified->penalties.cars[entry].retirement_decided && car->status == PYR_CLASSIFIED) {
        PYR_TRY(pyr_doubts_add(&check->doubts, PYR_NOTE, "decision_without_effect", car_at(check, entry), error,
                               check->classified->race
                                   ? "it retired, and is classified all the same with its laps: these rules do not "
                                     "require the flag"
                                   : "it retired, and is classified all the same with its best lap"));
    }
    if ((car->rear == 0 && car->place == 0) || car->status == PYR_CLASSIFIED) {
        return PYR_OK;
    }
    return pyr_doubts_add(&check->doubts, PYR_WARNING, "decision_without_effect", car_at(check, entry), error,
                          "a car that is not classified (%s) cannot be moved within the classification",
                          pyr_result_status_words[car->status]);
}

/* Drive-throughs and stop-gos that decisions say were served. */
static pyr_status check_served(checking *check, const pyr_served *served, pyr_error *error) {
    pyr_decisions decisions;
    PYR_TRY(pyr_decisions_read(check->rules->decisions, &decisions, error));
    for (int64_t row = 0; row < decisions.count; row++) {
        pyr_decision_kind kind = PYR_DECISION_KIND_COUNT;
        PYR_TRY(pyr_decision_kind_of(&decisions, row, &kind, error));
        pyr_doubt_place place = pyr_nowhere();
        place.car = pyr_decision_text(&decisions, PYR_DECISION_CAR, row);
        place.lap = pyr_decision_number(&decisions, PYR_DECISION_LAP, row);
        if ((kind != PYR_DRIVE_THROUGH && kind != PYR_STOP_GO) || place.lap == 0 || served->visit_of[row] >= 0) {
            continue;
        }
        PYR_TRY(pyr_doubts_add(&check->doubts, PYR_WARNING, "served_penalty_not_found", place, error,
                               "no visit to the pit lane from this lap on fits a %s that was served: nothing is added "
                               "for it all the same; without its lap it counts as not served",
                               kind == PYR_STOP_GO ? "stop-go" : "drive-through"));
    }
    return PYR_OK;
}

static pyr_status find_and_check_served(checking *check, pyr_error *error) {
    pyr_served served;
    pyr_status status = pyr_served_find(check->field, check->rules->decisions, &served, error);
    if (status == PYR_OK) {
        status = check_served(check, &served, error);
    }
    pyr_served_clear(&served);
    return status;
}

static pyr_status check_classified(checking *check, pyr_error *error) {
    pyr_last_lap_limits limits;
    PYR_TRY(pyr_read_last_lap_limits(check->rules->last_lap_limits, &limits, error));
    if (check->classified->race) {
        PYR_TRY(check_end(check, error));
        PYR_TRY(check_class_durations(check, error));
        PYR_TRY(find_and_check_served(check, error));
    }
    for (int32_t entry = 0; entry < check->field->entries.count; entry++) {
        if (check->classified->race) {
            PYR_TRY(check_laps(check, entry, &limits, error));
        }
        PYR_TRY(check_moves(check, entry, error));
    }
    return PYR_OK;
}

/* ---- The answer ---- */

static pyr_status classify_and_check(checking *check, pyr_error *error) {
    pyr_error failure;
    pyr_classified classified;
    pyr_status status = pyr_classify(check->field, check->rules, &classified, &failure);
    check->classified = &classified;
    if (status == PYR_OK) {
        status = check_classified(check, error);
    } else if (status == PYR_ERROR_RULES) {
        status = pyr_doubts_add(&check->doubts, PYR_DOUBT_ERROR, "rules_not_applicable", pyr_nowhere(), error, "%s",
                                failure.message);
    } else if (error != NULL) {
        *error = failure;
    }
    pyr_classified_clear(&classified);
    return status;
}

pyr_status pyr_check(const pyr_session *session, const pyr_classification_options *options, pyr_table **out,
                     pyr_error *error) {
    checking check = {
        .field = pyr_field_view(session),
        .rules = options != NULL ? options : &pyr_rules_default,
        .doubts.allocator = session->allocator,
    };
    *out = NULL;
    pyr_status status = PYR_OK;
    if (check.field->laps.count > 0) {
        status = classify_and_check(&check, error);
    }
    if (status == PYR_OK) {
        status = pyr_doubts_table(&check.doubts, out, error);
    }
    pyr_doubts_clear(&check.doubts);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_check(session, options, out, error);
}

const pyr_question pyr_check_question = {
    .name = "check",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .options = pyr_rule_options,
    .option_count = PYR_RULE_OPTION_COUNT,
    .options_default = &pyr_rules_default,
    .options_size = sizeof(pyr_classification_options),
    .ask = ask,
};
