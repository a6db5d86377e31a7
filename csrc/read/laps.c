/* Lap analysis, two lanes. The fast lane takes runs of rows that have exactly as many separators as the header and no
 * quote, column by column, so that each parser is one tight loop; a field it does not know goes to the plain lane's
 * pyr_lap_plan_store. Every other record is read by the plain lane whole. */
#include "lap_plan.h"

#include "../text/number.h"
#include "../text/scan.h"

enum { CUTS = 1 + PYR_BLOCK_SIZE };

typedef struct lap_lane {
    pyr_lap_plan plan;
    pyr_file *file;
    pyr_reading *reading;
    int32_t source;
    pyr_text first_name; /* in the header */
    pyr_cuts cuts;
    uint16_t *cut_memory;
} lap_lane;

/* Rows that stand line by line in a block, and where: field f + 1 of row r begins at after[r * stride + f]. */
typedef struct run {
    const char *block;
    const uint16_t *after;
    uint32_t stride;
    int64_t rows;
    int64_t first_row, first_line;
} run;

/* One field of one row, and the way to that of the next: kept in registers, which no store through a column can
 * touch. */
typedef struct cursor {
    const char *block;
    const uint16_t *after, *end; /* of the run */
    size_t stride;
} cursor;

static inline cursor first_field(const run *rows, uint32_t field) {
    return (cursor){.block = rows->block,
                    .after = rows->after + field,
                    .end = rows->after + (size_t)rows->rows * rows->stride,
                    .stride = rows->stride};
}

static inline const char *field_start(cursor at) {
    return at.block + at.after[-1];
}

static inline const char *field_end(cursor at) {
    return at.block + at.after[0] - 1;
}

static inline uint32_t field_length(cursor at) {
    return at.after[0] - at.after[-1] - 1u;
}

static inline pyr_text field_text(cursor at) {
    return (pyr_text){field_start(at), field_length(at)};
}

static inline void next_row(cursor *at) {
    at->after += at->stride;
}

/* What a parser of the fast lane hands over: a field it could not read. */
static pyr_status store_plain(lap_lane *lane, pyr_lap_step *step, const run *rows, cursor at, pyr_error *error) {
    int64_t row = (at.after - rows->after) / (ptrdiff_t)rows->stride;
    pyr_text value = field_text(at);
    for (int i = 0; i < 2 && step->field + 1 == rows->stride; i++) { /* CRs before the line end */
        value.length -= value.length > 0 && value.data[value.length - 1] == '\r';
    }
    return pyr_lap_plan_store(&lane->plan, step, rows->first_row + row, rows->first_line + row, value, error);
}

/* ---- One loop a kind of column ---- */

static pyr_status take_durations(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    int64_t *out = (int64_t *)step->values + rows->first_row;
    for (cursor at = first_field(rows, step->field); at.after < at.end; next_row(&at), out++) {
        uint32_t length = field_length(at);
        if (length == 0) {
            *out = PYR_NO_TIME;
        } else if (PYR_UNLIKELY(!pyr_fast_duration(field_end(at), length, out))) {
            PYR_TRY(store_plain(lane, step, rows, at, error));
        }
    }
    return PYR_OK;
}

static pyr_status take_decimals(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    double *out = (double *)step->values + rows->first_row;
    for (cursor at = first_field(rows, step->field); at.after < at.end; next_row(&at), out++) {
        uint32_t length = field_length(at);
        if (length == 0) {
            *out = NAN;
        } else if (PYR_UNLIKELY(!pyr_fast_tenths(field_end(at), length, out))) {
            PYR_TRY(store_plain(lane, step, rows, at, error));
        }
    }
    return PYR_OK;
}

static pyr_status take_numbers(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    int32_t *out = (int32_t *)step->values + rows->first_row;
    for (cursor at = first_field(rows, step->field); at.after < at.end; next_row(&at), out++) {
        if (PYR_UNLIKELY(!pyr_fast_integer(field_end(at), field_length(at), out))) {
            PYR_TRY(store_plain(lane, step, rows, at, error));
        }
    }
    return PYR_OK;
}

/* Same bytes, loading nothing beyond either text and up to eight bytes before it. */
static inline bool same_text(pyr_text left, pyr_text right) {
    const char *start = right.data, *end = right.data + right.length;
    size_t length = right.length;
    if (left.length != length) {
        return false;
    }
    if (length <= 8) {
        return length == 0 || (pyr_load_8(left.data + length - 8) ^ pyr_load_8(end - 8)) >> (64 - 8 * length) == 0;
    }
    if (length <= 16) {
        return pyr_load_8(left.data) == pyr_load_8(start) && pyr_load_8(left.data + length - 8) == pyr_load_8(end - 8);
    }
    if (length <= 32) { /* the names of drivers and teams; a call would cost more */
        return pyr_load_8(left.data) == pyr_load_8(start) && pyr_load_8(left.data + 8) == pyr_load_8(start + 8) &&
               pyr_load_8(left.data + length - 16) == pyr_load_8(end - 16) &&
               pyr_load_8(left.data + length - 8) == pyr_load_8(end - 8);
    }
    return memcmp(left.data, start, length) == 0;
}

/* Texts and flags: most repeat the row above, and keep its code. */
static pyr_status take_codes(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    int32_t *out = (int32_t *)step->values + rows->first_row;
    pyr_text above = step->above;
    int32_t code = step->above_code;
    for (cursor at = first_field(rows, step->field); at.after < at.end; next_row(&at), out++) {
        if (PYR_UNLIKELY(above.data == NULL || !same_text(above, field_text(at)))) {
            PYR_TRY(store_plain(lane, step, rows, at, error));
            code = *out;
            /* a flag that is not known is a doubt in every row that has it */
            above = step->role == PYR_ROLE_FLAG && code < 0 ? (pyr_text){NULL, 0} : field_text(at);
        }
        *out = code;
    }
    step->above = above;
    step->above_code = code;
    return PYR_OK;
}

/* The rows from `row` on. */
static run rows_from(const run *rows, int64_t row) {
    run rest = *rows;
    rest.after += row * rest.stride;
    rest.rows -= row;
    rest.first_row += row;
    rest.first_line += row;
    return rest;
}

/* From one field to another, in the row of both. */
static inline pyr_text joined_text(cursor first, cursor last) {
    const char *start = field_start(first);
    return (pyr_text){start, (size_t)(field_end(last) - start)};
}

/* How many rows, the first among them, have the same from one field to another. */
static int64_t count_same(const run *rows, uint32_t from, uint32_t to) {
    cursor first = first_field(rows, from), last = first_field(rows, to);
    pyr_text above = joined_text(first, last);
    int64_t count = 0;
    do {
        count++;
        next_row(&first);
        next_row(&last);
    } while (first.after < first.end && same_text(above, joined_text(first, last)));
    return count;
}

/* Texts side by side. A car keeps its class, team and manufacturer, so that most rows repeat the row above in all of
 * them at once. */
static pyr_status take_codes_together(lap_lane *lane, pyr_lap_step *steps, size_t count, const run *rows,
                                      pyr_error *error) {
    for (int64_t row = 0, same; row < rows->rows; row += same) {
        run rest = rows_from(rows, row), one = rest;
        one.rows = 1;
        same = count_same(&rest, steps[0].field, steps[count - 1].field);
        for (size_t i = 0; i < count; i++) {
            PYR_TRY(take_codes(lane, &steps[i], &one, error));
            int32_t *out = (int32_t *)steps[i].values + rest.first_row, code = *out;
            for (int64_t j = 1; j < same; j++) {
                out[j] = code;
            }
        }
    }
    return PYR_OK;
}

static pyr_status take_improvements(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    int32_t *out = (int32_t *)step->values + rows->first_row;
    for (cursor at = first_field(rows, step->field); at.after < at.end; next_row(&at), out++) {
        *out = -1;
        if (PYR_UNLIKELY(field_length(at) != 1 || *field_start(at) != '0')) {
            PYR_TRY(store_plain(lane, step, rows, at, error));
        }
    }
    return PYR_OK;
}

static pyr_status take_in_pit(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    uint8_t *out = (uint8_t *)step->values + rows->first_row;
    for (cursor at = first_field(rows, step->field); at.after < at.end; next_row(&at), out++) {
        uint32_t length = field_length(at);
        *out = length == 1 && *field_start(at) == 'B';
        if (PYR_UNLIKELY(length != 0 && *out == 0)) {
            PYR_TRY(store_plain(lane, step, rows, at, error));
        }
    }
    return PYR_OK;
}

/* Eight characters or fewer that are those of a sector, or `0:41.117` for `41.117`. */
static inline bool restates(const char *end, uint32_t length, const char *sector_end, uint32_t sector_length) {
    uint64_t characters = pyr_load_8(end - 8), sector = pyr_load_8(sector_end - 8);
    if (length == 8 && sector_length == 6) {
        return characters == ((sector & ~(uint64_t)0xffff) | ':' << 8 | '0');
    }
    return length == sector_length && length <= 8 && ((characters ^ sector) & pyr_keep_last(length)) == 0;
}

/* Sectors again, as `0:41.117` or `101.077`: most are the characters of the sector; the others are parsed. */
static pyr_status compare_restated(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    const int64_t *expected = (const int64_t *)step->values + rows->first_row;
    cursor at = first_field(rows, step->field), of_sector = first_field(rows, step->restates);
    for (; at.after < at.end; next_row(&at), next_row(&of_sector), expected++) {
        const char *end = field_end(at);
        uint32_t length = field_length(at);
        if (PYR_LITTLE_ENDIAN && restates(end, length, field_end(of_sector), field_length(of_sector))) {
            continue;
        }
        int64_t value = PYR_NO_TIME;
        if (PYR_UNLIKELY(!(length == 0 || pyr_fast_seconds(end, length, &value) ||
                           pyr_fast_duration(end, length, &value)) ||
                         value != *expected)) {
            PYR_TRY(store_plain(lane, step, rows, at, error));
        }
    }
    return PYR_OK;
}

static pyr_status take_nameless(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    uint32_t most = step->field + 1 == rows->stride ? 2 : 0; /* CRs before the line end are no value */
    for (cursor at = first_field(rows, step->field); at.after < at.end; next_row(&at)) {
        uint32_t length = field_length(at);
        if (PYR_UNLIKELY(length > most || (length != 0 && (*field_start(at) != '\r' || field_end(at)[-1] != '\r')))) {
            PYR_TRY(store_plain(lane, step, rows, at, error));
        }
    }
    return PYR_OK;
}

/* Roles without one are passed by. */
static pyr_status (*const takers[])(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) = {
    [PYR_ROLE_NAMELESS] = take_nameless,   [PYR_ROLE_TEXT] = take_codes,
    [PYR_ROLE_NUMBER] = take_numbers,      [PYR_ROLE_DURATION] = take_durations,
    [PYR_ROLE_DECIMAL] = take_decimals,    [PYR_ROLE_IN_PIT] = take_in_pit,
    [PYR_ROLE_FLAG] = take_codes,          [PYR_ROLE_IMPROVEMENT] = take_improvements,
    [PYR_ROLE_RESTATED] = compare_restated};

/* ---- Runs of rows ---- */

static pyr_status add_stretch(lap_lane *lane, pyr_stretch stretch, pyr_error *error) {
    pyr_reading *reading = lane->reading;
    PYR_TRY(pyr_grow_array(reading->allocator, &reading->stretches, &reading->stretch_capacity,
                           reading->stretch_count + 1, sizeof *reading->stretches, error));
    reading->stretches[reading->stretch_count++] = stretch;
    return PYR_OK;
}

/* The next row stands behind a header, at `place` of the text. */
static pyr_status begin_part(lap_lane *lane, int64_t line, size_t place, pyr_error *error) {
    int64_t offset = pyr_file_offset(lane->file, place);
    return add_stretch(lane, (pyr_stretch){lane->reading->lap_count, line, offset, lane->source, true}, error);
}

/* A stretch begins where the next row's line is not the one that the last stretch foretells. */
static pyr_status note_stretch(lap_lane *lane, int64_t line, pyr_error *error) {
    const pyr_reading *reading = lane->reading;
    int64_t row = reading->lap_count;
    if (reading->stretch_count > 0) {
        const pyr_stretch *last = &reading->stretches[reading->stretch_count - 1];
        if (line - last->line == row - last->row) {
            return PYR_OK;
        }
    }
    return add_stretch(lane, (pyr_stretch){row, line, -1, lane->source, false}, error);
}

static pyr_status take_run(lap_lane *lane, run *rows, pyr_error *error) {
    pyr_reading *reading = lane->reading;
    PYR_TRY(note_stretch(lane, lane->file->line, error));
    PYR_TRY(pyr_lap_plan_reserve(&lane->plan, reading->lap_count + rows->rows, error));
    rows->first_row = reading->lap_count;
    rows->first_line = lane->file->line;
    for (size_t i = 0; i < lane->plan.count; i++) {
        pyr_lap_step *step = &lane->plan.steps[i];
        if (step->together > 1) {
            PYR_TRY(take_codes_together(lane, step, step->together, rows, error));
        } else if (step->together == 1 && takers[step->role] != NULL) {
            PYR_TRY(takers[step->role](lane, step, rows, error));
        }
    }
    reading->lap_count += rows->rows;
    lane->file->rows += rows->rows;
    lane->file->line += rows->rows;
    return PYR_OK;
}

/* ---- The plain lane ---- */

static pyr_status store_record(lap_lane *lane, int64_t line, pyr_error *error) {
    pyr_reading *reading = lane->reading;
    const pyr_csv *csv = &lane->file->csv;
    if (csv->field_count > lane->file->column_count || (csv->field_count < lane->file->column_count && csv->ended)) {
        PYR_TRY(pyr_file_doubt_row(lane->file, PYR_WARNING, "field_count", line,
                                   "this row has more or fewer fields than the header; they are taken in order",
                                   error));
    }
    PYR_TRY(note_stretch(lane, line, error));
    PYR_TRY(pyr_lap_plan_reserve(&lane->plan, reading->lap_count + 1, error));
    for (size_t i = 0; i < lane->plan.count; i++) {
        pyr_lap_step *step = &lane->plan.steps[i];
        if (step->field >= csv->field_count) {
            pyr_lap_plan_store_absent(step, reading->lap_count);
        } else {
            PYR_TRY(pyr_lap_plan_store(&lane->plan, step, reading->lap_count, line, csv->fields[step->field], error));
        }
        step->above.data = NULL; /* the row above is no longer in the fast lane's text */
    }
    reading->lap_count++;
    return PYR_OK;
}

/* One row from csv.place on. */
static pyr_status take_record(lap_lane *lane, bool *more, pyr_error *error) {
    int64_t line;
    bool headed;
    PYR_TRY(pyr_file_next(lane->file, more, &line, &headed, error));
    if (!*more) {
        return PYR_OK;
    }
    if (headed) {
        PYR_TRY(begin_part(lane, line, lane->file->csv.start, error));
    }
    return store_record(lane, line, error);
}

/* ---- Blocks ---- */

/* Lines of a block that the fast lane may take: as many fields as the header, no quote, and no header. */
static bool is_regular(const lap_lane *lane, const char *block, uint32_t line) {
    const pyr_cuts *cuts = &lane->cuts;
    uint32_t first = line == 0 ? 0 : cuts->ends[line - 1] + 1u, last = cuts->ends[line];
    uint32_t start = first == 0 ? 0 : cuts->after[first - 1], end = cuts->after[last] - 1u;
    pyr_text header = lane->first_name;
    if (block[start] == '\r') {
        return false;
    }
    while (start < end && (block[start] == ' ' || block[start] == lane->file->separator)) {
        start++;
    }
    return last - first + 1 == lane->plan.count && end < cuts->quote && block[start] != '\xef' &&
           (block[start] != header.data[0] || end - start < header.length ||
            memcmp(block + start, header.data, header.length) != 0);
}

/* Takes the lines of the block at csv.place. The plain lane may read beyond the line it began with. */
static pyr_status take_block(lap_lane *lane, uint32_t size, pyr_error *error) {
    pyr_csv *csv = &lane->file->csv;
    const char *block = csv->data + csv->place;
    size_t block_start = csv->place;
    const pyr_cuts *cuts = &lane->cuts;
    uint32_t stride = (uint32_t)lane->plan.count;
    pyr_scan_block(block, size, csv->separator, stride, &lane->cuts);
    for (uint32_t line = 0; line < cuts->line_count;) {
        uint32_t first = line == 0 ? 0 : cuts->ends[line - 1] + 1u, end = line;
        if (csv->place >= block_start + cuts->after[cuts->ends[line]]) {
            line++; /* the plain lane has read it */
            continue;
        }
        while (end < cuts->line_count && is_regular(lane, block, end)) {
            end++;
        }
        if (end == line) {
            bool more;
            PYR_TRY(take_record(lane, &more, error));
            if (csv->place - block_start > cuts->quote) { /* it is closed, or the plain lane had failed */
                pyr_find_quote(block, csv->place - block_start, size, &lane->cuts);
            }
            continue;
        }
        run rows = {.block = block, .after = cuts->after + first, .stride = stride, .rows = end - line};
        PYR_TRY(take_run(lane, &rows, error));
        csv->place = block_start + cuts->after[cuts->ends[end - 1]];
        line = end;
    }
    return PYR_OK;
}

static pyr_status take_rows(lap_lane *lane, pyr_error *error) {
    pyr_csv *csv = &lane->file->csv;
    for (bool more = true; more;) {
        size_t rest = csv->size - csv->place, before = csv->place;
        if (lane->plan.count > 1 && rest > 0) {
            PYR_TRY(take_block(lane, rest < PYR_BLOCK_SIZE ? (uint32_t)rest : PYR_BLOCK_SIZE, error));
        }
        if (csv->place == before) { /* a line longer than a block, or the last one without its end */
            PYR_TRY(take_record(lane, &more, error));
        }
    }
    return PYR_OK;
}

/* Rows that the file may have, by the lengths of some here and there; lines without fields are none. */
static int64_t estimate_rows(const pyr_file *file) {
    enum { SAMPLES = 4, SAMPLE_SIZE = 4096 };
    size_t rest = file->size - file->header_end, sampled = 0, lines = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t first = rest / SAMPLES * i, size = rest - first < SAMPLE_SIZE ? rest - first : SAMPLE_SIZE;
        lines += pyr_count_lines(file->data + file->header_end + first, size);
        sampled += size;
    }
    lines = lines < sampled / file->column_count ? lines : sampled / file->column_count;
    return (int64_t)((double)rest / (double)(sampled + 1) * (double)(lines + 1) * 1.06) + 16;
}

static pyr_status open_lane(lap_lane *lane, pyr_error *error) {
    pyr_reading *reading = lane->reading;
    const pyr_allocator *allocator = reading->allocator;
    int64_t rows = estimate_rows(lane->file);
    const pyr_text *name = lane->file->columns;
    while (name->length == 0) { /* a lap analysis has names */
        name++;
    }
    lane->first_name = *name;
    PYR_TRY(pyr_lap_plan_make(&lane->plan, lane->file, reading, error));
    PYR_TRY(pyr_new_array(allocator, CUTS + PYR_BLOCK_SIZE, sizeof *lane->cut_memory, &lane->cut_memory, error));
    lane->cuts.after = lane->cut_memory + 1;
    lane->cuts.ends = lane->cut_memory + CUTS;
    pyr_cuts_init(&lane->cuts);
    if (reading->laps == NULL) {
        int32_t count;
        const pyr_field *fields = pyr_part_fields(PYR_LAPS, &count);
        PYR_TRY(pyr_table_new(allocator, fields, count, rows, &reading->laps, error));
    }
    pyr_lap_source source = {reading->lap_count, lane->source, 0};
    for (int32_t column = 0; column < PYR_LAP_COLUMN_COUNT; column++) {
        source.columns |= (uint32_t)lane->plan.present[column] << column;
    }
    PYR_TRY(pyr_reading_add_lap_source(reading, source, error));
    PYR_TRY(begin_part(lane, lane->file->line, lane->file->header_end, error));
    return pyr_lap_plan_reserve(&lane->plan, reading->lap_count + rows, error);
}

static void close_lane(lap_lane *lane) {
    const pyr_allocator *allocator = lane->reading->allocator;
    pyr_release_array(allocator, lane->cut_memory, CUTS + PYR_BLOCK_SIZE, sizeof *lane->cut_memory);
    pyr_lap_plan_clear(&lane->plan);
}

pyr_status pyr_read_laps(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error) {
    lap_lane lane = {.file = file, .reading = reading, .source = source};
    int64_t first = reading->lap_count;
    pyr_status status = open_lane(&lane, error);
    if (status == PYR_OK) {
        status = take_rows(&lane, error);
    }
    if (status == PYR_OK) {
        pyr_lap_plan_fill(&lane.plan, first, reading->lap_count);
        for (size_t i = 0; i < lane.plan.count; i++) {
            if (lane.plan.steps[i].target < 0) {
                reading->sections[-1 - lane.plan.steps[i].target].filled = reading->lap_count;
            }
        }
        status = pyr_lap_plan_report(&lane.plan, error);
    }
    close_lane(&lane);
    return status;
}
