/* What visits to the pit lane cost, and what was done in them: one judgement for all questions about stops. */
#ifndef PYR_ANALYSE_STOP_FIGURES_H
#define PYR_ANALYSE_STOP_FIGURES_H

#include "served.h"

/* The flag of in- and out-lap together: a pyr_flag that both carry, or this. */
enum { PYR_FLAG_MIXED = PYR_FLAG_CHEQUERED + 1 };
extern const char *const pyr_flag_state_words[];

typedef enum pyr_service { PYR_SERVICE_FUEL_ONLY, PYR_SERVICE_TYRES } pyr_service;
extern const char *const pyr_service_words[];

/* By visit; PYR_NO_TIME and -1: cannot be said. The contract is at pyr_pit_stops. */
typedef struct pyr_stop_figure {
    int64_t loss, rivals, naive;
    int32_t flag_state; /* of in- and out-lap */
    int32_t service;    /* pyr_service */
} pyr_stop_figure;

typedef struct pyr_stop_figures {
    const pyr_allocator *allocator;
    pyr_served served;        /* the visits of the field, of the kinds that decisions say */
    pyr_stop_figure *figure;
    size_t class_count;     /* class codes and none */
    int64_t *fuel_only;     /* by class code + 1: visits below are fuel-only; PYR_NO_TIME: not known */
} pyr_stop_figures;

/* Of a whole session. `fuel_only`: the cut-off for all classes; PYR_NO_TIME: found from the visits. `decisions` as for
 * pyr_served_find. O(laps log laps). The caller clears `figures`, after a failure too, and does not move it. */
pyr_status pyr_stop_figures_find(const pyr_session *field, int64_t fuel_only, const pyr_table *decisions,
                                 pyr_stop_figures *figures, pyr_error *error);
void pyr_stop_figures_clear(pyr_stop_figures *figures);

/* By visit of the field, 1: the session has its in-lap (or out-lap, without one). `shown` has room for all. */
pyr_status pyr_shown_visits(const pyr_session *session, const pyr_visits *visits, uint8_t *shown, pyr_error *error);
/* PYR_ERROR_ARGUMENT: no cut-off that a user may set. */
pyr_status pyr_check_cut_off(int64_t fuel_only, pyr_error *error);

#endif
