/* elapsed, clock and start: what is published, what follows from it, and where the two disagree. */
#include "../base/sort.h"
#include "assemble.h"

static const int64_t second = 1000000, day = 86400000000, half_day = 43200000000;

/* The time columns in the order of the session. Arrays are those of the files, reached through source_row. */
typedef struct times {
    pyr_assembly *assembly;
    int64_t *lap_time, *elapsed, *clock;
    const int64_t *sector[3];
    const int32_t *lap;
    int64_t start; /* as the rows say it, or PYR_NO_TIME */
} times;

static times view_times(pyr_assembly *assembly) {
    pyr_table *laps = assembly->reading->laps;
    return (times){
        .assembly = assembly,
        .lap_time = pyr_table_array(laps, PYR_LAP_LAP_TIME),
        .elapsed = pyr_table_array(laps, PYR_LAP_ELAPSED),
        .clock = pyr_table_array(laps, PYR_LAP_CLOCK),
        .sector = {pyr_table_array(laps, PYR_LAP_SECTOR_1), pyr_table_array(laps, PYR_LAP_SECTOR_2),
                   pyr_table_array(laps, PYR_LAP_SECTOR_3)},
        .lap = pyr_table_array(laps, PYR_LAP_LAP),
    };
}

/* A sum of published times, which are neither negative nor beyond PYR_LONGEST_TIME; absent where one of them is, or
 * where the sum would be beyond it. */
static int64_t add_times(int64_t left, int64_t right) {
    if (left == PYR_NO_TIME || right == PYR_NO_TIME || left > PYR_LONGEST_TIME - right) {
        return PYR_NO_TIME;
    }
    return left + right;
}

/* ---- Columns that are not published ---- */

/* Where a source has no elapsed, it is that of the lap before plus the lap time; where it has no lap time, that is the
 * difference. Neither can be told behind a missing lap. */
static void complete_car(const times *laps, int64_t first, int64_t end, bool *summed, bool *subtracted) {
    int64_t before = 0;
    int32_t lap = 0;
    for (int64_t i = first; i < end; i++) {
        int64_t row = pyr_assembly_source_row(laps->assembly, i);
        const pyr_lap_source *source = pyr_reading_lap_source_view(laps->assembly->reading, row);
        int64_t *elapsed = &laps->elapsed[row], *lap_time = &laps->lap_time[row];
        bool next = laps->lap[row] == lap + 1;
        if (*elapsed == PYR_NO_TIME && !pyr_publishes(source, PYR_LAP_ELAPSED)) {
            *elapsed = next ? add_times(before, *lap_time) : PYR_NO_TIME;
            *summed = true;
        } else if (*lap_time == PYR_NO_TIME && !pyr_publishes(source, PYR_LAP_LAP_TIME)) {
            bool known = next && before != PYR_NO_TIME && *elapsed != PYR_NO_TIME && *elapsed >= before;
            *lap_time = known ? *elapsed - before : PYR_NO_TIME;
            *subtracted = true;
        }
        before = *elapsed;
        lap = laps->lap[row];
    }
}

/* Every source publishes this column. */
static bool is_published(const pyr_reading *reading, enum pyr_lap_column column) {
    bool published = true;
    for (size_t i = 0; i < reading->lap_source_count; i++) {
        published = published && pyr_publishes(&reading->lap_sources[i], column);
    }
    return published;
}

static pyr_status assume_no_crossings(pyr_reading *reading, pyr_error *error) {
    if (is_published(reading, PYR_LAP_IN_PIT)) {
        return PYR_OK;
    }
    return pyr_assume(reading, "in_pit_not_published",
                      "crossings in the pit lane are not published: in_pit is false on all laps that do not say",
                      error);
}

static pyr_status complete_columns(const times *laps, pyr_error *error) {
    const pyr_assembly *assembly = laps->assembly;
    pyr_reading *reading = assembly->reading;
    bool summed = false, subtracted = false;
    if (is_published(reading, PYR_LAP_ELAPSED) && is_published(reading, PYR_LAP_LAP_TIME)) {
        return PYR_OK;
    }
    for (int32_t car = 0; car < assembly->car_count; car++) {
        complete_car(laps, assembly->first_lap[car], assembly->first_lap[car + 1], &summed, &subtracted);
    }
    if (summed) {
        PYR_TRY(pyr_assume(reading, "elapsed_summed",
                           "elapsed is not published: it is the sum of the lap times, absent behind a missing lap",
                           error));
    }
    if (subtracted) {
        PYR_TRY(pyr_assume(reading, "lap_time_subtracted",
                           "lap times are not published: they are differences of elapsed, absent behind a missing lap",
                           error));
    }
    return PYR_OK;
}

/* ---- Start and clock ---- */

static int64_t modulo_day(int64_t time) {
    int64_t rest = time % day;
    return rest < 0 ? rest + day : rest;
}

/* The clock at elapsed 0 that most cars' first rows agree on; of equally many the one of the earliest crossing. */
static pyr_status find_start(times *laps, pyr_error *error) {
    pyr_assembly *assembly = laps->assembly;
    const pyr_allocator *allocator = assembly->reading->allocator;
    pyr_keyed *votes;
    int64_t count = 0, best = 0, best_elapsed = 0;
    laps->start = PYR_NO_TIME;
    PYR_TRY(pyr_new_array(allocator, (size_t)assembly->car_count, sizeof *votes, &votes, error));
    for (int32_t car = 0; car < assembly->car_count; car++) {
        if (assembly->first_lap[car] < assembly->first_lap[car + 1]) {
            int64_t row = pyr_assembly_source_row(assembly, assembly->first_lap[car]);
            if (laps->clock[row] != PYR_NO_TIME && laps->elapsed[row] != PYR_NO_TIME) {
                votes[count++] = (pyr_keyed){modulo_day(laps->clock[row] - laps->elapsed[row]), row};
            }
        }
    }
    pyr_status status = pyr_sort(allocator, votes, count, NULL, NULL, error);
    for (int64_t i = 0, end; i < count && status == PYR_OK; i = end) {
        int64_t earliest = INT64_MAX;
        for (end = i; end < count && votes[end].key == votes[i].key; end++) {
            int64_t elapsed = laps->elapsed[votes[end].row];
            earliest = elapsed < earliest ? elapsed : earliest;
        }
        if (end - i > best || (end - i == best && earliest < best_elapsed)) {
            best = end - i;
            best_elapsed = earliest;
            laps->start = votes[i].key;
        }
    }
    pyr_release_array(allocator, votes, (size_t)assembly->car_count, sizeof *votes);
    return status;
}

/* How many first laps of a stretch foretell this start, less those that foretell another. */
static int64_t count_votes(const times *laps, int64_t first, int64_t end) {
    int64_t votes = 0;
    for (int64_t row = first; row < end; row++) {
        if (laps->lap[row] <= 1 && laps->clock[row] != PYR_NO_TIME && laps->elapsed[row] != PYR_NO_TIME) {
            int64_t apart = modulo_day(laps->clock[row] - laps->elapsed[row] - laps->start);
            votes += apart <= second || apart >= day - second ? 1 : -1;
        }
    }
    return votes;
}

/* Files joined, or given together, that are not of one session: first laps that foretell another start. */
static pyr_status check_starts(const times *laps, pyr_error *error) {
    const pyr_reading *reading = laps->assembly->reading;
    const pyr_stretch *second_part = NULL, *apart = NULL; /* parts begin with a header */
    for (size_t i = 0, next; i < reading->stretch_count && laps->start != PYR_NO_TIME; i = next) {
        for (next = i + 1; next < reading->stretch_count && !reading->stretches[next].headed;) {
            next++;
        }
        const pyr_stretch *part = &reading->stretches[i];
        int64_t end = next < reading->stretch_count ? reading->stretches[next].row : reading->lap_count;
        second_part = second_part == NULL && i > 0 ? part : second_part;
        apart = apart == NULL && count_votes(laps, part->row, end) < 0 ? part : apart;
    }
    if (second_part == NULL || apart == NULL) {
        return PYR_OK;
    }
    pyr_status status = pyr_fail(error, PYR_ERROR_MISMATCH,
                                 "the laps from here on and those before began at different times of day: two "
                                 "sessions; read them one by one");
    if (error != NULL) {
        const pyr_stretch *place = apart == reading->stretches ? second_part : apart; /* nothing is before the first */
        error->source = place->source;
        error->line = place->line;
        error->column = 1;
        error->offset = place->offset;
    }
    return status;
}

/* Whole days added, so that the clock is nearest to what start and elapsed foretell. */
static int64_t unwrap_clock(int64_t clock, int64_t expected) {
    int64_t difference = expected - clock;
    if (PYR_LIKELY(difference >= -half_day && difference <= half_day)) {
        return clock;
    }
    int64_t days = (difference + (difference > 0 ? half_day : -half_day)) / day;
    return clock + days * day;
}

static void unwrap_clocks(const times *laps) {
    const pyr_assembly *assembly = laps->assembly;
    int64_t start = laps->start;
    for (int32_t car = 0; car < assembly->car_count; car++) {
        int64_t before = PYR_NO_TIME;
        for (int64_t i = assembly->first_lap[car]; i < assembly->first_lap[car + 1]; i++) {
            int64_t row = pyr_assembly_source_row(assembly, i), elapsed = laps->elapsed[row];
            int64_t *clock = &laps->clock[row];
            if (*clock == PYR_NO_TIME) {
                continue;
            }
            if (start != PYR_NO_TIME && elapsed != PYR_NO_TIME) {
                *clock = unwrap_clock(*clock, start + elapsed);
            } else if (before != PYR_NO_TIME) { /* a clock that falls has passed midnight */
                *clock = unwrap_clock(*clock, before + half_day - 1);
            }
            before = *clock;
        }
    }
}

/* The clock that the start says, in the rows of sources without one. */
static void add_clocks(const times *laps) {
    const pyr_reading *reading = laps->assembly->reading;
    for (size_t i = 0; i < reading->lap_source_count && laps->assembly->start != PYR_NO_TIME; i++) {
        bool published = pyr_publishes(&reading->lap_sources[i], PYR_LAP_CLOCK);
        bool last = i + 1 == reading->lap_source_count;
        int64_t end = published ? 0 : last ? reading->lap_count : reading->lap_sources[i + 1].row;
        for (int64_t row = reading->lap_sources[i].row; row < end; row++) {
            if (laps->clock[row] == PYR_NO_TIME) {
                laps->clock[row] = add_times(laps->elapsed[row], laps->assembly->start);
            }
        }
    }
}

/* ---- Suspensions: elapsed stood still while the clock ran ---- */

typedef struct drift {
    int64_t offset;              /* clock - start - elapsed */
    int64_t elapsed, clock, row; /* the first crossing that has it */
    int64_t rows;
} drift;

static pyr_status add_drift(const pyr_allocator *allocator, drift **drifts, size_t *count, size_t *capacity, drift seen,
                            pyr_error *error) {
    for (size_t i = 0; i < *count; i++) {
        drift *known = &(*drifts)[i];
        if (known->offset == seen.offset) {
            known->rows++;
            if (seen.elapsed < known->elapsed) {
                known->elapsed = seen.elapsed;
                known->clock = seen.clock;
                known->row = seen.row;
            }
            return PYR_OK;
        }
    }
    PYR_TRY(pyr_grow_array(allocator, drifts, capacity, *count + 1, sizeof **drifts, error));
    (*drifts)[(*count)++] = seen;
    return PYR_OK;
}

/* More different offsets than this are no suspensions but a damaged column. */
enum { MAXIMUM_DRIFTS = 64 };

/* Offsets that one row in fifty shares, ascending by time, are suspensions; their rows are taken off `*differing`. Of
 * the other offsets `*odd` is the first. */
static int64_t take_suspensions(drift *drifts, size_t count, int64_t rows, pyr_table *table, int64_t *differing,
                                const drift **odd) {
    int64_t *elapsed = pyr_table_array(table, PYR_SUSPENSION_ELAPSED);
    int64_t *clock = pyr_table_array(table, PYR_SUSPENSION_CLOCK);
    int64_t *duration = pyr_table_array(table, PYR_SUSPENSION_DURATION);
    int64_t suspensions = 0, offset = 0;
    for (size_t taken = 0; taken < count; taken++) {
        size_t next = taken;
        for (size_t i = taken; i < count; i++) { /* the earliest that is left */
            next = drifts[i].elapsed < drifts[next].elapsed ? i : next;
        }
        drift earliest = drifts[next];
        drifts[next] = drifts[taken];
        drifts[taken] = earliest;
        if (earliest.rows * 50 > rows && earliest.offset > offset && count <= MAXIMUM_DRIFTS) {
            elapsed[suspensions] = earliest.elapsed;
            clock[suspensions] = earliest.clock;
            duration[suspensions++] = earliest.offset - offset;
            offset = earliest.offset;
            *differing -= earliest.rows;
        } else if (*odd == NULL) {
            *odd = &drifts[taken];
        }
    }
    return suspensions;
}

/* `differing`: how many rows have an offset, among the drifts or beyond MAXIMUM_DRIFTS. */
static pyr_status report_drifts(pyr_assembly *assembly, drift *drifts, size_t count, int64_t differing,
                                pyr_error *error) {
    int32_t field_count;
    const pyr_field *fields = pyr_part_fields(PYR_SUSPENSIONS, &field_count);
    pyr_table **table = &assembly->parts[PYR_SUSPENSIONS];
    const drift *odd = NULL;
    PYR_TRY(pyr_table_new(assembly->reading->allocator, fields, field_count, (int64_t)count, table, error));
    int64_t suspensions = take_suspensions(drifts, count, assembly->lap_count, *table, &differing, &odd);
    if (odd != NULL) {
        pyr_doubt_place place = pyr_assembly_place(assembly, odd->row);
        place.column = pyr_text_of("clock");
        PYR_TRY(pyr_doubts_add(&assembly->reading->doubts, PYR_WARNING, "clock_differs", place, error,
                               "in %lld rows, this one first, time of day and race time differ by another start than "
                               "elsewhere; both are kept as published",
                               (long long)differing));
    }
    return pyr_table_finish(*table, suspensions, error);
}

static pyr_status find_suspensions(const times *laps, pyr_error *error) {
    pyr_assembly *assembly = laps->assembly;
    const pyr_allocator *allocator = assembly->reading->allocator;
    drift *drifts = NULL;
    size_t count = 0, capacity = 0;
    int64_t differing = 0;
    pyr_status status = PYR_OK;
    if (laps->start == PYR_NO_TIME) {
        return PYR_OK;
    }
    for (int64_t i = 0; i < assembly->lap_count && status == PYR_OK; i++) {
        int64_t row = pyr_assembly_source_row(assembly, i), clock = laps->clock[row], elapsed = laps->elapsed[row];
        if (clock == PYR_NO_TIME || elapsed == PYR_NO_TIME || clock - elapsed == laps->start) {
            continue;
        }
        differing++;
        if (count <= MAXIMUM_DRIFTS) {
            drift seen = {clock - elapsed - laps->start, elapsed, clock, row, 1};
            status = add_drift(allocator, &drifts, &count, &capacity, seen, error);
        }
    }
    if (status == PYR_OK && count > 0) {
        status = report_drifts(assembly, drifts, count, differing, error);
    }
    pyr_release_array(allocator, drifts, capacity, sizeof *drifts);
    return status;
}

/* ---- Checks of the rows ---- */

static pyr_status doubt_row(const times *laps, int64_t row, const char *code, const char *column, const char *what,
                            pyr_error *error) {
    pyr_doubt_place place = pyr_assembly_place(laps->assembly, row);
    place.column = pyr_text_of(column);
    return pyr_doubts_add(&laps->assembly->reading->doubts, PYR_WARNING, code, place, error, "%s", what);
}

/* The sum without a look at what is absent: nothing is to be told of such a row either. */
static inline bool adds_up(int64_t left, int64_t right, int64_t sum) {
    return (uint64_t)left + (uint64_t)right == (uint64_t)sum;
}

static pyr_status check_sectors(const times *laps, int64_t row, pyr_error *error) {
    int64_t first_two = (int64_t)((uint64_t)laps->sector[0][row] + (uint64_t)laps->sector[1][row]);
    if (PYR_LIKELY(adds_up(first_two, laps->sector[2][row], laps->lap_time[row]))) {
        return PYR_OK;
    }
    int64_t sum = add_times(add_times(laps->sector[0][row], laps->sector[1][row]), laps->sector[2][row]);
    if (sum == laps->lap_time[row] || sum == PYR_NO_TIME || laps->lap_time[row] == PYR_NO_TIME) {
        return PYR_OK;
    }
    return doubt_row(laps, row, "sectors_differ", "lap_time",
                     "the sectors do not add up to the lap time; both are kept", error);
}

/* The lap behind `before` (-1: none) in the same car. */
static pyr_status check_sequence(const times *laps, int64_t before, int64_t row, pyr_error *error) {
    int32_t lap_before = before < 0 ? 0 : laps->lap[before];
    if (PYR_UNLIKELY(laps->lap[row] != lap_before + 1 && laps->lap[row] != 0)) {
        PYR_TRY(doubt_row(laps, row, "lap_missing", "lap", "the lap before this one is not in the file", error));
        return PYR_OK;
    }
    int64_t elapsed_before = before < 0 ? 0 : laps->elapsed[before];
    if (PYR_LIKELY(adds_up(elapsed_before, laps->lap_time[row], laps->elapsed[row]))) {
        return PYR_OK;
    }
    int64_t expected = add_times(elapsed_before, laps->lap_time[row]);
    if (expected == PYR_NO_TIME || laps->elapsed[row] == PYR_NO_TIME) {
        return PYR_OK;
    }
    return doubt_row(laps, row, "elapsed_differs", "elapsed",
                     "elapsed is not that of the lap before plus the lap time; both are kept", error);
}

static pyr_status check_rows(const times *laps, pyr_error *error) {
    const pyr_assembly *assembly = laps->assembly;
    for (int32_t car = 0; car < assembly->car_count; car++) {
        int64_t before = -1;
        for (int64_t i = assembly->first_lap[car]; i < assembly->first_lap[car + 1]; i++) {
            int64_t row = pyr_assembly_source_row(assembly, i);
            PYR_TRY(check_sectors(laps, row, error));
            PYR_TRY(check_sequence(laps, before, row, error));
            before = row;
        }
    }
    return PYR_OK;
}

pyr_status pyr_assemble_times(pyr_assembly *assembly, pyr_error *error) {
    const pyr_read_options *options = assembly->options;
    assembly->start = options->start;
    if (assembly->reading->laps == NULL) {
        return PYR_OK;
    }
    times laps = view_times(assembly);
    PYR_TRY(assume_no_crossings(assembly->reading, error));
    PYR_TRY(complete_columns(&laps, error));
    PYR_TRY(find_start(&laps, error));
    if (assembly->start == PYR_NO_TIME) {
        assembly->start = laps.start;
    }
    PYR_TRY(check_starts(&laps, error));
    unwrap_clocks(&laps);
    add_clocks(&laps);
    PYR_TRY(find_suspensions(&laps, error));
    return check_rows(&laps, error);
}
