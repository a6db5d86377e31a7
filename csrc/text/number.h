/* Text -> numbers and durations. The plain functions take anything a file may hold and are the reference; the inline
 * ones read the published shapes right-aligned, eight bytes at a time, and say no to everything else. They load up to
 * 16 bytes before `end`, which the caller vouches for (a header row stands before every field). */
#ifndef PYR_TEXT_NUMBER_H
#define PYR_TEXT_NUMBER_H

#include <string.h>

#include "../base/memory.h"

pyr_text pyr_trim(pyr_text text);

/* A decimal number with point or comma, sign allowed, at most 300 characters; correctly rounded up to 15 digits.
 * False: no such number. Blanks around it are skipped. */
bool pyr_parse_decimal(pyr_text text, double *value);
/* Decimal digits, sign allowed, within int32; also as a spreadsheet leaves whole numbers: `22.0`. Blanks around them
 * are skipped. */
bool pyr_parse_integer(pyr_text text, int32_t *value);

static inline uint64_t pyr_load_8(const char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Byte i of a word is the i-th character only on a little-endian machine; elsewhere the plain functions do the work. */
#if defined(_WIN32) || (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define PYR_LITTLE_ENDIAN 1
#else
#define PYR_LITTLE_ENDIAN 0
#endif

/* Keeps the last `length` of eight characters. */
static inline uint64_t pyr_keep_last(unsigned length) {
    static const uint64_t kept[9] = {0,
                                     0xff00000000000000u,
                                     0xffff000000000000u,
                                     0xffffff0000000000u,
                                     0xffffffff00000000u,
                                     0xffffffffff000000u,
                                     0xffffffffffff0000u,
                                     0xffffffffffffff00u,
                                     0xffffffffffffffffu};
    return kept[length];
}

/* The last `length` <= 8 characters before `end` against a pattern: digits become 0 to 9, expected separators 0, and so
 * does what stands before the field. False where a character is not what the pattern says. */
static inline bool pyr_match_8(const char *end, unsigned length, uint64_t pattern, uint64_t limits, uint64_t *digits) {
    uint64_t word = (pyr_load_8(end - 8) ^ pattern) & pyr_keep_last(length);
    *digits = word;
    return (((word + limits) | word) & 0x8080808080808080u) == 0;
}

/* `0:00.000`, `hh:m`, digits, `00000.0` and `0000.000` as little-endian words, and what to add so that a wrong
 * character sets the high bit of its byte: 0x76 where a digit 0 to 9 stands, 0x7a where one of 0 to 5 does, 0x7f for a
 * separator. */
#define PYR_PATTERN_TIME 0x3030302e30303a30u
#define PYR_LIMITS_TIME 0x7676767f767a7f76u
#define PYR_PATTERN_HOURS 0x303a303030303030u
#define PYR_LIMITS_HOURS 0x7a7f767676767676u
#define PYR_PATTERN_DIGITS 0x3030303030303030u
#define PYR_LIMITS_DIGITS 0x7676767676767676u
#define PYR_PATTERN_TENTHS 0x302e303030303030u
#define PYR_LIMITS_TENTHS 0x767f767676767676u
#define PYR_PATTERN_SECONDS 0x3030302e30303030u
#define PYR_LIMITS_SECONDS 0x7676767f76767676u
#define PYR_LIMITS_NONE 0x8080808080808080u /* every character is wrong */

/* Milliseconds of `m:ss.mmm` given as eight digits by pyr_match_8. */
static inline int64_t pyr_time_digits(uint64_t digits) {
    uint64_t pairs = digits * 10 + (digits >> 8); /* byte i: 10 x digit i + digit i + 1; below 100, so no carry */
    /* Bytes 2 and 5 are the seconds and hundredths: the product has 1000 x one + 10 x the other from bit 40 up. */
    uint64_t seconds = (pairs & 0x0000ff0000ff0000u) * ((uint64_t)1000 << 24 | 10) >> 40;
    return (int64_t)((digits & 0xff) * 60000 + seconds + (digits >> 56));
}

/* `57.783`, `1:12.848`, `16:42.996`, `1:01:35.747`, `17:31:33.055`: minutes and seconds below 60. */
static inline bool pyr_fast_duration(const char *end, unsigned length, int64_t *microseconds) {
    /* By length; what is of none of these is too short or begins with a separator. */
    static const uint64_t short_limits[9] = {PYR_LIMITS_NONE, PYR_LIMITS_NONE, PYR_LIMITS_NONE,
                                             PYR_LIMITS_NONE, PYR_LIMITS_NONE, PYR_LIMITS_TIME,
                                             PYR_LIMITS_TIME, PYR_LIMITS_NONE, PYR_LIMITS_TIME};
    static const uint64_t long_limits[5] = {PYR_LIMITS_NONE, PYR_LIMITS_HOURS, PYR_LIMITS_NONE, PYR_LIMITS_HOURS,
                                            PYR_LIMITS_HOURS};
    uint64_t low, high;
    if (PYR_LITTLE_ENDIAN && length <= 8) {
        bool matches = pyr_match_8(end, length, PYR_PATTERN_TIME, short_limits[length], &low);
        *microseconds = pyr_time_digits(low) * 1000;
        return matches;
    }
    if (!PYR_LITTLE_ENDIAN || length > 12) {
        return false;
    }
    /* `hh:m` before the eight: the upper half of the word before */
    bool low_matches = pyr_match_8(end, 8, PYR_PATTERN_TIME, PYR_LIMITS_TIME, &low);
    bool high_matches = pyr_match_8(end - 8, length - 8, PYR_PATTERN_HOURS, long_limits[length - 8], &high);
    uint64_t tens = high >> 56, hours = ((high >> 32) & 0xff) * 10 + ((high >> 40) & 0xff);
    *microseconds = (pyr_time_digits(low) + (int64_t)(tens * 600000 + hours * 3600000)) * 1000;
    return low_matches && high_matches;
}

/* Seconds with three decimals below ten thousand: `86.214`. */
static inline bool pyr_fast_seconds(const char *end, unsigned length, int64_t *microseconds) {
    uint64_t digits;
    if (!PYR_LITTLE_ENDIAN || length < 5 || length > 8) {
        return false;
    }
    bool matches = pyr_match_8(end, length, PYR_PATTERN_SECONDS, PYR_LIMITS_SECONDS, &digits);
    uint64_t pairs = digits * 10 + (digits >> 8);
    uint64_t seconds = (pairs & 0xff) * 100 + ((pairs >> 16) & 0xff);
    uint64_t milliseconds = ((pairs >> 40) & 0xff) * 10 + (digits >> 56);
    *microseconds = (int64_t)(seconds * 1000 + milliseconds) * 1000;
    return matches;
}

/* A whole number of up to four digits. */
static inline bool pyr_fast_integer(const char *end, unsigned length, int32_t *value) {
    uint64_t digits;
    if (!PYR_LITTLE_ENDIAN || length < 1 || length > 4 ||
        !pyr_match_8(end, length, PYR_PATTERN_DIGITS, PYR_LIMITS_DIGITS, &digits)) {
        return false;
    }
    uint64_t pairs = digits * 10 + (digits >> 8);
    *value = (int32_t)((pairs >> 32 & 0xff) * 100 + (pairs >> 48 & 0xff));
    return true;
}

/* A number with one decimal: `208.1`. The quotient of two exact numbers is correctly rounded. */
static inline bool pyr_fast_tenths(const char *end, unsigned length, double *value) {
    uint64_t digits;
    if (!PYR_LITTLE_ENDIAN || length < 3 || length > 8 ||
        !pyr_match_8(end, length, PYR_PATTERN_TENTHS, PYR_LIMITS_TENTHS, &digits)) {
        return false;
    }
    uint64_t pairs = digits * 10 + (digits >> 8);
    uint64_t whole = (pairs & 0xff) * 10000 + ((pairs >> 16) & 0xff) * 100 + ((pairs >> 32) & 0xff);
    *value = (double)(whole * 10 + (digits >> 56)) / 10.0;
    return true;
}

#endif
