#include "led_laps.h"

#include "question.h"

static pyr_status add_lap(pyr_led_laps *led, pyr_led_lap lap, pyr_error *error) {
    const pyr_allocator *allocator = led->session->allocator;
    PYR_TRY(pyr_grow_array(allocator, &led->lap, &led->capacity, led->count + 1, sizeof *led->lap, error));
    led->lap[led->count++] = lap;
    return PYR_OK;
}

/* What is known of a race before its crossings are looked at. */
typedef struct race_facts {
    int32_t highest_lap; /* that a car ran */
    bool whole;          /* the session holds every lap of every car */
} race_facts;

static void find_facts(const pyr_led_laps *led, race_facts *facts) {
    const pyr_entries *entries = &led->field->entries;
    for (int32_t race = 0; race < led->races.count; race++) {
        facts[race] = (race_facts){.whole = !led->session->narrowed};
    }
    for (int32_t entry = 0; entry < entries->count; entry++) {
        int64_t first = entries->first_lap[entry], last = pyr_last_lap_row(entries, entry);
        int32_t race = led->races.of_entry[entry];
        if (race >= 0 && last >= first) {
            int32_t lap = led->field->laps.lap[last];
            facts[race].highest_lap = lap > facts[race].highest_lap ? lap : facts[race].highest_lap;
            facts[race].whole = facts[race].whole && led->session_rows[first] >= 0;
        }
    }
}

/* The laps behind `*before` that have no known leader, up to `lap`. */
static pyr_status add_unknown(pyr_led_laps *led, const pyr_led_lap *before, int32_t lap, bool asked,
                              pyr_error *error) {
    if (lap <= before->lap) {
        return PYR_OK;
    }
    pyr_led_lap unknown = {-1, before->race, before->lap + 1, lap, before->end, PYR_NO_TIME, asked};
    return add_lap(led, unknown, error);
}

static pyr_status find_laps(pyr_led_laps *led, int32_t race, race_facts facts, pyr_error *error) {
    const pyr_laps *laps = &led->field->laps;
    const pyr_places *places = pyr_race_places(&led->races, led->timeline);
    pyr_led_lap before = {.race = race};
    for (int64_t i = led->races.first[race]; i < led->races.first[race + 1]; i++) {
        int64_t row = led->races.row[i];
        if (places->position[row] != 1) {
            continue;
        }
        int32_t lap = laps->lap[row];
        int64_t start = lap == before.lap + 1 ? before.end : PYR_NO_TIME;
        pyr_led_lap led_lap = {row, race, lap, lap, start, laps->elapsed[row], led->session_rows[row] >= 0};
        if (lap >= 1) {
            PYR_TRY(add_unknown(led, &before, lap - 1, facts.whole, error));
            PYR_TRY(add_lap(led, led_lap, error));
        }
        before = led_lap;
    }
    return add_unknown(led, &before, facts.highest_lap, facts.whole, error);
}

static pyr_status find_all_laps(pyr_led_laps *led, pyr_error *error) {
    size_t races = (size_t)led->races.count;
    race_facts *facts;
    PYR_TRY(pyr_new_array(led->session->allocator, races, sizeof *facts, &facts, error));
    find_facts(led, facts);
    pyr_status status = PYR_OK;
    for (int32_t race = 0; status == PYR_OK && race < led->races.count; race++) {
        status = find_laps(led, race, facts[race], error);
    }
    pyr_release_array(led->session->allocator, facts, races, sizeof *facts);
    return status;
}

pyr_status pyr_led_laps_find(const pyr_session *session, int32_t by, pyr_led_laps *led, pyr_error *error) {
    *led = (pyr_led_laps){.session = session, .field = pyr_field_view(session)};
    PYR_TRY(pyr_require_race(session, error));
    PYR_TRY(pyr_session_timeline(led->field, &led->timeline, error));
    PYR_TRY(pyr_class_races_find(led->field, led->timeline, by, &led->races, error));
    PYR_TRY(pyr_session_rows(session, &led->session_rows, error));
    return find_all_laps(led, error);
}

void pyr_led_laps_clear(pyr_led_laps *led) {
    const pyr_allocator *allocator = led->session->allocator;
    pyr_class_races_clear(&led->races);
    pyr_release_array(allocator, led->session_rows, (size_t)led->field->laps.count, sizeof *led->session_rows);
    pyr_release_array(allocator, led->lap, led->capacity, sizeof *led->lap);
}

bool pyr_led_on(const pyr_led_laps *led, const pyr_led_lap *before, const pyr_led_lap *lap) {
    return before->asked && lap->asked && before->race == lap->race && before->row >= 0 && lap->row >= 0 &&
           before->lap + 1 == lap->first_lap &&
           led->timeline->entry[before->row] == led->timeline->entry[lap->row];
}
