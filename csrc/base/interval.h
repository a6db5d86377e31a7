/* How sure a median is. */
#ifndef PYR_BASE_INTERVAL_H
#define PYR_BASE_INTERVAL_H

#include "memory.h"

/* The 95 % interval of the median of `count` values: the places, from 0 in ascending order, of its ends; *low -1: fewer
 * than 6 values bound no median so surely. It is the percentile interval of the bootstrap with infinitely many
 * resamples: the chance that the median of a resample is at most the value at place k is that of a binomial variable
 * with p = (k + 1) / count, so nothing is drawn and no seed chosen. Source: Efron, The Jackknife, the Bootstrap and
 * Other Resampling Plans (1982), 10.3. O(count log count). */
void pyr_median_interval(int64_t count, int64_t *low, int64_t *high);

#endif
