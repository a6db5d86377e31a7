/* Collecting doubts and assumptions while sources are read. */
#ifndef PYR_READ_DOUBTS_H
#define PYR_READ_DOUBTS_H

#include "../model/session.h"

/* Doubts of one kind: the same code in the same column of the same file. */
enum { PYR_DOUBTS_PER_KIND = 250 };

/* Zero-initialise and set `allocator`; pyr_doubts_clear at any time. */
typedef struct pyr_doubts {
    const pyr_allocator *allocator;
    struct pyr_doubt *items;
    size_t count, capacity;
    pyr_interner texts; /* codes, file names, column names, cars, messages */
    pyr_interner kinds; /* three codes of `texts` each, as bytes */
    struct pyr_doubt_kind *counts; /* by code of `kinds` */
    size_t counts_capacity;
} pyr_doubts;

/* Where a doubt lies. Absent: length 0, line 0, lap PYR_NO_INT32; a column is named. */
typedef struct pyr_doubt_place {
    pyr_text file;
    int64_t line;
    pyr_text column;
    pyr_text car;
    int32_t lap;
} pyr_doubt_place;

static inline pyr_doubt_place pyr_nowhere(void) {
    return (pyr_doubt_place){.lap = PYR_NO_INT32};
}

/* Each is listed up to PYR_DOUBTS_PER_KIND of a kind; one more row then says how many more there are, so that a file
 * that is doubtful everywhere does not fill the memory with doubts. */
pyr_status pyr_doubts_add(pyr_doubts *doubts, pyr_severity severity, const char *code, pyr_doubt_place place,
                          pyr_error *error, const char *format, ...) PYR_FORMAT(6, 7);
void pyr_doubts_clear(pyr_doubts *doubts);

/* PYR_DOUBTS: in order of file as first named, then line. To be asked once, at the end. */
pyr_status pyr_doubts_table(pyr_doubts *doubts, pyr_table **out, pyr_error *error);
/* PYR_ASSUMPTIONS from doubts that hold assumptions: code and message. */
pyr_status pyr_assumptions_table(const pyr_doubts *assumptions, pyr_table **out, pyr_error *error);

#endif
