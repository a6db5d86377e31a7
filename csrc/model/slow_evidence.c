#include "slow_evidence.h"

#include <string.h>

#include "field_state.h"

enum { FEWEST_INTERVALS = 8, LAPS_OF_GAPS = 2 };
static const int64_t pack_apart = 1100000, held_apart = 1500000, queue_apart = 2000000; /* microseconds */

typedef struct evidence_work {
    const pyr_session *session;
    const pyr_timeline *timeline;
    const pyr_field_pace *pace;
    int64_t first, end; /* the drives of the spell */
    int64_t *values;    /* room for one of each drive or crossing */
    int64_t *seen;      /* by entry: the number of the last spell that it drove in, from 1 */
} evidence_work;

/* ---- Pace ---- */

static int32_t sector_of(const evidence_work *work, int64_t drive) {
    return (int32_t)(work->pace->drive[drive].row % work->pace->sectors);
}

static int32_t median_pace(const evidence_work *work, const bool *in_sector, bool wanted) {
    int64_t count = 0;
    for (int64_t i = work->first; i < work->end; i++) {
        if (in_sector[sector_of(work, i)] == wanted) {
            work->values[count++] = work->pace->pace[work->pace->drive[i].row];
        }
    }
    return count > 0 ? (int32_t)pyr_median(work->values, count) : 0;
}

static void find_sectors(const evidence_work *work, pyr_slow_spell *spell) {
    pyr_slow_evidence *evidence = &spell->evidence;
    int32_t slowest = 0, slowest_pace = 0;
    bool any = false;
    for (int32_t sector = 0; sector < work->pace->sectors; sector++) {
        bool only[PYR_SECTORS] = {false};
        only[sector] = true;
        int32_t pace = median_pace(work, only, true);
        evidence->in_sector[sector] = !spell->slow_zone || pace > PYR_SLOW_PACE;
        any = any || evidence->in_sector[sector];
        slowest = pace > slowest_pace ? sector : slowest;
        slowest_pace = pace > slowest_pace ? pace : slowest_pace;
    }
    evidence->in_sector[slowest] = evidence->in_sector[slowest] || !any;
}

static void count_cars(const evidence_work *work, int64_t number, pyr_slow_evidence *evidence) {
    for (int64_t i = work->first; i < work->end; i++) {
        int64_t drive = work->pace->drive[i].row;
        int32_t entry = work->timeline->entry[drive / work->pace->sectors];
        if (evidence->in_sector[sector_of(work, i)]) {
            evidence->cars += work->seen[entry] != number;
            evidence->slow += work->pace->pace[drive] > PYR_SLOW_PACE;
            work->seen[entry] = number;
        }
    }
}

/* ---- Gaps ---- */

static int64_t elapsed_at(const evidence_work *work, int64_t crossing) {
    return work->session->laps.elapsed[work->timeline->row[crossing]];
}

/* How far apart cars crossed on the road in the laps up to `time`. */
static int64_t median_apart(const evidence_work *work, int64_t time) {
    int64_t count = 0, next = PYR_NO_TIME;
    for (int64_t i = pyr_first_crossing(work->session, work->timeline, time + 1); i-- > 0;) {
        int64_t elapsed = elapsed_at(work, i);
        if (elapsed <= time - LAPS_OF_GAPS * work->pace->median_lap) {
            break;
        }
        if (pyr_lap_in_pit(&work->session->laps, work->timeline->row[i])) {
            continue;
        }
        if (next != PYR_NO_TIME) {
            work->values[count++] = next - elapsed;
        }
        next = elapsed;
    }
    return count >= FEWEST_INTERVALS ? pyr_median(work->values, count) : PYR_NO_TIME;
}

static void find_gaps(const evidence_work *work, pyr_slow_spell *spell) {
    pyr_slow_evidence *evidence = &spell->evidence;
    int64_t apart = median_apart(work, spell->end), before = median_apart(work, spell->start);
    evidence->apart = apart;
    evidence->apart_before = before;
    if (apart == PYR_NO_TIME || before == PYR_NO_TIME) {
        return;
    }
    if (before > pack_apart && apart > held_apart && 10 * apart >= 9 * before) {
        evidence->gaps = PYR_GAPS_HELD;
    } else if (apart <= queue_apart && 4 * apart < 3 * before) {
        evidence->gaps = PYR_GAPS_CLOSED;
    }
}

/* ---- All of it ---- */

static void find(evidence_work *work, int64_t count, pyr_slow_spell *spells) {
    for (int64_t i = 0; i < count; i++) {
        pyr_slow_spell *spell = &spells[i];
        spell->evidence = (pyr_slow_evidence){
            .sectors = work->pace->sectors, .apart = PYR_NO_TIME, .apart_before = PYR_NO_TIME};
        for (work->first = work->end; work->first < work->pace->count; work->first++) {
            if (work->pace->drive[work->first].key >= spell->start) {
                break;
            }
        }
        for (work->end = work->first; work->end < work->pace->count; work->end++) {
            if (work->pace->drive[work->end].key >= spell->end) {
                break;
            }
        }
        find_sectors(work, spell);
        spell->evidence.pace = median_pace(work, spell->evidence.in_sector, true);
        spell->evidence.rest = median_pace(work, spell->evidence.in_sector, false);
        count_cars(work, i + 1, &spell->evidence);
        if (!spell->slow_zone) {
            find_gaps(work, spell);
        }
    }
}

pyr_status pyr_slow_evidence_find(const pyr_session *session, const pyr_field_pace *pace, int64_t count,
                                  pyr_slow_spell *spells, pyr_error *error) {
    const pyr_allocator *allocator = session->allocator;
    evidence_work work = {.session = session, .pace = pace};
    PYR_TRY(pyr_session_timeline(session, &work.timeline, error));
    size_t cars = (size_t)session->entries.count;
    size_t values = (size_t)(pace->count > work.timeline->count ? pace->count : work.timeline->count);
    PYR_TRY(pyr_new_array(allocator, values, sizeof *work.values, &work.values, error));
    pyr_status status = pyr_new_array(allocator, cars, sizeof *work.seen, &work.seen, error);
    if (status == PYR_OK) {
        memset(work.seen, 0, cars * sizeof *work.seen);
        find(&work, count, spells);
        pyr_release_array(allocator, work.seen, cars, sizeof *work.seen);
    }
    pyr_release_array(allocator, work.values, values, sizeof *work.values);
    return status;
}
