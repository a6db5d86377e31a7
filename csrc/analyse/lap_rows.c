#include "lap_rows.h"

static void fill_int32(const pyr_column *from, const int64_t *rows, int64_t count, int32_t absent, int32_t *to) {
    for (int64_t i = 0; i < count; i++) {
        to[i] = rows[i] >= 0 && pyr_present(from, rows[i]) ? pyr_int32s(from)[rows[i]] : absent;
    }
}

/* An absent duration is its own sentinel, another absent integer is not. */
static void fill_int64(const pyr_column *from, const int64_t *rows, int64_t count, int64_t *to) {
    for (int64_t i = 0; i < count; i++) {
        to[i] = rows[i] >= 0 && pyr_present(from, rows[i]) ? pyr_int64s(from)[rows[i]] : PYR_NO_INT64;
    }
}

static void fill_float64(const pyr_column *from, const int64_t *rows, int64_t count, double *to) {
    for (int64_t i = 0; i < count; i++) {
        to[i] = rows[i] >= 0 ? pyr_float64s(from)[rows[i]] : NAN;
    }
}

static void fill_bool(const pyr_column *from, const int64_t *rows, int64_t count, uint8_t *to) {
    for (int64_t i = 0; i < count; i++) {
        bool present = rows[i] >= 0 && pyr_present(from, rows[i]);
        to[i] = present ? (uint8_t)pyr_true(from, rows[i]) : PYR_NO_BOOL;
    }
}

void pyr_fill_from_laps(const pyr_session *session, const int32_t *columns, int32_t column_count, const int64_t *rows,
                        int64_t count, pyr_table *table) {
    for (int32_t i = 0; i < column_count; i++) {
        if (columns[i] == PYR_NOT_OF_LAPS) {
            continue;
        }
        const pyr_column *from = pyr_part_column(session, PYR_LAPS, columns[i]);
        void *to = pyr_table_array(table, i);
        switch (from->type) {
        case PYR_INT32:
            fill_int32(from, rows, count, PYR_NO_INT32, to);
            break;
        case PYR_TEXT:
            fill_int32(from, rows, count, -1, to);
            pyr_table_set_dictionary(table, i, from->dictionary);
            break;
        case PYR_INT64:
        case PYR_DURATION:
            fill_int64(from, rows, count, to);
            break;
        case PYR_FLOAT64:
            fill_float64(from, rows, count, to);
            break;
        case PYR_BOOL:
            fill_bool(from, rows, count, to);
            break;
        }
    }
}

pyr_status pyr_answer_with_laps(const pyr_session *session, const pyr_question *question, const int32_t *columns,
                                const int64_t *rows, int64_t count, pyr_table **out, pyr_error *error) {
    PYR_TRY(pyr_answer_new(session, question, count, out, error));
    pyr_fill_from_laps(session, columns, question->column_count, rows, count, *out);
    return pyr_answer_finish(out, count, error);
}

void pyr_fill_shared(const pyr_session *session, int32_t column, const pyr_groups *groups, const int32_t *chosen,
                     int64_t count, int32_t *shared, pyr_table *table, int32_t into) {
    enum { UNSEEN = -2 };
    const pyr_column *from = pyr_part_column(session, PYR_LAPS, column);
    const int32_t *codes = pyr_int32s(from);
    int32_t *to = pyr_table_array(table, into);
    for (int32_t group = 0; group < groups->count; group++) {
        shared[group] = UNSEEN;
    }
    for (int64_t row = 0; row < groups->row_count; row++) {
        if (row > 0 && groups->of_lap[row] == groups->of_lap[row - 1] && codes[row] == codes[row - 1]) {
            continue;
        }
        int32_t *seen = &shared[groups->of_lap[row]];
        *seen = *seen == UNSEEN || *seen == codes[row] ? codes[row] : -1;
    }
    for (int64_t i = 0; i < count; i++) {
        to[i] = shared[chosen[i]];
    }
    pyr_table_set_dictionary(table, into, from->dictionary);
}
