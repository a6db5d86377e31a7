#include "two_groups.h"

enum { FEWEST_TIMES = 20, WINDOWS_IN_MEDIAN = 20, STEPS_IN_WINDOW = 4, STEPS_MOST = 100000 };

/* How the times stand around one place of the window. */
typedef struct window_place {
    int64_t held;  /* times in the window */
    int64_t below; /* times before the middle of the window */
    int64_t full_before, full_behind; /* most times in a window before, behind that shares none with this one */
} window_place;

static void count_times(const int64_t *times, int64_t count, int64_t step, int64_t place_count, window_place *places) {
    int64_t start = 0, middle = 0, end = 0;
    for (int64_t i = 0; i < place_count; i++) {
        int64_t at = times[0] + i * step;
        for (; end < count && times[end] < at + step * STEPS_IN_WINDOW / 2; end++) {
        }
        for (; middle < count && times[middle] < at; middle++) {
        }
        for (; start < count && times[start] < at - step * STEPS_IN_WINDOW / 2; start++) {
        }
        places[i] = (window_place){.held = end - start, .below = middle};
    }
}

static void find_fullest(int64_t place_count, window_place *places) {
    for (int64_t i = STEPS_IN_WINDOW; i < place_count; i++) {
        const window_place *apart = &places[i - STEPS_IN_WINDOW];
        int64_t before = places[i - 1].full_before;
        places[i].full_before = apart->held > before ? apart->held : before;
    }
    for (int64_t i = place_count - 1 - STEPS_IN_WINDOW; i >= 0; i--) {
        const window_place *apart = &places[i + STEPS_IN_WINDOW];
        int64_t behind = places[i + 1].full_behind;
        places[i].full_behind = apart->held > behind ? apart->held : behind;
    }
}

/* The square of how many standard deviations of chance the place is emptier than both sides; 0: it does not divide. */
static double depth_of(const window_place *place, int64_t count) {
    int64_t full = place->full_before < place->full_behind ? place->full_before : place->full_behind;
    if (full <= place->held || 10 * place->below < count || 10 * (count - place->below) < count) {
        return 0;
    }
    double difference = (double)(full - place->held);
    return difference * difference / (double)(full + place->held);
}

/* Twice the middle of the deepest places that stand together, in steps; -1: none is deep enough. */
static int64_t find_deepest(const window_place *places, int64_t place_count, int64_t count) {
    double deepest = 0;
    int64_t first = -1, last = -1;
    for (int64_t i = 0; i < place_count; i++) {
        double depth = depth_of(&places[i], count);
        if (depth > deepest) {
            deepest = depth;
            first = last = i;
        } else if (depth == deepest && last == i - 1) {
            last = i;
        }
    }
    return deepest >= 9 ? first + last : -1;
}

pyr_status pyr_divide_times(const pyr_allocator *allocator, const int64_t *times, int64_t count, int64_t *cut_off,
                            pyr_error *error) {
    window_place *places;
    *cut_off = PYR_NO_TIME;
    if (count < FEWEST_TIMES) {
        return PYR_OK;
    }
    int64_t step = times[count / 2] / (WINDOWS_IN_MEDIAN * STEPS_IN_WINDOW);
    if (step <= 0 || (times[count - 1] - times[0]) / step >= STEPS_MOST) {
        return PYR_OK;
    }
    int64_t place_count = (times[count - 1] - times[0]) / step + 1;
    PYR_TRY(pyr_new_array(allocator, (size_t)place_count, sizeof *places, &places, error));
    count_times(times, count, step, place_count, places);
    find_fullest(place_count, places);
    int64_t deepest = find_deepest(places, place_count, count);
    if (deepest >= 0) {
        *cut_off = times[0] + deepest * step / 2;
    }
    pyr_release_array(allocator, places, (size_t)place_count, sizeof *places);
    return PYR_OK;
}
