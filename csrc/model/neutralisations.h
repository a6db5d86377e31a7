/* When the race was neutralised: the flags of all crossings, read in the order of time. */
#ifndef PYR_MODEL_NEUTRALISATIONS_H
#define PYR_MODEL_NEUTRALISATIONS_H

#include "slow_spells.h"
#include "standstills.h"
#include "timeline.h"

/* What tells of a neutralisation; all but the first infer it. */
typedef enum pyr_neutralisation_source {
    PYR_SAID_BY_FLAGS,
    PYR_SAID_BY_STANDSTILL, /* the field stopped together */
    PYR_SAID_BY_CLOCK,      /* the clock ran on while race time stood still */
    PYR_SAID_BY_PACE        /* the field was slow together, and no flag shows it */
} pyr_neutralisation_source;

/* A crossing is a time-stamped reading of the flag, so a period begins with the first crossing under it and ends with
 * the first that is not; it really began and ended later than `start_after` and `end_after`, the crossings before. A
 * standstill begins as the first of its laps began, and ends as the first of them ended; when the signal fell, before
 * or after its start, is not known. */
typedef struct pyr_neutralisation {
    pyr_neutralisation_source source;
    pyr_flag kind;
    int64_t start, start_after, end, end_after; /* race time; after: PYR_NO_TIME where no crossing tells */
    int64_t suspended;                          /* how long race time stood still meanwhile */
    int32_t first_lap, last_lap;                /* that the leader was on at start and at end, or had just ended */
    int64_t crossings;                          /* under it */
    int32_t leader_laps;                        /* that the leader ended under it */
    int64_t said_by;                            /* crossings that show it; laps that stood still; slow drives */
    int64_t running;                            /* standstill: the cars that still ran */
    int64_t spread;                             /* standstill: from the first to the last beginning of its laps */
    pyr_slow_evidence pace;                     /* told by pace: what was seen */
} pyr_neutralisation;

/* In order of time; none overlaps another. */
typedef struct pyr_neutralisation_list {
    const pyr_allocator *allocator;
    int64_t count, capacity;
    pyr_neutralisation *period;
    int64_t crossings;  /* of all cars */
    int64_t end;        /* of the race: the first chequered crossing, else the last; PYR_NO_TIME: no crossing */
    int64_t median_lap; /* green lap of the field; PYR_NO_TIME where there is no standstill */
} pyr_neutralisation_list;

/* Of a whole session. A chequered crossing under caution, before others that are not, is a car that stopped for good,
 * and says nothing. The pace of the field is asked in races whose files show no flag but the chequered one; with
 * `by_pace` between the periods of flags as well. O(laps log laps). The caller clears `found`, after a failure too. */
pyr_status pyr_neutralisations_find(const pyr_session *session, bool by_pace, pyr_neutralisation_list *found,
                                    pyr_error *error);
void pyr_neutralisations_clear(pyr_neutralisation_list *found);

#endif
