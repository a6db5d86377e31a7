#include "ranges.h"

#include <string.h>

#include "sort.h"

enum { COPIES_MOST = 32, WORD_BITS = 64 };

pyr_status pyr_ranges_new(const pyr_allocator *allocator, const int64_t *values, int64_t count, pyr_ranges *ranges,
                          pyr_error *error) {
    *ranges = (pyr_ranges){.allocator = allocator, .values = values, .count = count};
    return pyr_new_array(allocator, (size_t)count, sizeof *ranges->scratch, &ranges->scratch, error);
}

void pyr_ranges_clear(pyr_ranges *ranges) {
    size_t all_words = ranges->words * (size_t)ranges->level_count;
    pyr_release_array(ranges->allocator, ranges->scratch, (size_t)ranges->count, sizeof *ranges->scratch);
    pyr_release_array(ranges->allocator, ranges->bits, all_words, sizeof *ranges->bits);
    pyr_release_array(ranges->allocator, ranges->ones_before, all_words, sizeof *ranges->ones_before);
    *ranges = (pyr_ranges){0};
}

/* ---- Laying out ---- */

static void find_levels(pyr_ranges *ranges) {
    int64_t least = ranges->values[0], most = least;
    for (int64_t i = 1; i < ranges->count; i++) {
        least = ranges->values[i] < least ? ranges->values[i] : least;
        most = ranges->values[i] > most ? ranges->values[i] : most;
    }
    ranges->least = least;
    ranges->level_count = 0;
    for (uint64_t span = (uint64_t)most - (uint64_t)least; span != 0; span >>= 1) {
        ranges->level_count++;
    }
    ranges->words = (size_t)ranges->count / WORD_BITS + 1;
}

/* `from`, as the level stands, goes `to` as the next one does. */
static void lay_level(pyr_ranges *ranges, int32_t level, const uint64_t *from, uint64_t *to) {
    uint64_t *bits = ranges->bits + ranges->words * (size_t)level;
    int64_t *ones_before = ranges->ones_before + ranges->words * (size_t)level, ones = 0, zeros = 0;
    memset(bits, 0, ranges->words * sizeof *bits);
    for (int64_t i = 0; i < ranges->count; i++) {
        if (i % WORD_BITS == 0) {
            ones_before[i / WORD_BITS] = ones;
        }
        uint64_t bit = from[i] >> level & 1;
        bits[i / WORD_BITS] |= bit << i % WORD_BITS;
        ones += (int64_t)bit;
    }
    if (ranges->count % WORD_BITS == 0) {
        ones_before[ranges->count / WORD_BITS] = ones;
    }
    ranges->zeros[level] = ranges->count - ones;
    ones = ranges->zeros[level];
    for (int64_t i = 0; i < ranges->count; i++) {
        to[(from[i] >> level & 1) != 0 ? ones++ : zeros++] = from[i];
    }
}

static pyr_status lay_out(pyr_ranges *ranges, pyr_error *error) {
    const pyr_allocator *allocator = ranges->allocator;
    size_t count = (size_t)ranges->count, all_words;
    uint64_t *from, *to = NULL;
    find_levels(ranges);
    if (!pyr_size_multiply(ranges->words, (size_t)ranges->level_count, &all_words)) {
        return pyr_fail_memory(error);
    }
    PYR_TRY(pyr_new_array(allocator, count, sizeof *from, &from, error));
    pyr_status status = pyr_new_array(allocator, count, sizeof *to, &to, error);
    if (status == PYR_OK) {
        status = pyr_new_array(allocator, all_words, sizeof *ranges->ones_before, &ranges->ones_before, error);
    }
    if (status == PYR_OK) {
        status = pyr_new_array(allocator, all_words, sizeof *ranges->bits, &ranges->bits, error);
    }
    for (size_t i = 0; i < count; i++) {
        from[i] = (uint64_t)ranges->values[i] - (uint64_t)ranges->least;
    }
    uint64_t *first = from, *second = to;
    for (int32_t level = ranges->level_count - 1; status == PYR_OK && level >= 0; level--) {
        lay_level(ranges, level, first, second);
        uint64_t *laid = second;
        second = first;
        first = laid;
    }
    pyr_release_array(allocator, from, count, sizeof *from);
    pyr_release_array(allocator, to, count, sizeof *to);
    return status;
}

/* ---- Looking up ---- */

static int64_t count_ones(uint64_t word) {
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (int64_t)(word * UINT64_C(0x0101010101010101) >> 56);
}

/* The bits of a level that are set before a place. */
static int64_t ones_until(const pyr_ranges *ranges, int32_t level, int64_t place) {
    size_t at = ranges->words * (size_t)level + (size_t)(place / WORD_BITS);
    uint64_t below = (UINT64_C(1) << place % WORD_BITS) - 1;
    return ranges->ones_before[at] + count_ones(ranges->bits[at] & below);
}

/* The value that stands at `place`, from 0, among those of the range in ascending order. */
static int64_t value_at(const pyr_ranges *ranges, int64_t start, int64_t end, int64_t place) {
    uint64_t value = 0;
    for (int32_t level = ranges->level_count - 1; level >= 0; level--) {
        int64_t ones_start = ones_until(ranges, level, start), ones_end = ones_until(ranges, level, end);
        int64_t without = (end - start) - (ones_end - ones_start);
        if (place < without) {
            start -= ones_start;
            end -= ones_end;
        } else {
            place -= without;
            start = ranges->zeros[level] + ones_start;
            end = ranges->zeros[level] + ones_end;
            value |= UINT64_C(1) << level;
        }
    }
    return (int64_t)((uint64_t)ranges->least + value);
}

pyr_status pyr_range_median(pyr_ranges *ranges, int64_t start, int64_t end, int64_t *median, pyr_error *error) {
    int64_t count = end - start;
    if (ranges->bits == NULL && ranges->copied / COPIES_MOST <= ranges->count) {
        ranges->copied += count;
        memcpy(ranges->scratch, ranges->values + start, (size_t)count * sizeof *ranges->scratch);
        *median = pyr_median(ranges->scratch, count);
        return PYR_OK;
    }
    if (ranges->bits == NULL) {
        PYR_TRY(lay_out(ranges, error));
    }
    if (count == 0) {
        *median = PYR_NO_TIME;
        return PYR_OK;
    }
    *median = value_at(ranges, start, end, (count - 1) / 2);
    if (count % 2 == 0) {
        *median = pyr_halfway(*median, value_at(ranges, start, end, count / 2));
    }
    return PYR_OK;
}
