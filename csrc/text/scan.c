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

static inline step find_step(const char *bytes, char separator) {
    __m128i lines[4], places[4], quotes[4];
    for (int i = 0; i < 4; i++) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
        lines[i] = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\n'));
        places[i] = _mm_or_si128(lines[i], _mm_cmpeq_epi8(chunk, _mm_set1_epi8(separator)));
        quotes[i] = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"'));
    }
    return (step){join_masks(places), any(lines) ? join_masks(lines) : 0, any(quotes)};
}

#else

static inline step find_step(const char *bytes, char separator) {
    step found = {0, 0, false};
    for (int i = 0; i < STEP; i++) {
        uint64_t line = bytes[i] == '\n', place = line | (bytes[i] == separator);
        found.lines |= line << i;
        found.places |= place << i;
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

static inline void note_step(step found, const char *bytes, uint32_t offset, pyr_places *places) {
    uint32_t *place = places->place + places->count;
    for (uint64_t lines = found.lines; lines != 0; lines &= lines - 1) {
        uint32_t index = places->count;
        for (uint64_t before = found.places & ((lines & (~lines + 1)) - 1); before != 0; before &= before - 1) {
            index++;
        }
        places->ends[places->line_count++] = index;
    }
    for (uint64_t rest = found.places; rest != 0; rest &= rest - 1) {
        *place++ = offset + LOWEST_BIT(rest);
    }
    places->count = (uint32_t)(place - places->place);
    if (PYR_UNLIKELY(found.quoted) && places->quote == UINT32_MAX) {
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
