#include "../base/interval.h"
#include "../base/sort.h"
#include "lap_rows.h"
#include "stop_figures.h"

enum loss_column {
    LOSS_CAR, LOSS_CLASS, LOSS_DRIVER, LOSS_FLAG, LOSS_STOPS, LOSS_MEDIAN, LOSS_LOW, LOSS_HIGH, LOSS_NAIVE,
    LOSS_GREEN_LAPS, LOSS_MEASURED, LOSS_GREEN_LAP, LOSS_GROUP, LOSS_TEAM, LOSS_MANUFACTURER
};

static const pyr_field loss_fields[] = {
    {"car", PYR_TEXT, true, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"driver", PYR_TEXT, true, NULL},
    {"flag", PYR_TEXT, true, pyr_flag_state_words},
    {"stops", PYR_INT64, false, NULL},
    {"median", PYR_DURATION, true, NULL},
    {"low", PYR_DURATION, true, NULL},
    {"high", PYR_DURATION, true, NULL},
    {"naive", PYR_DURATION, true, NULL},
    {"green_laps", PYR_FLOAT64, true, NULL},
    {"measured", PYR_INT64, false, NULL},
    {"green_lap", PYR_DURATION, true, NULL},
    {"group", PYR_TEXT, true, NULL},
    {"team", PYR_TEXT, true, NULL},
    {"manufacturer", PYR_TEXT, true, NULL},
};

static const char *const by_words[] = {"overall", "class", "car", "driver", "team", "manufacturer", "group", NULL};
static const int32_t by_of_words[] = {[PYR_LOSS_BY_CLASS] = PYR_BY_CLASS,
                                      [PYR_LOSS_BY_CAR] = PYR_BY_CAR,
                                      [PYR_LOSS_BY_DRIVER] = PYR_BY_DRIVER,
                                      [PYR_LOSS_BY_TEAM] = PYR_BY_TEAM,
                                      [PYR_LOSS_BY_MANUFACTURER] = PYR_BY_MANUFACTURER,
                                      [PYR_LOSS_BY_GROUP] = PYR_BY_GROUP};
static const char *const method_words[] = {"loss", "rivals", "naive", NULL};
static const pyr_pit_loss_options default_options = {.by = PYR_LOSS_BY_CLASS, .method = PYR_LOSS_EXACT};
static const pyr_option options_of_pit_loss[] = {
    {"by", PYR_OPTION_CHOICE, offsetof(pyr_pit_loss_options, by), by_words},
    {"method", PYR_OPTION_CHOICE, offsetof(pyr_pit_loss_options, method), method_words},
    {"decisions", PYR_OPTION_TABLE, offsetof(pyr_pit_loss_options, decisions), NULL},
};

typedef struct loss_work {
    const pyr_session *session, *field;
    const pyr_pit_loss_options *options;
    pyr_stop_figures figures;
    pyr_groups groups;   /* of the laps of the field */
    size_t room;         /* for a value a visit, a lap or a group */
    uint8_t *shown;      /* by visit */
    pyr_keyed *items;
    int64_t *values, *times;
    int32_t *rank;       /* by group: its place in the answer */
    int64_t *green_lap;  /* by group */
    int32_t *chosen;     /* by row of the answer: its group */
    int32_t *shared;
} loss_work;

/* ---- Groups ---- */

/* What groups of a text stand by; no text last. The context is their dictionary. */
static bool text_before(const void *context, int64_t left, int64_t right) {
    if (left == 0 || right == 0) {
        return left != 0;
    }
    return pyr_text_compare(pyr_dictionary_text_view(context, (int32_t)left - 1),
                            pyr_dictionary_text_view(context, (int32_t)right - 1)) < 0;
}

static pyr_status rank_groups(const loss_work *work, pyr_error *error) {
    static const int32_t columns[] = {[PYR_LOSS_BY_CLASS] = PYR_LAP_CLASS,
                                      [PYR_LOSS_BY_TEAM] = PYR_LAP_TEAM,
                                      [PYR_LOSS_BY_MANUFACTURER] = PYR_LAP_MANUFACTURER,
                                      [PYR_LOSS_BY_GROUP] = PYR_LAP_GROUP};
    int32_t by = work->options->by;
    bool natural = by == PYR_LOSS_OVERALL || by == PYR_LOSS_BY_CAR || by == PYR_LOSS_BY_DRIVER;
    for (int32_t group = 0; group < work->groups.count; group++) {
        work->items[group] = (pyr_keyed){0, group};
    }
    if (!natural) {
        PYR_TRY(pyr_sort(work->field->allocator, work->items, work->groups.count, text_before,
                         pyr_part_column(work->field, PYR_LAPS, columns[by])->dictionary, error));
    }
    for (int32_t place = 0; place < work->groups.count; place++) {
        work->rank[work->items[place].row] = place;
    }
    return PYR_OK;
}

static bool is_green_flying(const loss_work *work, int64_t row) {
    const pyr_laps *laps = &work->field->laps;
    return (laps->flag[row] == PYR_FLAG_GREEN || laps->flag[row] == PYR_FLAG_NONE) && laps->lap[row] > 1 &&
           laps->lap_time[row] != PYR_NO_TIME && work->figures.served.visits->lap_marks[row] == 0;
}

/* Green flying laps group after group: `values` holds first where each begins, then where it ends. */
static void find_green_laps(const loss_work *work) {
    int64_t *end = work->values, start = 0;
    for (int32_t group = 0; group < work->groups.count; group++) {
        end[group] = 0;
    }
    for (int64_t row = 0; row < work->field->laps.count; row++) {
        end[work->groups.of_lap[row]] += is_green_flying(work, row);
    }
    for (int32_t group = 0; group < work->groups.count; group++) {
        int64_t count = end[group];
        end[group] = start;
        start += count;
    }
    for (int64_t row = 0; row < work->field->laps.count; row++) {
        if (is_green_flying(work, row)) {
            work->times[end[work->groups.of_lap[row]]++] = work->field->laps.lap_time[row];
        }
    }
    for (int32_t group = 0; group < work->groups.count; group++) {
        int64_t first = group > 0 ? end[group - 1] : 0;
        work->green_lap[group] = pyr_median(work->times + first, end[group] - first);
    }
}

/* ---- Stops of one group and flag state ---- */

enum { STATE_COUNT = PYR_FLAG_MIXED + 2 }; /* none first */

static int64_t measure_of(const loss_work *work, const pyr_stop_figure *figure) {
    switch (work->options->method) {
    case PYR_LOSS_EXACT:
        return figure->loss;
    case PYR_LOSS_RIVALS:
        return figure->rivals;
    default:
        return figure->naive;
    }
}

static bool is_counted(const loss_work *work, int64_t i) {
    const pyr_stop_figure *figure = &work->figures.figure[i];
    bool stop = work->options->method == PYR_LOSS_EXACT
                    ? work->figures.served.visits->visit[i].kind == PYR_VISIT_PIT_STOP
                    : figure->naive != PYR_NO_TIME;
    return stop && work->shown[i] != 0 && work->figures.served.visits->visit[i].in_row >= 0;
}

/* Visits that count, by group and flag state. */
static pyr_status sort_stops(const loss_work *work, int64_t *count, pyr_error *error) {
    const pyr_visits *visits = work->figures.served.visits;
    *count = 0;
    for (int64_t i = 0; i < visits->count; i++) {
        if (is_counted(work, i)) {
            int32_t group = work->groups.of_lap[visits->visit[i].in_row];
            int64_t state = work->figures.figure[i].flag_state + 1;
            work->items[(*count)++] = (pyr_keyed){(int64_t)work->rank[group] * STATE_COUNT + state, i};
        }
    }
    return pyr_sort(work->field->allocator, work->items, *count, NULL, NULL, error);
}

static pyr_status sort_values(const loss_work *work, int64_t count, pyr_keyed *items, pyr_error *error) {
    for (int64_t i = 0; i < count; i++) {
        items[i] = (pyr_keyed){work->values[i], 0};
    }
    return pyr_sort(work->field->allocator, items, count, NULL, NULL, error);
}

/* One row of the answer from the visits at `items`, `stops` of them; they are overwritten. */
static pyr_status fill_row(const loss_work *work, pyr_keyed *items, int64_t stops, pyr_table *answer, int64_t at,
                           pyr_error *error) {
    const pyr_visits *visits = work->figures.served.visits;
    int64_t first = items[0].row, measured = 0, naive = 0, low, high;
    int32_t group = work->groups.of_lap[visits->visit[first].in_row];
    for (int64_t i = 0; i < stops; i++) {
        const pyr_stop_figure *figure = &work->figures.figure[items[i].row];
        work->values[measured] = measure_of(work, figure);
        measured += work->values[measured] != PYR_NO_TIME;
        work->times[naive] = figure->naive;
        naive += work->times[naive] != PYR_NO_TIME;
    }
    PYR_TRY(sort_values(work, measured, items, error));
    pyr_median_interval(measured, &low, &high);
    int64_t median = pyr_median(work->values, measured), green_lap = work->green_lap[group];
    bool in_laps = median != PYR_NO_TIME && green_lap != PYR_NO_TIME && green_lap > 0;
    work->chosen[at] = group;
    ((int32_t *)pyr_table_array(answer, LOSS_FLAG))[at] = work->figures.figure[first].flag_state;
    ((int64_t *)pyr_table_array(answer, LOSS_STOPS))[at] = stops;
    ((int64_t *)pyr_table_array(answer, LOSS_MEDIAN))[at] = median;
    ((int64_t *)pyr_table_array(answer, LOSS_LOW))[at] = low >= 0 ? items[low].key : PYR_NO_TIME;
    ((int64_t *)pyr_table_array(answer, LOSS_HIGH))[at] = low >= 0 ? items[high].key : PYR_NO_TIME;
    ((int64_t *)pyr_table_array(answer, LOSS_NAIVE))[at] = pyr_median(work->times, naive);
    ((double *)pyr_table_array(answer, LOSS_GREEN_LAPS))[at] = in_laps ? (double)median / (double)green_lap : NAN;
    ((int64_t *)pyr_table_array(answer, LOSS_MEASURED))[at] = measured;
    ((int64_t *)pyr_table_array(answer, LOSS_GREEN_LAP))[at] = green_lap;
    return PYR_OK;
}

static void fill_names(const loss_work *work, int64_t count, pyr_table *answer) {
    static const struct {
        int32_t column, lap_column;
    } names[] = {{LOSS_CAR, PYR_LAP_CAR},     {LOSS_CLASS, PYR_LAP_CLASS}, {LOSS_DRIVER, PYR_LAP_DRIVER},
                 {LOSS_GROUP, PYR_LAP_GROUP}, {LOSS_TEAM, PYR_LAP_TEAM},   {LOSS_MANUFACTURER, PYR_LAP_MANUFACTURER}};
    for (int32_t i = 0; i < PYR_COUNT(names); i++) {
        pyr_fill_shared(work->field, names[i].lap_column, &work->groups, work->chosen, count, work->shared, answer,
                        names[i].column);
    }
}

static pyr_status fill(const loss_work *work, int64_t stop_count, pyr_table *answer, int64_t *count, pyr_error *error) {
    *count = 0;
    for (int64_t start = 0, end = 0; start < stop_count; start = end) {
        int64_t key = work->items[start].key;
        for (; end < stop_count && work->items[end].key == key; end++) {
        }
        PYR_TRY(fill_row(work, work->items + start, end - start, answer, (*count)++, error));
    }
    fill_names(work, *count, answer);
    return PYR_OK;
}

/* ---- The answer ---- */

static pyr_status group_laps(loss_work *work, pyr_error *error) {
    int32_t by = work->options->by;
    PYR_TRY(pyr_group_laps(work->field, by == PYR_LOSS_OVERALL ? PYR_BY_CAR : by_of_words[by], &work->groups, error));
    for (int64_t row = 0; by == PYR_LOSS_OVERALL && row < work->groups.row_count; row++) {
        work->groups.of_lap[row] = 0;
    }
    work->groups.count = by == PYR_LOSS_OVERALL ? 1 : work->groups.count;
    return PYR_OK;
}

static pyr_status new_work(loss_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->field->allocator;
    size_t visits = pyr_visit_count(work->figures.served.visits), laps = (size_t)work->field->laps.count;
    size_t groups = (size_t)work->groups.count;
    work->room = laps > visits ? laps : visits;
    work->room = work->room > groups ? work->room : groups;
    PYR_TRY(pyr_new_array(allocator, visits, sizeof *work->shown, &work->shown, error));
    PYR_TRY(pyr_new_array(allocator, work->room, sizeof *work->items, &work->items, error));
    PYR_TRY(pyr_new_array(allocator, work->room, sizeof *work->values, &work->values, error));
    PYR_TRY(pyr_new_array(allocator, work->room, sizeof *work->times, &work->times, error));
    PYR_TRY(pyr_new_array(allocator, groups, sizeof *work->rank, &work->rank, error));
    PYR_TRY(pyr_new_array(allocator, groups, sizeof *work->green_lap, &work->green_lap, error));
    PYR_TRY(pyr_new_array(allocator, visits, sizeof *work->chosen, &work->chosen, error));
    return pyr_new_array(allocator, groups, sizeof *work->shared, &work->shared, error);
}

static void clear_work(loss_work *work) {
    const pyr_allocator *allocator = work->field->allocator;
    size_t visits = pyr_visit_count(work->figures.served.visits), groups = (size_t)work->groups.count;
    pyr_release_array(allocator, work->shown, visits, sizeof *work->shown);
    pyr_release_array(allocator, work->items, work->room, sizeof *work->items);
    pyr_release_array(allocator, work->values, work->room, sizeof *work->values);
    pyr_release_array(allocator, work->times, work->room, sizeof *work->times);
    pyr_release_array(allocator, work->rank, groups, sizeof *work->rank);
    pyr_release_array(allocator, work->green_lap, groups, sizeof *work->green_lap);
    pyr_release_array(allocator, work->chosen, visits, sizeof *work->chosen);
    pyr_release_array(allocator, work->shared, groups, sizeof *work->shared);
    pyr_stop_figures_clear(&work->figures);
    pyr_groups_clear(&work->groups);
}

static pyr_status answer_losses(loss_work *work, pyr_table **out, pyr_error *error) {
    int64_t stops, count = 0;
    PYR_TRY(pyr_stop_figures_find(work->field, PYR_NO_TIME, work->options->decisions, &work->figures, error));
    PYR_TRY(group_laps(work, error));
    PYR_TRY(new_work(work, error));
    PYR_TRY(pyr_shown_visits(work->session, work->figures.served.visits, work->shown, error));
    PYR_TRY(rank_groups(work, error));
    find_green_laps(work);
    PYR_TRY(sort_stops(work, &stops, error));
    PYR_TRY(pyr_answer_new(work->field, &pyr_pit_loss_question, stops, out, error));
    pyr_status status = fill(work, stops, *out, &count, error);
    if (status != PYR_OK) {
        pyr_table_release(*out);
        *out = NULL;
        return status;
    }
    return pyr_answer_finish(out, count, error);
}

pyr_status pyr_pit_loss(const pyr_session *session, const pyr_pit_loss_options *options, pyr_table **out,
                        pyr_error *error) {
    loss_work work = {.session = session, .field = pyr_field_view(session),
                      .options = options != NULL ? options : &default_options};
    *out = NULL;
    if (work.options->by < PYR_LOSS_OVERALL || work.options->by > PYR_LOSS_BY_GROUP) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "losses cannot be grouped by choice %d", (int)work.options->by);
    }
    if (work.options->method < PYR_LOSS_EXACT || work.options->method > PYR_LOSS_NAIVE) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "the method is loss, rivals or naive");
    }
    pyr_status status = answer_losses(&work, out, error);
    clear_work(&work);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_pit_loss(session, options, out, error);
}

const pyr_question pyr_pit_loss_question = {
    .name = "pit_loss",
    .schema = loss_fields,
    .column_count = PYR_COUNT(loss_fields),
    .options = options_of_pit_loss,
    .option_count = PYR_COUNT(options_of_pit_loss),
    .options_default = &default_options,
    .options_size = sizeof default_options,
    .ask = ask,
};
