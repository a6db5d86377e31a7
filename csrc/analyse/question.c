#include "question.h"

#include <string.h>

/* Columns of an answer that hold codes of the lap table. */
static const struct {
    const char *name;
    int32_t lap_column;
} shared_dictionaries[] = {
    {"car", PYR_LAP_CAR}, {"class", PYR_LAP_CLASS}, {"team", PYR_LAP_TEAM}, {"driver", PYR_LAP_DRIVER},
    {"driver_before", PYR_LAP_DRIVER}, {"driver_after", PYR_LAP_DRIVER},
};

pyr_status pyr_answer_new(const pyr_session *session, const pyr_question *question, int64_t capacity, pyr_table **out,
                          pyr_error *error) {
    PYR_TRY(pyr_table_new(session->allocator, question->schema, question->column_count, capacity, out, error));
    for (int32_t column = 0; column < question->column_count; column++) {
        for (int32_t i = 0; i < PYR_COUNT(shared_dictionaries); i++) {
            if (strcmp(question->schema[column].name, shared_dictionaries[i].name) == 0) {
                pyr_table_set_dictionary(
                    *out, column, pyr_part_column(session, PYR_LAPS, shared_dictionaries[i].lap_column)->dictionary);
            }
        }
    }
    return PYR_OK;
}

pyr_status pyr_answer_finish(pyr_table **answer, int64_t rows, pyr_error *error) {
    pyr_status status = pyr_table_finish(*answer, rows, error);
    if (status != PYR_OK) {
        pyr_table_release(*answer);
        *answer = NULL;
    }
    return status;
}

pyr_status pyr_require_race(const pyr_session *session, pyr_error *error) {
    if (pyr_is_race(session)) {
        return PYR_OK;
    }
    return pyr_fail(error, PYR_ERROR_REFUSED,
                    "the session is no race (%s), so nobody is ahead on the road; ask for its classification, or read "
                    "it with kind='race' if it is one",
                    pyr_kind_words[session->kind]);
}
