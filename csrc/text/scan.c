#include "scan.h"

#include <string.h>

#include "number.h"

#if defined(__SSE2__) || defined(_M_X64)
#define HAS_SSE2 1
#include <emmintrin.h>
#endif

/* Between two blocks the processor forgets that the text is read from one end to the other, and waits for it. */
enum { STEP = 64, FETCHED_AHEAD = 4096 };

/* What the steps of a block have in common. */
typedef struct sums {
    uint32_t lines;
    bool quoted;
} sums;

#if defined(HAS_SSE2)

typedef struct watch {
    __m128i lines, quotes;
} watch;

static inline watch start_watch(void) {
    return (watch){_mm_setzero_si128(), _mm_setzero_si128()};
}

/* Bit i: byte i of 64 is a separator or a line end. */
static inline uint64_t find_cuts(const char *bytes, char separator, watch *seen) {
    __m128i lines[4];
    uint64_t cuts = 0;
    for (int i = 0; i < 4; i++) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
        lines[i] = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\n'));
        __m128i both = _mm_or_si128(lines[i], _mm_cmpeq_epi8(chunk, _mm_set1_epi8(separator)));
        cuts |= (uint64_t)(uint32_t)_mm_movemask_epi8(both) << (16 * i);
        seen->quotes = _mm_or_si128(seen->quotes, _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"')));
    }
    __m128i four = _mm_add_epi8(_mm_add_epi8(lines[0], lines[1]), _mm_add_epi8(lines[2], lines[3]));
    __m128i none = _mm_setzero_si128(); /* a line end is -1 */
    seen->lines = _mm_add_epi64(seen->lines, _mm_sad_epu8(_mm_sub_epi8(none, four), none));
    return cuts;
}

static inline sums end_watch(watch seen) {
    __m128i lines = _mm_add_epi64(seen.lines, _mm_unpackhi_epi64(seen.lines, seen.lines));
    return (sums){(uint32_t)_mm_cvtsi128_si32(lines), _mm_movemask_epi8(seen.quotes) != 0};
}

typedef __m128i lanes; /* eight places */

static inline lanes fill_lanes(uint32_t place) {
    return _mm_set1_epi16((short)place);
}

static inline void write_places(uint16_t *out, const uint16_t *places, lanes *first) {
    __m128i from_here = _mm_loadu_si128((const __m128i *)(const void *)places);
    _mm_storeu_si128((__m128i *)(void *)out, _mm_add_epi16(from_here, *first));
    *first = _mm_add_epi16(*first, _mm_set1_epi16(8));
}

#else

typedef sums watch;

static inline watch start_watch(void) {
    return (watch){0, false};
}

/* Byte i of the text is byte i from the lowest on. */
static inline uint64_t word_at(const char *bytes) {
    uint64_t word = 0;
    if (PYR_LITTLE_ENDIAN) {
        return pyr_load_8(bytes);
    }
    for (int i = 0; i < 8; i++) {
        word |= (uint64_t)(unsigned char)bytes[i] << 8 * i;
    }
    return word;
}

/* The lowest bit of each byte that is this character. */
static inline uint64_t find_character(uint64_t word, char character) {
    const uint64_t low_bits = 0x0101010101010101u, low_sevens = 0x7f7f7f7f7f7f7f7fu;
    uint64_t differs = word ^ (unsigned char)character * low_bits;
    return ~(((differs & low_sevens) + low_sevens) | differs) >> 7 & low_bits;
}

/* The lowest bits of eight bytes, side by side. */
static inline uint64_t press_bits(uint64_t low_bits) {
    return low_bits * 0x0102040810204080u >> 56;
}

static inline uint64_t find_cuts(const char *bytes, char separator, watch *seen) {
    uint64_t cuts = 0, quotes = 0;
    for (int i = 0; i < STEP; i += 8) {
        uint64_t word = word_at(bytes + i), lines = find_character(word, '\n');
        cuts |= press_bits(lines | find_character(word, separator)) << i;
        seen->lines += (uint32_t)(lines * 0x0101010101010101u >> 56);
        quotes |= find_character(word, '"');
    }
    seen->quoted = seen->quoted || quotes != 0;
    return cuts;
}

static inline sums end_watch(watch seen) {
    return seen;
}

typedef uint32_t lanes;

static inline lanes fill_lanes(uint32_t place) {
    return place;
}

static inline void write_places(uint16_t *out, const uint16_t *places, lanes *first) {
    for (int i = 0; i < 8; i++) {
        out[i] = (uint16_t)(places[i] + *first);
    }
    *first += 8;
}

#endif

#if defined(__GNUC__)
#define FETCH(address) __builtin_prefetch((const void *)(address))
#else
#define FETCH(address) ((void)(address))
#endif

void pyr_cuts_init(pyr_cuts *cuts) {
    uint8_t counts[256] = {0};
    memset(cuts->places[0], 0, sizeof cuts->places[0]);
    for (unsigned bit = 0; bit < 8; bit++) {
        for (unsigned rest = 0, byte = 1u << bit; rest < 1u << bit; rest++, byte++) {
            memcpy(cuts->places[byte], cuts->places[rest], sizeof cuts->places[byte]);
            cuts->places[byte][counts[rest]] = (uint16_t)(bit + 1);
            counts[byte] = (uint8_t)(counts[rest] + 1);
        }
    }
    cuts->after[-1] = 0;
}

/* Bits that are set, in each byte. */
static inline uint64_t count_bits(uint64_t mask) {
    mask -= mask >> 1 & 0x5555555555555555u;
    mask = (mask & 0x3333333333333333u) + (mask >> 2 & 0x3333333333333333u);
    return (mask + (mask >> 4)) & 0x0f0f0f0f0f0f0f0fu;
}

/* Eight places are written for each byte of the mask, and the next ones over those that are none: a loop whose end
 * cannot be foretold costs more. */
static inline void note_cuts(uint64_t mask, uint32_t offset, pyr_cuts *cuts) {
    uint64_t up_to = count_bits(mask) * 0x0101010101010101u; /* byte i: how many in bytes 0 to i */
    uint16_t *after = cuts->after + cuts->count;
    lanes first = fill_lanes(offset);
    for (unsigned i = 0; i < 8; i++) {
        write_places(after + ((up_to << 8) >> 8 * i & 0xff), cuts->places[mask >> 8 * i & 0xff], &first);
    }
    cuts->count += (uint32_t)(up_to >> 56);
}

/* As long as each line ends where it has its fields, and so many as there are ends, no end is within a line. */
static void find_lines(const char *block, uint32_t fields, uint32_t lines, pyr_cuts *cuts) {
    uint32_t count = 0;
    for (uint32_t end = fields - 1; end < cuts->count && block[cuts->after[end] - 1] == '\n'; end += fields) {
        cuts->ends[count++] = (uint16_t)end;
    }
    if (count != lines) {
        count = 0;
        for (uint32_t i = 0; i < cuts->count; i++) {
            cuts->ends[count] = (uint16_t)i;
            count += block[cuts->after[i] - 1] == '\n';
        }
    }
    cuts->line_count = lines;
}

void pyr_find_quote(const char *block, size_t first, uint32_t size, pyr_cuts *cuts) {
    const char *quote = first < size ? memchr(block + first, '"', size - first) : NULL;
    cuts->quote = quote == NULL ? UINT32_MAX : (uint32_t)(quote - block);
}

void pyr_scan_block(const char *block, uint32_t size, char separator, uint32_t fields, pyr_cuts *cuts) {
    uint32_t offset = 0;
    watch seen = start_watch();
    cuts->count = 0;
    for (; size - offset >= STEP; offset += STEP) {
        FETCH((uintptr_t)block + offset + FETCHED_AHEAD); /* an address, maybe behind the text: nothing is read */
        note_cuts(find_cuts(block + offset, separator, &seen), offset, cuts);
    }
    if (offset < size) {
        char rest[STEP] = {0}; /* the block may end where memory does */
        memcpy(rest, block + offset, size - offset);
        note_cuts(find_cuts(rest, separator, &seen), offset, cuts);
    }
    sums found = end_watch(seen);
    pyr_find_quote(block, found.quoted ? 0 : size, size, cuts);
    find_lines(block, fields, found.lines, cuts);
}

size_t pyr_count_lines(const char *data, size_t size) {
    size_t count = 0;
    for (const char *place = data, *end = data + size;
         place < end && (place = memchr(place, '\n', (size_t)(end - place))) != NULL; place++) {
        count++;
    }
    return count;
}
