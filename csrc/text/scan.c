#include "scan.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Between two blocks the processor forgets that the text is read from one end to the other, and waits for it. */
enum { STEP = 64, FETCHED_AHEAD = 4096 };

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
#define FETCH(address) __builtin_prefetch((const void *)(address))
#else
static uint32_t lowest_bit(uint64_t mask) {
    uint32_t bit = 0;
    for (; (mask & 1) == 0; mask >>= 1) {
        bit++;
    }
    return bit;
}
#define LOWEST_BIT(mask) lowest_bit(mask)
#define FETCH(address) ((void)(address))
#endif

/* Bits that are set: pairs, nibbles and bytes are summed side by side. */
static inline uint32_t count_bits(uint64_t mask) {
    mask -= mask >> 1 & 0x5555555555555555u;
    mask = (mask & 0x3333333333333333u) + (mask >> 2 & 0x3333333333333333u);
    return (uint32_t)(((mask + (mask >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56);
}

/* Most steps have fewer places than this. So many are always written, and the next step writes over those that are
 * none: a loop whose end cannot be foretold costs more. The last bit stands in where no place is left. */
enum { USUAL_PLACES = PYR_SPARE_PLACES };

static inline void note_step(step found, const char *bytes, uint32_t offset, pyr_places *places) {
    uint32_t *place = places->place + places->count, count = count_bits(found.places);
    for (uint64_t lines = found.lines; lines != 0; lines &= lines - 1) {
        places->ends[places->line_count++] = places->count + count_bits(found.places & ((lines & (~lines + 1)) - 1));
    }
    uint64_t rest = found.places;
    for (uint32_t i = 0; i < USUAL_PLACES; i++) {
        place[i] = offset + LOWEST_BIT(rest | (uint64_t)1 << (STEP - 1));
        rest &= rest - 1;
    }
    for (uint32_t i = USUAL_PLACES; i < count; i++) {
        place[i] = offset + LOWEST_BIT(rest);
        rest &= rest - 1;
    }
    places->count += count;
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
        FETCH((uintptr_t)block + offset + FETCHED_AHEAD); /* an address, maybe behind the text: nothing is read */
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
