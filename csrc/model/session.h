/* The session from inside: its parts as typed views, so that a question reads plain arrays. */
#ifndef PYR_MODEL_SESSION_H
#define PYR_MODEL_SESSION_H

#include <stdatomic.h>

#include "../base/table.h"

/* ---- Schemas: columns in the order of the tables, words in the order of their codes ---- */

enum pyr_lap_column {
    PYR_LAP_CAR, PYR_LAP_CLASS, PYR_LAP_GROUP, PYR_LAP_TEAM, PYR_LAP_MANUFACTURER, PYR_LAP_DRIVER,
    PYR_LAP_DRIVER_NUMBER, PYR_LAP_LAP, PYR_LAP_LAP_TIME, PYR_LAP_SECTOR_1, PYR_LAP_SECTOR_2, PYR_LAP_SECTOR_3,
    PYR_LAP_ELAPSED, PYR_LAP_CLOCK, PYR_LAP_IN_PIT, PYR_LAP_PIT_LANE_TIME, PYR_LAP_FLAG, PYR_LAP_AVERAGE_SPEED,
    PYR_LAP_TOP_SPEED, PYR_LAP_IMPROVEMENT, PYR_LAP_DELETED, PYR_LAP_COLUMN_COUNT
};

/* Initialisers of the fields of PYR_LAPS, for its own schema and for answers that begin with its columns. */
#define PYR_LAP_FIELDS \
    {"car", PYR_TEXT, false, NULL}, \
    {"class", PYR_TEXT, true, NULL}, \
    {"group", PYR_TEXT, true, NULL}, \
    {"team", PYR_TEXT, true, NULL}, \
    {"manufacturer", PYR_TEXT, true, NULL}, \
    {"driver", PYR_TEXT, true, NULL}, \
    {"driver_number", PYR_INT32, true, NULL}, \
    {"lap", PYR_INT32, false, NULL}, \
    {"lap_time", PYR_DURATION, true, NULL}, \
    {"sector_1", PYR_DURATION, true, NULL}, \
    {"sector_2", PYR_DURATION, true, NULL}, \
    {"sector_3", PYR_DURATION, true, NULL}, \
    {"elapsed", PYR_DURATION, true, NULL}, \
    {"clock", PYR_DURATION, true, NULL}, \
    {"in_pit", PYR_BOOL, false, NULL}, \
    {"pit_lane_time", PYR_DURATION, true, NULL}, \
    {"flag", PYR_TEXT, true, pyr_flag_words}, \
    {"average_speed", PYR_FLOAT64, true, NULL}, \
    {"top_speed", PYR_FLOAT64, true, NULL}, \
    {"improvement", PYR_TEXT, true, pyr_improvement_words}, \
    {"deleted", PYR_BOOL, true, NULL}

/* `running`: of a session that ends early (until): the car took that flag, or completed a lap after it; else absent. */
enum pyr_entry_column {
    PYR_ENTRY_CAR, PYR_ENTRY_CLASS, PYR_ENTRY_GROUP, PYR_ENTRY_TEAM, PYR_ENTRY_MANUFACTURER, PYR_ENTRY_VEHICLE,
    PYR_ENTRY_TYRE_MAKE, PYR_ENTRY_DRIVERS, PYR_ENTRY_DRIVER_COUNT, PYR_ENTRY_LAPS, PYR_ENTRY_RUNNING,
    PYR_ENTRY_COLUMN_COUNT
};

enum pyr_crew_column {
    PYR_CREW_CAR, PYR_CREW_DRIVER, PYR_CREW_DRIVER_NUMBER, PYR_CREW_RATING, PYR_CREW_COUNTRY, PYR_CREW_COLUMN_COUNT
};

enum pyr_result_column {
    PYR_RESULT_POSITION, PYR_RESULT_CLASS_POSITION, PYR_RESULT_CAR, PYR_RESULT_CLASS, PYR_RESULT_STATUS,
    PYR_RESULT_LAPS, PYR_RESULT_TOTAL_TIME, PYR_RESULT_GAP, PYR_RESULT_GAP_LAPS, PYR_RESULT_INTERVAL,
    PYR_RESULT_INTERVAL_LAPS, PYR_RESULT_BEST_LAP, PYR_RESULT_BEST_LAP_NUMBER, PYR_RESULT_COLUMN_COUNT
};

enum pyr_weather_column {
    PYR_WEATHER_CLOCK, PYR_WEATHER_AIR_TEMPERATURE, PYR_WEATHER_TRACK_TEMPERATURE, PYR_WEATHER_HUMIDITY,
    PYR_WEATHER_PRESSURE, PYR_WEATHER_WIND_SPEED, PYR_WEATHER_WIND_DIRECTION, PYR_WEATHER_RAIN,
    PYR_WEATHER_COLUMN_COUNT
};

enum pyr_doubt_column {
    PYR_DOUBT_SEVERITY, PYR_DOUBT_CODE, PYR_DOUBT_FILE, PYR_DOUBT_LINE, PYR_DOUBT_COLUMN, PYR_DOUBT_CAR, PYR_DOUBT_LAP,
    PYR_DOUBT_MESSAGE, PYR_DOUBT_COLUMN_COUNT
};

/* Initialisers of the fields of PYR_DOUBTS. */
#define PYR_DOUBT_FIELDS \
    {"severity", PYR_TEXT, false, pyr_severity_words}, \
    {"code", PYR_TEXT, false, NULL}, \
    {"file", PYR_TEXT, true, NULL}, \
    {"line", PYR_INT64, true, NULL}, \
    {"column", PYR_TEXT, true, NULL}, \
    {"car", PYR_TEXT, true, NULL}, \
    {"lap", PYR_INT32, true, NULL}, \
    {"message", PYR_TEXT, false, NULL}

/* `rows`: data rows of the file; `rows_listed`: those that are in no table but listed among the doubts. */
enum pyr_file_column {
    PYR_FILE_NAME, PYR_FILE_FORMAT, PYR_FILE_SIZE, PYR_FILE_ENCODING, PYR_FILE_SEPARATOR, PYR_FILE_ROWS,
    PYR_FILE_ROWS_LISTED, PYR_FILE_COLUMN_COUNT
};

/* `elapsed` and `clock` of the first crossing behind the stoppage, and its length. */
enum pyr_suspension_column {
    PYR_SUSPENSION_ELAPSED, PYR_SUSPENSION_CLOCK, PYR_SUSPENSION_DURATION, PYR_SUSPENSION_COLUMN_COUNT
};

enum pyr_assumption_column { PYR_ASSUMPTION_CODE, PYR_ASSUMPTION_MESSAGE, PYR_ASSUMPTION_COLUMN_COUNT };

/* `narrowed`: the laps are not all laps of their cars (select by driver, lap or flag), so nothing can be classified. */
enum pyr_fact_column {
    PYR_FACT_NAME, PYR_FACT_KIND, PYR_FACT_START, PYR_FACT_DURATION, PYR_FACT_UTC_OFFSET, PYR_FACT_LAP_LENGTH,
    PYR_FACT_FLAGS_PUBLISHED, PYR_FACT_NARROWED, PYR_FACT_COLUMN_COUNT
};

typedef enum pyr_flag {
    PYR_FLAG_NONE = -1, PYR_FLAG_GREEN, PYR_FLAG_YELLOW, PYR_FLAG_SLOW_ZONE, PYR_FLAG_FCY, PYR_FLAG_VSC,
    PYR_FLAG_CODE_60, PYR_FLAG_SAFETY_CAR, PYR_FLAG_RED, PYR_FLAG_CHEQUERED
} pyr_flag;
typedef enum pyr_improvement { PYR_CAR_BEST, PYR_SESSION_BEST } pyr_improvement;
typedef enum pyr_result_status {
    PYR_CLASSIFIED, PYR_NOT_CLASSIFIED, PYR_RETIRED, PYR_DISQUALIFIED, PYR_NOT_STARTED
} pyr_result_status;
typedef enum pyr_severity { PYR_NOTE, PYR_WARNING, PYR_DOUBT_ERROR } pyr_severity;

extern const char *const pyr_flag_words[];
extern const char *const pyr_improvement_words[];
extern const char *const pyr_result_status_words[];
extern const char *const pyr_severity_words[];
extern const char *const pyr_kind_words[];

/* The schema of a part; PYR_SECTIONS has none of its own (its columns are the file's): count 0. */
const pyr_field *pyr_part_fields(pyr_part part, int32_t *count);

/* ---- Views ---- */

/* Ten thousand hours. Times of laps are not longer, so sums of them stay far from the end of int64. */
#define PYR_LONGEST_TIME INT64_C(36000000000000)

enum { PYR_SECTORS = 3 }; /* of a lap */

/* The lap table as arrays of `count` rows. Absent values as in pyracing.h; in_pit and deleted are bitmaps. */
typedef struct pyr_laps {
    int64_t count;
    const int32_t *car, *class_code, *driver, *driver_number, *lap, *flag, *improvement;
    const int64_t *lap_time, *sector[PYR_SECTORS], *elapsed, *clock, *pit_lane_time;
    const double *average_speed, *top_speed;
    const uint8_t *in_pit;
} pyr_laps;

/* Entry i has the laps from first_lap[i] up to first_lap[i + 1]; car and class codes are into the dictionaries of the
 * entry table, which the lap table shares. */
typedef struct pyr_entries {
    int32_t count;
    const int32_t *car, *class_code;
    const int64_t *first_lap;
} pyr_entries;

/* Parts that come late: what several questions need, worked out by the first of them. */
typedef enum pyr_late {
    PYR_LATE_TIMELINE,        /* see timeline.h */
    PYR_LATE_SECTOR_TIMELINE, /* likewise */
    PYR_LATE_VISITS,          /* see visits.h */
    PYR_LATE_COUNTED,         /* see counted.h */
    PYR_LATE_COSTS,           /* of the visits, see analyse/stop_figures.c */
    PYR_LATE_GREEN,           /* see green.h */
    PYR_LATE_CLEAN,           /* see analyse/clean.h */
    PYR_LATE_COUNT
} pyr_late;

struct pyr_session {
    pyr_buffer *self;
    const pyr_allocator *allocator;
    pyr_table *parts[PYR_PART_COUNT];
    pyr_laps laps;
    pyr_entries entries;
    pyr_buffer *first_lap_buffer;
    pyr_session *field; /* the whole session this one was selected from, NULL for a whole one */
    pyr_kind kind;
    int64_t start;         /* clock of the start, or PYR_NO_TIME */
    bool flags_published;  /* a lap shows a flag other than the chequered one */
    bool narrowed;
    _Atomic(pyr_buffer *) late[PYR_LATE_COUNT]; /* NULL until asked for */
};

/* Makes a part that comes late; what it has in *out after a failure is released. */
typedef pyr_status pyr_build_part(const pyr_session *session, pyr_buffer **out, pyr_error *error);
/* The data of a part that comes late, built by the first who asks. Who publishes first wins, others drop what they have
 * built; so any thread may ask. */
pyr_status pyr_late_part(const pyr_session *session, pyr_late late, pyr_build_part *build, void **out,
                         pyr_error *error);

/* Nothing published says that the race was neutralised; the last lap, whose flag is chequered, is green too. */
static inline bool pyr_flag_is_green(int32_t flag) {
    return flag < 0 || flag == PYR_FLAG_GREEN || flag == PYR_FLAG_CHEQUERED;
}

/* A session of unknown kind is taken for a race. */
static inline bool pyr_is_race(const pyr_session *session) {
    return session->kind == PYR_RACE || session->kind == PYR_KIND_UNKNOWN;
}

/* The column of a part, by the enumerations above. */
static inline const pyr_column *pyr_part_column(const pyr_session *session, pyr_part part, int32_t column) {
    return pyr_table_column_view(session->parts[part], column);
}

static inline bool pyr_lap_in_pit(const pyr_laps *laps, int64_t row) {
    return pyr_bit(laps->in_pit, row);
}

/* Race time of the crossing with which the lap of `row` began; PYR_NO_TIME: not known. */
int64_t pyr_lap_start(const pyr_laps *laps, int64_t row);

/* The files show who took the flag. */
bool pyr_any_chequered(const pyr_laps *laps);

/* The entry of a car, or -1. O(log entries): they stand in the order of their names. */
int32_t pyr_find_entry(const pyr_session *session, pyr_text name);
/* The entry of a car that has to be there: PYR_ERROR_ARGUMENT with near names. */
pyr_status pyr_require_entry(const pyr_session *session, pyr_text name, int32_t *entry, pyr_error *error);

/* An entry's laps end here. */
static inline int64_t pyr_last_lap_row(const pyr_entries *entries, int32_t entry) {
    return entries->first_lap[entry + 1] - 1;
}

/* Some lap has a time of this sector, from 0 on. */
bool pyr_sector_published(const pyr_session *session, int32_t sector);

/* The row of a lap of the entry, -1: it has none. O(log laps), and O(1) where no lap is missing between it and the row
 * `near` of the entry. */
int64_t pyr_find_lap(const pyr_session *session, int32_t entry, int32_t lap, int64_t near);

/* As pyr_session_from_parts, for a session selected from `field` (NULL: a whole one). */
pyr_status pyr_session_new(const pyr_allocator *allocator, pyr_table *const parts[PYR_PART_COUNT], pyr_session *field,
                           pyr_session **out, pyr_error *error);

#endif
