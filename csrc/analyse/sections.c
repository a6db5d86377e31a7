#include "question.h"

enum { CAR, LAP, SECTION, TIME, ELAPSED };

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},     {"lap", PYR_INT32, false, NULL},       {"section", PYR_TEXT, false, NULL},
    {"time", PYR_DURATION, true, NULL}, {"elapsed", PYR_DURATION, true, NULL},
};

/* Two columns a section, `<section>_time` and `<section>_elapsed`. */
typedef struct section {
    const int64_t *time, *elapsed;
    int32_t code; /* of its name */
} section;

static pyr_text section_name(const pyr_column *time) {
    const pyr_text suffix = {"_time", 5};
    pyr_text name = pyr_text_of(time->name);
    if (name.length > suffix.length &&
        pyr_text_equal((pyr_text){name.data + name.length - suffix.length, suffix.length}, suffix)) {
        name.length -= suffix.length;
    }
    return name;
}

/* The sections of the file and the dictionary of their names; returns the number of rows of the answer. */
static pyr_status view_sections(const pyr_table *wide, section *sections, int32_t count, const pyr_dictionary **names,
                                int64_t *rows, pyr_error *error) {
    pyr_interner interner = {.allocator = pyr_table_allocator(wide)};
    pyr_status status = PYR_OK;
    *rows = 0;
    for (int32_t i = 0; i < count && status == PYR_OK; i++) {
        const pyr_column *time = pyr_table_column_view(wide, 2 * i);
        sections[i].time = pyr_int64s(time);
        sections[i].elapsed = pyr_int64s(pyr_table_column_view(wide, 2 * i + 1));
        status = pyr_interner_add(&interner, section_name(time), &sections[i].code, error);
        for (int64_t row = 0; row < pyr_table_row_count(wide); row++) {
            *rows += sections[i].time[row] != PYR_NO_TIME || sections[i].elapsed[row] != PYR_NO_TIME;
        }
    }
    if (status == PYR_OK) {
        status = pyr_dictionary_from_interner(&interner, false, NULL, names, error);
    }
    pyr_interner_clear(&interner);
    return status;
}

static void fill_answer(const pyr_session *session, const section *sections, int32_t count, pyr_table *table) {
    int32_t *car = pyr_table_array(table, CAR), *lap = pyr_table_array(table, LAP);
    int32_t *name = pyr_table_array(table, SECTION);
    int64_t *time = pyr_table_array(table, TIME), *elapsed = pyr_table_array(table, ELAPSED);
    int64_t at = 0, row_count = count == 0 ? 0 : session->laps.count;
    for (int64_t row = 0; row < row_count; row++) {
        for (int32_t i = 0; i < count; i++) {
            if (sections[i].time[row] != PYR_NO_TIME || sections[i].elapsed[row] != PYR_NO_TIME) {
                car[at] = session->laps.car[row];
                lap[at] = session->laps.lap[row];
                name[at] = sections[i].code;
                time[at] = sections[i].time[row];
                elapsed[at++] = sections[i].elapsed[row];
            }
        }
    }
}

static pyr_status answer(const pyr_session *session, section *sections, int32_t count, pyr_table **out,
                         pyr_error *error) {
    const pyr_dictionary *names = NULL;
    int64_t rows;
    PYR_TRY(view_sections(session->parts[PYR_SECTIONS], sections, count, &names, &rows, error));
    pyr_status status = pyr_answer_new(session, &pyr_sections_question, rows, out, error);
    if (status == PYR_OK) {
        pyr_table_set_dictionary(*out, SECTION, names);
        fill_answer(session, sections, count, *out);
        status = pyr_answer_finish(out, rows, error);
    }
    pyr_dictionary_release(names);
    return status;
}

pyr_status pyr_sections(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    (void)options;
    int32_t count = pyr_table_column_count(session->parts[PYR_SECTIONS]) / 2;
    section *sections;
    *out = NULL;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)count, sizeof *sections, &sections, error));
    pyr_status status = answer(session, sections, count, out, error);
    pyr_release_array(session->allocator, sections, (size_t)count, sizeof *sections);
    return status;
}

const pyr_question pyr_sections_question = {
    "sections", schema, PYR_COUNT(schema), NULL, 0, NULL, 0, pyr_sections,
};
