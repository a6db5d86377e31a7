/* Who stands where between two crossings: the order on the road at an instant. */
#ifndef PYR_MODEL_STANDING_H
#define PYR_MODEL_STANDING_H

#include "timeline.h"

/* A car by its last crossing so far. */
typedef struct pyr_standing {
    int32_t entry;
    int32_t laps; /* completed with that crossing; -1: it has not crossed yet */
    int32_t most; /* laps it may have completed, more than `laps` where a lap has no time */
    int64_t row;  /* that crossing, or -1 */
} pyr_standing;

/* The standing of a car after the first `crossings` of its crossings. */
pyr_standing pyr_standing_after(const pyr_session *session, const pyr_timeline *timeline, int32_t entry,
                                int64_t crossings);

/* All cars of the session at race time `time`: by laps, then who completed them first; cars that have not crossed yet
 * are last, in the order of the entries. `standing` has room for entries.count. O(laps). */
pyr_status pyr_standings_at(const pyr_session *session, const pyr_timeline *timeline, int64_t time,
                            pyr_standing *standing, pyr_error *error);

/* The positions of `count` standings that are in order, from 1. PYR_NO_INT32 where it cannot be known: before the first
 * crossing, and for all whom a car with laps without time may have passed unseen. */
void pyr_number_standings(const pyr_standing *standing, int32_t count, int32_t *position);

#endif
