/* Where stints begin, for all who count them. */
#ifndef PYR_ANALYSE_STINTS_H
#define PYR_ANALYSE_STINTS_H

#include "../model/visits.h"

/* The stint of each lap of a whole session, by pit or by driver, from 1 within its car. `stint` has room for every lap
 * row; `visits` are classified. */
void pyr_number_stints(const pyr_session *session, const pyr_visits *visits, bool by_driver, int32_t *stint);

/* Lap row `after` has another driver than `before`: 1, the same: 0, not known: -1. By name, without names by driver
 * number. */
int pyr_driver_changed(const pyr_session *session, int64_t before, int64_t after);

#endif
