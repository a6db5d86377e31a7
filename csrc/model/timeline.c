#include "timeline.h"

#include <string.h>

#include "../base/sort.h"

/* ---- Crossings in time order ---- */

/* Which rows are crossings, and those of each car. The timeline is under construction. */
static void find_crossings(const pyr_session *session, uint8_t *crossing, pyr_timeline *timeline) {
    const int64_t *elapsed = session->laps.elapsed;
    int64_t count = 0, *car_row = (int64_t *)timeline->car_row, *car_first = (int64_t *)timeline->car_first;
    int32_t *entry_of = (int32_t *)timeline->entry;
    for (int32_t entry = 0; entry < session->entries.count; entry++) {
        int64_t latest = -1; /* race time begins with the start */
        car_first[entry] = count;
        for (int64_t row = session->entries.first_lap[entry]; row < session->entries.first_lap[entry + 1]; row++) {
            entry_of[row] = entry;
            crossing[row] = elapsed[row] > latest;
            if (crossing[row]) {
                latest = elapsed[row];
                car_row[count++] = row;
            }
        }
    }
    car_first[session->entries.count] = count;
    timeline->count = count;
}

/* When the car of this row completed the lap before. */
static int64_t previous_elapsed(const pyr_laps *laps, int64_t row) {
    bool known = row > 0 && laps->car[row - 1] == laps->car[row] && laps->elapsed[row - 1] != PYR_NO_TIME;
    return known ? laps->elapsed[row - 1] : INT64_MAX;
}

static bool crosses_before(const void *context, int64_t left, int64_t right) {
    const pyr_laps *laps = context;
    if (laps->lap[left] != laps->lap[right]) {
        return laps->lap[left] > laps->lap[right];
    }
    int64_t left_before = previous_elapsed(laps, left), right_before = previous_elapsed(laps, right);
    return left_before != right_before ? left_before < right_before : left < right;
}

static pyr_status sort_crossings(const pyr_session *session, const int64_t *car_row, int64_t count, int64_t *rows,
                                 pyr_error *error) {
    pyr_keyed *items;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)count, sizeof *items, &items, error));
    for (int64_t i = 0; i < count; i++) {
        items[i] = (pyr_keyed){session->laps.elapsed[car_row[i]], car_row[i]};
    }
    pyr_status status = pyr_sort(session->allocator, items, count, crosses_before, &session->laps, error);
    for (int64_t i = 0; status == PYR_OK && i < count; i++) {
        rows[i] = items[i].row;
    }
    pyr_release_array(session->allocator, items, (size_t)count, sizeof *items);
    return status;
}

/* ---- Places: the walk through the crossings of one group of cars after another ---- */

/* A slot is a lap of a class: slots of a class follow one another in the order of the laps. Where places are overall,
 * all cars are of class 0. */
typedef struct place_walk {
    const pyr_session *session;
    const uint8_t *crossing;
    pyr_places *places;
    int32_t class_count; /* 0: places are overall */
    int64_t slot_count;
    const int32_t *entry_of; /* by row */
    int64_t *slot;        /* by row; -1: a car without class */
    int64_t *first_slot;  /* by class */
    int32_t *leader_laps; /* by class: the most laps completed so far */
    int32_t *doubt_lap;   /* by class: the most laps that a car may have completed unseen so far */
    int64_t *latest;      /* by entry: the row of its last crossing, or -1 */
    int32_t *completed;   /* by slot: crossings so far */
    int64_t *last;        /* by slot: the row of the last crossing, or -1 */
    int32_t *unseen;      /* by slot, as sums (add_range): cars that may have completed it; NULL: none ever */
    int32_t *passed;      /* by slot, as sums: cars that have completed it unseen */
} place_walk;

static int32_t class_of(const place_walk *walk, int32_t entry) {
    return walk->class_count == 0 ? 0 : walk->session->entries.class_code[entry];
}

/* Fenwick trees: a number added to a range of slots, and the sum at one slot, each in O(log n). */
static void add_from(int32_t *sums, int64_t slot_count, int64_t slot, int32_t number) {
    for (int64_t i = slot + 1; i <= slot_count; i += i & -i) {
        sums[i - 1] += number;
    }
}

static void add_range(const place_walk *walk, int32_t *sums, int64_t first, int64_t end, int32_t number) {
    add_from(sums, walk->slot_count, first, number);
    add_from(sums, walk->slot_count, end, -number);
}

static int32_t sum_at(const int32_t *sums, int64_t slot) {
    int32_t sum = 0;
    for (int64_t i = slot + 1; i > 0; i -= i & -i) {
        sum += sums[i - 1];
    }
    return sum;
}

/* The laps after `row` (the last crossing of this car; -1: before its first) that the car completes without a time:
 * slots from *first up to *end. Their highest lap is returned, 0 where there are none. */
static int32_t find_unseen(const place_walk *walk, int32_t entry, int64_t row, int64_t *first, int64_t *end) {
    const int32_t *lap = walk->session->laps.lap;
    int64_t start = walk->session->entries.first_lap[entry], stop = walk->session->entries.first_lap[entry + 1];
    int64_t next = row < 0 ? start : row + 1;
    *first = *end = row < 0 ? walk->first_slot[class_of(walk, entry)] : walk->slot[row] + 1;
    while (next < stop && !walk->crossing[next]) {
        next++;
    }
    if (next < stop) {
        *end = walk->slot[next];
        return *end > *first ? lap[next] - 1 : 0;
    }
    if (next > start) {
        *end = walk->slot[next - 1] + 1;
    }
    return *end > *first ? lap[next - 1] : 0;
}

/* From its crossing with `row` on, this car may have completed the laps that have no time. */
static void open_unseen(place_walk *walk, int32_t entry, int64_t row) {
    int64_t first, end;
    int32_t class_code = class_of(walk, entry), lap = find_unseen(walk, entry, row, &first, &end);
    if (end > first) {
        add_range(walk, walk->unseen, first, end, 1);
    }
    if (lap > walk->doubt_lap[class_code]) {
        walk->doubt_lap[class_code] = lap;
    }
}

/* With its next crossing it has completed them. */
static void close_unseen(place_walk *walk, int32_t entry) {
    int64_t first, end;
    find_unseen(walk, entry, walk->latest[entry], &first, &end);
    if (end > first) {
        add_range(walk, walk->unseen, first, end, -1);
        add_range(walk, walk->passed, first, end, 1);
    }
}

static void place_crossing(place_walk *walk, int64_t row) {
    const pyr_laps *laps = &walk->session->laps;
    const pyr_places *places = walk->places;
    int64_t slot = walk->slot[row], last = walk->last[slot];
    int32_t entry = walk->entry_of[row], class_code = class_of(walk, entry), position = walk->completed[slot] + 1;
    if (walk->unseen != NULL) {
        close_unseen(walk, entry);
        position = sum_at(walk->unseen, slot) > 0 ? PYR_NO_INT32 : position + sum_at(walk->passed, slot);
    }
    places->position[row] = position;
    places->leader[row] = position == 1 ? row : last < 0 ? -1 : places->leader[last];
    places->ahead[row] = last >= 0 && position > 1 && places->position[last] == position - 1 ? last : -1;
    if (laps->lap[row] > walk->leader_laps[class_code]) {
        walk->leader_laps[class_code] = laps->lap[row];
    }
    if (walk->doubt_lap[class_code] <= walk->leader_laps[class_code]) {
        places->gap_laps[row] = walk->leader_laps[class_code] - laps->lap[row];
    }
    if (walk->unseen != NULL) {
        open_unseen(walk, entry, row);
    }
    walk->completed[slot]++;
    walk->last[slot] = row;
    walk->latest[entry] = row;
}

/* Slots by sorting rows by class and lap. */
static pyr_status number_slots(place_walk *walk, pyr_error *error) {
    const pyr_session *session = walk->session;
    int64_t count = session->laps.count, used = 0, lap_room = 1;
    for (int64_t row = 0; row < count; row++) {
        lap_room = session->laps.lap[row] >= lap_room ? (int64_t)session->laps.lap[row] + 1 : lap_room;
    }
    pyr_keyed *items;
    PYR_TRY(pyr_new_array(session->allocator, (size_t)count, sizeof *items, &items, error));
    for (int64_t row = 0; row < count; row++) {
        int32_t class_code = class_of(walk, walk->entry_of[row]);
        walk->slot[row] = -1;
        if (class_code >= 0) {
            items[used++] = (pyr_keyed){class_code * lap_room + session->laps.lap[row], row};
        }
    }
    pyr_status status = pyr_sort_close(session->allocator, items, used, error);
    for (int64_t i = 0; status == PYR_OK && i < used; i++) {
        if (i == 0 || items[i].key != items[i - 1].key) {
            int32_t class_code = class_of(walk, walk->entry_of[items[i].row]);
            if (i == 0 || class_code != class_of(walk, walk->entry_of[items[i - 1].row])) {
                walk->first_slot[class_code] = walk->slot_count;
            }
            walk->slot_count++;
        }
        walk->slot[items[i].row] = walk->slot_count - 1;
    }
    pyr_release_array(session->allocator, items, (size_t)count, sizeof *items);
    return status;
}

/* Some car completes a lap without a time: its crossings are not slot after slot of its class. */
static bool any_unseen(const place_walk *walk) {
    const pyr_entries *entries = &walk->session->entries;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        int32_t class_code = class_of(walk, entry);
        int64_t start = entries->first_lap[entry], first = class_code < 0 ? 0 : walk->first_slot[class_code];
        for (int64_t row = start; class_code >= 0 && row < entries->first_lap[entry + 1]; row++) {
            if (!walk->crossing[row] || walk->slot[row] != first + (row - start)) {
                return true;
            }
        }
    }
    return false;
}

static pyr_status prepare_slots(place_walk *walk, pyr_error *error) {
    const pyr_allocator *allocator = walk->session->allocator;
    size_t slots = (size_t)walk->slot_count;
    PYR_TRY(pyr_new_array(allocator, slots, sizeof *walk->completed, &walk->completed, error));
    PYR_TRY(pyr_new_array(allocator, slots, sizeof *walk->last, &walk->last, error));
    memset(walk->completed, 0, slots * sizeof *walk->completed);
    memset(walk->last, 0xff, slots * sizeof *walk->last);
    if (!any_unseen(walk)) {
        return PYR_OK;
    }
    PYR_TRY(pyr_new_array(allocator, slots, sizeof *walk->passed, &walk->passed, error));
    PYR_TRY(pyr_new_array(allocator, slots, sizeof *walk->unseen, &walk->unseen, error));
    memset(walk->passed, 0, slots * sizeof *walk->passed);
    memset(walk->unseen, 0, slots * sizeof *walk->unseen);
    for (int32_t entry = 0; entry < walk->session->entries.count; entry++) {
        if (class_of(walk, entry) >= 0) {
            open_unseen(walk, entry, -1);
        }
    }
    return PYR_OK;
}

static pyr_status prepare_walk(place_walk *walk, pyr_error *error) {
    const pyr_session *session = walk->session;
    const pyr_allocator *allocator = session->allocator;
    size_t rows = (size_t)session->laps.count, entries = (size_t)session->entries.count;
    size_t classes = (size_t)walk->class_count + 1;
    PYR_TRY(pyr_new_array(allocator, rows, sizeof *walk->slot, &walk->slot, error));
    PYR_TRY(pyr_new_array(allocator, classes, sizeof *walk->first_slot, &walk->first_slot, error));
    PYR_TRY(pyr_new_array(allocator, classes, sizeof *walk->leader_laps, &walk->leader_laps, error));
    PYR_TRY(pyr_new_array(allocator, classes, sizeof *walk->doubt_lap, &walk->doubt_lap, error));
    PYR_TRY(pyr_new_array(allocator, entries, sizeof *walk->latest, &walk->latest, error));
    memset(walk->latest, 0xff, entries * sizeof *walk->latest);
    memset(walk->first_slot, 0, classes * sizeof *walk->first_slot);
    memset(walk->leader_laps, 0, classes * sizeof *walk->leader_laps);
    memset(walk->doubt_lap, 0, classes * sizeof *walk->doubt_lap);
    PYR_TRY(number_slots(walk, error));
    return prepare_slots(walk, error);
}

static void clear_walk(place_walk *walk) {
    const pyr_allocator *allocator = walk->session->allocator;
    size_t rows = (size_t)walk->session->laps.count, entries = (size_t)walk->session->entries.count;
    size_t classes = (size_t)walk->class_count + 1, slots = (size_t)walk->slot_count;
    pyr_release_array(allocator, walk->slot, rows, sizeof *walk->slot);
    pyr_release_array(allocator, walk->first_slot, classes, sizeof *walk->first_slot);
    pyr_release_array(allocator, walk->leader_laps, classes, sizeof *walk->leader_laps);
    pyr_release_array(allocator, walk->doubt_lap, classes, sizeof *walk->doubt_lap);
    pyr_release_array(allocator, walk->latest, entries, sizeof *walk->latest);
    pyr_release_array(allocator, walk->completed, slots, sizeof *walk->completed);
    pyr_release_array(allocator, walk->last, slots, sizeof *walk->last);
    pyr_release_array(allocator, walk->passed, slots, sizeof *walk->passed);
    pyr_release_array(allocator, walk->unseen, slots, sizeof *walk->unseen);
}

static pyr_status find_places(const pyr_session *session, const uint8_t *crossing, const pyr_timeline *timeline,
                              int32_t class_count, pyr_places *places, pyr_error *error) {
    place_walk walk = {
        .session = session,
        .crossing = crossing,
        .places = places,
        .class_count = class_count,
        .entry_of = timeline->entry,
    };
    for (int64_t row = 0; row < session->laps.count; row++) {
        places->position[row] = places->gap_laps[row] = PYR_NO_INT32;
        places->leader[row] = places->ahead[row] = -1;
    }
    if (session->kind != PYR_RACE && session->kind != PYR_KIND_UNKNOWN) {
        return PYR_OK;
    }
    pyr_status status = prepare_walk(&walk, error);
    for (int64_t i = 0; status == PYR_OK && i < timeline->count; i++) {
        if (walk.slot[timeline->row[i]] >= 0) {
            place_crossing(&walk, timeline->row[i]);
        }
    }
    clear_walk(&walk);
    return status;
}

/* ---- The timeline of a session ---- */

/* One block for the struct and all its arrays: those of 8 bytes, then those of 4. */
static pyr_status new_timeline(const pyr_session *session, pyr_buffer **out, pyr_error *error) {
    enum { WIDE = 6, NARROW = 5, ROW_SIZE = WIDE * sizeof(int64_t) + NARROW * sizeof(int32_t) };
    size_t count = (size_t)session->laps.count, cars = (size_t)session->entries.count + 1, size;
    *out = NULL;
    if (!pyr_size_multiply(count, ROW_SIZE, &size) ||
        !pyr_size_add(size, sizeof(pyr_timeline) + cars * sizeof(int64_t), &size)) {
        return pyr_fail_memory(error);
    }
    PYR_TRY(pyr_buffer_new(session->allocator, size, NULL, out, error));
    pyr_timeline *timeline = pyr_buffer_data(*out);
    int64_t *wide = (int64_t *)(timeline + 1);
    int32_t *narrow = (int32_t *)(wide + WIDE * count + cars);
    *timeline = (pyr_timeline){
        .row = wide,
        .car_row = wide + 5 * count,
        .car_first = wide + WIDE * count,
        .overall = {narrow, narrow + count, wide + count, wide + 2 * count},
        .in_class = {narrow + 2 * count, narrow + 3 * count, wide + 3 * count, wide + 4 * count},
        .entry = narrow + 4 * count,
    };
    return PYR_OK;
}

static pyr_status fill_timeline(const pyr_session *session, pyr_timeline *timeline, pyr_error *error) {
    size_t rows = (size_t)session->laps.count;
    uint8_t *crossing;
    PYR_TRY(pyr_new_array(session->allocator, rows, sizeof *crossing, &crossing, error));
    find_crossings(session, crossing, timeline);
    pyr_status status = sort_crossings(session, timeline->car_row, timeline->count, (int64_t *)timeline->row, error);
    if (status == PYR_OK) {
        status = find_places(session, crossing, timeline, 0, &timeline->overall, error);
    }
    if (status == PYR_OK) {
        int32_t classes = pyr_part_column(session, PYR_ENTRIES, PYR_ENTRY_CLASS)->dictionary->count;
        status = find_places(session, crossing, timeline, classes > 0 ? classes : 1, &timeline->in_class, error);
    }
    pyr_release_array(session->allocator, crossing, rows, sizeof *crossing);
    return status;
}

static pyr_status build_timeline(const pyr_session *session, pyr_buffer **out, pyr_error *error) {
    PYR_TRY(new_timeline(session, out, error));
    pyr_status status = fill_timeline(session, pyr_buffer_data(*out), error);
    if (status != PYR_OK) {
        pyr_buffer_release(*out);
        *out = NULL;
    }
    return status;
}

pyr_status pyr_session_timeline(const pyr_session *session, const pyr_timeline **out, pyr_error *error) {
    void *timeline;
    *out = NULL;
    PYR_TRY(pyr_late_part(session, &((pyr_session *)session)->timeline, build_timeline, &timeline, error));
    *out = timeline;
    return PYR_OK;
}
