/* Where the separators of a block stand. */
#ifndef PYR_TEXT_SCAN_H
#define PYR_TEXT_SCAN_H

#include "../base/memory.h"

/* A block is at most this long: its text and its places stay in the first cache. */
enum { PYR_BLOCK_SIZE = 16384, PYR_SPARE_PLACES = 16 };

typedef struct pyr_places {
    /* Offsets of separators and line ends in the block, ascending; place[-1] is readable. A line of n fields has n. */
    uint32_t *place;
    uint32_t count;
    /* ends[i]: index into `place` of the i-th line end. */
    uint32_t *ends;
    uint32_t line_count;
    uint32_t quote; /* offset of the first double quote, UINT32_MAX without one */
} pyr_places;

/* Finds them in `size` <= PYR_BLOCK_SIZE bytes; `place` has room for PYR_BLOCK_SIZE + PYR_SPARE_PLACES, `ends`
 * for PYR_BLOCK_SIZE. */
void pyr_scan_block(const char *block, uint32_t size, char separator, pyr_places *places);

/* Line ends in `size` bytes. */
size_t pyr_count_lines(const char *data, size_t size);

#endif
