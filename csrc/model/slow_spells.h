/* Where the whole field was slow, for races whose files show no flag: cautions, by their pace alone. */
#ifndef PYR_MODEL_SLOW_SPELLS_H
#define PYR_MODEL_SLOW_SPELLS_H

#include "visits.h"

/* More than half of the sectors under way, at least 5, took over 1.35 x the median of their class, for 90 s or longer;
 * shorter pauses than 30 s do not divide it. Sectors with the pit lane (the last of an in-lap, the first of an
 * out-lap), those of lap 1 and of laps that lack one do not count. */
typedef struct pyr_slow_spell {
    int64_t start, end; /* race time */
    int64_t slow, all;  /* sectors that were slow, of all that ended in it */
} pyr_slow_spell;

typedef struct pyr_slow_spells {
    const pyr_allocator *allocator;
    int64_t count, capacity;
    pyr_slow_spell *spell; /* in order of time */
} pyr_slow_spells;

/* Of a whole session. O(laps log laps). The caller clears `spells`, after a failure too. */
pyr_status pyr_slow_spells_find(const pyr_session *session, const pyr_visits *visits, pyr_slow_spells *spells,
                                pyr_error *error);
void pyr_slow_spells_clear(pyr_slow_spells *spells);

#endif
