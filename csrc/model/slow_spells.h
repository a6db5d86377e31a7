/* Where the field was slow together, for races whose files show no flag: cautions and slow zones, by pace alone. */
#ifndef PYR_MODEL_SLOW_SPELLS_H
#define PYR_MODEL_SLOW_SPELLS_H

#include "slow_evidence.h"

/* In order of time; none overlaps another. Laps are the median lap of the field.
 *
 * A caution is where the field is slow (field_state.h). It begins earlier and ends later, each by up to a lap and up to
 * the length of what is slow, as far as the field is held up there, or in a slow zone shorter than 1.5 laps: cars slow
 * down before they are gathered, speed up before the line, and come to each sector one after another. Two cautions
 * less than a lap apart are one: the field did not race a lap meanwhile, but caught up with the safety car or was waved
 * by. Rain slows a field as well, but lets it go little by little: where it is held up for three laps on end, somewhere
 * between two spells of racing, a caution is only where it is very slow. A slow zone is where the field is in one
 * outside of cautions, for at least 8 slow drives; two less than half a lap apart are one. Both last at least 90 s.
 *
 * Source: measured on published flags, which were hidden for it. Of the time under caution in the IMSA of 2021-22 94 %
 * is found, and 98 % of the time found is flagged; in the WEC of 2024-25 92 % and 86 %, where the field slows down
 * minutes before the flags change from green to safety car. Slow zones, which flags do not show, are found at Le Mans
 * alone. */
typedef struct pyr_slow_spells {
    const pyr_allocator *allocator;
    int64_t count;
    size_t capacity;
    pyr_slow_spell *spell;
} pyr_slow_spells;

/* From `start` up to `end`, race time. */
typedef struct pyr_span {
    int64_t start, end;
} pyr_span;

/* Of a whole session, before, between and after `stops`, in order of time and without overlap: what is known from
 * elsewhere, as red flags, in which the field is slow as well. O(laps log laps). The caller clears `spells`, after a
 * failure too. */
pyr_status pyr_slow_spells_find(const pyr_session *session, const pyr_visits *visits, const pyr_span *stops,
                                int64_t stop_count, pyr_slow_spells *spells, pyr_error *error);
void pyr_slow_spells_clear(pyr_slow_spells *spells);

#endif
