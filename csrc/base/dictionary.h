/* Strings -> codes: an interner collects distinct strings while a table is made, a dictionary holds them after. */
#ifndef PYR_BASE_DICTIONARY_H
#define PYR_BASE_DICTIONARY_H

#include "memory.h"

/* Distinct strings in the order they first came; the code of a string is its place. Zero-initialise, set `allocator`;
 * pyr_interner_clear releases it at any time. */
typedef struct pyr_interner {
    const pyr_allocator *allocator;
    char *bytes;
    size_t bytes_size, bytes_capacity;
    int32_t *offsets; /* count + 1 of them once anything was added */
    size_t offsets_capacity;
    int32_t *slots; /* open addressing, a power of two; -1: free */
    size_t slot_count;
    int32_t count;
} pyr_interner;

pyr_status pyr_interner_add(pyr_interner *interner, pyr_text text, int32_t *code, pyr_error *error);
/* -1: not there. */
int32_t pyr_interner_find(const pyr_interner *interner, pyr_text text);
pyr_text pyr_interner_text_view(const pyr_interner *interner, int32_t code);
void pyr_interner_clear(pyr_interner *interner);

/* A dictionary of what the interner holds. With `sorted`, strings are in byte order, and `ranks` (room for
 * interner->count) receives the new code of each old one; NULL without. */
pyr_status pyr_dictionary_from_interner(const pyr_interner *interner, bool sorted, int32_t *ranks,
                                        const pyr_dictionary **out, pyr_error *error);
/* A dictionary of a closed vocabulary, in its order. */
pyr_status pyr_dictionary_from_words(const pyr_allocator *allocator, const char *const *words,
                                     const pyr_dictionary **out, pyr_error *error);

void pyr_dictionary_retain(const pyr_dictionary *dictionary);
void pyr_dictionary_release(const pyr_dictionary *dictionary); /* NULL is allowed */
/* Length 0 for code -1. */
pyr_text pyr_dictionary_text_view(const pyr_dictionary *dictionary, int32_t code);
/* -1: not there. Linear: for arguments, not for rows. */
int32_t pyr_dictionary_find(const pyr_dictionary *dictionary, pyr_text text);

static inline pyr_text pyr_text_of(const char *string) {
    size_t length = 0;
    while (string[length] != '\0') {
        length++;
    }
    return (pyr_text){string, length};
}
bool pyr_text_equal(pyr_text left, pyr_text right);
/* Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool pyr_utf8_valid(pyr_text text);
/* Byte order; a prefix comes first. Negative, 0, positive. */
int pyr_text_compare(pyr_text left, pyr_text right);

#endif
