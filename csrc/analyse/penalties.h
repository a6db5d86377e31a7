/* What is taken from the cars after the race: the decisions of the stewards and the limits of the last lap, by car. */
#ifndef PYR_ANALYSE_PENALTIES_H
#define PYR_ANALYSE_PENALTIES_H

#include "../model/flag_fall.h"

/* What was decided about one car. */
typedef struct pyr_penalty {
    int32_t laps;      /* deducted */
    int64_t time;      /* added */
    int32_t rear;      /* to the rear of its class: the decision's number, from 1; 0: no */
    int32_t place;     /* position in the result; 0: none */
    int32_t decisions; /* code of the text that says it all, in pyr_penalties.texts; -1: nothing */
    bool disqualified, times_deleted;
    bool retired;       /* as a decision or the published result says */
    bool retirement_decided;
    bool beyond_limits; /* its last lap took longer than all limits */
} pyr_penalty;

typedef struct pyr_penalties {
    pyr_penalty *cars; /* by entry */
    pyr_interner texts;
} pyr_penalties;

/* Reads the decisions of `options` and measures the last laps; `penalties->cars` has room for every entry and `texts`
 * an allocator. `finishes`: by entry; NULL where the session is no race. `counted` are the laps that count for a best
 * (counted.h): those deleted no longer do. PYR_ERROR_ARGUMENT: a car or a kind that is not there; PYR_ERROR_RULES: as
 * pyr_classification says. */
pyr_status pyr_read_penalties(const pyr_session *field, const pyr_classification_options *options,
                              const pyr_finish *finishes, uint8_t *counted, pyr_penalties *penalties,
                              pyr_error *error);

#endif
