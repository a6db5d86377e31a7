#include "session.h"

const char *const pyr_flag_words[] = {"green",   "yellow",     "slow_zone", "fcy",       "vsc",
                                      "code_60", "safety_car", "red",       "chequered", NULL};
const char *const pyr_improvement_words[] = {"car_best", "session_best", NULL};
const char *const pyr_result_status_words[] = {"classified",   "not_classified", "retired",
                                               "disqualified", "not_started",    NULL};
const char *const pyr_severity_words[] = {"note", "warning", "error", NULL};
const char *const pyr_kind_words[] = {"race", "qualifying", "practice", "test", NULL};

static const pyr_field lap_fields[] = {PYR_LAP_FIELDS};

static const pyr_field entry_fields[] = {
    {"car", PYR_TEXT, false, NULL},           {"class", PYR_TEXT, true, NULL},
    {"group", PYR_TEXT, true, NULL},          {"team", PYR_TEXT, true, NULL},
    {"manufacturer", PYR_TEXT, true, NULL},   {"vehicle", PYR_TEXT, true, NULL},
    {"tyre_make", PYR_TEXT, true, NULL},      {"drivers", PYR_TEXT, true, NULL},
    {"driver_count", PYR_INT32, false, NULL}, {"laps", PYR_INT32, false, NULL},
    {"running", PYR_BOOL, true, NULL},
};

static const pyr_field crew_fields[] = {
    {"car", PYR_TEXT, false, NULL},   {"driver", PYR_TEXT, false, NULL}, {"driver_number", PYR_INT32, true, NULL},
    {"rating", PYR_TEXT, true, NULL}, {"country", PYR_TEXT, true, NULL},
};

static const pyr_field result_fields[] = {
    {"position", PYR_INT32, true, NULL},
    {"class_position", PYR_INT32, true, NULL},
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"status", PYR_TEXT, true, pyr_result_status_words},
    {"laps", PYR_INT32, true, NULL},
    {"total_time", PYR_DURATION, true, NULL},
    {"gap", PYR_DURATION, true, NULL},
    {"gap_laps", PYR_INT32, true, NULL},
    {"interval", PYR_DURATION, true, NULL},
    {"interval_laps", PYR_INT32, true, NULL},
    {"best_lap", PYR_DURATION, true, NULL},
    {"best_lap_number", PYR_INT32, true, NULL},
};

static const pyr_field weather_fields[] = {
    {"clock", PYR_DURATION, true, NULL},           {"air_temperature", PYR_FLOAT64, true, NULL},
    {"track_temperature", PYR_FLOAT64, true, NULL}, {"humidity", PYR_FLOAT64, true, NULL},
    {"pressure", PYR_FLOAT64, true, NULL},         {"wind_speed", PYR_FLOAT64, true, NULL},
    {"wind_direction", PYR_FLOAT64, true, NULL},   {"rain", PYR_BOOL, true, NULL},
};

static const pyr_field doubt_fields[] = {PYR_DOUBT_FIELDS};

static const pyr_field file_fields[] = {
    {"name", PYR_TEXT, false, NULL},      {"format", PYR_TEXT, false, NULL},        {"size", PYR_INT64, false, NULL},
    {"encoding", PYR_TEXT, false, NULL},  {"separator", PYR_TEXT, false, NULL},     {"rows", PYR_INT64, false, NULL},
    {"rows_listed", PYR_INT64, false, NULL},
};

static const pyr_field suspension_fields[] = {
    {"elapsed", PYR_DURATION, false, NULL},
    {"clock", PYR_DURATION, false, NULL},
    {"duration", PYR_DURATION, false, NULL},
};

static const pyr_field assumption_fields[] = {
    {"code", PYR_TEXT, false, NULL},
    {"message", PYR_TEXT, false, NULL},
};

static const pyr_field fact_fields[] = {
    {"name", PYR_TEXT, true, NULL},          {"kind", PYR_TEXT, true, pyr_kind_words},
    {"start", PYR_DURATION, true, NULL},     {"duration", PYR_DURATION, true, NULL},
    {"utc_offset", PYR_DURATION, true, NULL}, {"lap_length", PYR_FLOAT64, true, NULL},
    {"flags_published", PYR_BOOL, false, NULL}, {"narrowed", PYR_BOOL, false, NULL},
};

static const struct {
    const char *name;
    const pyr_field *fields;
    int32_t count;
} parts[PYR_PART_COUNT] = {
    [PYR_LAPS] = {"laps", lap_fields, PYR_LAP_COLUMN_COUNT},
    [PYR_SECTIONS] = {"sections", NULL, 0},
    [PYR_ENTRIES] = {"entries", entry_fields, PYR_ENTRY_COLUMN_COUNT},
    [PYR_CREW] = {"crew", crew_fields, PYR_CREW_COLUMN_COUNT},
    [PYR_RESULTS] = {"results", result_fields, PYR_RESULT_COLUMN_COUNT},
    [PYR_PROVISIONAL] = {"provisional", result_fields, PYR_RESULT_COLUMN_COUNT},
    [PYR_WEATHER] = {"weather", weather_fields, PYR_WEATHER_COLUMN_COUNT},
    [PYR_DOUBTS] = {"doubts", doubt_fields, PYR_DOUBT_COLUMN_COUNT},
    [PYR_FILES] = {"files", file_fields, PYR_FILE_COLUMN_COUNT},
    [PYR_SUSPENSIONS] = {"suspensions", suspension_fields, PYR_SUSPENSION_COLUMN_COUNT},
    [PYR_ASSUMPTIONS] = {"assumptions", assumption_fields, PYR_ASSUMPTION_COLUMN_COUNT},
    [PYR_FACTS] = {"facts", fact_fields, PYR_FACT_COLUMN_COUNT},
};

const char *pyr_part_name(pyr_part part) {
    return (unsigned)part < PYR_PART_COUNT ? parts[part].name : NULL;
}

const pyr_field *pyr_part_fields(pyr_part part, int32_t *count) {
    *count = parts[part].count;
    return parts[part].fields;
}
