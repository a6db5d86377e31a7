/* Which laps and sectors count for a best: the timekeeper's rule, which decides fastest laps, records and ideal laps.
 */
#ifndef PYR_MODEL_COUNTED_H
#define PYR_MODEL_COUNTED_H

#include "session.h"

enum { PYR_COUNTS_SECTOR_1 = 1, PYR_COUNTS_SECTOR_2 = 2, PYR_COUNTS_SECTOR_3 = 4, PYR_COUNTS_LAP = 8 };

/* What counts of each lap, as a sum of the above. Worked out by the first who asks, borrowed from the session.
 *
 * A lap counts that begins and ends on the track at speed: not lap 1 (nor 0), no in-lap, no out-lap, not deleted. Where
 * the timekeeper marks best laps (`improvement`), the last mark of a car is its best: it always counts, and quicker
 * laps of that car do not (deleted without a word, as a rule for track limits), nor any lap of a car without a mark. A
 * sector counts that is driven at speed: the first not on lap 1 nor on an out-lap, the last not on an in-lap, none of a
 * lap that is deleted or quicker than the marked best. Whether marks say so is judged by the field. Source: the marks
 * themselves. 4,929 of 4,929 cars' best laps and 29,226 of 29,565 drivers' best sectors (S1_IMPROVEMENT and so on) of
 * the published files come out as marked; the rest are laps deleted without a trace. */
pyr_status pyr_session_counted(const pyr_session *session, const uint8_t **out, pyr_error *error);

/* Some lap with a time is marked. */
bool pyr_marks_published(const pyr_laps *laps);

/* Of two rows that both count, the left one is the better lap: quicker, or as quick and marked by the timekeeper, or
 * else set first. */
bool pyr_better_lap(const pyr_laps *laps, int64_t left, int64_t right);
/* As pyr_better_lap, for pyr_sort; the context is a pyr_laps. */
bool pyr_better_lap_first(const void *context, int64_t left, int64_t right);
/* Of two rows, -1: none, the one with the better lap; `row` only where it is among those counted. */
int64_t pyr_better_of(const pyr_laps *laps, const uint8_t *counted, int64_t best, int64_t row);
/* The crossing of the left row came first; one without a time comes last. */
bool pyr_set_first(const pyr_laps *laps, int64_t left, int64_t right);

#endif
