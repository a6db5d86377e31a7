/* What each driver of each car drove, in the laps of a session. */
#ifndef PYR_ANALYSE_DRIVE_TOTALS_H
#define PYR_ANALYSE_DRIVE_TOTALS_H

#include "../model/visits.h"
#include "drive_bounds.h"
#include "groups.h"

typedef struct pyr_driver_total {
    pyr_drive_figures figures;
    int64_t drive, drive_end;    /* the drive under way, and when its last lap ended; PYR_NO_TIME: not known */
    int64_t first_spell, spells; /* in the arrays of spells */
    int64_t laps, field_laps;    /* in the session, in the field */
    int32_t stints;
} pyr_driver_total;

typedef struct pyr_drive_totals {
    const pyr_session *session, *field;
    const pyr_drive_time_options *options;
    const pyr_visits *visits;
    int64_t *session_rows; /* by lap row of the field: the row in the session, or -1 */
    int64_t *driven;       /* by lap row of the field; PYR_NO_TIME: the lap has no time */
    pyr_groups groups;     /* of the field, by driver */
    pyr_driver_total *total;          /* by group */
    int64_t *spell_start, *spell_end; /* driver after driver; room for a spell a lap */
} pyr_drive_totals;

/* Who sat in the car between the laps of the session is known from the field. O(laps). The caller clears `totals`,
 * after a failure too. */
pyr_status pyr_drive_totals_find(const pyr_session *session, const pyr_drive_time_options *options,
                                 pyr_drive_totals *totals, pyr_error *error);
void pyr_drive_totals_clear(pyr_drive_totals *totals);

#endif
