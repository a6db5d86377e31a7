#include "dictionary.h"

#include <stdlib.h>
#include <string.h>

bool pyr_text_equal(pyr_text left, pyr_text right) {
    return left.length == right.length && (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

int pyr_text_compare(pyr_text left, pyr_text right) {
    size_t common = left.length < right.length ? left.length : right.length;
    int order = common == 0 ? 0 : memcmp(left.data, right.data, common);
    if (order != 0) {
        return order;
    }
    return (left.length > right.length) - (left.length < right.length);
}

bool pyr_utf8_valid(pyr_text text) {
    const unsigned char *byte = (const unsigned char *)text.data;
    for (size_t i = 0; i < text.length;) {
        unsigned char first = byte[i];
        if (first < 0x80) {
            i++;
            continue;
        }
        size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || text.length - i < length) {
            return false;
        }
        for (size_t j = 1; j < length; j++) {
            if ((byte[i + j] & 0xc0) != 0x80) {
                return false;
            }
        }
        unsigned char second = byte[i + 1];
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
            (first == 0xf4 && second > 0x8f)) {
            return false;
        }
        i += length;
    }
    return true;
}

/* ---- Interner ---- */

/* Equal hashes could be built on purpose against a fixed function, and make a file's time quadratic in its strings.
 * Where the slots lie in memory nobody who writes a file can know; the codes do not depend on it. */
static uint64_t hash_text(const int32_t *slots, pyr_text text) {
    uint64_t hash = ((uint64_t)(uintptr_t)slots ^ text.length) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
    for (size_t i = 0; i < text.length; i++) {
        hash = (hash ^ (unsigned char)text.data[i]) * 0x100000001b3u;
    }
    return hash ^ (hash >> 32);
}

/* The slot that holds `text`, or the free one where it belongs. The table is never full. */
static size_t find_slot(const pyr_interner *interner, pyr_text text) {
    size_t mask = interner->slot_count - 1;
    size_t slot = (size_t)hash_text(interner->slots, text) & mask;
    while (interner->slots[slot] >= 0 &&
           !pyr_text_equal(pyr_interner_text_view(interner, interner->slots[slot]), text)) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

static pyr_status grow_slots(pyr_interner *interner, pyr_error *error) {
    if ((size_t)interner->count * 2 < interner->slot_count) {
        return PYR_OK;
    }
    size_t old_count = interner->slot_count;
    size_t slot_count = old_count == 0 ? 64 : old_count * 2;
    int32_t *slots;
    PYR_TRY(pyr_new_array(interner->allocator, slot_count, sizeof *slots, &slots, error));
    memset(slots, 0xff, slot_count * sizeof *slots);
    pyr_release_array(interner->allocator, interner->slots, old_count, sizeof *slots);
    interner->slots = slots;
    interner->slot_count = slot_count;
    for (int32_t code = 0; code < interner->count; code++) {
        slots[find_slot(interner, pyr_interner_text_view(interner, code))] = code;
    }
    return PYR_OK;
}

pyr_text pyr_interner_text_view(const pyr_interner *interner, int32_t code) {
    int32_t start = interner->offsets[code];
    return (pyr_text){interner->bytes + start, (size_t)(interner->offsets[code + 1] - start)};
}

int32_t pyr_interner_find(const pyr_interner *interner, pyr_text text) {
    return interner->slot_count == 0 ? -1 : interner->slots[find_slot(interner, text)];
}

pyr_status pyr_interner_add(pyr_interner *interner, pyr_text text, int32_t *code, pyr_error *error) {
    *code = -1;
    PYR_TRY(grow_slots(interner, error));
    size_t slot = find_slot(interner, text);
    if (interner->slots[slot] >= 0) {
        *code = interner->slots[slot];
        return PYR_OK;
    }
    if (text.length > (size_t)INT32_MAX - interner->bytes_size || interner->count == INT32_MAX - 1) {
        return pyr_fail_memory(error); /* offsets are 32 bits wide */
    }
    PYR_TRY(pyr_grow_array(interner->allocator, &interner->offsets, &interner->offsets_capacity,
                           (size_t)interner->count + 2, sizeof *interner->offsets, error));
    PYR_TRY(pyr_grow_array(interner->allocator, &interner->bytes, &interner->bytes_capacity,
                           interner->bytes_size + text.length + 1, 1, error));
    if (interner->count == 0) {
        interner->offsets[0] = 0;
    }
    if (text.length != 0) {
        memcpy(interner->bytes + interner->bytes_size, text.data, text.length);
    }
    interner->bytes_size += text.length;
    interner->slots[slot] = interner->count;
    *code = interner->count++;
    interner->offsets[interner->count] = (int32_t)interner->bytes_size;
    return PYR_OK;
}

void pyr_interner_clear(pyr_interner *interner) {
    const pyr_allocator *allocator = interner->allocator;
    pyr_release_array(allocator, interner->bytes, interner->bytes_capacity, 1);
    pyr_release_array(allocator, interner->offsets, interner->offsets_capacity, sizeof *interner->offsets);
    pyr_release_array(allocator, interner->slots, interner->slot_count, sizeof *interner->slots);
    *interner = (pyr_interner){.allocator = allocator};
}

/* ---- Dictionary ---- */

/* Room for `count` strings of `bytes_size` bytes; `offsets` and `bytes` are to be filled. */
static pyr_status new_dictionary(const pyr_allocator *allocator, int32_t count, size_t bytes_size, int32_t **offsets,
                                 char **bytes, const pyr_dictionary **out, pyr_error *error) {
    *out = NULL;
    *offsets = NULL;
    *bytes = NULL;
    size_t offsets_size = ((size_t)count + 1) * sizeof **offsets; /* below 8 GiB + 4: fits */
    size_t size;
    pyr_buffer *buffer;
    if (!pyr_size_add(sizeof(pyr_dictionary) + offsets_size, bytes_size, &size)) {
        return pyr_fail_memory(error);
    }
    PYR_TRY(pyr_buffer_new(allocator, size, NULL, &buffer, error));
    pyr_dictionary *dictionary = pyr_buffer_data(buffer);
    *offsets = (int32_t *)(dictionary + 1);
    *bytes = (char *)(*offsets + count + 1);
    *dictionary = (pyr_dictionary){buffer, count, *offsets, *bytes};
    *out = dictionary;
    return PYR_OK;
}

/* Heap sort: in place, without recursion, O(n log n) for any order. */
static void sort_codes(const pyr_interner *interner, int32_t *codes, int32_t count) {
    for (int32_t start = count / 2 - 1, end = count; end > 1;) {
        int32_t root;
        if (start >= 0) {
            root = start--;
        } else {
            int32_t largest = codes[0];
            codes[0] = codes[--end];
            codes[end] = largest;
            root = 0;
        }
        for (int32_t child; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && pyr_text_compare(pyr_interner_text_view(interner, codes[child]),
                                                    pyr_interner_text_view(interner, codes[child + 1])) < 0) {
                child++;
            }
            if (pyr_text_compare(pyr_interner_text_view(interner, codes[root]),
                                 pyr_interner_text_view(interner, codes[child])) >= 0) {
                break;
            }
            int32_t swapped = codes[root];
            codes[root] = codes[child];
            codes[child] = swapped;
        }
    }
}

pyr_status pyr_dictionary_from_interner(const pyr_interner *interner, bool sorted, int32_t *ranks,
                                        const pyr_dictionary **out, pyr_error *error) {
    int32_t *order, *offsets, count = interner->count;
    char *bytes;
    *out = NULL;
    PYR_TRY(pyr_new_array(interner->allocator, (size_t)count, sizeof *order, &order, error));
    for (int32_t i = 0; i < count; i++) {
        order[i] = i;
    }
    if (sorted) {
        sort_codes(interner, order, count);
    }
    pyr_status status = new_dictionary(interner->allocator, count, interner->bytes_size, &offsets, &bytes, out, error);
    if (status == PYR_OK) {
        int32_t place = 0;
        for (int32_t i = 0; i < count; i++) {
            pyr_text text = pyr_interner_text_view(interner, order[i]);
            offsets[i] = place;
            if (text.length != 0) {
                memcpy(bytes + place, text.data, text.length);
            }
            place += (int32_t)text.length;
            if (ranks != NULL) {
                ranks[order[i]] = i;
            }
        }
        offsets[count] = place;
    }
    pyr_release_array(interner->allocator, order, (size_t)count, sizeof *order);
    return status;
}

pyr_status pyr_dictionary_from_words(const pyr_allocator *allocator, const char *const *words,
                                     const pyr_dictionary **out, pyr_error *error) {
    int32_t count = 0, *offsets, place = 0;
    size_t bytes_size = 0;
    char *bytes;
    while (words[count] != NULL) {
        bytes_size += pyr_text_of(words[count++]).length;
    }
    PYR_TRY(new_dictionary(allocator, count, bytes_size, &offsets, &bytes, out, error));
    for (int32_t i = 0; i < count; i++) {
        pyr_text word = pyr_text_of(words[i]);
        offsets[i] = place;
        memcpy(bytes + place, word.data, word.length);
        place += (int32_t)word.length;
    }
    offsets[count] = place;
    return PYR_OK;
}

void pyr_dictionary_retain(const pyr_dictionary *dictionary) {
    pyr_buffer_retain(dictionary->buffer);
}

void pyr_dictionary_release(const pyr_dictionary *dictionary) {
    if (dictionary != NULL) {
        pyr_buffer_release(dictionary->buffer);
    }
}

pyr_text pyr_dictionary_text_view(const pyr_dictionary *dictionary, int32_t code) {
    if (code < 0) {
        return (pyr_text){"", 0};
    }
    int32_t start = dictionary->offsets[code];
    return (pyr_text){dictionary->bytes + start, (size_t)(dictionary->offsets[code + 1] - start)};
}

int32_t pyr_dictionary_find(const pyr_dictionary *dictionary, pyr_text text) {
    for (int32_t code = 0; code < dictionary->count; code++) {
        if (pyr_text_equal(pyr_dictionary_text_view(dictionary, code), text)) {
            return code;
        }
    }
    return -1;
}
