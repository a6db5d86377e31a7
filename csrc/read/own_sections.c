/* Sections as the user gives them, one row a lap and section, beside their laps. */
#include <string.h>

#include "../base/sort.h"
#include "../text/number.h"
#include "own.h"

enum { CAR, LAP, SECTION, TIME, ELAPSED, COLUMNS };

static const pyr_field fields[COLUMNS] = {
    {"car", PYR_TEXT, false, NULL},     {"lap", PYR_INT32, false, NULL},       {"section", PYR_TEXT, false, NULL},
    {"time", PYR_DURATION, true, NULL}, {"elapsed", PYR_DURATION, true, NULL},
};

/* Codes of the given table -> cars of the laps, and columns of the sections (their times; elapsed is the next one). */
typedef struct places {
    const pyr_column *columns[COLUMNS];
    pyr_keyed *laps; /* key: car and lap */
    int64_t lap_count;
    int32_t *cars, *sections;
} places;

static int64_t lap_key(int32_t car, int32_t lap) {
    return (int64_t)car << 32 | (uint32_t)lap;
}

static pyr_status index_laps(const pyr_reading *reading, places *found, pyr_error *error) {
    const int32_t *car = pyr_table_array(reading->laps, PYR_LAP_CAR);
    const int32_t *lap = pyr_table_array(reading->laps, PYR_LAP_LAP);
    PYR_TRY(pyr_new_array(reading->allocator, (size_t)reading->lap_count, sizeof *found->laps, &found->laps, error));
    found->lap_count = 0;
    for (int64_t row = 0; row < reading->lap_count; row++) {
        if (car[row] >= 0 && lap[row] >= 0) {
            found->laps[found->lap_count++] = (pyr_keyed){lap_key(car[row], lap[row]), row};
        }
    }
    return pyr_sort(reading->allocator, found->laps, found->lap_count, NULL, NULL, error);
}

/* -1: no such lap. */
static int64_t find_lap(const places *found, int64_t key) {
    int64_t low = 0, high = found->lap_count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (found->laps[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < found->lap_count && found->laps[low].key == key ? found->laps[low].row : -1;
}

/* Columns in the order of the dictionary, so that they come back as they were; only of sections that a row has. */
static pyr_status name_sections(pyr_reading *reading, const places *found, int64_t rows, pyr_error *error) {
    const pyr_column *column = found->columns[SECTION];
    memset(found->sections, 0, (size_t)column->dictionary->count * sizeof *found->sections);
    for (int64_t row = 0; row < rows; row++) {
        found->sections[pyr_int32s(column)[row]] = 1;
    }
    for (int32_t i = 0; i < column->dictionary->count; i++) {
        pyr_text name = pyr_trim(pyr_dictionary_text_view(column->dictionary, i));
        int32_t elapsed;
        if (found->sections[i] == 0) {
            continue;
        }
        if (!pyr_section_named(name)) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "the name of section '%.*s' is too long, or has a zero byte",
                            pyr_shown(name.length), name.data);
        }
        PYR_TRY(pyr_section_find(reading, name, true, &elapsed, error));
        PYR_TRY(pyr_section_fill(reading, elapsed - 1, error));
        PYR_TRY(pyr_section_fill(reading, elapsed, error));
        found->sections[i] = elapsed - 1;
    }
    return PYR_OK;
}

/* Rows and times that are not kept. */
typedef struct refusals {
    int64_t strayed, repeated, times;
} refusals;

static int64_t time_at(const pyr_column *column, int64_t row, refusals *refused) {
    if (column == NULL || !pyr_present(column, row)) {
        return PYR_NO_TIME;
    }
    int64_t time = pyr_int64s(column)[row];
    bool fits = time >= 0 && time <= PYR_LONGEST_TIME;
    refused->times += !fits;
    return fits ? time : PYR_NO_TIME;
}

static pyr_status doubt_refusals(pyr_reading *reading, const refusals *refused, pyr_error *error) {
    PYR_TRY(pyr_own_doubt(reading, "row_not_kept", "section", refused->strayed,
                          "sections are of no lap that is given and are not kept", error));
    PYR_TRY(pyr_own_doubt(reading, "duplicate_row", "section", refused->repeated,
                          "sections are given again for the same lap; the first of each is kept", error));
    return pyr_own_doubt(reading, "field_not_read", "time", refused->times,
                         "times of sections are negative or beyond ten thousand hours; left out", error);
}

static pyr_status fill_sections(pyr_reading *reading, const places *found, int64_t rows, pyr_error *error) {
    refusals refused = {0, 0, 0};
    for (int64_t row = 0; row < rows; row++) {
        int32_t car = found->cars[pyr_int32s(found->columns[CAR])[row]];
        int64_t lap = car < 0 ? -1 : find_lap(found, lap_key(car, pyr_int32s(found->columns[LAP])[row]));
        int32_t code = pyr_int32s(found->columns[SECTION])[row];
        const pyr_section_column *section = &reading->sections[found->sections[code]];
        if (lap < 0) {
            refused.strayed++;
        } else if (section[0].values[lap] != PYR_NO_TIME || section[1].values[lap] != PYR_NO_TIME) {
            refused.repeated++;
        } else {
            section[0].values[lap] = time_at(found->columns[TIME], row, &refused);
            section[1].values[lap] = time_at(found->columns[ELAPSED], row, &refused);
        }
    }
    return doubt_refusals(reading, &refused, error);
}

static pyr_status place_sections(pyr_reading *reading, places *found, int64_t rows, pyr_error *error) {
    const pyr_dictionary *cars = found->columns[CAR]->dictionary, *names = found->columns[SECTION]->dictionary;
    const pyr_allocator *allocator = reading->allocator;
    PYR_TRY(index_laps(reading, found, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)cars->count, sizeof *found->cars, &found->cars, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)names->count, sizeof *found->sections, &found->sections, error));
    for (int32_t i = 0; i < cars->count; i++) {
        pyr_text car = pyr_trim(pyr_dictionary_text_view(cars, i));
        found->cars[i] = pyr_interner_find(&reading->lap_texts[PYR_LAP_CAR], car);
    }
    PYR_TRY(name_sections(reading, found, rows, error));
    return fill_sections(reading, found, rows, error);
}

pyr_status pyr_own_sections(pyr_reading *reading, const pyr_table *table, pyr_error *error) {
    const pyr_allocator *allocator = reading->allocator;
    places found = {.laps = NULL};
    PYR_TRY(pyr_table_require(table, "sections", fields, COLUMNS, found.columns, error));
    pyr_status status = place_sections(reading, &found, pyr_table_row_count(table), error);
    pyr_release_array(allocator, found.laps, (size_t)reading->lap_count, sizeof *found.laps);
    pyr_release_array(allocator, found.cars, (size_t)found.columns[CAR]->dictionary->count, sizeof *found.cars);
    pyr_release_array(allocator, found.sections, (size_t)found.columns[SECTION]->dictionary->count,
                      sizeof *found.sections);
    return status;
}
