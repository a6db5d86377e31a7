/* Laps by car, class, driver, ...: what the rows of a question with `by=` stand for. */
#ifndef PYR_ANALYSE_GROUPS_H
#define PYR_ANALYSE_GROUPS_H

#include "../model/session.h"

/* What pyr_by is called, in its order; NULL-terminated. */
extern const char *const pyr_by_words[];
/* The option of questions that take pyr_by_options, and its default: by car. */
extern const pyr_option pyr_by_option[1];
extern const pyr_by_options pyr_by_default;

/* Every lap is in one group, from 0 up to `count`; a group may be empty. Laps without a class, team, ... form one group
 * of their own; a driver is the driver of one car, and the laps of a car without a driver's name are one group. */
typedef struct pyr_groups {
    int32_t count;
    int32_t *of_lap; /* by lap row */
    int64_t row_count;
    const pyr_allocator *allocator;
} pyr_groups;

/* PYR_ERROR_ARGUMENT: `by` is none of pyr_by. After a failure there is nothing to clear. */
pyr_status pyr_group_laps(const pyr_session *session, int32_t by, pyr_groups *groups, pyr_error *error);
void pyr_groups_clear(pyr_groups *groups);

#endif
