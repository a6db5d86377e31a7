#include "csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scan.h"

pyr_status pyr_fail_at(pyr_error *error, pyr_status status, const char *data, size_t offset, const char *format, ...) {
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        error->status = status;
        error->source = -1;
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
        size_t line_start = offset;
        while (line_start > 0 && data[line_start - 1] != '\n') {
            line_start--;
        }
        error->line = (int64_t)pyr_count_lines(data, offset) + 1;
        error->column = (int64_t)(offset - line_start) + 1;
        error->offset = (int64_t)offset;
    }
    return status;
}

static pyr_status add_field(pyr_csv *csv, pyr_text field, size_t offset, pyr_error *error) {
    PYR_TRY(pyr_grow_array(csv->allocator, &csv->fields, &csv->fields_capacity, csv->field_count + 1,
                           sizeof *csv->fields, error));
    PYR_TRY(pyr_grow_array(csv->allocator, &csv->offsets, &csv->offsets_capacity, csv->field_count + 1,
                           sizeof *csv->offsets, error));
    csv->fields[csv->field_count] = field;
    csv->offsets[csv->field_count++] = offset;
    return PYR_OK;
}

/* The length of the line end at `place`: LF with up to two CRs before it (a CRLF file written as text once more has
 * two), or one CR at the end. 0: a CR elsewhere is a character, as in the fast lane. */
static size_t line_end_length(const pyr_csv *csv, size_t place) {
    size_t length = 0;
    while (length < 2 && place + length < csv->size && csv->data[place + length] == '\r') {
        length++;
    }
    if (place + length < csv->size && csv->data[place + length] == '\n') {
        return length + 1;
    }
    return length > 0 && place + length == csv->size ? length : 0;
}

static bool is_line_end(const pyr_csv *csv, size_t place) {
    return csv->data[place] == '\n' || (csv->data[place] == '\r' && line_end_length(csv, place) > 0);
}

/* The end of an unquoted field. */
static size_t field_end(const pyr_csv *csv, size_t place, size_t limit) {
    while (place < limit && csv->data[place] != csv->separator && !is_line_end(csv, place)) {
        place++;
    }
    return place;
}

/* A field that begins with a quote: up to its closing quote, doubled quotes undone into scratch at *used; what follows
 * the closing quote up to the separator is kept as it stands. The scratch has room for the record's limit. */
static size_t quoted_field(pyr_csv *csv, size_t place, size_t limit, size_t *used, pyr_text *field) {
    char *out = csv->scratch + *used;
    size_t length = 0;
    place++;
    csv->open_quote = true;
    while (place < limit) {
        char character = csv->data[place++];
        if (character != '"') {
            out[length++] = character;
        } else if (place < limit && csv->data[place] == '"') {
            out[length++] = '"';
            place++;
        } else {
            csv->open_quote = false;
            break;
        }
    }
    size_t end = field_end(csv, place, limit);
    memcpy(out + length, csv->data + place, end - place);
    length += end - place;
    *used += length;
    *field = (pyr_text){out, length};
    return end;
}

/* A blank before the opening quote belongs to no field. */
static bool begins_quoted(const pyr_csv *csv, size_t *place, size_t limit) {
    size_t first = *place;
    while (first < limit && csv->data[first] == ' ') {
        first++;
    }
    if (first == limit || csv->data[first] != '"') {
        return false;
    }
    *place = first;
    return true;
}

pyr_status pyr_csv_next(pyr_csv *csv, bool *more, pyr_error *error) {
    size_t place = csv->place, used = 0;
    size_t limit = csv->size - place < PYR_RECORD_LIMIT ? csv->size : place + PYR_RECORD_LIMIT;
    *more = place < csv->size;
    csv->start = place;
    csv->field_count = 0;
    csv->open_quote = false;
    csv->ended = false;
    if (!*more) {
        return PYR_OK;
    }
    for (;;) {
        size_t offset = place;
        pyr_text field;
        if (begins_quoted(csv, &place, limit)) {
            PYR_TRY(pyr_grow_array(csv->allocator, &csv->scratch, &csv->scratch_capacity, PYR_RECORD_LIMIT, 1, error));
            place = quoted_field(csv, place, limit, &used, &field);
        } else {
            place = field_end(csv, place, limit);
            field = (pyr_text){csv->data + offset, place - offset};
        }
        PYR_TRY(add_field(csv, field, offset, error));
        if (place == limit || is_line_end(csv, place)) {
            break;
        }
        place++;
    }
    if (place == limit && limit < csv->size) {
        return pyr_fail_at(error, PYR_ERROR_UNREADABLE, csv->data, csv->start,
                           "this line is longer than %d bytes, or a quote in it is never closed; repair or remove it",
                           PYR_RECORD_LIMIT);
    }
    if (place < csv->size) {
        csv->ended = true;
        place += line_end_length(csv, place);
    }
    csv->place = place;
    return PYR_OK;
}

void pyr_csv_clear(pyr_csv *csv) {
    pyr_release_array(csv->allocator, csv->fields, csv->fields_capacity, sizeof *csv->fields);
    pyr_release_array(csv->allocator, csv->offsets, csv->offsets_capacity, sizeof *csv->offsets);
    pyr_release_array(csv->allocator, csv->scratch, csv->scratch_capacity, 1);
    csv->fields = NULL;
    csv->offsets = NULL;
    csv->scratch = NULL;
    csv->fields_capacity = csv->offsets_capacity = csv->scratch_capacity = csv->field_count = 0;
}
