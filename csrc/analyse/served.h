/* The visits to the pit lane in which drive-throughs and stop-gos were served: files do not tell them from short stops,
 * decisions of the stewards do. */
#ifndef PYR_ANALYSE_SERVED_H
#define PYR_ANALYSE_SERVED_H

#include "../model/visits.h"
#include "decisions.h"

typedef struct pyr_served {
    const pyr_visits *visits; /* of the field, of the kinds that the decisions say; NULL: not found */
    pyr_visits named;         /* these, where there are decisions */
    int64_t decision_count;
    int64_t *visit_of;        /* by row of the decisions: a place in `visits`; -1: none was found or looked for */
} pyr_served;

/* `field`: a whole session; `table`: decisions, NULL for none. A drive_through or stop_go was served in the visit of
 * its car that fits best: on its `lap` or within 10 laps after it, without a lap anywhere in the race. A transit takes
 * as long as the shortest visit of the field, up to a tenth more; a stop-go takes its seconds as well, and up to 5 s
 * to brake and to start. No visit that took longer fits, nor one that took over 1 s less; with a lap, over half of
 * that visit less, which may have been longer than a transit. A visit that fits is timed, has an in-lap, an out-lap
 * and no driver change, is a pit_stop, drive_through or pass_through otherwise, and served nothing else. Where too few
 * visits are timed to know the shortest, only one on that very lap fits, whatever it took. O(visits) for each decision
 * without a lap, else O(log visits), and O(visits) in all. The caller clears `served`, after a failure too, and does
 * not move it. PYR_ERROR_ARGUMENT: as for pyr_classification. */
pyr_status pyr_served_find(const pyr_session *field, const pyr_table *table, pyr_served *served, pyr_error *error);
void pyr_served_clear(pyr_served *served);

#endif
