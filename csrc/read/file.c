#include "file.h"

#include <string.h>

#include "../text/number.h"
#include "../text/scan.h"

/* ---- Header ---- */

static bool named(pyr_text column, const char *name) {
    return pyr_text_equal(column, pyr_text_of(name));
}

static bool has(const pyr_text *columns, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (named(columns[i], name)) {
            return true;
        }
    }
    return false;
}

pyr_format pyr_header_format(const pyr_text *columns, size_t count, pyr_kind *kind) {
    *kind = PYR_KIND_UNKNOWN;
    if (has(columns, count, "NUMBER") && has(columns, count, "LAP_NUMBER") &&
        (has(columns, count, "LAP_TIME") || has(columns, count, "ELAPSED"))) {
        return PYR_FORMAT_LAPS;
    }
    if (has(columns, count, "CLASS_TYPE") && has(columns, count, "NUMBER")) {
        *kind = PYR_RACE;
        return PYR_FORMAT_CLASS_RESULTS;
    }
    if (has(columns, count, "POSITION") && has(columns, count, "NUMBER")) {
        *kind = PYR_RACE;
        return PYR_FORMAT_RESULTS;
    }
    if (has(columns, count, "POS") && has(columns, count, "NUMBER") && has(columns, count, "TIME")) {
        return PYR_FORMAT_RESULTS;
    }
    if (has(columns, count, "BESTLAP_1") && has(columns, count, "NUMBER")) {
        return PYR_FORMAT_BEST_LAPS;
    }
    if (has(columns, count, "TIME_UTC_SECONDS") || has(columns, count, "TIME_UTC_STR")) {
        return PYR_FORMAT_WEATHER;
    }
    return PYR_FORMAT_UNKNOWN;
}

bool pyr_is_header_name(pyr_text value) {
    static const char *const names[] = {"NUMBER",     "LAP_NUMBER", "POSITION",         "LAP_TIME",
                                        "TOTAL_TIME", "GAP_FIRST",  "TIME_UTC_SECONDS", "TIME_UTC_STR"};
    value = pyr_trim(value);
    if (value.length == 0 || value.data[0] < 'A' || value.data[0] > 'Z') { /* most values of a row */
        return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (named(value, names[i])) {
            return true;
        }
    }
    return false;
}

static const char separators[] = {';', ',', '\t', '|'};

/* Of a whole line, whatever its separator, or of a field that a line of another separator is. */
static bool holds_header_names(pyr_text value) {
    size_t start = 0;
    int found = 0;
    for (size_t i = 0; i <= value.length && found < 2; i++) {
        if (i == value.length || memchr(separators, value.data[i], sizeof separators) != NULL) {
            found += pyr_is_header_name((pyr_text){value.data + start, i - start});
            start = i + 1;
        }
    }
    return found >= 2;
}

const char *pyr_format_name(pyr_format format) {
    static const char *const names[] = {"unknown",          "al_kamel_laps",          "al_kamel_results",
                                        "al_kamel_class_results", "al_kamel_best_laps", "al_kamel_weather"};
    return (unsigned)format < sizeof names / sizeof *names ? names[format] : NULL;
}

/* The separator that stands most often in the first line that is not blank. */
static char find_separator(const char *data, size_t size) {
    size_t best_count = 0, first = 0;
    char best = ',';
    while (first < size && (data[first] == '\n' || data[first] == '\r' || data[first] == ' ')) {
        first++;
    }
    for (size_t i = 0; i < sizeof separators; i++) {
        size_t count = 0;
        for (size_t place = first; place < size && data[place] != '\n' && data[place] != '\r'; place++) {
            count += data[place] == separators[i];
        }
        if (count > best_count) {
            best_count = count;
            best = separators[i];
        }
    }
    return best;
}

/* The bytes that the source takes for those of the decoded text from `first` up to `end`. */
static size_t size_in_source(const pyr_file *file, size_t first, size_t end) {
    bool wide = file->encoding == PYR_UTF_16_LE || file->encoding == PYR_UTF_16_BE;
    return wide ? pyr_utf16_offset(file->data + first, end - first) : end - first;
}

int64_t pyr_file_offset(pyr_file *file, size_t place) {
    file->told_offset += size_in_source(file, file->told_place, place);
    file->told_place = place;
    return (int64_t)(file->mark + file->told_offset);
}

/* An offset in the decoded text -> an offset in the source. */
static void place_in_source(const pyr_file *file, pyr_error *error) {
    if (error != NULL) {
        error->offset = (int64_t)(file->mark + size_in_source(file, 0, (size_t)error->offset));
    }
}

/* The next record, blank or not. */
static pyr_status next_record(pyr_file *file, bool *more, pyr_error *error) {
    pyr_status status = pyr_csv_next(&file->csv, more, error);
    if (status == PYR_ERROR_UNREADABLE) {
        place_in_source(file, error);
    }
    return status;
}

static bool is_blank(const pyr_csv *csv) {
    return csv->field_count == 1 && pyr_trim(csv->fields[0]).length == 0;
}

/* Published tables have at most 93 columns. A short row costs time for every column, so a header that is nothing but
 * separators would make a small file slow. */
enum { COLUMN_LIMIT = 1024, BYTES_OF_1252 = 3 /* in UTF-8, for one in windows-1252 */ };

/* Fields that were quoted do not outlive the next record: the names are copied. */
static pyr_status keep_names(pyr_file *file, pyr_error *error) {
    const pyr_csv *csv = &file->csv;
    PYR_TRY(pyr_grow_array(file->allocator, &file->columns, &file->columns_capacity, csv->field_count,
                           sizeof *file->columns, error));
    PYR_TRY(pyr_grow_array(file->allocator, &file->names, &file->names_capacity,
                           (csv->place - csv->start + 1) * BYTES_OF_1252, 1, error)); /* below PYR_RECORD_LIMIT x 3 */
    char *place = file->names;
    for (size_t i = 0; i < csv->field_count; i++) {
        pyr_text name = pyr_trim(csv->fields[i]);
        size_t length = name.length;
        if (pyr_utf8_valid(name)) {
            memcpy(place, name.data, length);
        } else {
            length = pyr_windows_1252_decode(name, place);
        }
        file->columns[i] = (pyr_text){place, length};
        place += length;
    }
    file->column_count = csv->field_count;
    return PYR_OK;
}

/* The first CR in a field of the record last read that is not quoted; NULL: none. Fields end before line ends. */
static const char *find_lone_return(const pyr_csv *csv) {
    for (size_t i = 0; i < csv->field_count; i++) {
        bool quoted = csv->fields[i].data != csv->data + csv->offsets[i];
        const char *place = quoted ? NULL : memchr(csv->fields[i].data, '\r', csv->fields[i].length);
        if (place != NULL) {
            return place;
        }
    }
    return NULL;
}

/* Where other lines end with LF, a line that ends with CR alone makes one row of two, or one header of it and a row; LF
 * CR begins rows with CR. */
static pyr_status refuse_lone_return(const pyr_file *file, pyr_error *error) {
    const char *place = find_lone_return(&file->csv);
    if (place == NULL) {
        return PYR_OK;
    }
    return pyr_file_fail(file, error, PYR_ERROR_UNREADABLE, (size_t)(place - file->csv.data),
                         "a carriage return stands here alone, where other lines end with a line feed; give the file "
                         "line ends of one kind");
}

static pyr_status read_header(pyr_file *file, pyr_error *error) {
    bool more;
    do {
        PYR_TRY(next_record(file, &more, error));
    } while (more && is_blank(&file->csv));
    if (!more) {
        return pyr_file_fail(file, error, PYR_ERROR_UNKNOWN_FORMAT, 0,
                             "the file holds nothing but blank lines; download it again");
    }
    if (holds_header_names((pyr_text){file->csv.data + file->csv.start, file->csv.place - file->csv.start})) {
        PYR_TRY(refuse_lone_return(file, error));
    }
    if (file->csv.field_count > COLUMN_LIMIT) {
        return pyr_file_fail(file, error, PYR_ERROR_UNKNOWN_FORMAT, file->csv.start,
                             "the first line has more columns than any timing file; give the CSV that was published");
    }
    return keep_names(file, error);
}

/* ---- Opening ---- */

static bool begins_with_tag(const char *data, size_t size) {
    size_t place = 0;
    while (place < size && (data[place] == ' ' || data[place] == '\n' || data[place] == '\r' || data[place] == '\t')) {
        place++;
    }
    return place < size && data[place] == '<';
}

static pyr_status refuse_content(const pyr_file *file, pyr_error *error) {
    const char *data = file->data;
    size_t shown = file->size < 4096 ? file->size : 4096;
    if (file->size == 0) {
        return pyr_file_fail(file, error, PYR_ERROR_UNKNOWN_FORMAT, 0, "the file is empty; download it again");
    }
    if (begins_with_tag(data, shown)) {
        return pyr_file_fail(file, error, PYR_ERROR_UNKNOWN_FORMAT, 0,
                             "this is a web page or XML, not a timing file; download the CSV itself");
    }
    const char *zero = memchr(data, '\0', shown);
    if (zero != NULL) {
        return pyr_file_fail(file, error, PYR_ERROR_UNKNOWN_FORMAT, (size_t)(zero - data),
                             "this is a binary file, not a timing file; give the CSV that the timekeeper published");
    }
    return PYR_OK;
}

/* Lines that end with CR alone end with LF from here on, so that lines are counted in one way. */
static pyr_status decode_line_ends(pyr_file *file, pyr_error *error) {
    if (memchr(file->data, '\n', file->size) != NULL || memchr(file->data, '\r', file->size) == NULL) {
        return PYR_OK;
    }
    if (file->decoded == NULL) {
        PYR_TRY(pyr_grow_array(file->allocator, &file->decoded, &file->decoded_capacity, file->size, 1, error));
    }
    for (size_t i = 0; i < file->size; i++) {
        file->decoded[i] = file->data[i] == '\r' ? '\n' : file->data[i];
    }
    file->data = file->decoded;
    return PYR_OK;
}

static pyr_status decode(pyr_file *file, const pyr_source *source, pyr_error *error) {
    const char *data = source->size == 0 ? "" : source->data; /* a source without bytes may be NULL */
    file->encoding = pyr_detect_encoding(data, source->size, &file->mark);
    file->data = data + file->mark;
    file->size = source->size - file->mark;
    if (file->encoding == PYR_UTF_16_LE || file->encoding == PYR_UTF_16_BE) {
        PYR_TRY(pyr_utf16_decode(file->allocator, file->data, file->size, file->encoding == PYR_UTF_16_BE,
                                 &file->decoded, &file->size, &file->decoded_capacity, error));
        file->data = file->decoded;
    }
    return decode_line_ends(file, error);
}

/* A spreadsheet puts a title or its `sep=;` above the header. */
static pyr_status refuse_header(const pyr_file *file, pyr_error *error) {
    enum { LINES = 20, LINE_LIMIT = 4096 };
    size_t place = file->csv.place;
    for (int i = 0; i < LINES && place < file->size; i++) {
        const char *line = file->data + place, *end = memchr(line, '\n', file->size - place);
        size_t length = end == NULL ? file->size - place : (size_t)(end - line);
        if (length < LINE_LIMIT && holds_header_names((pyr_text){line, length})) {
            return pyr_file_fail(file, error, PYR_ERROR_UNKNOWN_FORMAT, place,
                                 "the header stands on this line and not on the first; delete the lines above it");
        }
        place += length + 1;
    }
    return pyr_file_fail(file, error, PYR_ERROR_UNKNOWN_FORMAT, file->csv.start,
                         "the first line is no header of a timing file (NUMBER, LAP_NUMBER, LAP_TIME, ...); use "
                         "from_laps for a table of your own");
}

pyr_status pyr_file_open(pyr_file *file, const pyr_source *source, pyr_format forced, pyr_error *error) {
    pyr_kind kind;
    file->name = pyr_utf8_valid(source->name) ? source->name : pyr_text_of("?");
    file->source_size = source->size;
    PYR_TRY(decode(file, source, error));
    PYR_TRY(refuse_content(file, error));
    file->separator = find_separator(file->data, file->size < PYR_RECORD_LIMIT ? file->size : PYR_RECORD_LIMIT);
    file->csv = (pyr_csv){
        .allocator = file->allocator, .data = file->data, .size = file->size, .separator = file->separator};
    PYR_TRY(read_header(file, error));
    file->header_end = file->csv.place;
    file->line = (int64_t)pyr_count_lines(file->data, file->header_end) + 1;
    file->format = pyr_header_format(file->columns, file->column_count, &kind);
    if (file->format == PYR_FORMAT_UNKNOWN) {
        return refuse_header(file, error);
    }
    if (forced != PYR_FORMAT_UNKNOWN && forced != file->format) {
        return pyr_file_fail(file, error, PYR_ERROR_UNKNOWN_FORMAT, file->csv.start,
                             "the columns are not those of the format that was asked for; leave out format=");
    }
    return PYR_OK;
}

void pyr_file_close(pyr_file *file) {
    if (file->csv.allocator != NULL) {
        pyr_csv_clear(&file->csv);
    }
    pyr_release_array(file->allocator, file->columns, file->columns_capacity, sizeof *file->columns);
    pyr_release_array(file->allocator, file->decoded, file->decoded_capacity, 1);
    pyr_release_array(file->allocator, file->names, file->names_capacity, 1);
    file->names = NULL;
    file->columns = NULL;
    file->decoded = NULL;
    file->csv.allocator = NULL;
}

pyr_status pyr_file_fail(const pyr_file *file, pyr_error *error, pyr_status status, size_t offset,
                         const char *message) {
    pyr_fail_at(error, status, file->data, offset, "%s", message);
    place_in_source(file, error);
    return status;
}

/* ---- Records and values ---- */

int32_t pyr_file_find(const pyr_file *file, const char *name) {
    for (size_t i = 0; i < file->column_count; i++) {
        if (named(file->columns[i], name)) {
            return (int32_t)i;
        }
    }
    return -1;
}

pyr_status pyr_file_fail_joined(const pyr_file *file, size_t offset, pyr_error *error) {
    return pyr_file_fail(file, error, PYR_ERROR_UNREADABLE, offset,
                         "another table begins at this line; split the file here and read its parts one by one");
}

/* Raw bytes of a header are the name of a column, which was decoded. */
static bool is_column_name(pyr_text raw, pyr_text name) {
    if (pyr_text_equal(raw, name) || pyr_utf8_valid(raw)) {
        return pyr_text_equal(raw, name);
    }
    for (size_t i = 0; i < raw.length; i++) {
        char character[BYTES_OF_1252];
        size_t length = pyr_windows_1252_decode((pyr_text){raw.data + i, 1}, character);
        if (length > name.length || memcmp(character, name.data, length) != 0) {
            return false;
        }
        name = (pyr_text){name.data + length, name.length - length};
    }
    return name.length == 0;
}

/* `same`: the header again, as where files were joined; `other`: the header of another table. */
static void find_header(const pyr_file *file, bool *same, bool *other) {
    static const char mark[] = "\xef\xbb\xbf";
    const pyr_csv *csv = &file->csv;
    *same = csv->field_count == file->column_count;
    *other = false;
    for (size_t i = 0; i < csv->field_count; i++) {
        pyr_text name = csv->fields[i];
        if (i == 0 && name.length >= 3 && memcmp(name.data, mark, 3) == 0) {
            name = (pyr_text){name.data + 3, name.length - 3};
        }
        *same = *same && is_column_name(pyr_trim(name), file->columns[i]);
        *other = *other || pyr_is_header_name(name) ||
                 (csv->field_count < file->column_count && holds_header_names(name));
    }
    *other = *other && !*same;
}

/* A field from `offset` to the end of the file goes on behind the line that it began in. */
static bool takes_lines(const pyr_csv *csv, size_t offset) {
    const char *place = memchr(csv->data + offset, '\n', csv->size - offset), *end = csv->data + csv->size;
    while (place != NULL && place < end && (*place == '\n' || *place == '\r' || *place == ' ' || *place == '\t')) {
        place++;
    }
    return place != NULL && place < end;
}

/* The last field of a file that was cut is not what it was. A row that ends with the file but is as long as the header
 * may lack nothing but its line end. A quote that takes the lines behind it up to the end is no cut. */
static pyr_status check_end(pyr_file *file, int64_t line, pyr_error *error) {
    pyr_csv *csv = &file->csv;
    if (csv->ended || !(csv->field_count < file->column_count || csv->open_quote)) {
        return PYR_OK;
    }
    csv->field_count--;
    if (csv->open_quote && takes_lines(csv, csv->offsets[csv->field_count])) {
        return pyr_file_fail(file, error, PYR_ERROR_UNREADABLE, csv->offsets[csv->field_count],
                             "a quote opens here and is never closed, so that the lines behind it would be lost; close "
                             "or remove it");
    }
    return pyr_file_doubt_row(file, PYR_DOUBT_ERROR, "file_cut_short", line,
                              "the file ends inside this row; what is complete is kept", error);
}

pyr_status pyr_file_next(pyr_file *file, bool *more, int64_t *line, bool *headed, pyr_error *error) {
    pyr_csv *csv = &file->csv;
    *headed = false;
    for (;;) {
        bool same, other;
        PYR_TRY(next_record(file, more, error));
        *line = file->line;
        file->line += (int64_t)pyr_count_lines(file->data + csv->start, csv->place - csv->start);
        if (!*more) {
            return PYR_OK;
        }
        if (is_blank(csv)) {
            continue;
        }
        if (csv->field_count > file->column_count || csv->data[csv->start] == '\r') {
            PYR_TRY(refuse_lone_return(file, error));
        }
        find_header(file, &same, &other);
        if (other) {
            return pyr_file_fail_joined(file, csv->start, error);
        }
        if (!same) {
            file->rows++;
            if (csv->field_count > file->column_count && file->long_rows++ == 0) {
                file->first_long_row = *line;
            }
            return check_end(file, *line, error);
        }
        *headed = true;
        PYR_TRY(pyr_file_doubt_row(file, PYR_NOTE, "header_repeated", *line,
                                   "the header stands here again: files were joined", error));
    }
}

pyr_status pyr_file_report_long_rows(pyr_file *file, pyr_error *error) {
    pyr_doubt_place place = {.file = file->name, .line = file->first_long_row, .lap = PYR_NO_INT32};
    if (file->long_rows == 0) {
        return PYR_OK;
    }
    return pyr_doubts_add(file->doubts, PYR_WARNING, "field_count", place, error,
                          "%lld rows, this one first, have more fields than the header; those beyond it are not kept",
                          (long long)file->long_rows);
}

pyr_text pyr_file_field(const pyr_file *file, int32_t column) {
    bool there = column >= 0 && (size_t)column < file->csv.field_count;
    return there ? pyr_trim(file->csv.fields[column]) : (pyr_text){"", 0};
}

pyr_status pyr_file_intern(pyr_file *file, int64_t line, pyr_text value, pyr_interner *interner, int32_t *code,
                           pyr_error *error) {
    *code = -1;
    value = pyr_trim(value);
    if (value.length == 0) {
        return PYR_OK;
    }
    if (pyr_utf8_valid(value)) {
        return pyr_interner_add(interner, value, code, error);
    }
    if (file->encoding == PYR_UTF_8) {
        file->encoding = PYR_WINDOWS_1252;
        PYR_TRY(pyr_file_doubt_row(file, PYR_NOTE, "not_utf8", line,
                                   "the file is not UTF-8; what is not is read as windows-1252", error));
    }
    char *decoded;
    PYR_TRY(pyr_new_array(file->allocator, value.length, BYTES_OF_1252, &decoded, error));
    size_t length = pyr_windows_1252_decode(value, decoded);
    pyr_status status = pyr_interner_add(interner, (pyr_text){decoded, length}, code, error);
    pyr_release_array(file->allocator, decoded, value.length, BYTES_OF_1252);
    return status;
}

pyr_status pyr_file_doubt(pyr_file *file, pyr_severity severity, const char *code, int64_t line, pyr_text column,
                          pyr_text value, const char *what, pyr_error *error) {
    pyr_doubt_place place = {.file = file->name, .line = line, .column = column, .lap = PYR_NO_INT32};
    char shown[64];
    int length = 0;
    for (int i = 0; i < pyr_shown(value.length); i++) { /* printable ASCII: a message is UTF-8 whatever the file is */
        shown[length++] = value.data[i] >= ' ' && value.data[i] <= '~' ? value.data[i] : '?';
    }
    return pyr_doubts_add(file->doubts, severity, code, place, error, "'%.*s' %s", length, shown, what);
}

pyr_status pyr_file_doubt_row(pyr_file *file, pyr_severity severity, const char *code, int64_t line, const char *what,
                              pyr_error *error) {
    pyr_doubt_place place = {.file = file->name, .line = line, .lap = PYR_NO_INT32};
    return pyr_doubts_add(file->doubts, severity, code, place, error, "%s", what);
}

pyr_status pyr_file_doubt_column(pyr_file *file, pyr_text column, pyr_error *error) {
    pyr_doubt_place place = {.file = file->name, .column = column, .lap = PYR_NO_INT32};
    bool again = false; /* the name stands before this place of the header */
    for (size_t i = 0; i < file->column_count && file->columns[i].data < column.data; i++) {
        again = again || pyr_text_equal(file->columns[i], column);
    }
    return pyr_doubts_add(file->doubts, PYR_NOTE, again ? "column_repeated" : "unknown_column", place, error,
                          again ? "a column of this name stands before it; this one is not kept"
                                : "this column is not known and is not kept");
}

/* ---- Names of files ---- */

pyr_text pyr_base_name(pyr_text path) {
    size_t start = 0, end = path.length;
    for (size_t i = 0; i < path.length; i++) {
        if (path.data[i] == '/' || path.data[i] == '\\') {
            start = i + 1;
        }
    }
    for (size_t i = end; i > start + 1; i--) {
        if (path.data[i - 1] == '.') {
            end = i - 1;
            break;
        }
    }
    return (pyr_text){path.data + start, end - start};
}

bool pyr_path_mentions(pyr_text path, const char *word) {
    pyr_text name = pyr_base_name(path);
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= name.length; i++) {
        size_t same = 0;
        while (same < length && (name.data[i + same] | 0x20) == word[same]) {
            same++;
        }
        if (same == length) {
            return true;
        }
    }
    return false;
}
