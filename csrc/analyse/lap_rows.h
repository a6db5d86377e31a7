/* Columns of an answer that are taken from laps as they stand. */
#ifndef PYR_ANALYSE_LAP_ROWS_H
#define PYR_ANALYSE_LAP_ROWS_H

#include "groups.h"
#include "question.h"

enum { PYR_NOT_OF_LAPS = -1 };

/* Column i of `table`, which is under construction, becomes lap column `columns[i]` (PYR_LAP_CAR, ...; the types are
 * the same) at lap rows `rows`; absent where a row is -1. PYR_NOT_OF_LAPS leaves it alone. Dictionaries are shared. */
void pyr_fill_from_laps(const pyr_session *session, const int32_t *columns, int32_t column_count, const int64_t *rows,
                        int64_t count, pyr_table *table);

/* The answer to a question whose columns are all lap columns, in the order of its schema. */
pyr_status pyr_answer_with_laps(const pyr_session *session, const pyr_question *question, const int32_t *columns,
                                const int64_t *rows, int64_t count, pyr_table **out, pyr_error *error);

/* Column `into` of `table` becomes what all laps of each of `chosen` groups share in text column `column` of the laps;
 * absent where they differ. `shared` has room for groups->count. */
void pyr_fill_shared(const pyr_session *session, int32_t column, const pyr_groups *groups, const int32_t *chosen,
                     int64_t count, int32_t *shared, pyr_table *table, int32_t into);

#endif
