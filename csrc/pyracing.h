/* pyracing: race timing in C11, without Python.
 *
 *     published files -> pyr_session -> a question -> pyr_table
 *
 * Units.     Times are signed 64-bit microseconds, speeds km/h. Clock times count from midnight of the day the
 *            session began and never wrap.
 * Absence.   A column has a validity bitmap only where a value is absent. Beneath a cleared bit stands PYR_NO_TIME
 *            (durations), NaN (floats), 0 (integers), false (booleans) or code -1 (text).
 * Text.      (pointer, length) in UTF-8, never NUL-terminated, except names and messages that say `const char *`.
 * Ownership. `_new` and questions hand over one reference, which `_release` gives back; `_retain` takes another. A
 *            result whose function ends in `_view` is borrowed from its first argument and lives as long.
 * Failure.   A function that can fail returns a status and takes a `pyr_error *` last, which may be NULL. After a
 *            failure every out-parameter is NULL or zero, and nothing is leaked.
 * Threads.   Tables and sessions never change once made and may be shared and released on any thread.
 */
#ifndef PYRACING_H
#define PYRACING_H

#ifndef PYR_DECLARATIONS_ONLY /* set by the cffi tests, whose parser knows these types and wants no system header */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Errors -------------------------------------------------------------------------------------------------- */

typedef enum pyr_status {
    PYR_OK = 0,
    PYR_ERROR_MEMORY = 1,         /* an allocation failed or a size would overflow */
    PYR_ERROR_UNKNOWN_FORMAT = 2, /* the content is no format that is read here */
    PYR_ERROR_UNREADABLE = 3,     /* the format is known, the input as a whole cannot be read */
    PYR_ERROR_MISMATCH = 4,       /* sources that do not belong to one session */
    PYR_ERROR_ARGUMENT = 5,       /* an option is out of its range, a name is unknown */
    PYR_ERROR_REFUSED = 6,        /* this session cannot answer this question, and the message says why */
    PYR_ERROR_RULES = 7           /* a rule that is needed is not given, or a decision cannot be applied */
} pyr_status;

enum { PYR_MESSAGE_SIZE = 320 };

/* Owned by the caller and never allocated. Filled only on failure. */
typedef struct pyr_error {
    pyr_status status;
    int32_t source;  /* index of the source in pyr_read, or -1 */
    int64_t line;    /* from 1; 0: no place in a file */
    int64_t column;  /* in bytes from 1; 0: the line as a whole */
    int64_t offset;  /* in bytes from the start of the source; -1: no place in a file */
    char message[PYR_MESSAGE_SIZE]; /* one sentence that ends with what to do; NUL-terminated */
} pyr_error;

/* ---- Memory -------------------------------------------------------------------------------------------------- */

/* Where memory comes from. It must outlive everything made with it, and be callable from any thread. `allocate` and
 * `resize` return NULL on failure; `resize` then leaves the old block alone. Sizes are never 0. */
typedef struct pyr_allocator {
    void *context;
    void *(*allocate)(void *context, size_t size);
    void *(*resize)(void *context, void *block, size_t old_size, size_t size);
    void (*release)(void *context, void *block, size_t size);
} pyr_allocator;

/* The C library's allocator, with large blocks on large pages where the system offers them. */
const pyr_allocator *pyr_default_allocator(void);

/* Bytes with one atomic reference count: what tables, sessions, dictionaries, Arrow exports and NumPy views share. */
typedef struct pyr_buffer pyr_buffer;
void pyr_buffer_retain(pyr_buffer *buffer);
void pyr_buffer_release(pyr_buffer *buffer); /* NULL is allowed */

/* ---- Tables -------------------------------------------------------------------------------------------------- */

typedef enum pyr_type {
    PYR_INT32 = 0,
    PYR_INT64 = 1,
    PYR_FLOAT64 = 2,
    PYR_DURATION = 3, /* int64 microseconds */
    PYR_BOOL = 4,     /* a bitmap, least significant bit first */
    PYR_TEXT = 5      /* int32 codes into a dictionary */
} pyr_type;

typedef struct pyr_text {
    const char *data;
    size_t length;
} pyr_text;

/* Distinct strings in Arrow's layout: string i is bytes[offsets[i]] up to bytes[offsets[i + 1]]. */
typedef struct pyr_dictionary {
    pyr_buffer *buffer; /* what holds this struct and its bytes */
    int32_t count;
    const int32_t *offsets;
    const char *bytes;
} pyr_dictionary;

/* What a column is, said before there is data. */
typedef struct pyr_field {
    const char *name;
    pyr_type type;
    bool nullable;            /* may be absent in some session; decides how NumPy shows integers */
    const char *const *words; /* closed vocabulary of a text column, NULL-terminated; NULL: open */
} pyr_field;

typedef struct pyr_column {
    const char *name;
    pyr_type type;
    bool nullable;
    const void *values;      /* row_count values in the layout of `type` */
    const uint8_t *validity; /* bit set: present; NULL: all present */
    int64_t absent_count;
    const pyr_dictionary *dictionary; /* text only */
    pyr_buffer *values_buffer;        /* holds `values` */
    pyr_buffer *validity_buffer;      /* holds `validity`, NULL without one */
} pyr_column;

/* Named, typed, immutable columns of one length, in Arrow's memory layout. */
typedef struct pyr_table pyr_table;
void pyr_table_retain(pyr_table *table);
void pyr_table_release(pyr_table *table); /* NULL is allowed */
int64_t pyr_table_row_count(const pyr_table *table);
int32_t pyr_table_column_count(const pyr_table *table);
const pyr_column *pyr_table_column_view(const pyr_table *table, int32_t index);
/* -1: no such column. */
int32_t pyr_table_find_column(const pyr_table *table, pyr_text name);

/* The rows at `indices`, in that order; dictionaries are shared. PYR_ERROR_ARGUMENT for an index out of range. */
pyr_status pyr_table_take(const pyr_table *table, const int64_t *indices, int64_t count, pyr_table **out,
                          pyr_error *error);
/* The columns at `columns`, in that order and over the same memory. PYR_ERROR_ARGUMENT for an index out of range. */
pyr_status pyr_table_pick(const pyr_table *table, const int32_t *columns, int32_t count, pyr_table **out,
                          pyr_error *error);
/* Same column names, types and values; texts compare by content, absent equals absent, NaN equals NaN. */
bool pyr_table_equal(const pyr_table *left, const pyr_table *right);

/* One column as bytes for pyr_table_from_columns, which checks all that it is given. */
typedef struct pyr_column_data {
    pyr_text name;
    pyr_type type;
    bool nullable;
    const void *values;      /* layout as in pyr_column, aligned to its type */
    size_t values_size;      /* in bytes */
    const uint8_t *validity; /* NULL: all present */
    size_t validity_size;
    const int32_t *offsets; /* text only: dictionary_count + 1 offsets into bytes */
    size_t offsets_size;    /* in bytes */
    const char *bytes;
    size_t bytes_size;
} pyr_column_data;

/* A table of its own memory from columns as they come (an unpickled table, NumPy arrays). Every code, offset, length
 * and the UTF-8 of every string is checked: PYR_ERROR_ARGUMENT names the column. */
pyr_status pyr_table_from_columns(const pyr_allocator *allocator, const pyr_column_data *columns, int32_t column_count,
                                  int64_t row_count, pyr_table **out, pyr_error *error);

/* ---- Durations ----------------------------------------------------------------------------------------------- */

#define PYR_NO_TIME INT64_MIN

/* Microseconds from text as timekeepers and people write it: `57.783`, `1:12.848`, `1:01:35.747`, `6:01'25.310`,
 * `+2.948`, `1:30` (a minute and a half), and with units `25m`, `6h`, `90s`, `1h30m`. Digits beyond the sixth decimal
 * are rounded half up. False: not a duration, or beyond the range of int64. */
bool pyr_parse_duration(pyr_text text, int64_t *microseconds);

/* ---- Sessions ------------------------------------------------------------------------------------------------ */

typedef enum pyr_kind {
    PYR_RACE = 0,
    PYR_QUALIFYING = 1,
    PYR_PRACTICE = 2,
    PYR_TEST = 3,
    PYR_KIND_UNKNOWN = -1
} pyr_kind;

/* What one session's files say, as tables. PYR_SECTIONS is wide: one row a lap, two columns (`<section>_time`,
 * `<section>_elapsed`) a section; pyr_sections makes it long. */
typedef enum pyr_part {
    PYR_LAPS = 0,        /* sorted by car as text, then lap */
    PYR_SECTIONS = 1,    /* as many rows as PYR_LAPS, or no columns */
    PYR_ENTRIES = 2,     /* sorted by car as text; `running` is absent but where pyr_session_until made the session */
    PYR_CREW = 3,        /* sorted by car as text, then driver_number */
    PYR_RESULTS = 4,     /* the published result in published order, the official one where both are given */
    PYR_PROVISIONAL = 5, /* the provisional result where an official one is given too */
    PYR_WEATHER = 6,     /* in order of time */
    PYR_DOUBTS = 7,      /* what check() lists, in order of file and line */
    PYR_FILES = 8,       /* the sources in the order given */
    PYR_SUSPENSIONS = 9, /* spells in which `elapsed` stood still while the clock ran */
    PYR_ASSUMPTIONS = 10,/* what was taken for granted where the files are silent */
    PYR_FACTS = 11,      /* one row: pyr_facts as columns */
    PYR_PART_COUNT = 12
} pyr_part;

typedef struct pyr_session pyr_session;
void pyr_session_retain(pyr_session *session);
void pyr_session_release(pyr_session *session); /* NULL is allowed */
const pyr_table *pyr_session_part_view(const pyr_session *session, pyr_part part);
/* `laps`, `entries`, ... as in pyr_part; NULL for PYR_PART_COUNT and beyond. */
const char *pyr_part_name(pyr_part part);

/* A session from its parts, as pyr_session_part_view gave them (an unpickled session). Parts may be NULL (empty) but
 * for laps and entries. Schemas and cross references are checked: PYR_ERROR_ARGUMENT. The parts are retained. */
pyr_status pyr_session_from_parts(const pyr_allocator *allocator, pyr_table *const parts[PYR_PART_COUNT],
                                  pyr_session **out, pyr_error *error);
/* Same laps, sections, entries, crew, results, weather, suspensions and facts; files, doubts and assumptions are not
 * compared. */
bool pyr_session_equal(const pyr_session *left, const pyr_session *right);

/* ---- Reading ------------------------------------------------------------------------------------------------- */

typedef enum pyr_format {
    PYR_FORMAT_UNKNOWN = 0,
    PYR_FORMAT_LAPS = 1,         /* Al Kamel lap analysis */
    PYR_FORMAT_RESULTS = 2,      /* Al Kamel result of a race, a practice or a qualifying session */
    PYR_FORMAT_CLASS_RESULTS = 3,/* SRO result by class */
    PYR_FORMAT_BEST_LAPS = 4,    /* best ten laps by driver */
    PYR_FORMAT_WEATHER = 5
} pyr_format;

/* `al_kamel_laps`, `al_kamel_results`, ...: the names that pyr_read takes and info shows. NULL beyond the last. */
const char *pyr_format_name(pyr_format format);

/* One file. Its bytes are only read during the call. */
typedef struct pyr_source {
    pyr_text name;    /* shown in messages and in PYR_FILES; its last part hints at the kind where content is silent */
    const char *data; /* need not be padded */
    size_t size;
} pyr_source;

/* Times beyond 10,000 hours and kinds that there are not are PYR_ERROR_ARGUMENT. */
typedef struct pyr_read_options {
    const char *format; /* NULL: recognised from the content */
    pyr_kind kind;      /* PYR_KIND_UNKNOWN: from the content, then from names */
    pyr_text name;      /* length 0: from the sources */
    int64_t start;      /* clock of the start, PYR_NO_TIME: from the content */
    int64_t duration;   /* scheduled, PYR_NO_TIME: not known */
    int64_t utc_offset; /* local time less UTC, PYR_NO_TIME: from laps and weather */
    const pyr_text *left_out; /* names of files beside the sources that are no timing files: listed among the doubts */
    int32_t left_out_count;
} pyr_read_options;

pyr_read_options pyr_read_options_default(void);

/* What the first bytes of a file say; `size` may be the whole file or its first kilobytes. Never fails: an unknown
 * content is PYR_FORMAT_UNKNOWN. `kind` is set where the format tells it, else PYR_KIND_UNKNOWN. */
pyr_format pyr_recognise(const char *data, size_t size, pyr_kind *kind);

/* Sources of one session -> the session. A row that cannot be kept as a lap is listed among the doubts; a field that
 * cannot be read is absent and listed. A lap that stands in several sources is kept once: each column is that of the
 * first source which says it, and differences are doubts. Two official results that contradict each other are
 * PYR_ERROR_MISMATCH. `options` may be NULL. */
pyr_status pyr_read(const pyr_allocator *allocator, const pyr_source *sources, int32_t source_count,
                    const pyr_read_options *options, pyr_session **out, pyr_error *error);

/* A session from the user's own tables, by part; NULL: not given. Laps are needed, with at least `car` and one of
 * `lap_time` and `elapsed`; the others may be sections (one row a lap and section, as pyr_sections gives them),
 * entries, crew, results, provisional and weather. They have the columns of their part: `car` is needed in all but the
 * weather, `driver` in crew, `lap` and `section` in sections; columns of no part are named among the doubts. Class,
 * group, team and manufacturer of the laps are those of entries or results where the laps do not have the column. A lap
 * that is false in `deleted` is absent there: nothing says that it was deleted. The tables of a session give it back,
 * where `options` say its kind, name, duration and utc_offset. PYR_ERROR_ARGUMENT: a column is missing or of another
 * type, a row of crew or results names no car, a part is given that follows from others. */
pyr_status pyr_session_from_laps(const pyr_allocator *allocator, const pyr_table *const tables[PYR_PART_COUNT],
                                 const pyr_read_options *options, pyr_session **out, pyr_error *error);

/* ---- Instants ------------------------------------------------------------------------------------------------ */

typedef enum pyr_instant_kind {
    PYR_AT_TIME = 0,    /* `time` since the start */
    PYR_BEFORE_END = 1, /* `time` before the end: of the winner's last lap; in no race the last crossing */
    PYR_AT_CLOCK = 2,   /* `time` of day: the first after the start; from 24 h on counted from the day of the start */
    PYR_AT_LAP = 3,     /* the leader ends lap `lap` */
    PYR_AT_SHARE = 4    /* `share` of the time from the start to the end */
} pyr_instant_kind;

/* An instant as people say it. */
typedef struct pyr_instant {
    int32_t kind; /* pyr_instant_kind */
    int32_t lap;
    int64_t time;
    double share; /* 0 to 1 */
} pyr_instant;

/* The race time of an instant, in the field of a selected session. While the race was stopped and `elapsed` stood
 * still, it is that of the stoppage. PYR_ERROR_ARGUMENT: outside the session (before the start, after the last
 * crossing), or a lap that was never led. PYR_ERROR_REFUSED: the session does not have what the instant counts from. */
pyr_status pyr_race_time(const pyr_session *session, const pyr_instant *instant, int64_t *out, pyr_error *error);

/* ---- Lenses -------------------------------------------------------------------------------------------------- */

/* What to keep. An empty list keeps all. */
typedef struct pyr_select_options {
    const pyr_text *cars;
    const pyr_text *classes;
    const pyr_text *drivers;
    const pyr_text *groups;
    const pyr_text *flags;
    int32_t car_count, class_count, driver_count, group_count, flag_count;
    int32_t first_lap, last_lap; /* inclusive; 0: no limit */
    int64_t after, up_to;        /* the lap ends later than, at the latest at this race time; 0: no limit */
} pyr_select_options;

/* The part of a session that matches everything asked for: laps and sections, the entries (`laps`: those kept),
 * results of their cars, crew of their cars (where drivers are asked for, these alone); the rest is shared. Cars,
 * classes and groups choose entries, with laps or without; with drivers, the entries with one of them in the crew stay
 * (though he may not have driven a lap), with laps, times or flags those with a kept lap, and the session is narrowed:
 * it refuses to be classified. Questions still know the field it was selected from. PYR_ERROR_ARGUMENT: a name that is
 * not there, with near ones, or laps or times that end before they begin. */
pyr_status pyr_session_select(const pyr_session *session, const pyr_select_options *options, pyr_session **out,
                              pyr_error *error);

typedef struct pyr_until_options {
    int64_t at;      /* race time, see pyr_race_time */
    int64_t longest; /* the lap to the flag counts if it takes no longer; PYR_NO_TIME: twice the median of the car,
                        times the factor by which the leader's lap to the flag was longer than the leader's median */
} pyr_until_options;

/* The session as if the flag had fallen at an instant: for the leader of the race at its next crossing, then for every
 * other car at its next one; in another session for every car at its next crossing. The leader's lap to the flag counts
 * however long it takes; another car whose lap takes too long keeps the laps so far. Laps and sections up to there, the
 * last lap of who took that flag flagged chequered; entries (`laps`: those kept; `running`: took that flag or crosses
 * again later), the duration, suspensions and weather until then; without a result. Where best laps are marked, they
 * are as at that instant: of the laps that stay and count in the whole session (model/counted.h), the best of each car
 * is car_best, the best of the field session_best. The cars of a selected session end where its field does, which is
 * cut too. Where that leaves all laps, it is the session itself.
 * PYR_ERROR_ARGUMENT: `at` is before the start or after the last crossing. */
pyr_status pyr_session_until(const pyr_session *session, const pyr_until_options *options, pyr_session **out,
                             pyr_error *error);

/* ---- Questions ----------------------------------------------------------------------------------------------- */

typedef enum pyr_option_type {
    PYR_OPTION_CHOICE = 0,  /* int32_t: index into `choices` */
    PYR_OPTION_INTEGER = 1, /* int64_t */
    PYR_OPTION_NUMBER = 2,  /* double */
    PYR_OPTION_DURATION = 3,/* int64_t microseconds */
    PYR_OPTION_BOOLEAN = 4, /* bool */
    PYR_OPTION_TEXT = 5,    /* pyr_text; data NULL: not given */
    PYR_OPTION_TABLE = 6    /* const pyr_table *, borrowed for the call; NULL: not given */
} pyr_option_type;

/* One option of a question: where it stands in the question's option struct. */
typedef struct pyr_option {
    const char *name;
    pyr_option_type type;
    size_t offset;
    const char *const *choices; /* NULL-terminated; PYR_OPTION_CHOICE only */
} pyr_option;

/* A question as data: what a binding needs to offer it. `options_default` points to an option struct with the default
 * values, `options_size` bytes; NULL and 0 where the question takes none. */
typedef struct pyr_question {
    const char *name;
    const pyr_field *schema;
    int32_t column_count;
    const pyr_option *options;
    int32_t option_count;
    const void *options_default;
    size_t options_size;
    pyr_status (*ask)(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error);
} pyr_question;

/* What a row of a question with `by` stands for. A driver is the driver of one car. */
typedef enum pyr_by {
    PYR_BY_CAR = 0,
    PYR_BY_CLASS = 1,
    PYR_BY_DRIVER = 2,
    PYR_BY_TEAM = 3,
    PYR_BY_MANUFACTURER = 4,
    PYR_BY_GROUP = 5
} pyr_by;

/* Questions whose rows may stand for cars, classes, drivers, ... */
typedef struct pyr_by_options {
    int32_t by; /* pyr_by */
} pyr_by_options;

typedef struct pyr_fastest_laps_options {
    int32_t by;   /* pyr_by */
    int64_t laps; /* how many of the best laps of each */
} pyr_fastest_laps_options;

/* The best lap of each car (or class, driver of a car, ...) as the timekeeper counts it, or its best `laps`, fastest
 * first: columns car, class, driver, lap, lap_time, elapsed, average_speed, group, team, manufacturer. Where the files
 * mark best laps, a car's best is its last marked lap; quicker ones were deleted. Lap 1, in-laps, out-laps and deleted
 * laps never count without a mark. Who has no lap that counts has no row. `options` NULL: one by car.
 * PYR_ERROR_ARGUMENT: `by` is no pyr_by, `laps` is less than 1. */
pyr_status pyr_fastest_laps(const pyr_session *session, const pyr_fastest_laps_options *options, pyr_table **out,
                            pyr_error *error);

/* Each lap that was the best of the session when it was set, in the order of time: columns as pyr_fastest_laps. From
 * the laps that count there, since the files mark only the last record. A lap without elapsed cannot be placed in time
 * and is left out. `options` is not used. */
pyr_status pyr_lap_records(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error);

/* The sum of the best sectors of each car (or ...), the quickest first: car, class, driver, ideal, best, difference,
 * sector_1, sector_2, sector_3, laps, group, team, manufacturer. A sector counts where it was driven at speed: the
 * first not on lap 1 or an out-lap, the last not on an in-lap, none of a deleted lap. `best`: the lap of
 * pyr_fastest_laps; `difference`: best less ideal; `laps`: those with a sector that counts. Names that differ within a
 * group are absent, so is `ideal` where a sector is. `options` NULL: by car. */
pyr_status pyr_ideal_laps(const pyr_session *session, const pyr_by_options *options, pyr_table **out,
                          pyr_error *error);

/* The best of each sector in each class, by class as text (no class last), then sector: car, class, sector, time,
 * driver, lap, elapsed. Sectors that count are those of pyr_ideal_laps. `options` is not used. */
pyr_status pyr_best_sectors(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error);

/* The highest speed of each car at the trap, the fastest first, as high ones in the order of time: car, class, driver,
 * lap, top_speed, elapsed. A car without a speed has no row. `options` is not used. */
pyr_status pyr_top_speeds(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error);

/* Every published intermediate, one row a lap and section, by lap row and in the order of the file: car, lap, section,
 * time, elapsed (since the lap began, as published). Where both are absent there is no row. The three sectors are no
 * sections. `options` is not used. */
pyr_status pyr_sections(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error);

/* What makes a lap too slow to show pace. */
typedef struct pyr_clean_options {
    double slow;    /* share above the class median, default 0.07 */
    double anomaly; /* multiple of the class median, default 1.3 */
} pyr_clean_options;

/* Every lap, clean or with the first reason that applies: car, class, lap, clean, reason (null where clean). Reasons:
 * first_lap (lap 1 or 0); in_lap, out_lap; neutralised (the crossing shows another flag than green or chequered; in a
 * race that shows no flags, model/green.h); after_neutralisation (the lap before was neutralised); deleted; wet (the
 * last weather reading before the crossing says rain; without weather no lap is wet); missing_time; field_anomaly, slow
 * (over (1 + slow) x the class median; field_anomaly where more than half of the laps that ended while this one was
 * driven, of all cars, were over anomaly x the median of their class); missing_sector (where the session has that
 * sector). The class median is that of the laps for which none of the reasons up to missing_time applies. Medians and
 * anomalies are those of the whole field, for a selected session too. `options` NULL: the defaults. PYR_ERROR_ARGUMENT:
 * a value out of range. */
pyr_status pyr_clean_laps(const pyr_session *session, const pyr_clean_options *options, pyr_table **out,
                          pyr_error *error);

/* Every lap with all that is known of it: the columns of PYR_LAPS, then stint, stint_lap (both from 1), driver_stint,
 * position, class_position, gap, gap_laps, class_gap, in_lap, out_lap, clean, reason. Position and gaps are those at
 * the crossing that ends the lap, in the whole field: position is 1 + the cars that had completed this lap before, gap
 * the time since the first car completed it, gap_laps the laps the leader had completed at that instant less this one.
 * They are absent where they cannot be known: without elapsed, where another car's crossing of that lap has no time and
 * could have come before or after, and in sessions that are no race (qualifying, practice, test). `options` is not
 * used. */
pyr_status pyr_lap_details(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error);

/* How laps are divided into stints. */
typedef enum pyr_stint_axis {
    PYR_STINTS_BY_PIT = 0,
    PYR_STINTS_BY_DRIVER = 1,
    PYR_STINTS_BY_TYRE = 2
} pyr_stint_axis;

typedef struct pyr_stints_options {
    int32_t by;        /* pyr_stint_axis */
    int64_t fuel_only; /* as in pyr_pit_stops_options: visits below it changed no tyres */
    const pyr_table *decisions; /* likewise */
} pyr_stints_options;

/* The stints of each car: car, class, stint (from 1), driver (of its first lap), first_lap, last_lap, laps, start,
 * end, duration, green_laps, in_lap, out_lap, mean, best, deviation, opened_by, estimated, assumption. By pit, a stint
 * begins with the first lap and with the out-lap of every visit to the pit lane but a pass_through; by driver, with
 * the first lap of another driver; by tyre, with the out-lap of a visit that changed them. Which did is `estimated`,
 * on the `assumption`: pit_lane_time (the service of the pit_stop is tyres, see pyr_pit_stops), every_stop (no cut-off
 * can be found, so every pit_stop did) or garage. Every lap is in one stint. `start`: race time of the crossing before
 * the first lap, `end`: of the last. `green_laps`: those that ended under green (model/green.h). `in_lap`,
 * `out_lap`: it ends, begins with one. `mean`, `best` and `deviation` (n - 1) are of its green flying laps: neither
 * lap 1, in-lap, out-lap nor deleted; microseconds, halves to even; absent without such laps, `deviation` with fewer
 * than two. `opened_by`: start, driver_change, or the kind of the visit as in pyr_pit_stops. A session selected from
 * another shows its laps in the stints of the field. `options` NULL: by pit. PYR_ERROR_ARGUMENT: `by` is no
 * pyr_stint_axis, `fuel_only` not positive, decisions as in pyr_pit_stops. */
pyr_status pyr_stints(const pyr_session *session, const pyr_stints_options *options, pyr_table **out,
                      pyr_error *error);

/* What files do not say of visits. */
typedef struct pyr_pit_stops_options {
    int64_t fuel_only;          /* visits below it changed no tyres; PYR_NO_TIME: found for each class */
    const pyr_table *decisions; /* as for pyr_classification; their drive_throughs and stop_gos were served */
} pyr_pit_stops_options;

/* The visits of each car to the pit lane: car, class, visit (from 1), lap (the in-lap), elapsed (at its end),
 * pit_lane_time, kind, driver_before, driver_after, driver_change, flag (at the end of the in-lap), loss, service,
 * fuel_only_below, flag_state, rivals, naive. A visit is a crossing in the pit lane, a published pit_lane_time, or
 * both paired. `kind` (pit_stop, drive_through, stop_go, garage, red_flag, pass_through, unfinished) is an estimate,
 * on what is said in model/visit_kinds.c: unfinished did not come out again, garage is over 3 x the median visit of
 * its class, drive_through and pass_through (under caution, in practice, or behind the safety car) are transits
 * without a stop. No time tells a stop_go from a short stop: only the decisions name one, and the drive_throughs that
 * they name, the visits that fit them (analyse/served.h). A start from the pit lane is a visit without lap, elapsed,
 * driver_before and flag.
 *
 * * `loss`: the laps of the visit less as many median laps of the rivals: cars of its class, laps neither in- nor out-
 * laps that end between start and end of the visit's laps; absent with fewer than 6 of them, for red_flag and
 * unfinished visits and in practice and qualifying. `service` of a pit_stop is an estimate too: fuel_only below a
 * pit_lane_time of fuel_only_below, else tyres; absent where no cut-off is given and none can be found: the stops of
 * the class under green are not two groups (analyse/two_groups.h). `flag_state`: the flag that in- and out-lap both
 * carry, or mixed.
 *
 * * `naive` and `rivals` are measures as published elsewhere, for those visits that were counted there: a lap that
 * crosses in the pit lane whose predecessor and successor do not, with at most 300 s of pit_lane_time on the lap after
 * it, or none there, of a car with at least 10 green flying laps. naive: in-lap and out-lap less twice the median
 * green flying lap of the car, whatever the flag. rivals: less twice the median of laps of its class that neither
 * cross in the pit lane nor follow such a crossing and that end within the two laps; a crossing at the very start of
 * the in-lap counts or not as binary floating-point seconds compare; absent with fewer than 6 laps.
 *
 * * A session selected from another shows the visits whose in-lap (or out-lap, without one) it holds. `options` NULL:
 * the cut-off is found. PYR_ERROR_ARGUMENT: `fuel_only` is not positive; decisions have other columns or kinds than
 * for pyr_classification, name no car of the field, or a stop_go below 0 or beyond 10,000 hours. */
pyr_status pyr_pit_stops(const pyr_session *session, const pyr_pit_stops_options *options, pyr_table **out,
                         pyr_error *error);

/* Whose stops a row of pyr_pit_loss takes together. */
typedef enum pyr_loss_by {
    PYR_LOSS_OVERALL = 0,
    PYR_LOSS_BY_CLASS = 1,
    PYR_LOSS_BY_CAR = 2,
    PYR_LOSS_BY_DRIVER = 3, /* who came in */
    PYR_LOSS_BY_TEAM = 4,
    PYR_LOSS_BY_MANUFACTURER = 5,
    PYR_LOSS_BY_GROUP = 6
} pyr_loss_by;

/* Which column of pyr_pit_stops is summed up. */
typedef enum pyr_loss_method { PYR_LOSS_EXACT = 0, PYR_LOSS_RIVALS = 1, PYR_LOSS_NAIVE = 2 } pyr_loss_method;

typedef struct pyr_pit_loss_options {
    int32_t by;     /* pyr_loss_by */
    int32_t method; /* pyr_loss_method */
    const pyr_table *decisions; /* as in pyr_pit_stops_options */
} pyr_pit_loss_options;

/* What a stop cost, a row a group and flag state (of in- and out-lap; absent without flags), by group as text, then
 * flag: car, class, driver, flag, stops, median, low, high, naive, green_laps, measured, green_lap, group, team,
 * manufacturer. By the method `loss`, `stops` are the visits that are a pit_stop; by `rivals` and `naive` those that
 * have a naive figure. `median` is over the `measured` of them whose figure is known; `low` and `high` are its 95 %
 * bootstrap interval (base/interval.h), absent with fewer than 6. `naive`: the median of that figure. `green_lap`: the
 * median green flying lap of the group (neither lap 1 nor in- or out-lap), `green_laps`: median / green_lap. Names
 * that differ within a group are absent. A session selected from another counts the visits that pyr_pit_stops shows,
 * against the green laps of the field. `options` NULL: by class, the method loss. PYR_ERROR_ARGUMENT: an option out of
 * range, decisions as in pyr_pit_stops. */
pyr_status pyr_pit_loss(const pyr_session *session, const pyr_pit_loss_options *options, pyr_table **out,
                        pyr_error *error);

/* For whom the chequered flag falls first. */
typedef enum pyr_flag_falls { PYR_FLAG_FOR_LEADER = 0, PYR_FLAG_AT_TIME = 1 } pyr_flag_falls;
/* Whose laps the distance needed is a share of. */
typedef enum pyr_distance_base { PYR_OF_OVERALL_WINNER = 0, PYR_OF_CLASS_WINNER = 1 } pyr_distance_base;
typedef enum pyr_rounding { PYR_EXACT = 0, PYR_FLOOR = 1, PYR_CEIL = 2, PYR_NEAREST = 3 } pyr_rounding;
/* The order of a race that was stopped and not resumed; lap N is the one the leader was in at the signal. */
typedef enum pyr_red_flag_result {
    PYR_STOPPED_AS_PUBLISHED = 0,
    PYR_STOPPED_UNKNOWN = 1,         /* PYR_ERROR_RULES where it is needed */
    PYR_PENULTIMATE_LAP = 2,         /* as if the flag had fallen when the leader completed lap N - 2 */
    PYR_LEADER_LAST_CROSSING = 3,    /* lap N - 1; who had not crossed since then follows with the lap before */
    PYR_CLASS_PENULTIMATE_CROSSING = 4, /* as PYR_PENULTIMATE_LAP, in each class by the leader of the class */
    PYR_LAST_LAP_OF_ALL = 5          /* lap N - 1 if all running cars had crossed since then, else N - 2 */
} pyr_red_flag_result;

/* Whether only who took the flag is classified. */
typedef enum pyr_flag_required {
    PYR_FLAG_UNLESS_RUNNING = 0, /* and who ran on where a lens let it fall early (everybody where nothing tells) */
    PYR_FLAG_REQUIRED = 1,       /* nobody else (everybody where nothing tells) */
    PYR_FLAG_NOT_REQUIRED = 2
} pyr_flag_required;

/* The rules and decisions of a classification. Times that are not given are PYR_NO_TIME, numbers 0, tables NULL. */
typedef struct pyr_classification_options {
    /* The end of the race; without any of it, or where nobody ran so far, the files end where the flag fell. */
    int32_t flag;                /* pyr_flag_falls */
    int64_t duration;            /* of a race by time, where the facts of the session do not say it */
    int64_t race_laps;           /* of a race by laps */
    int64_t time_limit;          /* a race by laps whose files show no flag ends `time_limit_laps` after the lap in */
    int64_t time_limit_laps;     /* which so much time has passed, */
    int64_t time_limit_total;    /* or so much with suspensions */
    bool late_flag_counts;       /* a published flag that fell late is left alone */
    int64_t early_flag;          /* when it was shown too early: the race ended when its leader last crossed before */
    const pyr_table *class_durations; /* class, duration: classes with an end of their own */
    int32_t red_flag_result;     /* pyr_red_flag_result */
    int64_t red_flag_signal;     /* when the race was stopped for good, where no flag of a crossing shows it */
    /* Who is classified. */
    int32_t flag_required;       /* pyr_flag_required */
    int64_t share_numerator, share_denominator; /* of the laps of the winner, both up to INT32_MAX */
    int32_t share_base;          /* pyr_distance_base */
    int32_t share_rounding;      /* pyr_rounding; nearest takes halves up */
    const pyr_table *last_lap_limits; /* limit, laps: deducted for a last lap longer than the limit before, rising */
    int32_t last_lap_beyond;     /* status with a last lap longer than all limits: place in pyr_result_status_words */
    /* The order. */
    bool dead_heats_shared;      /* equal laps and time share a position; else who crossed first is ahead */
    bool guests_keep_place;      /* invisible entries are numbered; else they have no position and count for nobody */
    const pyr_table *statuses;   /* status: all five in the order of publication */
    /* Penalties. */
    int64_t drive_through;       /* what one costs that was not served */
    int64_t stop_go;             /* what a stop-go costs; PYR_NO_TIME: its own time and stop_go_loss */
    int64_t stop_go_loss;
    bool laps_and_time;          /* a penalty longer than the reference lap becomes laps and the rest */
    int64_t reference_lap;
    const pyr_table *decisions;  /* kind, car, time, laps, lap, position, reason: see pyr_classification */
    /* What is asked. */
    const pyr_table *members;    /* car, group, invisible: only cars with a group, each group a ranking of its own;
                                    without column `group` all cars, and it says who is invisible */
    const pyr_table *grid;       /* car, position: fills `grid` and `gained` */
} pyr_classification_options;

/* The cars in published order: car, class, position, class_position, team, drivers, status, laps, total_time, gap,
 * gap_laps, interval, interval_laps, best_lap, best_lap_number, penalty_time, penalty_laps, decisions, ranking, grid,
 * gained.
 *
 * A race: by status, laps (the number of the last one that counts less those deducted), then the time of that crossing
 * with penalties, then who crossed first, then who completed the lap before first, then the car as text. Of the laps,
 * those count that the end of the race leaves: as published, or as the rules say where it is later or too early, or no
 * flag is published. Classified is who took the flag if that is required (the last lap is flagged chequered; where no
 * lap of the field is, who crossed at or after the flag of the rules, or everybody), who has the distance, and whose
 * last lap is not beyond the limits; a last lap that began in the pit lane is measured without the time in it. Under
 * PYR_FLAG_UNLESS_RUNNING a car that is `running` in the entries is classified with the laps so far. Others are
 * not_classified, or retired where the published result or a decision says so, and without a lap not_started. Practice,
 * qualifying and test: by best lap, then who set it first; a car without a best lap is not_classified, total_time is
 * absent.
 *
 * Decisions, in whatever order they are given, count as laps deducted or lap times deleted, then time, then moves
 * within the order, then disqualification: time_penalty (time), lap_penalty (laps, time), drive_through, stop_go (time;
 * with a lap both were served, from that lap on, and add nothing), delete_lap (lap; its time is no best lap),
 * delete_times, rear_of_class (right behind the last classified car of the class; of several the later decision is
 * behind), place (position in the result), disqualify, retire (the car did not take the flag: it is retired, unless the
 * flag is not required and it has the distance); grid_drop and pit_lane_start do not matter here. `penalty_time` and
 * `penalty_laps` are what was added and deducted, `decisions` says by what, and names a last lap that was too long.
 *
 * `position`, `class_position`: absent unless classified. `best_lap` as in pyr_fastest_laps, among laps that count.
 * `gap`: behind the first of the ranking, absent for cars on another lap, and where the quicker car stands behind by
 * its status or a decision; `gap_laps`: laps behind it, negative for a car that stands behind with more laps, as
 * published; `interval` and `interval_laps`: likewise to the car ahead in it. `ranking`: the group of `members`,
 * groups in the order of their best car. `gained`: place on the grid among the cars of the ranking less the position.
 *
 * A session selected by cars or classes is judged in its field and numbered by itself. `options` NULL: no rules, no
 * decisions. PYR_ERROR_REFUSED: a session narrowed to drivers, laps or flags, or without laps. PYR_ERROR_ARGUMENT: an
 * option out of its range, a car that is not there. PYR_ERROR_RULES: a rule that is needed is not given; a decision for
 * a lap that was not run or of no meaning in this kind of session. */
pyr_status pyr_classification(const pyr_session *session, const pyr_classification_options *options, pyr_table **out,
                              pyr_error *error);

/* What of the rules and decisions could not be applied, and what they left out, in the columns of PYR_DOUBTS: an error
 * where pyr_classification fails with PYR_ERROR_RULES; warnings for a flag that is required but not known, a race
 * shorter than it should be, a last lap or finish without a time, a move of a car that is not classified, a penalty
 * that was served in no visit to the pit lane; notes for a car that retired and is classified all the same, laps after
 * the end, a flag that was worked out, a race that was stopped, a class with an end of its own that is not there. In
 * the field of a selected session. */
pyr_status pyr_check(const pyr_session *session, const pyr_classification_options *options, pyr_table **out,
                     pyr_error *error);

/* The race at each full hour, as if the flag had fallen then: hour, then the columns of pyr_classification up to
 * decisions. As pyr_session_until at each of them (`longest`: the last of `last_lap_limits`) and then
 * pyr_classification under the rules, without decisions and without what the published result says. `options` NULL: no
 * rules; decisions, members, grid and the end of the race are not used. PYR_ERROR_REFUSED: as pyr_classification, or
 * the session is no race, or its cars times its hours are over a million. */
pyr_status pyr_hourly(const pyr_session *session, const pyr_classification_options *options, pyr_table **out,
                      pyr_error *error);

/* What is crossed: the line, or the ends of all sectors. */
typedef enum pyr_crossings_of { PYR_CROSSINGS_OF_LINE = 0, PYR_CROSSINGS_OF_SECTORS = 1 } pyr_crossings_of;

typedef struct pyr_crossings_options {
    int32_t of; /* pyr_crossings_of */
} pyr_crossings_options;

/* Every crossing of the line in the order of time: car, class, lap, elapsed, position, class_position, gap, gap_laps,
 * interval, interval_laps, class_gap, class_gap_laps, in_pit, flag, sector. Positions and gaps as in pyr_lap_details;
 * interval is the time since the car one position ahead completed this lap, absent for the first; `_laps` are the laps
 * that the leader, the car ahead, the class leader had completed at that instant, less this one. At the same instant
 * the higher lap comes first, on one lap the car that had completed the lap before first. Laps without elapsed, or with
 * one that is not later than an earlier lap's, are no crossings.
 *
 * Of the sectors a row is the end of `sector` 1, 2 or 3 of the lap, and what is said of laps completed holds for the
 * times that a car has ended this sector: the position is 1 + the cars that had ended it on this lap before, the gap is
 * to the first of these. `sector` 3 ends at the line, with what the crossing of the line has; `in_pit` and `flag` are
 * absent at the others. Their times are elapsed less the later sectors of the lap or, where one of these is absent, the
 * start of the lap and the sectors so far; what neither gives, or not within the lap, is no row, and while the car may
 * have come by, positions of others there are absent. `sector` is absent in a session without sector times.
 * `options` NULL: of the line. PYR_ERROR_ARGUMENT: `of` is no pyr_crossings_of. PYR_ERROR_REFUSED: no lap has a sector
 * time, or a lap number is over 700 million. */
pyr_status pyr_crossings(const pyr_session *session, const pyr_crossings_options *options, pyr_table **out,
                         pyr_error *error);

/* The instant and the cars to rank among themselves. */
typedef struct pyr_order_options {
    int64_t at;               /* race time as of pyr_race_time, default PYR_NO_TIME: after the last crossing */
    const pyr_table *members; /* car, group (may be absent): each group by itself, other cars are left out; NULL: the
                               * field */
} pyr_order_options;

/* Every car at an instant of a race, best first: car, class, position, class_position, laps, elapsed, gap, gap_laps,
 * interval, interval_laps, driver, in_pit. Cars go by the laps they have completed, then by who completed them first;
 * `elapsed` and `in_pit`: of that crossing, absent before the first one. `position` is among the cars that are ranked
 * together, which follow one another in the order of their leaders. `gap` and `gap_laps`: how far the car was behind
 * the leader of now when it last crossed: the time since that one completed the same lap, and the laps it had
 * completed by then less this car's; absent where it was ahead of it then. `interval`, `interval_laps`: likewise to
 * the car one position ahead, absent for the first. `driver`: of the lap that the car is on, or of its last one.
 * Positions are absent before the first crossing, and where a car whose laps have no time may be before or behind. A
 * session selected from another shows its cars as they stand in the field. `options` NULL: the defaults.
 * PYR_ERROR_ARGUMENT: a car of `members` is not there. PYR_ERROR_REFUSED: the session is no race. */
pyr_status pyr_order(const pyr_session *session, const pyr_order_options *options, pyr_table **out, pyr_error *error);

/* Who races against whom. */
typedef enum pyr_race_by { PYR_RACE_OVERALL = 0, PYR_RACE_BY_CLASS = 1 } pyr_race_by;

/* Questions about the race of the whole field, or about each class as a race of its own. */
typedef struct pyr_race_options {
    int32_t by; /* pyr_race_by */
} pyr_race_options;

/* Where each car stood at each lap of the leader: car, class, leader_lap, position, laps, by leader_lap, then position;
 * by class one class after the other, as text, at the laps of its own leader. The order is that just before the leader
 * ends its next lap, when every car has had its time to come round (at the last lap: at the end, so the order of the
 * finish), as in pyr_order; `laps`: completed by then. A car has a row up to the lap of the leader in which it crosses
 * the line for the last time. A session selected from another shows its cars as they stand in the field, where it holds
 * the last lap that the car had completed. `options` NULL: overall. PYR_ERROR_REFUSED: the session is no race, or its
 * cars times the laps of the leader are over 100 million. */
pyr_status pyr_lap_chart(const pyr_session *session, const pyr_race_options *options, pyr_table **out,
                         pyr_error *error);

/* The spells in the lead, in order; by class one class after the other, as text: car, class, driver (of its first lap),
 * first_lap, last_lap, laps, start, end, duration. A lap is led by the car that ends it first, from when the lap before
 * was ended first (`start`, 0 for lap 1) to when it ends it (`end`), so that laps and durations add up to those of the
 * winner. Laps of which the leader is not known, for want of times, are spells without car and driver, and times at
 * their ends are absent; these are left out of a session that does not hold all laps. A session selected from another
 * shows the laps that it holds of those led in the field. `options` NULL: overall. PYR_ERROR_REFUSED: no race. */
pyr_status pyr_leaders(const pyr_session *session, const pyr_race_options *options, pyr_table **out, pyr_error *error);

typedef struct pyr_laps_led_options {
    int32_t by;   /* pyr_by */
    int32_t lead; /* pyr_race_by: of the field, or of the class */
} pyr_laps_led_options;

/* Who led how many laps, the most first: car, class, driver, laps, time, spells, group, team, manufacturer. Laps and
 * their times are those of pyr_leaders, each counted for the driver, car, ... that ended it; `time` is absent where one
 * is not known. `spells`: unbroken runs of them. Who led no lap has no row. `options` NULL: by car, of the field.
 * PYR_ERROR_REFUSED: no race. */
pyr_status pyr_laps_led(const pyr_session *session, const pyr_laps_led_options *options, pyr_table **out,
                        pyr_error *error);

/* The cars that did not reach the end of a race, in the order in which they crossed the line for the last time: car,
 * class, last_lap, elapsed, in_pit, flag, driver, reason, leader_lap, status. A car reached it that took the flag (its
 * last lap is flagged chequered); where no lap of the field is, one that crossed with the winner's last crossing or
 * after it. Nor has a car retired that is `running` in the entries. `elapsed`, `in_pit`, `flag` and `driver` are those
 * of its last lap, `leader_lap` the laps that the leader had completed by then. `reason`: `pit_lane` or `on_track`,
 * where it stopped; `disqualified` if the published result says so. `status`: the published one, absent without a
 * result. Cars without a lap did not start and have no row. A session selected from another shows the cars whose last
 * lap it holds. `options` is not used. PYR_ERROR_REFUSED: the session is no race. */
pyr_status pyr_retirements(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error);

/* What gaps are measured to. */
typedef struct pyr_gaps_options {
    pyr_text to; /* `leader` (also data NULL, the default), `class_leader`, `ahead`, `behind`, `class_ahead`,
                  * `class_behind`, `mean`, or a car */
} pyr_gaps_options;

/* Each lap of a race measured to a reference: car, class, lap, elapsed, gap, gap_laps, reference. `gap`: the car's
 * crossing that ends the lap less the reference's of the same lap, negative where the car is ahead, 0 for the
 * reference. `gap_laps`: the laps that the one ahead had completed as the other one ended this lap, less this lap;
 * negative where the car is ahead. The leader of a lap is who ended it first; `gap_laps` to it counts the laps of the
 * leader at that instant, as in pyr_crossings. Ahead and behind are one position away on this lap, in the field or
 * the class. `mean`: a car that drives all laps of the winner at his average pace. `reference`: the car measured to,
 * absent for `mean`. Absent is what cannot be known: the reference did not end the lap, or has no time there.
 * `options` NULL: to the leader. PYR_ERROR_ARGUMENT: neither a reference nor a car of the field. PYR_ERROR_REFUSED:
 * the session is no race, or has no winner's pace. */
pyr_status pyr_gaps(const pyr_session *session, const pyr_gaps_options *options, pyr_table **out, pyr_error *error);

typedef struct pyr_undercuts_options {
    int64_t within; /* laps between the in-laps, at most */
    int64_t places; /* between the two cars in their class before either stopped, at most */
    const pyr_table *decisions; /* as in pyr_pit_stops_options: a visit in which a penalty was served is no pit_stop */
} pyr_undercuts_options;

/* Pairs of pit_stops of two cars of a class whose in-laps are at most `within` laps apart, and which were at most
 * `places` places apart (1: one right behind the other) as the cars of the class ended the last lap before either in-
 * lap; by class as the laps have it, then that lap, then the crossing of the car ahead, then of the other: class,
 * ahead, behind, lap_ahead, lap_behind (the in-laps), before, after, gained, tactic, passed. `before`: the gap at the
 * end of that lap, where the car ahead was not yet a lap further when the other crossed; `after`: at the end of the
 * first lap behind both out-laps, negative where the car behind has `passed`; `gained`: before - after. `tactic`:
 * undercut, overcut or same_lap: the car behind stopped first, last or on the same lap. No other visit of either car
 * ends or begins between these two laps. Where a crossing of them has no time there is no pair. Cars without class are
 * of one class. A session selected from another shows the pairs of which pyr_pit_stops shows a visit. There are at most
 * `places` pairs a lap, and as a rule far fewer: O(laps log laps) for a given `places`. `options` NULL: within 3, 10
 * places. PYR_ERROR_ARGUMENT: `within` is negative, `places` less than 1, decisions as in pyr_pit_stops. */
pyr_status pyr_undercuts(const pyr_session *session, const pyr_undercuts_options *options, pyr_table **out,
                         pyr_error *error);

/* Bounds on drive time, PYR_NO_TIME: none. */
typedef struct pyr_drive_time_options {
    int64_t window;            /* of `longest_in_window` */
    int64_t rest;              /* a shorter rest does not end a drive; PYR_NO_TIME: any other driver does */
    int64_t maximum;           /* of the time of every driver */
    int64_t maximum_in_window; /* likewise, of longest_in_window */
    int64_t longest;           /* likewise, of longest */
    bool counts_pit_lane;      /* the time in the pit lane counts */
    bool scaled;               /* minima shrink with the race time lost to red flags */
    const pyr_table *limits;   /* NULL: none; columns class, rating, drivers (in the crew; int32), minimum, maximum;
                                  absent: for all, none */
} pyr_drive_time_options;

/* Each driver of each car, by car as text, then in the order in which they first drove, then those of the crew who did
 * not: car, class, driver, rating, time, share (of the car's), stints, longest (without another driver, or a rest),
 * longest_in_window (the most in any window of that length), minimum, maximum, ok, reason. `time` is that of the laps
 * less the time in the pit lane; of a visit each driver bears what lies on his side of the line: the pit lane time is
 * taken off the lap on which it is published, what exceeds that lap off the other one (analyse/driving.h). A lap
 * without a time is not in it; time that a car stands on the track is. `minimum` and `maximum` are the tightest of the
 * limits that hold for class, rating and crew, the minimum scaled to the part of the race not lost to red flags. `ok`:
 * all bounds are kept; absent without any, or where a limit depends on a rating that is not known. `reason`: what is
 * missed, and by how much. A car that never ran has no rows, laps without a driver's name one without name. A session
 * selected from another adds up its own laps, of which share is a part too; stints, longest and the crew are as the
 * field knows them, and of a driver with only some of his laps in it no minimum is missed: `ok` is absent unless a
 * maximum is exceeded. `options` NULL: windows of 6 hours, and no bounds. PYR_ERROR_ARGUMENT: no window, a bound that
 * is negative or beyond 10,000 hours, or limits of other columns. */
pyr_status pyr_drive_time(const pyr_session *session, const pyr_drive_time_options *options, pyr_table **out,
                          pyr_error *error);

/* Whether full-course yellow gathers the field behind a safety car (as in IMSA) or holds the gaps (as in the WEC). */
typedef enum pyr_fcy { PYR_FCY_NOT_SAID = 0, PYR_FCY_HOLDS = 1, PYR_FCY_BUNCHES = 2 } pyr_fcy;

typedef struct pyr_neutralisations_options {
    int32_t fcy_bunches; /* pyr_fcy */
    bool by_pace;        /* infers what flags do not show where there are flags, too */
} pyr_neutralisations_options;

/* The periods of the session that were not green, in order of time, of the whole field: kind (yellow, slow_zone, fcy,
 * vsc, code_60, safety_car, red), start, end (race time), duration, first_lap, last_lap (of the leader), crossings
 * (that say so), inferred, evidence, start_after, end_after, suspended, bunched, leader_laps, share_of_time,
 * share_of_laps. Each crossing is a time-stamped reading of the flag: `start` is the first crossing under it, `end`
 * the first that no more is, so that the duration is right on average; it really began and ended later than
 * `start_after` and `end_after`, the crossings before. `first_lap`: the lap that the leader was on at `start`,
 * `last_lap`: at `end`, or had just ended; `leader_laps`: those that it ended under it. `suspended`: how long race
 * time stood still meanwhile. `bunched`: the field was gathered; absent where the kind does not say so. Shares are of
 * the race up to the chequered flag and of the laps of all cars. A red flag that no flag tells is `inferred`: from a
 * standstill (model/standstills.h: from when the first of its laps began until the first ended, `crossings` counts
 * them; the signal fell a little before or after, so `start_after` is absent) or from race time standing still; it
 * divides a caution that went on. Where the files of a race show no flag but the chequered one, cautions and slow zones
 * are `inferred` from the pace of the field against its medians (model/slow_spells.h), in sectors where there are any:
 * a slow_zone where some sectors were slow for nearly all who drove them and others were not; a fcy where all were and
 * the gaps held; else a safety_car, `bunched` where the gaps closed, absent where they do not tell (it may have been
 * any caution). `start_after` and `end_after` of these are absent, `crossings` counts the sectors, or laps, that were
 * slow. With `by_pace` they are inferred between the periods of published flags too: a slow zone, which no flag of the
 * WEC shows, or a field that slowed down before the flag changed. `options` NULL: fcy_bunches not said, not by_pace.
 * PYR_ERROR_ARGUMENT: it is no pyr_fcy. */
pyr_status pyr_neutralisations(const pyr_session *session, const pyr_neutralisations_options *options, pyr_table **out,
                               pyr_error *error);

/* The race by flag, green first: flag, periods, time, share_of_time, laps (of all cars), share_of_laps, leader_laps, in
 * the order of the flags. Green is what no period of pyr_neutralisations takes, up to the chequered flag. `options` is
 * not used. */
pyr_status pyr_flag_times(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error);

/* All questions, in the order of their names. */
const pyr_question *const *pyr_questions_view(int32_t *count);
/* NULL: no such question. */
const pyr_question *pyr_find_question(pyr_text name);

#ifdef __cplusplus
}
#endif
#endif
