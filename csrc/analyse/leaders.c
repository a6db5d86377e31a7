#include "led_laps.h"
#include "question.h"

enum { CAR, CLASS, DRIVER, FIRST_LAP, LAST_LAP, LAPS, START, END, DURATION };

static const pyr_field schema[] = {
    {"car", PYR_TEXT, true, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"driver", PYR_TEXT, true, NULL},
    {"first_lap", PYR_INT32, false, NULL},
    {"last_lap", PYR_INT32, false, NULL},
    {"laps", PYR_INT32, false, NULL},
    {"start", PYR_DURATION, true, NULL},
    {"end", PYR_DURATION, true, NULL},
    {"duration", PYR_DURATION, true, NULL},
};

static void fill_spell(const pyr_led_laps *led, const pyr_led_lap *first, const pyr_led_lap *last, int64_t at,
                       pyr_table *table) {
#define INT32_AT(column) ((int32_t *)pyr_table_array(table, column))[at]
#define TIME_AT(column) ((int64_t *)pyr_table_array(table, column))[at]
    const pyr_laps *laps = &led->field->laps;
    bool known = first->row >= 0;
    INT32_AT(CAR) = known ? laps->car[first->row] : -1;
    INT32_AT(CLASS) = known ? led->field->entries.class_code[led->timeline->entry[first->row]]
                            : led->races.class_code[first->race];
    INT32_AT(DRIVER) = known ? laps->driver[first->row] : -1;
    INT32_AT(FIRST_LAP) = first->first_lap;
    INT32_AT(LAST_LAP) = last->lap;
    INT32_AT(LAPS) = last->lap - first->first_lap + 1;
    TIME_AT(START) = first->start;
    TIME_AT(END) = last->end;
    bool timed = first->start != PYR_NO_TIME && last->end != PYR_NO_TIME;
    TIME_AT(DURATION) = timed ? last->end - first->start : PYR_NO_TIME;
#undef INT32_AT
#undef TIME_AT
}

static pyr_status answer(pyr_led_laps *led, pyr_table **out, pyr_error *error) {
    int64_t rows = 0;
    PYR_TRY(pyr_answer_new(led->field, &pyr_leaders_question, (int64_t)led->count, out, error));
    for (size_t first = 0, next; first < led->count; first = next) {
        next = first + 1;
        while (next < led->count && pyr_led_on(led, &led->lap[next - 1], &led->lap[next])) {
            next++;
        }
        if (led->lap[first].asked) {
            fill_spell(led, &led->lap[first], &led->lap[next - 1], rows++, *out);
        }
    }
    return pyr_answer_finish(out, rows, error);
}

static const pyr_option options_of_leaders[] = {
    {"by", PYR_OPTION_CHOICE, offsetof(pyr_race_options, by), pyr_race_by_words},
};
static const pyr_race_options leaders_default = {PYR_RACE_OVERALL};

pyr_status pyr_leaders(const pyr_session *session, const pyr_race_options *options, pyr_table **out,
                       pyr_error *error) {
    pyr_led_laps led;
    *out = NULL;
    pyr_status status = pyr_led_laps_find(session, options != NULL ? options->by : leaders_default.by, &led, error);
    if (status == PYR_OK) {
        status = answer(&led, out, error);
    }
    pyr_led_laps_clear(&led);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_leaders(session, options, out, error);
}

const pyr_question pyr_leaders_question = {
    .name = "leaders",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .options = options_of_leaders,
    .option_count = PYR_COUNT(options_of_leaders),
    .options_default = &leaders_default,
    .options_size = sizeof leaders_default,
    .ask = ask,
};
