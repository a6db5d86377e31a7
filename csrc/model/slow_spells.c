#include "slow_spells.h"

#include "field_state.h"

enum { LAPS_OF_RAIN = 3, FEWEST_IN_SLOW_ZONE = 8 };
static const int64_t shortest_spell = 90000000; /* microseconds */

/* Between two stops, where the stretches are `count` from `stretch`. */
typedef struct spell_search {
    pyr_stretch *stretch;
    int64_t count;
    int64_t lap;       /* the median one of the field */
    int64_t core, end; /* slow stretches of the caution in hand, less than a lap apart: first, one past the last */
    int64_t first;     /* of the spells found here */
    pyr_slow_spells cautions;
    pyr_slow_spells *spells;
} spell_search;

static pyr_status append(pyr_slow_spells *spells, pyr_slow_spell spell, pyr_error *error) {
    PYR_TRY(pyr_grow_array(spells->allocator, &spells->spell, &spells->capacity, (size_t)spells->count + 1,
                           sizeof *spells->spell, error));
    spells->spell[spells->count++] = spell;
    return PYR_OK;
}

/* ---- Cautions ---- */

/* Beside a caution, this belongs to it. */
static bool leads_into_caution(const spell_search *search, int64_t at) {
    const pyr_stretch *stretch = &search->stretch[at];
    bool lasting_zone =
        stretch->state == PYR_FIELD_IN_SLOW_ZONE && stretch->end - stretch->start >= search->lap / 2 * 3;
    return stretch->state != PYR_FIELD_RACING && !lasting_zone;
}

/* How far it may reach beyond its slow stretches: up to a lap, and up to their own length. */
static int64_t longest_reach(const spell_search *search) {
    int64_t length = search->stretch[search->end - 1].end - search->stretch[search->core].start;
    return length < search->lap ? length : search->lap;
}

static int64_t reach_back(const spell_search *search) {
    int64_t start = search->stretch[search->core].start, earliest = start - longest_reach(search);
    for (int64_t at = search->core; at > 0 && start > earliest && leads_into_caution(search, at - 1); at--) {
        start = search->stretch[at - 1].start;
    }
    return start > earliest ? start : earliest;
}

static int64_t reach_on(const spell_search *search) {
    int64_t end = search->stretch[search->end - 1].end, latest = end + longest_reach(search);
    for (int64_t at = search->end; at < search->count && end < latest && leads_into_caution(search, at); at++) {
        end = search->stretch[at].end;
    }
    return end < latest ? end : latest;
}

static pyr_status finish_caution(spell_search *search, pyr_error *error) {
    if (search->core == search->end) {
        return PYR_OK;
    }
    pyr_slow_spells *cautions = &search->cautions;
    pyr_slow_spell *last = cautions->count > 0 ? &cautions->spell[cautions->count - 1] : NULL;
    pyr_slow_spell caution = {.start = reach_back(search), .end = reach_on(search)};
    if (last != NULL && caution.start - last->end < search->lap) {
        last->end = caution.end;
        return PYR_OK;
    }
    return append(cautions, caution, error);
}

static pyr_status add_core(spell_search *search, int64_t at, pyr_error *error) {
    const pyr_stretch *stretch = search->stretch;
    if (search->core == search->end || stretch[at].start - stretch[search->end - 1].end >= search->lap) {
        PYR_TRY(finish_caution(search, error));
        search->core = at;
    }
    search->end = at + 1;
    return PYR_OK;
}

static bool is_in_rain(const spell_search *search, int64_t first, int64_t end) {
    for (int64_t at = first; at < end; at++) {
        const pyr_stretch *stretch = &search->stretch[at];
        if (stretch->state == PYR_FIELD_HELD_UP && stretch->end - stretch->start >= LAPS_OF_RAIN * search->lap) {
            return true;
        }
    }
    return false;
}

/* Stretches from one instant of racing to the next. */
static pyr_status add_cores(spell_search *search, int64_t first, int64_t end, pyr_error *error) {
    bool in_rain = is_in_rain(search, first, end);
    for (int64_t at = first; at < end; at++) {
        if (search->stretch[at].state >= (in_rain ? PYR_FIELD_VERY_SLOW : PYR_FIELD_SLOW)) {
            PYR_TRY(add_core(search, at, error));
        }
    }
    return PYR_OK;
}

static pyr_status find_cautions(spell_search *search, pyr_error *error) {
    for (int64_t first = 0, end = 0; first < search->count; first = end + 1) {
        for (end = first; end < search->count && search->stretch[end].state != PYR_FIELD_RACING;) {
            end++;
        }
        PYR_TRY(add_cores(search, first, end, error));
    }
    return finish_caution(search, error);
}

/* ---- Slow zones, between cautions ---- */

static pyr_status add_zone(const spell_search *search, const pyr_stretch *stretch, pyr_error *error) {
    pyr_slow_spells *spells = search->spells;
    pyr_slow_spell *last = spells->count > search->first ? &spells->spell[spells->count - 1] : NULL;
    if (last != NULL && last->slow_zone && stretch->start - last->end < search->lap / 2) {
        last->end = stretch->end;
        return PYR_OK;
    }
    return append(spells, (pyr_slow_spell){.start = stretch->start, .end = stretch->end, .slow_zone = true}, error);
}

static pyr_status add_zones(const spell_search *search, pyr_error *error) {
    const pyr_slow_spells *cautions = &search->cautions;
    int64_t next = 0;
    for (int64_t at = 0; at < search->count; at++) {
        const pyr_stretch *stretch = &search->stretch[at];
        for (; next < cautions->count && cautions->spell[next].end <= stretch->start; next++) {
            PYR_TRY(append(search->spells, cautions->spell[next], error));
        }
        bool outside = next == cautions->count || cautions->spell[next].start >= stretch->end;
        if (stretch->state == PYR_FIELD_IN_SLOW_ZONE && outside) {
            PYR_TRY(add_zone(search, stretch, error));
        }
    }
    for (; next < cautions->count; next++) {
        PYR_TRY(append(search->spells, cautions->spell[next], error));
    }
    return PYR_OK;
}

/* ---- From stop to stop ---- */

static void drop_short(pyr_slow_spells *spells, int64_t first) {
    int64_t count = first;
    for (int64_t i = first; i < spells->count; i++) {
        if (spells->spell[i].end - spells->spell[i].start >= shortest_spell) {
            spells->spell[count++] = spells->spell[i];
        }
    }
    spells->count = count;
}

static pyr_status find_between(spell_search *search, pyr_error *error) {
    search->first = search->spells->count;
    search->core = search->end = search->cautions.count = 0;
    PYR_TRY(find_cautions(search, error));
    PYR_TRY(add_zones(search, error));
    drop_short(search->spells, search->first);
    return PYR_OK;
}

/* Each time with what stretches have between two stops; what lies before the start of the race is left out. */
static pyr_status find_spells(spell_search *search, const pyr_stretches *stretches, const pyr_span *stops,
                              int64_t stop_count, pyr_error *error) {
    int64_t at = 0;
    for (int64_t stop = 0; stop <= stop_count; stop++) {
        int64_t from = stop > 0 ? stops[stop - 1].end : 0, to = stop < stop_count ? stops[stop].start : INT64_MAX;
        search->count = 0;
        while (at < stretches->count && stretches->stretch[at].end <= from) {
            at++;
        }
        for (int64_t i = at; i < stretches->count && stretches->stretch[i].start < to; i++) {
            pyr_stretch stretch = stretches->stretch[i];
            stretch.start = stretch.start > from ? stretch.start : from;
            stretch.end = stretch.end < to ? stretch.end : to;
            search->stretch[search->count++] = stretch;
        }
        PYR_TRY(find_between(search, error));
    }
    return PYR_OK;
}

static pyr_status search_pace(const pyr_field_pace *pace, const pyr_span *stops, int64_t stop_count,
                              pyr_slow_spells *spells, pyr_error *error) {
    const pyr_allocator *allocator = spells->allocator;
    pyr_stretches stretches;
    spell_search search = {.lap = pace->median_lap, .cautions.allocator = allocator, .spells = spells};
    pyr_status status = pyr_stretches_find(pace, &stretches, error);
    if (status == PYR_OK) {
        status = pyr_new_array(allocator, (size_t)stretches.count, sizeof *search.stretch, &search.stretch, error);
    }
    if (status == PYR_OK) {
        status = find_spells(&search, &stretches, stops, stop_count, error);
    }
    pyr_release_array(allocator, search.stretch, (size_t)stretches.count, sizeof *search.stretch);
    pyr_slow_spells_clear(&search.cautions);
    pyr_stretches_clear(&stretches);
    return status;
}

static void drop_chance_zones(pyr_slow_spells *spells) {
    int64_t count = 0;
    for (int64_t i = 0; i < spells->count; i++) {
        const pyr_slow_spell *spell = &spells->spell[i];
        if (!spell->slow_zone || spell->evidence.slow >= FEWEST_IN_SLOW_ZONE) {
            spells->spell[count++] = *spell;
        }
    }
    spells->count = count;
}

pyr_status pyr_slow_spells_find(const pyr_session *session, const pyr_visits *visits, const pyr_span *stops,
                                int64_t stop_count, pyr_slow_spells *spells, pyr_error *error) {
    pyr_field_pace pace;
    *spells = (pyr_slow_spells){.allocator = session->allocator};
    pyr_status status = pyr_field_pace_find(session, visits, &pace, error);
    if (status == PYR_OK) {
        status = search_pace(&pace, stops, stop_count, spells, error);
    }
    if (status == PYR_OK && spells->count > 0) {
        status = pyr_slow_evidence_find(session, &pace, spells->count, spells->spell, error);
        drop_chance_zones(spells);
    }
    pyr_field_pace_clear(&pace);
    return status;
}

void pyr_slow_spells_clear(pyr_slow_spells *spells) {
    pyr_release_array(spells->allocator, spells->spell, spells->capacity, sizeof *spells->spell);
    *spells = (pyr_slow_spells){0};
}
