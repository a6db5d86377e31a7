#include "scan.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { STEP = 64 };

/* What stands in 64 bytes: bit i of a mask is set where byte i is the wanted one. */
typedef struct step {
    uint64_t places; /* separators and line ends */
    uint64_t lines;
    uint32_t count; /* of places */
    bool quoted;
} step;

#if defined(__SSE2__)

static inline uint64_t join_masks(const __m128i equal[4]) {
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(equal[i]) << (16 * i);
    }
    return mask;
}

static inline bool any(const __m128i equal[4]) {
    return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(equal[0], equal[1]), _mm_or_si128(equal[2], equal[3]))) != 0;
}

/* Equal bytes are -1: their sums count them, without the instruction that not every processor has. */
static inline uint32_t count_equal(const __m128i equal[4]) {
    __m128i sums = _mm_sub_epi8(_mm_setzero_si128(), _mm_add_epi8(_mm_add_epi8(equal[0], equal[1]), _mm_add_epi8(equal[2], equal[3])));
    __m128i halves = _mm_sad_epu8(sums, _mm_setzero_si128());
    return (uint32_t)(_mm_cvtsi128_si32(halves) + _mm_extract_epi16(halves, 4));
}

static inline step find_step(const char *bytes, char separator) {
    __m128i lines[4], places[4], quotes[4];
    for (int i = 0; i < 4; i++) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
        lines[i] = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\n'));
        places[i] = _mm_or_si128(lines[i], _mm_cmpeq_epi8(chunk, _mm_set1_epi8(separator)));
        quotes[i] = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"'));
    }
    return (step){join_masks(places), any(lines) ? join_masks(lines) : 0, count_equal(places), any(quotes)};
}

#else

static inline step find_step(const char *bytes, char separator) {
    step found = {0, 0, 0, false};
    for (int i = 0; i < STEP; i++) {
        uint64_t line = bytes[i] == '\n', place = line | (bytes[i] == separator);
        found.lines |= line << i;
        found.places |= place << i;
        found.count += (uint32_t)place;
        found.quoted = found.quoted || bytes[i] == '"';
    }
    return found;
}

#endif

#if defined(__GNUC__)
#define LOWEST_BIT(mask) ((uint32_t)__builtin_ctzll(mask))
#else
static uint32_t lowest_bit(uint64_t mask) {
    uint32_t bit = 0;
    for (; (mask & 1) == 0; mask >>= 1) {
        bit++;
    }
    return bit;
}
#define LOWEST_BIT(mask) lowest_bit(mask)
#endif

/* Places are written eight at a time, beyond their count where there are fewer: a loop that ends at each count would be
 * mispredicted at each step. Places has room for that, and the next step writes over it. */
static inline void note_step(step found, const char *bytes, uint32_t offset, pyr_places *places) {
    uint32_t *place = places->place + places->count;
    for (uint64_t lines = found.lines; lines != 0; lines &= lines - 1) {
        uint64_t before = found.places & ((lines & (~lines + 1)) - 1);
        uint32_t index = places->count;
        for (; before != 0; before &= before - 1) {
            index++;
        }
        places->ends[places->line_count++] = index;
    }
    uint64_t rest = found.places;
    for (uint32_t i = 0; i < found.count; i += 8) {
        for (uint32_t j = 0; j < 8; j++) {
            place[i + j] = offset + LOWEST_BIT(rest | (uint64_t)1 << 63);
            rest &= rest - 1;
        }
    }
    places->count += found.count;
    if (PYR_UNLIKELY(found.quoted) && places->quote > offset + STEP) {
        places->quote = offset + (uint32_t)((const char *)memchr(bytes, '"', STEP) - bytes);
    }
}

void pyr_scan_block(const char *block, uint32_t size, char separator, pyr_places *places) {
    uint32_t offset = 0;
    places->count = 0;
    places->line_count = 0;
    places->quote = UINT32_MAX;
    for (; size - offset >= STEP; offset += STEP) {
        note_step(find_step(block + offset, separator), block + offset, offset, places);
    }
    if (offset < size) {
        char rest[STEP] = {0}; /* the block may end where memory does */
        memcpy(rest, block + offset, size - offset);
        note_step(find_step(rest, separator), rest, offset, places);
    }
}

size_t pyr_count_lines(const char *data, size_t size) {
    size_t count = 0;
    for (const char *place = data, *end = data + size;
         place < end && (place = memchr(place, '\n', (size_t)(end - place))) != NULL; place++) {
        count++;
    }
    return count;
}

/* Four independent lanes of multiply and rotate keep the multiplier busy: about memory speed. */
int64_t pyr_fingerprint(const char *data, size_t size) {
    static const uint64_t odd[4] = {0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u, 0x94d049bb133111ebu, 0xd6e8feb86659fd93u};
    uint64_t lane[4] = {odd[3], odd[2], odd[1], odd[0] ^ size};
    size_t place = 0;
    for (; size - place >= 32; place += 32) {
        for (int i = 0; i < 4; i++) {
            uint64_t word;
            memcpy(&word, data + place + 8 * i, sizeof word);
            lane[i] = (lane[i] ^ word) * odd[i];
            lane[i] ^= lane[i] >> 29;
        }
    }
    for (; place < size; place++) {
        lane[0] = (lane[0] ^ (unsigned char)data[place]) * odd[0];
        lane[0] ^= lane[0] >> 29;
    }
    uint64_t hash = 0;
    for (int i = 0; i < 4; i++) {
        hash = (hash ^ lane[i]) * odd[i];
        hash ^= hash >> 32;
    }
    return (int64_t)(hash >> 1);
}
