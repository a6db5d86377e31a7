/* Where a race stood still though no flag says so: the whole field stopping together. */
#ifndef PYR_MODEL_STANDSTILLS_H
#define PYR_MODEL_STANDSTILLS_H

#include "visits.h"

/* More than half of the cars that still ran, and a quarter of all, had a lap over 8 x the median green lap of the
 * field, begun within 3 median laps of each other. Source: the red flags of IMSA, which have no code. */
typedef struct pyr_standstill {
    int64_t start; /* race time at which the first of these laps began */
    int64_t end;   /* race time at which the first of them ended */
    int64_t last_start;
    int64_t laps;    /* so many, */
    int64_t running; /* of so many cars that still ran at `start` */
} pyr_standstill;

/* In order of time; none overlaps another. */
typedef struct pyr_standstills {
    const pyr_allocator *allocator;
    int64_t lap_count, count, capacity;
    pyr_standstill *standstill;
    uint8_t *marks;     /* by lap row: 1 on those laps */
    int64_t median_lap; /* green lap of the field; PYR_NO_TIME: not looked for, or none */
} pyr_standstills;

/* Of a whole session; one that is no race has none. O(laps log laps). The caller clears `standstills`, after a failure
 * too. */
pyr_status pyr_standstills_find(const pyr_session *session, const pyr_visits *visits, pyr_standstills *standstills,
                                pyr_error *error);
void pyr_standstills_clear(pyr_standstills *standstills);

#endif
