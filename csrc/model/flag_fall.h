/* Where cars finish when the flag falls: when the leader completed a lap, and the last crossing of a car that counts.
 * A crossing is a lap row with an elapsed later than all earlier ones of its car, as in timeline.h. */
#ifndef PYR_MODEL_FLAG_FALL_H
#define PYR_MODEL_FLAG_FALL_H

#include "session.h"

/* Instead of a class code: the cars of all classes. */
enum { PYR_WHOLE_FIELD = -2 };

/* The laps that the leader of the class had completed by crossings before `instant`; 0: nobody had crossed. O(laps). */
int32_t pyr_leader_laps(const pyr_session *session, int32_t class_code, int64_t instant);
/* Race time when the first car of the class completed `lap`; PYR_NO_TIME: none did. O(laps). */
int64_t pyr_first_completed(const pyr_session *session, int32_t class_code, int32_t lap);
/* Race time of the leader's first crossing at or after `instant`: the first that completes a lap nobody of the class
 * had completed. PYR_NO_TIME: there is none. */
int64_t pyr_flag_instant(const pyr_session *session, int32_t class_code, int64_t instant);

/* How a car's race ends. Instants may be PYR_NO_TIME: there is none. */
typedef struct pyr_finish_rule {
    int64_t flag;    /* the car finishes with its first crossing at or after it */
    int64_t stopped; /* crossings at or after it do not count, whatever the flag */
    int64_t longest; /* a lap to the flag that takes longer does not count, unless it is published as chequered */
} pyr_finish_rule;

typedef struct pyr_finish {
    int64_t last;   /* row of the last lap that counts; before the first one of the car: none */
    bool took_flag; /* that crossing was at or after the flag */
    bool runs_on;   /* it did not take the flag, but crosses later: that lap took too long */
} pyr_finish;

/* The finish of a car whose laps before row `from` count in any case: `from` is its first row, or the last one of an
 * earlier finish. Laps without a time count with the crossing that follows them, and at the end. */
pyr_finish pyr_find_finish(const pyr_session *session, int32_t entry, int64_t from, const pyr_finish_rule *rule);

/* How long the lap to a flag that falls early may take. */
typedef struct pyr_flag_limits {
    int64_t longest;  /* for every car; PYR_NO_TIME: twice its median lap, times the factor by which the leader's lap to
                         the flag was longer than the leader's median lap (a neutralisation, a stoppage), at least 1 */
    int64_t *medians; /* by entry; PYR_NO_TIME: the car has no lap time, and no limit of its own */
} pyr_flag_limits;

/* The median lap of every car, over all its laps; `medians` has room for every entry. */
pyr_status pyr_median_laps(const pyr_session *session, int64_t *medians, pyr_error *error);

/* The car runs on though it did not take the flag: it crosses later, or a lens left these laps out. */
bool pyr_runs_on(const pyr_session *field, int32_t entry, const pyr_finish *finish);

/* No lap of any car counts. */
void pyr_no_finishes(const pyr_session *session, pyr_finish *finishes);

/* The finish of every car if the flag falls at an instant: in a race for the leader with its first crossing at or after
 * it, then for every other car; in another session for every car. The leader's lap to the flag counts, however long it
 * took. `finishes` are those of an earlier instant, or none. Returns when the flag falls; PYR_NO_TIME: the leader does
 * not cross again, and `finishes` are as before. O(cars + the laps in between). */
int64_t pyr_let_flag_fall(const pyr_session *session, int64_t instant, const pyr_flag_limits *limits,
                          pyr_finish *finishes);

#endif
