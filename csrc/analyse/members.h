/* The cars that a classification shows, group by group, and where they started. */
#ifndef PYR_ANALYSE_MEMBERS_H
#define PYR_ANALYSE_MEMBERS_H

#include "ranking.h"

/* Cars to show, one group after another, each in the order of the ranking. */
typedef struct pyr_members {
    const pyr_dictionary *names; /* of groups; NULL: one group without a name */
    int32_t count;
    pyr_keyed *shown; /* `row`: an entry of the field; `key`: its group, numbered in the order of their best cars */
    int32_t *group;   /* by entry of the field: code of its group; -1: not shown */
} pyr_members;

/* By entry of the field, who is invisible; `members` may be NULL. PYR_ERROR_ARGUMENT: columns or cars that are not as
 * they should be. */
pyr_status pyr_read_invisible(const pyr_session *field, const pyr_table *members, bool *invisible, pyr_error *error);

/* By entry of the field, the code in `names` of the group that `members` (car, group, invisible) gives it, -1: none.
 * All are in one group, 0, and `names` is NULL, where `members` is NULL or has no groups. PYR_ERROR_ARGUMENT as
 * above. */
pyr_status pyr_read_groups(const pyr_session *field, const pyr_table *members, int32_t *group,
                           const pyr_dictionary **names, pyr_error *error);

/* The cars of `session` that `members` (NULL: all) asks for, as ranked in its field. Clear it whether this fails or
 * not. */
pyr_status pyr_find_members(const pyr_session *session, const pyr_ranking *ranking, const pyr_table *members,
                            pyr_members *found, pyr_error *error);
void pyr_members_clear(const pyr_ranking *ranking, pyr_members *found);

/* By entry of the field, the position that a table of car and position gives it; PYR_NO_INT32: none. */
pyr_status pyr_read_grid(const pyr_session *field, const pyr_table *table, int32_t *grid, pyr_error *error);

#endif
