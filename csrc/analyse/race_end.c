#include "race_end.h"

/* One way to end the race of the whole field or of a class. */
typedef struct ending_of {
    int32_t class_code; /* or PYR_WHOLE_FIELD */
    pyr_finish_rule rule;
    int64_t took_from; /* who crossed at or after it took the flag; PYR_NO_TIME: `rule.flag` */
} ending_of;

/* ---- What the files show ---- */

/* The first crossing under a red flag that no crossing under another one followed; PYR_NO_TIME: the race was not
 * stopped, or resumed. */
static int64_t find_signal(const pyr_laps *laps) {
    int64_t resumed = -1, signal = INT64_MAX;
    for (int64_t row = 0; row < laps->count; row++) {
        if (laps->flag[row] != PYR_FLAG_RED && laps->elapsed[row] > resumed) {
            resumed = laps->elapsed[row];
        }
    }
    for (int64_t row = 0; row < laps->count; row++) {
        if (laps->flag[row] == PYR_FLAG_RED && laps->elapsed[row] > resumed && laps->elapsed[row] < signal) {
            signal = laps->elapsed[row];
        }
    }
    return signal == INT64_MAX ? PYR_NO_TIME : signal;
}

/* ---- Cutting ---- */

static void finish_cars(const pyr_session *field, const ending_of *ending, pyr_finish *finishes) {
    const pyr_laps *laps = &field->laps;
    int64_t took_from = ending->took_from != PYR_NO_TIME ? ending->took_from : ending->rule.flag;
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        if (ending->class_code != PYR_WHOLE_FIELD && field->entries.class_code[entry] != ending->class_code) {
            continue;
        }
        pyr_finish finish = pyr_find_finish(field, entry, field->entries.first_lap[entry], &ending->rule);
        finish.took_flag = finish.last >= field->entries.first_lap[entry] && laps->elapsed[finish.last] >= took_from;
        finishes[entry] = finish;
    }
}

/* A car that keeps all its laps took the flag if the files say so. */
static void keep_published_flags(const pyr_session *field, const pyr_finish *published, pyr_finish *finishes) {
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        if (finishes[entry].last == published[entry].last) {
            finishes[entry].took_flag = published[entry].took_flag;
        }
    }
}

static void finish_as_published(const pyr_session *field, bool flags, pyr_finish *finishes) {
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        int64_t last = pyr_last_lap_row(&field->entries, entry);
        bool started = last >= field->entries.first_lap[entry];
        bool took_flag = started && (!flags || field->laps.flag[last] == PYR_FLAG_CHEQUERED);
        finishes[entry] = (pyr_finish){last, took_flag, false};
    }
}

/* ---- A race that runs to its end ---- */

/* The race time at which so much time with suspensions has passed. */
static int64_t with_suspensions(const pyr_session *field, int64_t total) {
    const pyr_table *table = field->parts[PYR_SUSPENSIONS];
    const int64_t *resumed = pyr_int64s(pyr_table_column_view(table, PYR_SUSPENSION_ELAPSED));
    const int64_t *length = pyr_int64s(pyr_table_column_view(table, PYR_SUSPENSION_DURATION));
    int64_t instant = total;
    for (int64_t row = 0; row < pyr_table_row_count(table) && instant > resumed[row]; row++) {
        instant = instant - length[row] > resumed[row] ? instant - length[row] : resumed[row];
    }
    return instant;
}

/* The lap at whose end the flag falls in a race by laps; 0: not known. */
static int64_t flag_lap(const pyr_session *field, const pyr_classification_options *rules, bool flags) {
    int64_t limit = rules->time_limit, lap = rules->race_laps;
    if (rules->time_limit_total != PYR_NO_TIME) {
        int64_t total = with_suspensions(field, rules->time_limit_total);
        limit = limit == PYR_NO_TIME || total < limit ? total : limit;
    }
    if (limit != PYR_NO_TIME && !flags) {
        int64_t last = (int64_t)pyr_leader_laps(field, PYR_WHOLE_FIELD, limit) + 1 + rules->time_limit_laps;
        lap = lap == 0 || last < lap ? last : lap;
    }
    return lap;
}

/* When the flag falls in a race of that duration; PYR_NO_TIME: its leader did not run so far. */
static int64_t flag_after(const pyr_session *field, const pyr_classification_options *rules, int32_t class_code,
                          int64_t duration) {
    int64_t leader = pyr_flag_instant(field, class_code, duration);
    return leader == PYR_NO_TIME || rules->flag == PYR_FLAG_FOR_LEADER ? leader : duration;
}

static int64_t find_flag(const pyr_session *field, const pyr_classification_options *rules, bool flags) {
    int64_t duration = pyr_int64s(pyr_part_column(field, PYR_FACTS, PYR_FACT_DURATION))[0];
    int64_t lap = flag_lap(field, rules, flags);
    if (lap > 0) {
        return lap <= INT32_MAX ? pyr_first_completed(field, PYR_WHOLE_FIELD, (int32_t)lap) : PYR_NO_TIME;
    }
    duration = duration != PYR_NO_TIME ? duration : rules->duration;
    return duration != PYR_NO_TIME ? flag_after(field, rules, PYR_WHOLE_FIELD, duration) : PYR_NO_TIME;
}

/* A flag that was shown too early ended the race when the leader had last crossed before. */
static pyr_status find_early_flag(const pyr_session *field, int64_t shown, int64_t *flag, bool *early,
                                  pyr_error *error) {
    int32_t led = pyr_leader_laps(field, PYR_WHOLE_FIELD, shown);
    int64_t ended = pyr_first_completed(field, PYR_WHOLE_FIELD, led);
    if (led < 1) {
        return pyr_fail(error, PYR_ERROR_RULES,
                        "end_of_race.early_flag is before the leader completed a lap, so there is no result");
    }
    *early = *flag == PYR_NO_TIME || ended < *flag;
    *flag = *early ? ended : *flag;
    return PYR_OK;
}

/* Classes whose race ends before `last_flag`, that of the others; PYR_NO_TIME: it is not known. */
static pyr_status end_classes(const pyr_session *field, const pyr_classification_options *rules, int64_t last_flag,
                              pyr_finish *finishes, pyr_error *error) {
    static const pyr_field fields[] = {{"class", PYR_TEXT, false, NULL}, {"duration", PYR_DURATION, false, NULL}};
    const pyr_dictionary *classes = pyr_part_column(field, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary;
    const pyr_column *columns[2];
    if (rules->class_durations == NULL) {
        return PYR_OK;
    }
    PYR_TRY(pyr_table_require(rules->class_durations, "class_durations", fields, 2, columns, error));
    for (int64_t row = 0; row < pyr_table_row_count(rules->class_durations); row++) {
        pyr_text name = pyr_dictionary_text_view(columns[0]->dictionary, pyr_int32s(columns[0])[row]);
        int32_t class_code = pyr_dictionary_find(classes, name);
        if (class_code >= 0) { /* a class that is not in this race ends nothing */
            int64_t flag = flag_after(field, rules, class_code, pyr_int64s(columns[1])[row]);
            ending_of ending = {class_code, {flag, PYR_NO_TIME, PYR_NO_TIME}, PYR_NO_TIME};
            if (flag != PYR_NO_TIME && (last_flag == PYR_NO_TIME || flag < last_flag)) {
                finish_cars(field, &ending, finishes);
            }
        }
    }
    return PYR_OK;
}

/* ---- A race that was stopped ---- */

/* Every car that is still running has crossed from `flag` on. Running is who crossed since the leader's crossing
 * before. */
static bool all_crossed(const pyr_session *field, int64_t before, int64_t flag, int64_t signal) {
    const pyr_finish_rule until_signal = {PYR_NO_TIME, signal, PYR_NO_TIME};
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        int64_t first = field->entries.first_lap[entry];
        int64_t last = pyr_find_finish(field, entry, first, &until_signal).last;
        if (last >= first && field->laps.elapsed[last] >= before && field->laps.elapsed[last] < flag) {
            return false;
        }
    }
    return true;
}

static pyr_status fail_without_result(pyr_error *error) {
    return pyr_fail(error, PYR_ERROR_RULES,
                    "the race was stopped before its leader had completed two laps, so red_flag.result leaves no "
                    "result; choose another one");
}

/* As if the flag had fallen when the leader of the class completed the lap before the last one that he completed. */
static pyr_status stop_at_penultimate(const pyr_session *field, int32_t class_code, int64_t signal,
                                      pyr_finish *finishes, pyr_error *error) {
    int32_t lap = pyr_leader_laps(field, class_code, signal) - 1;
    if (lap < 1) {
        return fail_without_result(error);
    }
    int64_t flag = pyr_first_completed(field, class_code, lap);
    finish_cars(field, &(ending_of){class_code, {flag, signal, PYR_NO_TIME}, PYR_NO_TIME}, finishes);
    return PYR_OK;
}

/* A class in which nobody completed two laps keeps those before the signal. */
static pyr_status stop_classes(const pyr_session *field, int64_t signal, pyr_finish *finishes, pyr_error *error) {
    int32_t class_count = pyr_part_column(field, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary->count;
    for (int32_t class_code = -1; class_code < class_count; class_code++) {
        if (pyr_leader_laps(field, class_code, signal) > 1) {
            PYR_TRY(stop_at_penultimate(field, class_code, signal, finishes, error));
        }
    }
    return PYR_OK;
}

static pyr_status stop_race(const pyr_session *field, int32_t result, int64_t signal, pyr_finish *finishes,
                            pyr_error *error) {
    int32_t led = pyr_leader_laps(field, PYR_WHOLE_FIELD, signal);
    int64_t flag = pyr_first_completed(field, PYR_WHOLE_FIELD, led);
    int64_t before = led > 1 ? pyr_first_completed(field, PYR_WHOLE_FIELD, led - 1) : 0;
    finish_cars(field, &(ending_of){PYR_WHOLE_FIELD, {PYR_NO_TIME, signal, PYR_NO_TIME}, before}, finishes);
    switch (result) {
    case PYR_PENULTIMATE_LAP:
        return stop_at_penultimate(field, PYR_WHOLE_FIELD, signal, finishes, error);
    case PYR_CLASS_PENULTIMATE_CROSSING:
        return led < 2 ? fail_without_result(error) : stop_classes(field, signal, finishes, error);
    case PYR_LEADER_LAST_CROSSING:
        finish_cars(field, &(ending_of){PYR_WHOLE_FIELD, {flag, signal, PYR_NO_TIME}, before}, finishes);
        return PYR_OK;
    case PYR_LAST_LAP_OF_ALL:
        if (!all_crossed(field, before, flag, signal)) {
            return stop_at_penultimate(field, PYR_WHOLE_FIELD, signal, finishes, error);
        }
        finish_cars(field, &(ending_of){PYR_WHOLE_FIELD, {flag, signal, PYR_NO_TIME}, PYR_NO_TIME}, finishes);
        return PYR_OK;
    default:
        return pyr_fail(error, PYR_ERROR_RULES,
                        "red_flag.result is needed: the race was stopped and not resumed, its result depends on it");
    }
}

/* ---- The end ---- */

static pyr_status end_by_rules(const pyr_session *field, const pyr_classification_options *rules, bool flags,
                               pyr_finish *published, pyr_finish *finishes, pyr_race_ending *ending,
                               pyr_error *error) {
    int64_t flag = flags && rules->late_flag_counts ? PYR_NO_TIME : find_flag(field, rules, flags);
    bool early = false; /* who crossed since then took it, whoever came to the one that was shown */
    if (rules->early_flag != PYR_NO_TIME) {
        PYR_TRY(find_early_flag(field, rules->early_flag, &flag, &early, error));
    }
    finish_as_published(field, flags, published);
    finish_as_published(field, flags, finishes);
    if (flag != PYR_NO_TIME) {
        finish_cars(field, &(ending_of){PYR_WHOLE_FIELD, {flag, PYR_NO_TIME, PYR_NO_TIME}, PYR_NO_TIME}, finishes);
        *ending = PYR_ENDS_BY_RULES;
    }
    PYR_TRY(end_classes(field, rules, flag, finishes, error));
    if (flags && !early) {
        keep_published_flags(field, published, finishes);
    }
    *ending = flags ? PYR_ENDS_PUBLISHED : *ending;
    return PYR_OK;
}

pyr_status pyr_find_race_end(const pyr_session *field, const pyr_classification_options *rules, pyr_finish *finishes,
                             pyr_race_ending *ending, pyr_error *error) {
    bool flags = pyr_any_chequered(&field->laps);
    int64_t signal = rules->red_flag_signal != PYR_NO_TIME || flags ? rules->red_flag_signal
                                                                     : find_signal(&field->laps);
    size_t count = (size_t)field->entries.count;
    pyr_finish *published;
    if (signal != PYR_NO_TIME && rules->red_flag_result != PYR_STOPPED_AS_PUBLISHED) {
        *ending = PYR_ENDS_STOPPED;
        return stop_race(field, rules->red_flag_result, signal, finishes, error);
    }
    *ending = PYR_ENDS_UNKNOWN;
    PYR_TRY(pyr_new_array(field->allocator, count, sizeof *published, &published, error));
    pyr_status status = end_by_rules(field, rules, flags, published, finishes, ending, error);
    pyr_release_array(field->allocator, published, count, sizeof *published);
    return status;
}
