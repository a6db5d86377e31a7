/* Entries, crews and published results: what laps and results say of each car, joined. */
#include <stdio.h>
#include <string.h>

#include "../base/sort.h"
#include "assemble.h"

/* ---- Several rows under one number ---- */

pyr_status pyr_assemble_result_cars(pyr_assembly *assembly, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    pyr_interner *cars = &reading->lap_texts[PYR_LAP_CAR];
    for (size_t i = 0; i < reading->result_count; i++) {
        pyr_result_row *row = &reading->results[i];
        pyr_text number = pyr_interner_text_view(cars, row->car);
        if (row->occurrence > 1 && number.length < 100) {
            char name[128];
            int length =
                snprintf(name, sizeof name, "%.*s (%d)", (int)number.length, number.data, (int)row->occurrence);
            PYR_TRY(pyr_interner_add(cars, (pyr_text){name, (size_t)length}, &row->car, error));
        }
    }
    return PYR_OK;
}

static bool agrees(const pyr_assembly *assembly, const pyr_result_row *row, int32_t car) {
    int64_t first = assembly->first_lap[car], end = assembly->first_lap[car + 1];
    const pyr_column *elapsed = pyr_table_column_view(assembly->parts[PYR_LAPS], PYR_LAP_ELAPSED);
    return row->laps == end - first &&
           (end == first || row->total_time == PYR_NO_TIME || row->total_time == pyr_int64s(elapsed)[end - 1]);
}

/* A result does not say which of two cars with one number a row is: laps and total time do. Rows of one number stand
 * at most nine in a file. */
static void match_shared_numbers(pyr_assembly *assembly) {
    pyr_reading *reading = assembly->reading;
    for (size_t i = 0; i < reading->result_count; i++) {
        pyr_result_row *row = &reading->results[i];
        row->car = assembly->car_ranks[row->car];
    }
    for (size_t i = 0; i < reading->result_count; i++) {
        pyr_result_row *row = &reading->results[i];
        for (pyr_result_row *other = row; other->occurrence > 1;) {
            other = &reading->results[other->same_number];
            if (!agrees(assembly, row, row->car) && agrees(assembly, row, other->car) &&
                !agrees(assembly, other, other->car)) {
                int32_t car = row->car;
                row->car = other->car;
                other->car = car;
            }
        }
    }
}

/* ---- Crews ---- */

/* Drivers of one car in the order they come: laps first, then results. */
typedef struct crew_member {
    int32_t car, driver, number, rating, country;
} crew_member;

typedef struct crews {
    crew_member *members;
    size_t count, capacity;
    int32_t *member_of; /* by driver: 1 + index of its last member; 0: none. A driver seldom has two cars */
    int32_t driver_count;
} crews;

static pyr_status add_member(pyr_assembly *assembly, crews *all, crew_member member, size_t *index, pyr_error *error) {
    size_t known = (size_t)all->member_of[member.driver];
    if (known > 0 && all->members[known - 1].car == member.car) {
        *index = known - 1;
        return PYR_OK;
    }
    PYR_TRY(pyr_grow_array(assembly->reading->allocator, &all->members, &all->capacity, all->count + 1,
                           sizeof *all->members, error));
    *index = all->count;
    all->members[all->count++] = member;
    all->member_of[member.driver] = (int32_t)all->count;
    return PYR_OK;
}

static pyr_status crews_of_laps(pyr_assembly *assembly, crews *all, pyr_error *error) {
    const pyr_table *laps = assembly->parts[PYR_LAPS];
    const int32_t *driver = pyr_int32s(pyr_table_column_view(laps, PYR_LAP_DRIVER));
    const pyr_column *number = pyr_table_column_view(laps, PYR_LAP_DRIVER_NUMBER);
    size_t index;
    for (int32_t car = 0; car < assembly->car_count; car++) {
        int32_t above = -1;
        for (int64_t row = assembly->first_lap[car]; row < assembly->first_lap[car + 1]; row++) {
            if (driver[row] >= 0 && driver[row] != above) {
                int32_t known = pyr_present(number, row) ? pyr_int32s(number)[row] : PYR_NO_INT32;
                PYR_TRY(add_member(assembly, all, (crew_member){car, driver[row], known, -1, -1}, &index, error));
            }
            above = driver[row];
        }
    }
    return PYR_OK;
}

static pyr_status crews_of_results(pyr_assembly *assembly, crews *all, pyr_error *error) {
    const pyr_reading *reading = assembly->reading;
    for (size_t i = 0; i < reading->crew_count; i++) {
        const pyr_crew_row *row = &reading->crew[i];
        int32_t car = reading->results[row->result].car;
        size_t index;
        PYR_TRY(add_member(assembly, all, (crew_member){car, row->driver, row->number, -1, -1}, &index, error));
        crew_member *member = &all->members[index];
        member->rating = row->rating >= 0 ? row->rating : member->rating;
        member->country = row->country >= 0 ? row->country : member->country;
    }
    return PYR_OK;
}

static bool member_before(const void *context, int64_t left, int64_t right) {
    const crew_member *members = context;
    return members[left].number < members[right].number;
}

/* By car, then number; a driver of several cars may have come twice, laps and result apart, and is kept once. */
static pyr_status sort_crews(pyr_assembly *assembly, crews *all, pyr_error *error) {
    const pyr_allocator *allocator = assembly->reading->allocator;
    pyr_keyed *order;
    crew_member *sorted = NULL;
    PYR_TRY(pyr_new_array(allocator, all->count, sizeof *order, &order, error));
    for (size_t i = 0; i < all->count; i++) {
        order[i] = (pyr_keyed){(int64_t)all->members[i].car << 32 | all->members[i].driver, (int64_t)i};
    }
    pyr_status status = pyr_sort(allocator, order, (int64_t)all->count, NULL, NULL, error);
    int64_t kept = 0;
    for (size_t i = 0; i < all->count && status == PYR_OK; i++) {
        crew_member *member = &all->members[order[i].row];
        crew_member *before = kept > 0 ? &all->members[order[kept - 1].row] : NULL;
        if (before != NULL && before->car == member->car && before->driver == member->driver) {
            before->rating = member->rating >= 0 ? member->rating : before->rating;
            before->country = member->country >= 0 ? member->country : before->country;
            continue;
        }
        order[kept++] = (pyr_keyed){member->car, order[i].row};
    }
    if (status == PYR_OK) {
        status = pyr_sort(allocator, order, kept, member_before, all->members, error);
    }
    if (status == PYR_OK) {
        status = pyr_new_array(allocator, all->capacity, sizeof *sorted, &sorted, error);
    }
    if (status == PYR_OK) {
        for (int64_t i = 0; i < kept; i++) {
            sorted[i] = all->members[order[i].row];
        }
        pyr_release_array(allocator, all->members, all->capacity, sizeof *sorted);
        pyr_release_array(allocator, order, all->count, sizeof *order);
        all->members = sorted;
        all->count = (size_t)kept;
        return PYR_OK;
    }
    pyr_release_array(allocator, order, all->count, sizeof *order);
    return status;
}

static pyr_status find_crews(pyr_assembly *assembly, crews *all, pyr_error *error) {
    all->driver_count = assembly->reading->lap_texts[PYR_LAP_DRIVER].count;
    PYR_TRY(pyr_new_array(assembly->reading->allocator, (size_t)all->driver_count, sizeof *all->member_of,
                          &all->member_of, error));
    memset(all->member_of, 0, (size_t)all->driver_count * sizeof *all->member_of);
    PYR_TRY(crews_of_laps(assembly, all, error));
    PYR_TRY(crews_of_results(assembly, all, error));
    return sort_crews(assembly, all, error);
}

static void clear_crews(pyr_assembly *assembly, crews *all) {
    const pyr_allocator *allocator = assembly->reading->allocator;
    pyr_release_array(allocator, all->members, all->capacity, sizeof *all->members);
    pyr_release_array(allocator, all->member_of, (size_t)all->driver_count, sizeof *all->member_of);
}

/* ---- Tables ---- */

/* A part with the dictionaries that laps have for columns of the same name. */
static pyr_status new_part(pyr_assembly *assembly, pyr_part part, int64_t rows, pyr_error *error) {
    int32_t count;
    const pyr_field *fields = pyr_part_fields(part, &count);
    const pyr_table *laps = assembly->parts[PYR_LAPS];
    PYR_TRY(pyr_table_new(assembly->reading->allocator, fields, count, rows, &assembly->parts[part], error));
    for (int32_t column = 0; column < count; column++) {
        int32_t of_laps = pyr_table_find_column(laps, pyr_text_of(fields[column].name));
        if (fields[column].type == PYR_TEXT && fields[column].words == NULL && of_laps >= 0) {
            pyr_table_set_dictionary(assembly->parts[part], column, pyr_table_column_view(laps, of_laps)->dictionary);
        }
    }
    return PYR_OK;
}

static pyr_status set_texts(pyr_assembly *assembly, pyr_part part, const int32_t *columns, size_t count,
                            const pyr_interner *texts, pyr_error *error) {
    const pyr_dictionary *dictionary;
    PYR_TRY(pyr_dictionary_from_interner(texts, false, NULL, &dictionary, error));
    for (size_t i = 0; i < count; i++) {
        pyr_table_set_dictionary(assembly->parts[part], columns[i], dictionary);
    }
    pyr_dictionary_release(dictionary);
    return PYR_OK;
}

static pyr_status crew_table(pyr_assembly *assembly, const crews *all, pyr_error *error) {
    static const int32_t texts[] = {PYR_CREW_RATING, PYR_CREW_COUNTRY};
    PYR_TRY(new_part(assembly, PYR_CREW, (int64_t)all->count, error));
    pyr_table *table = assembly->parts[PYR_CREW];
    PYR_TRY(set_texts(assembly, PYR_CREW, texts, 2, &assembly->reading->texts, error));
    for (size_t i = 0; i < all->count; i++) {
        const crew_member *member = &all->members[i];
        ((int32_t *)pyr_table_array(table, PYR_CREW_CAR))[i] = member->car;
        ((int32_t *)pyr_table_array(table, PYR_CREW_DRIVER))[i] = member->driver;
        ((int32_t *)pyr_table_array(table, PYR_CREW_DRIVER_NUMBER))[i] = member->number;
        ((int32_t *)pyr_table_array(table, PYR_CREW_RATING))[i] = member->rating;
        ((int32_t *)pyr_table_array(table, PYR_CREW_COUNTRY))[i] = member->country;
    }
    return pyr_table_finish(table, (int64_t)all->count, error);
}

/* `A / B / C` of members `first` up to `end`. */
static pyr_status join_drivers(pyr_assembly *assembly, const crews *all, size_t first, size_t end, pyr_interner *texts,
                               int32_t *code, pyr_error *error) {
    const pyr_interner *drivers = &assembly->reading->lap_texts[PYR_LAP_DRIVER];
    const pyr_allocator *allocator = assembly->reading->allocator;
    char *joined = NULL;
    size_t length = 0, capacity = 0;
    pyr_status status = PYR_OK;
    *code = -1;
    for (size_t i = first; i < end && status == PYR_OK; i++) {
        pyr_text name = pyr_interner_text_view(drivers, all->members[i].driver);
        status = pyr_grow_array(allocator, &joined, &capacity, length + name.length + 3, 1, error);
        if (status == PYR_OK) {
            memcpy(joined + length, " / ", i > first ? 3 : 0);
            length += i > first ? 3 : 0;
            memcpy(joined + length, name.data, name.length);
            length += name.length;
        }
    }
    if (status == PYR_OK && length > 0) {
        status = pyr_interner_add(texts, (pyr_text){joined, length}, code, error);
    }
    pyr_release_array(allocator, joined, capacity, 1);
    return status;
}

/* How much of the car itself a row tells. */
static int told(const pyr_result_row *row) {
    return (row->vehicle >= 0) + (row->tyre_make >= 0);
}

/* The result row of each car that says most: later files before earlier ones. */
static pyr_status rows_by_car(pyr_assembly *assembly, const pyr_result_row ***out, pyr_error *error) {
    const pyr_reading *reading = assembly->reading;
    PYR_TRY(pyr_new_array(reading->allocator, (size_t)assembly->car_count, sizeof **out, out, error));
    for (int32_t car = 0; car < assembly->car_count; car++) {
        (*out)[car] = NULL;
    }
    for (size_t i = 0; i < reading->result_count; i++) {
        const pyr_result_row *row = &reading->results[i], **best = &(*out)[row->car];
        if (*best == NULL || told(row) >= told(*best)) {
            *best = row;
        }
    }
    return PYR_OK;
}

/* Drivers as the laps number them, where the laps do not name them. */
static int32_t count_numbers(const pyr_assembly *assembly, int32_t car) {
    const pyr_column *number = pyr_table_column_view(assembly->parts[PYR_LAPS], PYR_LAP_DRIVER_NUMBER);
    uint64_t seen = 0;
    int32_t count = 0;
    for (int64_t row = assembly->first_lap[car]; row < assembly->first_lap[car + 1]; row++) {
        int32_t value = pyr_present(number, row) ? pyr_int32s(number)[row] : -1;
        if (value >= 0 && value < 64 && (seen >> value & 1) == 0) {
            seen |= (uint64_t)1 << value;
            count++;
        }
    }
    return count;
}

/* The code that a car's first lap with one has in this column of the laps; -1: none has. A change is told. */
static pyr_status find_code(pyr_assembly *assembly, int32_t car, int32_t column, int32_t *code, pyr_error *error) {
    const pyr_table *laps = assembly->parts[PYR_LAPS];
    const int32_t *codes = pyr_int32s(pyr_table_column_view(laps, column));
    int64_t first = assembly->first_lap[car], end = assembly->first_lap[car + 1];
    int32_t changes = 0;
    *code = -1;
    for (int64_t row = first; row < end; row++) { /* without a way out, which is quicker for a whole race */
        changes |= codes[row] ^ codes[first];
    }
    if (changes == 0) {
        *code = first < end ? codes[first] : -1;
        return PYR_OK;
    }
    for (int64_t row = first; row < end; row++) {
        if (*code >= 0 && codes[row] >= 0 && codes[row] != *code) {
            pyr_doubt_place place = pyr_assembly_line(assembly, pyr_assembly_source_row(assembly, row));
            place.car = pyr_dictionary_text_view(assembly->cars, car);
            place.lap = pyr_int32s(pyr_table_column_view(laps, PYR_LAP_LAP))[row];
            place.column = pyr_text_of(pyr_table_column_view(laps, column)->name);
            return pyr_doubts_add(&assembly->reading->doubts, PYR_WARNING, "entry_changes", place, error,
                                  "changes from lap to lap, here first; the entry has what stood before");
        }
        *code = *code >= 0 ? *code : codes[row];
    }
    return PYR_OK;
}

/* Class, group, team, manufacturer of an entry: of its laps, else of its result. */
static pyr_status describe_entry(pyr_assembly *assembly, int32_t car, const pyr_result_row *row, pyr_error *error) {
    static const int32_t columns[][2] = {{PYR_ENTRY_CLASS, PYR_LAP_CLASS},
                                         {PYR_ENTRY_GROUP, PYR_LAP_GROUP},
                                         {PYR_ENTRY_TEAM, PYR_LAP_TEAM},
                                         {PYR_ENTRY_MANUFACTURER, PYR_LAP_MANUFACTURER}};
    const int32_t of_result[] = {row == NULL ? -1 : row->class_code, row == NULL ? -1 : row->group,
                                 row == NULL ? -1 : row->team, row == NULL ? -1 : row->manufacturer};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        int32_t code;
        PYR_TRY(find_code(assembly, car, columns[i][1], &code, error));
        int32_t *codes = pyr_table_array(assembly->parts[PYR_ENTRIES], columns[i][0]);
        codes[car] = code >= 0 ? code : of_result[i];
    }
    return PYR_OK;
}

static pyr_status entry_table(pyr_assembly *assembly, const crews *all, const pyr_result_row *const *rows,
                              pyr_interner *joined, pyr_error *error) {
    static const int32_t texts[] = {PYR_ENTRY_VEHICLE, PYR_ENTRY_TYRE_MAKE}, drivers[] = {PYR_ENTRY_DRIVERS};
    PYR_TRY(new_part(assembly, PYR_ENTRIES, assembly->car_count, error));
    pyr_table *table = assembly->parts[PYR_ENTRIES];
    int32_t *names = pyr_table_array(table, PYR_ENTRY_DRIVERS);
    int32_t *counts = pyr_table_array(table, PYR_ENTRY_DRIVER_COUNT);
    int32_t *vehicles = pyr_table_array(table, PYR_ENTRY_VEHICLE), *makes = pyr_table_array(table, PYR_ENTRY_TYRE_MAKE);
    int32_t *cars = pyr_table_array(table, PYR_ENTRY_CAR), *laps = pyr_table_array(table, PYR_ENTRY_LAPS);
    uint8_t *running = pyr_table_array(table, PYR_ENTRY_RUNNING);
    size_t member = 0;
    for (int32_t car = 0; car < assembly->car_count; car++) {
        size_t first = member;
        while (member < all->count && all->members[member].car == car) {
            member++;
        }
        PYR_TRY(describe_entry(assembly, car, rows[car], error));
        PYR_TRY(join_drivers(assembly, all, first, member, joined, &names[car], error));
        cars[car] = car;
        vehicles[car] = rows[car] == NULL ? -1 : rows[car]->vehicle;
        makes[car] = rows[car] == NULL ? -1 : rows[car]->tyre_make;
        counts[car] = member > first ? (int32_t)(member - first) : count_numbers(assembly, car);
        laps[car] = (int32_t)(assembly->first_lap[car + 1] - assembly->first_lap[car]);
        running[car] = PYR_NO_BOOL;
    }
    PYR_TRY(set_texts(assembly, PYR_ENTRIES, texts, 2, &assembly->reading->texts, error));
    PYR_TRY(set_texts(assembly, PYR_ENTRIES, drivers, 1, joined, error));
    return pyr_table_finish(table, assembly->car_count, error);
}

pyr_status pyr_assemble_entries(pyr_assembly *assembly, pyr_error *error) {
    crews all = {NULL, 0, 0, NULL, 0};
    const pyr_result_row **rows = NULL;
    pyr_interner joined = {.allocator = assembly->reading->allocator};
    match_shared_numbers(assembly);
    pyr_status status = find_crews(assembly, &all, error);
    if (status == PYR_OK) {
        status = rows_by_car(assembly, &rows, error);
    }
    if (status == PYR_OK) {
        status = crew_table(assembly, &all, error);
    }
    if (status == PYR_OK) {
        status = entry_table(assembly, &all, rows, &joined, error);
    }
    pyr_release_array(assembly->reading->allocator, (void *)rows, (size_t)assembly->car_count, sizeof *rows);
    pyr_interner_clear(&joined);
    clear_crews(assembly, &all);
    return status;
}
