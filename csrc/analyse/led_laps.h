/* Who led which lap: the one account behind the questions about the lead. */
#ifndef PYR_ANALYSE_LED_LAPS_H
#define PYR_ANALYSE_LED_LAPS_H

#include "class_races.h"

/* A lap and the car that led it: the one that ended it first. Laps of which that is not known, because a car has no
 * time there, are taken together. All laps from 1 to the highest one run are there. */
typedef struct pyr_led_lap {
    int64_t row;            /* of the field, with which its leader ended it; -1: not known */
    int32_t race;           /* of the pyr_class_races */
    int32_t first_lap, lap; /* the same but for laps not known */
    int64_t start, end;     /* race time: when the lap before was ended first (0 for lap 1), and this one;
                             * PYR_NO_TIME: not known */
    bool asked;             /* the session that asks holds this lap; of laps not known: all cars of that race */
} pyr_led_lap;

typedef struct pyr_led_laps {
    const pyr_session *session, *field;
    const pyr_timeline *timeline;
    pyr_class_races races;
    int64_t *session_rows; /* by lap row of the field: the row in the session, or -1 */
    pyr_led_lap *lap;      /* race after race, in the order of the laps */
    size_t count, capacity;
} pyr_led_laps;

/* `by` is a pyr_race_by. O(laps). PYR_ERROR_REFUSED: the session is no race. The caller clears `led`, after a failure
 * too. */
pyr_status pyr_led_laps_find(const pyr_session *session, int32_t by, pyr_led_laps *led, pyr_error *error);
void pyr_led_laps_clear(pyr_led_laps *led);

/* Both were led by one car, one right after the other, and are asked for. */
bool pyr_led_on(const pyr_led_laps *led, const pyr_led_lap *before, const pyr_led_lap *lap);

#endif
