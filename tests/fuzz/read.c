/* Any bytes as a source. FUZZ_FORMAT (a string, or not defined) forces the format. The first two bytes say which
 * allocation fails, and whether the rest is one source or two. What comes out keeps every promise: rows in = rows out +
 * rows listed, tables as pyracing.h says, questions answered or refused, the same answer for the same bytes. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t file_rows(const pyr_session *session) {
    const pyr_table *files = pyr_session_part_view(session, PYR_FILES);
    int64_t rows = 0;
    int32_t read = pyr_table_find_column(files, (pyr_text){"rows", 4});
    int32_t listed = pyr_table_find_column(files, (pyr_text){"rows_listed", 11});
    for (int64_t row = 0; row < pyr_table_row_count(files); row++) {
        rows += ((const int64_t *)pyr_table_column_view(files, read)->values)[row];
        rows -= ((const int64_t *)pyr_table_column_view(files, listed)->values)[row];
    }
    return rows;
}

static void check_session(const pyr_session *session, bool lap_files) {
    for (int part = 0; part < PYR_PART_COUNT; part++) {
        fuzz_check_table(pyr_session_part_view(session, (pyr_part)part));
    }
    if (lap_files) {
        PROMISE(file_rows(session) == pyr_table_row_count(pyr_session_part_view(session, PYR_LAPS)));
    }
    int32_t count;
    const pyr_question *const *questions = pyr_questions_view(&count);
    for (int32_t i = 0; i < count; i++) {
        pyr_table *answer = NULL;
        pyr_error error;
        pyr_status status = questions[i]->ask(session, questions[i]->options_default, &answer, &error);
        PROMISE((status == PYR_OK) == (answer != NULL));
        PROMISE(status == PYR_OK || status == PYR_ERROR_REFUSED || status == PYR_ERROR_MEMORY);
        if (status == PYR_OK) {
            fuzz_check_table(answer);
        }
        pyr_table_release(answer);
    }
}

static pyr_session *read_sources(fuzz_allocator *fuzz, const pyr_source *sources, int32_t count, size_t size) {
    pyr_read_options options = pyr_read_options_default();
    pyr_session *session = (pyr_session *)(uintptr_t)1;
    pyr_error error;
#ifdef FUZZ_FORMAT
    options.format = FUZZ_FORMAT;
#endif
    pyr_status status = pyr_read(&fuzz->allocator, sources, count, &options, &session, &error);
    PROMISE((status == PYR_OK) == (session != NULL));
    if (status != PYR_OK) {
        PROMISE(error.status == status && error.message[0] != '\0' && error.source < count);
        PROMISE(error.offset >= -1 && error.offset <= (int64_t)size && error.line >= 0 && error.column >= 0);
        PROMISE(status != PYR_ERROR_MEMORY || fuzz->fail_at > 0);
    }
    return session;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    fuzz_allocator fuzz, sound;
    fuzz_allocator_init(&fuzz, data[0] < 128 ? 0 : data[0] - 127);
    fuzz_allocator_init(&sound, 0);
    const char *text = (const char *)data + 2;
    size_t length = size - 2, first = data[1] < 224 ? length : length * (data[1] - 223u) / 33;
    char *copies[2] = {malloc(first + !first), malloc(length - first + !(length - first))};
    memcpy(copies[0], text, first);
    memcpy(copies[1], text + first, length - first);
    pyr_source sources[2] = {{{"one-laps.csv", 12}, copies[0], first}, {{"two.csv", 7}, copies[1], length - first}};
    int32_t count = first < length ? 2 : 1;
    pyr_session *session = read_sources(&fuzz, sources, count, length);
    pyr_session *again = read_sources(&sound, sources, count, length);
    free(copies[0]);
    free(copies[1]);
    if (session != NULL) {
        PROMISE(again != NULL && pyr_session_equal(session, again));
    }
    if (again != NULL) {
        int32_t format = pyr_table_find_column(pyr_session_part_view(again, PYR_FILES), (pyr_text){"format", 6});
        const pyr_column *formats = pyr_table_column_view(pyr_session_part_view(again, PYR_FILES), format);
        bool lap_files = true;
        for (int32_t file = 0; file < count; file++) {
            int32_t code = ((const int32_t *)formats->values)[file];
            const char *name = formats->dictionary->bytes + formats->dictionary->offsets[code];
            lap_files = lap_files && strncmp(name, "al_kamel_laps", 13) == 0;
        }
        check_session(again, lap_files);
    }
    pyr_session_release(session);
    pyr_session_release(again);
    fuzz_nothing_left(&fuzz);
    fuzz_nothing_left(&sound);
    return 0;
}
