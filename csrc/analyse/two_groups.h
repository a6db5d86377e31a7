/* Whether times fall into two groups, and where between them. */
#ifndef PYR_ANALYSE_TWO_GROUPS_H
#define PYR_ANALYSE_TWO_GROUPS_H

#include "../base/memory.h"

/* The cut-off between two groups among `count` times, which ascend; PYR_NO_TIME: they are not two groups.
 *
 * A window as wide as a twentieth of the median time slides over the times, by a quarter of its width. A place divides
 * them where the window holds fewer times, by three standard deviations of chance (the sign test), than at the fullest
 * place before it and at the fullest behind it, and a tenth of all times lies on either side; the cut-off is where that
 * shows best. Fewer than 20 times are never divided. */
pyr_status pyr_divide_times(const pyr_allocator *allocator, const int64_t *times, int64_t count, int64_t *cut_off,
                            pyr_error *error);

#endif
