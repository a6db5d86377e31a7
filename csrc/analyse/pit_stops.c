#include <string.h>

#include "question.h"
#include "stints.h"
#include "stop_figures.h"

enum stop_column {
    STOP_CAR, STOP_CLASS, STOP_VISIT, STOP_LAP, STOP_ELAPSED, STOP_PIT_LANE_TIME, STOP_KIND, STOP_DRIVER_BEFORE,
    STOP_DRIVER_AFTER, STOP_DRIVER_CHANGE, STOP_FLAG, STOP_LOSS, STOP_SERVICE, STOP_FUEL_ONLY_BELOW, STOP_FLAG_STATE,
    STOP_RIVALS, STOP_NAIVE
};

static const pyr_field stop_fields[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"visit", PYR_INT32, false, NULL},
    {"lap", PYR_INT32, true, NULL},
    {"elapsed", PYR_DURATION, true, NULL},
    {"pit_lane_time", PYR_DURATION, true, NULL},
    {"kind", PYR_TEXT, false, pyr_visit_kind_words},
    {"driver_before", PYR_TEXT, true, NULL},
    {"driver_after", PYR_TEXT, true, NULL},
    {"driver_change", PYR_BOOL, true, NULL},
    {"flag", PYR_TEXT, true, pyr_flag_words},
    {"loss", PYR_DURATION, true, NULL},
    {"service", PYR_TEXT, true, pyr_service_words},
    {"fuel_only_below", PYR_DURATION, true, NULL},
    {"flag_state", PYR_TEXT, true, pyr_flag_state_words},
    {"rivals", PYR_DURATION, true, NULL},
    {"naive", PYR_DURATION, true, NULL},
};
static const pyr_pit_stops_options default_options = {.fuel_only = PYR_NO_TIME};
static const pyr_option options_of_pit_stops[] = {
    {"fuel_only", PYR_OPTION_DURATION, offsetof(pyr_pit_stops_options, fuel_only), NULL},
    {"decisions", PYR_OPTION_TABLE, offsetof(pyr_pit_stops_options, decisions), NULL},
};

static void fill_drivers(const pyr_session *field, const pyr_visit *visit, pyr_table *answer, int64_t at) {
    /* Within one lap: from who drove the lap before to who drove this one. */
    int64_t before = visit->in_row >= 0 && visit->in_row == visit->out_row ? visit->in_row - 1 : visit->in_row;
    int64_t after = visit->out_row;
    int changed = before >= 0 && after >= 0 ? pyr_driver_changed(field, before, after) : -1;
    ((int32_t *)pyr_table_array(answer, STOP_DRIVER_BEFORE))[at] = before >= 0 ? field->laps.driver[before] : -1;
    ((int32_t *)pyr_table_array(answer, STOP_DRIVER_AFTER))[at] = after >= 0 ? field->laps.driver[after] : -1;
    ((uint8_t *)pyr_table_array(answer, STOP_DRIVER_CHANGE))[at] = changed >= 0 ? (uint8_t)changed : PYR_NO_BOOL;
}

static void fill_figure(const pyr_stop_figures *figures, int32_t class_code, const pyr_stop_figure *figure,
                        pyr_table *answer, int64_t at) {
    ((int64_t *)pyr_table_array(answer, STOP_LOSS))[at] = figure->loss;
    ((int32_t *)pyr_table_array(answer, STOP_SERVICE))[at] = figure->service;
    ((int64_t *)pyr_table_array(answer, STOP_FUEL_ONLY_BELOW))[at] =
        figure->service >= 0 ? figures->fuel_only[class_code + 1] : PYR_NO_TIME;
    ((int32_t *)pyr_table_array(answer, STOP_FLAG_STATE))[at] = figure->flag_state;
    ((int64_t *)pyr_table_array(answer, STOP_RIVALS))[at] = figure->rivals;
    ((int64_t *)pyr_table_array(answer, STOP_NAIVE))[at] = figure->naive;
}

static void fill_visit(const pyr_session *field, const pyr_visit *visit, pyr_table *answer, int64_t at) {
    const pyr_laps *laps = &field->laps;
    int64_t in_row = visit->in_row, time_row = visit->time_row;
    ((int32_t *)pyr_table_array(answer, STOP_CAR))[at] = field->entries.car[visit->entry];
    ((int32_t *)pyr_table_array(answer, STOP_CLASS))[at] = field->entries.class_code[visit->entry];
    ((int32_t *)pyr_table_array(answer, STOP_VISIT))[at] = visit->number;
    ((int32_t *)pyr_table_array(answer, STOP_LAP))[at] = in_row >= 0 ? laps->lap[in_row] : PYR_NO_INT32;
    ((int64_t *)pyr_table_array(answer, STOP_ELAPSED))[at] = in_row >= 0 ? laps->elapsed[in_row] : PYR_NO_TIME;
    ((int64_t *)pyr_table_array(answer, STOP_PIT_LANE_TIME))[at] =
        time_row >= 0 ? laps->pit_lane_time[time_row] : PYR_NO_TIME;
    ((int32_t *)pyr_table_array(answer, STOP_KIND))[at] = (int32_t)visit->kind;
    ((int32_t *)pyr_table_array(answer, STOP_FLAG))[at] = in_row >= 0 ? laps->flag[in_row] : -1;
    fill_drivers(field, visit, answer, at);
}

static pyr_status answer_stops(const pyr_session *session, const pyr_stop_figures *figures, pyr_table **out,
                               pyr_error *error) {
    const pyr_session *field = pyr_field_view(session);
    size_t visit_count = (size_t)figures->served.visits->count;
    uint8_t *shown;
    int64_t at = 0;
    PYR_TRY(pyr_new_array(session->allocator, visit_count, sizeof *shown, &shown, error));
    pyr_status status = pyr_shown_visits(session, figures->served.visits, shown, error);
    if (status == PYR_OK) {
        status = pyr_answer_new(field, &pyr_pit_stops_question, figures->served.visits->count, out, error);
    }
    for (int64_t i = 0; status == PYR_OK && i < figures->served.visits->count; i++) {
        const pyr_visit *visit = &figures->served.visits->visit[i];
        if (shown[i]) {
            fill_visit(field, visit, *out, at);
            fill_figure(figures, field->entries.class_code[visit->entry], &figures->figure[i], *out, at++);
        }
    }
    pyr_release_array(session->allocator, shown, visit_count, sizeof *shown);
    return status == PYR_OK ? pyr_answer_finish(out, at, error) : status;
}

pyr_status pyr_pit_stops(const pyr_session *session, const pyr_pit_stops_options *options, pyr_table **out,
                         pyr_error *error) {
    options = options != NULL ? options : &default_options;
    pyr_stop_figures figures;
    *out = NULL;
    PYR_TRY(pyr_check_cut_off(options->fuel_only, error));
    pyr_status status =
        pyr_stop_figures_find(pyr_field_view(session), options->fuel_only, options->decisions, &figures, error);
    if (status == PYR_OK) {
        status = answer_stops(session, &figures, out, error);
    }
    pyr_stop_figures_clear(&figures);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_pit_stops(session, options, out, error);
}

const pyr_question pyr_pit_stops_question = {
    .name = "pit_stops",
    .schema = stop_fields,
    .column_count = PYR_COUNT(stop_fields),
    .options = options_of_pit_stops,
    .option_count = PYR_COUNT(options_of_pit_stops),
    .options_default = &default_options,
    .options_size = sizeof default_options,
    .ask = ask,
};
