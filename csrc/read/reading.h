/* What the readers of all sources of one session collect, before it is put together. */
#ifndef PYR_READ_READING_H
#define PYR_READ_READING_H

#include "file.h"

/* A section column under construction, named in section_names. */
typedef struct pyr_section_column {
    int64_t *values;
    size_t capacity;
    int64_t filled; /* rows that have a value, absent ones included */
} pyr_section_column;

/* The lap rows of one stretch of a file, one line a row: row r of it has line `line` + r - `row`. */
typedef struct pyr_stretch {
    int64_t row, line;
    int64_t offset; /* in bytes of the source, where headed */
    int32_t source;
    bool headed; /* a header stands before it */
} pyr_stretch;

/* The lap rows of one source: those from `row` up to that of the next one. */
typedef struct pyr_lap_source {
    int64_t row;
    int32_t source; /* -1: the user's own table */
    uint32_t columns; /* bit PYR_LAP_*: it publishes this column */
} pyr_lap_source;

/* A row of a published result. Car, class, group, team and manufacturer are codes of the laps' texts, vehicle and
 * tyre make of `texts`; -1: absent. */
typedef struct pyr_result_row {
    int32_t source; /* -1: an entry that the user gave, no result */
    int64_t line;
    int32_t occurrence; /* 1, and 2 to 9 for further cars under one number in a file */
    size_t same_number; /* the row before under this number, where occurrence > 1 */
    int32_t car, class_code, group, team, manufacturer, vehicle, tyre_make;
    int32_t position, class_position, status, laps, gap_laps, interval_laps, best_lap_number; /* PYR_NO_INT32 */
    int64_t total_time, gap, interval, best_lap;
} pyr_result_row;

/* A place, status, number of laps or time that both have is not the same. */
bool pyr_results_contradict(const pyr_result_row *left, const pyr_result_row *right);
/* What `row` does not say is taken from `other`, which does not contradict it. */
void pyr_complete_result(pyr_result_row *row, const pyr_result_row *other);

/* A driver named in a result: of result row `result`. `driver` is a code of the laps' driver texts. */
typedef struct pyr_crew_row {
    int32_t driver, number, rating, country;
    size_t result;
} pyr_crew_row;

/* `utc` in seconds since 1970; readings in the units of the table. */
typedef struct pyr_weather_row {
    int32_t source;
    int64_t line, offset; /* in bytes of the source */
    int64_t utc;
    double air_temperature, track_temperature, humidity, pressure, wind_speed, wind_direction;
    int8_t rain; /* 1, 0, PYR_NO_BOOL */
} pyr_weather_row;

typedef struct pyr_reading {
    const pyr_allocator *allocator;
    pyr_doubts doubts, assumptions;
    /* Laps in the order of the files; codes are into the interner of their column. */
    pyr_table *laps;
    int64_t lap_count;
    pyr_interner lap_texts[PYR_LAP_DRIVER + 1]; /* car, class, group, team, manufacturer, driver */
    pyr_lap_source *lap_sources;
    size_t lap_source_count, lap_source_capacity;
    pyr_section_column *sections;
    size_t section_count, section_capacity;
    pyr_interner section_names;
    pyr_stretch *stretches;
    size_t stretch_count, stretch_capacity;
    /* The rest, in the order of the files: */
    pyr_interner texts;
    pyr_result_row *results;
    size_t result_count, result_capacity;
    pyr_crew_row *crew;
    size_t crew_count, crew_capacity;
    pyr_weather_row *weather;
    size_t weather_count, weather_capacity;
    pyr_table *own[PYR_PART_COUNT]; /* results and weather that the user gave, under construction; NULL: none */
    pyr_kind kind;     /* where a result says it */
    bool timed_result; /* of practice or qualifying */
} pyr_reading;

void pyr_reading_init(pyr_reading *reading, const pyr_allocator *allocator);
void pyr_reading_clear(pyr_reading *reading);

/* What is taken for granted where the files are silent. */
pyr_status pyr_assume(pyr_reading *reading, const char *code, const char *message, pyr_error *error);
/* PYR_ERROR_ARGUMENT: no such kind, or times beyond PYR_LONGEST_TIME, with which clocks could not be counted. */
pyr_status pyr_check_read_options(const pyr_read_options *options, pyr_error *error);

/* The lap rows from here on are of this source. */
pyr_status pyr_reading_add_lap_source(pyr_reading *reading, pyr_lap_source source, pyr_error *error);
/* The one that a lap row came from. */
const pyr_lap_source *pyr_reading_lap_source_view(const pyr_reading *reading, int64_t row);
static inline bool pyr_publishes(const pyr_lap_source *source, enum pyr_lap_column column) {
    return (source->columns >> column & 1) != 0;
}

/* The column of a section of this name, made with its other one where it is not there: `<section>_time` has an even
 * index, `<section>_elapsed` the next one. */
pyr_status pyr_section_find(pyr_reading *reading, pyr_text section, bool elapsed, int32_t *index, pyr_error *error);
/* A section can have this name: it is not too long, and without a zero byte a column's name. */
bool pyr_section_named(pyr_text section);
/* Rows of files without this section are absent in it. */
pyr_status pyr_section_fill(pyr_reading *reading, int32_t index, pyr_error *error);

/* Each reads the records of an opened file of its format into `reading`. */
pyr_status pyr_read_laps(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error);
pyr_status pyr_read_results(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error);
pyr_status pyr_read_best_laps(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error);
pyr_status pyr_read_weather(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error);

#endif
