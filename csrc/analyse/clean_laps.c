#include "clean.h"
#include "lap_rows.h"

enum { CAR, CLASS, LAP, CLEAN, REASON };

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},   {"class", PYR_TEXT, true, NULL},
    {"lap", PYR_INT32, false, NULL},  {"clean", PYR_BOOL, false, NULL},
    {"reason", PYR_TEXT, true, pyr_clean_reason_words},
};

static pyr_status answer(const pyr_session *session, const int8_t *reasons, pyr_table **out, pyr_error *error) {
    const pyr_laps *laps = &session->laps;
    PYR_TRY(pyr_answer_new(session, &pyr_clean_laps_question, laps->count, out, error));
    int32_t *car = pyr_table_array(*out, CAR), *class_code = pyr_table_array(*out, CLASS);
    int32_t *lap = pyr_table_array(*out, LAP), *reason = pyr_table_array(*out, REASON);
    uint8_t *clean = pyr_table_array(*out, CLEAN);
    for (int64_t row = 0; row < laps->count; row++) {
        car[row] = laps->car[row];
        class_code[row] = laps->class_code[row];
        lap[row] = laps->lap[row];
        clean[row] = reasons[row] == PYR_CLEAN;
        reason[row] = reasons[row];
    }
    return pyr_answer_finish(out, laps->count, error);
}

pyr_status pyr_clean_laps(const pyr_session *session, const pyr_clean_options *options, pyr_table **out,
                          pyr_error *error) {
    size_t count = (size_t)session->laps.count;
    int8_t *reasons;
    *out = NULL;
    PYR_TRY(pyr_new_array(session->allocator, count, sizeof *reasons, &reasons, error));
    pyr_status status = pyr_clean_reasons(session, options, reasons, error);
    if (status == PYR_OK) {
        status = answer(session, reasons, out, error);
    }
    pyr_release_array(session->allocator, reasons, count, sizeof *reasons);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_clean_laps(session, options, out, error);
}

static const pyr_option parameters[] = {
    {"slow", PYR_OPTION_NUMBER, offsetof(pyr_clean_options, slow), NULL},
    {"anomaly", PYR_OPTION_NUMBER, offsetof(pyr_clean_options, anomaly), NULL},
};

const pyr_question pyr_clean_laps_question = {
    "clean_laps", schema, PYR_COUNT(schema), parameters, PYR_COUNT(parameters), &pyr_clean_default,
    sizeof(pyr_clean_options), ask,
};
