#include "groups.h"

#include <string.h>

const char *const pyr_by_words[] = {"car", "class", "driver", "team", "manufacturer", "group", NULL};
const pyr_option pyr_by_option[1] = {{"by", PYR_OPTION_CHOICE, offsetof(pyr_by_options, by), pyr_by_words}};
const pyr_by_options pyr_by_default = {PYR_BY_CAR};

static void group_by_car(const pyr_entries *entries, pyr_groups *groups) {
    for (int32_t entry = 0; entry < entries->count; entry++) {
        for (int64_t row = entries->first_lap[entry]; row < entries->first_lap[entry + 1]; row++) {
            groups->of_lap[row] = entry;
        }
    }
    groups->count = entries->count;
}

static void group_by_text(const pyr_column *column, pyr_groups *groups) {
    const int32_t *codes = pyr_int32s(column);
    for (int64_t row = 0; row < groups->row_count; row++) {
        groups->of_lap[row] = codes[row] + 1; /* absent: group 0 */
    }
    groups->count = column->dictionary->count + 1;
}

/* `group_of` holds, by driver code + 1, the group of that driver in the car where he was last seen. */
static void number_drivers(const pyr_session *session, int32_t *group_of, int32_t *seen_in, pyr_groups *groups) {
    const pyr_entries *entries = &session->entries;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        for (int64_t row = entries->first_lap[entry]; row < entries->first_lap[entry + 1]; row++) {
            int32_t driver = session->laps.driver[row] + 1;
            if (seen_in[driver] != entry) {
                seen_in[driver] = entry;
                group_of[driver] = groups->count++;
            }
            groups->of_lap[row] = group_of[driver];
        }
    }
}

static pyr_status group_by_driver(const pyr_session *session, pyr_groups *groups, pyr_error *error) {
    size_t drivers = (size_t)pyr_part_column(session, PYR_LAPS, PYR_LAP_DRIVER)->dictionary->count + 1;
    int32_t *seen_in, *group_of;
    PYR_TRY(pyr_new_array(groups->allocator, drivers, sizeof *seen_in, &seen_in, error));
    pyr_status status = pyr_new_array(groups->allocator, drivers, sizeof *group_of, &group_of, error);
    if (status == PYR_OK) {
        memset(seen_in, 0xff, drivers * sizeof *seen_in);
        number_drivers(session, group_of, seen_in, groups);
        pyr_release_array(groups->allocator, group_of, drivers, sizeof *group_of);
    }
    pyr_release_array(groups->allocator, seen_in, drivers, sizeof *seen_in);
    return status;
}

static pyr_status group_by(const pyr_session *session, int32_t by, pyr_groups *groups, pyr_error *error) {
    static const int32_t columns[] = {
        [PYR_BY_CLASS] = PYR_LAP_CLASS,
        [PYR_BY_TEAM] = PYR_LAP_TEAM,
        [PYR_BY_MANUFACTURER] = PYR_LAP_MANUFACTURER,
        [PYR_BY_GROUP] = PYR_LAP_GROUP,
    };
    switch (by) {
    case PYR_BY_CAR:
        group_by_car(&session->entries, groups);
        return PYR_OK;
    case PYR_BY_DRIVER:
        return group_by_driver(session, groups, error);
    case PYR_BY_CLASS:
    case PYR_BY_TEAM:
    case PYR_BY_MANUFACTURER:
    case PYR_BY_GROUP:
        group_by_text(pyr_part_column(session, PYR_LAPS, columns[by]), groups);
        return PYR_OK;
    default:
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "laps cannot be grouped by choice %d: take one of pyr_by", (int)by);
    }
}

pyr_status pyr_group_laps(const pyr_session *session, int32_t by, pyr_groups *groups, pyr_error *error) {
    *groups = (pyr_groups){.row_count = session->laps.count, .allocator = session->allocator};
    PYR_TRY(pyr_new_array(groups->allocator, (size_t)groups->row_count, sizeof *groups->of_lap, &groups->of_lap,
                          error));
    pyr_status status = group_by(session, by, groups, error);
    if (status != PYR_OK) {
        pyr_groups_clear(groups);
    }
    return status;
}

void pyr_groups_clear(pyr_groups *groups) {
    pyr_release_array(groups->allocator, groups->of_lap, (size_t)groups->row_count, sizeof *groups->of_lap);
    *groups = (pyr_groups){0};
}
