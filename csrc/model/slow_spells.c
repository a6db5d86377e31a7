#include "slow_spells.h"

#include "../base/sort.h"

enum { SECTORS = 3, FEWEST_UNDER_WAY = 5 };
static const int64_t shortest_spell = 90000000, shortest_pause = 30000000; /* microseconds */

/* What begins or ends at an instant. */
enum { SECTOR_ENDS = 0, SLOW_SECTOR_ENDS, SECTOR_BEGINS, SLOW_SECTOR_BEGINS };

typedef struct spell_work {
    const pyr_session *session;
    const pyr_visits *visits;
    pyr_slow_spells *spells;
    size_t class_count, event_count;
    int64_t *median;   /* by class code + 1, then sector */
    int64_t *times;    /* a value a lap */
    pyr_keyed *events; /* two a sector */
} spell_work;

static bool has_sectors(const pyr_laps *laps, int64_t row) {
    bool timed = laps->elapsed[row] != PYR_NO_TIME && laps->lap[row] > 1;
    for (int32_t sector = 0; sector < SECTORS; sector++) {
        timed = timed && laps->sector[sector][row] != PYR_NO_TIME;
    }
    return timed;
}

/* The pit lane lies in the last sector of an in-lap and the first of an out-lap. */
static bool counts(const spell_work *work, int64_t row, int32_t sector) {
    uint8_t marks = work->visits->lap_marks[row];
    return has_sectors(&work->session->laps, row) && !(sector == SECTORS - 1 && (marks & PYR_IN_LAP) != 0) &&
           !(sector == 0 && (marks & PYR_OUT_LAP) != 0);
}

/* With the room of the events. */
static pyr_status find_medians(const spell_work *work, pyr_error *error) {
    const pyr_laps *laps = &work->session->laps;
    pyr_keyed *items = work->events;
    int64_t count = 0;
    for (int64_t row = 0; row < laps->count; row++) {
        for (int32_t sector = 0; sector < SECTORS; sector++) {
            if (counts(work, row, sector)) {
                int64_t place = (int64_t)(laps->class_code[row] + 1) * SECTORS + sector;
                items[count++] = (pyr_keyed){place, laps->sector[sector][row]};
            }
        }
    }
    PYR_TRY(pyr_sort_close(work->session->allocator, items, count, error));
    for (size_t place = 0; place < work->class_count * SECTORS; place++) {
        work->median[place] = PYR_NO_TIME;
    }
    for (int64_t start = 0, end = 0; start < count; start = end) {
        for (; end < count && items[end].key == items[start].key; end++) {
            work->times[end - start] = items[end].row;
        }
        work->median[items[start].key] = pyr_median(work->times, end - start);
    }
    return PYR_OK;
}

static int64_t add_events(const spell_work *work) {
    const pyr_laps *laps = &work->session->laps;
    int64_t count = 0;
    for (int64_t row = 0; row < laps->count; row++) {
        if (!has_sectors(laps, row)) {
            continue;
        }
        int64_t time = laps->elapsed[row] - laps->sector[0][row] - laps->sector[1][row] - laps->sector[2][row];
        for (int32_t sector = 0; sector < SECTORS; sector++) {
            int64_t took = laps->sector[sector][row];
            if (counts(work, row, sector)) {
                int64_t median = work->median[(size_t)(laps->class_code[row] + 1) * SECTORS + (size_t)sector];
                bool slow = took > median / 100 * 135;
                work->events[count++] = (pyr_keyed){time, slow ? SLOW_SECTOR_BEGINS : SECTOR_BEGINS};
                work->events[count++] = (pyr_keyed){time + took, slow ? SLOW_SECTOR_ENDS : SECTOR_ENDS};
            }
            time += took;
        }
    }
    return count;
}

/* A spell that follows the last one closely goes on with it; a short one is given up when the next begins. */
static pyr_status begin_spell(const spell_work *work, int64_t time, pyr_error *error) {
    pyr_slow_spells *spells = work->spells;
    pyr_slow_spell *last = spells->count > 0 ? &spells->spell[spells->count - 1] : NULL;
    if (last != NULL && time - last->end < shortest_pause) {
        return PYR_OK;
    }
    if (last != NULL && last->end - last->start < shortest_spell) {
        *last = (pyr_slow_spell){.start = time, .end = time};
        return PYR_OK;
    }
    size_t capacity = (size_t)spells->capacity;
    pyr_status status = pyr_grow_array(spells->allocator, &spells->spell, &capacity, (size_t)spells->count + 1,
                                       sizeof *spells->spell, error);
    spells->capacity = (int64_t)capacity;
    PYR_TRY(status);
    spells->spell[spells->count++] = (pyr_slow_spell){.start = time, .end = time};
    return PYR_OK;
}

static pyr_status sweep(const spell_work *work, int64_t count, pyr_error *error) {
    pyr_slow_spells *spells = work->spells;
    int64_t under_way = 0, slow = 0;
    bool inside = false;
    for (int64_t i = 0; i < count; i++) {
        int64_t what = work->events[i].row;
        bool is_slow = what == SLOW_SECTOR_BEGINS || what == SLOW_SECTOR_ENDS, begins = what >= SECTOR_BEGINS;
        under_way += begins ? 1 : -1;
        slow += is_slow ? (begins ? 1 : -1) : 0;
        bool field_slow = under_way >= FEWEST_UNDER_WAY && 2 * slow > under_way;
        if (field_slow && !inside) {
            PYR_TRY(begin_spell(work, work->events[i].key, error));
        }
        if (inside) {
            pyr_slow_spell *spell = &spells->spell[spells->count - 1];
            spell->end = work->events[i].key;
            spell->all += !begins;
            spell->slow += !begins && is_slow;
        }
        inside = field_slow;
    }
    if (spells->count > 0 && spells->spell[spells->count - 1].end - spells->spell[spells->count - 1].start <
                                 shortest_spell) {
        spells->count--;
    }
    return PYR_OK;
}

static pyr_status find(spell_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t laps = (size_t)work->session->laps.count;
    PYR_TRY(pyr_new_array(allocator, work->class_count * SECTORS, sizeof *work->median, &work->median, error));
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *work->times, &work->times, error));
    PYR_TRY(pyr_new_array(allocator, work->event_count, sizeof *work->events, &work->events, error));
    PYR_TRY(find_medians(work, error));
    int64_t count = add_events(work);
    PYR_TRY(pyr_sort(allocator, work->events, count, NULL, NULL, error));
    return sweep(work, count, error);
}

pyr_status pyr_slow_spells_find(const pyr_session *session, const pyr_visits *visits, pyr_slow_spells *spells,
                                pyr_error *error) {
    const pyr_allocator *allocator = session->allocator;
    size_t laps = (size_t)session->laps.count;
    *spells = (pyr_slow_spells){.allocator = allocator};
    spell_work work = {
        .session = session,
        .visits = visits,
        .spells = spells,
        .class_count = (size_t)pyr_part_column(session, PYR_LAPS, PYR_LAP_CLASS)->dictionary->count + 1,
        .event_count = laps * SECTORS * 2,
    };
    pyr_status status = find(&work, error);
    pyr_release_array(allocator, work.median, work.class_count * SECTORS, sizeof *work.median);
    pyr_release_array(allocator, work.times, laps, sizeof *work.times);
    pyr_release_array(allocator, work.events, work.event_count, sizeof *work.events);
    return status;
}

void pyr_slow_spells_clear(pyr_slow_spells *spells) {
    pyr_release_array(spells->allocator, spells->spell, (size_t)spells->capacity, sizeof *spells->spell);
    *spells = (pyr_slow_spells){0};
}
