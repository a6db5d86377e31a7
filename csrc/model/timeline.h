/* The race as it unfolded: all crossings of the line in time order, and where each car stood as it crossed. */
#ifndef PYR_MODEL_TIMELINE_H
#define PYR_MODEL_TIMELINE_H

#include "session.h"

/* What the cars pass, lap after lap: the line, or the ends of the sectors, the last of which is the line. The points
 * of entry i are first[i] up to first[i + 1], in the order of their numbers; a number is the same place on the same lap
 * for every car. Point p is of lap row p / per_lap. */
typedef struct pyr_points {
    int32_t per_lap;
    int64_t count;
    const int64_t *first;  /* by entry */
    const int32_t *number; /* by point; where per_lap is 1 the lap */
    const int64_t *time;   /* by point: race time */
} pyr_points;

/* What each crossing meant among one group of cars (the field, or the class of the car), by point.
 *
 * The position at a crossing is 1 + the number of cars that had passed that point before. A car that passed it at no
 * known time (the lap is missing, or has no elapsed) may have been before or behind: from its last crossing before to
 * its next one after, positions at that point cannot be known and are absent. */
typedef struct pyr_places {
    int32_t *position; /* PYR_NO_INT32: cannot be known */
    int32_t *gap_laps; /* how often the leader had passed here since, on later laps; PYR_NO_INT32: cannot be known */
    int64_t *leader;   /* the crossing of this point by the first car, maybe this one; -1: not known */
    int64_t *ahead;    /* the crossing of this point by the car one position ahead; -1: none or not known */
} pyr_places;

/* A crossing is a point with a time, not negative, later than all earlier ones of its car; another time is out of order
 * and counts as none. Crossings at the same instant: the point that is further first, at one point the car that had
 * completed the lap before first, then the order of the rows. Points that are no crossing have no places, nor has a
 * session that is no race (qualifying, practice, test). Class places are of the class of the entry; a car without class
 * has none. */
typedef struct pyr_timeline {
    pyr_points points;
    int64_t count;
    const int64_t *row;       /* points in time order, `count` of them; of the line they are lap rows */
    const int64_t *car_row;   /* the same points by car, then in time order */
    const int64_t *car_first; /* those of entry i are car_row[car_first[i]] up to car_row[car_first[i + 1]] */
    const int32_t *entry;     /* by point */
    pyr_places overall, in_class;
} pyr_timeline;

/* The timeline of the line, for all laps that `session` holds (for positions in the whole race: of its field). Built by
 * the first who asks, in O(n log n); borrowed from the session, and safe to ask for from any thread. */
pyr_status pyr_session_timeline(const pyr_session *session, const pyr_timeline **out, pyr_error *error);

/* Likewise that of the ends of the sectors, three a lap (see sector_ends.h); all below is about the line.
 * PYR_ERROR_REFUSED: a lap number is over 700 million. */
pyr_status pyr_sector_timeline(const pyr_session *session, const pyr_timeline **out, pyr_error *error);

/* How many laps a car is ahead that is so many points further. */
static inline int32_t pyr_laps_of_points(const pyr_points *points, int32_t difference) {
    return points->per_lap == 1 ? difference : difference / points->per_lap;
}

/* The time from crossing `reference` to crossing `row`, absent where `reference` is -1. */
int64_t pyr_time_behind(const pyr_session *session, int64_t row, int64_t reference);

/* The place in `row` of the first crossing that is not before `time`, or `count`. O(log laps). */
int64_t pyr_first_crossing(const pyr_session *session, const pyr_timeline *timeline, int64_t time);

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
