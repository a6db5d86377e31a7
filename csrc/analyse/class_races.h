/* The crossings of a race, or of each class as a race of its own. */
#ifndef PYR_ANALYSE_CLASS_RACES_H
#define PYR_ANALYSE_CLASS_RACES_H

#include "../model/timeline.h"

/* Race i has the crossings row[first[i]] up to row[first[i + 1]], in time order. Classes follow one another by their
 * names as text; cars without a class are in none. */
typedef struct pyr_class_races {
    const pyr_session *session;
    bool by_class;
    int32_t count;
    int32_t *of_entry;   /* the race of each car; -1: none */
    int32_t *class_code; /* of each race; -1: of the field */
    int64_t *first, *row;
} pyr_class_races;

/* What the questions about these take as `by`. */
extern const char *const pyr_race_by_words[]; /* overall, class */

/* Of a whole session; `by` is a pyr_race_by. O(laps). The caller clears `races`, after a failure too. */
pyr_status pyr_class_races_find(const pyr_session *session, const pyr_timeline *timeline, int32_t by,
                                pyr_class_races *races, pyr_error *error);
void pyr_class_races_clear(pyr_class_races *races);

/* The places in the race that a crossing is in. */
static inline const pyr_places *pyr_race_places(const pyr_class_races *races, const pyr_timeline *timeline) {
    return races->by_class ? &timeline->in_class : &timeline->overall;
}

#endif
