/* Medians of many ranges of one array, in O(n + ranges) but for a factor of the bits of the values. */
#ifndef PYR_BASE_RANGES_H
#define PYR_BASE_RANGES_H

#include "memory.h"

/* Ranges are copied and their medians selected, until the copies hold all values 32 times over. Then the values are
 * laid out as a wavelet matrix: bit by bit from the highest, those without the bit before those with it, so that a
 * range stays one range of each. */
typedef struct pyr_ranges {
    const pyr_allocator *allocator;
    const int64_t *values; /* borrowed */
    int64_t count;
    int64_t *scratch;      /* as many */
    int64_t copied;        /* values so far */
    int64_t least;
    int32_t level_count;   /* bits in which values differ from the least */
    size_t words;          /* of a level */
    uint64_t *bits;        /* by level, a bit a value; NULL: not laid out */
    int64_t *ones_before;  /* by level and word: bits set before it */
    int64_t zeros[64];     /* by level: values without the bit */
} pyr_ranges;

/* The caller clears `ranges`, after a failure too. `values`, none PYR_NO_TIME, stay where they are until then. */
pyr_status pyr_ranges_new(const pyr_allocator *allocator, const int64_t *values, int64_t count, pyr_ranges *ranges,
                          pyr_error *error);
void pyr_ranges_clear(pyr_ranges *ranges);

/* What pyr_median says of the values from `start` up to `end`. */
pyr_status pyr_range_median(pyr_ranges *ranges, int64_t start, int64_t end, int64_t *median, pyr_error *error);

#endif
