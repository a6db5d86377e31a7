/* How long each lap was driven: its time less the time in the pit lane. */
#ifndef PYR_ANALYSE_DRIVING_H
#define PYR_ANALYSE_DRIVING_H

#include "../model/visits.h"

/* By lap row of a whole session: the time driven, PYR_NO_TIME where the lap has no time. `visits` are those of the
 * session; `driven` has room for every lap. The pit lane time of a visit is taken off the lap on which it stands, the
 * out-lap as a rule; what exceeds that lap was spent before the line and is taken off the other one, the lap of the
 * driver who came in. Of a visit without a published time each lap keeps the median green lap. O(laps). */
pyr_status pyr_driven_times(const pyr_session *session, const pyr_visits *visits, int64_t *driven, pyr_error *error);

/* The most that is driven in any window of that length: `start` and `end` are `count` spells in order of time, of which
 * none overlaps another. O(count). */
int64_t pyr_most_in_window(const int64_t *start, const int64_t *end, int64_t count, int64_t window);

#endif
