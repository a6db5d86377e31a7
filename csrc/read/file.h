/* One source while it is read: its text in UTF-8, its separator, its header. */
#ifndef PYR_READ_FILE_H
#define PYR_READ_FILE_H

#include "../text/csv.h"
#include "../text/encoding.h"
#include "doubts.h"

typedef struct pyr_file {
    const pyr_allocator *allocator;
    pyr_text name;
    const char *data; /* UTF-8 (or windows-1252, told field by field), without a byte order mark */
    size_t size;
    pyr_encoding encoding;
    size_t mark;           /* bytes of the byte order mark */
    char *decoded;         /* owned, where the source is UTF-16 or ends its lines with CR alone */
    size_t decoded_capacity;
    size_t source_size;
    char separator;
    pyr_format format;
    pyr_csv csv;           /* stands behind the header */
    pyr_text *columns;     /* trimmed names in UTF-8, in `names`; an empty one: behind a trailing separator */
    char *names;
    size_t names_capacity;
    size_t column_count, columns_capacity;
    size_t header_end;     /* offset of the first data record */
    int64_t line;          /* of the record that is read next */
    int64_t rows, rows_listed;
    int64_t long_rows, first_long_row; /* with more fields than the header, and the line of the first */
    size_t told_place, told_offset; /* the place that pyr_file_offset told last, and its offset behind the mark */
    pyr_doubts *doubts;
} pyr_file;

/* Decodes the source, finds separator and header, recognises the format (or takes `forced`). PYR_ERROR_UNKNOWN_FORMAT
 * says what the content looks like. pyr_file_close in any case; name, format and counts stay. */
pyr_status pyr_file_open(pyr_file *file, const pyr_source *source, pyr_format forced, pyr_error *error);
void pyr_file_close(pyr_file *file);

/* The format of a header; kind where the format tells it. */
pyr_format pyr_header_format(const pyr_text *columns, size_t count, pyr_kind *kind);

/* The column of that name, or -1. */
int32_t pyr_file_find(const pyr_file *file, const char *name);

/* A place in the decoded text as a byte offset in the source. Places ascend from call to call. */
int64_t pyr_file_offset(pyr_file *file, size_t place);
/* An error at a byte offset of the decoded text, as a place in the source. */
pyr_status pyr_file_fail(const pyr_file *file, pyr_error *error, pyr_status status, size_t offset,
                         const char *message);

/* The next record that is a row: neither blank nor the header again, which is listed; `*headed` says that it stood
 * there. Counts lines and rows; the row's line is *line. A row in which the file ends, before the last column or inside
 * quotes, is told and loses its last field. PYR_ERROR_UNREADABLE where another table begins, a quote takes all the
 * lines behind it, or lines end in several ways. */
pyr_status pyr_file_next(pyr_file *file, bool *more, int64_t *line, bool *headed, pyr_error *error);
/* A name that only stands in a header. */
bool pyr_is_header_name(pyr_text value);
/* PYR_ERROR_UNREADABLE: another table begins at `offset`. */
pyr_status pyr_file_fail_joined(const pyr_file *file, size_t offset, pyr_error *error);
/* A doubt about rows that have more fields than the header, if there are any. */
pyr_status pyr_file_report_long_rows(pyr_file *file, pyr_error *error);
/* A field of the record last read, trimmed; empty where column is -1 or the record is too short to have it. */
pyr_text pyr_file_field(const pyr_file *file, int32_t column);

/* A text value at `line`, trimmed and in UTF-8, into `interner`; code -1 where it is empty. Not UTF-8: read as
 * windows-1252, and told once a file. */
pyr_status pyr_file_intern(pyr_file *file, int64_t line, pyr_text value, pyr_interner *interner, int32_t *code,
                           pyr_error *error);

/* A doubt at `line` of this file about a value in the named column. */
pyr_status pyr_file_doubt(pyr_file *file, pyr_severity severity, const char *code, int64_t line, pyr_text column,
                          pyr_text value, const char *what, pyr_error *error);
/* A doubt about the row at `line`; 0: about the file as a whole. */
pyr_status pyr_file_doubt_row(pyr_file *file, pyr_severity severity, const char *code, int64_t line, const char *what,
                              pyr_error *error);
/* A column nobody knows, or one of a name that was there, is not kept; `column` is one of `columns`. */
pyr_status pyr_file_doubt_column(pyr_file *file, pyr_text column, pyr_error *error);

/* The last part of a path, without its ending. */
pyr_text pyr_base_name(pyr_text path);
/* That part contains a word given in lower-case letters, in whatever case. */
bool pyr_path_mentions(pyr_text path, const char *word);

#endif
