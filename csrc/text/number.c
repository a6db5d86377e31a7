#include "number.h"

pyr_text pyr_trim(pyr_text text) {
    while (text.length > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t')) {
        text.length--;
    }
    return text;
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* ---- Numbers ---- */

enum { MAXIMUM_NUMBER = 300 };

bool pyr_parse_integer(pyr_text text, int32_t *value) {
    text = pyr_trim(text);
    bool negative = text.length > 0 && text.data[0] == '-';
    size_t i = text.length > 0 && (negative || text.data[0] == '+');
    int64_t number = 0;
    size_t first = i;
    for (; i < text.length && is_digit(text.data[i]); i++) {
        number = number * 10 + (text.data[i] - '0');
        if (number > (int64_t)INT32_MAX) {
            return false;
        }
    }
    bool digits = i > first;
    if (digits && i < text.length && text.data[i] == '.') {
        for (i++; i < text.length && text.data[i] == '0';) {
            i++;
        }
    }
    *value = (int32_t)(negative ? -number : number);
    return digits && i == text.length;
}

/* Digits kept in `mantissa` (at most 19, which fit 64 bits) and the power of ten that scales them. */
typedef struct decimal {
    uint64_t mantissa;
    int32_t exponent;
    bool negative;
} decimal;

static bool scan_decimal(pyr_text text, decimal *out) {
    size_t i = 0, digits = 0;
    bool fraction = false;
    *out = (decimal){0, 0, false};
    if (i < text.length && (text.data[i] == '-' || text.data[i] == '+')) {
        out->negative = text.data[i++] == '-';
    }
    for (; i < text.length; i++) {
        char character = text.data[i];
        if (is_digit(character)) {
            digits++;
            if (out->mantissa <= (UINT64_MAX - 9) / 10) {
                out->mantissa = out->mantissa * 10 + (uint64_t)(character - '0');
                out->exponent -= fraction;
            } else {
                out->exponent += !fraction;
            }
        } else if ((character == '.' || character == ',') && !fraction) {
            fraction = true;
        } else {
            return false;
        }
    }
    return digits > 0;
}

bool pyr_parse_decimal(pyr_text text, double *value) {
    decimal number;
    text = pyr_trim(text);
    if (text.length > MAXIMUM_NUMBER || !scan_decimal(text, &number)) {
        return false;
    }
    while (number.exponent < 0 && number.mantissa % 10 == 0 && number.mantissa != 0) {
        number.mantissa /= 10;
        number.exponent++;
    }
    double result = (double)number.mantissa, power = 1;
    int32_t magnitude = number.exponent < 0 ? -number.exponent : number.exponent;
    for (int32_t i = 0; i < magnitude; i++) {
        power *= 10; /* exact up to 10^22: the one operation after it is then the only rounding */
    }
    result = number.exponent < 0 ? result / power : result * power;
    *value = number.negative ? -result : result;
    return result - result == 0; /* finite */
}

/* ---- Durations ---- */

static const int64_t second = 1000000;

/* `*total` + number x unit; false beyond int64. */
static bool add_units(int64_t *total, int64_t number, int64_t unit) {
    if (number > (INT64_MAX - *total) / unit) {
        return false;
    }
    *total += number * unit;
    return true;
}

/* Digits at *place; false without any or beyond int64. */
static bool scan_digits(pyr_text text, size_t *place, int64_t *number) {
    size_t start = *place;
    *number = 0;
    while (*place < text.length && is_digit(text.data[*place])) {
        if (*number > (INT64_MAX - 9) / 10) {
            return false;
        }
        *number = *number * 10 + (text.data[(*place)++] - '0');
    }
    return *place > start;
}

/* A point or comma and digits at *place -> that part of `unit` (at most a day) in microseconds, rounded half up. Digits
 * beyond the twelfth are below the rounding of seconds; of longer units they are refused. */
static bool scan_fraction(pyr_text text, size_t *place, int64_t unit, int64_t *microseconds) {
    static const int64_t million = 1000000;
    int64_t half[2] = {0, 0}; /* six digits each: every product below stays within int64 */
    *microseconds = 0;
    if (*place == text.length || (text.data[*place] != '.' && text.data[*place] != ',')) {
        return true;
    }
    size_t start = ++*place, digit = 0;
    for (; digit < 12; digit++) {
        bool there = *place < text.length && is_digit(text.data[*place]);
        half[digit / 6] = half[digit / 6] * 10 + (there ? text.data[*place] - '0' : 0);
        *place += there;
    }
    size_t read = *place;
    while (*place < text.length && is_digit(text.data[*place])) {
        ++*place;
    }
    int64_t whole = half[0] * unit / million, rest = half[0] * unit % million;
    *microseconds = whole + (rest * million + half[1] * unit + million * million / 2) / (million * million);
    return *place > start && (*place == read || unit <= second);
}

/* The unit named at *place, in microseconds; 0: none. */
static int64_t scan_unit(pyr_text text, size_t *place) {
    static const struct {
        const char *name;
        int64_t size;
    } units[] = {{"ms", 1000}, {"us", 1}, {"d", 86400000000}, {"h", 3600000000}, {"min", 60000000}, {"m", 60000000},
                 {"s", 1000000}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i].name);
        if (text.length - *place >= length && memcmp(text.data + *place, units[i].name, length) == 0) {
            *place += length;
            return units[i].size;
        }
    }
    return 0;
}

/* `1h30m`, `90s`, `1.5h`, `1 h 30 min`; each unit smaller than the one before. */
static bool parse_units(pyr_text text, int64_t *microseconds) {
    int64_t total = 0, last_unit = INT64_MAX;
    for (size_t place = 0; place < text.length;) {
        int64_t number, fraction;
        size_t start = place;
        if (!scan_digits(text, &place, &number)) {
            return false;
        }
        size_t after = place;
        while (after < text.length && (is_digit(text.data[after]) || text.data[after] == '.' ||
                                       text.data[after] == ',' || text.data[after] == ' ')) {
            after++;
        }
        int64_t unit = scan_unit(text, &after);
        if (unit == 0 || unit >= last_unit || !scan_fraction(text, &place, unit, &fraction) ||
            !add_units(&total, number, unit) || !add_units(&total, fraction, 1)) {
            return false;
        }
        while (place < text.length && text.data[place] == ' ') {
            place++;
        }
        if (scan_unit(text, &place) != unit || place == start) {
            return false;
        }
        while (place < text.length && text.data[place] == ' ') {
            place++;
        }
        last_unit = unit;
    }
    *microseconds = total;
    return text.length > 0;
}

/* `[[h:]m:]s[.fraction]`, with an apostrophe for the last colon; parts after the first are below 60. */
static bool parse_colons(pyr_text text, int64_t *microseconds) {
    int64_t total = 0, part, fraction;
    size_t place = 0, parts = 0;
    bool apostrophe = false;
    for (;;) {
        if (!scan_digits(text, &place, &part) || (parts > 0 && part >= 60) || ++parts > 3) {
            return false;
        }
        int64_t sum = 0;
        if (!add_units(&sum, total, 60) || !add_units(&sum, part, 1)) {
            return false;
        }
        total = sum;
        if (place == text.length || (text.data[place] != ':' && text.data[place] != '\'')) {
            break;
        }
        if (apostrophe) {
            return false;
        }
        apostrophe = text.data[place++] == '\'';
    }
    int64_t result = 0;
    if (!scan_fraction(text, &place, second, &fraction) || place != text.length || !add_units(&result, total, second) ||
        !add_units(&result, fraction, 1)) {
        return false;
    }
    *microseconds = result;
    return true;
}

bool pyr_parse_duration(pyr_text text, int64_t *microseconds) {
    *microseconds = 0;
    text = pyr_trim(text);
    bool negative = text.length > 0 && text.data[0] == '-';
    if (text.length > 0 && (negative || text.data[0] == '+')) {
        text.data++;
        text.length--;
    }
    int64_t result;
    if (text.length == 0 || text.length > MAXIMUM_NUMBER || !is_digit(text.data[0])) {
        return false;
    }
    if (!parse_colons(text, &result) && !parse_units(text, &result)) {
        return false;
    }
    *microseconds = negative ? -result : result;
    return true;
}
