/* The laps that a stop is measured against: those of the cars of its class meanwhile. */
#ifndef PYR_ANALYSE_RIVAL_LAPS_H
#define PYR_ANALYSE_RIVAL_LAPS_H

#include "../base/ranges.h"
#include "../model/timeline.h"
#include "../model/visits.h"

/* Which laps count: those that are neither in- nor out-laps; or, as in the published measure, those that neither cross
 * in the pit lane nor follow such a crossing. */
typedef enum pyr_rival_use { PYR_RIVALS_OF_LOSS, PYR_RIVALS_PUBLISHED, PYR_RIVAL_USE_COUNT } pyr_rival_use;

/* The crossings class after class, each in order of time: class c, the class code + 1, from first[c] up to
 * first[c + 1]. */
typedef struct pyr_rival_laps {
    const pyr_allocator *allocator;
    size_t lap_count, class_count;
    int64_t *first, *elapsed;
    int64_t *differ_before; /* by place: laps before it that count for one use and not for the other */
    int64_t *counted_before[PYR_RIVAL_USE_COUNT]; /* by place: laps before it that count */
    int64_t *lap_time[PYR_RIVAL_USE_COUNT];       /* of those that count */
    pyr_ranges ranges[PYR_RIVAL_USE_COUNT];
} pyr_rival_laps;

/* O(laps). `class_count`: class codes and none. The caller clears `rivals`, after a failure too. */
pyr_status pyr_rival_laps_find(const pyr_session *field, const pyr_visits *visits, size_t class_count,
                               pyr_rival_laps *rivals, pyr_error *error);
void pyr_rival_laps_clear(pyr_rival_laps *rivals);

/* The place of the first lap of the class that ends after `time`. O(log laps between it and `near`, any place). */
int64_t pyr_rivals_after(const pyr_rival_laps *rivals, int32_t class_code, int64_t near, int64_t time);
/* Whether the same laps count for both uses from place `low` up to `high`. */
bool pyr_rivals_agree(const pyr_rival_laps *rivals, int64_t low, int64_t high);
/* The median of the laps that count from place `low` up to `high`; PYR_NO_TIME: fewer than 6. */
pyr_status pyr_rivals_median(pyr_rival_laps *rivals, pyr_rival_use use, int64_t low, int64_t high, int64_t *median,
                             pyr_error *error);

/* Whether a lap follows one of its car that crossed in the pit lane. */
bool pyr_follows_crossing_in_pit(const pyr_laps *laps, int64_t row);

#endif
