#include "sort.h"

#include <string.h>

typedef struct order {
    pyr_before *before;
    const void *context;
} order;

/* `item` has to stand before `other`, which came first. */
static bool overtakes(const order *by, pyr_keyed item, pyr_keyed other) {
    return item.key < other.key ||
           (item.key == other.key && by->before != NULL && by->before(by->context, item.row, other.row));
}

/* Ends of the ascending runs; `ends` may be NULL to count them. */
static int64_t find_runs(const order *by, const pyr_keyed *items, int64_t count, int64_t *ends) {
    int64_t runs = 0;
    for (int64_t i = 1; i <= count; i++) {
        if (i == count || overtakes(by, items[i], items[i - 1])) {
            if (ends != NULL) {
                ends[runs] = i;
            }
            runs++;
        }
    }
    return runs;
}

/* from[start .. middle) and from[middle .. end), each ascending, into to[start .. end). Which of two is less is a coin
 * toss, so it is computed, not branched on. */
static void merge(const order *by, const pyr_keyed *from, int64_t start, int64_t middle, int64_t end, pyr_keyed *to) {
    int64_t left = start, right = middle;
    pyr_keyed *into = to + start;
    while (left < middle && right < end) {
        bool take_right = from[right].key < from[left].key;
        if (by->before != NULL && from[right].key == from[left].key) {
            take_right = by->before(by->context, from[right].row, from[left].row);
        }
        *into++ = from[take_right ? right : left];
        right += take_right;
        left += !take_right;
    }
    memcpy(into, from + left, (size_t)(middle - left) * sizeof *into);
    memcpy(into + (middle - left), from + right, (size_t)(end - right) * sizeof *into);
}

/* Neighbouring runs merged into half as many; an odd one out is copied. */
static int64_t merge_runs(const order *by, const pyr_keyed *from, pyr_keyed *to, int64_t *ends, int64_t runs) {
    int64_t start = 0, merged = 0;
    for (int64_t run = 0; run < runs; run += 2) {
        int64_t middle = ends[run], end = run + 1 < runs ? ends[run + 1] : middle;
        merge(by, from, start, middle, end, to);
        ends[merged++] = end;
        start = end;
    }
    return merged;
}

static void swap(pyr_keyed **left, pyr_keyed **right) {
    pyr_keyed *swapped = *left;
    *left = *right;
    *right = swapped;
}

/* What stands sorted in one of both arrays, to `items`. */
static void settle(const pyr_allocator *allocator, pyr_keyed *items, const pyr_keyed *sorted, pyr_keyed *scratch,
                   int64_t count) {
    if (sorted != items) {
        memcpy(items, sorted, (size_t)count * sizeof *items);
    }
    pyr_release_array(allocator, scratch, (size_t)count, sizeof *scratch);
}

pyr_status pyr_sort(const pyr_allocator *allocator, pyr_keyed *items, int64_t count, pyr_before *before,
                    const void *context, pyr_error *error) {
    const order by = {before, context};
    int64_t run_count = find_runs(&by, items, count, NULL), runs = run_count, *ends;
    if (runs <= 1) {
        return PYR_OK;
    }
    pyr_keyed *scratch;
    PYR_TRY(pyr_new_array(allocator, (size_t)run_count, sizeof *ends, &ends, error));
    pyr_status status = pyr_new_array(allocator, (size_t)count, sizeof *scratch, &scratch, error);
    if (status == PYR_OK) {
        pyr_keyed *from = items, *to = scratch;
        find_runs(&by, items, count, ends);
        while (runs > 1) {
            runs = merge_runs(&by, from, to, ends, runs);
            swap(&from, &to);
        }
        settle(allocator, items, from, scratch, count);
    }
    pyr_release_array(allocator, ends, (size_t)run_count, sizeof *ends);
    return status;
}

/* By one byte of the distance from `least`, the others left as they stand. */
static void sort_byte(const pyr_keyed *from, pyr_keyed *to, int64_t count, int64_t least, int32_t shift) {
    int64_t place[256] = {0}, start = 0;
    for (int64_t i = 0; i < count; i++) {
        place[((uint64_t)from[i].key - (uint64_t)least) >> shift & 0xff]++;
    }
    for (int32_t byte = 0; byte < 256; byte++) {
        int64_t held = place[byte];
        place[byte] = start;
        start += held;
    }
    for (int64_t i = 0; i < count; i++) {
        to[place[((uint64_t)from[i].key - (uint64_t)least) >> shift & 0xff]++] = from[i];
    }
}

pyr_status pyr_sort_close(const pyr_allocator *allocator, pyr_keyed *items, int64_t count, pyr_error *error) {
    int64_t least = INT64_MAX, most = INT64_MIN;
    pyr_keyed *scratch, *from = items;
    for (int64_t i = 0; i < count; i++) {
        least = items[i].key < least ? items[i].key : least;
        most = items[i].key > most ? items[i].key : most;
    }
    if (least >= most) {
        return PYR_OK;
    }
    PYR_TRY(pyr_new_array(allocator, (size_t)count, sizeof *scratch, &scratch, error));
    pyr_keyed *to = scratch;
    uint64_t span = (uint64_t)most - (uint64_t)least;
    for (int32_t shift = 0; shift < 64 && span >> shift != 0; shift += 8) {
        sort_byte(from, to, count, least, shift);
        swap(&from, &to);
    }
    settle(allocator, items, from, scratch, count);
    return PYR_OK;
}

int64_t pyr_first_above(const int64_t *ascending, int64_t low, int64_t high, int64_t value) {
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (ascending[middle] <= value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int64_t pyr_halfway(int64_t low, int64_t high) {
    return (int64_t)((uint64_t)low + ((uint64_t)high - (uint64_t)low) / 2);
}

/* Values below `limit` from `low` up to `high` to the front; returns where the others begin. Which they are is a coin
 * toss, so it is computed, not branched on. */
static int64_t divide(int64_t *values, int64_t low, int64_t high, int64_t limit) {
    int64_t below = low;
    for (int64_t i = low; i < high; i++) {
        int64_t value = values[i];
        values[i] = values[below];
        values[below] = value;
        below += value < limit;
    }
    return below;
}

/* Puts the value of `place` there, and none behind it that is less. A pivot from the middle halves the values as a
 * rule; where that fails again and again, the range of values is halved instead, so it takes O(n) in any order. */
static void select_place(int64_t *values, int64_t count, int64_t place) {
    enum { PIVOTS_MOST = 64 };
    int64_t low = 0, high = count;
    for (int32_t round = 0; high - low > 1; round++) {
        int64_t pivot = values[low + (high - low) / 2];
        if (round >= PIVOTS_MOST) {
            int64_t least = values[low], most = values[low];
            for (int64_t i = low + 1; i < high; i++) {
                least = values[i] < least ? values[i] : least;
                most = values[i] > most ? values[i] : most;
            }
            pivot = least < most ? pyr_halfway(least, most) + 1 : least;
        }
        int64_t below = divide(values, low, high, pivot);
        if (place < below) {
            high = below;
        } else if (below > low) {
            low = below;
        } else { /* the pivot is the least, and nothing divides: take it and its equals off */
            low = pivot == INT64_MAX ? high : divide(values, low, high, pivot + 1);
            if (place < low) {
                return;
            }
        }
    }
}

int64_t pyr_median(int64_t *values, int64_t count) {
    if (count == 0) {
        return PYR_NO_TIME;
    }
    int64_t place = (count - 1) / 2;
    select_place(values, count, place);
    if (count % 2 != 0) {
        return values[place];
    }
    int64_t next = values[place + 1];
    for (int64_t i = place + 2; i < count; i++) {
        next = values[i] < next ? values[i] : next;
    }
    return pyr_halfway(values[place], next);
}
