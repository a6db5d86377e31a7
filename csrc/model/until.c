#include "counted.h"
#include "field.h"
#include "flag_fall.h"

/* What stays of a car; rows are of the laps kept, -1: none. */
typedef struct kept_car {
    int64_t count;
    int64_t flagged; /* the lap to the flag */
    int64_t best;
    bool running;
    bool quickest;   /* its best lap is that of the field */
} kept_car;

/* A field whose flag falls early, and what stays of one of its sessions (itself, or one selected from it). */
typedef struct early_end {
    const pyr_session *field, *session;
    const pyr_until_options *options;
    pyr_finish *finishes; /* by entry of the field */
    pyr_flag_limits limits;
    bool marked;          /* the timekeeper marks best laps */
    int64_t *best;        /* by entry of the field, where they are marked: row of the best lap that stays, -1: none */
    int32_t quickest;     /* the entry with the best of these, -1: none */
    int64_t *rows;        /* as many as the longest table of the session: rows of it that stay */
    size_t row_capacity;
    kept_car *cars;       /* by entry of the session */
    int64_t elapsed, clock; /* of the last crossing of the field that stays; PYR_NO_TIME: not known */
} early_end;

/* ---- Where every car ends ---- */

static pyr_status check_instant(const pyr_session *field, int64_t at, pyr_error *error) {
    int64_t over = -1;
    for (int64_t row = 0; row < field->laps.count; row++) {
        over = field->laps.elapsed[row] > over ? field->laps.elapsed[row] : over;
    }
    return at >= 0 && at <= over ? PYR_OK
                                 : pyr_fail(error, PYR_ERROR_ARGUMENT,
                                            "the instant is outside the session, whose last crossing is %lld s after "
                                            "the start; give one from 0 up to that",
                                            (long long)(over / 1000000));
}

/* `*cut`: some laps do not stay. */
static pyr_status find_finishes(const early_end *end, bool *cut, pyr_error *error) {
    const pyr_session *field = end->field;
    *cut = false;
    pyr_no_finishes(field, end->finishes);
    PYR_TRY(pyr_median_laps(field, end->limits.medians, error));
    if (pyr_let_flag_fall(field, end->options->at, &end->limits, end->finishes) == PYR_NO_TIME) {
        return PYR_OK; /* it fell with the last lap of the leader */
    }
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        *cut = *cut || end->finishes[entry].last < pyr_last_lap_row(&field->entries, entry);
    }
    return PYR_OK;
}

/* ---- The best laps so far ---- */

static void find_best_so_far(early_end *end, const uint8_t *counted) {
    const pyr_laps *laps = &end->field->laps;
    for (int32_t entry = 0; entry < end->field->entries.count; entry++) {
        int64_t best = -1;
        for (int64_t row = end->field->entries.first_lap[entry]; row <= end->finishes[entry].last; row++) {
            best = pyr_better_of(laps, counted, best, row);
        }
        end->best[entry] = best;
        if (best >= 0 && (end->quickest < 0 || pyr_better_lap(laps, best, end->best[end->quickest]))) {
            end->quickest = entry;
        }
    }
}

/* What counts is judged by the whole session: later marks tell which of the laps so far were deleted. */
static pyr_status find_best_laps(early_end *end, pyr_error *error) {
    const uint8_t *counted;
    end->marked = pyr_marks_published(&end->field->laps);
    if (end->marked) {
        PYR_TRY(pyr_session_counted(end->field, &counted, error));
        find_best_so_far(end, counted);
    }
    return PYR_OK;
}

/* ---- Cars and laps ---- */

/* Adds the laps of an entry that its car had in the field by then to `rows`. */
static pyr_status keep_laps(early_end *end, int32_t entry, int64_t *count, pyr_error *error) {
    const pyr_entries *entries = &end->session->entries;
    const pyr_laps *laps = &end->session->laps;
    const pyr_dictionary *names = pyr_part_column(end->session, PYR_ENTRIES, PYR_ENTRY_CAR)->dictionary;
    int32_t there;
    PYR_TRY(pyr_require_entry(end->field, pyr_dictionary_text_view(names, entries->car[entry]), &there, error));
    const pyr_finish *finish = &end->finishes[there];
    bool started = finish->last >= end->field->entries.first_lap[there];
    int32_t last_lap = started ? end->field->laps.lap[finish->last] : -1;
    int32_t best_lap = end->marked && end->best[there] >= 0 ? end->field->laps.lap[end->best[there]] : -1;
    kept_car *car = &end->cars[entry];
    bool running = finish->took_flag || pyr_runs_on(end->field, there, finish);
    *car = (kept_car){0, -1, -1, running, end->quickest == there};
    for (int64_t row = entries->first_lap[entry]; row < entries->first_lap[entry + 1]; row++) {
        if (laps->lap[row] <= last_lap) {
            car->count++;
            car->flagged = finish->took_flag && laps->lap[row] == last_lap ? *count : -1;
            car->best = laps->lap[row] == best_lap ? *count : car->best;
            end->elapsed = laps->elapsed[row] > end->elapsed ? laps->elapsed[row] : end->elapsed;
            end->clock = laps->clock[row] > end->clock ? laps->clock[row] : end->clock;
            end->rows[(*count)++] = row;
        }
    }
    return PYR_OK;
}

/* As the timekeeper would have it at that instant. */
static void mark_laps(const early_end *end, pyr_table *laps, int64_t count) {
    int32_t *flags = pyr_table_array(laps, PYR_LAP_FLAG), *marks = pyr_table_array(laps, PYR_LAP_IMPROVEMENT);
    for (int64_t row = 0; row < count; row++) {
        marks[row] = -1;
    }
    for (int32_t entry = 0; entry < end->session->entries.count; entry++) {
        const kept_car *car = &end->cars[entry];
        if (car->flagged >= 0) {
            flags[car->flagged] = PYR_FLAG_CHEQUERED;
        }
        if (car->best >= 0) {
            marks[car->best] = car->quickest ? PYR_SESSION_BEST : PYR_CAR_BEST;
        }
    }
}

static pyr_status take_laps(early_end *end, pyr_table *parts[PYR_PART_COUNT], pyr_error *error) {
    const pyr_session *session = end->session;
    int64_t count = 0;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        PYR_TRY(keep_laps(end, entry, &count, error));
    }
    PYR_TRY(pyr_table_gather(session->parts[PYR_LAPS], end->rows, count, &parts[PYR_LAPS], error));
    mark_laps(end, parts[PYR_LAPS], count);
    PYR_TRY(pyr_table_finish(parts[PYR_LAPS], count, error));
    return pyr_table_column_count(session->parts[PYR_SECTIONS]) == 0
               ? PYR_OK
               : pyr_table_take(session->parts[PYR_SECTIONS], end->rows, count, &parts[PYR_SECTIONS], error);
}

static pyr_status take_cars(early_end *end, pyr_table *parts[PYR_PART_COUNT], pyr_error *error) {
    const pyr_session *session = end->session;
    PYR_TRY(take_laps(end, parts, error));
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        end->rows[entry] = entry;
    }
    PYR_TRY(pyr_table_gather(session->parts[PYR_ENTRIES], end->rows, session->entries.count, &parts[PYR_ENTRIES],
                             error));
    int32_t *laps = pyr_table_array(parts[PYR_ENTRIES], PYR_ENTRY_LAPS);
    uint8_t *running = pyr_table_array(parts[PYR_ENTRIES], PYR_ENTRY_RUNNING);
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        laps[entry] = (int32_t)end->cars[entry].count;
        running[entry] = end->cars[entry].running;
    }
    return pyr_table_finish(parts[PYR_ENTRIES], session->entries.count, error);
}

/* ---- The rest ---- */

/* The rows whose time in `column` is not after `last`; all where that is not known. */
static pyr_status take_until(const early_end *end, pyr_part part, int32_t column, int64_t last,
                             pyr_table *parts[PYR_PART_COUNT], pyr_error *error) {
    const pyr_table *table = end->session->parts[part];
    const int64_t *times = pyr_int64s(pyr_table_column_view(table, column));
    int64_t count = 0;
    for (int64_t row = 0; row < pyr_table_row_count(table); row++) {
        if (last == PYR_NO_TIME || times[row] <= last) {
            end->rows[count++] = row;
        }
    }
    return pyr_table_take(table, end->rows, count, &parts[part], error);
}

static pyr_status take_parts(early_end *end, pyr_table *parts[PYR_PART_COUNT], pyr_error *error) {
    static const int64_t the_row = 0;
    PYR_TRY(take_cars(end, parts, error));
    PYR_TRY(take_until(end, PYR_SUSPENSIONS, PYR_SUSPENSION_ELAPSED, end->elapsed, parts, error));
    PYR_TRY(take_until(end, PYR_WEATHER, PYR_WEATHER_CLOCK, end->clock, parts, error));
    PYR_TRY(pyr_table_gather(end->session->parts[PYR_FACTS], &the_row, 1, &parts[PYR_FACTS], error));
    *(int64_t *)pyr_table_array(parts[PYR_FACTS], PYR_FACT_DURATION) = end->options->at;
    return pyr_table_finish(parts[PYR_FACTS], 1, error);
}

/* What stays of end->session, as a session selected from `field` (NULL: a whole one). Results are those of the whole
 * session, so there are none. */
static pyr_status cut_session(early_end *end, pyr_session *field, pyr_session **out, pyr_error *error) {
    static const pyr_part shared[] = {PYR_CREW, PYR_DOUBTS, PYR_FILES, PYR_ASSUMPTIONS};
    pyr_table *taken[PYR_PART_COUNT] = {NULL}, *parts[PYR_PART_COUNT];
    pyr_status status = take_parts(end, taken, error);
    if (status == PYR_OK) {
        for (int32_t part = 0; part < PYR_PART_COUNT; part++) {
            parts[part] = taken[part];
        }
        for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
            parts[shared[i]] = end->session->parts[shared[i]];
        }
        status = pyr_session_new(end->session->allocator, parts, field, out, error);
    }
    for (int32_t part = 0; part < PYR_PART_COUNT; part++) {
        pyr_table_release(taken[part]);
    }
    return status;
}

/* ---- The lens ---- */

/* Room for one of the sessions that are cut: the field or the one selected from it. */
static pyr_status new_rows(early_end *end, const pyr_session *session, pyr_error *error) {
    end->session = session;
    for (int32_t part = 0; part < PYR_PART_COUNT; part++) {
        size_t count = (size_t)pyr_table_row_count(session->parts[part]);
        end->row_capacity = count > end->row_capacity ? count : end->row_capacity;
    }
    PYR_TRY(pyr_new_array(session->allocator, end->row_capacity, sizeof *end->rows, &end->rows, error));
    return pyr_new_array(session->allocator, (size_t)session->entries.count, sizeof *end->cars, &end->cars, error);
}

static void clear_rows(early_end *end) {
    const pyr_session *session = end->session;
    pyr_release_array(session->allocator, end->rows, end->row_capacity, sizeof *end->rows);
    pyr_release_array(session->allocator, end->cars, (size_t)session->entries.count, sizeof *end->cars);
    end->rows = NULL;
    end->cars = NULL;
}

static pyr_status cut_with_rows(early_end *end, const pyr_session *session, pyr_session *field, pyr_session **out,
                                pyr_error *error) {
    pyr_status status = new_rows(end, session, error);
    if (status == PYR_OK) {
        status = cut_session(end, field, out, error);
    }
    clear_rows(end);
    return status;
}

static pyr_status cut_all(early_end *end, const pyr_session *session, pyr_session **out, pyr_error *error) {
    size_t count = (size_t)end->field->entries.count;
    bool cut;
    PYR_TRY(pyr_new_array(session->allocator, count, sizeof *end->finishes, &end->finishes, error));
    PYR_TRY(pyr_new_array(session->allocator, count, sizeof *end->limits.medians, &end->limits.medians, error));
    PYR_TRY(pyr_new_array(session->allocator, count, sizeof *end->best, &end->best, error));
    PYR_TRY(find_finishes(end, &cut, error));
    if (!cut) {
        *out = (pyr_session *)session; /* only its count changes */
        pyr_session_retain(*out);
        return PYR_OK;
    }
    pyr_session *field;
    PYR_TRY(find_best_laps(end, error));
    PYR_TRY(cut_with_rows(end, end->field, NULL, &field, error));
    if (session == end->field) {
        *out = field;
        return PYR_OK;
    }
    pyr_status status = cut_with_rows(end, session, field, out, error);
    pyr_session_release(field);
    return status;
}

pyr_status pyr_session_until(const pyr_session *session, const pyr_until_options *options, pyr_session **out,
                             pyr_error *error) {
    early_end end = {
        .field = pyr_field_view(session),
        .options = options,
        .limits.longest = options->longest,
        .quickest = -1,
        .elapsed = PYR_NO_TIME,
        .clock = PYR_NO_TIME,
    };
    *out = NULL;
    PYR_TRY(check_instant(end.field, options->at, error));
    pyr_status status = cut_all(&end, session, out, error);
    size_t count = (size_t)end.field->entries.count;
    pyr_release_array(session->allocator, end.finishes, count, sizeof *end.finishes);
    pyr_release_array(session->allocator, end.limits.medians, count, sizeof *end.limits.medians);
    pyr_release_array(session->allocator, end.best, count, sizeof *end.best);
    return status;
}
