/* Which laps were run to their end under green: by their flags, or by what the pace of the field tells without any. */
#ifndef PYR_MODEL_GREEN_H
#define PYR_MODEL_GREEN_H

#include "neutralisations.h"

/* By lap row of a whole session, 1: the crossing that ends the lap is green, chequered or without flag and, in a race
 * that shows no flags, in no period of pyr_neutralisations_find; nor was the lap under way during a red flag told so.
 * Made by the first who asks, in O(laps log laps) and the laps that last over several periods; borrowed from the
 * session, and safe to ask for from any thread. */
pyr_status pyr_session_green_laps(const pyr_session *session, const uint8_t **green, pyr_error *error);

#endif
