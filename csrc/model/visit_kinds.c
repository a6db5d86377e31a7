/* What each visit was. Only the pit lane time tells, so these are estimates:
 *
 * unfinished     the car did not come out again
 * red_flag       the in-lap ends under a red flag, or the race stood still (standstills.h) during the in- or the
 *                out-lap and the visit took more than half of that lap; of an in-lap, only if the out-lap is too short
 *                to hold the visit, which else came after the stoppage
 * garage         over 3 x the median visit of its class
 * drive_through  a transit of a race under green: at most 1.1 x the shortest visit of the field, and below 2/3 of the
 *                median visit of its class
 * pass_through   a transit under caution, or outside a race; a procession behind the safety car: of the visits begun
 *                under caution within 30 s of this one at least 5, and 3 of 4, this one among them, are at most 1.35 x
 *                the shortest visit of the field and below 2/3 of the median of their class; a start from the pit lane
 *                that is no garage visit
 * pit_stop       all others
 *
 * Where fewer than 10 visits are timed, the shortest of them may be a stop, and none is called a transit. `stop_go`
 * cannot be told from a short stop: only a decision of the stewards names it (analyse/served.h). In 30 races of WEC and
 * IMSA 58 stops under green, without a driver change and within 6 laps of another, stood for 5, 10, 15, 20, 30, 60 or
 * 90 s, a second more or less; nine of them, of nine cars, for 30 s on laps 27 to 38 of one race. Medians are over
 * visits with in-lap and out-lap that are no red_flag. A visit without a published time counts as what its laps took
 * beyond the median green laps of its car; it is never a transit. */
#include <string.h>

#include "../base/sort.h"
#include "standstills.h"

enum { FEWEST_TIMED = 10, FEWEST_IN_PROCESSION = 5 };
static const int64_t procession_span = 30000000; /* microseconds before and after */

typedef struct kind_work {
    const pyr_session *session;
    pyr_visits *visits;
    bool race;
    int64_t *scratch; /* for medians: a value a visit */
    pyr_keyed *items; /* as many */
    pyr_standstills standstills;
    int64_t *took;        /* by visit; PYR_NO_TIME: not known */
    size_t class_count;
    int64_t *class_median; /* of visits, by class code + 1 */
} kind_work;

static bool under_caution(int32_t flag) {
    return flag == PYR_FLAG_FCY || flag == PYR_FLAG_VSC || flag == PYR_FLAG_CODE_60 || flag == PYR_FLAG_SAFETY_CAR;
}

static bool took_half(const kind_work *work, int64_t visit, int64_t row) {
    return work->standstills.marks[row] &&
           (work->took[visit] == PYR_NO_TIME || work->took[visit] > work->session->laps.lap_time[row] / 2);
}

/* All of the visit may have been on the out-lap, after an in-lap on which the car stood on the track. */
static bool out_lap_holds_it(const kind_work *work, int64_t i) {
    const pyr_visit *visit = &work->visits->visit[i];
    return visit->out_row > visit->in_row && work->took[i] != PYR_NO_TIME &&
           work->session->laps.lap_time[visit->out_row] >= work->took[i];
}

static bool is_red_flag(const kind_work *work, int64_t i) {
    const pyr_visit *visit = &work->visits->visit[i];
    if (visit->in_row >= 0 && (work->session->laps.flag[visit->in_row] == PYR_FLAG_RED ||
                               (took_half(work, i, visit->in_row) && !out_lap_holds_it(work, i)))) {
        return true;
    }
    return visit->out_row >= 0 && took_half(work, i, visit->out_row);
}

/* ---- How long visits took ---- */

/* What the laps of a visit took beyond as many median green laps of its car. */
static int64_t estimated_time(const kind_work *work, const pyr_visit *visit, int64_t median) {
    const pyr_laps *laps = &work->session->laps;
    int64_t sum = 0;
    if (visit->in_row < 0 || visit->out_row < 0 || median == PYR_NO_TIME) {
        return PYR_NO_TIME;
    }
    for (int64_t row = visit->in_row; row <= visit->out_row; row++) {
        if (laps->lap_time[row] == PYR_NO_TIME) {
            return PYR_NO_TIME;
        }
        sum += laps->lap_time[row] - median;
    }
    return sum;
}

static pyr_status find_times(const kind_work *work, pyr_error *error) {
    const pyr_entries *entries = &work->session->entries;
    int32_t entry = -1; /* whose median is known */
    int64_t median = PYR_NO_TIME;
    for (int64_t i = 0; i < work->visits->count; i++) {
        const pyr_visit *visit = &work->visits->visit[i];
        if (visit->time_row >= 0) {
            work->took[i] = work->session->laps.pit_lane_time[visit->time_row];
            continue;
        }
        if (visit->entry != entry) {
            entry = visit->entry;
            PYR_TRY(pyr_median_green_lap(work->session, work->visits, entries->first_lap[entry],
                                         entries->first_lap[entry + 1], &median, error));
        }
        work->took[i] = estimated_time(work, visit, median);
    }
    return PYR_OK;
}

/* ---- Medians and the shortest ---- */

static bool is_finished(const pyr_visit *visit) {
    return visit->in_row >= 0 && visit->out_row >= 0 && visit->kind != PYR_VISIT_RED_FLAG;
}

static int64_t median_of(const kind_work *work, const pyr_visit *visit) {
    return work->class_median[work->session->entries.class_code[visit->entry] + 1];
}

static pyr_status find_class_medians(kind_work *work, pyr_error *error) {
    int64_t count = 0;
    for (int64_t i = 0; i < work->visits->count; i++) {
        const pyr_visit *visit = &work->visits->visit[i];
        if (is_finished(visit) && work->took[i] != PYR_NO_TIME) {
            work->items[count++] = (pyr_keyed){work->session->entries.class_code[visit->entry] + 1, i};
        }
    }
    PYR_TRY(pyr_sort(work->session->allocator, work->items, count, NULL, NULL, error));
    for (int64_t i = 0; i < count; i++) {
        work->scratch[i] = work->took[work->items[i].row];
    }
    for (size_t code = 0; code < work->class_count; code++) {
        work->class_median[code] = PYR_NO_TIME;
    }
    for (int64_t start = 0, end = 0; start < count; start = end) {
        while (end < count && work->items[end].key == work->items[start].key) {
            end++;
        }
        work->class_median[work->items[start].key] = pyr_median(work->scratch + start, end - start);
    }
    return PYR_OK;
}

/* Times below a fifth of the median of their class are taken for slips of the timekeeper. */
static void find_shortest(kind_work *work) {
    int64_t timed = 0, shortest = INT64_MAX;
    for (int64_t i = 0; i < work->visits->count; i++) {
        const pyr_visit *visit = &work->visits->visit[i];
        if (is_finished(visit) && visit->time_row >= 0) {
            timed++;
            if (work->took[i] < shortest && work->took[i] > median_of(work, visit) / 5) {
                shortest = work->took[i];
            }
        }
    }
    work->visits->shortest = timed >= FEWEST_TIMED && shortest != INT64_MAX ? shortest : PYR_NO_TIME;
}

/* ---- Kinds ---- */

/* At most `percent` of the shortest visit, and below 2/3 of the median of the class. */
static bool is_short(const kind_work *work, int64_t i, int64_t percent) {
    const pyr_visit *visit = &work->visits->visit[i];
    return is_finished(visit) && visit->time_row >= 0 && work->visits->shortest != PYR_NO_TIME &&
           work->took[i] <= work->visits->shortest / 100 * percent && work->took[i] < median_of(work, visit) / 3 * 2;
}

static pyr_visit_kind kind_of(const kind_work *work, int64_t i) {
    const pyr_visit *visit = &work->visits->visit[i];
    int64_t median = median_of(work, visit);
    if (work->took[i] != PYR_NO_TIME && median != PYR_NO_TIME && work->took[i] / 3 > median) {
        return PYR_VISIT_GARAGE;
    }
    if (visit->in_row < 0) {
        return PYR_VISIT_PASS_THROUGH;
    }
    if (is_short(work, i, 110)) {
        return work->race && !under_caution(work->session->laps.flag[visit->in_row]) ? PYR_VISIT_DRIVE_THROUGH
                                                                                     : PYR_VISIT_PASS_THROUGH;
    }
    return PYR_VISIT_PIT_STOP;
}

/* Visits begun under caution, in order of time: a window slides along them and counts the short ones. */
static pyr_status find_processions(kind_work *work, pyr_error *error) {
    const pyr_laps *laps = &work->session->laps;
    int64_t count = 0, start = 0, end = 0, brief = 0;
    for (int64_t i = 0; i < work->visits->count; i++) {
        int64_t row = work->visits->visit[i].in_row;
        if (row >= 0 && under_caution(laps->flag[row]) && laps->elapsed[row] != PYR_NO_TIME) {
            work->items[count++] = (pyr_keyed){laps->elapsed[row], i};
        }
    }
    PYR_TRY(pyr_sort(work->session->allocator, work->items, count, NULL, NULL, error));
    for (int64_t i = 0; i < count; i++) {
        while (end < count && work->items[end].key <= work->items[i].key + procession_span) {
            brief += is_short(work, work->items[end++].row, 135);
        }
        while (work->items[start].key < work->items[i].key - procession_span) {
            brief -= is_short(work, work->items[start++].row, 135);
        }
        int64_t visit = work->items[i].row;
        if (brief >= FEWEST_IN_PROCESSION && brief * 4 >= (end - start) * 3 && is_short(work, visit, 135)) {
            work->visits->visit[visit].kind = PYR_VISIT_PASS_THROUGH;
        }
    }
    return PYR_OK;
}

static pyr_status classify(kind_work *work, pyr_error *error) {
    PYR_TRY(pyr_standstills_find(work->session, work->visits, &work->standstills, error));
    PYR_TRY(find_times(work, error));
    for (int64_t i = 0; i < work->visits->count; i++) {
        pyr_visit *visit = &work->visits->visit[i];
        bool unfinished = visit->out_row < 0 && visit->time_row < 0;
        visit->kind = unfinished ? PYR_VISIT_UNFINISHED
                                 : is_red_flag(work, i) ? PYR_VISIT_RED_FLAG : PYR_VISIT_PIT_STOP;
    }
    PYR_TRY(find_class_medians(work, error));
    find_shortest(work);
    for (int64_t i = 0; i < work->visits->count; i++) {
        if (work->visits->visit[i].kind == PYR_VISIT_PIT_STOP) {
            work->visits->visit[i].kind = kind_of(work, i);
        }
    }
    return find_processions(work, error);
}

static pyr_status new_work(kind_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t visits = (size_t)work->visits->count;
    work->class_count = (size_t)pyr_part_column(work->session, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary->count + 1;
    PYR_TRY(pyr_new_array(allocator, visits, sizeof *work->scratch, &work->scratch, error));
    PYR_TRY(pyr_new_array(allocator, visits, sizeof *work->items, &work->items, error));
    PYR_TRY(pyr_new_array(allocator, visits, sizeof *work->took, &work->took, error));
    return pyr_new_array(allocator, work->class_count, sizeof *work->class_median, &work->class_median, error);
}

static void clear_work(kind_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t visits = (size_t)work->visits->count;
    pyr_release_array(allocator, work->scratch, visits, sizeof *work->scratch);
    pyr_release_array(allocator, work->items, visits, sizeof *work->items);
    pyr_standstills_clear(&work->standstills);
    pyr_release_array(allocator, work->took, visits, sizeof *work->took);
    pyr_release_array(allocator, work->class_median, work->class_count, sizeof *work->class_median);
}

pyr_status pyr_visits_classify(const pyr_session *session, pyr_visits *visits, pyr_error *error) {
    kind_work work = {
        .session = session,
        .visits = visits,
        .race = pyr_is_race(session),
    };
    pyr_status status = new_work(&work, error);
    if (status == PYR_OK) {
        status = classify(&work, error);
    }
    clear_work(&work);
    return status;
}
