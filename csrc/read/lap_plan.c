#include "lap_plan.h"

#include "../text/number.h"

/* ---- Header -> plan ---- */

static const struct {
    const char *name;
    pyr_role role;
    int32_t target;
} known[] = {
    {"NUMBER", PYR_ROLE_TEXT, PYR_LAP_CAR},
    {"DRIVER_NUMBER", PYR_ROLE_NUMBER, PYR_LAP_DRIVER_NUMBER},
    {"LAP_NUMBER", PYR_ROLE_NUMBER, PYR_LAP_LAP},
    {"LAP_TIME", PYR_ROLE_DURATION, PYR_LAP_LAP_TIME},
    {"LAP_IMPROVEMENT", PYR_ROLE_IMPROVEMENT, PYR_LAP_IMPROVEMENT},
    {"CROSSING_FINISH_LINE_IN_PIT", PYR_ROLE_IN_PIT, PYR_LAP_IN_PIT},
    {"S1", PYR_ROLE_DURATION, PYR_LAP_SECTOR_1},
    {"S2", PYR_ROLE_DURATION, PYR_LAP_SECTOR_2},
    {"S3", PYR_ROLE_DURATION, PYR_LAP_SECTOR_3},
    {"S1_IMPROVEMENT", PYR_ROLE_IGNORED, 0},
    {"S2_IMPROVEMENT", PYR_ROLE_IGNORED, 0},
    {"S3_IMPROVEMENT", PYR_ROLE_IGNORED, 0},
    {"KPH", PYR_ROLE_DECIMAL, PYR_LAP_AVERAGE_SPEED},
    {"ELAPSED", PYR_ROLE_DURATION, PYR_LAP_ELAPSED},
    {"HOUR", PYR_ROLE_DURATION, PYR_LAP_CLOCK},
    {"S1_LARGE", PYR_ROLE_RESTATED, PYR_LAP_SECTOR_1},
    {"S2_LARGE", PYR_ROLE_RESTATED, PYR_LAP_SECTOR_2},
    {"S3_LARGE", PYR_ROLE_RESTATED, PYR_LAP_SECTOR_3},
    {"TOP_SPEED", PYR_ROLE_DECIMAL, PYR_LAP_TOP_SPEED},
    {"DRIVER_NAME", PYR_ROLE_TEXT, PYR_LAP_DRIVER},
    {"PIT_TIME", PYR_ROLE_DURATION, PYR_LAP_PIT_LANE_TIME},
    {"CLASS", PYR_ROLE_TEXT, PYR_LAP_CLASS},
    {"GROUP", PYR_ROLE_TEXT, PYR_LAP_GROUP},
    {"TEAM", PYR_ROLE_TEXT, PYR_LAP_TEAM},
    {"MANUFACTURER", PYR_ROLE_TEXT, PYR_LAP_MANUFACTURER},
    {"FLAG_AT_FL", PYR_ROLE_FLAG, PYR_LAP_FLAG},
    {"S1_SECONDS", PYR_ROLE_RESTATED, PYR_LAP_SECTOR_1},
    {"S2_SECONDS", PYR_ROLE_RESTATED, PYR_LAP_SECTOR_2},
    {"S3_SECONDS", PYR_ROLE_RESTATED, PYR_LAP_SECTOR_3},
};

static bool ends_with(pyr_text name, const char *ending) {
    pyr_text end = pyr_text_of(ending);
    return name.length > end.length && memcmp(name.data + name.length - end.length, ending, end.length) == 0;
}

enum { LONGEST_SECTION_NAME = 60 };

bool pyr_section_named(pyr_text section) {
    return section.length <= LONGEST_SECTION_NAME && memchr(section.data, '\0', section.length) == NULL;
}

pyr_status pyr_section_find(pyr_reading *reading, pyr_text section, bool elapsed, int32_t *index, pyr_error *error) {
    static const char *const endings[] = {"_time", "_elapsed"};
    for (int i = 0; i < 2; i++) {
        char name[LONGEST_SECTION_NAME + 16];
        int32_t code;
        pyr_text ending = pyr_text_of(endings[i]);
        memcpy(name, section.data, section.length);
        memcpy(name + section.length, ending.data, ending.length);
        PYR_TRY(pyr_interner_add(&reading->section_names, (pyr_text){name, section.length + ending.length}, &code,
                                 error));
        if ((size_t)code == reading->section_count) {
            PYR_TRY(pyr_grow_array(reading->allocator, &reading->sections, &reading->section_capacity,
                                   reading->section_count + 1, sizeof *reading->sections, error));
            reading->sections[reading->section_count++] = (pyr_section_column){NULL, 0, 0};
        }
        if (i == elapsed) {
            *index = code;
        }
    }
    return PYR_OK;
}

/* Room for `rows` values of a section column. */
static pyr_status reserve_section(pyr_reading *reading, int32_t index, int64_t rows, pyr_error *error) {
    pyr_section_column *section = &reading->sections[index];
    return pyr_grow_array(reading->allocator, &section->values, &section->capacity, (size_t)rows,
                          sizeof *section->values, error);
}

pyr_status pyr_section_fill(pyr_reading *reading, int32_t index, pyr_error *error) {
    PYR_TRY(reserve_section(reading, index, reading->lap_count, error));
    pyr_section_column *section = &reading->sections[index];
    for (; section->filled < reading->lap_count; section->filled++) {
        section->values[section->filled] = PYR_NO_TIME;
    }
    return PYR_OK;
}

/* `<section>_time` or `<section>_elapsed`; false: neither. */
static bool split_section(pyr_text name, pyr_text *section, bool *elapsed) {
    *elapsed = ends_with(name, "_elapsed");
    if (!*elapsed && !ends_with(name, "_time")) {
        return false;
    }
    *section = (pyr_text){name.data, name.length - pyr_text_of(*elapsed ? "_elapsed" : "_time").length};
    return pyr_section_named(*section);
}

static pyr_status plan_section(pyr_reading *reading, pyr_lap_step *step, pyr_text section, bool elapsed,
                               pyr_error *error) {
    int32_t index = 0;
    PYR_TRY(pyr_section_find(reading, section, elapsed, &index, error));
    step->role = PYR_ROLE_UNKNOWN;
    if (reading->sections[index].filled > reading->lap_count) { /* a second column of this name */
        return PYR_OK;
    }
    PYR_TRY(pyr_section_fill(reading, index, error));
    reading->sections[index].filled = INT64_MAX; /* this file writes it; set to the row count at its end */
    step->role = PYR_ROLE_DURATION;
    step->target = -1 - index;
    return PYR_OK;
}

static pyr_status plan_column(pyr_lap_plan *plan, pyr_lap_step *step, pyr_error *error) {
    pyr_reading *reading = plan->reading;
    pyr_text section;
    bool elapsed;
    step->above_code = -1;
    if (step->name.length == 0) {
        step->role = PYR_ROLE_NAMELESS;
        return PYR_OK;
    }
    if (split_section(step->name, &section, &elapsed)) {
        return plan_section(reading, step, section, elapsed, error);
    }
    step->role = PYR_ROLE_UNKNOWN;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (pyr_text_equal(step->name, pyr_text_of(known[i].name))) {
            step->role = known[i].role;
            step->target = known[i].target;
            break;
        }
    }
    if (step->role == PYR_ROLE_UNKNOWN || step->role == PYR_ROLE_IGNORED || step->role == PYR_ROLE_RESTATED) {
        return PYR_OK;
    }
    if (plan->present[step->target]) { /* a second column of one name: the first one counts */
        step->role = PYR_ROLE_UNKNOWN;
        return PYR_OK;
    }
    plan->present[step->target] = true;
    if (step->role == PYR_ROLE_TEXT) {
        step->interner = &reading->lap_texts[step->target];
    }
    return PYR_OK;
}

/* The field that a restated column restates; a column with nothing to compare with is not known. */
static void find_restated(const pyr_lap_plan *plan, pyr_lap_step *step) {
    if (step->role != PYR_ROLE_RESTATED) {
        return;
    }
    step->role = PYR_ROLE_UNKNOWN;
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].role == PYR_ROLE_DURATION && plan->steps[i].target == step->target) {
            step->restates = plan->steps[i].field;
            step->role = PYR_ROLE_RESTATED;
        }
    }
}

/* A restated column is compared with a value that must be there by then, wherever the file has it. */
static void restated_last(pyr_lap_plan *plan) {
    for (size_t i = 1; i < plan->count; i++) {
        pyr_lap_step step = plan->steps[i];
        size_t place = i;
        while (step.role != PYR_ROLE_RESTATED && place > 0 && plan->steps[place - 1].role == PYR_ROLE_RESTATED) {
            plan->steps[place] = plan->steps[place - 1];
            place--;
        }
        plan->steps[place] = step;
    }
}

/* Texts side by side are taken together. */
static void find_neighbours(pyr_lap_plan *plan) {
    pyr_lap_step *first = NULL;
    for (size_t i = 0; i < plan->count; i++) {
        pyr_lap_step *step = &plan->steps[i];
        if (first != NULL && step->role == PYR_ROLE_TEXT && step->field == step[-1].field + 1) {
            first->together++;
        } else {
            first = step->role == PYR_ROLE_TEXT ? step : NULL;
            step->together = 1;
        }
    }
}

pyr_status pyr_lap_plan_make(pyr_lap_plan *plan, pyr_file *file, pyr_reading *reading, pyr_error *error) {
    *plan = (pyr_lap_plan){.file = file, .reading = reading};
    PYR_TRY(pyr_new_array(reading->allocator, file->column_count, sizeof *plan->steps, &plan->steps, error));
    plan->count = file->column_count;
    for (size_t i = 0; i < plan->count; i++) {
        plan->steps[i] = (pyr_lap_step){.field = (uint32_t)i, .name = file->columns[i]};
        PYR_TRY(plan_column(plan, &plan->steps[i], error));
    }
    for (size_t i = 0; i < plan->count; i++) {
        find_restated(plan, &plan->steps[i]);
    }
    restated_last(plan);
    find_neighbours(plan);
    return PYR_OK;
}

void pyr_lap_plan_clear(pyr_lap_plan *plan) {
    if (plan->reading != NULL) {
        pyr_release_array(plan->reading->allocator, plan->steps, plan->count, sizeof *plan->steps);
    }
    plan->steps = NULL;
}

pyr_status pyr_lap_plan_reserve(pyr_lap_plan *plan, int64_t rows, pyr_error *error) {
    pyr_reading *reading = plan->reading;
    PYR_TRY(pyr_table_grow(reading->laps, reading->lap_count, rows, error));
    for (size_t i = 0; i < plan->count; i++) {
        pyr_lap_step *step = &plan->steps[i];
        if (step->target < 0) {
            PYR_TRY(reserve_section(reading, -1 - step->target, rows, error));
            step->values = reading->sections[-1 - step->target].values;
        } else {
            step->values = pyr_table_array(reading->laps, step->target);
        }
    }
    return PYR_OK;
}

/* ---- Fields ---- */

void pyr_lap_plan_store_absent(pyr_lap_step *step, int64_t row) {
    switch (step->role) {
    case PYR_ROLE_TEXT:
    case PYR_ROLE_FLAG:
    case PYR_ROLE_IMPROVEMENT:
        ((int32_t *)step->values)[row] = -1;
        break;
    case PYR_ROLE_NUMBER:
        ((int32_t *)step->values)[row] = PYR_NO_INT32;
        break;
    case PYR_ROLE_DURATION:
        ((int64_t *)step->values)[row] = PYR_NO_TIME;
        break;
    case PYR_ROLE_DECIMAL:
        ((double *)step->values)[row] = NAN;
        break;
    case PYR_ROLE_IN_PIT:
        ((uint8_t *)step->values)[row] = 0;
        break;
    case PYR_ROLE_IGNORED:
    case PYR_ROLE_UNKNOWN:
    case PYR_ROLE_NAMELESS:
    case PYR_ROLE_RESTATED:
        break;
    }
}

/* The code of a word in a list of { word, code } as timekeepers publish them; -2: none of them. */
static int32_t find_word(const char *const words[], const int8_t codes[], pyr_text value) {
    for (int32_t i = 0; words[i] != NULL; i++) {
        if (pyr_text_equal(value, pyr_text_of(words[i]))) {
            return codes[i];
        }
    }
    return -2;
}

static int32_t find_flag(pyr_text value) {
    static const char *const words[] = {"GF", "YF", "SZ", "FCY", "VSC", "C60", "SF", "SC", "RF", "FF", NULL};
    static const int8_t codes[] = {PYR_FLAG_GREEN,      PYR_FLAG_YELLOW,     PYR_FLAG_SLOW_ZONE, PYR_FLAG_FCY,
                                   PYR_FLAG_VSC,        PYR_FLAG_CODE_60,    PYR_FLAG_SAFETY_CAR,
                                   PYR_FLAG_SAFETY_CAR, PYR_FLAG_RED,        PYR_FLAG_CHEQUERED};
    return find_word(words, codes, value);
}

static int32_t find_improvement(pyr_text value) {
    static const char *const words[] = {"0", "1", "2", "3", "4", NULL};
    static const int8_t codes[] = {-1, -1, PYR_CAR_BEST, PYR_SESSION_BEST, PYR_SESSION_BEST};
    return find_word(words, codes, value);
}

static pyr_status doubt_field(pyr_lap_plan *plan, const pyr_lap_step *step, int64_t line, pyr_text value,
                              const char *what, pyr_error *error) {
    return pyr_file_doubt(plan->file, PYR_WARNING, "field_not_read", line, step->name, value, what, error);
}

static pyr_status store_code(pyr_lap_plan *plan, pyr_lap_step *step, int64_t row, int64_t line, pyr_text value,
                             int32_t code, const char *what, pyr_error *error) {
    ((int32_t *)step->values)[row] = code == -2 ? -1 : code;
    return code == -2 ? doubt_field(plan, step, line, value, what, error) : PYR_OK;
}

static pyr_status store_number(pyr_lap_plan *plan, pyr_lap_step *step, int64_t row, int64_t line, pyr_text value,
                               pyr_error *error) {
    const pyr_file *file = plan->file;
    int32_t number;
    if (pyr_parse_integer(value, &number) && number >= 0) {
        ((int32_t *)step->values)[row] = number;
        return PYR_OK;
    }
    if (pyr_is_header_name(value)) { /* a header that the fast lane took for a row */
        bool in_file = value.data >= file->data && value.data < file->data + file->size;
        return pyr_file_fail_joined(file, in_file ? (size_t)(value.data - file->data) : file->csv.start, error);
    }
    return doubt_field(plan, step, line, value, "is not a whole number; the field is left out", error);
}

/* False: no time that a lap can have, and `*duration` is absent. */
static bool parse_time(pyr_text value, int64_t *duration) {
    bool is_time = pyr_parse_duration(value, duration) && *duration >= 0 && *duration <= PYR_LONGEST_TIME;
    *duration = is_time ? *duration : PYR_NO_TIME;
    return is_time;
}

static pyr_status store_duration(pyr_lap_plan *plan, pyr_lap_step *step, int64_t row, int64_t line, pyr_text value,
                                 pyr_error *error) {
    if (parse_time(value, (int64_t *)step->values + row)) {
        return PYR_OK;
    }
    return doubt_field(plan, step, line, value, "is not a time; the field is left out", error);
}

static pyr_status store_decimal(pyr_lap_plan *plan, pyr_lap_step *step, int64_t row, int64_t line, pyr_text value,
                                pyr_error *error) {
    double *number = (double *)step->values + row;
    if (pyr_parse_decimal(value, number)) {
        return PYR_OK;
    }
    *number = NAN;
    return doubt_field(plan, step, line, value, "is not a number; the field is left out", error);
}

static pyr_status store_in_pit(pyr_lap_plan *plan, pyr_lap_step *step, int64_t row, int64_t line, pyr_text value,
                               pyr_error *error) {
    bool in_pit = pyr_text_equal(value, pyr_text_of("B"));
    ((uint8_t *)step->values)[row] = in_pit;
    return in_pit ? PYR_OK : doubt_field(plan, step, line, value, "is neither B nor blank; taken as blank", error);
}

static void compare_restated(pyr_lap_step *step, int64_t row, int64_t line, pyr_text value) {
    int64_t duration;
    (void)parse_time(value, &duration);
    if (duration != ((const int64_t *)step->values)[row] && step->disagreements++ == 0) {
        step->first_line = line;
    }
}

pyr_status pyr_lap_plan_store(pyr_lap_plan *plan, pyr_lap_step *step, int64_t row, int64_t line, pyr_text value,
                              pyr_error *error) {
    pyr_text trimmed = pyr_trim(value);
    pyr_lap_plan_store_absent(step, row);
    if (step->role == PYR_ROLE_RESTATED) {
        compare_restated(step, row, line, trimmed);
        return PYR_OK;
    }
    if (trimmed.length == 0) {
        return PYR_OK;
    }
    switch (step->role) {
    case PYR_ROLE_TEXT:
        return pyr_file_intern(plan->file, line, trimmed, step->interner, (int32_t *)step->values + row, error);
    case PYR_ROLE_NUMBER:
        return store_number(plan, step, row, line, trimmed, error);
    case PYR_ROLE_DURATION:
        return store_duration(plan, step, row, line, trimmed, error);
    case PYR_ROLE_DECIMAL:
        return store_decimal(plan, step, row, line, trimmed, error);
    case PYR_ROLE_IN_PIT:
        return store_in_pit(plan, step, row, line, trimmed, error);
    case PYR_ROLE_FLAG:
        return store_code(plan, step, row, line, trimmed, find_flag(trimmed), "is no flag that is known; left out",
                          error);
    case PYR_ROLE_IMPROVEMENT:
        return store_code(plan, step, row, line, trimmed, find_improvement(trimmed),
                          "is no improvement mark; left out", error);
    case PYR_ROLE_NAMELESS:
        return pyr_file_doubt(plan->file, PYR_WARNING, "value_without_column", line, step->name, trimmed,
                              "stands in a column without a name; it is not kept", error);
    case PYR_ROLE_IGNORED:
    case PYR_ROLE_UNKNOWN:
    case PYR_ROLE_RESTATED:
        break;
    }
    return PYR_OK;
}

/* ---- Columns as a whole ---- */

void pyr_lap_plan_fill(pyr_lap_plan *plan, int64_t first, int64_t end) {
    static const pyr_role roles[] = {[PYR_TEXT] = PYR_ROLE_TEXT,         [PYR_INT32] = PYR_ROLE_NUMBER,
                                     [PYR_INT64] = PYR_ROLE_DURATION,    [PYR_FLOAT64] = PYR_ROLE_DECIMAL,
                                     [PYR_DURATION] = PYR_ROLE_DURATION, [PYR_BOOL] = PYR_ROLE_IN_PIT};
    for (int32_t column = 0; column < PYR_LAP_COLUMN_COUNT; column++) {
        if (plan->present[column]) {
            continue;
        }
        pyr_type type = pyr_table_column_view(plan->reading->laps, column)->type;
        pyr_lap_step step = {.role = roles[type], .values = pyr_table_array(plan->reading->laps, column)};
        for (int64_t row = first; row < end; row++) {
            pyr_lap_plan_store_absent(&step, row);
            if (column == PYR_LAP_DELETED) {
                ((uint8_t *)step.values)[row] = PYR_NO_BOOL;
            }
        }
    }
}

pyr_status pyr_lap_plan_report(pyr_lap_plan *plan, pyr_error *error) {
    for (size_t i = 0; i < plan->count; i++) {
        const pyr_lap_step *step = &plan->steps[i];
        if (step->role == PYR_ROLE_UNKNOWN) {
            PYR_TRY(pyr_file_doubt_column(plan->file, step->name, error));
        }
        if (step->disagreements > 0) {
            pyr_doubt_place place = {plan->file->name, step->first_line, step->name, {NULL, 0}, PYR_NO_INT32};
            PYR_TRY(pyr_doubts_add(plan->file->doubts, PYR_WARNING, "restated_differs", place, error,
                                   "differs from sector %d in %lld rows, here first; the sector is kept",
                                   (int)(step->target - PYR_LAP_SECTOR_1 + 1), (long long)step->disagreements));
        }
    }
    return PYR_OK;
}
