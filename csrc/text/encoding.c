#include "encoding.h"

#include <string.h>

const char *pyr_encoding_name(pyr_encoding encoding) {
    static const char *const names[] = {"utf-8", "utf-16-le", "utf-16-be", "windows-1252"};
    return names[encoding];
}

pyr_encoding pyr_detect_encoding(const char *data, size_t size, size_t *mark) {
    *mark = 0;
    if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        *mark = 3;
        return PYR_UTF_8;
    }
    if (size >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 || memcmp(data, "\xfe\xff", 2) == 0)) {
        *mark = 2;
        return data[0] == '\xff' ? PYR_UTF_16_LE : PYR_UTF_16_BE;
    }
    if (size >= 4 && data[0] != 0 && data[1] == 0 && data[2] != 0 && data[3] == 0) {
        return PYR_UTF_16_LE;
    }
    if (size >= 4 && data[0] == 0 && data[1] != 0 && data[2] == 0 && data[3] != 0) {
        return PYR_UTF_16_BE;
    }
    return PYR_UTF_8;
}

static size_t encode_utf8(uint32_t point, char *out) {
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xc0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xe0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

static uint32_t utf16_unit(const unsigned char *byte, bool big_endian) {
    return big_endian ? (uint32_t)byte[0] << 8 | byte[1] : (uint32_t)byte[1] << 8 | byte[0];
}

pyr_status pyr_utf16_decode(const pyr_allocator *allocator, const char *data, size_t size, bool big_endian, char **out,
                            size_t *out_size, size_t *capacity, pyr_error *error) {
    const unsigned char *byte = (const unsigned char *)data;
    *out = NULL;
    *out_size = 0;
    *capacity = size / 2 + 1; /* each unit becomes at most three bytes */
    PYR_TRY(pyr_new_array(allocator, *capacity, 3, out, error));
    char *place = *out;
    for (size_t i = 0; i < size; i += 2) {
        uint32_t point = i + 1 < size ? utf16_unit(byte + i, big_endian) : 0xfffd;
        if (point >= 0xd800 && point < 0xdc00 && i + 3 < size) {
            uint32_t low = utf16_unit(byte + i + 2, big_endian);
            if (low >= 0xdc00 && low < 0xe000) {
                point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        place += encode_utf8(point >= 0xd800 && point < 0xe000 ? 0xfffd : point, place);
    }
    *out_size = (size_t)(place - *out);
    *capacity *= 3;
    return PYR_OK;
}

size_t pyr_utf16_offset(const char *utf8, size_t offset) {
    size_t bytes = 0;
    for (size_t i = 0; i < offset; i++) {
        unsigned char byte = (unsigned char)utf8[i];
        if ((byte & 0xc0) != 0x80) {
            bytes += byte >= 0xf0 ? 4 : 2;
        }
    }
    return bytes;
}

size_t pyr_windows_1252_decode(pyr_text text, char *out) {
    static const uint16_t upper[32] = {0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                       0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,   0x017d, 0x8f,
                                       0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                       0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        length += encode_utf8(byte >= 0x80 && byte < 0xa0 ? upper[byte - 0x80] : byte, out + length);
    }
    return length;
}
