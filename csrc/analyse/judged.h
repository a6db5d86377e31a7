/* Who is classified, and in which order: what the laps say, under the rules, after the decisions. */
#ifndef PYR_ANALYSE_JUDGED_H
#define PYR_ANALYSE_JUDGED_H

#include "penalties.h"
#include "ranking.h"

/* What the cars of a field did, by entry. */
typedef struct pyr_judged {
    const pyr_finish *finishes;     /* NULL: the session is no race */
    const pyr_penalty *penalties;   /* NULL: none */
    const int64_t *best;            /* row of the best lap, -1: none */
    const bool *invisible;          /* NULL: nobody */
} pyr_judged;

/* Fills the cars of `ranking`, which is of the field, and sorts them. Decisions are 0 and absent where there are none.
 * PYR_ERROR_ARGUMENT: an option out of its range. */
pyr_status pyr_judge(const pyr_classification_options *rules, const pyr_judged *judged, pyr_ranking *ranking,
                     pyr_error *error);

#endif
