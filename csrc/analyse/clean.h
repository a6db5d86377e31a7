/* Which laps show the pace of a car, and why the others do not: one judgement for all questions about pace. */
#ifndef PYR_ANALYSE_CLEAN_H
#define PYR_ANALYSE_CLEAN_H

#include "../model/session.h"

/* In the order in which they are tried; a lap has the first that applies. The contract is at pyr_clean_laps. */
typedef enum pyr_clean_reason {
    PYR_CLEAN = -1, PYR_FIRST_LAP, PYR_REASON_IN_LAP, PYR_REASON_OUT_LAP, PYR_NEUTRALISED, PYR_AFTER_NEUTRALISATION,
    PYR_DELETED_LAP, PYR_WET, PYR_MISSING_TIME, PYR_FIELD_ANOMALY, PYR_SLOW, PYR_MISSING_SECTOR
} pyr_clean_reason;

extern const char *const pyr_clean_reason_words[];
extern const pyr_clean_options pyr_clean_default;

/* The reason of each lap of the session, a pyr_clean_reason. `reasons` has room for all of them; `options` NULL: the
 * defaults, whose reasons stay with the field. Judged in it, whatever was selected from it. O(laps log laps). */
pyr_status pyr_clean_reasons(const pyr_session *session, const pyr_clean_options *options, int8_t *reasons,
                             pyr_error *error);

#endif
