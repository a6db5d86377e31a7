/* The published result, and the provisional one beside it, out of the result files. */
#include <string.h>

#include "assemble.h"

/* The files of one version: the result itself and the one by class. -1: none. */
typedef struct version {
    int32_t result, by_class;
} version;

/* Tells that the rows of a file are in no table. */
static pyr_status list_file(pyr_assembly *assembly, int32_t source, const char *code, const char *what,
                            pyr_error *error) {
    pyr_file *file = &assembly->files[source];
    file->rows_listed = file->rows;
    return pyr_file_doubt_row(file, PYR_NOTE, code, 0, what, error);
}

/* Two official results of one session say the same of the same cars; else nobody can tell which one holds. The later
 * one, which is kept, takes from the other what it does not say itself. */
static pyr_status join_official(pyr_assembly *assembly, int32_t before, int32_t source, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    const pyr_allocator *allocator = reading->allocator;
    const pyr_result_row **known, *apart = NULL; /* of `before`, by car */
    int64_t met = 0, rows = 0;
    PYR_TRY(pyr_new_array(allocator, (size_t)assembly->car_count, sizeof *known, &known, error));
    memset((void *)known, 0, (size_t)assembly->car_count * sizeof *known);
    for (size_t i = 0; i < reading->result_count; i++) {
        pyr_result_row *row = &reading->results[i];
        const pyr_result_row *other = row->source == source ? known[row->car] : NULL;
        if (row->source == before) {
            known[row->car] = row;
            rows++;
        } else if (row->source == source) {
            met += other != NULL;
            apart = apart == NULL && (other == NULL || pyr_results_contradict(row, other)) ? row : apart;
            if (other != NULL) {
                pyr_complete_result(row, other);
            }
        }
    }
    pyr_release_array(allocator, (void *)known, (size_t)assembly->car_count, sizeof *known);
    if (apart == NULL && met == rows) {
        return list_file(assembly, before, "result_repeated", "a later source is the same result; this one is not kept",
                         error);
    }
    pyr_text name = pyr_base_name(assembly->files[before].name);
    pyr_text car = apart == NULL ? pyr_text_of("") : pyr_dictionary_text_view(assembly->cars, apart->car);
    pyr_status status = pyr_fail(error, PYR_ERROR_MISMATCH,
                                 "this result and '%.*s' are both official and differ (%s%.*s); give one of them, or "
                                 "name the earlier one 'provisional'",
                                 pyr_shown(name.length), name.data, apart == NULL ? "in their cars" : "first in car ",
                                 pyr_shown(car.length), car.data);
    if (error != NULL) {
        error->source = source;
        error->line = apart == NULL ? 0 : apart->line;
    }
    return status;
}

static pyr_status supersede(pyr_assembly *assembly, int32_t *place, int32_t source, bool official, pyr_error *error) {
    int32_t before = *place;
    *place = source;
    if (before < 0) {
        return PYR_OK;
    }
    if (official) {
        return join_official(assembly, before, source, error);
    }
    return list_file(assembly, before, "result_superseded",
                     "a later source is a result of the same kind; this one is not kept", error);
}

/* A result by class: its format says so, or its positions begin again. */
static bool is_by_class(const pyr_assembly *assembly, int32_t source) {
    const pyr_reading *reading = assembly->reading;
    int64_t winners = 0;
    for (size_t i = 0; i < reading->result_count; i++) {
        winners += reading->results[i].source == source && reading->results[i].position == 1;
    }
    return assembly->files[source].format == PYR_FORMAT_CLASS_RESULTS || winners > 1;
}

/* Contents do not say which result is provisional; names do. */
static pyr_status find_versions(pyr_assembly *assembly, version *official, version *provisional, pyr_error *error) {
    const pyr_reading *reading = assembly->reading;
    *official = *provisional = (version){-1, -1};
    for (size_t i = 0; i < reading->result_count; i++) {
        int32_t source = reading->results[i].source;
        if (source < 0 || (i > 0 && reading->results[i - 1].source == source)) {
            continue;
        }
        version *kind = pyr_path_mentions(assembly->files[source].name, "provisional") ? provisional : official;
        int32_t *place = is_by_class(assembly, source) ? &kind->by_class : &kind->result;
        PYR_TRY(supersede(assembly, place, source, kind == official, error));
    }
    if (official->result < 0 && official->by_class < 0) {
        *official = *provisional;
        *provisional = (version){-1, -1};
    }
    return PYR_OK;
}

/* Where the file gives no place in class at all: counted among the rows of the class that have a position. */
static pyr_status count_class_positions(pyr_assembly *assembly, pyr_table *table, int64_t rows, pyr_error *error) {
    int32_t class_count = assembly->reading->lap_texts[PYR_LAP_CLASS].count, *counts;
    const pyr_allocator *allocator = assembly->reading->allocator;
    const int32_t *class_code = pyr_table_array(table, PYR_RESULT_CLASS);
    const int32_t *position = pyr_table_array(table, PYR_RESULT_POSITION);
    int32_t *class_position = pyr_table_array(table, PYR_RESULT_CLASS_POSITION);
    for (int64_t row = 0; row < rows; row++) {
        if (class_position[row] != PYR_NO_INT32) {
            return PYR_OK;
        }
    }
    PYR_TRY(pyr_new_array(allocator, (size_t)class_count, sizeof *counts, &counts, error));
    memset(counts, 0, (size_t)class_count * sizeof *counts);
    int32_t next = 1; /* where a position is missing, so are the cars that stood there: no more is counted */
    for (int64_t row = 0; row < rows && (position[row] == next || position[row] == PYR_NO_INT32); row++) {
        next += position[row] != PYR_NO_INT32;
        if (class_code[row] >= 0 && position[row] != PYR_NO_INT32) {
            class_position[row] = ++counts[class_code[row]];
        }
    }
    pyr_release_array(allocator, counts, (size_t)class_count, sizeof *counts);
    return PYR_OK;
}

static void fill_row(pyr_table *table, int64_t at, const pyr_result_row *row) {
    const int32_t numbers[][2] = {
        {PYR_RESULT_POSITION, row->position}, {PYR_RESULT_CLASS_POSITION, row->class_position},
        {PYR_RESULT_CAR, row->car},           {PYR_RESULT_CLASS, row->class_code},
        {PYR_RESULT_STATUS, row->status},     {PYR_RESULT_LAPS, row->laps},
        {PYR_RESULT_GAP_LAPS, row->gap_laps}, {PYR_RESULT_INTERVAL_LAPS, row->interval_laps},
        {PYR_RESULT_BEST_LAP_NUMBER, row->best_lap_number}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        ((int32_t *)pyr_table_array(table, numbers[i][0]))[at] = numbers[i][1];
    }
    ((int64_t *)pyr_table_array(table, PYR_RESULT_TOTAL_TIME))[at] = row->total_time;
    ((int64_t *)pyr_table_array(table, PYR_RESULT_GAP))[at] = row->gap;
    ((int64_t *)pyr_table_array(table, PYR_RESULT_INTERVAL))[at] = row->interval;
    ((int64_t *)pyr_table_array(table, PYR_RESULT_BEST_LAP))[at] = row->best_lap;
}

/* Places in class by car, of a result by class; in one of the common format positions are those. */
static pyr_status class_positions(pyr_assembly *assembly, int32_t source, int32_t **out, pyr_error *error) {
    bool own = source >= 0 && assembly->files[source].format == PYR_FORMAT_CLASS_RESULTS;
    PYR_TRY(pyr_new_array(assembly->reading->allocator, (size_t)assembly->car_count, sizeof **out, out, error));
    for (int32_t car = 0; car < assembly->car_count; car++) {
        (*out)[car] = PYR_NO_INT32;
    }
    for (size_t i = 0; i < assembly->reading->result_count; i++) {
        const pyr_result_row *row = &assembly->reading->results[i];
        if (row->source == source) {
            (*out)[row->car] = own || row->class_position != PYR_NO_INT32 ? row->class_position : row->position;
        }
    }
    return PYR_OK;
}

/* Those of the cars and of the laps' classes. */
static void set_dictionaries(const pyr_assembly *assembly, pyr_table *table) {
    const pyr_table *laps = assembly->parts[PYR_LAPS];
    pyr_table_set_dictionary(table, PYR_RESULT_CAR, assembly->cars);
    pyr_table_set_dictionary(table, PYR_RESULT_CLASS, pyr_table_column_view(laps, PYR_LAP_CLASS)->dictionary);
}

static pyr_status result_table(pyr_assembly *assembly, version files, pyr_part part, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    int32_t base = files.result >= 0 ? files.result : files.by_class, field_count, *in_class;
    if (base < 0) {
        return PYR_OK;
    }
    if (files.by_class >= 0 && files.by_class != base) {
        PYR_TRY(list_file(assembly, files.by_class, "class_result_joined",
                          "the result beside this one is kept; of this one the places in class", error));
    }
    const pyr_field *fields = pyr_part_fields(part, &field_count);
    pyr_table **table = &assembly->parts[part];
    PYR_TRY(pyr_table_new(reading->allocator, fields, field_count, (int64_t)reading->result_count, table, error));
    set_dictionaries(assembly, *table);
    PYR_TRY(class_positions(assembly, files.by_class == base ? -1 : files.by_class, &in_class, error));
    int64_t count = 0;
    for (size_t i = 0; i < reading->result_count; i++) {
        pyr_result_row row = reading->results[i];
        if (row.source == base) {
            row.class_position = row.class_position != PYR_NO_INT32 ? row.class_position : in_class[row.car];
            fill_row(*table, count++, &row);
        }
    }
    pyr_release_array(reading->allocator, in_class, (size_t)assembly->car_count, sizeof *in_class);
    PYR_TRY(count_class_positions(assembly, *table, count, error));
    return pyr_table_finish(*table, count, error);
}

/* A result that the user gave, as it stands. */
static pyr_status own_result(pyr_assembly *assembly, pyr_part part, pyr_error *error) {
    pyr_table *table = assembly->reading->own[part];
    if (table == NULL) {
        return PYR_OK;
    }
    assembly->parts[part] = table;
    assembly->reading->own[part] = NULL;
    int64_t rows = pyr_table_capacity(table);
    int32_t *cars = pyr_table_array(table, PYR_RESULT_CAR);
    for (int64_t row = 0; row < rows; row++) {
        cars[row] = assembly->car_ranks[cars[row]];
    }
    set_dictionaries(assembly, table);
    PYR_TRY(count_class_positions(assembly, table, rows, error));
    return pyr_table_finish(table, rows, error);
}

pyr_status pyr_assemble_results(pyr_assembly *assembly, pyr_error *error) {
    version official, provisional;
    PYR_TRY(own_result(assembly, PYR_RESULTS, error));
    PYR_TRY(own_result(assembly, PYR_PROVISIONAL, error));
    PYR_TRY(find_versions(assembly, &official, &provisional, error));
    PYR_TRY(result_table(assembly, official, PYR_RESULTS, error));
    return result_table(assembly, provisional, PYR_PROVISIONAL, error);
}
