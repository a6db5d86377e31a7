/* What the user's tables say of the cars: crew, entries, results. */
#include <string.h>

#include "../text/number.h"
#include "own.h"

/* A row of results that says nothing yet. */
static pyr_status add_row(pyr_reading *reading, int32_t car, pyr_result_row **out, pyr_error *error) {
    PYR_TRY(pyr_grow_array(reading->allocator, &reading->results, &reading->result_capacity, reading->result_count + 1,
                           sizeof *reading->results, error));
    *out = &reading->results[reading->result_count++];
    **out = (pyr_result_row){.source = -1, .occurrence = 1, .car = car, .class_code = -1, .group = -1, .team = -1,
                             .manufacturer = -1, .vehicle = -1, .tyre_make = -1, .position = PYR_NO_INT32,
                             .class_position = PYR_NO_INT32, .status = -1, .laps = PYR_NO_INT32};
    return PYR_OK;
}

/* ---- Crews ---- */

static pyr_status add_driver(pyr_reading *reading, pyr_crew_row row, pyr_error *error) {
    PYR_TRY(pyr_grow_array(reading->allocator, &reading->crew, &reading->crew_capacity, reading->crew_count + 1,
                           sizeof *reading->crew, error));
    row.result = reading->result_count - 1;
    reading->crew[reading->crew_count++] = row;
    return PYR_OK;
}

static pyr_status take_crew(pyr_reading *reading, const pyr_table *table, pyr_error *error) {
    pyr_table *crew = NULL;
    pyr_result_row *row = NULL;
    pyr_status status = pyr_own_take(reading, table, PYR_CREW, PYR_CREW_COLUMN_COUNT, &crew, error);
    const int32_t *columns[PYR_CREW_COLUMN_COUNT] = {NULL};
    for (int32_t i = 0; i < PYR_CREW_COLUMN_COUNT && status == PYR_OK; i++) {
        columns[i] = pyr_table_array(crew, i);
    }
    for (int64_t i = 0; i < pyr_table_row_count(table) && status == PYR_OK; i++) {
        pyr_crew_row driver = {.driver = columns[PYR_CREW_DRIVER][i], .number = columns[PYR_CREW_DRIVER_NUMBER][i],
                               .rating = columns[PYR_CREW_RATING][i], .country = columns[PYR_CREW_COUNTRY][i]};
        int32_t car = columns[PYR_CREW_CAR][i];
        if (car < 0 || driver.driver < 0) {
            status = pyr_fail(error, PYR_ERROR_ARGUMENT, "row %lld of the crew names no %s; leave it out",
                              (long long)i, car < 0 ? "car" : "driver");
        } else if (row == NULL || row->car != car) {
            status = add_row(reading, car, &row, error);
        }
        if (status == PYR_OK) {
            status = add_driver(reading, driver, error);
        }
    }
    pyr_table_release(crew);
    return status;
}

/* `A / B / C` as an entry table has them. */
static pyr_status split_drivers(pyr_reading *reading, pyr_text names, pyr_error *error) {
    for (int32_t number = 1; names.length > 0; number++) {
        size_t length = 0;
        while (length < names.length && !(names.length - length >= 3 && memcmp(names.data + length, " / ", 3) == 0)) {
            length++;
        }
        pyr_text name = pyr_trim((pyr_text){names.data, length});
        size_t step = length + 3 < names.length ? length + 3 : names.length;
        names = (pyr_text){names.data + step, names.length - step};
        if (name.length > 0) {
            pyr_crew_row driver = {.number = number, .rating = -1, .country = -1};
            PYR_TRY(pyr_interner_add(&reading->lap_texts[PYR_LAP_DRIVER], name, &driver.driver, error));
            PYR_TRY(add_driver(reading, driver, error));
        }
    }
    return PYR_OK;
}

/* ---- Entries ---- */

static pyr_status add_entries(pyr_reading *reading, pyr_table *entries, int64_t rows, const pyr_column *drivers,
                              pyr_error *error) {
    const int32_t *columns[PYR_ENTRY_DRIVERS];
    int64_t nameless = 0;
    for (int32_t i = 0; i < PYR_ENTRY_DRIVERS; i++) {
        columns[i] = pyr_table_array(entries, i);
    }
    for (int64_t i = 0; i < rows; i++) {
        pyr_result_row *row;
        if (columns[PYR_ENTRY_CAR][i] < 0) {
            nameless++;
            continue;
        }
        PYR_TRY(add_row(reading, columns[PYR_ENTRY_CAR][i], &row, error));
        row->class_code = columns[PYR_ENTRY_CLASS][i];
        row->group = columns[PYR_ENTRY_GROUP][i];
        row->team = columns[PYR_ENTRY_TEAM][i];
        row->manufacturer = columns[PYR_ENTRY_MANUFACTURER][i];
        row->vehicle = columns[PYR_ENTRY_VEHICLE][i];
        row->tyre_make = columns[PYR_ENTRY_TYRE_MAKE][i];
        if (drivers != NULL && pyr_present(drivers, i)) {
            pyr_text names = pyr_dictionary_text_view(drivers->dictionary, pyr_int32s(drivers)[i]);
            PYR_TRY(split_drivers(reading, names, error));
        }
    }
    return pyr_own_doubt(reading, "row_not_kept", "car", nameless, "entries name no car and are not kept", error);
}

/* The count of drivers and laps, and who ran on, follow from the rest. */
static pyr_status take_entries(pyr_reading *reading, const pyr_table *table, pyr_error *error) {
    static const pyr_field names = {"drivers", PYR_TEXT, true, NULL};
    const pyr_column *drivers;
    pyr_table *entries = NULL;
    PYR_TRY(pyr_table_require(table, "entries", &names, 1, &drivers, error));
    pyr_status status = pyr_own_take(reading, table, PYR_ENTRIES, PYR_ENTRY_DRIVERS, &entries, error);
    if (status == PYR_OK) {
        status = add_entries(reading, entries, pyr_table_row_count(table), drivers, error);
    }
    pyr_table_release(entries);
    return status;
}

/* ---- Results ---- */

/* The result is kept as it stands; its cars are entries too. */
static pyr_status take_results(pyr_reading *reading, const pyr_table *table, pyr_part part, pyr_error *error) {
    PYR_TRY(pyr_own_take(reading, table, part, PYR_RESULT_COLUMN_COUNT, &reading->own[part], error));
    const int32_t *car = pyr_table_array(reading->own[part], PYR_RESULT_CAR);
    const int32_t *class_code = pyr_table_array(reading->own[part], PYR_RESULT_CLASS);
    const int32_t *laps = pyr_table_array(reading->own[part], PYR_RESULT_LAPS);
    for (int64_t i = 0; i < pyr_table_row_count(table); i++) {
        pyr_result_row *row;
        if (car[i] < 0) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "row %lld of the %s names no car; leave it out", (long long)i,
                            pyr_part_name(part));
        }
        PYR_TRY(add_row(reading, car[i], &row, error));
        row->class_code = class_code[i];
        row->laps = laps[i];
    }
    return PYR_OK;
}

/* ---- One row a car ---- */

static void complete(pyr_result_row *row, const pyr_result_row *other) {
    row->class_code = row->class_code >= 0 ? row->class_code : other->class_code;
    row->group = row->group >= 0 ? row->group : other->group;
    row->team = row->team >= 0 ? row->team : other->team;
    row->manufacturer = row->manufacturer >= 0 ? row->manufacturer : other->manufacturer;
    row->vehicle = row->vehicle >= 0 ? row->vehicle : other->vehicle;
    row->tyre_make = row->tyre_make >= 0 ? row->tyre_make : other->tyre_make;
    row->laps = row->laps != PYR_NO_INT32 ? row->laps : other->laps;
}

/* What one table does not say another may. */
static pyr_status join_rows(pyr_reading *reading, pyr_error *error) {
    const pyr_allocator *allocator = reading->allocator;
    int32_t car_count = reading->lap_texts[PYR_LAP_CAR].count;
    size_t *row_of, count = 0; /* by car: 1 + its row */
    PYR_TRY(pyr_new_array(allocator, (size_t)car_count, sizeof *row_of, &row_of, error));
    memset(row_of, 0, (size_t)car_count * sizeof *row_of);
    for (size_t i = 0; i < reading->crew_count; i++) {
        reading->crew[i].result = (size_t)reading->results[reading->crew[i].result].car;
    }
    for (size_t i = 0; i < reading->result_count; i++) {
        pyr_result_row row = reading->results[i];
        if (row_of[row.car] == 0) {
            reading->results[count++] = row;
            row_of[row.car] = count;
        } else {
            complete(&reading->results[row_of[row.car] - 1], &row);
        }
    }
    reading->result_count = count;
    for (size_t i = 0; i < reading->crew_count; i++) {
        reading->crew[i].result = row_of[reading->crew[i].result] - 1;
    }
    pyr_release_array(allocator, row_of, (size_t)car_count, sizeof *row_of);
    return PYR_OK;
}

pyr_status pyr_own_cars(pyr_reading *reading, const pyr_table *const tables[PYR_PART_COUNT], pyr_error *error) {
    if (tables[PYR_CREW] != NULL) { /* first, so that drivers without a number keep their order */
        PYR_TRY(take_crew(reading, tables[PYR_CREW], error));
    }
    if (tables[PYR_ENTRIES] != NULL) {
        PYR_TRY(take_entries(reading, tables[PYR_ENTRIES], error));
    }
    for (int32_t part = PYR_RESULTS; part <= PYR_PROVISIONAL; part++) {
        if (tables[part] != NULL) {
            PYR_TRY(take_results(reading, tables[part], (pyr_part)part, error));
        }
    }
    return join_rows(reading, error);
}
