#include "doubts.h"

#include <stdarg.h>
#include <stdio.h>

#include "../base/sort.h"

struct pyr_doubt {
    pyr_severity severity;
    int32_t code, file, column, car, lap, message; /* -1: absent */
    int64_t line;
};

static pyr_status add_text(pyr_doubts *doubts, pyr_text text, int32_t *code, pyr_error *error) {
    *code = -1;
    return text.length == 0 ? PYR_OK : pyr_interner_add(&doubts->texts, text, code, error);
}

/* How many doubts of a kind there are, and the one that stands for those which are not listed. */
struct pyr_doubt_kind {
    int64_t count;
    size_t last;
};

/* Counts a doubt among its kind. */
static pyr_status count_kind(pyr_doubts *doubts, const struct pyr_doubt *doubt, struct pyr_doubt_kind **kind,
                             pyr_error *error) {
    const int32_t codes[] = {doubt->file, doubt->column, doubt->code};
    int32_t before = doubts->kinds.count, index;
    doubts->kinds.allocator = doubts->allocator;
    PYR_TRY(pyr_grow_array(doubts->allocator, &doubts->counts, &doubts->counts_capacity, (size_t)before + 1,
                           sizeof *doubts->counts, error));
    PYR_TRY(pyr_interner_add(&doubts->kinds, (pyr_text){(const char *)codes, sizeof codes}, &index, error));
    *kind = &doubts->counts[index];
    if (index == before) {
        **kind = (struct pyr_doubt_kind){0, 0};
    }
    (*kind)->count++;
    return PYR_OK;
}

static pyr_status format_message(pyr_doubts *doubts, const char *format, va_list arguments, int32_t *code,
                                 pyr_error *error) {
    char message[PYR_MESSAGE_SIZE];
    int length = vsnprintf(message, sizeof message, format, arguments);
    if (length >= (int)sizeof message) {
        length = (int)sizeof message - 1;
    }
    pyr_text text = {message, (size_t)(length > 0 ? length : 0)};
    while (text.length > 0 && !pyr_utf8_valid(text)) {
        text.length--; /* the end of a message that was cut inside a character */
    }
    return add_text(doubts, text, code, error);
}

pyr_status pyr_doubts_add(pyr_doubts *doubts, pyr_severity severity, const char *code, pyr_doubt_place place,
                          pyr_error *error, const char *format, ...) {
    struct pyr_doubt doubt = {
        .severity = severity, .lap = place.lap, .line = place.line > 0 ? place.line : PYR_NO_INT64};
    struct pyr_doubt_kind *kind;
    doubts->texts.allocator = doubts->allocator;
    PYR_TRY(add_text(doubts, pyr_text_of(code), &doubt.code, error));
    PYR_TRY(add_text(doubts, place.file, &doubt.file, error));
    PYR_TRY(add_text(doubts, place.column, &doubt.column, error));
    PYR_TRY(count_kind(doubts, &doubt, &kind, error));
    if (kind->count > PYR_DOUBTS_PER_KIND + 1) {
        return PYR_OK;
    }
    PYR_TRY(pyr_grow_array(doubts->allocator, &doubts->items, &doubts->capacity, doubts->count + 1,
                           sizeof *doubts->items, error));
    PYR_TRY(add_text(doubts, place.car, &doubt.car, error));
    va_list arguments;
    va_start(arguments, format);
    pyr_status status = format_message(doubts, format, arguments, &doubt.message, error);
    va_end(arguments);
    if (status == PYR_OK) {
        kind->last = doubts->count;
        doubts->items[doubts->count++] = doubt;
    }
    return status;
}

static pyr_status count_in_message(pyr_doubts *doubts, int32_t *code, pyr_error *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    pyr_status status = format_message(doubts, format, arguments, code, error);
    va_end(arguments);
    return status;
}

/* The last row of a kind that is too long says so, unless it is the only one beyond the limit. */
static pyr_status tell_counts(pyr_doubts *doubts, pyr_error *error) {
    for (int32_t i = 0; i < doubts->kinds.count; i++) {
        const struct pyr_doubt_kind *kind = &doubts->counts[i];
        if (kind->count > PYR_DOUBTS_PER_KIND + 1) {
            struct pyr_doubt *last = &doubts->items[kind->last];
            last->car = -1;
            last->lap = PYR_NO_INT32;
            PYR_TRY(count_in_message(doubts, &last->message, error,
                                     "%lld more like those before, this line first; they are counted, not listed",
                                     (long long)(kind->count - PYR_DOUBTS_PER_KIND)));
        }
    }
    return PYR_OK;
}

void pyr_doubts_clear(pyr_doubts *doubts) {
    pyr_release_array(doubts->allocator, doubts->items, doubts->capacity, sizeof *doubts->items);
    pyr_release_array(doubts->allocator, doubts->counts, doubts->counts_capacity, sizeof *doubts->counts);
    doubts->texts.allocator = doubts->kinds.allocator = doubts->allocator;
    pyr_interner_clear(&doubts->texts);
    pyr_interner_clear(&doubts->kinds);
    *doubts = (pyr_doubts){.allocator = doubts->allocator};
}

static bool doubt_before(const void *context, int64_t left, int64_t right) {
    const struct pyr_doubt *items = context;
    return items[left].line < items[right].line; /* absent is the least: the file as a whole comes first */
}

static pyr_status sort_doubts(const pyr_doubts *doubts, pyr_keyed **out, pyr_error *error) {
    PYR_TRY(pyr_new_array(doubts->allocator, doubts->count, sizeof **out, out, error));
    for (size_t i = 0; i < doubts->count; i++) {
        (*out)[i] = (pyr_keyed){doubts->items[i].file, (int64_t)i};
    }
    return pyr_sort(doubts->allocator, *out, (int64_t)doubts->count, doubt_before, doubts->items, error);
}

static void fill_doubts(const pyr_doubts *doubts, const pyr_keyed *order, pyr_table *table) {
    int32_t *codes[PYR_DOUBT_COLUMN_COUNT];
    for (int32_t column = 0; column < PYR_DOUBT_COLUMN_COUNT; column++) {
        codes[column] = pyr_table_array(table, column);
    }
    int64_t *lines = pyr_table_array(table, PYR_DOUBT_LINE);
    for (size_t i = 0; i < doubts->count; i++) {
        const struct pyr_doubt *doubt = &doubts->items[order[i].row];
        codes[PYR_DOUBT_SEVERITY][i] = (int32_t)doubt->severity;
        codes[PYR_DOUBT_CODE][i] = doubt->code;
        codes[PYR_DOUBT_FILE][i] = doubt->file;
        lines[i] = doubt->line;
        codes[PYR_DOUBT_COLUMN][i] = doubt->column;
        codes[PYR_DOUBT_CAR][i] = doubt->car;
        codes[PYR_DOUBT_LAP][i] = doubt->lap;
        codes[PYR_DOUBT_MESSAGE][i] = doubt->message;
    }
}

pyr_status pyr_doubts_table(pyr_doubts *doubts, pyr_table **out, pyr_error *error) {
    static const int32_t texts[] = {PYR_DOUBT_CODE, PYR_DOUBT_FILE, PYR_DOUBT_COLUMN, PYR_DOUBT_CAR, PYR_DOUBT_MESSAGE};
    int32_t field_count;
    const pyr_field *fields = pyr_part_fields(PYR_DOUBTS, &field_count);
    const pyr_dictionary *dictionary = NULL;
    pyr_keyed *order = NULL;
    *out = NULL;
    doubts->texts.allocator = doubts->allocator;
    pyr_status status = tell_counts(doubts, error);
    if (status == PYR_OK) {
        status = pyr_dictionary_from_interner(&doubts->texts, false, NULL, &dictionary, error);
    }
    if (status == PYR_OK) {
        status = sort_doubts(doubts, &order, error);
    }
    if (status == PYR_OK) {
        status = pyr_table_new(doubts->allocator, fields, field_count, (int64_t)doubts->count, out, error);
    }
    if (status == PYR_OK) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            pyr_table_set_dictionary(*out, texts[i], dictionary);
        }
        fill_doubts(doubts, order, *out);
        status = pyr_table_finish(*out, (int64_t)doubts->count, error);
    }
    pyr_release_array(doubts->allocator, order, doubts->count, sizeof *order);
    pyr_dictionary_release(dictionary);
    if (status != PYR_OK) {
        pyr_table_release(*out);
        *out = NULL;
    }
    return status;
}

pyr_status pyr_assumptions_table(const pyr_doubts *assumptions, pyr_table **out, pyr_error *error) {
    int32_t field_count;
    const pyr_field *fields = pyr_part_fields(PYR_ASSUMPTIONS, &field_count);
    const pyr_dictionary *dictionary;
    pyr_interner texts = assumptions->texts;
    texts.allocator = assumptions->allocator;
    *out = NULL;
    PYR_TRY(pyr_dictionary_from_interner(&texts, false, NULL, &dictionary, error));
    pyr_status status =
        pyr_table_new(assumptions->allocator, fields, field_count, (int64_t)assumptions->count, out, error);
    if (status == PYR_OK) {
        int32_t *code = pyr_table_array(*out, PYR_ASSUMPTION_CODE);
        int32_t *message = pyr_table_array(*out, PYR_ASSUMPTION_MESSAGE);
        for (size_t i = 0; i < assumptions->count; i++) {
            code[i] = assumptions->items[i].code;
            message[i] = assumptions->items[i].message;
        }
        pyr_table_set_dictionary(*out, PYR_ASSUMPTION_CODE, dictionary);
        pyr_table_set_dictionary(*out, PYR_ASSUMPTION_MESSAGE, dictionary);
        status = pyr_table_finish(*out, (int64_t)assumptions->count, error);
    }
    pyr_dictionary_release(dictionary);
    if (status != PYR_OK) {
        pyr_table_release(*out);
        *out = NULL;
    }
    return status;
}
