#include "field.h"

#include <string.h>

const pyr_session *pyr_field_view(const pyr_session *session) {
    while (session->field != NULL) {
        session = session->field;
    }
    return session;
}

static pyr_text car_name(const pyr_session *session, int32_t entry) {
    return pyr_dictionary_text_view(pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CAR)->dictionary,
                                    session->entries.car[entry]);
}

/* Both sessions stand by car, then lap, so one pass over both finds all. */
static pyr_status match_rows(const pyr_session *session, const pyr_session *field, int64_t *rows, pyr_error *error) {
    int32_t there = 0;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        pyr_text car = car_name(session, entry);
        while (there < field->entries.count && pyr_text_compare(car_name(field, there), car) < 0) {
            there++;
        }
        bool found = there < field->entries.count && pyr_text_equal(car_name(field, there), car);
        int64_t there_row = found ? field->entries.first_lap[there] : 0;
        int64_t there_end = found ? field->entries.first_lap[there + 1] : 0;
        for (int64_t row = session->entries.first_lap[entry]; row < session->entries.first_lap[entry + 1]; row++) {
            while (there_row < there_end && field->laps.lap[there_row] < session->laps.lap[row]) {
                there_row++;
            }
            if (there_row == there_end || field->laps.lap[there_row] != session->laps.lap[row]) {
                return pyr_fail(error, PYR_ERROR_REFUSED, "lap %d of car %.*s is not in the session it was taken from",
                                (int)session->laps.lap[row], pyr_shown(car.length), car.data);
            }
            rows[row] = there_row;
        }
    }
    return PYR_OK;
}

pyr_status pyr_field_rows(const pyr_session *session, int64_t **rows, pyr_error *error) {
    const pyr_session *field = pyr_field_view(session);
    size_t count = (size_t)session->laps.count;
    PYR_TRY(pyr_new_array(session->allocator, count, sizeof **rows, rows, error));
    pyr_status status = PYR_OK;
    if (field == session) {
        for (int64_t row = 0; row < session->laps.count; row++) {
            (*rows)[row] = row;
        }
    } else {
        status = match_rows(session, field, *rows, error);
    }
    if (status != PYR_OK) {
        pyr_release_array(session->allocator, *rows, count, sizeof **rows);
        *rows = NULL;
    }
    return status;
}

pyr_status pyr_session_rows(const pyr_session *session, int64_t **rows, pyr_error *error) {
    const pyr_allocator *allocator = session->allocator;
    int64_t *field_rows, field_count = pyr_field_view(session)->laps.count;
    PYR_TRY(pyr_field_rows(session, &field_rows, error));
    pyr_status status = pyr_new_array(allocator, (size_t)field_count, sizeof **rows, rows, error);
    for (int64_t row = 0; status == PYR_OK && row < field_count; row++) {
        (*rows)[row] = -1;
    }
    for (int64_t row = 0; status == PYR_OK && row < session->laps.count; row++) {
        (*rows)[field_rows[row]] = row;
    }
    pyr_release_array(allocator, field_rows, (size_t)session->laps.count, sizeof *field_rows);
    return status;
}

pyr_status pyr_take_from_field(const pyr_session *session, const void *of_field, void *own, pyr_error *error) {
    int64_t *rows;
    if (pyr_field_view(session) == session) {
        memcpy(own, of_field, (size_t)session->laps.count);
        return PYR_OK;
    }
    PYR_TRY(pyr_field_rows(session, &rows, error));
    for (int64_t row = 0; row < session->laps.count; row++) {
        ((uint8_t *)own)[row] = ((const uint8_t *)of_field)[rows[row]];
    }
    pyr_release_array(session->allocator, rows, (size_t)session->laps.count, sizeof *rows);
    return PYR_OK;
}
