/* The header of a lap analysis becomes a plan: what each column means and where its values go. */
#ifndef PYR_READ_LAP_PLAN_H
#define PYR_READ_LAP_PLAN_H

#include "reading.h"

typedef enum pyr_role {
    PYR_ROLE_IGNORED,     /* known and not kept: sector improvements */
    PYR_ROLE_UNKNOWN,     /* not known: named among the doubts */
    PYR_ROLE_NAMELESS,    /* behind a trailing separator: empty in every row */
    PYR_ROLE_TEXT,        /* int32 codes */
    PYR_ROLE_NUMBER,      /* int32 */
    PYR_ROLE_DURATION,    /* int64 */
    PYR_ROLE_DECIMAL,     /* double */
    PYR_ROLE_IN_PIT,      /* bytes */
    PYR_ROLE_FLAG,        /* int32 codes of pyr_flag */
    PYR_ROLE_IMPROVEMENT, /* int32 codes of pyr_improvement */
    PYR_ROLE_RESTATED     /* a duration that another column has already; compared */
} pyr_role;

typedef struct pyr_lap_step {
    pyr_role role;
    uint32_t field;
    pyr_text name;
    int32_t target;  /* PYR_LAP_*; for restated columns the one they restate; -1 - i: section column i */
    void *values;    /* row 0 of the target; moves when the table grows */
    pyr_interner *interner;
    uint32_t together; /* how many steps are taken with this one: texts side by side; 0: with one before */
    /* The raw value of the row above and its code: */
    pyr_text above;
    int32_t above_code;
    /* Restated only: the field that has the sector, and where the two disagree. */
    uint32_t restates;
    int64_t disagreements, first_line;
} pyr_lap_step;

typedef struct pyr_lap_plan {
    pyr_file *file;
    pyr_reading *reading;
    pyr_lap_step *steps; /* one a column, in the order of the file */
    size_t count;
    bool present[PYR_LAP_COLUMN_COUNT];
} pyr_lap_plan;

/* pyr_lap_plan_clear in any case. */
pyr_status pyr_lap_plan_make(pyr_lap_plan *plan, pyr_file *file, pyr_reading *reading, pyr_error *error);
void pyr_lap_plan_clear(pyr_lap_plan *plan);

/* Room for `rows` rows in all targets, and the steps' `values` set to them. */
pyr_status pyr_lap_plan_reserve(pyr_lap_plan *plan, int64_t rows, pyr_error *error);

/* One field the plain way: its value, or absent and a doubt. */
pyr_status pyr_lap_plan_store(pyr_lap_plan *plan, pyr_lap_step *step, int64_t row, int64_t line, pyr_text value,
                              pyr_error *error);
/* The field is absent. */
void pyr_lap_plan_store_absent(pyr_lap_step *step, int64_t row);

/* Columns that the file does not have are absent in rows `first` up to `end`. */
void pyr_lap_plan_fill(pyr_lap_plan *plan, int64_t first, int64_t end);
/* Doubts about columns as a whole: unknown names, restated values that disagree. */
pyr_status pyr_lap_plan_report(pyr_lap_plan *plan, pyr_error *error);

#endif
