/* Names like one that is not there, for messages that say what to write instead. */
#ifndef PYR_TEXT_NEAR_H
#define PYR_TEXT_NEAR_H

#include "../base/memory.h"

enum { PYR_NEAR_COUNT = 3 };

/* The nearest of the names offered so far. Start with the text that was asked for. */
typedef struct pyr_near {
    pyr_text asked;
    int32_t count;
    pyr_text name[PYR_NEAR_COUNT];
    int32_t distance[PYR_NEAR_COUNT];
} pyr_near;

/* Borrows `name`; one offered twice counts once. Near is what contains the text, or can be made of it with few letters
 * changed, left out, put in or exchanged; the case of ASCII letters does not matter. Only the first 64 bytes are looked
 * at. */
void pyr_near_offer(pyr_near *near, pyr_text name);
/* PYR_ERROR_ARGUMENT: there is no `what` of that name, with the near ones. */
pyr_status pyr_near_fail(const pyr_near *near, const char *what, pyr_error *error);

#endif
