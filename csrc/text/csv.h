/* The plain lane of CSV: one record at a time, quotes and line breaks inside them included. */
#ifndef PYR_TEXT_CSV_H
#define PYR_TEXT_CSV_H

#include "../base/memory.h"

/* A record longer than this is no record of a timing file. */
enum { PYR_RECORD_LIMIT = 1 << 20 };

/* Zero-initialise, set allocator, data, size and separator; pyr_csv_clear at the end. */
typedef struct pyr_csv {
    const pyr_allocator *allocator;
    const char *data;
    size_t size;
    char separator;
    size_t place; /* where the next record begins */
    /* The record last read: */
    size_t start;
    pyr_text *fields;   /* unquoted; into data, or into `scratch` where doubled quotes were undone */
    size_t *offsets;    /* where each field begins in data */
    size_t field_count;
    bool open_quote;    /* the file ended inside quotes */
    bool ended;         /* the record ended with a line end, not with the file */
    size_t fields_capacity, offsets_capacity;
    char *scratch;
    size_t scratch_capacity;
} pyr_csv;

/* Reads the record at `place`; `*more` is false, and nothing read, at the end. PYR_ERROR_UNREADABLE with its place for
 * a record beyond PYR_RECORD_LIMIT. Line ends: LF, CRLF, CR CR LF, and CRs at the very end. */
pyr_status pyr_csv_next(pyr_csv *csv, bool *more, pyr_error *error);
void pyr_csv_clear(pyr_csv *csv);

/* An error at `offset` of `data`: line and column are counted from its start. */
pyr_status pyr_fail_at(pyr_error *error, pyr_status status, const char *data, size_t offset, const char *format, ...)
    PYR_FORMAT(5, 6);

#endif
