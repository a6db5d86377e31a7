/* The parts of a session in their order, its facts, and whether its sources belong together. */
#include "assemble.h"

#include <string.h>

#include "../base/sort.h"

/* ---- Do the sources belong together? ---- */

/* Its best lap or its total time stands among the laps of the car. */
static bool stands_in_laps(const pyr_assembly *assembly, const pyr_result_row *row) {
    const int64_t *lap_time = pyr_int64s(pyr_table_column_view(assembly->parts[PYR_LAPS], PYR_LAP_LAP_TIME));
    const int64_t *elapsed = pyr_int64s(pyr_table_column_view(assembly->parts[PYR_LAPS], PYR_LAP_ELAPSED));
    int64_t end = assembly->first_lap[row->car + 1];
    for (int64_t lap = assembly->first_lap[row->car]; lap < end; lap++) {
        if (row->best_lap != PYR_NO_TIME && lap_time[lap] == row->best_lap) {
            return true;
        }
    }
    return row->total_time != PYR_NO_TIME && elapsed[end - 1] == row->total_time;
}

/* Cars of a result that ran laps are those of the lap files, for the most part, and so are their times for at least a
 * quarter: penalties change a total time, no decision all best laps. */
static pyr_status check_result(const pyr_assembly *assembly, size_t first, size_t end, pyr_error *error) {
    enum { FEWEST_TIMED = 3 };
    size_t ran = 0, known = 0, timed = 0, found = 0;
    bool published = assembly->reading->results[first].source >= 0; /* the user's own laps may be some of them */
    for (size_t i = first; i < end; i++) {
        const pyr_result_row *row = &assembly->reading->results[i];
        bool has_laps = assembly->first_lap[row->car] < assembly->first_lap[row->car + 1];
        if (row->laps != PYR_NO_INT32 && row->laps > 0) {
            ran++;
            known += has_laps;
        }
        if (has_laps && (row->best_lap != PYR_NO_TIME || row->total_time != PYR_NO_TIME)) {
            timed++;
            found += stands_in_laps(assembly, row);
        }
    }
    const char *mismatch = NULL;
    if (known * 2 < ran) {
        mismatch = "most cars of this result are in no lap file given with it: they are of two sessions; read them one "
                   "by one";
    } else if (published && timed >= FEWEST_TIMED && found * 4 < timed) {
        mismatch = "best laps and total times of this result are not among the laps given with it: they are of two "
                   "sessions, or of two hours of one; read them one by one";
    }
    if (mismatch == NULL) {
        return PYR_OK;
    }
    pyr_status status = pyr_fail(error, PYR_ERROR_MISMATCH, "%s", mismatch);
    if (error != NULL) {
        error->source = assembly->reading->results[first].source;
    }
    return status;
}

static pyr_status check_results(const pyr_assembly *assembly, pyr_error *error) {
    const pyr_reading *reading = assembly->reading;
    for (size_t first = 0, end; first < reading->result_count && assembly->lap_count > 0; first = end) {
        for (end = first + 1; end < reading->result_count; end++) {
            if (reading->results[end].source != reading->results[first].source) {
                break;
            }
        }
        PYR_TRY(check_result(assembly, first, end, error));
    }
    return PYR_OK;
}

/* ---- Facts ---- */

/* What the names of the sources say of the kind of session. */
static pyr_kind kind_of_names(const pyr_assembly *assembly) {
    static const struct {
        const char *word;
        pyr_kind kind;
    } words[] = {{"qualif", PYR_QUALIFYING}, {"hyperpole", PYR_QUALIFYING}, {"practice", PYR_PRACTICE},
                 {"warm", PYR_PRACTICE},     {"test", PYR_TEST},            {"roar", PYR_TEST},
                 {"session", PYR_PRACTICE}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        for (int32_t file = 0; file < assembly->file_count; file++) {
            if (pyr_path_mentions(assembly->files[file].name, words[i].word)) {
                return words[i].kind;
            }
        }
    }
    return PYR_KIND_UNKNOWN;
}

/* A result says race or not. Without one: race time runs from a start that falls anywhere, practice and qualifying from
 * the whole second at which the pit lane opens. */
static pyr_status find_kind(pyr_assembly *assembly, pyr_kind *kind, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    pyr_kind named = kind_of_names(assembly);
    bool whole_second = assembly->start != PYR_NO_TIME && assembly->start % 1000000 == 0;
    *kind = assembly->options->kind != PYR_KIND_UNKNOWN ? assembly->options->kind : reading->kind;
    if (*kind != PYR_KIND_UNKNOWN) {
        return PYR_OK;
    }
    if (named != PYR_KIND_UNKNOWN && (reading->timed_result || whole_second)) {
        *kind = named;
        return pyr_assume(reading, "kind", "the kind of session is taken from the names of the files", error);
    }
    if (reading->timed_result) {
        *kind = PYR_PRACTICE;
        return pyr_assume(reading, "kind",
                          "the result is of practice or qualifying, no name says which: taken for practice", error);
    }
    *kind = PYR_RACE;
    return pyr_assume(reading, "kind", "no result says so: taken for a race", error);
}

enum { SAMPLED_LAPS = 255 };

/* Kilometres: the median of average speed x lap time over laps spread through the session. NaN: not known. */
static double find_lap_length(const pyr_assembly *assembly) {
    const pyr_table *laps = assembly->parts[PYR_LAPS];
    const double *speed = pyr_float64s(pyr_table_column_view(laps, PYR_LAP_AVERAGE_SPEED));
    const int64_t *lap_time = pyr_int64s(pyr_table_column_view(laps, PYR_LAP_LAP_TIME));
    int64_t lengths[SAMPLED_LAPS], count = 0, step = assembly->lap_count / SAMPLED_LAPS + 1;
    for (int64_t row = 0; row < assembly->lap_count && count < SAMPLED_LAPS; row += step) {
        if (lap_time[row] != PYR_NO_TIME && speed[row] > 0 && speed[row] < 1000) {
            lengths[count++] = (int64_t)(speed[row] * (double)lap_time[row] / 3600); /* millimetres */
        }
    }
    int64_t median = pyr_median(lengths, count);
    return count == 0 ? NAN : (double)((median + 500) / 1000) / 1000;
}

/* The chequered flag alone, at the end, says nothing of the race. */
static bool shows_flags(const pyr_assembly *assembly) {
    const int32_t *flag = pyr_int32s(pyr_table_column_view(assembly->parts[PYR_LAPS], PYR_LAP_FLAG));
    for (int64_t row = 0; row < assembly->lap_count; row++) {
        if (flag[row] >= 0 && flag[row] != PYR_FLAG_CHEQUERED) {
            return true;
        }
    }
    return false;
}

static pyr_status facts_table(pyr_assembly *assembly, int64_t utc_offset, pyr_error *error) {
    const pyr_reading *reading = assembly->reading;
    const pyr_read_options *options = assembly->options;
    pyr_interner names = {.allocator = reading->allocator};
    pyr_text name = options->name;
    const pyr_dictionary *dictionary = NULL;
    int32_t field_count, code = -1;
    pyr_kind kind;
    const pyr_field *fields = pyr_part_fields(PYR_FACTS, &field_count);
    pyr_table **facts = &assembly->parts[PYR_FACTS];
    if (name.length == 0 && assembly->file_count > 0) {
        name = pyr_base_name(assembly->files[0].name);
    }
    PYR_TRY(find_kind(assembly, &kind, error));
    PYR_TRY(pyr_table_new(reading->allocator, fields, field_count, 1, facts, error));
    pyr_status status = PYR_OK;
    if (name.length > 0 && pyr_utf8_valid(name)) {
        status = pyr_interner_add(&names, name, &code, error);
    }
    if (status == PYR_OK) {
        status = pyr_dictionary_from_interner(&names, false, NULL, &dictionary, error);
    }
    pyr_interner_clear(&names);
    PYR_TRY(status);
    pyr_table_set_dictionary(*facts, PYR_FACT_NAME, dictionary);
    pyr_dictionary_release(dictionary);
    *(int32_t *)pyr_table_array(*facts, PYR_FACT_NAME) = code;
    *(int32_t *)pyr_table_array(*facts, PYR_FACT_KIND) = (int32_t)kind;
    *(int64_t *)pyr_table_array(*facts, PYR_FACT_START) = assembly->start;
    *(int64_t *)pyr_table_array(*facts, PYR_FACT_DURATION) = options->duration;
    *(int64_t *)pyr_table_array(*facts, PYR_FACT_UTC_OFFSET) = utc_offset;
    *(double *)pyr_table_array(*facts, PYR_FACT_LAP_LENGTH) = find_lap_length(assembly);
    *(uint8_t *)pyr_table_array(*facts, PYR_FACT_FLAGS_PUBLISHED) = shows_flags(assembly);
    *(uint8_t *)pyr_table_array(*facts, PYR_FACT_NARROWED) = false;
    return pyr_table_finish(*facts, 1, error);
}

/* ---- What is told of the session as a whole ---- */

static pyr_status check_flags(pyr_assembly *assembly, pyr_error *error) {
    const int32_t *flag = pyr_int32s(pyr_table_column_view(assembly->parts[PYR_LAPS], PYR_LAP_FLAG));
    bool chequered = false;
    for (int32_t car = 0; car < assembly->car_count; car++) {
        int64_t end = assembly->first_lap[car + 1];
        chequered = chequered || (end > assembly->first_lap[car] && flag[end - 1] == PYR_FLAG_CHEQUERED);
    }
    if (assembly->lap_count == 0 || chequered) {
        return PYR_OK;
    }
    return pyr_doubts_add(&assembly->reading->doubts, PYR_WARNING, "no_chequered_flag", pyr_nowhere(), error,
                          shows_flags(assembly)
                              ? "no car is published with the chequered flag: every starter counts as classified"
                              : "flags are not published: every starter counts as classified");
}

static pyr_status list_left_out(pyr_assembly *assembly, pyr_error *error) {
    const pyr_read_options *options = assembly->options;
    for (int32_t i = 0; i < options->left_out_count; i++) {
        pyr_doubt_place place = pyr_nowhere();
        place.file = pyr_utf8_valid(options->left_out[i]) ? options->left_out[i] : pyr_text_of("?");
        PYR_TRY(pyr_doubts_add(&assembly->reading->doubts, PYR_NOTE, "file_left_out", place, error,
                               "this is no timing file that is read here; it is left out"));
    }
    return PYR_OK;
}

static pyr_status files_table(pyr_assembly *assembly, pyr_error *error) {
    pyr_interner texts = {.allocator = assembly->reading->allocator};
    const pyr_dictionary *dictionary = NULL;
    int32_t field_count, count = assembly->file_count;
    const pyr_field *fields = pyr_part_fields(PYR_FILES, &field_count);
    pyr_table **table = &assembly->parts[PYR_FILES];
    PYR_TRY(pyr_table_new(texts.allocator, fields, field_count, count, table, error));
    pyr_status status = PYR_OK;
    for (int32_t i = 0; i < count && status == PYR_OK; i++) {
        const pyr_file *file = &assembly->files[i];
        const pyr_text words[] = {file->name, pyr_text_of(pyr_format_name(file->format)),
                                  pyr_text_of(pyr_encoding_name(file->encoding)), {&file->separator, 1}};
        static const int32_t columns[] = {PYR_FILE_NAME, PYR_FILE_FORMAT, PYR_FILE_ENCODING, PYR_FILE_SEPARATOR};
        for (size_t word = 0; word < 4 && status == PYR_OK; word++) {
            int32_t *codes = pyr_table_array(*table, columns[word]);
            status = pyr_interner_add(&texts, words[word], &codes[i], error);
        }
        const int64_t numbers[][2] = {{PYR_FILE_SIZE, (int64_t)file->source_size}, {PYR_FILE_ROWS, file->rows},
                                      {PYR_FILE_ROWS_LISTED, file->rows_listed}};
        for (size_t number = 0; number < 3; number++) {
            ((int64_t *)pyr_table_array(*table, (int32_t)numbers[number][0]))[i] = numbers[number][1];
        }
    }
    if (status == PYR_OK) {
        status = pyr_dictionary_from_interner(&texts, false, NULL, &dictionary, error);
    }
    pyr_interner_clear(&texts);
    PYR_TRY(status);
    for (int32_t column = 0; column < field_count; column++) {
        if (fields[column].type == PYR_TEXT) {
            pyr_table_set_dictionary(*table, column, dictionary);
        }
    }
    pyr_dictionary_release(dictionary);
    return pyr_table_finish(*table, count, error);
}

static pyr_status fill_parts(pyr_assembly *assembly, pyr_error *error) {
    int64_t utc_offset;
    PYR_TRY(pyr_assemble_order(assembly, error));
    PYR_TRY(pyr_assemble_times(assembly, error));
    PYR_TRY(pyr_assemble_laps(assembly, error));
    PYR_TRY(pyr_assemble_entries(assembly, error));
    PYR_TRY(check_results(assembly, error));
    PYR_TRY(pyr_assemble_results(assembly, error));
    PYR_TRY(pyr_assemble_weather(assembly, &utc_offset, error));
    PYR_TRY(check_flags(assembly, error));
    PYR_TRY(list_left_out(assembly, error));
    PYR_TRY(facts_table(assembly, utc_offset, error));
    PYR_TRY(files_table(assembly, error));
    PYR_TRY(pyr_assumptions_table(&assembly->reading->assumptions, &assembly->parts[PYR_ASSUMPTIONS], error));
    return pyr_doubts_table(&assembly->reading->doubts, &assembly->parts[PYR_DOUBTS], error);
}

pyr_status pyr_assemble(pyr_assembly *assembly, pyr_session **out, pyr_error *error) {
    *out = NULL;
    pyr_status status = fill_parts(assembly, error);
    if (status == PYR_OK) {
        status = pyr_session_new(assembly->reading->allocator, assembly->parts, NULL, out, error);
    }
    pyr_assembly_clear(assembly);
    return status;
}
