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
            pyr_keyed *swapped = from;
            from = to;
            to = swapped;
        }
        if (from != items) {
            memcpy(items, from, (size_t)count * sizeof *items);
        }
        pyr_release_array(allocator, scratch, (size_t)count, sizeof *scratch);
    }
    pyr_release_array(allocator, ends, (size_t)run_count, sizeof *ends);
    return status;
}

static int64_t count_up_to(const int64_t *values, int64_t count, int64_t limit) {
    int64_t within = 0;
    for (int64_t i = 0; i < count; i++) {
        within += values[i] <= limit;
    }
    return within;
}

/* Half way from low up to high, for any distance. */
static int64_t halfway(int64_t low, int64_t high) {
    return (int64_t)((uint64_t)low + ((uint64_t)high - (uint64_t)low) / 2);
}

int64_t pyr_median(const int64_t *values, int64_t count) {
    if (count == 0) {
        return PYR_NO_TIME;
    }
    int64_t low = values[0], high = values[0], place = (count - 1) / 2;
    for (int64_t i = 1; i < count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    const int64_t largest = high;
    while (low < high) {
        int64_t middle = halfway(low, high);
        if (count_up_to(values, count, middle) > place) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (count % 2 != 0 || count_up_to(values, count, low) > place + 1) {
        return low;
    }
    int64_t next = largest;
    for (int64_t i = 0; i < count; i++) {
        next = values[i] > low && values[i] < next ? values[i] : next;
    }
    return halfway(low, next);
}
