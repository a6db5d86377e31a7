/* The race as it unfolded: all crossings of the line in time order, and where each car stood as it crossed. */
#ifndef PYR_MODEL_TIMELINE_H
#define PYR_MODEL_TIMELINE_H

#include "session.h"

/* What each crossing meant among one group of cars (the field, or the class of the car), by lap row.
 *
 * The position at a crossing is 1 + the number of cars that had completed that lap before. A car whose crossing of that
 * lap has no time (the row is missing, or has no elapsed) may have been before or behind: from its last crossing before
 * to its next one after, positions at that lap cannot be known and are absent. */
typedef struct pyr_places {
    int32_t *position; /* PYR_NO_INT32: cannot be known */
    int32_t *gap_laps; /* laps the leader had completed then, less this lap; PYR_NO_INT32: cannot be known */
    int64_t *leader;   /* the lap row with which the first car completed this lap, maybe this row; -1: not known */
    int64_t *ahead;    /* the lap row with which the car one position ahead completed this lap; -1: none or not known */
} pyr_places;

/* A crossing is a lap row with an elapsed, not negative, later than all earlier ones of its car; another elapsed is out
 * of order and counts as none. Crossings at the same instant: the higher lap first, on one lap the car that had
 * completed the lap before first, then the order of the rows. Rows that are no crossing have no places, nor has a
 * session that is no race (qualifying, practice, test). Class places are of the class of the entry; a car without class
 * has none. */
typedef struct pyr_timeline {
    int64_t count;
    const int64_t *row;       /* lap rows in time order, `count` of them */
    const int64_t *car_row;   /* the same rows by car, then in time order */
    const int64_t *car_first; /* those of entry i are car_row[car_first[i]] up to car_row[car_first[i + 1]] */
    const int32_t *entry;     /* by lap row */
    pyr_places overall, in_class;
} pyr_timeline;

/* The timeline of all laps that `session` holds (for positions in the whole race: of its field). Built by the first who
 * asks, in O(n log n); borrowed from the session, and safe to ask for from any thread. */
pyr_status pyr_session_timeline(const pyr_session *session, const pyr_timeline **out, pyr_error *error);

/* The time from crossing `reference` to crossing `row`, absent where `reference` is -1. */
int64_t pyr_time_behind(const pyr_session *session, int64_t row, int64_t reference);

/* The crossing with which the first car completed `lap`, 0: the last lap of the leader; -1: not known. O(laps). */
int64_t pyr_leader_crossing(const pyr_session *session, const pyr_timeline *timeline, int32_t lap);

/* ---- One car at an instant, in O(log laps) ---- */

/* How many of the car's crossings are at `time` or earlier. */
int64_t pyr_crossings_until(const pyr_session *session, const pyr_timeline *timeline, int32_t entry, int64_t time);
/* The most laps that a car may have completed after the first `crossings` of its crossings and before the next one:
 * more than that of the last of these where a lap has no time. -1: none. */
int32_t pyr_most_laps(const pyr_session *session, const pyr_timeline *timeline, int32_t entry, int64_t crossings);
/* The crossing with which the car completed `lap`, or -1. */
int64_t pyr_crossing_of_lap(const pyr_session *session, const pyr_timeline *timeline, int32_t entry, int32_t lap);
/* The laps that the car of crossing `row` had completed at `time`, not earlier than it, less the lap of that crossing.
 * PYR_NO_INT32: cannot be known. */
int32_t pyr_laps_since(const pyr_session *session, const pyr_timeline *timeline, int64_t row, int64_t time);
/* Both crossings complete the same lap. Where `reference` came first: the laps its car had completed at the instant of
 * `row`, less that lap; else likewise the other way round, negative. PYR_NO_INT32: cannot be known, or `reference` is
 * -1. */
int32_t pyr_laps_behind(const pyr_session *session, const pyr_timeline *timeline, int64_t row, int64_t reference);

#endif
