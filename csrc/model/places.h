/* Where the cars stood as they passed one point after another, kept as the order changes. */
#ifndef PYR_MODEL_PLACES_H
#define PYR_MODEL_PLACES_H

#include "timeline.h"

/* The places among the cars of each class, of which there are `class_count`; 0: among all cars. Absent in a session
 * that is no race, and for a car without class. The crossings of `timeline` stand in the order of time, and `known`
 * tells them by point. O(n), and O(n log n) where a point is passed at a time that is not known. */
pyr_status pyr_find_places(const pyr_session *session, const pyr_timeline *timeline, const uint8_t *known,
                           int32_t class_count, pyr_places *places, pyr_error *error);

#endif
