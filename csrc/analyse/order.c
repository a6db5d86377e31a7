#include "../model/standing.h"

#include "members.h"
#include "question.h"

enum {
    CAR, CLASS, POSITION, CLASS_POSITION, LAPS, ELAPSED, GAP, GAP_LAPS, INTERVAL, INTERVAL_LAPS, DRIVER, IN_PIT
};

static const pyr_field schema[] = {
    {"car", PYR_TEXT, false, NULL},
    {"class", PYR_TEXT, true, NULL},
    {"position", PYR_INT32, true, NULL},
    {"class_position", PYR_INT32, true, NULL},
    {"laps", PYR_INT32, false, NULL},
    {"elapsed", PYR_DURATION, true, NULL},
    {"gap", PYR_DURATION, true, NULL},
    {"gap_laps", PYR_INT32, true, NULL},
    {"interval", PYR_DURATION, true, NULL},
    {"interval_laps", PYR_INT32, true, NULL},
    {"driver", PYR_TEXT, true, NULL},
    {"in_pit", PYR_BOOL, true, NULL},
};

static const pyr_option options_of_order[] = {
    {"at", PYR_OPTION_DURATION, offsetof(pyr_order_options, at), NULL},
    {"members", PYR_OPTION_TABLE, offsetof(pyr_order_options, members), NULL},
};
static const pyr_order_options order_default = {.at = PYR_NO_TIME};

/* Cars that are ranked among themselves. */
typedef struct rank_group {
    int32_t cars, first, filled; /* `first`: the place of its first car; -1: none yet */
} rank_group;

/* The cars at the instant, group after group in the order of their leaders, best first within a group. */
typedef struct ranking {
    const int32_t *code;    /* by entry of the field: its group; -1: none */
    size_t group_count;     /* one for each code, one for cars without */
    rank_group *groups;
    pyr_standing *standing;
    int32_t *leader;        /* by place: the place of the first of its group */
    int32_t *position;      /* by place, within its group */
} ranking;

typedef struct order_work {
    const pyr_session *session, *field;
    const pyr_timeline *timeline;
    int32_t *group;          /* by entry of the field: the one asked for; -1: not shown */
    pyr_standing *standing;  /* of the field, best first */
    ranking asked, by_class;
    int32_t *class_position; /* by entry of the field */
} order_work;

/* ---- Ranking ---- */

static pyr_status new_ranking(const order_work *work, const int32_t *code, const pyr_dictionary *names, ranking *ranks,
                              pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t cars = (size_t)work->field->entries.count;
    ranks->code = code;
    ranks->group_count = 1 + (names != NULL ? (size_t)names->count : 1);
    PYR_TRY(pyr_new_array(allocator, ranks->group_count, sizeof *ranks->groups, &ranks->groups, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *ranks->standing, &ranks->standing, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *ranks->leader, &ranks->leader, error));
    return pyr_new_array(allocator, cars, sizeof *ranks->position, &ranks->position, error);
}

static void clear_ranking(const order_work *work, ranking *ranks) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t cars = (size_t)work->field->entries.count;
    pyr_release_array(allocator, ranks->groups, ranks->group_count, sizeof *ranks->groups);
    pyr_release_array(allocator, ranks->standing, cars, sizeof *ranks->standing);
    pyr_release_array(allocator, ranks->leader, cars, sizeof *ranks->leader);
    pyr_release_array(allocator, ranks->position, cars, sizeof *ranks->position);
}

static void rank_cars(const order_work *work, ranking *ranks) {
    int32_t cars = work->field->entries.count, next = 0;
    for (size_t group = 0; group < ranks->group_count; group++) {
        ranks->groups[group] = (rank_group){.first = -1};
    }
    for (int32_t entry = 0; entry < cars; entry++) {
        ranks->groups[ranks->code[entry] + 1].cars++;
    }
    for (int32_t i = 0; i < cars; i++) {
        rank_group *group = &ranks->groups[ranks->code[work->standing[i].entry] + 1];
        if (group->first < 0) {
            group->first = next;
            next += group->cars;
        }
        int32_t place = group->first + group->filled++;
        ranks->standing[place] = work->standing[i];
        ranks->leader[place] = group->first;
    }
    for (size_t group = 0; group < ranks->group_count; group++) {
        int32_t first = ranks->groups[group].first;
        if (first >= 0) {
            pyr_number_standings(ranks->standing + first, ranks->groups[group].cars, ranks->position + first);
        }
    }
}

static pyr_status prepare(order_work *work, const pyr_order_options *options, pyr_error *error) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t cars = (size_t)work->field->entries.count;
    PYR_TRY(pyr_session_timeline(work->field, &work->timeline, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->standing, &work->standing, error));
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->class_position, &work->class_position, error));
    const pyr_dictionary *names, *classes = pyr_part_column(work->field, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary;
    PYR_TRY(pyr_new_array(allocator, cars, sizeof *work->group, &work->group, error));
    PYR_TRY(pyr_read_groups(work->field, options->members, work->group, &names, error));
    PYR_TRY(new_ranking(work, work->group, names, &work->asked, error));
    PYR_TRY(new_ranking(work, work->field->entries.class_code, classes, &work->by_class, error));
    int64_t time = options->at == PYR_NO_TIME ? INT64_MAX : options->at;
    PYR_TRY(pyr_standings_at(work->field, work->timeline, time, work->standing, error));
    rank_cars(work, &work->asked);
    rank_cars(work, &work->by_class);
    for (size_t place = 0; place < cars; place++) {
        int32_t entry = work->by_class.standing[place].entry;
        bool has_class = work->field->entries.class_code[entry] >= 0;
        work->class_position[entry] = has_class ? work->by_class.position[place] : PYR_NO_INT32;
    }
    return PYR_OK;
}

static void clear(order_work *work) {
    const pyr_allocator *allocator = work->session->allocator;
    size_t cars = (size_t)work->field->entries.count;
    pyr_release_array(allocator, work->standing, cars, sizeof *work->standing);
    pyr_release_array(allocator, work->class_position, cars, sizeof *work->class_position);
    pyr_release_array(allocator, work->group, cars, sizeof *work->group);
    clear_ranking(work, &work->asked);
    clear_ranking(work, &work->by_class);
}

/* ---- The answer ---- */

/* How far the car at `place` was behind that at `other` when it last crossed; absent where it was ahead of it then, or
 * where the other has no known crossing of that lap. */
static void measure(const order_work *work, int32_t place, int32_t other, int64_t *time, int32_t *laps) {
    const pyr_standing *own = &work->asked.standing[place], *reference = &work->asked.standing[other];
    const int64_t *elapsed = work->field->laps.elapsed;
    int64_t row = own->row < 0 || work->asked.position[other] == PYR_NO_INT32
                      ? -1
                      : pyr_crossing_of_lap(work->field, work->timeline, reference->entry, own->laps);
    bool behind = row >= 0 && elapsed[row] <= elapsed[own->row];
    *time = behind ? elapsed[own->row] - elapsed[row] : PYR_NO_TIME;
    *laps = behind ? pyr_laps_behind(work->field, work->timeline, own->row, row) : PYR_NO_INT32;
}

/* Who is in the car: the driver of the lap that it is on; once there is no further lap, that of its last one. */
static int32_t driver_of(const order_work *work, const pyr_standing *standing) {
    const pyr_session *field = work->field;
    int64_t last = pyr_last_lap_row(&field->entries, standing->entry);
    int64_t first = field->entries.first_lap[standing->entry];
    int64_t row = standing->row < 0 ? first : standing->row + (standing->row < last);
    return row <= last ? field->laps.driver[row] : -1;
}

static void fill_car(const order_work *work, int32_t place, int32_t entry, int64_t at, pyr_table *table) {
#define INT32_AT(column) ((int32_t *)pyr_table_array(table, column))[at]
#define TIME_AT(column) ((int64_t *)pyr_table_array(table, column))[at]
    const ranking *ranks = &work->asked;
    const pyr_standing *standing = &ranks->standing[place];
    bool first = place == ranks->leader[place], known = !first && ranks->position[place] != PYR_NO_INT32;
    INT32_AT(CAR) = work->session->entries.car[entry];
    INT32_AT(CLASS) = work->session->entries.class_code[entry];
    INT32_AT(POSITION) = ranks->position[place];
    INT32_AT(CLASS_POSITION) = work->class_position[standing->entry];
    INT32_AT(LAPS) = standing->laps < 0 ? 0 : standing->laps;
    TIME_AT(ELAPSED) = standing->row < 0 ? PYR_NO_TIME : work->field->laps.elapsed[standing->row];
    measure(work, place, ranks->leader[place], &TIME_AT(GAP), &INT32_AT(GAP_LAPS));
    TIME_AT(INTERVAL) = PYR_NO_TIME;
    INT32_AT(INTERVAL_LAPS) = PYR_NO_INT32;
    if (known) {
        measure(work, place, place - 1, &TIME_AT(INTERVAL), &INT32_AT(INTERVAL_LAPS));
    }
    INT32_AT(DRIVER) = driver_of(work, standing);
    ((uint8_t *)pyr_table_array(table, IN_PIT))[at] =
        standing->row < 0 ? PYR_NO_BOOL : pyr_lap_in_pit(&work->field->laps, standing->row);
#undef INT32_AT
#undef TIME_AT
}

static pyr_status answer(order_work *work, const pyr_order_options *options, pyr_table **out, pyr_error *error) {
    const pyr_session *session = work->session, *field = work->field;
    const pyr_column *car = pyr_part_column(field, PYR_ENTRIES, PYR_ENTRY_CAR);
    int64_t rows = 0;
    PYR_TRY(prepare(work, options, error));
    PYR_TRY(pyr_answer_new(session, &pyr_order_question, session->entries.count, out, error));
    pyr_table_set_dictionary(*out, DRIVER, pyr_part_column(field, PYR_LAPS, PYR_LAP_DRIVER)->dictionary);
    for (int32_t place = 0; place < field->entries.count; place++) {
        int32_t there = work->asked.standing[place].entry;
        pyr_text number = pyr_dictionary_text_view(car->dictionary, field->entries.car[there]);
        int32_t entry = work->group[there] >= 0 ? pyr_find_entry(session, number) : -1;
        if (entry >= 0) {
            fill_car(work, place, entry, rows++, *out);
        }
    }
    return pyr_answer_finish(out, rows, error);
}

pyr_status pyr_order(const pyr_session *session, const pyr_order_options *options, pyr_table **out, pyr_error *error) {
    order_work work = {.session = session, .field = pyr_field_view(session)};
    options = options != NULL ? options : &order_default;
    *out = NULL;
    PYR_TRY(pyr_require_race(session, error));
    pyr_status status = answer(&work, options, out, error);
    clear(&work);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_order(session, options, out, error);
}

const pyr_question pyr_order_question = {
    .name = "order",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .options = options_of_order,
    .option_count = PYR_COUNT(options_of_order),
    .options_default = &order_default,
    .options_size = sizeof order_default,
    .ask = ask,
};
