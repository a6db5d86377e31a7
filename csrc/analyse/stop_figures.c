#include "stop_figures.h"

#include <string.h>

#include "../base/sort.h"
#include "../model/timeline.h"
#include "question.h"
#include "two_groups.h"

const char *const pyr_flag_state_words[] = {"green",      "yellow", "slow_zone", "fcy",   "vsc", "code_60",
                                            "safety_car", "red",    "chequered", "mixed", NULL};
const char *const pyr_service_words[] = {"fuel_only", "tyres", NULL};

enum { FEWEST_RIVAL_LAPS = 6, FEWEST_GREEN_LAPS = 10 };
static const int64_t longest_counted = 300000000; /* microseconds in the pit lane */

/* Which measure a lap is a rival's lap for: bits. */
enum { FOR_LOSS = 1, FOR_RIVALS = 2 };

/* The laps of rivals, class after class, each in order of the crossings that end them: class c, the class code + 1,
 * from first[c] up to first[c + 1]. */
typedef struct figure_work {
    const pyr_session *field;
    pyr_stop_figures *figures;
    const pyr_timeline *timeline;
    int32_t *class_of; /* by lap row: class code + 1 */
    int64_t *first;
    int64_t *elapsed, *lap_time; /* of the laps sorted so; room for all laps */
    uint8_t *use;
    int64_t *scratch; /* as many; for services: a value a visit */
} figure_work;

/* ---- Rivals ---- */

static bool of_same_car(const pyr_laps *laps, int64_t row, int64_t other) {
    return other >= 0 && other < laps->count && laps->car[other] == laps->car[row];
}

static bool follows_crossing_in_pit(const pyr_laps *laps, int64_t row) {
    return of_same_car(laps, row, row - 1) && pyr_lap_in_pit(laps, row - 1);
}

static uint8_t use_of(const figure_work *work, int64_t row) {
    const pyr_laps *laps = &work->field->laps;
    if (laps->lap_time[row] == PYR_NO_TIME) {
        return 0;
    }
    bool published = !pyr_lap_in_pit(laps, row) && !follows_crossing_in_pit(laps, row);
    return (uint8_t)((work->figures->visits->lap_marks[row] == 0 ? FOR_LOSS : 0) | (published ? FOR_RIVALS : 0));
}

static void sort_rivals(const figure_work *work) {
    const pyr_laps *laps = &work->field->laps;
    const pyr_entries *entries = &work->field->entries;
    size_t class_count = work->figures->class_count;
    int64_t start = 0;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        for (int64_t row = entries->first_lap[entry]; row < entries->first_lap[entry + 1]; row++) {
            work->class_of[row] = entries->class_code[entry] + 1;
        }
    }
    memset(work->first, 0, (class_count + 1) * sizeof *work->first);
    for (int64_t i = 0; i < work->timeline->count; i++) {
        work->first[work->class_of[work->timeline->row[i]] + 1]++;
    }
    for (size_t code = 1; code <= class_count; code++) {
        int64_t laps_of_class = work->first[code];
        work->first[code] = start; /* until all are placed: where the next lap of the class before goes */
        start += laps_of_class;
    }
    for (int64_t i = 0; i < work->timeline->count; i++) {
        int64_t row = work->timeline->row[i], place = work->first[work->class_of[row] + 1]++;
        work->elapsed[place] = laps->elapsed[row];
        work->lap_time[place] = laps->lap_time[row];
        work->use[place] = use_of(work, row);
    }
}

/* The first place from `low` up to `high` whose lap ends after `time`. */
static int64_t first_after(const int64_t *elapsed, int64_t low, int64_t high, int64_t time) {
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (elapsed[middle] <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The places from `low` up to `high`, and the median of those laps that are of the use. */
typedef struct rival_laps {
    int64_t low, high;
    int64_t median; /* PYR_NO_TIME: fewer than 6 */
} rival_laps;

static rival_laps rivals_between(const figure_work *work, int64_t low, int64_t high, uint8_t use) {
    int64_t count = 0;
    for (int64_t i = low; i < high; i++) {
        work->scratch[count] = work->lap_time[i];
        count += (work->use[i] & use) != 0;
    }
    int64_t median = count >= FEWEST_RIVAL_LAPS ? pyr_median(work->scratch, count) : PYR_NO_TIME;
    return (rival_laps){low, high, median};
}

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

static int64_t loss_of(const figure_work *work, const pyr_visit *visit, rival_laps *rivals) {
    const pyr_laps *laps = &work->field->laps;
    int64_t sum = sum_of(laps, visit);
    *rivals = (rival_laps){-1, -1, PYR_NO_TIME};
    if (sum == PYR_NO_TIME || visit->kind == PYR_VISIT_RED_FLAG) {
        return PYR_NO_TIME;
    }
    int64_t start = pyr_lap_start(laps, visit->in_row), end = laps->elapsed[visit->out_row];
    const int64_t *bounds = &work->first[work->class_of[visit->in_row]];
    if (start == PYR_NO_TIME || end == PYR_NO_TIME) {
        return PYR_NO_TIME;
    }
    int64_t low = first_after(work->elapsed, bounds[0], bounds[1], start);
    int64_t high = first_after(work->elapsed, low, bounds[1], end);
    *rivals = rivals_between(work, low, high, FOR_LOSS);
    return rivals->median == PYR_NO_TIME ? PYR_NO_TIME
                                         : sum - (visit->out_row - visit->in_row + 1) * rivals->median;
}

/* The published measures count a lap that crosses in the pit lane whose predecessor and successor do not. */
static bool is_counted(const figure_work *work, const pyr_visit *visit) {
    const pyr_laps *laps = &work->field->laps;
    int64_t row = visit->in_row, after = row + 1;
    if (row < 0 || visit->out_row != after || sum_of(laps, visit) == PYR_NO_TIME || !pyr_lap_in_pit(laps, row)) {
        return false;
    }
    return of_same_car(laps, row, row - 1) && !pyr_lap_in_pit(laps, row - 1) && !pyr_lap_in_pit(laps, after) &&
           (laps->pit_lane_time[after] == PYR_NO_TIME || laps->pit_lane_time[after] <= longest_counted);
}

/* A crossing at the very start of the window, mostly the car's own, counts if `elapsed - lap_time` in seconds does not
 * exceed it in binary floating point: that is how the published figures were computed, and they depend on it. */
static bool counts_start(int64_t elapsed, int64_t lap_time) {
    double start = (double)elapsed / 1e6 - (double)lap_time / 1e6;
    return start <= (double)(elapsed - lap_time) / 1e6;
}

/* `same` are the laps that the loss was measured with: mostly they are the same. */
static int64_t rivals_of(const figure_work *work, const pyr_visit *visit, rival_laps same) {
    const pyr_laps *laps = &work->field->laps;
    int64_t in_elapsed = laps->elapsed[visit->in_row], end = laps->elapsed[visit->out_row];
    if (in_elapsed == PYR_NO_TIME || end == PYR_NO_TIME) {
        return PYR_NO_TIME;
    }
    const int64_t *bounds = &work->first[work->class_of[visit->in_row]];
    int64_t lap_time = laps->lap_time[visit->in_row], start = in_elapsed - lap_time;
    int64_t limit = start - counts_start(in_elapsed, lap_time), low = same.low, high = same.high;
    if (low < 0) {
        low = first_after(work->elapsed, bounds[0], bounds[1], limit);
        high = first_after(work->elapsed, low, bounds[1], end);
    }
    for (; low > bounds[0] && work->elapsed[low - 1] > limit; low--) {
    }
    for (; low < high && work->elapsed[low] <= limit; low++) {
    }
    bool differ = low != same.low || high != same.high;
    for (int64_t i = low; !differ && i < high; i++) {
        differ = work->use[i] == FOR_LOSS || work->use[i] == FOR_RIVALS;
    }
    int64_t median = (differ ? rivals_between(work, low, high, FOR_RIVALS) : same).median;
    return median == PYR_NO_TIME ? PYR_NO_TIME : lap_time + laps->lap_time[visit->out_row] - 2 * median;
}

/* The median green flying lap of the car as the published measures have it; PYR_NO_TIME: fewer than 10 laps. */
static int64_t green_median(const figure_work *work, int32_t entry) {
    const pyr_laps *laps = &work->field->laps;
    int64_t count = 0;
    for (int64_t row = work->field->entries.first_lap[entry]; row < work->field->entries.first_lap[entry + 1]; row++) {
        bool green = laps->flag[row] == PYR_FLAG_GREEN || laps->flag[row] == PYR_FLAG_NONE;
        if (green && laps->lap[row] > 1 && laps->lap_time[row] != PYR_NO_TIME && !pyr_lap_in_pit(laps, row) &&
            !follows_crossing_in_pit(laps, row)) {
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

static void find_costs(const figure_work *work) {
    const pyr_laps *laps = &work->field->laps;
    bool race = pyr_is_race(work->field);
    int32_t entry = -1; /* whose median is known */
    int64_t median = PYR_NO_TIME;
    for (int64_t i = 0; i < work->figures->visits->count; i++) {
        const pyr_visit *visit = &work->figures->visits->visit[i];
        pyr_stop_figure *figure = &work->figures->figure[i];
        *figure = (pyr_stop_figure){PYR_NO_TIME, PYR_NO_TIME, PYR_NO_TIME, flag_state(laps, visit), -1};
        if (!race) {
            continue;
        }
        rival_laps rivals;
        figure->loss = loss_of(work, visit, &rivals);
        if (!is_counted(work, visit)) {
            continue;
        }
        if (visit->entry != entry) {
            entry = visit->entry;
            median = green_median(work, entry);
        }
        if (median != PYR_NO_TIME) {
            figure->naive = sum_of(laps, visit) - 2 * median;
            figure->rivals = rivals_of(work, visit, rivals);
        }
    }
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
    const pyr_visits *visits = work->figures->visits;
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
    for (int64_t i = 0; i < figures->visits->count; i++) {
        const pyr_visit *visit = &figures->visits->visit[i];
        int64_t time = time_of(work, visit);
        int64_t cut_off = figures->fuel_only[work->field->entries.class_code[visit->entry] + 1];
        if (time != PYR_NO_TIME && cut_off != PYR_NO_TIME) {
            figures->figure[i].service = time < cut_off ? PYR_SERVICE_FUEL_ONLY : PYR_SERVICE_TYRES;
        }
    }
    return PYR_OK;
}

/* ---- All of it ---- */

static pyr_status new_rivals(figure_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->field->allocator;
    size_t laps = (size_t)work->field->laps.count;
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *work->class_of, &work->class_of, error));
    PYR_TRY(pyr_new_array(allocator, work->figures->class_count + 1, sizeof *work->first, &work->first, error));
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *work->elapsed, &work->elapsed, error));
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *work->lap_time, &work->lap_time, error));
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *work->use, &work->use, error));
    return pyr_new_array(allocator, laps, sizeof *work->scratch, &work->scratch, error);
}

static void clear_rivals(figure_work *work) {
    const pyr_allocator *allocator = work->field->allocator;
    size_t laps = (size_t)work->field->laps.count;
    pyr_release_array(allocator, work->class_of, laps, sizeof *work->class_of);
    pyr_release_array(allocator, work->first, work->figures->class_count + 1, sizeof *work->first);
    pyr_release_array(allocator, work->elapsed, laps, sizeof *work->elapsed);
    pyr_release_array(allocator, work->lap_time, laps, sizeof *work->lap_time);
    pyr_release_array(allocator, work->use, laps, sizeof *work->use);
    pyr_release_array(allocator, work->scratch, laps, sizeof *work->scratch);
}

static size_t count_classes(const pyr_session *field) {
    return (size_t)pyr_part_column(field, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary->count + 1;
}

/* What each visit cost, the same for all questions: figures without their services. */
static pyr_status build_costs(const pyr_session *field, pyr_buffer **out, pyr_error *error) {
    pyr_stop_figures figures = {.class_count = count_classes(field)};
    figure_work work = {.field = field, .figures = &figures};
    size_t size;
    PYR_TRY(pyr_session_timeline(field, &work.timeline, error));
    PYR_TRY(pyr_session_visits(field, &figures.visits, error));
    if (!pyr_size_multiply((size_t)figures.visits->count, sizeof *figures.figure, &size)) {
        return pyr_fail_memory(error);
    }
    PYR_TRY(pyr_buffer_new(field->allocator, size, NULL, out, error));
    figures.figure = pyr_buffer_data(*out);
    pyr_status status = new_rivals(&work, error);
    if (status == PYR_OK) {
        sort_rivals(&work);
        find_costs(&work);
    } else {
        pyr_buffer_release(*out);
        *out = NULL;
    }
    clear_rivals(&work);
    return status;
}

pyr_status pyr_stop_figures_find(const pyr_session *field, int64_t fuel_only, pyr_stop_figures *figures,
                                 pyr_error *error) {
    const pyr_allocator *allocator = field->allocator;
    figure_work work = {.field = field, .figures = figures};
    void *costs;
    *figures = (pyr_stop_figures){.allocator = allocator, .class_count = count_classes(field)};
    PYR_TRY(pyr_late_part(field, &((pyr_session *)field)->costs, build_costs, &costs, error));
    PYR_TRY(pyr_session_visits(field, &figures->visits, error));
    size_t visits = (size_t)figures->visits->count;
    PYR_TRY(pyr_new_array(allocator, visits, sizeof *figures->figure, &figures->figure, error));
    memcpy(figures->figure, costs, visits * sizeof *figures->figure);
    PYR_TRY(pyr_new_array(allocator, figures->class_count, sizeof *figures->fuel_only, &figures->fuel_only, error));
    PYR_TRY(pyr_new_array(allocator, visits, sizeof *work.scratch, &work.scratch, error));
    pyr_status status = find_services(&work, fuel_only, error);
    pyr_release_array(allocator, work.scratch, visits, sizeof *work.scratch);
    return status;
}

void pyr_stop_figures_clear(pyr_stop_figures *figures) {
    size_t visits = pyr_visit_count(figures->visits);
    pyr_release_array(figures->allocator, figures->figure, visits, sizeof *figures->figure);
    pyr_release_array(figures->allocator, figures->fuel_only, figures->class_count, sizeof *figures->fuel_only);
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
