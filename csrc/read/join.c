/* Laps that stand in several files: the same lap is kept once, with the columns that only one of them has. */
#include <string.h>

#include "assemble.h"

/* How many lap rows of one source are laps of the sources before it. */
typedef struct met_laps {
    int64_t in_car;  /* of the car that is looked at */
    int64_t alike;   /* of those, the ones whose time is the same there */
    int64_t joined;
} met_laps;

typedef struct joining {
    pyr_assembly *assembly;
    pyr_table *laps;
    met_laps *met; /* by lap source */
} joining;

static size_t source_of(const joining *join, int64_t row) {
    const pyr_reading *reading = join->assembly->reading;
    return (size_t)(pyr_reading_lap_source_view(reading, row) - reading->lap_sources);
}

static bool is_absent(const joining *join, int32_t column, int64_t row) {
    const void *values = pyr_table_array(join->laps, column);
    switch (pyr_table_column_view(join->laps, column)->type) {
    case PYR_TEXT:
        return ((const int32_t *)values)[row] < 0;
    case PYR_INT32:
        return ((const int32_t *)values)[row] == PYR_NO_INT32;
    case PYR_FLOAT64:
        return isnan(((const double *)values)[row]);
    case PYR_BOOL:
        return ((const uint8_t *)values)[row] == PYR_NO_BOOL ||
               !pyr_publishes(pyr_reading_lap_source_view(join->assembly->reading, row), (enum pyr_lap_column)column);
    case PYR_INT64:
    case PYR_DURATION:
        break;
    }
    return ((const int64_t *)values)[row] == PYR_NO_TIME;
}

/* Lap time, or elapsed where not both have one, is the same; what cannot be compared is no contradiction. */
static bool is_alike(const joining *join, int64_t left, int64_t right) {
    static const int32_t columns[] = {PYR_LAP_LAP_TIME, PYR_LAP_ELAPSED};
    for (size_t i = 0; i < 2; i++) {
        const int64_t *times = pyr_table_array(join->laps, columns[i]);
        if (times[left] != PYR_NO_TIME && times[right] != PYR_NO_TIME) {
            return times[left] == times[right];
        }
    }
    return true;
}

/* ---- Cars of several files under one number ---- */

/* Rows of one car, by lap and then in the order of the files: laps that most often have another time than in the file
 * before are those of another car. */
static pyr_status part_car(joining *join, const pyr_keyed *items, int64_t count, bool *parted, pyr_error *error) {
    size_t source_count = join->assembly->reading->lap_source_count;
    int32_t *car = pyr_table_array(join->laps, PYR_LAP_CAR), shared = car[items[0].row];
    for (size_t i = 0; i < source_count; i++) {
        join->met[i].in_car = join->met[i].alike = 0;
    }
    for (int64_t i = 0, first = 0; i < count; i++) {
        first = items[i].key == items[first].key ? first : i;
        if (i > first) {
            met_laps *met = &join->met[source_of(join, items[i].row)];
            met->in_car++;
            met->alike += is_alike(join, items[first].row, items[i].row);
        }
    }
    for (size_t source = 0; source < source_count; source++) {
        int32_t code = -1, number = 2;
        bool another = join->met[source].alike * 2 < join->met[source].in_car;
        for (int64_t i = 0; i < count && another; i++) {
            if (source_of(join, items[i].row) == source) {
                if (code < 0) {
                    PYR_TRY(pyr_assembly_another_car(join->assembly, shared, number, items[i].row, &code, error));
                }
                car[items[i].row] = code;
                *parted = true;
            }
        }
    }
    return PYR_OK;
}

static pyr_status part_cars(joining *join, const pyr_keyed *items, int64_t count, bool *parted, pyr_error *error) {
    *parted = false;
    for (int64_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && items[end].key >> 32 == items[first].key >> 32;) {
            end++;
        }
        PYR_TRY(part_car(join, items + first, end - first, parted, error));
    }
    return PYR_OK;
}

/* ---- Joining ---- */

static pyr_status doubt_difference(joining *join, pyr_text column, int64_t kept, int64_t row, pyr_error *error) {
    pyr_assembly *assembly = join->assembly;
    pyr_doubt_place place = pyr_assembly_place(assembly, row), other = pyr_assembly_line(assembly, kept);
    place.column = column;
    return pyr_doubts_add(&assembly->reading->doubts, PYR_WARNING, "files_differ", place, error,
                          "differs from line %lld of '%.*s', which is kept", (long long)other.line,
                          pyr_shown(other.file.length), other.file.data);
}

static pyr_status join_sections(joining *join, int64_t kept, int64_t row, pyr_error *error) {
    pyr_reading *reading = join->assembly->reading;
    for (size_t i = 0; i < reading->section_count; i++) {
        int64_t *values = reading->sections[i].values;
        if (values[kept] == PYR_NO_TIME) {
            values[kept] = values[row];
        } else if (values[row] != PYR_NO_TIME && values[row] != values[kept]) {
            PYR_TRY(doubt_difference(join, pyr_interner_text_view(&reading->section_names, (int32_t)i), kept, row,
                                     error));
        }
    }
    return PYR_OK;
}

/* What the kept row does not say is taken from the other one. */
static pyr_status join_row(joining *join, int64_t kept, int64_t row, pyr_error *error) {
    for (int32_t column = 0; column < PYR_LAP_COLUMN_COUNT; column++) {
        size_t width = pyr_value_size(pyr_table_column_view(join->laps, column)->type);
        char *values = pyr_table_array(join->laps, column);
        char *left = values + (size_t)kept * width, *right = values + (size_t)row * width;
        if (is_absent(join, column, row) || memcmp(left, right, width) == 0) {
            continue;
        }
        if (is_absent(join, column, kept)) {
            memcpy(left, right, width);
        } else {
            pyr_text name = pyr_text_of(pyr_table_column_view(join->laps, column)->name);
            PYR_TRY(doubt_difference(join, name, kept, row, error));
        }
    }
    return join_sections(join, kept, row, error);
}

static pyr_status join_rows(joining *join, pyr_keyed *items, int64_t *count, pyr_error *error) {
    int64_t kept = 0;
    for (int64_t i = 0; i < *count; i++) {
        if (kept > 0 && items[kept - 1].key == items[i].key) {
            join->met[source_of(join, items[i].row)].joined++;
            PYR_TRY(join_row(join, items[kept - 1].row, items[i].row, error));
        } else {
            items[kept++] = items[i];
        }
    }
    *count = kept;
    return PYR_OK;
}

static pyr_status list_joined(const joining *join, pyr_error *error) {
    pyr_reading *reading = join->assembly->reading;
    for (size_t i = 0; i < reading->lap_source_count; i++) {
        int64_t joined = join->met[i].joined;
        if (joined > 0) {
            pyr_doubt_place place = pyr_nowhere();
            pyr_file *file = &join->assembly->files[reading->lap_sources[i].source];
            place.file = file->name;
            file->rows_listed += joined;
            PYR_TRY(pyr_doubts_add(&reading->doubts, PYR_NOTE, "laps_joined", place, error,
                                   "%lld rows are laps of a file before: each is kept once, with what only this file "
                                   "says of it", (long long)joined));
        }
    }
    return PYR_OK;
}

static pyr_status join_items(joining *join, pyr_keyed *items, int64_t *count, pyr_error *error) {
    pyr_reading *reading = join->assembly->reading;
    bool parted;
    for (size_t i = 0; i < reading->section_count; i++) {
        PYR_TRY(pyr_section_fill(reading, (int32_t)i, error));
    }
    PYR_TRY(pyr_assembly_sort_rows(join->assembly, items, *count, error));
    PYR_TRY(part_cars(join, items, *count, &parted, error));
    if (parted) {
        PYR_TRY(pyr_assembly_sort_rows(join->assembly, items, *count, error));
    }
    PYR_TRY(join_rows(join, items, count, error));
    return list_joined(join, error);
}

pyr_status pyr_assemble_joined(pyr_assembly *assembly, pyr_keyed *items, int64_t *count, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    joining join = {.assembly = assembly, .laps = reading->laps};
    if (reading->lap_source_count < 2) {
        return PYR_OK;
    }
    PYR_TRY(pyr_new_array(reading->allocator, reading->lap_source_count, sizeof *join.met, &join.met, error));
    memset(join.met, 0, reading->lap_source_count * sizeof *join.met);
    pyr_status status = join_items(&join, items, count, error);
    pyr_release_array(reading->allocator, join.met, reading->lap_source_count, sizeof *join.met);
    return status;
}
