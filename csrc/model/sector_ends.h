/* When the cars ended the sectors of each lap. */
#ifndef PYR_MODEL_SECTOR_ENDS_H
#define PYR_MODEL_SECTOR_ENDS_H

#include "session.h"

/* The numbers and times of the ends of the sectors, PYR_SECTORS a lap row, as of pyr_points; the last is the line, at
 * elapsed. A sector ended at elapsed less the later sectors or, where one of these is absent, at the start of the lap
 * plus the sectors so far: a timing loop that missed the car leaves the sectors on both sides of it absent, so only its
 * own end is not known. The ends of a lap lie between its start and its elapsed, and a sector takes time; what does
 * not, and what neither sum gives, is PYR_NO_TIME. PYR_ERROR_REFUSED: a lap number is over 700 million. */
pyr_status pyr_find_sector_ends(const pyr_laps *laps, int32_t *number, int64_t *time, pyr_error *error);

#endif
