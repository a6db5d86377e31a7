/* The best laps and sectors of groups of laps. */
#ifndef PYR_ANALYSE_BEST_LAPS_H
#define PYR_ANALYSE_BEST_LAPS_H

#include "../model/counted.h"
#include "groups.h"

/* A best lap as answers show it: their columns, and the lap columns these are. */
enum { PYR_BEST_LAP_COLUMN_COUNT = 10 };
extern const pyr_field pyr_best_lap_fields[PYR_BEST_LAP_COLUMN_COUNT];
extern const int32_t pyr_best_lap_columns[PYR_BEST_LAP_COLUMN_COUNT];

/* By group, the row of its best lap among those that count, -1: none. `best` has room for groups->count. */
pyr_status pyr_best_laps(const pyr_session *session, const pyr_groups *groups, int64_t *best, pyr_error *error);

/* By group, the rows of its best three sectors among those that count, -1: none; as quick ones: the first set. `laps`
 * receives the number of laps with a sector that counts. Both have room for groups->count. */
pyr_status pyr_best_sectors_of(const pyr_session *session, const pyr_groups *groups, int64_t (*best)[3], int32_t *laps,
                               pyr_error *error);

#endif
