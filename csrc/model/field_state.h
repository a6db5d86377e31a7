/* What the field was doing at every instant, by the pace of all that drove: racing, held up, slow in parts or slow. */
#ifndef PYR_MODEL_FIELD_STATE_H
#define PYR_MODEL_FIELD_STATE_H

#include "field_pace.h"

/* Thousandths of the usual. */
enum { PYR_RACING_PACE = 1100, PYR_UNHINDERED_PACE = 1200, PYR_SLOW_PACE = 1350, PYR_VERY_SLOW_PACE = 1600 };

/* A drive counts for half a lap of the field around its middle (a whole lap for a whole lap), so that all cars count in
 * all sectors wherever the field is gathered. Where fewer than 8 drives count, the field does what it did before, for
 * up to three laps: a pack goes by at once, and then nobody for a while; later, and at first, it is taken to be racing.
 * Else it is in a slow zone where 4 in 5 of at least 3 drives in some sector are slow, over 1.35 x the usual, and 4 in
 * 5 of at least 3 in another unhindered, up to 1.2 x, as in rain; else very slow, slow or held up where more than half
 * of all drives are over 1.6, 1.35 or 1.1 x. Racing for less than a quarter of a lap between other states is taken for
 * being held up. */
typedef enum pyr_field_state {
    PYR_FIELD_RACING, PYR_FIELD_HELD_UP, PYR_FIELD_IN_SLOW_ZONE, PYR_FIELD_SLOW, PYR_FIELD_VERY_SLOW
} pyr_field_state;

typedef struct pyr_stretch {
    pyr_field_state state;
    int64_t start, end; /* race time; the next one starts where this one ends */
} pyr_stretch;

/* From the first drive to the last, neighbours differ. */
typedef struct pyr_stretches {
    const pyr_allocator *allocator;
    int64_t count;
    size_t capacity;
    pyr_stretch *stretch;
} pyr_stretches;

/* O(drives). The caller clears `stretches`, after a failure too. */
pyr_status pyr_stretches_find(const pyr_field_pace *pace, pyr_stretches *stretches, pyr_error *error);
void pyr_stretches_clear(pyr_stretches *stretches);

#endif
