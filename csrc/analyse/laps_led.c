#include "../base/sort.h"
#include "lap_rows.h"
#include "led_laps.h"

enum { CAR, CLASS, DRIVER, LAPS, TIME, SPELLS, GROUP, TEAM, MANUFACTURER };

static const pyr_field schema[] = {
    {"car", PYR_TEXT, true, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"driver", PYR_TEXT, true, NULL},
    {"laps", PYR_INT32, false, NULL},
    {"time", PYR_DURATION, true, NULL},
    {"spells", PYR_INT32, false, NULL},
    {"group", PYR_TEXT, true, NULL},
    {"team", PYR_TEXT, true, NULL},
    {"manufacturer", PYR_TEXT, true, NULL},
};

static const pyr_option options_of_laps_led[] = {
    {"by", PYR_OPTION_CHOICE, offsetof(pyr_laps_led_options, by), pyr_by_words},
    {"lead", PYR_OPTION_CHOICE, offsetof(pyr_laps_led_options, lead), pyr_race_by_words},
};
static const pyr_laps_led_options laps_led_default = {PYR_BY_CAR, PYR_RACE_OVERALL};

/* What a group led. */
typedef struct led_sum {
    int32_t laps, spells;
    int64_t time; /* PYR_NO_TIME: not known */
} led_sum;

typedef struct sum_work {
    pyr_led_laps led;
    pyr_groups groups; /* of the field */
    led_sum *sums;     /* by group */
    pyr_keyed *order;
    int32_t *chosen, *shared;
} sum_work;

static void add_laps(sum_work *work) {
    const pyr_led_laps *led = &work->led;
    for (int32_t group = 0; group < work->groups.count; group++) {
        work->sums[group] = (led_sum){0};
    }
    for (size_t i = 0; i < led->count; i++) {
        const pyr_led_lap *lap = &led->lap[i];
        if (!lap->asked || lap->row < 0) {
            continue;
        }
        int32_t group = work->groups.of_lap[lap->row];
        led_sum *sum = &work->sums[group];
        bool goes_on = i > 0 && lap[-1].asked && lap[-1].row >= 0 && lap[-1].race == lap->race &&
                       work->groups.of_lap[lap[-1].row] == group;
        bool timed = lap->start != PYR_NO_TIME && sum->time != PYR_NO_TIME;
        sum->laps++;
        sum->spells += !goes_on;
        sum->time = timed ? sum->time + lap->end - lap->start : PYR_NO_TIME;
    }
}

/* Groups that led, most laps first. */
static pyr_status choose_groups(const sum_work *work, int64_t *count, pyr_error *error) {
    *count = 0;
    for (int32_t group = 0; group < work->groups.count; group++) {
        if (work->sums[group].laps > 0) {
            work->order[(*count)++] = (pyr_keyed){-(int64_t)work->sums[group].laps, group};
        }
    }
    PYR_TRY(pyr_sort(work->led.session->allocator, work->order, *count, NULL, NULL, error));
    for (int64_t i = 0; i < *count; i++) {
        work->chosen[i] = (int32_t)work->order[i].row;
    }
    return PYR_OK;
}

static pyr_status answer(sum_work *work, pyr_table **out, pyr_error *error) {
    static const struct {
        int32_t column, lap_column;
    } names[] = {{CAR, PYR_LAP_CAR},     {CLASS, PYR_LAP_CLASS}, {DRIVER, PYR_LAP_DRIVER},
                 {GROUP, PYR_LAP_GROUP}, {TEAM, PYR_LAP_TEAM},   {MANUFACTURER, PYR_LAP_MANUFACTURER}};
    int64_t count;
    add_laps(work);
    PYR_TRY(choose_groups(work, &count, error));
    PYR_TRY(pyr_answer_new(work->led.field, &pyr_laps_led_question, count, out, error));
    for (int32_t i = 0; i < PYR_COUNT(names); i++) {
        pyr_fill_shared(work->led.field, names[i].lap_column, &work->groups, work->chosen, count, work->shared, *out,
                        names[i].column);
    }
    int32_t *laps = pyr_table_array(*out, LAPS), *spells = pyr_table_array(*out, SPELLS);
    int64_t *time = pyr_table_array(*out, TIME);
    for (int64_t i = 0; i < count; i++) {
        const led_sum *sum = &work->sums[work->chosen[i]];
        laps[i] = sum->laps;
        spells[i] = sum->spells;
        time[i] = sum->time;
    }
    return pyr_answer_finish(out, count, error);
}

static pyr_status sum_groups(sum_work *work, int32_t by, pyr_table **out, pyr_error *error) {
    const pyr_allocator *allocator = work->led.session->allocator;
    PYR_TRY(pyr_group_laps(work->led.field, by, &work->groups, error));
    size_t count = (size_t)work->groups.count;
    pyr_status status = pyr_new_array(allocator, count, sizeof *work->sums, &work->sums, error);
    status = status != PYR_OK ? status : pyr_new_array(allocator, count, sizeof *work->order, &work->order, error);
    status = status != PYR_OK ? status : pyr_new_array(allocator, count, sizeof *work->chosen, &work->chosen, error);
    status = status != PYR_OK ? status : pyr_new_array(allocator, count, sizeof *work->shared, &work->shared, error);
    status = status != PYR_OK ? status : answer(work, out, error);
    pyr_release_array(allocator, work->sums, count, sizeof *work->sums);
    pyr_release_array(allocator, work->order, count, sizeof *work->order);
    pyr_release_array(allocator, work->chosen, count, sizeof *work->chosen);
    pyr_release_array(allocator, work->shared, count, sizeof *work->shared);
    pyr_groups_clear(&work->groups);
    return status;
}

pyr_status pyr_laps_led(const pyr_session *session, const pyr_laps_led_options *options, pyr_table **out,
                        pyr_error *error) {
    sum_work work = {.sums = NULL};
    options = options != NULL ? options : &laps_led_default;
    *out = NULL;
    pyr_status status = pyr_led_laps_find(session, options->lead, &work.led, error);
    if (status == PYR_OK) {
        status = sum_groups(&work, options->by, out, error);
    }
    pyr_led_laps_clear(&work.led);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_laps_led(session, options, out, error);
}

const pyr_question pyr_laps_led_question = {
    .name = "laps_led",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .options = options_of_laps_led,
    .option_count = PYR_COUNT(options_of_laps_led),
    .options_default = &laps_led_default,
    .options_size = sizeof laps_led_default,
    .ask = ask,
};
