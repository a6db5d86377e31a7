/* Order and rank: one stable sort and one median for all who need them. */
#ifndef PYR_BASE_SORT_H
#define PYR_BASE_SORT_H

#include "memory.h"

/* One thing to sort: `key` orders it, `row` says what it is. */
typedef struct pyr_keyed {
    int64_t key;
    int64_t row;
} pyr_keyed;

/* True: the left row stands before the right one though their keys are equal. A strict weak order. */
typedef bool pyr_before(const void *context, int64_t left, int64_t right);

/* Ascending by key, equal keys by `before`, else (and without `before`, NULL) in the order they came. Merges the
 * ascending runs that are there already, so laps that stand car by car cost O(n log cars), anything O(n log n). */
pyr_status pyr_sort(const pyr_allocator *allocator, pyr_keyed *items, int64_t count, pyr_before *before,
                    const void *context, pyr_error *error);

/* Ascending by key, equal keys in the order they came, in O(n) for each byte that the keys span: for keys that lie
 * close together, as lap numbers do. */
pyr_status pyr_sort_close(const pyr_allocator *allocator, pyr_keyed *items, int64_t count, pyr_error *error);

/* The first place from `low` up to `high` whose value is above `value`; `high` where there is none. O(log n). */
int64_t pyr_first_above(const int64_t *ascending, int64_t low, int64_t high, int64_t value);

/* The middle value, between two middle ones their mean rounded down; PYR_NO_TIME where `count` is 0. The values are put
 * in another order. O(n) for any order. */
int64_t pyr_median(int64_t *values, int64_t count);
/* The mean of low and high, not less than it, rounded down, however far apart they are. */
int64_t pyr_halfway(int64_t low, int64_t high);

#endif
