/* The end of a race: the last lap of each car that counts, and who took the flag. */
#ifndef PYR_ANALYSE_RACE_END_H
#define PYR_ANALYSE_RACE_END_H

#include "../model/flag_fall.h"

/* Why the laps end where they do. */
typedef enum pyr_race_ending {
    PYR_ENDS_UNKNOWN,   /* no flag is published and none can be worked out: all laps count, everybody took it */
    PYR_ENDS_PUBLISHED, /* the lap files show who took the flag */
    PYR_ENDS_BY_RULES,  /* worked out from duration or laps */
    PYR_ENDS_STOPPED    /* red-flagged and not resumed */
} pyr_race_ending;

/* `finishes` has room for every entry of `field`, a whole session that is a race. PYR_ERROR_RULES: the race was stopped
 * and no rule says how it counts. */
pyr_status pyr_find_race_end(const pyr_session *field, const pyr_classification_options *rules, pyr_finish *finishes,
                             pyr_race_ending *ending, pyr_error *error);

#endif
