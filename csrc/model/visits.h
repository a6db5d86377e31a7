/* Visits to the pit lane: the one place where crossings in the pit lane and published pit lane times are paired. */
#ifndef PYR_MODEL_VISITS_H
#define PYR_MODEL_VISITS_H

#include "session.h"

/* What a visit was: an estimate from times, flags and what the other cars did; see visit_kinds.c. No stint begins after
 * the last two. */
typedef enum pyr_visit_kind {
    PYR_VISIT_PIT_STOP, PYR_VISIT_DRIVE_THROUGH, PYR_VISIT_STOP_GO, PYR_VISIT_GARAGE, PYR_VISIT_RED_FLAG,
    PYR_VISIT_PASS_THROUGH, PYR_VISIT_UNFINISHED, PYR_VISIT_KIND_COUNT
} pyr_visit_kind;

extern const char *const pyr_visit_kind_words[];

/* One visit by its lap rows; -1: there is no such row. A car that starts from the pit lane has no in-lap, one that
 * stays there no out-lap; where a visit begins and ends within a lap, in_row = out_row. */
typedef struct pyr_visit {
    int32_t entry;
    int32_t number;   /* of this car, from 1 */
    int64_t in_row;   /* the in-lap */
    int64_t out_row;  /* the out-lap */
    int64_t time_row; /* publishes the pit lane time */
    pyr_visit_kind kind; /* set by pyr_visits_classify */
} pyr_visit;

/* What a lap has to do with the pit lane: bits. */
enum { PYR_IN_LAP = 1, PYR_OUT_LAP = 2 };

/* All visits, by entry and then in the order of the laps. */
typedef struct pyr_visits {
    const pyr_allocator *allocator;
    int64_t lap_count, count, capacity;
    pyr_visit *visit;
    uint8_t *lap_marks; /* by lap row: PYR_IN_LAP | PYR_OUT_LAP */
    int64_t shortest;   /* time of the shortest visit, taken for a transit; PYR_NO_TIME: too few to tell */
} pyr_visits;

/* Every in_pit lap and every pit_lane_time belongs to exactly one visit. To be asked of a whole session
 * (pyr_field_view), so that a visit does not fall apart where its laps were selected away. Found by the first who asks,
 * in O(laps log laps); borrowed from the session, and safe to ask for from any thread. */
pyr_status pyr_session_visits(const pyr_session *session, const pyr_visits **out, pyr_error *error);
/* 0 for NULL: not found yet. */
static inline size_t pyr_visit_count(const pyr_visits *visits) {
    return visits != NULL ? (size_t)visits->count : 0;
}
/* Sets the kinds, as a part of finding them. */
pyr_status pyr_visits_classify(const pyr_session *session, pyr_visits *visits, pyr_error *error);

/* The median of the laps from row `start` up to `end` that are green and neither in- nor out-laps; PYR_NO_TIME: there
 * are none. `visits` are those of the session. */
pyr_status pyr_median_green_lap(const pyr_session *session, const pyr_visits *visits, int64_t start, int64_t end,
                                int64_t *median, pyr_error *error);

#endif
