/* A session from the user's own tables. */
#include <stddef.h>
#include <string.h>

#include "own.h"

typedef struct input {
    pyr_reading *reading;
    const pyr_table *laps;
} input;

static bool has_column(const pyr_table *table, const char *name) {
    return pyr_table_find_column(table, pyr_text_of(name)) >= 0;
}

/* ---- Laps ---- */

/* Lap numbers that are not given are counted by car in the order of the rows. */
static pyr_status count_laps(input *from, pyr_error *error) {
    pyr_reading *reading = from->reading;
    int32_t car_count = reading->lap_texts[PYR_LAP_CAR].count, *counts;
    const int32_t *car = pyr_table_array(reading->laps, PYR_LAP_CAR);
    int32_t *lap = pyr_table_array(reading->laps, PYR_LAP_LAP);
    PYR_TRY(pyr_new_array(reading->allocator, (size_t)car_count, sizeof *counts, &counts, error));
    memset(counts, 0, (size_t)car_count * sizeof *counts);
    for (int64_t row = 0; row < reading->lap_count; row++) {
        lap[row] = car[row] < 0 || counts[car[row]] == INT32_MAX ? PYR_NO_INT32 : ++counts[car[row]];
    }
    pyr_release_array(reading->allocator, counts, (size_t)car_count, sizeof *counts);
    return pyr_assume(reading, "lap_counted",
                      "lap numbers are not given: they are counted by car in the order of the rows", error);
}

static pyr_status take_laps(input *from, pyr_error *error) {
    pyr_reading *reading = from->reading;
    pyr_lap_source source = {0, -1, 0};
    int32_t count;
    const pyr_field *fields = pyr_part_fields(PYR_LAPS, &count);
    for (int32_t i = 0; i < count; i++) {
        source.columns |= (uint32_t)pyr_own_says(from->laps, fields[i].name) << i;
    }
    PYR_TRY(pyr_reading_add_lap_source(reading, source, error));
    PYR_TRY(pyr_own_take(reading, from->laps, PYR_LAPS, PYR_LAP_COLUMN_COUNT, &reading->laps, error));
    reading->lap_count = pyr_table_row_count(from->laps);
    return has_column(from->laps, "lap") ? PYR_OK : count_laps(from, error);
}

/* Columns that the laps do not have at all are those of the entries. */
static pyr_status complete_laps(input *from, pyr_error *error) {
    static const struct {
        const char *name;
        int32_t column;
        size_t place;
    } columns[] = {{"class", PYR_LAP_CLASS, offsetof(pyr_result_row, class_code)},
                   {"group", PYR_LAP_GROUP, offsetof(pyr_result_row, group)},
                   {"team", PYR_LAP_TEAM, offsetof(pyr_result_row, team)},
                   {"manufacturer", PYR_LAP_MANUFACTURER, offsetof(pyr_result_row, manufacturer)}};
    pyr_reading *reading = from->reading;
    const int32_t *car = pyr_table_array(reading->laps, PYR_LAP_CAR);
    int32_t car_count = reading->lap_texts[PYR_LAP_CAR].count;
    const pyr_result_row **of_car;
    PYR_TRY(pyr_new_array(reading->allocator, (size_t)car_count, sizeof *of_car, &of_car, error));
    memset((void *)of_car, 0, (size_t)car_count * sizeof *of_car);
    for (size_t i = 0; i < reading->result_count; i++) {
        of_car[reading->results[i].car] = &reading->results[i];
    }
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        int32_t *codes = pyr_table_array(reading->laps, columns[i].column);
        bool given = has_column(from->laps, columns[i].name);
        for (int64_t row = 0; row < reading->lap_count && !given; row++) {
            const pyr_result_row *entry = car[row] < 0 ? NULL : of_car[car[row]];
            codes[row] = entry == NULL ? -1 : *(const int32_t *)((const char *)entry + columns[i].place);
        }
    }
    pyr_release_array(reading->allocator, (void *)of_car, (size_t)car_count, sizeof *of_car);
    return PYR_OK;
}

/* ---- The session ---- */

static pyr_status take_tables(pyr_reading *reading, const pyr_table *const tables[PYR_PART_COUNT], pyr_error *error) {
    input from = {reading, tables[PYR_LAPS]};
    PYR_TRY(pyr_own_cars(reading, tables, error));
    PYR_TRY(take_laps(&from, error));
    PYR_TRY(complete_laps(&from, error));
    if (tables[PYR_SECTIONS] != NULL) {
        PYR_TRY(pyr_own_sections(reading, tables[PYR_SECTIONS], error));
    }
    if (tables[PYR_WEATHER] != NULL) {
        PYR_TRY(pyr_own_take(reading, tables[PYR_WEATHER], PYR_WEATHER, PYR_WEATHER_COLUMN_COUNT,
                             &reading->own[PYR_WEATHER], error));
    }
    return PYR_OK;
}

/* The parts that follow from others, or from reading files, cannot be given. */
static pyr_status check_tables(const pyr_table *const tables[PYR_PART_COUNT], pyr_error *error) {
    for (int32_t part = PYR_DOUBTS; part < PYR_PART_COUNT; part++) {
        if (tables[part] != NULL) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "the %s of a session follow from its other tables",
                            pyr_part_name((pyr_part)part));
        }
    }
    const pyr_table *laps = tables[PYR_LAPS];
    if (laps == NULL || !has_column(laps, "car") || (!has_column(laps, "lap_time") && !has_column(laps, "elapsed"))) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "laps need a column 'car' and one of 'lap_time' and 'elapsed'; name them with columns=");
    }
    return PYR_OK;
}

pyr_status pyr_session_from_laps(const pyr_allocator *allocator, const pyr_table *const tables[PYR_PART_COUNT],
                                 const pyr_read_options *options, pyr_session **out, pyr_error *error) {
    pyr_read_options defaults = pyr_read_options_default();
    pyr_reading reading;
    *out = NULL;
    options = options == NULL ? &defaults : options;
    PYR_TRY(pyr_check_read_options(options, error));
    PYR_TRY(check_tables(tables, error));
    pyr_reading_init(&reading, allocator);
    pyr_status status = take_tables(&reading, tables, error);
    if (status == PYR_OK) {
        pyr_assembly assembly = {.reading = &reading, .options = options};
        status = pyr_assemble(&assembly, out, error);
    }
    pyr_reading_clear(&reading);
    return status;
}
