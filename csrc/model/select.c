#include <string.h>

#include "../text/near.h"
#include "session.h"

/* What stays of a session. */
typedef struct selection {
    const pyr_session *session;
    const pyr_select_options *options;
    const pyr_allocator *allocator;
    bool narrowed;    /* by driver, lap, time or flag: laps of a kept car may go */
    bool *driver_asked; /* by code of the laps */
    bool *flag_asked;   /* by code */
    bool *entry_kept;   /* at first: a driver asked for is of its crew, and no laps, times or flags are asked for */
    int64_t *entries, *laps; /* rows kept */
    int64_t entry_count, lap_count;
    int32_t driver_count, flag_count; /* codes there are */
} selection;

/* ---- Names ---- */

static bool is_asked(const pyr_text *asked, int32_t asked_count, pyr_text name) {
    for (int32_t i = 0; i < asked_count; i++) {
        if (pyr_text_equal(asked[i], name)) {
            return true;
        }
    }
    return asked_count == 0;
}

/* Which codes of a column occur; a dictionary may know names of rows that were selected away. */
static pyr_status find_used(const pyr_column *column, int64_t row_count, const pyr_allocator *allocator, bool **out,
                            pyr_error *error) {
    const int32_t *codes = pyr_int32s(column);
    size_t count = (size_t)column->dictionary->count;
    PYR_TRY(pyr_new_array(allocator, count, sizeof **out, out, error));
    memset(*out, 0, count * sizeof **out);
    for (int64_t row = 0; row < row_count; row++) {
        if (codes[row] >= 0) {
            (*out)[codes[row]] = true;
        }
    }
    return PYR_OK;
}

static pyr_status check_name(const pyr_column *column, const bool *used, pyr_text asked, const char *what,
                             pyr_error *error) {
    int32_t found = pyr_dictionary_find(column->dictionary, asked);
    if (found >= 0 && used[found]) {
        return PYR_OK;
    }
    pyr_near near = {.asked = asked};
    for (int32_t code = 0; code < column->dictionary->count; code++) {
        if (used[code]) {
            pyr_near_offer(&near, pyr_dictionary_text_view(column->dictionary, code));
        }
    }
    return pyr_near_fail(&near, what, error);
}

/* Every name asked for is in the column. */
static pyr_status check_names(const pyr_table *table, int32_t column_index, const pyr_text *asked, int32_t asked_count,
                              const char *what, pyr_error *error) {
    const pyr_column *column = pyr_table_column_view(table, column_index);
    const pyr_allocator *allocator = pyr_table_allocator(table);
    bool *used;
    if (asked_count == 0) {
        return PYR_OK;
    }
    PYR_TRY(find_used(column, pyr_table_row_count(table), allocator, &used, error));
    pyr_status status = PYR_OK;
    for (int32_t i = 0; i < asked_count && status == PYR_OK; i++) {
        status = check_name(column, used, asked[i], what, error);
    }
    pyr_release_array(allocator, used, (size_t)column->dictionary->count, sizeof *used);
    return status;
}

/* Any word of the vocabulary may be asked for, whether it occurs or not. */
static pyr_status check_flags(const pyr_select_options *options, pyr_error *error) {
    for (int32_t i = 0; i < options->flag_count; i++) {
        pyr_near near = {.asked = options->flags[i]};
        bool known = false;
        for (int32_t code = 0; pyr_flag_words[code] != NULL; code++) {
            known = known || pyr_text_equal(options->flags[i], pyr_text_of(pyr_flag_words[code]));
            pyr_near_offer(&near, pyr_text_of(pyr_flag_words[code]));
        }
        if (!known) {
            return pyr_near_fail(&near, "flag", error);
        }
    }
    return PYR_OK;
}

static pyr_status check_options(const pyr_session *session, const pyr_select_options *options, pyr_error *error) {
    const pyr_table *entries = session->parts[PYR_ENTRIES], *crew = session->parts[PYR_CREW];
    if (options->first_lap < 0 || options->last_lap < 0 ||
        (options->last_lap > 0 && options->first_lap > options->last_lap)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "there are no laps from %d to %d; give the lower number first",
                        (int)options->first_lap, (int)options->last_lap);
    }
    if (options->after < 0 || options->up_to < 0 || (options->up_to > 0 && options->after >= options->up_to)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "the window from %.3f s to %.3f s holds no instant; give the earlier one first",
                        (double)options->after / 1e6, (double)options->up_to / 1e6);
    }
    PYR_TRY(check_names(entries, PYR_ENTRY_CAR, options->cars, options->car_count, "car", error));
    PYR_TRY(check_names(entries, PYR_ENTRY_CLASS, options->classes, options->class_count, "class", error));
    PYR_TRY(check_names(entries, PYR_ENTRY_GROUP, options->groups, options->group_count, "group", error));
    PYR_TRY(check_names(crew, PYR_CREW_DRIVER, options->drivers, options->driver_count, "driver", error));
    return check_flags(options, error);
}

static pyr_status mark_asked(const selection *kept, const pyr_dictionary *names, const pyr_text *asked,
                             int32_t asked_count, bool **out, pyr_error *error) {
    PYR_TRY(pyr_new_array(kept->allocator, (size_t)names->count, sizeof **out, out, error));
    for (int32_t code = 0; code < names->count; code++) {
        (*out)[code] = is_asked(asked, asked_count, pyr_dictionary_text_view(names, code));
    }
    return PYR_OK;
}

/* ---- Rows ---- */

static bool keeps_text(const pyr_column *column, int64_t row, const pyr_text *asked, int32_t asked_count) {
    return is_asked(asked, asked_count, pyr_dictionary_text_view(column->dictionary, pyr_int32s(column)[row]));
}

static bool keeps_time(const pyr_select_options *options, int64_t elapsed) {
    if (options->after == 0 && options->up_to == 0) {
        return true;
    }
    return elapsed != PYR_NO_TIME && (options->after == 0 || elapsed > options->after) &&
           (options->up_to == 0 || elapsed <= options->up_to);
}

static bool keeps_lap(const selection *kept, int64_t row) {
    const pyr_select_options *options = kept->options;
    const pyr_laps *laps = &kept->session->laps;
    int32_t driver = laps->driver[row], flag = laps->flag[row];
    return keeps_time(options, laps->elapsed[row]) &&
           (options->first_lap == 0 || laps->lap[row] >= options->first_lap) &&
           (options->last_lap == 0 || laps->lap[row] <= options->last_lap) &&
           (options->driver_count == 0 || (driver >= 0 && kept->driver_asked[driver])) &&
           (options->flag_count == 0 || (flag >= 0 && kept->flag_asked[flag]));
}

/* A driver may be of a crew and never have driven: so does he have no lap, and his car is there. */
static void mark_crews(const selection *kept) {
    const pyr_session *session = kept->session;
    const pyr_select_options *options = kept->options;
    const pyr_column *car = pyr_part_column(session, PYR_CREW, PYR_CREW_CAR);
    const pyr_column *driver = pyr_part_column(session, PYR_CREW, PYR_CREW_DRIVER);
    bool of_crews = options->driver_count > 0 && options->flag_count == 0 && options->first_lap == 0 &&
                    options->last_lap == 0 && options->after == 0 && options->up_to == 0;
    memset(kept->entry_kept, 0, (size_t)session->entries.count * sizeof *kept->entry_kept);
    for (int64_t row = 0; of_crews && row < pyr_table_row_count(session->parts[PYR_CREW]); row++) {
        if (keeps_text(driver, row, options->drivers, options->driver_count)) {
            pyr_text name = pyr_dictionary_text_view(car->dictionary, pyr_int32s(car)[row]);
            int32_t entry = pyr_find_entry(session, name);
            if (entry >= 0) {
                kept->entry_kept[entry] = true;
            }
        }
    }
}

static void find_rows(selection *kept) {
    const pyr_session *session = kept->session;
    const pyr_select_options *options = kept->options;
    const pyr_entries *entries = &session->entries;
    const pyr_column *car = pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CAR);
    const pyr_column *class_name = pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CLASS);
    const pyr_column *group = pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_GROUP);
    for (int32_t entry = 0; entry < entries->count; entry++) {
        int64_t laps_before = kept->lap_count;
        bool matches = keeps_text(car, entry, options->cars, options->car_count) &&
                       keeps_text(class_name, entry, options->classes, options->class_count) &&
                       keeps_text(group, entry, options->groups, options->group_count);
        for (int64_t row = entries->first_lap[entry]; matches && row < entries->first_lap[entry + 1]; row++) {
            if (!kept->narrowed || keeps_lap(kept, row)) {
                kept->laps[kept->lap_count++] = row;
            }
        }
        bool wanted = !kept->narrowed || kept->entry_kept[entry] || kept->lap_count > laps_before;
        kept->entry_kept[entry] = matches && wanted;
        if (kept->entry_kept[entry]) {
            kept->entries[kept->entry_count++] = entry;
        }
    }
}

/* ---- Parts ---- */

/* Rows of a table with a car column, those of kept cars, and of drivers asked for where the table has a driver column
 * (-1: it has none). */
static pyr_status take_of_cars(const selection *kept, pyr_part part, int32_t car_index, int32_t driver_index,
                               pyr_table **out, pyr_error *error) {
    const pyr_select_options *options = kept->options;
    const pyr_table *table = kept->session->parts[part];
    const pyr_column *car = pyr_table_column_view(table, car_index);
    size_t row_count = (size_t)pyr_table_row_count(table);
    int64_t *rows, count = 0;
    PYR_TRY(pyr_new_array(kept->allocator, row_count, sizeof *rows, &rows, error));
    for (int64_t row = 0; row < (int64_t)row_count; row++) {
        pyr_text name = pyr_dictionary_text_view(car->dictionary, pyr_int32s(car)[row]);
        int32_t entry = pyr_find_entry(kept->session, name);
        if (entry >= 0 && kept->entry_kept[entry] &&
            (driver_index < 0 || keeps_text(pyr_table_column_view(table, driver_index), row, options->drivers,
                                            options->driver_count))) {
            rows[count++] = row;
        }
    }
    pyr_status status = pyr_table_take(table, rows, count, out, error);
    pyr_release_array(kept->allocator, rows, row_count, sizeof *rows);
    return status;
}

/* The entries say how many laps are kept. The table is fresh, so nobody sees it change. */
static pyr_status take_entries(const selection *kept, pyr_table **out, pyr_error *error) {
    const pyr_entries *entries = &kept->session->entries;
    PYR_TRY(pyr_table_take(kept->session->parts[PYR_ENTRIES], kept->entries, kept->entry_count, out, error));
    int32_t *laps = pyr_table_array(*out, PYR_ENTRY_LAPS);
    int64_t at = 0;
    for (int64_t i = 0; kept->narrowed && i < kept->entry_count; i++) {
        int64_t first = at;
        while (at < kept->lap_count && kept->laps[at] < entries->first_lap[kept->entries[i] + 1]) {
            at++;
        }
        laps[i] = (int32_t)(at - first);
    }
    return PYR_OK;
}

static pyr_status take_facts(const selection *kept, pyr_table **out, pyr_error *error) {
    static const int64_t the_row = 0;
    PYR_TRY(pyr_table_take(kept->session->parts[PYR_FACTS], &the_row, 1, out, error));
    if (kept->narrowed) {
        *(uint8_t *)pyr_table_array(*out, PYR_FACT_NARROWED) = 1; /* the bitmap of a single row */
    }
    return PYR_OK;
}

/* Fresh tables for what depends on the selection, in `parts`; the others stay NULL. */
static pyr_status take_parts(const selection *kept, pyr_table *parts[PYR_PART_COUNT], pyr_error *error) {
    const pyr_session *session = kept->session;
    PYR_TRY(pyr_table_take(session->parts[PYR_LAPS], kept->laps, kept->lap_count, &parts[PYR_LAPS], error));
    if (pyr_table_column_count(session->parts[PYR_SECTIONS]) > 0) {
        PYR_TRY(pyr_table_take(session->parts[PYR_SECTIONS], kept->laps, kept->lap_count, &parts[PYR_SECTIONS], error));
    }
    PYR_TRY(take_entries(kept, &parts[PYR_ENTRIES], error));
    PYR_TRY(take_of_cars(kept, PYR_CREW, PYR_CREW_CAR, PYR_CREW_DRIVER, &parts[PYR_CREW], error));
    PYR_TRY(take_of_cars(kept, PYR_RESULTS, PYR_RESULT_CAR, -1, &parts[PYR_RESULTS], error));
    PYR_TRY(take_of_cars(kept, PYR_PROVISIONAL, PYR_RESULT_CAR, -1, &parts[PYR_PROVISIONAL], error));
    return take_facts(kept, &parts[PYR_FACTS], error);
}

static pyr_status make_session(const selection *kept, pyr_session **out, pyr_error *error) {
    const pyr_session *session = kept->session;
    pyr_session *field = session->field != NULL ? session->field : (pyr_session *)session;
    pyr_table *taken[PYR_PART_COUNT] = {NULL}, *parts[PYR_PART_COUNT];
    pyr_status status = take_parts(kept, taken, error);
    if (status == PYR_OK) {
        for (int32_t part = 0; part < PYR_PART_COUNT; part++) {
            parts[part] = taken[part] != NULL ? taken[part] : session->parts[part];
        }
        status = pyr_session_new(kept->allocator, parts, field, out, error);
    }
    for (int32_t part = 0; part < PYR_PART_COUNT; part++) {
        pyr_table_release(taken[part]);
    }
    return status;
}

/* ---- The lens ---- */

static pyr_status select_rows(selection *kept, pyr_session **out, pyr_error *error) {
    const pyr_session *session = kept->session;
    const pyr_select_options *options = kept->options;
    const pyr_dictionary *drivers = pyr_part_column(session, PYR_LAPS, PYR_LAP_DRIVER)->dictionary;
    const pyr_dictionary *flags = pyr_part_column(session, PYR_LAPS, PYR_LAP_FLAG)->dictionary;
    kept->driver_count = drivers->count;
    kept->flag_count = flags->count;
    PYR_TRY(mark_asked(kept, drivers, options->drivers, options->driver_count, &kept->driver_asked, error));
    PYR_TRY(mark_asked(kept, flags, options->flags, options->flag_count, &kept->flag_asked, error));
    size_t entry_count = (size_t)session->entries.count;
    PYR_TRY(pyr_new_array(kept->allocator, entry_count, sizeof *kept->entry_kept, &kept->entry_kept, error));
    PYR_TRY(pyr_new_array(kept->allocator, entry_count, sizeof *kept->entries, &kept->entries, error));
    PYR_TRY(pyr_new_array(kept->allocator, (size_t)session->laps.count, sizeof *kept->laps, &kept->laps, error));
    mark_crews(kept);
    find_rows(kept);
    return make_session(kept, out, error);
}

static void clear_selection(selection *kept) {
    size_t entry_count = (size_t)kept->session->entries.count, lap_count = (size_t)kept->session->laps.count;
    pyr_release_array(kept->allocator, kept->driver_asked, (size_t)kept->driver_count, sizeof *kept->driver_asked);
    pyr_release_array(kept->allocator, kept->flag_asked, (size_t)kept->flag_count, sizeof *kept->flag_asked);
    pyr_release_array(kept->allocator, kept->entry_kept, entry_count, sizeof *kept->entry_kept);
    pyr_release_array(kept->allocator, kept->entries, entry_count, sizeof *kept->entries);
    pyr_release_array(kept->allocator, kept->laps, lap_count, sizeof *kept->laps);
}

pyr_status pyr_session_select(const pyr_session *session, const pyr_select_options *options, pyr_session **out,
                              pyr_error *error) {
    *out = NULL;
    PYR_TRY(check_options(session, options, error));
    selection kept = {
        .session = session,
        .options = options,
        .allocator = session->allocator,
        .narrowed = options->driver_count > 0 || options->flag_count > 0 || options->first_lap > 0 ||
                    options->last_lap > 0 || options->after > 0 || options->up_to > 0,
    };
    pyr_status status = select_rows(&kept, out, error);
    clear_selection(&kept);
    return status;
}
