#include "field_state.h"

enum { RACING, UNHINDERED, HELD_UP, SLOW, VERY_SLOW, LEVELS };
enum { FEWEST_DRIVES = 8, FEWEST_IN_SECTOR = 3, LAPS_AS_BEFORE = 3 };

typedef struct state_sweep {
    const pyr_field_pace *pace;
    pyr_stretches *found;
    int64_t counts[PYR_SECTORS][LEVELS]; /* drives that count now */
    int64_t told;                        /* the last instant at which enough of them did */
} state_sweep;

static void count_drive(state_sweep *sweep, int64_t drive, int64_t change) {
    int64_t number = sweep->pace->drive[drive].row;
    int32_t pace = sweep->pace->pace[number];
    int level = (pace > PYR_RACING_PACE) + (pace > PYR_UNHINDERED_PACE) + (pace > PYR_SLOW_PACE) +
                (pace > PYR_VERY_SLOW_PACE);
    sweep->counts[number % sweep->pace->sectors][level] += change;
}

static bool most_of(int64_t part, int64_t all) {
    return all >= FEWEST_IN_SECTOR && 5 * part >= 4 * all;
}

static bool more_than_half(int64_t part, int64_t all) {
    return 2 * part > all;
}

/* Where too few drives count, as after a pack has gone by. */
static pyr_field_state state_as_before(const state_sweep *sweep, int64_t time) {
    const pyr_stretches *found = sweep->found;
    bool long_ago = found->count == 0 || time - sweep->told > LAPS_AS_BEFORE * sweep->pace->median_lap;
    return long_ago ? PYR_FIELD_RACING : found->stretch[found->count - 1].state;
}

static pyr_field_state state_at(state_sweep *sweep, int64_t time) {
    int64_t from[LEVELS] = {0}; /* drives of this level and of slower ones */
    bool slow = false, unhindered = false;
    for (int32_t sector = 0; sector < sweep->pace->sectors; sector++) {
        int64_t here = 0, slow_here = 0;
        for (int level = LEVELS - 1; level >= 0; level--) {
            here += sweep->counts[sector][level];
            from[level] += here;
            slow_here = level == SLOW ? here : slow_here;
        }
        slow = slow || most_of(slow_here, here);
        unhindered = unhindered || most_of(sweep->counts[sector][RACING] + sweep->counts[sector][UNHINDERED], here);
    }
    if (from[RACING] < FEWEST_DRIVES) {
        return state_as_before(sweep, time);
    }
    sweep->told = time;
    if (slow && unhindered) {
        return PYR_FIELD_IN_SLOW_ZONE;
    }
    if (more_than_half(from[VERY_SLOW], from[RACING])) {
        return PYR_FIELD_VERY_SLOW;
    }
    if (more_than_half(from[SLOW], from[RACING])) {
        return PYR_FIELD_SLOW;
    }
    return more_than_half(from[UNHINDERED], from[RACING]) ? PYR_FIELD_HELD_UP : PYR_FIELD_RACING;
}

/* Between other states, an instant of racing is chance: of who drove where just then. */
static void settle(pyr_stretches *found, int64_t shortest) {
    int64_t count = 0;
    for (int64_t i = 0; i < found->count; i++) {
        pyr_stretch stretch = found->stretch[i];
        bool inside = i > 0 && i < found->count - 1;
        if (inside && stretch.state == PYR_FIELD_RACING && stretch.end - stretch.start < shortest) {
            stretch.state = PYR_FIELD_HELD_UP;
        }
        if (count > 0 && found->stretch[count - 1].state == stretch.state) {
            found->stretch[count - 1].end = stretch.end;
        } else {
            found->stretch[count++] = stretch;
        }
    }
    found->count = count;
}

static pyr_status add_instant(state_sweep *sweep, int64_t time, pyr_error *error) {
    pyr_stretches *found = sweep->found;
    pyr_field_state state = state_at(sweep, time);
    if (found->count > 0) {
        found->stretch[found->count - 1].end = time;
        if (found->stretch[found->count - 1].state == state) {
            return PYR_OK;
        }
    }
    PYR_TRY(pyr_grow_array(found->allocator, &found->stretch, &found->capacity, (size_t)found->count + 1,
                           sizeof *found->stretch, error));
    found->stretch[found->count++] = (pyr_stretch){state, time, time};
    return PYR_OK;
}

pyr_status pyr_stretches_find(const pyr_field_pace *pace, pyr_stretches *stretches, pyr_error *error) {
    *stretches = (pyr_stretches){.allocator = pace->allocator};
    state_sweep sweep = {.pace = pace, .found = stretches};
    int64_t around = pace->sectors == 1 ? pace->median_lap / 2 : pace->median_lap / 4;
    int64_t begun = 0, ended = 0;
    while (ended < pace->count) {
        int64_t time = pace->drive[ended].key + around;
        if (begun < pace->count && pace->drive[begun].key - around < time) {
            time = pace->drive[begun].key - around;
        }
        for (; begun < pace->count && pace->drive[begun].key - around == time; begun++) {
            count_drive(&sweep, begun, 1);
        }
        for (; ended < begun && pace->drive[ended].key + around == time; ended++) {
            count_drive(&sweep, ended, -1);
        }
        PYR_TRY(add_instant(&sweep, time, error));
    }
    settle(stretches, pace->median_lap / 4);
    return PYR_OK;
}

void pyr_stretches_clear(pyr_stretches *stretches) {
    pyr_release_array(stretches->allocator, stretches->stretch, stretches->capacity, sizeof *stretches->stretch);
    *stretches = (pyr_stretches){0};
}
