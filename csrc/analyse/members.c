#include "members.h"

#include <string.h>

#include "../model/field.h"

enum { CAR, GROUP, INVISIBLE, COLUMN_COUNT };

static const pyr_field fields[COLUMN_COUNT] = {
    {"car", PYR_TEXT, false, NULL}, {"group", PYR_TEXT, true, NULL}, {"invisible", PYR_BOOL, true, NULL},
};

static pyr_status entry_at(const pyr_session *field, const pyr_column *car, int64_t row, int32_t *entry,
                           pyr_error *error) {
    return pyr_require_entry(field, pyr_dictionary_text_view(car->dictionary, pyr_int32s(car)[row]), entry, error);
}

pyr_status pyr_read_invisible(const pyr_session *field, const pyr_table *members, bool *invisible, pyr_error *error) {
    const pyr_column *columns[COLUMN_COUNT];
    memset(invisible, 0, (size_t)field->entries.count * sizeof *invisible);
    if (members == NULL) {
        return PYR_OK;
    }
    PYR_TRY(pyr_table_require(members, "members", fields, COLUMN_COUNT, columns, error));
    for (int64_t row = 0; columns[INVISIBLE] != NULL && row < pyr_table_row_count(members); row++) {
        int32_t entry;
        PYR_TRY(entry_at(field, columns[CAR], row, &entry, error));
        invisible[entry] = pyr_present(columns[INVISIBLE], row) && pyr_true(columns[INVISIBLE], row);
    }
    return PYR_OK;
}

/* ---- Groups ---- */

pyr_status pyr_read_groups(const pyr_session *field, const pyr_table *members, int32_t *group,
                           const pyr_dictionary **names, pyr_error *error) {
    const pyr_column *columns[COLUMN_COUNT] = {NULL};
    *names = NULL;
    if (members != NULL) {
        PYR_TRY(pyr_table_require(members, "members", fields, COLUMN_COUNT, columns, error));
    }
    bool grouped = columns[GROUP] != NULL;
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        group[entry] = grouped ? -1 : 0;
    }
    for (int64_t row = 0; grouped && row < pyr_table_row_count(members); row++) {
        int32_t entry;
        PYR_TRY(entry_at(field, columns[CAR], row, &entry, error));
        group[entry] = pyr_int32s(columns[GROUP])[row];
    }
    *names = grouped ? columns[GROUP]->dictionary : NULL;
    return PYR_OK;
}

/* The cars of the session are those of its field that were not selected away. */
static void leave_out_others(const pyr_session *session, const pyr_session *field, int32_t *group) {
    const pyr_dictionary *names = pyr_part_column(field, PYR_ENTRIES, PYR_ENTRY_CAR)->dictionary;
    for (int32_t entry = 0; session != field && entry < field->entries.count; entry++) {
        if (pyr_find_entry(session, pyr_dictionary_text_view(names, field->entries.car[entry])) < 0) {
            group[entry] = -1;
        }
    }
}

/* ---- Order ---- */

/* `number` has a place for every group. */
static void number_groups(const pyr_ranking *ranking, pyr_members *found, int32_t *number) {
    int32_t numbered = 0;
    for (int32_t place = 0; place < ranking->count; place++) {
        int64_t entry = ranking->order[place].row;
        int32_t group = found->group[entry];
        if (group >= 0) {
            number[group] = number[group] < 0 ? numbered++ : number[group];
            found->shown[found->count++] = (pyr_keyed){number[group], entry};
        }
    }
}

static pyr_status order_groups(const pyr_ranking *ranking, pyr_members *found, pyr_error *error) {
    const pyr_allocator *allocator = ranking->session->allocator;
    size_t group_count = found->names != NULL ? (size_t)found->names->count : 1;
    int32_t *number;
    PYR_TRY(pyr_new_array(allocator, group_count, sizeof *number, &number, error));
    memset(number, 0xff, group_count * sizeof *number);
    number_groups(ranking, found, number);
    pyr_release_array(allocator, number, group_count, sizeof *number);
    return pyr_sort(allocator, found->shown, found->count, NULL, NULL, error);
}

pyr_status pyr_find_members(const pyr_session *session, const pyr_ranking *ranking, const pyr_table *members,
                            pyr_members *found, pyr_error *error) {
    const pyr_session *field = ranking->session;
    size_t count = (size_t)ranking->count;
    *found = (pyr_members){0};
    PYR_TRY(pyr_new_array(field->allocator, count, sizeof *found->shown, &found->shown, error));
    PYR_TRY(pyr_new_array(field->allocator, count, sizeof *found->group, &found->group, error));
    PYR_TRY(pyr_read_groups(field, members, found->group, &found->names, error));
    leave_out_others(session, field, found->group);
    return order_groups(ranking, found, error);
}

void pyr_members_clear(const pyr_ranking *ranking, pyr_members *found) {
    const pyr_allocator *allocator = ranking->session->allocator;
    pyr_release_array(allocator, found->shown, (size_t)ranking->count, sizeof *found->shown);
    pyr_release_array(allocator, found->group, (size_t)ranking->count, sizeof *found->group);
}

/* ---- Grid ---- */

pyr_status pyr_read_grid(const pyr_session *field, const pyr_table *table, int32_t *grid, pyr_error *error) {
    static const pyr_field grid_fields[] = {{"car", PYR_TEXT, false, NULL}, {"position", PYR_INT32, true, NULL}};
    const pyr_column *columns[2];
    for (int32_t entry = 0; entry < field->entries.count; entry++) {
        grid[entry] = PYR_NO_INT32;
    }
    if (table == NULL) {
        return PYR_OK;
    }
    PYR_TRY(pyr_table_require(table, "grid", grid_fields, 2, columns, error));
    for (int64_t row = 0; columns[1] != NULL && row < pyr_table_row_count(table); row++) {
        const pyr_column *car = columns[0];
        int32_t entry = pyr_find_entry(field, pyr_dictionary_text_view(car->dictionary, pyr_int32s(car)[row]));
        if (entry >= 0 && pyr_present(columns[1], row)) { /* a car on the grid may not have made the start */
            grid[entry] = pyr_int32s(columns[1])[row];
        }
    }
    return PYR_OK;
}
