/* Lap analysis, two lanes. The fast lane takes runs of rows that have exactly as many separators as the header and no
 * quote, column by column, so that each parser is one tight loop; a field it does not know goes to the plain lane's
 * pyr_lap_plan_store. Every other record is read by the plain lane whole. */
#include "lap_plan.h"

#include "../text/number.h"
#include "../text/scan.h"

enum { CUTS = 1 + PYR_BLOCK_SIZE + PYR_SPARE_CUTS };

typedef struct lap_lane {
    pyr_lap_plan plan;
    pyr_file *file;
    pyr_reading *reading;
    int32_t source;
    size_t part_place, part_offset; /* of the last part: in the text, and in the source */
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
    const uint16_t *after;
    uint32_t stride;
} cursor;

static inline cursor first_field(const run *rows, uint32_t field) {
    return (cursor){rows->block, rows->after + field, rows->stride};
}

static inline const char *field_start(cursor at) {
    return at.block + at.after[-1];
}

static inline const char *field_end(cursor at) {
    return at.block + at.after[0] - 1;
}

/* What a parser of the fast lane hands over: a field it could not read. */
static pyr_status store_plain(lap_lane *lane, pyr_lap_step *step, const run *rows, int64_t row, pyr_error *error) {
    cursor at = first_field(rows, step->field);
    at.after += row * at.stride;
    pyr_text value = {field_start(at), (size_t)(field_end(at) - field_start(at))};
    for (int i = 0; i < 2 && step->field + 1 == rows->stride; i++) { /* CRs before the line end */
        value.length -= value.length > 0 && value.data[value.length - 1] == '\r';
    }
    return pyr_lap_plan_store(&lane->plan, step, rows->first_row + row, rows->first_line + row, value, error);
}

/* ---- One loop a kind of column ---- */

static pyr_status take_durations(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    int64_t *out = (int64_t *)step->values + rows->first_row;
    cursor at = first_field(rows, step->field);
    for (int64_t row = 0, count = rows->rows; row < count; row++, at.after += at.stride) {
        const char *start = field_start(at), *end = field_end(at);
        if (start == end) {
            out[row] = PYR_NO_TIME;
        } else if (PYR_UNLIKELY(!pyr_fast_duration(end, (unsigned)(end - start), out + row))) {
            PYR_TRY(store_plain(lane, step, rows, row, error));
        }
    }
    return PYR_OK;
}

static pyr_status take_decimals(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    double *out = (double *)step->values + rows->first_row;
    cursor at = first_field(rows, step->field);
    for (int64_t row = 0, count = rows->rows; row < count; row++, at.after += at.stride) {
        const char *start = field_start(at), *end = field_end(at);
        if (start == end) {
            out[row] = NAN;
        } else if (PYR_UNLIKELY(!pyr_fast_tenths(end, (unsigned)(end - start), out + row))) {
            PYR_TRY(store_plain(lane, step, rows, row, error));
        }
    }
    return PYR_OK;
}

static pyr_status take_numbers(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    int32_t *out = (int32_t *)step->values + rows->first_row;
    cursor at = first_field(rows, step->field);
    for (int64_t row = 0, count = rows->rows; row < count; row++, at.after += at.stride) {
        const char *start = field_start(at), *end = field_end(at);
        if (PYR_UNLIKELY(!pyr_fast_integer(end, (unsigned)(end - start), out + row))) {
            PYR_TRY(store_plain(lane, step, rows, row, error));
        }
    }
    return PYR_OK;
}

/* Same bytes, loading nothing beyond either text and up to eight bytes before it. */
static inline bool same_text(pyr_text left, const char *start, const char *end) {
    size_t length = (size_t)(end - start);
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
    cursor at = first_field(rows, step->field);
    for (int64_t row = 0, count = rows->rows; row < count; row++, at.after += at.stride) {
        const char *start = field_start(at), *end = field_end(at);
        if (PYR_UNLIKELY(above.data == NULL || !same_text(above, start, end))) {
            PYR_TRY(store_plain(lane, step, rows, row, error));
            code = out[row];
            /* a flag that is not known is a doubt in every row that has it */
            above = (pyr_text){step->role == PYR_ROLE_FLAG && code < 0 ? NULL : start, (size_t)(end - start)};
        }
        out[row] = code;
    }
    step->above = above;
    step->above_code = code;
    return PYR_OK;
}

/* A row of a run by itself. */
static run row_of(const run *rows, int64_t row) {
    run one = *rows;
    one.after += row * one.stride;
    one.rows = 1;
    one.first_row += row;
    one.first_line += row;
    return one;
}

/* All that the first row has in the fields of these steps; NULL where a value in it is a doubt in every row. */
static pyr_text joined_text(const pyr_lap_step *steps, size_t count, const run *rows) {
    const char *start = field_start(first_field(rows, steps[0].field));
    const char *end = field_end(first_field(rows, steps[count - 1].field));
    for (size_t i = 0; i < count; i++) {
        if (steps[i].above.data == NULL) {
            return (pyr_text){NULL, 0};
        }
    }
    return (pyr_text){start, (size_t)(end - start)};
}

/* How many rows from this one on have the same in these fields. */
static int64_t count_repeats(pyr_text above, const run *rows, int64_t row, uint32_t first, uint32_t last) {
    cursor start = first_field(rows, first), end = first_field(rows, last);
    ptrdiff_t stride = rows->stride, place = row * stride;
    int64_t repeats = 0;
    start.after += place;
    end.after += place;
    while (row + repeats < rows->rows && above.data != NULL && same_text(above, field_start(start), field_end(end))) {
        repeats++;
        start.after += stride;
        end.after += stride;
    }
    return repeats;
}

/* Texts and flags side by side. A car keeps its class, team and manufacturer, so that most rows repeat the row above in
 * all of them at once. */
static pyr_status take_codes_together(lap_lane *lane, pyr_lap_step *steps, size_t count, const run *rows,
                                      pyr_error *error) {
    pyr_text above = {NULL, 0};
    for (int64_t row = 0; row < rows->rows; row++) {
        int64_t repeats = count_repeats(above, rows, row, steps[0].field, steps[count - 1].field);
        for (size_t i = 0; i < count; i++) {
            int32_t *out = (int32_t *)steps[i].values + rows->first_row + row;
            for (int64_t j = 0; j < repeats; j++) {
                out[j] = steps[i].above_code;
            }
        }
        row += repeats;
        if (row < rows->rows) {
            run other = row_of(rows, row);
            for (size_t i = 0; i < count; i++) {
                PYR_TRY(take_codes(lane, &steps[i], &other, error));
            }
            above = joined_text(steps, count, &other);
        }
    }
    return PYR_OK;
}

static pyr_status take_improvements(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    int32_t *out = (int32_t *)step->values + rows->first_row;
    cursor at = first_field(rows, step->field);
    for (int64_t row = 0, count = rows->rows; row < count; row++, at.after += at.stride) {
        const char *start = field_start(at), *end = field_end(at);
        out[row] = -1;
        if (PYR_UNLIKELY(end - start != 1 || *start != '0')) {
            PYR_TRY(store_plain(lane, step, rows, row, error));
        }
    }
    return PYR_OK;
}

static pyr_status take_in_pit(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    uint8_t *out = (uint8_t *)step->values + rows->first_row;
    cursor at = first_field(rows, step->field);
    for (int64_t row = 0, count = rows->rows; row < count; row++, at.after += at.stride) {
        const char *start = field_start(at), *end = field_end(at);
        out[row] = end - start == 1 && *start == 'B';
        if (PYR_UNLIKELY(end != start && out[row] == 0)) {
            PYR_TRY(store_plain(lane, step, rows, row, error));
        }
    }
    return PYR_OK;
}

/* The same last characters, up to eight. */
static inline bool same_ending(const char *left_end, const char *right_end, size_t length) {
    return ((pyr_load_8(left_end - 8) ^ pyr_load_8(right_end - 8)) & pyr_keep_last((unsigned)length)) == 0;
}

/* `0:41.117` for `41.117`. */
static inline bool is_prefixed(const char *end, size_t length, const char *sector_end, size_t sector_length) {
    uint64_t sector = pyr_load_8(sector_end - 8);
    return length == 8 && sector_length == 6 && pyr_load_8(end - 8) == ((sector & ~(uint64_t)0xffff) | ':' << 8 | '0');
}

/* Sectors again, as `0:41.117` or `101.077`: most are the characters of the sector, with `0:` before them or without;
 * the others are parsed. */
static pyr_status compare_restated(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    const int64_t *expected = (const int64_t *)step->values + rows->first_row;
    cursor at = first_field(rows, step->field), of_sector = first_field(rows, step->restates);
    for (int64_t row = 0, count = rows->rows; row < count;
         row++, at.after += at.stride, of_sector.after += of_sector.stride) {
        const char *start = field_start(at), *end = field_end(at);
        const char *sector = field_start(of_sector), *sector_end = field_end(of_sector);
        size_t length = (size_t)(end - start), sector_length = (size_t)(sector_end - sector);
        if (PYR_LITTLE_ENDIAN && (length == sector_length ? length <= 8 && same_ending(end, sector_end, length)
                                                          : is_prefixed(end, length, sector_end, sector_length))) {
            continue;
        }
        int64_t value = PYR_NO_TIME;
        if (PYR_UNLIKELY(!(length == 0 || pyr_fast_seconds(end, (unsigned)length, &value) ||
                           pyr_fast_duration(end, (unsigned)length, &value)) ||
                         value != expected[row])) {
            PYR_TRY(store_plain(lane, step, rows, row, error));
        }
    }
    return PYR_OK;
}

static pyr_status take_nameless(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    cursor at = first_field(rows, step->field);
    for (int64_t row = 0, count = rows->rows; row < count; row++, at.after += at.stride) {
        const char *start = field_start(at), *end = field_end(at);
        if (PYR_UNLIKELY(end - start > 2 || (end != start && (*start != '\r' || end[-1] != '\r')))) {
            PYR_TRY(store_plain(lane, step, rows, row, error));
        }
    }
    return PYR_OK;
}

static pyr_status take_column(lap_lane *lane, pyr_lap_step *step, const run *rows, pyr_error *error) {
    switch (step->role) {
    case PYR_ROLE_DURATION:
        return take_durations(lane, step, rows, error);
    case PYR_ROLE_DECIMAL:
        return take_decimals(lane, step, rows, error);
    case PYR_ROLE_NUMBER:
        return take_numbers(lane, step, rows, error);
    case PYR_ROLE_TEXT:
    case PYR_ROLE_FLAG:
        return take_codes(lane, step, rows, error);
    case PYR_ROLE_IMPROVEMENT:
        return take_improvements(lane, step, rows, error);
    case PYR_ROLE_IN_PIT:
        return take_in_pit(lane, step, rows, error);
    case PYR_ROLE_RESTATED:
        return compare_restated(lane, step, rows, error);
    case PYR_ROLE_NAMELESS:
        return take_nameless(lane, step, rows, error);
    case PYR_ROLE_IGNORED:
    case PYR_ROLE_UNKNOWN:
        break;
    }
    return PYR_OK;
}

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
    lane->part_offset += pyr_file_source_size(lane->file, lane->part_place, place);
    lane->part_place = place;
    pyr_stretch stretch = {lane->reading->lap_count, line, (int64_t)lane->part_offset, lane->source, true};
    return add_stretch(lane, stretch, error);
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
    for (size_t i = 0; i < lane->plan.count; i += lane->plan.steps[i].together) {
        pyr_lap_step *step = &lane->plan.steps[i];
        PYR_TRY(step->together > 1 ? take_codes_together(lane, step, step->together, rows, error)
                                   : take_column(lane, step, rows, error));
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
    pyr_text header = lane->file->columns[0];
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
    enum { SAMPLES = 4, SAMPLE_SIZE = 8192 };
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
    lap_lane lane = {.file = file, .reading = reading, .source = source, .part_offset = file->mark};
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
