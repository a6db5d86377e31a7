#include "decisions.h"

#include "../base/table.h"
#include "../text/near.h"

static const pyr_field fields[PYR_DECISION_COLUMN_COUNT] = {
    {"kind", PYR_TEXT, false, NULL}, {"car", PYR_TEXT, false, NULL}, {"time", PYR_DURATION, true, NULL},
    {"laps", PYR_INT32, true, NULL}, {"lap", PYR_INT32, true, NULL}, {"position", PYR_INT32, true, NULL},
    {"reason", PYR_TEXT, true, NULL},
};

static const char *const kind_words[PYR_DECISION_KIND_COUNT] = {
    "time_penalty",  "lap_penalty", "drive_through", "stop_go", "delete_lap", "delete_times",
    "rear_of_class", "place",       "disqualify",    "retire",  "grid_drop",  "pit_lane_start",
};

pyr_status pyr_decisions_read(const pyr_table *table, pyr_decisions *decisions, pyr_error *error) {
    *decisions = (pyr_decisions){.count = 0};
    if (table == NULL) {
        return PYR_OK;
    }
    PYR_TRY(pyr_table_require(table, "decisions", fields, PYR_DECISION_COLUMN_COUNT, decisions->columns, error));
    decisions->count = pyr_table_row_count(table);
    if (decisions->count >= INT32_MAX) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "decisions: %lld of them are more than can be numbered",
                        (long long)decisions->count);
    }
    return PYR_OK;
}

static bool is_there(const pyr_decisions *decisions, int32_t column, int64_t row) {
    return decisions->columns[column] != NULL && pyr_present(decisions->columns[column], row);
}

pyr_text pyr_decision_text(const pyr_decisions *decisions, int32_t column, int64_t row) {
    const pyr_column *texts = decisions->columns[column];
    return is_there(decisions, column, row) ? pyr_dictionary_text_view(texts->dictionary, pyr_int32s(texts)[row])
                                            : (pyr_text){"", 0};
}

int64_t pyr_decision_time(const pyr_decisions *decisions, int64_t row) {
    return is_there(decisions, PYR_DECISION_TIME, row) ? pyr_int64s(decisions->columns[PYR_DECISION_TIME])[row] : 0;
}

int32_t pyr_decision_number(const pyr_decisions *decisions, int32_t column, int64_t row) {
    return is_there(decisions, column, row) ? pyr_int32s(decisions->columns[column])[row] : 0;
}

pyr_status pyr_decision_kind_of(const pyr_decisions *decisions, int64_t row, pyr_decision_kind *kind,
                                pyr_error *error) {
    pyr_near near = {.asked = pyr_decision_text(decisions, PYR_DECISION_KIND, row)};
    for (int32_t i = 0; i < PYR_DECISION_KIND_COUNT; i++) {
        if (pyr_text_equal(near.asked, pyr_text_of(kind_words[i]))) {
            *kind = (pyr_decision_kind)i;
            return PYR_OK;
        }
        pyr_near_offer(&near, pyr_text_of(kind_words[i]));
    }
    return pyr_near_fail(&near, "decision", error);
}
