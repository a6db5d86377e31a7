#include "stints.h"

#include <math.h>
#include <string.h>

#include "../model/green.h"
#include "question.h"
#include "stop_figures.h"

enum stint_column {
    STINT_CAR, STINT_CLASS, STINT_STINT, STINT_DRIVER, STINT_FIRST_LAP, STINT_LAST_LAP, STINT_LAPS, STINT_START,
    STINT_END, STINT_DURATION, STINT_GREEN_LAPS, STINT_IN_LAP, STINT_OUT_LAP, STINT_MEAN, STINT_BEST, STINT_DEVIATION,
    STINT_OPENED_BY, STINT_ESTIMATED, STINT_ASSUMPTION
};

/* What opens a stint: the kinds of visits that open none stand last in pyr_visit_kind. */
enum { OPENED_NOT = -1, OPENED_BY_START, OPENED_BY_DRIVER, OPENED_BY_VISIT };
static const char *const opener_words[] = {"start",  "driver_change", "pit_stop", "drive_through", "stop_go",
                                           "garage", "red_flag",      NULL};

/* Why tyres are taken to have been changed. */
typedef enum tyre_assumption {
    ASSUMED_NOTHING = -1, ASSUMED_BY_TIME, ASSUMED_EVERY_STOP, ASSUMED_GARAGE
} tyre_assumption;
static const char *const assumption_words[] = {"pit_lane_time", "every_stop", "garage", NULL};

static const pyr_field stint_fields[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"stint", PYR_INT32, false, NULL},
    {"driver", PYR_TEXT, true, NULL},
    {"first_lap", PYR_INT32, false, NULL},
    {"last_lap", PYR_INT32, false, NULL},
    {"laps", PYR_INT32, false, NULL},
    {"start", PYR_DURATION, true, NULL},
    {"end", PYR_DURATION, true, NULL},
    {"duration", PYR_DURATION, true, NULL},
    {"green_laps", PYR_INT32, false, NULL},
    {"in_lap", PYR_BOOL, false, NULL},
    {"out_lap", PYR_BOOL, false, NULL},
    {"mean", PYR_DURATION, true, NULL},
    {"best", PYR_DURATION, true, NULL},
    {"deviation", PYR_DURATION, true, NULL},
    {"opened_by", PYR_TEXT, false, opener_words},
    {"estimated", PYR_BOOL, false, NULL},
    {"assumption", PYR_TEXT, true, assumption_words},
};
static const char *const axis_words[] = {"pit", "driver", "tyre", NULL};
static const pyr_stints_options default_options = {.by = PYR_STINTS_BY_PIT, .fuel_only = PYR_NO_TIME};
static const pyr_option options_of_stints[] = {
    {"by", PYR_OPTION_CHOICE, offsetof(pyr_stints_options, by), axis_words},
    {"fuel_only", PYR_OPTION_DURATION, offsetof(pyr_stints_options, fuel_only), NULL},
    {"decisions", PYR_OPTION_TABLE, offsetof(pyr_stints_options, decisions), NULL},
};

/* ---- Where stints begin ---- */

int pyr_driver_changed(const pyr_session *session, int64_t before, int64_t after) {
    const pyr_laps *laps = &session->laps;
    const pyr_column *number = pyr_part_column(session, PYR_LAPS, PYR_LAP_DRIVER_NUMBER);
    if (laps->driver[before] >= 0 && laps->driver[after] >= 0) {
        return laps->driver[before] != laps->driver[after];
    }
    if (pyr_present(number, before) && pyr_present(number, after)) {
        return laps->driver_number[before] != laps->driver_number[after];
    }
    return -1;
}

static void open_by_pit(const pyr_visits *visits, int32_t *opened_by) {
    for (int64_t i = 0; i < visits->count; i++) {
        const pyr_visit *visit = &visits->visit[i];
        if (visit->out_row >= 0 && opened_by[visit->out_row] != OPENED_BY_START &&
            visit->kind != PYR_VISIT_PASS_THROUGH) {
            opened_by[visit->out_row] = OPENED_BY_VISIT + (int32_t)visit->kind;
        }
    }
}

static void open_by_driver(const pyr_session *session, int32_t *opened_by) {
    const pyr_entries *entries = &session->entries;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        int64_t known = entries->first_lap[entry]; /* the last row that names a driver */
        for (int64_t row = known + 1; row < entries->first_lap[entry + 1]; row++) {
            int changed = pyr_driver_changed(session, known, row);
            if (changed == 1) {
                opened_by[row] = OPENED_BY_DRIVER;
            }
            if (changed >= 0 || pyr_driver_changed(session, known, known) < 0) {
                known = row;
            }
        }
    }
}

/* A stop that is not known to be for fuel only changes tyres, and so does a visit to the garage. */
static tyre_assumption assumed_of(const pyr_visit *visit, int32_t service) {
    if (visit->kind == PYR_VISIT_GARAGE) {
        return ASSUMED_GARAGE;
    }
    if (visit->kind != PYR_VISIT_PIT_STOP || service == PYR_SERVICE_FUEL_ONLY) {
        return ASSUMED_NOTHING;
    }
    return service == PYR_SERVICE_TYRES ? ASSUMED_BY_TIME : ASSUMED_EVERY_STOP;
}

/* `assumed`, by lap row, receives why. */
static void open_by_tyre(const pyr_stop_figures *figures, int32_t *opened_by, int8_t *assumed) {
    for (int64_t i = 0; i < figures->served.visits->count; i++) {
        const pyr_visit *visit = &figures->served.visits->visit[i];
        tyre_assumption assumption = assumed_of(visit, figures->figure[i].service);
        if (visit->out_row >= 0 && opened_by[visit->out_row] != OPENED_BY_START && assumption != ASSUMED_NOTHING) {
            opened_by[visit->out_row] = OPENED_BY_VISIT + (int32_t)visit->kind;
            assumed[visit->out_row] = (int8_t)assumption;
        }
    }
}

/* Each car's first lap opens a stint; OPENED_NOT: the stint goes on. */
static void open_at_starts(const pyr_session *session, int32_t *opened_by) {
    const pyr_entries *entries = &session->entries;
    for (int64_t row = 0; row < session->laps.count; row++) {
        opened_by[row] = OPENED_NOT;
    }
    for (int32_t entry = 0; entry < entries->count; entry++) {
        if (entries->first_lap[entry] < entries->first_lap[entry + 1]) {
            opened_by[entries->first_lap[entry]] = OPENED_BY_START;
        }
    }
}

/* `stint` may be `opened_by`. */
static void number_stints(const int32_t *opened_by, int64_t count, int32_t *stint) {
    int32_t number = 0;
    for (int64_t row = 0; row < count; row++) {
        number = opened_by[row] == OPENED_BY_START ? 1 : number + (opened_by[row] != OPENED_NOT);
        stint[row] = number;
    }
}

void pyr_number_stints(const pyr_session *session, const pyr_visits *visits, bool by_driver, int32_t *stint) {
    open_at_starts(session, stint);
    if (by_driver) {
        open_by_driver(session, stint);
    } else {
        open_by_pit(visits, stint);
    }
    number_stints(stint, session->laps.count, stint);
}

/* ---- Figures of a stint ---- */

/* Laps of the field: those of one stint that are asked for, in `rows`, which follow one another but for laps selected
 * away. */
typedef struct stint_laps {
    const pyr_laps *laps;
    const pyr_column *deleted;
    const uint8_t *marks; /* by lap row: PYR_IN_LAP | PYR_OUT_LAP */
    const uint8_t *green; /* by lap row */
    const int64_t *rows;
    int64_t count;
} stint_laps;

/* `base` + `offset`, halves to even. */
static int64_t round_half_even(int64_t base, double offset) {
    double whole = floor(offset), rest = offset - whole;
    int64_t value = base + (int64_t)whole;
    return value + (rest > 0.5 || (rest == 0.5 && value % 2 != 0));
}

static bool is_flying(const stint_laps *stint, int64_t row) {
    const pyr_laps *laps = stint->laps;
    return laps->lap_time[row] != PYR_NO_TIME && laps->lap[row] > 1 && stint->marks[row] == 0 &&
           stint->green[row] != 0 && !pyr_true(stint->deleted, row);
}

/* Lap times are taken as differences from the first of them, so that their sums are exact in double. */
static void fill_pace(const stint_laps *stint, int64_t *mean, int64_t *best, int64_t *deviation) {
    const int64_t *lap_time = stint->laps->lap_time;
    int64_t used = 0, base = 0;
    double sum = 0, squares = 0;
    *mean = *best = *deviation = PYR_NO_TIME;
    for (int64_t i = 0; i < stint->count; i++) {
        int64_t row = stint->rows[i];
        if (is_flying(stint, row)) {
            base = used == 0 ? lap_time[row] : base;
            *best = used == 0 || lap_time[row] < *best ? lap_time[row] : *best;
            sum += (double)(lap_time[row] - base);
            used++;
        }
    }
    if (used == 0) {
        return;
    }
    double middle = sum / (double)used;
    *mean = round_half_even(base, middle);
    for (int64_t i = 0; i < stint->count; i++) {
        if (is_flying(stint, stint->rows[i])) {
            double difference = (double)(lap_time[stint->rows[i]] - base) - middle;
            squares += difference * difference;
        }
    }
    if (used > 1) {
        *deviation = round_half_even(0, sqrt(squares / (double)(used - 1)));
    }
}

static void fill_stint(const stint_laps *stint, pyr_table *answer, int64_t at) {
#define INT32_AT(column) ((int32_t *)pyr_table_array(answer, column))[at]
#define TIME_AT(column) ((int64_t *)pyr_table_array(answer, column))[at]
#define BOOL_AT(column) ((uint8_t *)pyr_table_array(answer, column))[at]
    const pyr_laps *laps = stint->laps;
    int64_t first = stint->rows[0], last = stint->rows[stint->count - 1];
    int64_t start = pyr_lap_start(laps, first), end = laps->elapsed[last];
    int32_t green = 0;
    for (int64_t i = 0; i < stint->count; i++) {
        green += stint->green[stint->rows[i]];
    }
    INT32_AT(STINT_CAR) = laps->car[first];
    INT32_AT(STINT_CLASS) = laps->class_code[first];
    INT32_AT(STINT_DRIVER) = laps->driver[first];
    INT32_AT(STINT_FIRST_LAP) = laps->lap[first];
    INT32_AT(STINT_LAST_LAP) = laps->lap[last];
    INT32_AT(STINT_LAPS) = (int32_t)stint->count;
    INT32_AT(STINT_GREEN_LAPS) = green;
    TIME_AT(STINT_START) = start;
    TIME_AT(STINT_END) = end;
    TIME_AT(STINT_DURATION) = start == PYR_NO_TIME || end == PYR_NO_TIME ? PYR_NO_TIME : end - start;
    BOOL_AT(STINT_IN_LAP) = (stint->marks[last] & PYR_IN_LAP) != 0;
    BOOL_AT(STINT_OUT_LAP) = (stint->marks[first] & PYR_OUT_LAP) != 0;
    fill_pace(stint, &TIME_AT(STINT_MEAN), &TIME_AT(STINT_BEST), &TIME_AT(STINT_DEVIATION));
#undef INT32_AT
#undef TIME_AT
#undef BOOL_AT
}

/* ---- The answer ---- */

/* What is known of the field, and where the laps of the session stand there. */
typedef struct stint_work {
    const pyr_session *session, *field;
    const pyr_stints_options *options;
    pyr_stop_figures figures; /* by tyre; else only its visits are known */
    int64_t *rows;            /* by lap row of the session: the row in the field */
    int32_t *opened_by;       /* by lap row of the field */
    int32_t *number;          /* by lap row of the field */
    int8_t *assumed;          /* by lap row of the field: tyre_assumption */
    const uint8_t *green;     /* by lap row of the field */
} stint_work;

static pyr_status find_visits(stint_work *work, pyr_error *error) {
    if (work->options->by == PYR_STINTS_BY_TYRE) {
        return pyr_stop_figures_find(work->field, work->options->fuel_only, work->options->decisions, &work->figures,
                                     error);
    }
    work->figures.allocator = work->field->allocator;
    return pyr_served_find(work->field, work->options->decisions, &work->figures.served, error);
}

static pyr_status find_stints(stint_work *work, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t count = (size_t)work->field->laps.count;
    PYR_TRY(find_visits(work, error));
    PYR_TRY(pyr_session_green_laps(work->field, &work->green, error));
    PYR_TRY(pyr_field_rows(work->session, &work->rows, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->opened_by, &work->opened_by, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->number, &work->number, error));
    PYR_TRY(pyr_new_array(allocator, count, sizeof *work->assumed, &work->assumed, error));
    memset(work->assumed, ASSUMED_NOTHING, count);
    open_at_starts(work->field, work->opened_by);
    if (work->options->by == PYR_STINTS_BY_PIT) {
        open_by_pit(work->figures.served.visits, work->opened_by);
    } else if (work->options->by == PYR_STINTS_BY_DRIVER) {
        open_by_driver(work->field, work->opened_by);
    } else {
        open_by_tyre(&work->figures, work->opened_by, work->assumed);
    }
    number_stints(work->opened_by, work->field->laps.count, work->number);
    return PYR_OK;
}

static void clear_stints(stint_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t count = (size_t)work->field->laps.count;
    pyr_release_array(allocator, work->opened_by, count, sizeof *work->opened_by);
    pyr_release_array(allocator, work->number, count, sizeof *work->number);
    pyr_release_array(allocator, work->assumed, count, sizeof *work->assumed);
    pyr_release_array(allocator, work->rows, (size_t)work->session->laps.count, sizeof *work->rows);
    pyr_stop_figures_clear(&work->figures);
}

/* A stint whose first laps were selected away was opened by what opened it in the field. */
static void fill_opener(const stint_work *work, int64_t row, pyr_table *answer, int64_t at) {
    while (work->opened_by[row] == OPENED_NOT) {
        row--;
    }
    ((int32_t *)pyr_table_array(answer, STINT_OPENED_BY))[at] = work->opened_by[row];
    ((uint8_t *)pyr_table_array(answer, STINT_ESTIMATED))[at] = work->options->by == PYR_STINTS_BY_TYRE;
    ((int32_t *)pyr_table_array(answer, STINT_ASSUMPTION))[at] = work->assumed[row];
}

/* Rows of the answer; without a table they are only counted. */
static int64_t fill_stints(const stint_work *work, pyr_table *answer) {
    const pyr_entries *entries = &work->session->entries;
    const pyr_column *deleted = pyr_part_column(work->field, PYR_LAPS, PYR_LAP_DELETED);
    int64_t at = 0;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        int64_t end = entries->first_lap[entry + 1];
        for (int64_t row = entries->first_lap[entry], next; row < end; row = next, at++) {
            int32_t number = work->number[work->rows[row]];
            for (next = row + 1; next < end && work->number[work->rows[next]] == number;) {
                next++;
            }
            if (answer != NULL) {
                stint_laps stint = {&work->field->laps, deleted, work->figures.served.visits->lap_marks,
                                    work->green, work->rows + row, next - row};
                fill_stint(&stint, answer, at);
                ((int32_t *)pyr_table_array(answer, STINT_CLASS))[at] = entries->class_code[entry];
                ((int32_t *)pyr_table_array(answer, STINT_STINT))[at] = number;
                fill_opener(work, work->rows[row], answer, at);
            }
        }
    }
    return at;
}

static pyr_status answer_stints(stint_work *work, pyr_table **out, pyr_error *error) {
    PYR_TRY(find_stints(work, error));
    int64_t count = fill_stints(work, NULL);
    PYR_TRY(pyr_answer_new(work->field, &pyr_stints_question, count, out, error));
    fill_stints(work, *out);
    return pyr_answer_finish(out, count, error);
}

pyr_status pyr_stints(const pyr_session *session, const pyr_stints_options *options, pyr_table **out,
                      pyr_error *error) {
    stint_work work = {.session = session, .field = pyr_field_view(session),
                       .options = options != NULL ? options : &default_options};
    *out = NULL;
    if (work.options->by < PYR_STINTS_BY_PIT || work.options->by > PYR_STINTS_BY_TYRE) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "stints are by pit, driver or tyre");
    }
    PYR_TRY(pyr_check_cut_off(work.options->fuel_only, error));
    pyr_status status = answer_stints(&work, out, error);
    clear_stints(&work);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_stints(session, options, out, error);
}

const pyr_question pyr_stints_question = {
    .name = "stints",
    .schema = stint_fields,
    .column_count = PYR_COUNT(stint_fields),
    .options = options_of_stints,
    .option_count = PYR_COUNT(options_of_stints),
    .options_default = &default_options,
    .options_size = sizeof default_options,
    .ask = ask,
};
