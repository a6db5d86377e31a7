#include "neutralisations.h"

/* A stoppage, or a slow spell, that no flag tells: from `start` up to `end`, the first crossing behind it. */
typedef struct stoppage {
    pyr_neutralisation_source source;
    int64_t start, end;
    int64_t said_by, running, spread; /* as in pyr_neutralisation */
    const pyr_slow_spell *spell;      /* of one told by pace */
} stoppage;

typedef struct flag_walk {
    const pyr_session *session;
    const pyr_timeline *timeline;
    pyr_neutralisation_list *found;
    size_t stoppage_capacity;
    stoppage *stoppages; /* in order of time */
    int64_t stoppage_count, stoppage_at;
    bool stopped;        /* in stoppages[stoppage_at] */
    bool open;           /* the last period goes on */
    int64_t flagged_end; /* crossings from here on are chequered, or show no flag */
    int64_t last;        /* race time of the last crossing that shows a flag, or of the start */
    int32_t leader_laps, race_laps;
} flag_walk;

/* ---- Stoppages ---- */

static int64_t elapsed_at(const flag_walk *walk, int64_t crossing) {
    return walk->session->laps.elapsed[walk->timeline->row[crossing]];
}

static int32_t flag_at(const flag_walk *walk, int64_t crossing) {
    return walk->session->laps.flag[walk->timeline->row[crossing]];
}

static bool flagged_red(const flag_walk *walk, int64_t start, int64_t end) {
    int64_t first = pyr_first_crossing(walk->session, walk->timeline, start);
    for (int64_t i = first; i < walk->timeline->count && elapsed_at(walk, i) <= end; i++) {
        if (flag_at(walk, i) == PYR_FLAG_RED) {
            return true;
        }
    }
    return false;
}

/* In order of `start`; one that overlaps another, or that red flags tell already, is left out. */
static void add_stoppage(flag_walk *walk, stoppage added) {
    int64_t at = walk->stoppage_count;
    while (at > 0 && walk->stoppages[at - 1].start > added.start) {
        at--;
    }
    bool overlaps = (at > 0 && walk->stoppages[at - 1].end > added.start) ||
                    (at < walk->stoppage_count && walk->stoppages[at].start < added.end);
    if (overlaps || flagged_red(walk, added.start, added.end)) {
        return;
    }
    for (int64_t i = walk->stoppage_count++; i > at; i--) {
        walk->stoppages[i] = walk->stoppages[i - 1];
    }
    walk->stoppages[at] = added;
}

static pyr_status find_stoppages(flag_walk *walk, const pyr_standstills *standstills, pyr_error *error) {
    const pyr_session *session = walk->session;
    const int64_t *behind = pyr_int64s(pyr_part_column(session, PYR_SUSPENSIONS, PYR_SUSPENSION_ELAPSED));
    int64_t suspensions = pyr_table_row_count(session->parts[PYR_SUSPENSIONS]);
    PYR_TRY(pyr_grow_array(session->allocator, &walk->stoppages, &walk->stoppage_capacity,
                           (size_t)(standstills->count + suspensions), sizeof *walk->stoppages, error));
    for (int64_t i = 0; i < standstills->count; i++) {
        const pyr_standstill *still = &standstills->standstill[i];
        add_stoppage(walk, (stoppage){PYR_SAID_BY_STANDSTILL, still->start, still->end, still->laps, still->running,
                                      still->last_start - still->start, NULL});
    }
    for (int64_t i = 0; i < suspensions; i++) {
        int64_t next = pyr_first_crossing(walk->session, walk->timeline, behind[i]);
        int64_t before = next > 0 ? elapsed_at(walk, next - 1) : 0;
        add_stoppage(walk, (stoppage){PYR_SAID_BY_CLOCK, before, behind[i], 0, 0, 0, NULL});
    }
    return PYR_OK;
}

/* The first period that ends at `time` or later. */
static int64_t first_ended(const pyr_neutralisation_list *found, int64_t time) {
    int64_t low = 0, high = found->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (found->period[middle].end < time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* What race time stood still belongs to the red flag that was shown then. */
static void add_suspensions(const flag_walk *walk) {
    const int64_t *behind = pyr_int64s(pyr_part_column(walk->session, PYR_SUSPENSIONS, PYR_SUSPENSION_ELAPSED));
    const int64_t *length = pyr_int64s(pyr_part_column(walk->session, PYR_SUSPENSIONS, PYR_SUSPENSION_DURATION));
    int64_t suspensions = pyr_table_row_count(walk->session->parts[PYR_SUSPENSIONS]);
    for (int64_t i = 0; i < suspensions; i++) {
        int64_t at = first_ended(walk->found, behind[i]);
        while (at < walk->found->count && walk->found->period[at].kind != PYR_FLAG_RED &&
               walk->found->period[at].start <= behind[i]) {
            at++;
        }
        if (at < walk->found->count && walk->found->period[at].start <= behind[i]) {
            walk->found->period[at].suspended += length[i];
        }
    }
}

/* ---- The walk through the crossings ---- */

/* The lap under way, or just ended, as the next crossing happens. */
static int32_t lap_of_leader(const flag_walk *walk) {
    return walk->leader_laps < walk->race_laps ? walk->leader_laps + 1 : walk->race_laps;
}

static void close_period(flag_walk *walk, int64_t time, int64_t after) {
    if (walk->open) {
        pyr_neutralisation *period = &walk->found->period[walk->found->count - 1];
        period->end = time;
        period->end_after = after;
        period->last_lap = lap_of_leader(walk);
        walk->open = false;
    }
}

static pyr_status open_period(flag_walk *walk, pyr_neutralisation period, pyr_error *error) {
    pyr_neutralisation_list *found = walk->found;
    size_t capacity = (size_t)found->capacity;
    pyr_status status = pyr_grow_array(found->allocator, &found->period, &capacity, (size_t)found->count + 1,
                                       sizeof *found->period, error);
    found->capacity = (int64_t)capacity;
    PYR_TRY(status);
    period.first_lap = lap_of_leader(walk);
    found->period[found->count++] = period;
    walk->open = true;
    return PYR_OK;
}

static pyr_flag kind_of(const stoppage *begun) {
    if (begun->source != PYR_SAID_BY_PACE) {
        return PYR_FLAG_RED;
    }
    if (begun->spell->slow_zone) {
        return PYR_FLAG_SLOW_ZONE;
    }
    return begun->spell->evidence.gaps == PYR_GAPS_HELD ? PYR_FLAG_FCY : PYR_FLAG_SAFETY_CAR;
}

static pyr_status begin_stoppage(flag_walk *walk, pyr_error *error) {
    const stoppage *begun = &walk->stoppages[walk->stoppage_at];
    int64_t after = begun->source == PYR_SAID_BY_CLOCK ? begun->start : PYR_NO_TIME;
    pyr_neutralisation period = {
        .source = begun->source,
        .kind = kind_of(begun),
        .start = begun->start,
        .start_after = after,
        .said_by = begun->said_by,
        .running = begun->running,
        .spread = begun->spread,
    };
    if (begun->spell != NULL) {
        period.pace = begun->spell->evidence;
    }
    close_period(walk, begun->start, after);
    walk->stopped = true;
    return open_period(walk, period, error);
}

/* Stoppages that end at or before `time`, and the one that begins before it. */
static pyr_status pass_stoppages(flag_walk *walk, int64_t time, pyr_error *error) {
    while (walk->stoppage_at < walk->stoppage_count && walk->stoppages[walk->stoppage_at].start < time) {
        if (!walk->stopped) {
            PYR_TRY(begin_stoppage(walk, error));
        }
        if (time < walk->stoppages[walk->stoppage_at].end) {
            return PYR_OK;
        }
        bool by_pace = walk->stoppages[walk->stoppage_at].source == PYR_SAID_BY_PACE;
        close_period(walk, walk->stoppages[walk->stoppage_at].end, by_pace ? PYR_NO_TIME : walk->last);
        walk->stopped = false;
        walk->stoppage_at++;
    }
    return PYR_OK;
}

static pyr_status read_flag(flag_walk *walk, int64_t crossing, pyr_error *error) {
    int64_t time = elapsed_at(walk, crossing);
    int32_t flag = flag_at(walk, crossing);
    if (flag < 0 || (flag == PYR_FLAG_CHEQUERED && walk->open && crossing < walk->flagged_end)) {
        return PYR_OK;
    }
    pyr_neutralisation *period = walk->open ? &walk->found->period[walk->found->count - 1] : NULL;
    if (period != NULL && (int32_t)period->kind != flag) {
        close_period(walk, time, walk->last);
    }
    if (!walk->open && !pyr_flag_is_green(flag)) {
        PYR_TRY(open_period(walk, (pyr_neutralisation){.kind = (pyr_flag)flag, .start = time,
                                                       .start_after = walk->last}, error));
    }
    if (walk->open) {
        walk->found->period[walk->found->count - 1].said_by++;
    }
    walk->last = time;
    return PYR_OK;
}

static pyr_status walk_crossings(flag_walk *walk, pyr_error *error) {
    const pyr_laps *laps = &walk->session->laps;
    for (int64_t i = 0; i < walk->timeline->count; i++) {
        int64_t time = elapsed_at(walk, i);
        PYR_TRY(pass_stoppages(walk, time, error));
        if (walk->stopped) {
            walk->last = time;
        } else {
            PYR_TRY(read_flag(walk, i, error));
        }
        int32_t lap = laps->lap[walk->timeline->row[i]];
        if (walk->open) {
            walk->found->period[walk->found->count - 1].crossings++;
            walk->found->period[walk->found->count - 1].leader_laps += lap > walk->leader_laps;
        }
        walk->leader_laps = lap > walk->leader_laps ? lap : walk->leader_laps;
    }
    close_period(walk, walk->last, walk->last);
    return PYR_OK;
}

static void find_ends(flag_walk *walk) {
    int64_t count = walk->timeline->count;
    walk->found->crossings = count;
    for (int64_t i = 0; i < count; i++) {
        int32_t lap = walk->session->laps.lap[walk->timeline->row[i]];
        walk->race_laps = lap > walk->race_laps ? lap : walk->race_laps;
    }
    walk->flagged_end = count;
    while (walk->flagged_end > 0 && (flag_at(walk, walk->flagged_end - 1) < 0 ||
                                     flag_at(walk, walk->flagged_end - 1) == PYR_FLAG_CHEQUERED)) {
        walk->flagged_end--;
    }
    walk->found->end = count > 0 ? elapsed_at(walk, count - 1) : PYR_NO_TIME;
    for (int64_t i = count - 1; i >= walk->flagged_end; i--) {
        if (flag_at(walk, i) == PYR_FLAG_CHEQUERED) {
            walk->found->end = elapsed_at(walk, i);
        }
    }
}

/* Between the periods that are known. */
static pyr_status find_spells(const flag_walk *walk, const pyr_visits *visits, pyr_slow_spells *spells,
                              pyr_error *error) {
    const pyr_allocator *allocator = walk->session->allocator;
    const pyr_neutralisation_list *known = walk->found;
    pyr_span *stops;
    PYR_TRY(pyr_new_array(allocator, (size_t)known->count, sizeof *stops, &stops, error));
    for (int64_t i = 0; i < known->count; i++) {
        stops[i] = (pyr_span){known->period[i].start, known->period[i].end};
    }
    pyr_status status = pyr_slow_spells_find(walk->session, visits, stops, known->count, spells, error);
    pyr_release_array(allocator, stops, (size_t)known->count, sizeof *stops);
    return status;
}

static pyr_status walk_with_spells(flag_walk *walk, const pyr_slow_spells *spells, pyr_error *error) {
    PYR_TRY(pyr_grow_array(walk->session->allocator, &walk->stoppages, &walk->stoppage_capacity,
                           (size_t)(walk->stoppage_count + spells->count), sizeof *walk->stoppages, error));
    for (int64_t i = 0; i < spells->count; i++) {
        const pyr_slow_spell *spell = &spells->spell[i];
        add_stoppage(walk, (stoppage){PYR_SAID_BY_PACE, spell->start, spell->end, spell->evidence.slow, 0, 0, spell});
    }
    walk->found->count = walk->stoppage_at = walk->last = walk->leader_laps = 0;
    walk->stopped = walk->open = false;
    return walk_crossings(walk, error);
}

static pyr_status find(flag_walk *walk, const pyr_visits *visits, bool by_pace, pyr_error *error) {
    pyr_standstills standstills;
    pyr_slow_spells spells = {.allocator = walk->session->allocator};
    pyr_status status = pyr_standstills_find(walk->session, visits, &standstills, error);
    if (status == PYR_OK) {
        walk->found->median_lap = standstills.median_lap;
        status = find_stoppages(walk, &standstills, error);
    }
    if (status == PYR_OK) {
        status = walk_crossings(walk, error);
    }
    if (status == PYR_OK && pyr_is_race(walk->session) && (by_pace || !walk->session->flags_published)) {
        status = find_spells(walk, visits, &spells, error);
    }
    if (status == PYR_OK && spells.count > 0) {
        status = walk_with_spells(walk, &spells, error);
    }
    if (status == PYR_OK) {
        add_suspensions(walk);
    }
    pyr_release_array(walk->session->allocator, walk->stoppages, walk->stoppage_capacity, sizeof *walk->stoppages);
    pyr_slow_spells_clear(&spells);
    pyr_standstills_clear(&standstills);
    return status;
}

pyr_status pyr_neutralisations_find(const pyr_session *session, bool by_pace, pyr_neutralisation_list *found,
                                    pyr_error *error) {
    const pyr_visits *visits;
    *found = (pyr_neutralisation_list){.allocator = session->allocator, .end = PYR_NO_TIME, .median_lap = PYR_NO_TIME};
    flag_walk walk = {.session = session, .found = found};
    PYR_TRY(pyr_session_timeline(session, &walk.timeline, error));
    find_ends(&walk);
    PYR_TRY(pyr_session_visits(session, &visits, error));
    return find(&walk, visits, by_pace, error);
}

void pyr_neutralisations_clear(pyr_neutralisation_list *found) {
    pyr_release_array(found->allocator, found->period, (size_t)found->capacity, sizeof *found->period);
    *found = (pyr_neutralisation_list){0};
}
