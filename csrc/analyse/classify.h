/* A field classified: from its laps, the rules and the decisions to cars in order, each step kept for who asks. */
#ifndef PYR_ANALYSE_CLASSIFY_H
#define PYR_ANALYSE_CLASSIFY_H

#include "judged.h"
#include "race_end.h"

typedef struct pyr_classified {
    const pyr_session *field;
    bool race;
    uint8_t *counted;     /* by lap row: what counts for a best lap (counted.h) */
    pyr_finish *finishes; /* by entry, of a race */
    pyr_race_ending ending;
    pyr_penalties penalties;
    int64_t *best;        /* by entry: row of the best lap, -1: none */
    bool *invisible;      /* by entry */
    pyr_ranking ranking;
} pyr_classified;

/* Options, their fields and what stands for no rules and no decisions. */
enum { PYR_RULE_OPTION_COUNT = 29 };
extern const pyr_option pyr_rule_options[PYR_RULE_OPTION_COUNT];
extern const pyr_classification_options pyr_rules_default;

/* PYR_ERROR_REFUSED: `session` cannot be classified. */
pyr_status pyr_check_classifiable(const pyr_session *session, pyr_error *error);

/* Classifies `field`, a whole session. Clear it whether this fails or not. */
pyr_status pyr_classify(const pyr_session *field, const pyr_classification_options *options,
                        pyr_classified *classified, pyr_error *error);
void pyr_classified_clear(pyr_classified *classified);

#endif
