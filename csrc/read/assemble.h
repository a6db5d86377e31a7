/* What was read -> the parts of a session. */
#ifndef PYR_READ_ASSEMBLE_H
#define PYR_READ_ASSEMBLE_H

#include "../base/sort.h"
#include "reading.h"

typedef struct pyr_assembly {
    pyr_reading *reading;
    pyr_file *files; /* by source, closed but for names and counts; NULL for a session from a table */
    int32_t file_count;
    const pyr_read_options *options;
    pyr_table *parts[PYR_PART_COUNT];
    const pyr_dictionary *cars; /* sorted by bytes; entry i is car i */
    int32_t *car_ranks;         /* code in the car interner -> car; car_count of them */
    int32_t car_count;
    int64_t lap_count;   /* rows kept */
    int64_t *source_row; /* lap row -> row in the order of the files, NULL: the same; lap_count of them */
    int64_t *first_lap;  /* by car, car_count + 1 */
    int64_t start;       /* clock of the start, or PYR_NO_TIME */
} pyr_assembly;

/* The session of what was read; clears the assembly. */
pyr_status pyr_assemble(pyr_assembly *assembly, pyr_session **out, pyr_error *error);

/* Its steps, in this order. Each fills parts. */

/* Names for the second to ninth car of a number in a result, before the cars are ranked. */
pyr_status pyr_assemble_result_cars(pyr_assembly *assembly, pyr_error *error);

/* Cars told apart, sorted; rows without car or lap number and duplicates listed. Car texts of results must be interned
 * among the lap texts by then. */
pyr_status pyr_assemble_order(pyr_assembly *assembly, pyr_error *error);
/* For it: of the rows in `items`, among which no source has a lap twice, those that are the same lap in several sources
 * become one, and are listed. Values change in the table of the laps, cars that only share a number get codes. */
pyr_status pyr_assemble_joined(pyr_assembly *assembly, pyr_keyed *items, int64_t *count, pyr_error *error);
/* For both: items by car code, lap, then row. */
pyr_status pyr_assembly_sort_rows(const pyr_assembly *assembly, pyr_keyed *items, int64_t count, pyr_error *error);
/* For both: the code of one more car under the number of `car`, which is told at `row`. */
pyr_status pyr_assembly_another_car(pyr_assembly *assembly, int32_t car, int32_t number, int64_t row, int32_t *code,
                                    pyr_error *error);
/* elapsed where it is not published, clock unwrapped, start, suspensions; checks of the lap rows. */
pyr_status pyr_assemble_times(pyr_assembly *assembly, pyr_error *error);
/* PYR_LAPS and PYR_SECTIONS. */
pyr_status pyr_assemble_laps(pyr_assembly *assembly, pyr_error *error);
/* PYR_ENTRIES and PYR_CREW; result rows know their car from here on. */
pyr_status pyr_assemble_entries(pyr_assembly *assembly, pyr_error *error);
/* PYR_RESULTS and PYR_PROVISIONAL. */
pyr_status pyr_assemble_results(pyr_assembly *assembly, pyr_error *error);
/* PYR_WEATHER; the offset of local time to UTC. */
pyr_status pyr_assemble_weather(pyr_assembly *assembly, int64_t *utc_offset, pyr_error *error);

void pyr_assembly_clear(pyr_assembly *assembly);

/* Where a lap row stands in its file. `row` is a row of the files, before ordering. */
pyr_doubt_place pyr_assembly_line(const pyr_assembly *assembly, int64_t row);
/* The same with car and lap; until pyr_assemble_laps. */
pyr_doubt_place pyr_assembly_place(const pyr_assembly *assembly, int64_t row);
/* The row of the files that lap row `row` was. */
static inline int64_t pyr_assembly_source_row(const pyr_assembly *assembly, int64_t row) {
    return assembly->source_row == NULL ? row : assembly->source_row[row];
}

#endif
