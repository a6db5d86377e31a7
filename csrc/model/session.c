#include "session.h"

#include <string.h>

#include "../text/near.h"

static void dispose_session(void *data) {
    pyr_session *session = data;
    for (int32_t part = 0; part < PYR_PART_COUNT; part++) {
        pyr_table_release(session->parts[part]);
    }
    pyr_buffer_release(session->first_lap_buffer);
    pyr_session_release(session->field);
    for (int32_t part = 0; part < PYR_LATE_COUNT; part++) {
        pyr_buffer_release(atomic_load_explicit(&session->late[part], memory_order_acquire));
    }
}

pyr_status pyr_late_part(const pyr_session *session, pyr_late late, pyr_build_part *build, void **out,
                         pyr_error *error) {
    _Atomic(pyr_buffer *) *published = &((pyr_session *)session)->late[late];
    pyr_buffer *buffer = atomic_load_explicit(published, memory_order_acquire), *built = NULL;
    *out = NULL;
    if (buffer == NULL) {
        pyr_status status = build(session, &built, error);
        if (status != PYR_OK) {
            pyr_buffer_release(built);
            return status;
        }
        if (atomic_compare_exchange_strong_explicit(published, &buffer, built, memory_order_acq_rel,
                                                    memory_order_acquire)) {
            buffer = built;
        } else {
            pyr_buffer_release(built);
        }
    }
    *out = pyr_buffer_data(buffer);
    return PYR_OK;
}

void pyr_session_retain(pyr_session *session) {
    pyr_buffer_retain(session->self);
}

void pyr_session_release(pyr_session *session) {
    if (session != NULL) {
        pyr_buffer_release(session->self);
    }
}

const pyr_table *pyr_session_part_view(const pyr_session *session, pyr_part part) {
    return session->parts[part];
}

bool pyr_any_chequered(const pyr_laps *laps) {
    int64_t count = 0;
    for (int64_t row = 0; row < laps->count; row++) {
        count += laps->flag[row] == PYR_FLAG_CHEQUERED;
    }
    return count > 0;
}

int64_t pyr_lap_start(const pyr_laps *laps, int64_t row) {
    if (row > 0 && laps->car[row - 1] == laps->car[row] && laps->lap[row - 1] == laps->lap[row] - 1 &&
        laps->elapsed[row - 1] != PYR_NO_TIME) {
        return laps->elapsed[row - 1];
    }
    bool known = laps->elapsed[row] != PYR_NO_TIME && laps->lap_time[row] != PYR_NO_TIME;
    return known ? laps->elapsed[row] - laps->lap_time[row] : PYR_NO_TIME;
}

int32_t pyr_find_entry(const pyr_session *session, pyr_text name) {
    const pyr_dictionary *names = pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CAR)->dictionary;
    int32_t low = 0, high = session->entries.count;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (pyr_text_compare(pyr_dictionary_text_view(names, session->entries.car[middle]), name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < session->entries.count &&
                 pyr_text_equal(pyr_dictionary_text_view(names, session->entries.car[low]), name);
    return found ? low : -1;
}

pyr_status pyr_require_entry(const pyr_session *session, pyr_text name, int32_t *entry, pyr_error *error) {
    const pyr_dictionary *names = pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CAR)->dictionary;
    pyr_near near = {.asked = name};
    *entry = pyr_find_entry(session, name);
    for (int32_t i = 0; *entry < 0 && i < session->entries.count; i++) {
        pyr_near_offer(&near, pyr_dictionary_text_view(names, session->entries.car[i]));
    }
    return *entry >= 0 ? PYR_OK : pyr_near_fail(&near, "car", error);
}

bool pyr_sector_published(const pyr_session *session, int32_t sector) {
    return pyr_part_column(session, PYR_LAPS, PYR_LAP_SECTOR_1 + sector)->absent_count < session->laps.count;
}

int64_t pyr_find_lap(const pyr_session *session, int32_t entry, int32_t lap, int64_t near) {
    const int32_t *laps = session->laps.lap;
    int64_t low = session->entries.first_lap[entry], end = session->entries.first_lap[entry + 1], high = end;
    int64_t at = near >= low && near < high ? near + lap - laps[near] : low;
    if (at >= low && at < high && laps[at] == lap) {
        return at;
    }
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (laps[middle] < lap) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < end && laps[low] == lap ? low : -1;
}

/* ---- Checks: a part may come from a pickle, which is never trusted ---- */

static pyr_status check_schema(const pyr_table *table, pyr_part part, pyr_error *error) {
    int32_t count;
    const pyr_field *fields = pyr_part_fields(part, &count);
    if (fields != NULL && pyr_table_column_count(table) != count) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "the table '%s' has %d columns, not %d", pyr_part_name(part),
                        (int)pyr_table_column_count(table), (int)count);
    }
    for (int32_t i = 0; i < count; i++) {
        const pyr_column *column = pyr_table_column_view(table, i);
        if (strcmp(column->name, fields[i].name) != 0 || column->type != fields[i].type ||
            (column->absent_count > 0 && !fields[i].nullable)) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "column %d of the table '%s' is not '%s' as it should be",
                            (int)i, pyr_part_name(part), fields[i].name);
        }
        for (int32_t word = 0; fields[i].words != NULL && word <= column->dictionary->count; word++) {
            const char *expected = fields[i].words[word];
            if (expected == NULL ? word != column->dictionary->count
                                 : word == column->dictionary->count ||
                                       !pyr_text_equal(pyr_text_of(expected),
                                                       pyr_dictionary_text_view(column->dictionary, word))) {
                return pyr_fail(error, PYR_ERROR_ARGUMENT, "column '%s' of the table '%s' has words of its own",
                                fields[i].name, pyr_part_name(part));
            }
        }
    }
    return PYR_OK;
}

static pyr_status check_times_of(const pyr_table *table, const char *name, pyr_error *error) {
    for (int32_t i = 0; i < pyr_table_column_count(table); i++) {
        const pyr_column *column = pyr_table_column_view(table, i);
        const int64_t *values = column->values;
        int64_t beyond = 0;
        for (int64_t row = 0; column->type == PYR_DURATION && row < pyr_table_row_count(table); row++) {
            beyond += values[row] > PYR_LONGEST_TIME ||
                      (values[row] < -PYR_LONGEST_TIME && values[row] != PYR_NO_TIME);
        }
        if (beyond > 0) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "the column '%s' of the %s has a time beyond 10,000 hours",
                            column->name, name);
        }
    }
    return PYR_OK;
}

/* Questions add and subtract times without a thought of the ends of int64. Clocks of the weather they only compare. */
static pyr_status check_times(const pyr_session *session, pyr_error *error) {
    static const pyr_part timed[] = {PYR_LAPS,        PYR_SECTIONS,    PYR_RESULTS,
                                     PYR_PROVISIONAL, PYR_SUSPENSIONS, PYR_FACTS};
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++) {
        PYR_TRY(check_times_of(session->parts[timed[i]], pyr_part_name(timed[i]), error));
    }
    return PYR_OK;
}

static pyr_status check_sections(const pyr_session *session, pyr_error *error) {
    const pyr_table *sections = session->parts[PYR_SECTIONS];
    if (pyr_table_column_count(sections) % 2 != 0 ||
        (pyr_table_column_count(sections) > 0 && pyr_table_row_count(sections) != session->laps.count)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "the sections do not have two columns a section and a row a lap");
    }
    for (int32_t i = 0; i < pyr_table_column_count(sections); i++) {
        if (pyr_table_column_view(sections, i)->type != PYR_DURATION) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "column %d of the sections is not a duration", (int)i);
        }
    }
    return PYR_OK;
}

/* ---- Views ---- */

static void view_laps(pyr_session *session) {
    const pyr_table *table = session->parts[PYR_LAPS];
#define VALUES(column) pyr_table_column_view(table, column)->values
    session->laps = (pyr_laps){
        .count = pyr_table_row_count(table),
        .car = VALUES(PYR_LAP_CAR),
        .class_code = VALUES(PYR_LAP_CLASS),
        .driver = VALUES(PYR_LAP_DRIVER),
        .driver_number = VALUES(PYR_LAP_DRIVER_NUMBER),
        .lap = VALUES(PYR_LAP_LAP),
        .flag = VALUES(PYR_LAP_FLAG),
        .improvement = VALUES(PYR_LAP_IMPROVEMENT),
        .lap_time = VALUES(PYR_LAP_LAP_TIME),
        .sector = {VALUES(PYR_LAP_SECTOR_1), VALUES(PYR_LAP_SECTOR_2), VALUES(PYR_LAP_SECTOR_3)},
        .elapsed = VALUES(PYR_LAP_ELAPSED),
        .clock = VALUES(PYR_LAP_CLOCK),
        .pit_lane_time = VALUES(PYR_LAP_PIT_LANE_TIME),
        .average_speed = VALUES(PYR_LAP_AVERAGE_SPEED),
        .top_speed = VALUES(PYR_LAP_TOP_SPEED),
        .in_pit = VALUES(PYR_LAP_IN_PIT),
    };
#undef VALUES
}

/* A code means the same in both columns. */
static bool same_dictionary(const pyr_column *left, const pyr_column *right) {
    const pyr_dictionary *one = left->dictionary, *other = right->dictionary;
    return one == other ||
           (one->count == other->count &&
            memcmp(one->offsets, other->offsets, ((size_t)one->count + 1) * sizeof *one->offsets) == 0 &&
            memcmp(one->bytes, other->bytes, (size_t)one->offsets[one->count]) == 0);
}

/* Where each entry's laps begin; the check that laps stand by car in the order of the entries, laps ascending. */
static pyr_status index_laps(pyr_session *session, pyr_error *error) {
    const pyr_laps *laps = &session->laps;
    const pyr_table *entries = session->parts[PYR_ENTRIES];
    const pyr_column *car = pyr_table_column_view(entries, PYR_ENTRY_CAR);
    int64_t count = pyr_table_row_count(entries), row = 0;
    if (count >= INT32_MAX || !same_dictionary(car, pyr_part_column(session, PYR_LAPS, PYR_LAP_CAR)) ||
        !same_dictionary(pyr_table_column_view(entries, PYR_ENTRY_CLASS),
                         pyr_part_column(session, PYR_LAPS, PYR_LAP_CLASS))) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "the laps and the entries do not name the same cars and classes");
    }
    PYR_TRY(pyr_buffer_new(session->allocator, ((size_t)count + 1) * sizeof(int64_t), NULL,
                           &session->first_lap_buffer, error));
    int64_t *first_lap = pyr_buffer_data(session->first_lap_buffer);
    const int32_t *cars = pyr_int32s(car);
    for (int64_t entry = 0; entry < count; entry++) {
        if (entry > 0 && pyr_text_compare(pyr_dictionary_text_view(car->dictionary, cars[entry - 1]),
                                          pyr_dictionary_text_view(car->dictionary, cars[entry])) >= 0) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "the entries are not in the order of their cars at row %lld",
                            (long long)entry);
        }
        first_lap[entry] = row;
        while (row < laps->count && laps->car[row] == cars[entry]) {
            if (laps->lap[row] < 0 || (row > first_lap[entry] && laps->lap[row] <= laps->lap[row - 1])) {
                return pyr_fail(error, PYR_ERROR_ARGUMENT, "the laps are not in order at row %lld", (long long)row);
            }
            row++;
        }
    }
    first_lap[count] = row;
    if (row != laps->count) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "the laps do not stand by car in the order of the entries at row %lld", (long long)row);
    }
    session->entries = (pyr_entries){
        .count = (int32_t)count,
        .car = cars,
        .class_code = pyr_int32s(pyr_table_column_view(entries, PYR_ENTRY_CLASS)),
        .first_lap = first_lap,
    };
    return PYR_OK;
}

static void view_facts(pyr_session *session) {
    const pyr_table *facts = session->parts[PYR_FACTS];
    const pyr_column *kind = pyr_table_column_view(facts, PYR_FACT_KIND);
    session->kind = (pyr_kind)pyr_int32s(kind)[0];
    session->start = pyr_int64s(pyr_table_column_view(facts, PYR_FACT_START))[0];
    session->flags_published = pyr_true(pyr_table_column_view(facts, PYR_FACT_FLAGS_PUBLISHED), 0);
    session->narrowed = pyr_true(pyr_table_column_view(facts, PYR_FACT_NARROWED), 0);
}

/* A part that was not given: no rows, or one row of absent facts. */
static pyr_status empty_part(const pyr_allocator *allocator, pyr_part part, pyr_table **out, pyr_error *error) {
    int32_t count;
    const pyr_field *fields = pyr_part_fields(part, &count);
    PYR_TRY(pyr_table_new(allocator, fields, count, 1, out, error));
    if (part == PYR_FACTS) {
        *(int32_t *)pyr_table_array(*out, PYR_FACT_NAME) = -1;
        *(int32_t *)pyr_table_array(*out, PYR_FACT_KIND) = PYR_KIND_UNKNOWN;
        *(int64_t *)pyr_table_array(*out, PYR_FACT_START) = PYR_NO_TIME;
        *(int64_t *)pyr_table_array(*out, PYR_FACT_DURATION) = PYR_NO_TIME;
        *(int64_t *)pyr_table_array(*out, PYR_FACT_UTC_OFFSET) = PYR_NO_TIME;
        *(double *)pyr_table_array(*out, PYR_FACT_LAP_LENGTH) = NAN;
        *(uint8_t *)pyr_table_array(*out, PYR_FACT_FLAGS_PUBLISHED) = false;
        *(uint8_t *)pyr_table_array(*out, PYR_FACT_NARROWED) = false;
    }
    return pyr_table_finish(*out, part == PYR_FACTS, error);
}

static pyr_status fill_session(pyr_session *session, pyr_table *const parts[PYR_PART_COUNT], pyr_error *error) {
    for (int32_t i = 0; i < PYR_PART_COUNT; i++) {
        pyr_part part = (pyr_part)i;
        if (parts[part] != NULL) {
            PYR_TRY(check_schema(parts[part], part, error));
            pyr_table_retain(parts[part]);
            session->parts[part] = parts[part];
        } else if (part == PYR_LAPS || part == PYR_ENTRIES) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "a session needs the table '%s'", pyr_part_name(part));
        } else {
            PYR_TRY(empty_part(session->allocator, part, &session->parts[part], error));
        }
    }
    if (pyr_table_row_count(session->parts[PYR_FACTS]) != 1) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "the table 'facts' has one row");
    }
    view_laps(session);
    PYR_TRY(check_sections(session, error));
    PYR_TRY(index_laps(session, error));
    view_facts(session);
    return PYR_OK;
}

pyr_status pyr_session_new(const pyr_allocator *allocator, pyr_table *const parts[PYR_PART_COUNT], pyr_session *field,
                           pyr_session **out, pyr_error *error) {
    pyr_buffer *self;
    *out = NULL;
    PYR_TRY(pyr_buffer_new(allocator, sizeof(pyr_session), dispose_session, &self, error));
    pyr_session *session = pyr_buffer_data(self);
    memset(session, 0, sizeof *session);
    session->self = self;
    session->allocator = allocator;
    session->field = field;
    if (field != NULL) {
        pyr_session_retain(field);
    }
    pyr_status status = fill_session(session, parts, error);
    if (status != PYR_OK) {
        pyr_session_release(session);
        return status;
    }
    *out = session;
    return PYR_OK;
}

pyr_status pyr_session_from_parts(const pyr_allocator *allocator, pyr_table *const parts[PYR_PART_COUNT],
                                  pyr_session **out, pyr_error *error) {
    PYR_TRY(pyr_session_new(allocator, parts, NULL, out, error));
    pyr_status status = check_times(*out, error); /* readers keep to it by themselves */
    if (status != PYR_OK) {
        pyr_session_release(*out);
        *out = NULL;
    }
    return status;
}

bool pyr_session_equal(const pyr_session *left, const pyr_session *right) {
    static const pyr_part compared[] = {PYR_LAPS,    PYR_SECTIONS,    PYR_ENTRIES, PYR_CREW,       PYR_RESULTS,
                                        PYR_WEATHER, PYR_PROVISIONAL, PYR_FACTS,   PYR_SUSPENSIONS};
    for (size_t i = 0; i < sizeof compared / sizeof *compared; i++) {
        if (!pyr_table_equal(left->parts[compared[i]], right->parts[compared[i]])) {
            return false;
        }
    }
    return true;
}
