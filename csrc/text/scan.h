/* The fast lane of CSV: where fields end, for a block at a time. */
#ifndef PYR_TEXT_SCAN_H
#define PYR_TEXT_SCAN_H

#include "../base/memory.h"

/* A block is at most this long: its text and its cuts stay in the first cache, and 16 bits tell a place in it. */
enum { PYR_BLOCK_SIZE = 16384 };

/* Where a block is cut into fields. Set `after` and `ends`, then call pyr_cuts_init once. */
typedef struct pyr_cuts {
    /* Offsets behind the separators and line ends of the block, ascending; after[-1] is 0. A line of n fields has n.
     * Room for PYR_BLOCK_SIZE behind that 0. */
    uint16_t *after;
    uint32_t count;
    /* ends[i]: index into `after` of the i-th line end. Room for PYR_BLOCK_SIZE. */
    uint16_t *ends;
    uint32_t line_count;
    uint32_t quote;          /* offset of the first double quote, UINT32_MAX without one */
    uint16_t places[256][8]; /* of the bits that are set in a byte, counted from 1 */
} pyr_cuts;

void pyr_cuts_init(pyr_cuts *cuts);

/* Finds them in `size` <= PYR_BLOCK_SIZE bytes. Lines are found fastest that have `fields` fields. */
void pyr_scan_block(const char *block, uint32_t size, char separator, uint32_t fields, pyr_cuts *cuts);

/* Sets `quote` to the one from `first` on. */
void pyr_find_quote(const char *block, size_t first, uint32_t size, pyr_cuts *cuts);

/* Line ends in `size` bytes. */
size_t pyr_count_lines(const char *data, size_t size);

#endif
