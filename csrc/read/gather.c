/* The lap and section tables of the session out of the rows of the files. */
#include <string.h>

#include "assemble.h"

static void gather(void *out, const void *values, const int64_t *source_row, int64_t count, size_t width) {
    if (width == 8) {
        int64_t *to = out;
        const int64_t *from = values;
        for (int64_t row = 0; row < count; row++) {
            to[row] = from[source_row[row]];
        }
    } else if (width == 4) {
        int32_t *to = out;
        const int32_t *from = values;
        for (int64_t row = 0; row < count; row++) {
            to[row] = from[source_row[row]];
        }
    } else {
        uint8_t *to = out;
        const uint8_t *from = values;
        for (int64_t row = 0; row < count; row++) {
            to[row] = from[source_row[row]];
        }
    }
}

/* The rows in the order of the session: the table that was read, or a gathered one. */
static pyr_status order_laps(pyr_assembly *assembly, pyr_table **out, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    if (reading->laps != NULL && assembly->source_row == NULL) {
        *out = reading->laps;
        reading->laps = NULL;
        return PYR_OK;
    }
    int32_t count;
    const pyr_field *fields = pyr_part_fields(PYR_LAPS, &count);
    PYR_TRY(pyr_table_new(reading->allocator, fields, count, assembly->lap_count, out, error));
    for (int32_t column = 0; column < count && reading->laps != NULL; column++) {
        gather(pyr_table_array(*out, column), pyr_table_array(reading->laps, column), assembly->source_row,
               assembly->lap_count, pyr_value_size(fields[column].type));
    }
    pyr_table_release(reading->laps);
    reading->laps = NULL;
    return PYR_OK;
}

static bool any_time(const pyr_assembly *assembly, int32_t column) {
    const int64_t *values = assembly->reading->sections[column].values;
    for (int64_t row = 0; row < assembly->lap_count; row++) {
        if (values[pyr_assembly_source_row(assembly, row)] != PYR_NO_TIME) {
            return true;
        }
    }
    return false;
}

/* Sections that a header names and no lap has are none. The two columns of a section stay together. */
static pyr_status find_sections(pyr_assembly *assembly, int32_t *columns, int32_t *count, pyr_error *error) {
    for (int32_t i = 0; i < (int32_t)assembly->reading->section_count; i += 2) {
        PYR_TRY(pyr_section_fill(assembly->reading, i, error));
        PYR_TRY(pyr_section_fill(assembly->reading, i + 1, error));
        if (any_time(assembly, i) || any_time(assembly, i + 1)) {
            columns[(*count)++] = i;
            columns[(*count)++] = i + 1;
        }
    }
    return PYR_OK;
}

/* The table of these columns, with the names that are theirs. */
static pyr_status new_sections(pyr_assembly *assembly, const int32_t *columns, int32_t count, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    pyr_field *fields;
    size_t names_size = 0;
    char *names;
    for (int32_t i = 0; i < count; i++) {
        names_size += pyr_interner_text_view(&reading->section_names, columns[i]).length + 1;
    }
    PYR_TRY(pyr_new_array(reading->allocator, (size_t)count, sizeof *fields, &fields, error));
    pyr_status status = pyr_new_array(reading->allocator, names_size, 1, &names, error);
    char *name = names;
    for (int32_t i = 0; i < count && status == PYR_OK; i++) {
        pyr_text text = pyr_interner_text_view(&reading->section_names, columns[i]);
        fields[i] = (pyr_field){name, PYR_DURATION, true, NULL};
        memcpy(name, text.data, text.length);
        name[text.length] = '\0';
        name += text.length + 1;
    }
    if (status == PYR_OK) {
        status = pyr_table_new(reading->allocator, fields, count, assembly->lap_count, &assembly->parts[PYR_SECTIONS],
                               error);
    }
    pyr_release_array(reading->allocator, names, names_size, 1);
    pyr_release_array(reading->allocator, fields, (size_t)count, sizeof *fields);
    return status;
}

static pyr_status gather_sections(pyr_assembly *assembly, pyr_error *error) {
    const pyr_reading *reading = assembly->reading;
    int32_t *columns, count = 0;
    PYR_TRY(pyr_new_array(reading->allocator, reading->section_count, sizeof *columns, &columns, error));
    pyr_status status = find_sections(assembly, columns, &count, error);
    if (status == PYR_OK && count > 0) {
        status = new_sections(assembly, columns, count, error);
    }
    for (int32_t i = 0; i < count && status == PYR_OK; i++) {
        int64_t *out = pyr_table_array(assembly->parts[PYR_SECTIONS], i);
        for (int64_t row = 0; row < assembly->lap_count; row++) {
            out[row] = reading->sections[columns[i]].values[pyr_assembly_source_row(assembly, row)];
        }
    }
    if (status == PYR_OK && count > 0) {
        status = pyr_table_finish(assembly->parts[PYR_SECTIONS], assembly->lap_count, error);
    }
    pyr_release_array(reading->allocator, columns, reading->section_count, sizeof *columns);
    return status;
}

pyr_status pyr_assemble_laps(pyr_assembly *assembly, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    pyr_table **laps = &assembly->parts[PYR_LAPS];
    if (reading->section_count > 0) {
        PYR_TRY(gather_sections(assembly, error));
    }
    PYR_TRY(order_laps(assembly, laps, error));
    pyr_table_set_dictionary(*laps, PYR_LAP_CAR, assembly->cars);
    for (int32_t column = PYR_LAP_CLASS; column <= PYR_LAP_DRIVER; column++) {
        PYR_TRY(pyr_table_set_texts(*laps, column, &reading->lap_texts[column], error));
    }
    return pyr_table_finish(*laps, assembly->lap_count, error);
}
