/* Tables of the user's own -> what is read of a session. */
#ifndef PYR_READ_OWN_H
#define PYR_READ_OWN_H

#include "assemble.h"

/* A column without a value is no other than a column that is not there: so a session's laps come back as they were. */
bool pyr_own_says(const pyr_table *table, const char *column);

/* A doubt about `count` rows or values of a column; none where it is 0. */
pyr_status pyr_own_doubt(pyr_reading *reading, const char *code, const char *column, int64_t count, const char *what,
                         pyr_error *error);

/* The table in the first `count` columns of a part, still under construction. Those that are not there are absent,
 * columns that the part does not have are doubts. Texts are codes: of the laps' texts where the laps have such a
 * column, else of `texts`. PYR_ERROR_ARGUMENT: a column of another type. */
pyr_status pyr_own_take(pyr_reading *reading, const pyr_table *table, pyr_part part, int32_t count, pyr_table **out,
                        pyr_error *error);

/* What crew, entries and results, by part, say of the cars: rows of results and crews, one row a car. Tables may be
 * NULL. PYR_ERROR_ARGUMENT: a car or driver is missing. */
pyr_status pyr_own_cars(pyr_reading *reading, const pyr_table *const tables[PYR_PART_COUNT], pyr_error *error);

/* Sections, one row a lap and section, beside the laps, which are there already; a row without its lap, or of a section
 * that the lap has already, is a doubt. */
pyr_status pyr_own_sections(pyr_reading *reading, const pyr_table *table, pyr_error *error);

#endif
