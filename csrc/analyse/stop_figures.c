#include "stop_figures.h"

#include <string.h>

#include "../base/sort.h"
#include "question.h"
#include "rival_laps.h"
#include "two_groups.h"

const char *const pyr_flag_state_words[] = {"green",      "yellow", "slow_zone", "fcy",   "vsc", "code_60",
                                            "safety_car", "red",    "chequered", "mixed", NULL};
const char *const pyr_service_words[] = {"fuel_only", "tyres", NULL};

enum { FEWEST_GREEN_LAPS = 10 };
static const int64_t longest_counted = 300000000; /* microseconds in the pit lane */

typedef struct figure_work {
    const pyr_session *field;
    pyr_stop_figures *figures;
    pyr_rival_laps rivals;
    int64_t *scratch; /* a value a lap; for services: a value a visit */
} figure_work;

/* ---- What a visit cost ---- */

/* The laps of the visit together; PYR_NO_TIME: one is missing or has no time. */
static int64_t sum_of(const pyr_laps *laps, const pyr_visit *visit) {
    int64_t sum = 0;
    if (visit->in_row < 0 || visit->out_row < 0 ||
        laps->lap[visit->out_row] - laps->lap[visit->in_row] != visit->out_row - visit->in_row) {
        return PYR_NO_TIME;
    }
    for (int64_t row = visit->in_row; row <= visit->out_row; row++) {
        if (laps->lap_time[row] == PYR_NO_TIME) {
            return PYR_NO_TIME;
        }
        sum += laps->lap_time[row];
    }
    return sum;
}

/* The window of rivals that a loss was measured with, places from `low` up to `high`, -1: none; and their median. */
typedef struct rival_window {
    int64_t low, high, median;
} rival_window;

static pyr_status find_loss(figure_work *work, const pyr_visit *visit, rival_window *window, int64_t *loss,
                            pyr_error *error) {
    const pyr_laps *laps = &work->field->laps;
    int64_t sum = sum_of(laps, visit), near = window->high; /* the visit before was not long ago */
    *window = (rival_window){-1, -1, PYR_NO_TIME};
    *loss = PYR_NO_TIME;
    if (sum == PYR_NO_TIME || visit->kind == PYR_VISIT_RED_FLAG) {
        return PYR_OK;
    }
    int64_t start = pyr_lap_start(laps, visit->in_row), end = laps->elapsed[visit->out_row];
    if (start == PYR_NO_TIME || end == PYR_NO_TIME) {
        return PYR_OK;
    }
    int32_t class_code = work->field->entries.class_code[visit->entry];
    window->low = pyr_rivals_after(&work->rivals, class_code, near, start);
    window->high = pyr_rivals_after(&work->rivals, class_code, window->low, end);
    PYR_TRY(pyr_rivals_median(&work->rivals, PYR_RIVALS_OF_LOSS, window->low, window->high, &window->median, error));
    if (window->median != PYR_NO_TIME) {
        *loss = sum - (visit->out_row - visit->in_row + 1) * window->median;
    }
    return PYR_OK;
}

/* The published measures count a lap that crosses in the pit lane whose predecessor and successor do not. */
static bool is_counted(const figure_work *work, const pyr_visit *visit) {
    const pyr_laps *laps = &work->field->laps;
    int64_t row = visit->in_row, after = row + 1;
    if (row < 0 || visit->out_row != after || sum_of(laps, visit) == PYR_NO_TIME || !pyr_lap_in_pit(laps, row)) {
        return false;
    }
    bool alone = row > 0 && laps->car[row - 1] == laps->car[row] && !pyr_lap_in_pit(laps, row - 1) &&
                 !pyr_lap_in_pit(laps, after);
    return alone && (laps->pit_lane_time[after] == PYR_NO_TIME || laps->pit_lane_time[after] <= longest_counted);
}

/* A crossing at the very start of the window, mostly the car's own, counts if `elapsed - lap_time` in seconds does not
 * exceed it in binary floating point: that is how the published figures were computed, and they depend on it. */
static bool counts_start(int64_t elapsed, int64_t lap_time) {
    double start = (double)elapsed / 1e6 - (double)lap_time / 1e6;
    return start <= (double)(elapsed - lap_time) / 1e6;
}

/* `same` is the window of the loss: as a rule the laps in it are the same. */
static pyr_status find_rivals(figure_work *work, const pyr_visit *visit, const rival_window *same, int64_t *figure,
                              pyr_error *error) {
    const pyr_laps *laps = &work->field->laps;
    int64_t in_elapsed = laps->elapsed[visit->in_row], end = laps->elapsed[visit->out_row];
    if (in_elapsed == PYR_NO_TIME || end == PYR_NO_TIME) {
        return PYR_OK;
    }
    int32_t class_code = work->field->entries.class_code[visit->entry];
    int64_t lap_time = laps->lap_time[visit->in_row], median = same->median;
    int64_t limit = in_elapsed - lap_time - counts_start(in_elapsed, lap_time);
    int64_t low = pyr_rivals_after(&work->rivals, class_code, same->low, limit);
    int64_t high = pyr_rivals_after(&work->rivals, class_code, same->high, end);
    if (low != same->low || high != same->high || !pyr_rivals_agree(&work->rivals, low, high)) {
        PYR_TRY(pyr_rivals_median(&work->rivals, PYR_RIVALS_PUBLISHED, low, high, &median, error));
    }
    *figure = median == PYR_NO_TIME ? PYR_NO_TIME : lap_time + laps->lap_time[visit->out_row] - 2 * median;
    return PYR_OK;
}

/* The median green flying lap of the car as the published measures have it; PYR_NO_TIME: fewer than 10 laps. */
static int64_t green_median(const figure_work *work, int32_t entry) {
    const pyr_laps *laps = &work->field->laps;
    int64_t count = 0;
    for (int64_t row = work->field->entries.first_lap[entry]; row < work->field->entries.first_lap[entry + 1]; row++) {
        bool green = laps->flag[row] == PYR_FLAG_GREEN || laps->flag[row] == PYR_FLAG_NONE;
        if (green && laps->lap[row] > 1 && laps->lap_time[row] != PYR_NO_TIME && !pyr_lap_in_pit(laps, row) &&
            !pyr_follows_crossing_in_pit(laps, row)) {
            work->scratch[count++] = laps->lap_time[row];
        }
    }
    return count >= FEWEST_GREEN_LAPS ? pyr_median(work->scratch, count) : PYR_NO_TIME;
}

static int32_t flag_state(const pyr_laps *laps, const pyr_visit *visit) {
    if (visit->in_row < 0 || visit->out_row < 0) {
        return -1;
    }
    int32_t flag = laps->flag[visit->in_row];
    return flag == laps->flag[visit->out_row] ? flag : PYR_FLAG_MIXED;
}

/* The published measures of a visit that was counted there; `median`: of the green laps of the car. */
static pyr_status find_published(figure_work *work, const pyr_visit *visit, int64_t median, const rival_window *window,
                                 pyr_stop_figure *figure, pyr_error *error) {
    if (median == PYR_NO_TIME) {
        return PYR_OK;
    }
    figure->naive = sum_of(&work->field->laps, visit) - 2 * median;
    return find_rivals(work, visit, window, &figure->rivals, error);
}

static pyr_status find_costs(figure_work *work, pyr_error *error) {
    bool race = pyr_is_race(work->field);
    int32_t entry = -1; /* whose median is known */
    int64_t median = PYR_NO_TIME;
    rival_window window = {-1, -1, PYR_NO_TIME};
    for (int64_t i = 0; i < work->figures->served.visits->count; i++) {
        const pyr_visit *visit = &work->figures->served.visits->visit[i];
        pyr_stop_figure *figure = &work->figures->figure[i];
        *figure = (pyr_stop_figure){PYR_NO_TIME, PYR_NO_TIME, PYR_NO_TIME, flag_state(&work->field->laps, visit), -1};
        if (!race) {
            continue;
        }
        PYR_TRY(find_loss(work, visit, &window, &figure->loss, error));
        if (!is_counted(work, visit)) {
            continue;
        }
        if (visit->entry != entry) {
            entry = visit->entry;
            median = green_median(work, entry);
        }
        PYR_TRY(find_published(work, visit, median, &window, figure, error));
    }
    return PYR_OK;
}

/* ---- What was done ---- */

static int64_t time_of(const figure_work *work, const pyr_visit *visit) {
    bool timed = visit->kind == PYR_VISIT_PIT_STOP && visit->time_row >= 0;
    return timed ? work->field->laps.pit_lane_time[visit->time_row] : PYR_NO_TIME;
}

static bool is_green(const figure_work *work, int64_t i) {
    int32_t state = work->figures->figure[i].flag_state;
    return state == PYR_FLAG_GREEN || state == PYR_FLAG_NONE;
}

/* From times with their classes, to classes with their times, which ascend within a class. */
static pyr_status sort_by_class(const pyr_allocator *allocator, pyr_keyed *items, int64_t count, pyr_error *error) {
    PYR_TRY(pyr_sort(allocator, items, count, NULL, NULL, error));
    for (int64_t i = 0; i < count; i++) {
        items[i] = (pyr_keyed){items[i].row, items[i].key};
    }
    return pyr_sort(allocator, items, count, NULL, NULL, error);
}

/* Of each class, from its stops under green. */
static pyr_status find_cut_offs(const figure_work *work, pyr_error *error) {
    const pyr_visits *visits = work->figures->served.visits;
    const pyr_allocator *allocator = work->field->allocator;
    pyr_keyed *items;
    int64_t count = 0;
    PYR_TRY(pyr_new_array(allocator, (size_t)visits->count, sizeof *items, &items, error));
    for (int64_t i = 0; i < visits->count; i++) {
        int64_t time = time_of(work, &visits->visit[i]);
        if (time != PYR_NO_TIME && is_green(work, i)) {
            items[count++] = (pyr_keyed){time, work->field->entries.class_code[visits->visit[i].entry] + 1};
        }
    }
    pyr_status status = sort_by_class(allocator, items, count, error);
    for (int64_t start = 0, end = 0; status == PYR_OK && start < count; start = end) {
        for (; end < count && items[end].key == items[start].key; end++) {
            work->scratch[end - start] = items[end].row;
        }
        status = pyr_divide_times(allocator, work->scratch, end - start, &work->figures->fuel_only[items[start].key],
                                  error);
    }
    pyr_release_array(allocator, items, (size_t)visits->count, sizeof *items);
    return status;
}

static pyr_status find_services(const figure_work *work, int64_t fuel_only, pyr_error *error) {
    pyr_stop_figures *figures = work->figures;
    for (size_t code = 0; code < figures->class_count; code++) {
        figures->fuel_only[code] = fuel_only;
    }
    if (fuel_only == PYR_NO_TIME && pyr_is_race(work->field)) {
        PYR_TRY(find_cut_offs(work, error));
    }
    for (int64_t i = 0; i < figures->served.visits->count; i++) {
        const pyr_visit *visit = &figures->served.visits->visit[i];
        int64_t time = time_of(work, visit);
        int64_t cut_off = figures->fuel_only[work->field->entries.class_code[visit->entry] + 1];
        if (time != PYR_NO_TIME && cut_off != PYR_NO_TIME) {
            figures->figure[i].service = time < cut_off ? PYR_SERVICE_FUEL_ONLY : PYR_SERVICE_TYRES;
        }
    }
    return PYR_OK;
}

/* ---- All of it ---- */

static size_t count_classes(const pyr_session *field) {
    return (size_t)pyr_part_column(field, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary->count + 1;
}

/* What each visit cost, the same for all questions: figures without their services. */
static pyr_status build_costs(const pyr_session *field, pyr_buffer **out, pyr_error *error) {
    pyr_stop_figures figures = {.class_count = count_classes(field)};
    figure_work work = {.field = field, .figures = &figures};
    size_t size, laps = (size_t)field->laps.count;
    PYR_TRY(pyr_session_visits(field, &figures.served.visits, error));
    if (!pyr_size_multiply((size_t)figures.served.visits->count, sizeof *figures.figure, &size)) {
        return pyr_fail_memory(error);
    }
    PYR_TRY(pyr_buffer_new(field->allocator, size, NULL, out, error));
    figures.figure = pyr_buffer_data(*out);
    pyr_status status = pyr_new_array(field->allocator, laps, sizeof *work.scratch, &work.scratch, error);
    if (status == PYR_OK) {
        status = pyr_rival_laps_find(field, figures.served.visits, figures.class_count, &work.rivals, error);
    }
    if (status == PYR_OK) {
        status = find_costs(&work, error);
    }
    pyr_rival_laps_clear(&work.rivals);
    pyr_release_array(field->allocator, work.scratch, laps, sizeof *work.scratch);
    return status;
}

pyr_status pyr_stop_figures_find(const pyr_session *field, int64_t fuel_only, const pyr_table *decisions,
                                 pyr_stop_figures *figures, pyr_error *error) {
    const pyr_allocator *allocator = field->allocator;
    figure_work work = {.field = field, .figures = figures};
    void *costs;
    *figures = (pyr_stop_figures){.allocator = allocator, .class_count = count_classes(field)};
    PYR_TRY(pyr_late_part(field, PYR_LATE_COSTS, build_costs, &costs, error));
    PYR_TRY(pyr_served_find(field, decisions, &figures->served, error));
    size_t visits = (size_t)figures->served.visits->count;
    PYR_TRY(pyr_new_array(allocator, visits, sizeof *figures->figure, &figures->figure, error));
    memcpy(figures->figure, costs, visits * sizeof *figures->figure);
    PYR_TRY(pyr_new_array(allocator, figures->class_count, sizeof *figures->fuel_only, &figures->fuel_only, error));
    PYR_TRY(pyr_new_array(allocator, visits, sizeof *work.scratch, &work.scratch, error));
    pyr_status status = find_services(&work, fuel_only, error);
    pyr_release_array(allocator, work.scratch, visits, sizeof *work.scratch);
    return status;
}

void pyr_stop_figures_clear(pyr_stop_figures *figures) {
    size_t visits = pyr_visit_count(figures->served.visits);
    pyr_release_array(figures->allocator, figures->figure, visits, sizeof *figures->figure);
    pyr_release_array(figures->allocator, figures->fuel_only, figures->class_count, sizeof *figures->fuel_only);
    pyr_served_clear(&figures->served);
    *figures = (pyr_stop_figures){0};
}

pyr_status pyr_shown_visits(const pyr_session *session, const pyr_visits *visits, uint8_t *shown, pyr_error *error) {
    const pyr_session *field = pyr_field_view(session);
    size_t all = (size_t)field->laps.count, own = (size_t)session->laps.count;
    uint8_t *kept;
    int64_t *rows;
    if (field == session) {
        memset(shown, 1, (size_t)visits->count);
        return PYR_OK;
    }
    PYR_TRY(pyr_field_rows(session, &rows, error));
    pyr_status status = pyr_new_array(session->allocator, all, sizeof *kept, &kept, error);
    if (status == PYR_OK) {
        memset(kept, 0, all);
        for (size_t i = 0; i < own; i++) {
            kept[rows[i]] = 1;
        }
        for (int64_t i = 0; i < visits->count; i++) {
            const pyr_visit *visit = &visits->visit[i];
            shown[i] = kept[visit->in_row >= 0 ? visit->in_row : visit->out_row];
        }
        pyr_release_array(session->allocator, kept, all, sizeof *kept);
    }
    pyr_release_array(session->allocator, rows, own, sizeof *rows);
    return status;
}

pyr_status pyr_check_cut_off(int64_t fuel_only, pyr_error *error) {
    if (fuel_only != PYR_NO_TIME && (fuel_only <= 0 || fuel_only > PYR_LONGEST_TIME)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "fuel_only=%g s is no time in the pit lane: give the shortest visit that may change tyres, as "
                        "75, or leave it out to have it found",
                        (double)fuel_only / 1e6);
    }
    return PYR_OK;
}
