/* Bytes as they come -> UTF-8. */
#ifndef PYR_TEXT_ENCODING_H
#define PYR_TEXT_ENCODING_H

#include "../base/dictionary.h"

typedef enum pyr_encoding {
    PYR_UTF_8,
    PYR_UTF_16_LE,
    PYR_UTF_16_BE,
    PYR_WINDOWS_1252 /* Latin-1 with the printable characters that spreadsheets put at 0x80 to 0x9f */
} pyr_encoding;

const char *pyr_encoding_name(pyr_encoding encoding);

/* UTF-16 by its byte order mark or by its zero bytes, else UTF-8; `*mark` is the length of the byte order mark. */
pyr_encoding pyr_detect_encoding(const char *data, size_t size, size_t *mark);

/* UTF-16 without its mark -> UTF-8 in a fresh array of `*capacity` bytes (pyr_release_array). A half surrogate or an
 * odd last byte becomes U+FFFD. */
pyr_status pyr_utf16_decode(const pyr_allocator *allocator, const char *data, size_t size, bool big_endian, char **out,
                            size_t *out_size, size_t *capacity, pyr_error *error);
/* The offset in UTF-16 bytes (without mark) of the character that begins at `offset` of its UTF-8 form. */
size_t pyr_utf16_offset(const char *utf8, size_t offset);

/* Windows-1252 -> UTF-8. `out` has room for 3 x text.length bytes; returns the length. */
size_t pyr_windows_1252_decode(pyr_text text, char *out);

#endif
