/* What can be said of a spell in which the field was slow: where, how slow, and what became of the gaps. */
#ifndef PYR_MODEL_SLOW_EVIDENCE_H
#define PYR_MODEL_SLOW_EVIDENCE_H

#include "field_pace.h"
#include "timeline.h"

/* What the gaps on the road say of a caution. Crossings up to 2 s apart at its end, less than 0.75 x as far as before
 * it: the gaps closed, behind a safety car. Over 1.5 s, and at least 0.9 x as far as before: they held, as where all
 * slow down on the spot, under the full-course yellow of the WEC; but a field that was a pack already, 1.1 s apart or
 * less as on an oval, has no gaps to hold or to close, and is strung out behind a safety car. Source: measured on
 * published flags (slow_spells.h): of 106 cautions 70 are told so, all of them rightly. */
typedef enum pyr_road_gaps { PYR_GAPS_DO_NOT_TELL, PYR_GAPS_HELD, PYR_GAPS_CLOSED } pyr_road_gaps;

/* Paces are medians of the drives whose middle is in the spell, in thousandths of the usual. */
typedef struct pyr_slow_evidence {
    int32_t sectors;             /* of a lap that were looked at: 3, or 1 for whole laps */
    bool in_sector[PYR_SECTORS]; /* was slow: every one, unless it is a slow zone */
    int32_t pace, rest;          /* in these sectors, and in the others; 0: no drive, or no others */
    int64_t cars, slow;          /* that drove in these sectors; drives there that were slow */
    pyr_road_gaps gaps;
    int64_t apart, apart_before; /* median time between crossings on the road, in the last two laps of the spell and
                                    in the two before it; PYR_NO_TIME: of a slow zone, or fewer than 8 */
} pyr_slow_evidence;

/* The spell from `start` up to `end`, a caution, or a slow zone in the sectors where more than half of the drives are
 * slow, or in the slowest. Its `evidence` is set. */
typedef struct pyr_slow_spell {
    int64_t start, end; /* race time */
    bool slow_zone;
    pyr_slow_evidence evidence;
} pyr_slow_spell;

/* Of `count` spells in order of time that do not overlap. O(drives + cars + log crossings each). */
pyr_status pyr_slow_evidence_find(const pyr_session *session, const pyr_field_pace *pace, int64_t count,
                                  pyr_slow_spell *spells, pyr_error *error);

#endif
