#include "places.h"

#include <string.h>

#include "../base/sort.h"

/* The walk through the passings. A slot is a point as a class passes it: slots of a class follow one another in the
 * order of their numbers. Where places are overall, all cars are of class 0. */
typedef struct place_walk {
    const pyr_session *session;
    const pyr_timeline *timeline;
    const uint8_t *known;  /* by point: it is passed at a known time */
    const int32_t *number; /* by point */
    pyr_places *places;
    int32_t class_count; /* 0: places are overall */
    int64_t slot_count;
    int64_t *slot;       /* by point; -1: a car without class */
    int64_t *first_slot; /* by class */
    int32_t *furthest;   /* by class: the highest number passed so far */
    int32_t *doubt;      /* by class: the highest number that a car may have passed unseen so far */
    int64_t *latest;     /* by entry: the last point that it passed, or -1 */
    int32_t *completed;  /* by slot: passings so far */
    int64_t *last;       /* by slot: the point of the last passing, or -1 */
    int32_t *unseen;     /* by slot, as sums (add_range): cars that may have passed it; NULL: none ever */
    int32_t *passed;     /* by slot, as sums: cars that have passed it unseen */
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

/* What the car passes without a time after `point` (the last that it passed; -1: before its first): slots from *first
 * up to *end. The highest number before its next one is returned. */
static int32_t find_unseen(const place_walk *walk, int32_t entry, int64_t point, int64_t *first, int64_t *end) {
    const pyr_points *points = &walk->timeline->points;
    int64_t start = points->first[entry], stop = points->first[entry + 1];
    int64_t next = point < 0 ? start : point + 1;
    *first = *end = point < 0 ? walk->first_slot[class_of(walk, entry)] : walk->slot[point] + 1;
    while (next < stop && !walk->known[next]) {
        next++;
    }
    if (next < stop) {
        *end = walk->slot[next];
        return walk->number[next] - 1;
    }
    if (next > start) {
        *end = walk->slot[next - 1] + 1;
    }
    return next > start ? walk->number[next - 1] : 0;
}

/* From its passing of `point` on, this car may have passed those that have no time. */
static void open_unseen(place_walk *walk, int32_t entry, int64_t point) {
    int64_t first, end;
    int32_t class_code = class_of(walk, entry), number = find_unseen(walk, entry, point, &first, &end);
    if (end > first) {
        add_range(walk, walk->unseen, first, end, 1);
    }
    if (number > walk->doubt[class_code]) {
        walk->doubt[class_code] = number;
    }
}

/* With its next passing it has. */
static void close_unseen(place_walk *walk, int32_t entry) {
    int64_t first, end;
    find_unseen(walk, entry, walk->latest[entry], &first, &end);
    if (end > first) {
        add_range(walk, walk->unseen, first, end, -1);
        add_range(walk, walk->passed, first, end, 1);
    }
}

/* How often the leader has come by again; not known where somebody may be further than it by enough. */
static int32_t laps_of_leader(const place_walk *walk, int32_t class_code, int32_t number) {
    const pyr_points *points = &walk->timeline->points;
    int32_t furthest = walk->furthest[class_code], doubt = walk->doubt[class_code];
    int32_t laps = pyr_laps_of_points(points, furthest - number);
    bool known = doubt <= furthest || pyr_laps_of_points(points, doubt - number) == laps;
    return known ? laps : PYR_NO_INT32;
}

static void place_passing(place_walk *walk, int64_t point) {
    const pyr_places *places = walk->places;
    int64_t slot = walk->slot[point], last = walk->last[slot];
    int32_t entry = walk->timeline->entry[point], class_code = class_of(walk, entry);
    int32_t number = walk->number[point], position = walk->completed[slot] + 1;
    if (walk->unseen != NULL) {
        close_unseen(walk, entry);
        position = sum_at(walk->unseen, slot) > 0 ? PYR_NO_INT32 : position + sum_at(walk->passed, slot);
    }
    places->position[point] = position;
    places->leader[point] = position == 1 ? point : last < 0 ? -1 : places->leader[last];
    places->ahead[point] = last >= 0 && position > 1 && places->position[last] == position - 1 ? last : -1;
    if (number > walk->furthest[class_code]) {
        walk->furthest[class_code] = number;
    }
    places->gap_laps[point] = laps_of_leader(walk, class_code, number);
    if (walk->unseen != NULL) {
        open_unseen(walk, entry, point);
    }
    walk->completed[slot]++;
    walk->last[slot] = point;
    walk->latest[entry] = point;
}

/* Slots by sorting points by class and number. */
static pyr_status number_slots(place_walk *walk, pyr_error *error) {
    const pyr_allocator *allocator = walk->session->allocator;
    int64_t count = walk->timeline->points.count, used = 0, room = 1;
    for (int64_t point = 0; point < count; point++) {
        room = walk->number[point] >= room ? (int64_t)walk->number[point] + 1 : room;
    }
    pyr_keyed *items;
    PYR_TRY(pyr_new_array(allocator, (size_t)count, sizeof *items, &items, error));
    for (int64_t point = 0; point < count; point++) {
        int32_t class_code = class_of(walk, walk->timeline->entry[point]);
        walk->slot[point] = -1;
        if (class_code >= 0) {
            items[used++] = (pyr_keyed){class_code * room + walk->number[point], point};
        }
    }
    pyr_status status = pyr_sort_close(allocator, items, used, error);
    for (int64_t i = 0; status == PYR_OK && i < used; i++) {
        if (i == 0 || items[i].key != items[i - 1].key) {
            int32_t class_code = class_of(walk, walk->timeline->entry[items[i].row]);
            if (i == 0 || class_code != class_of(walk, walk->timeline->entry[items[i - 1].row])) {
                walk->first_slot[class_code] = walk->slot_count;
            }
            walk->slot_count++;
        }
        walk->slot[items[i].row] = walk->slot_count - 1;
    }
    pyr_release_array(allocator, items, (size_t)count, sizeof *items);
    return status;
}

/* Some car passes a point without a time, or does not begin with the first of its class. */
static bool any_unseen(const place_walk *walk) {
    const pyr_points *points = &walk->timeline->points;
    for (int32_t entry = 0; entry < walk->session->entries.count; entry++) {
        int32_t class_code = class_of(walk, entry);
        int64_t start = points->first[entry], stop = class_code < 0 ? start : points->first[entry + 1];
        if (start < stop && walk->slot[start] != walk->first_slot[class_code]) {
            return true;
        }
        for (int64_t point = start; point < stop; point++) {
            if (!walk->known[point] || walk->number[point] - walk->number[start] != point - start) {
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
    size_t points = (size_t)walk->timeline->points.count, entries = (size_t)session->entries.count;
    size_t classes = (size_t)walk->class_count + 1;
    PYR_TRY(pyr_new_array(allocator, points, sizeof *walk->slot, &walk->slot, error));
    PYR_TRY(pyr_new_array(allocator, classes, sizeof *walk->first_slot, &walk->first_slot, error));
    PYR_TRY(pyr_new_array(allocator, classes, sizeof *walk->furthest, &walk->furthest, error));
    PYR_TRY(pyr_new_array(allocator, classes, sizeof *walk->doubt, &walk->doubt, error));
    PYR_TRY(pyr_new_array(allocator, entries, sizeof *walk->latest, &walk->latest, error));
    memset(walk->latest, 0xff, entries * sizeof *walk->latest);
    memset(walk->first_slot, 0, classes * sizeof *walk->first_slot);
    memset(walk->furthest, 0, classes * sizeof *walk->furthest);
    memset(walk->doubt, 0, classes * sizeof *walk->doubt);
    PYR_TRY(number_slots(walk, error));
    return prepare_slots(walk, error);
}

static void clear_walk(place_walk *walk) {
    const pyr_allocator *allocator = walk->session->allocator;
    size_t points = (size_t)walk->timeline->points.count, entries = (size_t)walk->session->entries.count;
    size_t classes = (size_t)walk->class_count + 1, slots = (size_t)walk->slot_count;
    pyr_release_array(allocator, walk->slot, points, sizeof *walk->slot);
    pyr_release_array(allocator, walk->first_slot, classes, sizeof *walk->first_slot);
    pyr_release_array(allocator, walk->furthest, classes, sizeof *walk->furthest);
    pyr_release_array(allocator, walk->doubt, classes, sizeof *walk->doubt);
    pyr_release_array(allocator, walk->latest, entries, sizeof *walk->latest);
    pyr_release_array(allocator, walk->completed, slots, sizeof *walk->completed);
    pyr_release_array(allocator, walk->last, slots, sizeof *walk->last);
    pyr_release_array(allocator, walk->passed, slots, sizeof *walk->passed);
    pyr_release_array(allocator, walk->unseen, slots, sizeof *walk->unseen);
}

pyr_status pyr_find_places(const pyr_session *session, const pyr_timeline *timeline, const uint8_t *known,
                           int32_t class_count, pyr_places *places, pyr_error *error) {
    place_walk walk = {
        .session = session,
        .timeline = timeline,
        .known = known,
        .number = timeline->points.number,
        .places = places,
        .class_count = class_count,
    };
    for (int64_t point = 0; point < timeline->points.count; point++) {
        places->position[point] = places->gap_laps[point] = PYR_NO_INT32;
        places->leader[point] = places->ahead[point] = -1;
    }
    if (!pyr_is_race(session)) {
        return PYR_OK;
    }
    pyr_status status = prepare_walk(&walk, error);
    for (int64_t i = 0; status == PYR_OK && i < timeline->count; i++) {
        if (walk.slot[timeline->row[i]] >= 0) {
            place_passing(&walk, timeline->row[i]);
        }
    }
    clear_walk(&walk);
    return status;
}
