/* Lap rows in the order of the session: by car as text, then lap. */
#include <stdio.h>
#include <string.h>

#include "assemble.h"

enum { CARS_PER_NUMBER = 9 };

typedef struct rows {
    int32_t *car;
    const int32_t *lap;
    int64_t count;
} rows;

static rows view_rows(const pyr_assembly *assembly) {
    pyr_reading *reading = assembly->reading;
    if (reading->laps == NULL) {
        return (rows){NULL, NULL, 0};
    }
    return (rows){pyr_table_array(reading->laps, PYR_LAP_CAR), pyr_table_array(reading->laps, PYR_LAP_LAP),
                  reading->lap_count};
}

/* The last stretch that begins at or before the row; NULL: none. */
static const pyr_stretch *find_stretch(const pyr_reading *reading, int64_t row) {
    size_t low = 0, high = reading->stretch_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reading->stretches[middle].row <= row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 ? &reading->stretches[low - 1] : NULL;
}

pyr_doubt_place pyr_assembly_line(const pyr_assembly *assembly, int64_t row) {
    pyr_doubt_place place = pyr_nowhere();
    const pyr_stretch *stretch = find_stretch(assembly->reading, row);
    if (stretch != NULL && assembly->files != NULL) {
        place.file = assembly->files[stretch->source].name;
        place.line = stretch->line + row - stretch->row;
    }
    return place;
}

pyr_doubt_place pyr_assembly_place(const pyr_assembly *assembly, int64_t row) {
    const pyr_reading *reading = assembly->reading;
    pyr_doubt_place place = pyr_assembly_line(assembly, row);
    place.lap = ((const int32_t *)pyr_table_array(reading->laps, PYR_LAP_LAP))[row];
    int32_t car = ((const int32_t *)pyr_table_array(reading->laps, PYR_LAP_CAR))[row];
    if (car >= 0) { /* codes are those of the sorted dictionary once it is there */
        place.car = assembly->cars != NULL ? pyr_dictionary_text_view(assembly->cars, car)
                                           : pyr_interner_text_view(&reading->lap_texts[PYR_LAP_CAR], car);
    }
    return place;
}

/* ---- The common case: every car in one block, laps ascending ---- */

static pyr_status is_regular(const pyr_assembly *assembly, rows laps, bool *regular, pyr_error *error) {
    const pyr_allocator *allocator = assembly->reading->allocator;
    size_t car_count = (size_t)assembly->reading->lap_texts[PYR_LAP_CAR].count;
    uint8_t *seen;
    int32_t car = -2, lap = -1; /* no code is -2, and -1 is a row without a car */
    PYR_TRY(pyr_new_array(allocator, car_count, 1, &seen, error));
    memset(seen, 0, car_count);
    *regular = true;
    for (int64_t row = 0; row < laps.count && *regular; row++) {
        if (laps.car[row] != car) {
            car = laps.car[row];
            *regular = car >= 0 && laps.lap[row] >= 0 && !seen[car];
            if (*regular) {
                seen[car] = 1;
            }
        } else {
            *regular = laps.lap[row] > lap;
        }
        lap = laps.lap[row];
    }
    pyr_release_array(allocator, seen, car_count, 1);
    return PYR_OK;
}

/* ---- The uncommon one ---- */

static bool row_before(const void *context, int64_t left, int64_t right) {
    (void)context;
    return left < right;
}

pyr_status pyr_assembly_sort_rows(const pyr_assembly *assembly, pyr_keyed *items, int64_t count, pyr_error *error) {
    rows laps = view_rows(assembly);
    for (int64_t i = 0; i < count; i++) {
        items[i].key = (int64_t)laps.car[items[i].row] << 32 | (int64_t)laps.lap[items[i].row];
    }
    return pyr_sort(assembly->reading->allocator, items, count, row_before, NULL, error);
}

static pyr_status list_row(pyr_assembly *assembly, int64_t row, pyr_severity severity, const char *code,
                           const char *what, pyr_error *error) {
    pyr_doubt_place place = pyr_assembly_place(assembly, row);
    const pyr_stretch *stretch = find_stretch(assembly->reading, row);
    if (stretch != NULL && assembly->files != NULL) {
        assembly->files[stretch->source].rows_listed++;
    }
    return pyr_doubts_add(&assembly->reading->doubts, severity, code, place, error, "%s", what);
}

static bool same_row(const pyr_reading *reading, int64_t left, int64_t right) {
    for (int32_t column = 0; column < PYR_LAP_COLUMN_COUNT; column++) {
        size_t width = pyr_value_size(pyr_table_column_view(reading->laps, column)->type);
        const char *values = pyr_table_array(reading->laps, column);
        if (memcmp(values + (size_t)left * width, values + (size_t)right * width, width) != 0) {
            return false;
        }
    }
    return true;
}

static bool same_source(const pyr_assembly *assembly, int64_t left, int64_t right) {
    const pyr_reading *reading = assembly->reading;
    return pyr_reading_lap_source_view(reading, left) == pyr_reading_lap_source_view(reading, right);
}

/* Rows that can be kept, sorted by car and lap; a row without car or lap and the second of two same rows of a source
 * are listed. `shared[car]` is set where a lap number of a car has rows of a source that differ: several cars under one
 * number. */
static pyr_status sort_rows(pyr_assembly *assembly, rows laps, pyr_keyed *items, int64_t *count, uint8_t *shared,
                            pyr_error *error) {
    *count = 0;
    for (int64_t row = 0; row < laps.count; row++) {
        if (laps.car[row] < 0 || laps.lap[row] < 0) {
            PYR_TRY(list_row(assembly, row, PYR_DOUBT_ERROR, "row_not_kept",
                             laps.car[row] < 0 ? "this row names no car and is not kept"
                                               : "this row has no lap number and is not kept",
                             error));
        } else {
            items[(*count)++].row = row;
        }
    }
    PYR_TRY(pyr_assembly_sort_rows(assembly, items, *count, error));
    int64_t kept = 0;
    for (int64_t i = 0; i < *count; i++) {
        bool known = false, same = false;
        int64_t last = kept > CARS_PER_NUMBER ? kept - CARS_PER_NUMBER : 0;
        for (int64_t j = kept - 1; j >= last && items[j].key == items[i].key && !same; j--) {
            if (!same_source(assembly, items[j].row, items[i].row)) {
                break;
            }
            known = true;
            same = same_row(assembly->reading, items[j].row, items[i].row);
        }
        if (same) {
            PYR_TRY(list_row(assembly, items[i].row, PYR_WARNING, "duplicate_row",
                             "this row stands before already; it is kept once", error));
            continue;
        }
        if (known) {
            shared[laps.car[items[i].row]] = 1;
        }
        items[kept++] = items[i];
    }
    *count = kept;
    return PYR_OK;
}

pyr_status pyr_assembly_another_car(pyr_assembly *assembly, int32_t car, int32_t number, int64_t row, int32_t *code,
                                    pyr_error *error) {
    pyr_interner *cars = &assembly->reading->lap_texts[PYR_LAP_CAR];
    char name[128];
    int length;
    pyr_text text = pyr_interner_text_view(cars, car);
    text.length = text.length < 100 ? text.length : 100;
    while (!pyr_utf8_valid(text)) {
        text.length--; /* the cut went through a character */
    }
    do { /* a car may really be called `3 (2)` */
        length = snprintf(name, sizeof name, "%.*s (%d)", (int)text.length, text.data, (int)number++);
    } while (pyr_interner_find(cars, (pyr_text){name, (size_t)length}) >= 0 && number < 99);
    PYR_TRY(pyr_interner_add(cars, (pyr_text){name, (size_t)length}, code, error));
    pyr_doubt_place place = pyr_assembly_place(assembly, row);
    return pyr_doubts_add(&assembly->reading->doubts, PYR_WARNING, "number_shared", place, error,
                          "laps begin again under this number: another car, here named '%s'", name);
}

/* Under a shared number a row whose lap is not beyond the one before in its source begins another car, the same in
 * every source. Rows beyond the ninth car are listed. Changes car codes, and drops rows out of `items`, which come back
 * in the order of the files. */
static pyr_status part_cars(pyr_assembly *assembly, rows laps, pyr_keyed *items, int64_t *count, const uint8_t *shared,
                            int32_t car_count, pyr_error *error) {
    const pyr_allocator *allocator = assembly->reading->allocator;
    struct state {
        int32_t lap, number, codes[CARS_PER_NUMBER + 1]; /* -1: not met yet */
        int64_t source; /* its first row; -1: none yet */
    } *states;
    for (int64_t i = 0; i < *count; i++) {
        items[i].key = items[i].row;
    }
    PYR_TRY(pyr_sort(allocator, items, *count, NULL, NULL, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)car_count, sizeof *states, &states, error));
    memset(states, 0xff, (size_t)car_count * sizeof *states);
    pyr_status status = PYR_OK;
    int64_t kept = 0;
    for (int64_t i = 0; i < *count && status == PYR_OK; i++) {
        int64_t row = items[i].row;
        int32_t car = laps.car[row];
        if (shared[car]) {
            struct state *state = &states[car];
            int64_t source = pyr_reading_lap_source_view(assembly->reading, row)->row;
            state->number = state->source != source ? 1 : state->number + (laps.lap[row] <= state->lap);
            state->source = source;
            state->lap = laps.lap[row];
            if (state->number > CARS_PER_NUMBER) {
                state->number = CARS_PER_NUMBER + 1;
                status = list_row(assembly, row, PYR_DOUBT_ERROR, "row_not_kept",
                                  "more than nine cars under one number; not kept", error);
                continue;
            }
            int32_t *code = &state->codes[state->number];
            if (state->number == 1) {
                *code = car;
            } else if (*code < 0) {
                status = pyr_assembly_another_car(assembly, car, state->number, row, code, error);
            }
            laps.car[row] = *code;
        }
        items[kept++] = items[i];
    }
    *count = kept;
    pyr_release_array(allocator, states, (size_t)car_count, sizeof *states);
    return status;
}

/* The rows to keep, one after another, as items (row in the order of the files); cars told apart. */
static pyr_status find_rows(pyr_assembly *assembly, rows laps, pyr_keyed *items, int64_t *count, pyr_error *error) {
    const pyr_allocator *allocator = assembly->reading->allocator;
    int32_t car_count = assembly->reading->lap_texts[PYR_LAP_CAR].count;
    uint8_t *shared;
    PYR_TRY(pyr_new_array(allocator, (size_t)car_count, 1, &shared, error));
    memset(shared, 0, (size_t)car_count);
    pyr_status status = sort_rows(assembly, laps, items, count, shared, error);
    if (status == PYR_OK && car_count > 0 && memchr(shared, 1, (size_t)car_count) != NULL) {
        status = part_cars(assembly, laps, items, count, shared, car_count, error);
    }
    if (status == PYR_OK) {
        status = pyr_assemble_joined(assembly, items, count, error);
    }
    pyr_release_array(allocator, shared, (size_t)car_count, 1);
    return status;
}

/* ---- Cars as text ---- */

static pyr_status rank_cars(pyr_assembly *assembly, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    const pyr_interner *cars = &reading->lap_texts[PYR_LAP_CAR];
    assembly->car_count = cars->count;
    PYR_TRY(pyr_new_array(reading->allocator, (size_t)cars->count, sizeof *assembly->car_ranks, &assembly->car_ranks,
                          error));
    return pyr_dictionary_from_interner(cars, true, assembly->car_ranks, &assembly->cars, error);
}

static bool remap_cars(const pyr_assembly *assembly, rows laps) {
    bool ascending = true;
    for (int64_t row = 0, last = -1; row < laps.count; row++) {
        if (laps.car[row] >= 0) {
            laps.car[row] = assembly->car_ranks[laps.car[row]];
        }
        ascending = ascending && laps.car[row] >= last;
        last = laps.car[row];
    }
    return ascending;
}

static pyr_status permute(pyr_assembly *assembly, pyr_keyed *items, int64_t count, pyr_error *error) {
    const pyr_allocator *allocator = assembly->reading->allocator;
    PYR_TRY(pyr_assembly_sort_rows(assembly, items, count, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)count, sizeof *assembly->source_row, &assembly->source_row, error));
    for (int64_t i = 0; i < count; i++) {
        assembly->source_row[i] = items[i].row;
    }
    assembly->lap_count = count;
    return PYR_OK;
}

static pyr_status index_cars(pyr_assembly *assembly, rows laps, pyr_error *error) {
    PYR_TRY(pyr_new_array(assembly->reading->allocator, (size_t)assembly->car_count + 1, sizeof *assembly->first_lap,
                          &assembly->first_lap, error));
    int64_t row = 0;
    for (int32_t car = 0; car < assembly->car_count; car++) {
        assembly->first_lap[car] = row;
        while (row < assembly->lap_count && laps.car[pyr_assembly_source_row(assembly, row)] == car) {
            row++;
        }
    }
    assembly->first_lap[assembly->car_count] = row;
    return PYR_OK;
}

pyr_status pyr_assemble_order(pyr_assembly *assembly, pyr_error *error) {
    const pyr_allocator *allocator = assembly->reading->allocator;
    rows laps = view_rows(assembly);
    pyr_keyed *items = NULL;
    int64_t count = laps.count;
    bool regular;
    PYR_TRY(is_regular(assembly, laps, &regular, error));
    if (!regular) {
        PYR_TRY(pyr_new_array(allocator, (size_t)laps.count, sizeof *items, &items, error));
    }
    pyr_status status = regular ? PYR_OK : find_rows(assembly, laps, items, &count, error);
    if (status == PYR_OK) {
        status = pyr_assemble_result_cars(assembly, error);
    }
    if (status == PYR_OK) {
        status = rank_cars(assembly, error);
    }
    if (status == PYR_OK) {
        bool ascending = remap_cars(assembly, laps);
        assembly->lap_count = count;
        if (regular && !ascending) {
            status = pyr_new_array(allocator, (size_t)laps.count, sizeof *items, &items, error);
            for (int64_t row = 0; row < count && status == PYR_OK; row++) {
                items[row].row = row;
            }
        }
        if (status == PYR_OK && !(regular && ascending)) {
            status = permute(assembly, items, count, error);
        }
    }
    if (status == PYR_OK) {
        status = index_cars(assembly, laps, error);
    }
    pyr_release_array(allocator, items, (size_t)laps.count, sizeof *items);
    return status;
}

void pyr_assembly_clear(pyr_assembly *assembly) {
    const pyr_allocator *allocator = assembly->reading->allocator;
    for (int32_t part = 0; part < PYR_PART_COUNT; part++) {
        pyr_table_release(assembly->parts[part]);
        assembly->parts[part] = NULL;
    }
    pyr_dictionary_release(assembly->cars);
    pyr_release_array(allocator, assembly->car_ranks, (size_t)assembly->car_count, sizeof *assembly->car_ranks);
    pyr_release_array(allocator, assembly->source_row, (size_t)assembly->lap_count, sizeof *assembly->source_row);
    pyr_release_array(allocator, assembly->first_lap, (size_t)assembly->car_count + 1, sizeof *assembly->first_lap);
    assembly->cars = NULL;
    assembly->car_ranks = NULL;
    assembly->source_row = NULL;
    assembly->first_lap = NULL;
}
