#include "penalties.h"

#include <stdio.h>
#include <string.h>

#include "../base/sort.h"
#include "../model/counted.h"
#include "decisions.h"
#include "last_lap.h"
#include "question.h"

typedef struct reading {
    const pyr_session *field;
    const pyr_classification_options *options;
    const pyr_finish *finishes;
    uint8_t *counted;
    int64_t quickest_lap; /* that was driven and counts, before any is deleted */
    pyr_penalties *penalties;
    pyr_decisions decisions;
    pyr_keyed *order; /* decisions by car, each car's as they were given */
    char *line;       /* the text of a car under construction */
    size_t line_size, line_capacity;
} reading;

static pyr_status fail_decision(const reading *read, int64_t row, const char *what, pyr_error *error) {
    pyr_text kind = pyr_decision_text(&read->decisions, PYR_DECISION_KIND, row);
    pyr_text car = pyr_decision_text(&read->decisions, PYR_DECISION_CAR, row);
    return pyr_fail(error, PYR_ERROR_RULES, "%.*s of car '%.*s' %s", pyr_shown(kind.length), kind.data,
                    pyr_shown(car.length), car.data, what);
}

/* ---- Text: what was decided, in words ---- */

static pyr_status append(reading *read, pyr_text text, pyr_error *error) {
    if (text.length > 0) {
        PYR_TRY(pyr_grow_array(read->field->allocator, &read->line, &read->line_capacity,
                               read->line_size + text.length, 1, error));
        memcpy(read->line + read->line_size, text.data, text.length);
        read->line_size += text.length;
    }
    return PYR_OK;
}

static pyr_status append_words(reading *read, const char *words, pyr_error *error) {
    return append(read, pyr_text_of(words), error);
}

/* `5 s`, `12.345 s`, `1:10.890`, `1:02:03`. */
static pyr_status append_time(reading *read, int64_t time, pyr_error *error) {
    long long seconds = (long long)(time / 1000000), rest = (long long)(time % 1000000);
    char text[64], fraction[16] = "";
    if (rest > 0) {
        snprintf(fraction, sizeof fraction, rest % 1000 == 0 ? ".%03lld" : ".%06lld",
                 rest % 1000 == 0 ? rest / 1000 : rest);
    }
    if (seconds < 60) {
        snprintf(text, sizeof text, "%lld%s s", seconds, fraction);
    } else if (seconds < 3600) {
        snprintf(text, sizeof text, "%lld:%02lld%s", seconds / 60, seconds % 60, fraction);
    } else {
        snprintf(text, sizeof text, "%lld:%02lld:%02lld%s", seconds / 3600, seconds / 60 % 60, seconds % 60, fraction);
    }
    return append_words(read, text, error);
}

static pyr_status append_number(reading *read, const char *before, int32_t number, const char *after,
                                pyr_error *error) {
    char text[64];
    snprintf(text, sizeof text, "%s%d%s", before, (int)number, after);
    return append_words(read, text, error);
}

/* `2 laps +1:10.890`, `1 lap`, `+5 s`. */
static pyr_status append_cost(reading *read, int32_t laps, int64_t time, pyr_error *error) {
    if (laps > 0) {
        PYR_TRY(append_number(read, "", laps, laps == 1 ? " lap" : " laps", error));
    }
    if (time > 0 || laps == 0) {
        PYR_TRY(append_words(read, laps > 0 ? " +" : "+", error));
        PYR_TRY(append_time(read, time, error));
    }
    return PYR_OK;
}

/* ---- Penalties ---- */

/* Far from the ends of its type, so that sums stay within it. */
static bool is_penalty(int64_t time) {
    return time >= 0 && time <= PYR_LONGEST_TIME;
}

static pyr_status deduct(const reading *read, int64_t row, int64_t laps, int64_t time, pyr_penalty *car,
                         pyr_error *error) {
    if (laps < 0 || laps > INT32_MAX / 2 - car->laps || !is_penalty(time) || !is_penalty(car->time + time)) {
        return fail_decision(read, row, "takes more than a race holds, or gives something", error);
    }
    car->laps += (int32_t)laps;
    car->time += time;
    return PYR_OK;
}

static int64_t find_quickest_lap(const pyr_laps *laps, const uint8_t *counted) {
    int64_t quickest = INT64_MAX;
    for (int64_t row = 0; row < laps->count; row++) {
        bool counts = (counted[row] & PYR_COUNTS_LAP) != 0;
        quickest = counts && laps->lap_time[row] < quickest ? laps->lap_time[row] : quickest;
    }
    return quickest;
}

/* A time as laps and the rest, where the rules say so. No reference lap is quicker than the quickest one driven. */
static pyr_status convert(const reading *read, int64_t row, int64_t *time, int64_t *laps, pyr_error *error) {
    int64_t reference = read->options->reference_lap;
    *laps = 0;
    if (!read->options->laps_and_time || (reference == PYR_NO_TIME && *time < read->quickest_lap)) {
        return PYR_OK;
    }
    if (reference == PYR_NO_TIME) {
        return fail_decision(read, row, "is longer than a lap: penalties.reference_lap is needed to turn it into laps",
                             error);
    }
    if (reference <= 0) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "penalties.reference_lap is not longer than 0");
    }
    *laps = *time / reference;
    *time %= reference;
    return PYR_OK;
}

/* The time that is added: of a drive-through or stop-go as the rules convert one that was not served. */
static pyr_status added_time(const reading *read, int64_t row, pyr_decision_kind kind, int64_t *time,
                             pyr_error *error) {
    const pyr_classification_options *options = read->options;
    *time = pyr_decision_time(&read->decisions, row);
    if (kind == PYR_DRIVE_THROUGH) {
        *time = options->drive_through;
        return *time != PYR_NO_TIME ? PYR_OK
                                    : fail_decision(read, row, "was not served: penalties.drive_through is needed, "
                                                    "the time that it costs", error);
    }
    if (kind == PYR_STOP_GO && options->stop_go == PYR_NO_TIME && options->stop_go_loss == PYR_NO_TIME) {
        return fail_decision(read, row, "was not served: penalties.stop_go_loss is needed, what it costs beyond the "
                             "stop, or penalties.stop_go", error);
    }
    if (kind == PYR_STOP_GO && options->stop_go != PYR_NO_TIME) {
        *time = options->stop_go;
    } else if (kind == PYR_STOP_GO) {
        bool penalties = is_penalty(*time) && is_penalty(options->stop_go_loss);
        *time = penalties ? *time + options->stop_go_loss : -1; /* which is none either */
    }
    return PYR_OK;
}

static pyr_status add_penalty(reading *read, int64_t row, pyr_decision_kind kind, pyr_penalty *car, pyr_error *error) {
    int64_t time, laps = pyr_decision_number(&read->decisions, PYR_DECISION_LAPS, row);
    if (read->finishes == NULL) {
        return fail_decision(read, row, "has no meaning in a session that is no race; leave it out", error);
    }
    bool in_pit_lane = kind == PYR_DRIVE_THROUGH || kind == PYR_STOP_GO;
    int32_t lap = in_pit_lane ? pyr_decision_number(&read->decisions, PYR_DECISION_LAP, row) : 0;
    if (in_pit_lane) {
        PYR_TRY(append_words(read, kind == PYR_STOP_GO ? "stop-go " : "drive-through ", error));
    }
    if (lap != 0) {
        return append_number(read, "served, lap ", lap, "", error);
    }
    PYR_TRY(added_time(read, row, kind, &time, error));
    if (kind != PYR_LAP_PENALTY) {
        PYR_TRY(convert(read, row, &time, &laps, error));
    }
    PYR_TRY(deduct(read, row, laps, time, car, error));
    return append_cost(read, (int32_t)laps, time, error);
}

static pyr_status delete_lap(reading *read, int64_t row, int32_t entry, pyr_error *error) {
    int32_t lap = pyr_decision_number(&read->decisions, PYR_DECISION_LAP, row);
    int64_t at = pyr_find_lap(read->field, entry, lap, read->field->entries.first_lap[entry]);
    if (at < 0) {
        return fail_decision(read, row, "is for a lap that it did not run", error);
    }
    read->counted[at] = 0;
    return append_number(read, "lap ", lap, " deleted", error);
}

static pyr_status apply(reading *read, int64_t row, int32_t entry, pyr_error *error) {
    pyr_penalty *car = &read->penalties->cars[entry];
    pyr_decision_kind kind = PYR_DECISION_KIND_COUNT;
    PYR_TRY(pyr_decision_kind_of(&read->decisions, row, &kind, error));
    switch (kind) {
    case PYR_DELETE_LAP:
        return delete_lap(read, row, entry, error);
    case PYR_DELETE_TIMES:
        car->times_deleted = true;
        return append_words(read, "lap times deleted", error);
    case PYR_REAR_OF_CLASS:
        car->rear = (int32_t)row + 1;
        return append_words(read, "rear of class", error);
    case PYR_PLACE:
        car->place = pyr_decision_number(&read->decisions, PYR_DECISION_POSITION, row);
        return car->place > 0 ? append_number(read, "position ", car->place, "", error)
                              : fail_decision(read, row, "has no position; give one from 1 on", error);
    case PYR_DISQUALIFY:
        car->disqualified = true;
        return append_words(read, "disqualified", error);
    case PYR_RETIRE:
        car->retired = car->retirement_decided = true;
        return append_words(read, "retired", error);
    case PYR_GRID_DROP:
        return append_words(read, "grid drop", error);
    case PYR_PIT_LANE_START:
        return append_words(read, "pit lane start", error);
    case PYR_TIME_PENALTY:
    case PYR_LAP_PENALTY:
    case PYR_DRIVE_THROUGH:
    case PYR_STOP_GO:
    case PYR_DECISION_KIND_COUNT:
        break;
    }
    return add_penalty(read, row, kind, car, error);
}

/* ---- All of a car ---- */

static pyr_status apply_last_lap(reading *read, const pyr_last_lap_limits *limits, int32_t entry, pyr_error *error) {
    pyr_penalty *car = &read->penalties->cars[entry];
    int64_t time = read->finishes != NULL ? pyr_last_lap_time(read->field, entry, &read->finishes[entry])
                                          : PYR_NO_TIME;
    int32_t laps = time != PYR_NO_TIME ? pyr_last_lap_deduction(limits, time) : 0;
    if (laps == 0) {
        return PYR_OK;
    }
    car->beyond_limits = laps < 0;
    car->laps = laps > 0 ? laps : 0;
    if (laps > 0) {
        PYR_TRY(append_cost(read, laps, 0, error));
        PYR_TRY(append_words(read, ": ", error));
    }
    PYR_TRY(append_words(read, "last lap of ", error));
    return append_time(read, time, error);
}

static pyr_status apply_car(reading *read, const pyr_last_lap_limits *limits, int32_t entry, int64_t *at,
                            pyr_error *error) {
    read->line_size = 0;
    PYR_TRY(apply_last_lap(read, limits, entry, error));
    for (; *at < read->decisions.count && read->order[*at].key == entry; ++*at) {
        int64_t row = read->order[*at].row;
        pyr_text reason = pyr_decision_text(&read->decisions, PYR_DECISION_REASON, row);
        if (read->line_size > 0) {
            PYR_TRY(append_words(read, "; ", error));
        }
        PYR_TRY(apply(read, row, entry, error));
        if (reason.length > 0) {
            PYR_TRY(append_words(read, ": ", error));
            PYR_TRY(append(read, reason, error));
        }
    }
    if (read->line_size == 0) {
        return PYR_OK;
    }
    return pyr_interner_add(&read->penalties->texts, (pyr_text){read->line, read->line_size},
                            &read->penalties->cars[entry].decisions, error);
}

static pyr_status sort_decisions(reading *read, pyr_error *error) {
    for (int64_t row = 0; row < read->decisions.count; row++) {
        int32_t entry;
        pyr_text car = pyr_decision_text(&read->decisions, PYR_DECISION_CAR, row);
        PYR_TRY(pyr_require_entry(read->field, car, &entry, error));
        read->order[row] = (pyr_keyed){entry, row};
    }
    return pyr_sort(read->field->allocator, read->order, read->decisions.count, NULL, NULL, error);
}

static pyr_status apply_all(reading *read, pyr_error *error) {
    pyr_last_lap_limits limits;
    PYR_TRY(pyr_read_last_lap_limits(read->options->last_lap_limits, &limits, error));
    PYR_TRY(sort_decisions(read, error));
    int64_t at = 0;
    for (int32_t entry = 0; entry < read->field->entries.count; entry++) {
        read->penalties->cars[entry] = (pyr_penalty){.decisions = -1};
        PYR_TRY(apply_car(read, &limits, entry, &at, error));
    }
    return PYR_OK;
}

pyr_status pyr_read_penalties(const pyr_session *field, const pyr_classification_options *options,
                              const pyr_finish *finishes, uint8_t *counted, pyr_penalties *penalties,
                              pyr_error *error) {
    reading read = {
        .field = field, .options = options, .finishes = finishes, .counted = counted, .penalties = penalties,
    };
    read.quickest_lap = find_quickest_lap(&field->laps, counted);
    PYR_TRY(pyr_decisions_read(options->decisions, &read.decisions, error));
    PYR_TRY(pyr_new_array(field->allocator, (size_t)read.decisions.count, sizeof *read.order, &read.order, error));
    pyr_status status = apply_all(&read, error);
    pyr_release_array(field->allocator, read.order, (size_t)read.decisions.count, sizeof *read.order);
    pyr_release_array(field->allocator, read.line, read.line_capacity, 1);
    return status;
}
