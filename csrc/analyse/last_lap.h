/* The lap that ends at the flag: how long it may take. */
#ifndef PYR_ANALYSE_LAST_LAP_H
#define PYR_ANALYSE_LAST_LAP_H

#include "../model/flag_fall.h"

/* The limits, in rising order, and the laps deducted for a last lap that is within each but not the one before. */
typedef struct pyr_last_lap_limits {
    int64_t count; /* 0: a last lap takes as long as it takes */
    const int64_t *limit;
    const int32_t *laps;
} pyr_last_lap_limits;

/* PYR_ERROR_ARGUMENT: the table has other columns, or limits that do not rise. It is borrowed. */
pyr_status pyr_read_last_lap_limits(const pyr_table *table, pyr_last_lap_limits *limits, pyr_error *error);

/* How long a car took from its last crossing but one to the flag, or from the exit of the pit lane: the transit that is
 * published for that lap is taken off. PYR_NO_TIME: not known, or it did not take the flag. */
int64_t pyr_last_lap_time(const pyr_session *field, int32_t entry, const pyr_finish *finish);

/* The laps to deduct for a last lap that took so long; -1: it is beyond all limits. */
int32_t pyr_last_lap_deduction(const pyr_last_lap_limits *limits, int64_t time);

#endif
