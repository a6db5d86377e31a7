/* Sources -> a session: each file by the reader of its format, then all together. */
#include <string.h>

#include "../base/sort.h"
#include "assemble.h"

pyr_read_options pyr_read_options_default(void) {
    return (pyr_read_options){.format = NULL,
                              .kind = PYR_KIND_UNKNOWN,
                              .name = {"", 0},
                              .start = PYR_NO_TIME,
                              .duration = PYR_NO_TIME,
                              .utc_offset = PYR_NO_TIME};
}

pyr_format pyr_recognise(const char *data, size_t size, pyr_kind *kind) {
    pyr_doubts doubts = {.allocator = pyr_default_allocator()};
    pyr_file file = {.allocator = doubts.allocator, .doubts = &doubts};
    pyr_source source = {{"", 0}, data, size};
    pyr_format format = PYR_FORMAT_UNKNOWN;
    *kind = PYR_KIND_UNKNOWN;
    if (pyr_file_open(&file, &source, PYR_FORMAT_UNKNOWN, NULL) == PYR_OK) {
        format = pyr_header_format(file.columns, file.column_count, kind);
    }
    pyr_file_close(&file);
    pyr_doubts_clear(&doubts);
    return format;
}

/* ---- Files ---- */

static pyr_status find_format(const pyr_read_options *options, pyr_format *format, pyr_error *error) {
    *format = PYR_FORMAT_UNKNOWN;
    if (options->format == NULL) {
        return PYR_OK;
    }
    for (int i = PYR_FORMAT_LAPS; pyr_format_name((pyr_format)i) != NULL; i++) {
        if (strcmp(options->format, pyr_format_name((pyr_format)i)) == 0) {
            *format = (pyr_format)i;
            return PYR_OK;
        }
    }
    return pyr_fail(error, PYR_ERROR_ARGUMENT, "unknown format '%.60s'; known are al_kamel_laps, al_kamel_results, "
                    "al_kamel_class_results, al_kamel_best_laps, al_kamel_weather", options->format);
}

static pyr_status read_file(pyr_file *file, const pyr_source *source, int32_t index, pyr_format forced,
                            pyr_reading *reading, pyr_error *error) {
    pyr_kind kind;
    PYR_TRY(pyr_file_open(file, source, forced, error));
    (void)pyr_header_format(file->columns, file->column_count, &kind);
    bool timed = file->format == PYR_FORMAT_RESULTS && kind == PYR_KIND_UNKNOWN;
    if (kind == PYR_RACE && reading->kind == PYR_KIND_UNKNOWN) {
        reading->kind = PYR_RACE;
    }
    reading->timed_result = reading->timed_result || timed;
    switch (file->format) {
    case PYR_FORMAT_LAPS:
        return pyr_read_laps(file, index, reading, error);
    case PYR_FORMAT_RESULTS:
    case PYR_FORMAT_CLASS_RESULTS:
        return pyr_read_results(file, index, reading, error);
    case PYR_FORMAT_BEST_LAPS:
        return pyr_read_best_laps(file, index, reading, error);
    case PYR_FORMAT_WEATHER:
        return pyr_read_weather(file, index, reading, error);
    case PYR_FORMAT_UNKNOWN:
        break;
    }
    return pyr_fail(error, PYR_ERROR_UNKNOWN_FORMAT, "unknown format");
}

static pyr_status read_files(const pyr_source *sources, int32_t count, pyr_format forced, pyr_file *files,
                             pyr_reading *reading, pyr_error *error) {
    for (int32_t i = 0; i < count; i++) {
        files[i].allocator = reading->allocator;
        files[i].doubts = &reading->doubts;
        pyr_status status = read_file(&files[i], &sources[i], i, forced, reading, error);
        if (status == PYR_OK && files[i].rows == 0) {
            status = pyr_file_doubt_row(&files[i], PYR_WARNING, "no_rows", 0, "the file has a header and no rows",
                                        error);
        }
        pyr_file_close(&files[i]);
        if (status != PYR_OK) {
            if (error != NULL) {
                error->source = i;
            }
            return status;
        }
    }
    return PYR_OK;
}

void pyr_reading_clear(pyr_reading *reading) {
    const pyr_allocator *allocator = reading->allocator;
    pyr_table_release(reading->laps);
    for (int32_t part = 0; part < PYR_PART_COUNT; part++) {
        pyr_table_release(reading->own[part]);
    }
    for (size_t i = 0; i < sizeof reading->lap_texts / sizeof *reading->lap_texts; i++) {
        pyr_interner_clear(&reading->lap_texts[i]);
    }
    for (size_t i = 0; i < reading->section_count; i++) {
        pyr_section_column *section = &reading->sections[i];
        pyr_release_array(allocator, section->values, section->capacity, sizeof *section->values);
    }
    pyr_release_array(allocator, reading->sections, reading->section_capacity, sizeof *reading->sections);
    pyr_interner_clear(&reading->section_names);
    pyr_release_array(allocator, reading->stretches, reading->stretch_capacity, sizeof *reading->stretches);
    pyr_release_array(allocator, reading->lap_sources, reading->lap_source_capacity, sizeof *reading->lap_sources);
    pyr_interner_clear(&reading->texts);
    pyr_release_array(allocator, reading->results, reading->result_capacity, sizeof *reading->results);
    pyr_release_array(allocator, reading->crew, reading->crew_capacity, sizeof *reading->crew);
    pyr_release_array(allocator, reading->weather, reading->weather_capacity, sizeof *reading->weather);
    pyr_doubts_clear(&reading->doubts);
    pyr_doubts_clear(&reading->assumptions);
}

void pyr_reading_init(pyr_reading *reading, const pyr_allocator *allocator) {
    memset(reading, 0, sizeof *reading);
    reading->allocator = allocator;
    reading->doubts.allocator = allocator;
    reading->assumptions.allocator = allocator;
    for (size_t i = 0; i < sizeof reading->lap_texts / sizeof *reading->lap_texts; i++) {
        reading->lap_texts[i].allocator = allocator;
    }
    reading->section_names.allocator = allocator;
    reading->texts.allocator = allocator;
    reading->kind = PYR_KIND_UNKNOWN;
}

pyr_status pyr_reading_add_lap_source(pyr_reading *reading, pyr_lap_source source, pyr_error *error) {
    PYR_TRY(pyr_grow_array(reading->allocator, &reading->lap_sources, &reading->lap_source_capacity,
                           reading->lap_source_count + 1, sizeof *reading->lap_sources, error));
    reading->lap_sources[reading->lap_source_count++] = source;
    return PYR_OK;
}

const pyr_lap_source *pyr_reading_lap_source_view(const pyr_reading *reading, int64_t row) {
    size_t low = 0, high = reading->lap_source_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (reading->lap_sources[middle].row <= row) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &reading->lap_sources[low];
}

pyr_status pyr_assume(pyr_reading *reading, const char *code, const char *message, pyr_error *error) {
    return pyr_doubts_add(&reading->assumptions, PYR_NOTE, code, pyr_nowhere(), error, "%s", message);
}

pyr_status pyr_check_read_options(const pyr_read_options *options, pyr_error *error) {
    const struct {
        const char *name;
        int64_t time;
    } times[] = {
        {"start", options->start}, {"duration", options->duration}, {"utc_offset", options->utc_offset}};
    if (options->kind < PYR_KIND_UNKNOWN || options->kind > PYR_TEST) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "there is no kind of session %d", (int)options->kind);
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (times[i].time != PYR_NO_TIME && (times[i].time > PYR_LONGEST_TIME || times[i].time < -PYR_LONGEST_TIME)) {
            return pyr_fail(error, PYR_ERROR_ARGUMENT, "the %s is beyond 10,000 hours", times[i].name);
        }
    }
    return PYR_OK;
}

pyr_status pyr_read(const pyr_allocator *allocator, const pyr_source *sources, int32_t source_count,
                    const pyr_read_options *options, pyr_session **out, pyr_error *error) {
    pyr_read_options defaults = pyr_read_options_default();
    pyr_reading reading;
    pyr_format forced;
    pyr_file *files;
    *out = NULL;
    options = options == NULL ? &defaults : options;
    PYR_TRY(pyr_check_read_options(options, error));
    if (source_count < 1) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "there is no source to read");
    }
    PYR_TRY(find_format(options, &forced, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)source_count, sizeof *files, &files, error));
    memset(files, 0, (size_t)source_count * sizeof *files);
    pyr_reading_init(&reading, allocator);
    pyr_status status = read_files(sources, source_count, forced, files, &reading, error);
    if (status == PYR_OK) {
        pyr_assembly assembly = {.reading = &reading, .files = files, .file_count = source_count, .options = options};
        status = pyr_assemble(&assembly, out, error);
    }
    pyr_reading_clear(&reading);
    pyr_release_array(allocator, files, (size_t)source_count, sizeof *files);
    return status;
}
