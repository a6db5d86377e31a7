/* How fast the field drove, sector by sector, against what is usual: the reading from which cautions are told that no
 * flag shows. */
#ifndef PYR_MODEL_FIELD_PACE_H
#define PYR_MODEL_FIELD_PACE_H

#include "../base/sort.h"
#include "visits.h"

enum { PYR_USUAL_PACE = 1000 };

/* A drive is a sector that a car drove, or a lap where no lap of the file has all three sectors. Drives that hold the
 * pit lane do not count: the last sector of an in-lap, the first of an out-lap, both laps where there are only laps;
 * nor do lap 1, laps without a time of their crossing, and laps that lack one of three sectors. */
typedef struct pyr_field_pace {
    const pyr_allocator *allocator;
    int32_t sectors;    /* of a lap: 3, or 1 for whole laps */
    int64_t median_lap; /* of the field, without in- and out-laps; PYR_NO_TIME: there is none, and no drive */
    int64_t count;
    size_t capacity;
    pyr_keyed *drive; /* in order of their middles: key is the race time of it, row the lap row x sectors + sector */
    int32_t *pace;    /* by that row: its time in thousandths of the median of class and sector, rounded up */
} pyr_field_pace;

/* Of a whole session. O(laps log laps). The caller clears `pace`, after a failure too. */
pyr_status pyr_field_pace_find(const pyr_session *session, const pyr_visits *visits, pyr_field_pace *pace,
                               pyr_error *error);
void pyr_field_pace_clear(pyr_field_pace *pace);

#endif
