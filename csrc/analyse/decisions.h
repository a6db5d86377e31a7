/* Decisions of the stewards as the rows of a table: see pyr_classification. */
#ifndef PYR_ANALYSE_DECISIONS_H
#define PYR_ANALYSE_DECISIONS_H

#include "../model/session.h"

typedef enum pyr_decision_kind {
    PYR_TIME_PENALTY, PYR_LAP_PENALTY, PYR_DRIVE_THROUGH, PYR_STOP_GO, PYR_DELETE_LAP, PYR_DELETE_TIMES,
    PYR_REAR_OF_CLASS, PYR_PLACE, PYR_DISQUALIFY, PYR_RETIRE, PYR_GRID_DROP, PYR_PIT_LANE_START,
    PYR_DECISION_KIND_COUNT
} pyr_decision_kind;

enum {
    PYR_DECISION_KIND, PYR_DECISION_CAR, PYR_DECISION_TIME, PYR_DECISION_LAPS, PYR_DECISION_LAP,
    PYR_DECISION_POSITION, PYR_DECISION_REASON, PYR_DECISION_COLUMN_COUNT
};

/* Borrows the table. */
typedef struct pyr_decisions {
    const pyr_column *columns[PYR_DECISION_COLUMN_COUNT];
    int64_t count;
} pyr_decisions;

/* `table` NULL: none. PYR_ERROR_ARGUMENT: other columns, or more than INT32_MAX rows. */
pyr_status pyr_decisions_read(const pyr_table *table, pyr_decisions *decisions, pyr_error *error);
/* PYR_ERROR_ARGUMENT: no such kind. */
pyr_status pyr_decision_kind_of(const pyr_decisions *decisions, int64_t row, pyr_decision_kind *kind,
                                pyr_error *error);
/* Values of a row; no text and 0 where there is none. */
pyr_text pyr_decision_text(const pyr_decisions *decisions, int32_t column, int64_t row);
int64_t pyr_decision_time(const pyr_decisions *decisions, int64_t row);
int32_t pyr_decision_number(const pyr_decisions *decisions, int32_t column, int64_t row);

#endif
