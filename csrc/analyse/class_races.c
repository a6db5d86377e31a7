#include "class_races.h"

#include <string.h>

#include "../base/sort.h"

const char *const pyr_race_by_words[] = {"overall", "class", NULL};

static const pyr_column *class_column(const pyr_session *session) {
    return pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CLASS);
}

static bool text_before(const void *context, int64_t left, int64_t right) {
    const pyr_dictionary *names = context;
    return pyr_text_compare(pyr_dictionary_text_view(names, (int32_t)left),
                            pyr_dictionary_text_view(names, (int32_t)right)) < 0;
}

/* The classes by name: rank[code]. */
static pyr_status rank_classes(const pyr_session *session, int32_t *rank, pyr_error *error) {
    const pyr_dictionary *names = class_column(session)->dictionary;
    pyr_keyed *order;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)names->count, sizeof *order, &order, error));
    for (int32_t code = 0; code < names->count; code++) {
        order[code] = (pyr_keyed){0, code};
    }
    pyr_status status = pyr_sort(session->allocator, order, names->count, text_before, names, error);
    for (int32_t i = 0; status == PYR_OK && i < names->count; i++) {
        rank[order[i].row] = i;
    }
    pyr_release_array(session->allocator, order, (size_t)names->count, sizeof *order);
    return status;
}

static pyr_status number_cars(pyr_class_races *races, pyr_error *error) {
    const pyr_session *session = races->session;
    int32_t *rank;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)races->count, sizeof *rank, &rank, error));
    pyr_status status = races->by_class ? rank_classes(session, rank, error) : PYR_OK;
    for (int32_t race = 0; status == PYR_OK && race < races->count; race++) {
        races->class_code[races->by_class ? rank[race] : race] = races->by_class ? race : -1;
    }
    for (int32_t entry = 0; status == PYR_OK && entry < session->entries.count; entry++) {
        int32_t code = session->entries.class_code[entry];
        races->of_entry[entry] = !races->by_class ? 0 : code < 0 ? -1 : rank[code];
    }
    pyr_release_array(session->allocator, rank, (size_t)races->count, sizeof *rank);
    return status;
}

/* The crossings race after race. `first` has two places more than races, so that each end can be where it is filled. */
static void divide_crossings(const pyr_timeline *timeline, pyr_class_races *races) {
    memset(races->first, 0, ((size_t)races->count + 2) * sizeof *races->first);
    for (int64_t i = 0; i < timeline->count; i++) {
        int32_t race = races->of_entry[timeline->entry[timeline->row[i]]];
        races->first[race < 0 ? races->count + 1 : race + 2] += race >= 0;
    }
    for (int32_t race = 1; race <= races->count + 1; race++) {
        races->first[race] += races->first[race - 1];
    }
    for (int64_t i = 0; i < timeline->count; i++) {
        int32_t race = races->of_entry[timeline->entry[timeline->row[i]]];
        if (race >= 0) {
            races->row[races->first[race + 1]++] = timeline->row[i];
        }
    }
}

pyr_status pyr_class_races_find(const pyr_session *session, const pyr_timeline *timeline, int32_t by,
                                pyr_class_races *races, pyr_error *error) {
    const pyr_allocator *allocator = session->allocator;
    *races = (pyr_class_races){
        .session = session,
        .by_class = by == PYR_RACE_BY_CLASS,
        .count = by == PYR_RACE_BY_CLASS ? class_column(session)->dictionary->count : 1,
    };
    if (by != PYR_RACE_OVERALL && by != PYR_RACE_BY_CLASS) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "there are no races by choice %d: take one of pyr_race_by", (int)by);
    }
    PYR_TRY(pyr_new_array(allocator, (size_t)session->entries.count, sizeof *races->of_entry, &races->of_entry, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)races->count, sizeof *races->class_code, &races->class_code, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)races->count + 2, sizeof *races->first, &races->first, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)session->laps.count, sizeof *races->row, &races->row, error));
    PYR_TRY(number_cars(races, error));
    divide_crossings(timeline, races);
    return PYR_OK;
}

void pyr_class_races_clear(pyr_class_races *races) {
    if (races->session == NULL) {
        return;
    }
    const pyr_session *session = races->session;
    const pyr_allocator *allocator = session->allocator;
    pyr_release_array(allocator, races->of_entry, (size_t)session->entries.count, sizeof *races->of_entry);
    pyr_release_array(allocator, races->class_code, (size_t)races->count, sizeof *races->class_code);
    pyr_release_array(allocator, races->first, (size_t)races->count + 2, sizeof *races->first);
    pyr_release_array(allocator, races->row, (size_t)session->laps.count, sizeof *races->row);
    *races = (pyr_class_races){0};
}
