#include "slow_spells.h"

#include "field_state.h"

enum { LAPS_OF_RAIN = 3 };
static const int64_t shortest_spell = 90000000; /* microseconds */

typedef struct spell_search {
    const pyr_stretch *stretch;
    int64_t count;
    int64_t lap;       /* the median one of the field */
    int64_t core, end; /* slow stretches of the caution in hand, less than a lap apart: first, one past the last */
    pyr_slow_spells cautions, uncut;
    const pyr_span *stops;
    int64_t stop_count;
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

static int64_t reach_back(const spell_search *search) {
    int64_t start = search->stretch[search->core].start, earliest = start - search->lap;
    for (int64_t at = search->core; at > 0 && start > earliest && leads_into_caution(search, at - 1); at--) {
        start = search->stretch[at - 1].start;
    }
    return start > earliest ? start : earliest;
}

static int64_t reach_on(const spell_search *search) {
    int64_t end = search->stretch[search->end - 1].end, latest = end + search->lap;
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

/* Stretches from one instant of racing to the next: in rain, only very slow ones make a caution. */
static pyr_status add_cores(spell_search *search, int64_t first, int64_t end, pyr_error *error) {
    pyr_field_state least = PYR_FIELD_SLOW;
    for (int64_t at = first; at < end; at++) {
        const pyr_stretch *stretch = &search->stretch[at];
        if (stretch->state == PYR_FIELD_HELD_UP && stretch->end - stretch->start >= LAPS_OF_RAIN * search->lap) {
            least = PYR_FIELD_VERY_SLOW;
        }
    }
    for (int64_t at = first; at < end; at++) {
        if (search->stretch[at].state >= least) {
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

static pyr_status add_zone(spell_search *search, const pyr_stretch *stretch, pyr_error *error) {
    pyr_slow_spells *spells = &search->uncut;
    pyr_slow_spell *last = spells->count > 0 ? &spells->spell[spells->count - 1] : NULL;
    if (last != NULL && last->slow_zone && stretch->start - last->end < search->lap / 2) {
        last->end = stretch->end;
        return PYR_OK;
    }
    return append(spells, (pyr_slow_spell){.start = stretch->start, .end = stretch->end, .slow_zone = true}, error);
}

static pyr_status add_zones(spell_search *search, pyr_error *error) {
    const pyr_slow_spells *cautions = &search->cautions;
    int64_t next = 0;
    for (int64_t at = 0; at < search->count; at++) {
        const pyr_stretch *stretch = &search->stretch[at];
        for (; next < cautions->count && cautions->spell[next].end <= stretch->start; next++) {
            PYR_TRY(append(&search->uncut, cautions->spell[next], error));
        }
        bool outside = next == cautions->count || cautions->spell[next].start >= stretch->end;
        if (stretch->state == PYR_FIELD_IN_SLOW_ZONE && outside) {
            PYR_TRY(add_zone(search, stretch, error));
        }
    }
    for (; next < cautions->count; next++) {
        PYR_TRY(append(&search->uncut, cautions->spell[next], error));
    }
    return PYR_OK;
}

/* ---- What stops leave of them ---- */

static pyr_status cut(const spell_search *search, pyr_slow_spells *spells, pyr_error *error) {
    int64_t stop = 0;
    for (int64_t i = 0; i < search->uncut.count; i++) {
        pyr_slow_spell spell = search->uncut.spell[i];
        int64_t end = spell.end;
        spell.start = spell.start > 0 ? spell.start : 0;
        while (spell.start < end) {
            for (; stop < search->stop_count && search->stops[stop].end <= spell.start;) {
                stop++;
            }
            bool stopped = stop < search->stop_count && search->stops[stop].start < end;
            spell.end = stopped ? search->stops[stop].start : end;
            if (spell.end - spell.start >= shortest_spell) {
                PYR_TRY(append(spells, spell, error));
            }
            spell.start = stopped ? search->stops[stop].end : end;
        }
    }
    return PYR_OK;
}

/* ---- All of it ---- */

static pyr_status find_spells(const pyr_field_pace *pace, const pyr_span *stops, int64_t stop_count,
                              pyr_slow_spells *spells, pyr_error *error) {
    pyr_stretches stretches;
    pyr_status status = pyr_stretches_find(pace, &stretches, error);
    spell_search search = {
        .stretch = stretches.stretch, .count = stretches.count, .lap = pace->median_lap,
        .cautions.allocator = spells->allocator, .uncut.allocator = spells->allocator,
        .stops = stops, .stop_count = stop_count,
    };
    if (status == PYR_OK) {
        status = find_cautions(&search, error);
    }
    if (status == PYR_OK) {
        status = add_zones(&search, error);
    }
    if (status == PYR_OK) {
        status = cut(&search, spells, error);
    }
    pyr_slow_spells_clear(&search.cautions);
    pyr_slow_spells_clear(&search.uncut);
    pyr_stretches_clear(&stretches);
    return status;
}

pyr_status pyr_slow_spells_find(const pyr_session *session, const pyr_visits *visits, const pyr_span *stops,
                                int64_t stop_count, pyr_slow_spells *spells, pyr_error *error) {
    pyr_field_pace pace;
    *spells = (pyr_slow_spells){.allocator = session->allocator};
    pyr_status status = pyr_field_pace_find(session, visits, &pace, error);
    if (status == PYR_OK) {
        status = find_spells(&pace, stops, stop_count, spells, error);
    }
    if (status == PYR_OK && spells->count > 0) {
        status = pyr_slow_evidence_find(session, &pace, spells->count, spells->spell, error);
    }
    pyr_field_pace_clear(&pace);
    return status;
}

void pyr_slow_spells_clear(pyr_slow_spells *spells) {
    pyr_release_array(spells->allocator, spells->spell, spells->capacity, sizeof *spells->spell);
    *spells = (pyr_slow_spells){0};
}
