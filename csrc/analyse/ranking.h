/* The cars of a session in the order in which they are classified: sorted, moved, numbered, with their gaps. */
#ifndef PYR_ANALYSE_RANKING_H
#define PYR_ANALYSE_RANKING_H

#include "../base/sort.h"
#include "../model/session.h"

enum { PYR_STATUS_COUNT = PYR_NOT_STARTED + 1 };

/* Columns of answers that rank cars, in this order; `PYR_RANKING_FIELDS` are their fields. */
enum pyr_ranking_column {
    PYR_RANKING_CAR, PYR_RANKING_CLASS, PYR_RANKING_POSITION, PYR_RANKING_CLASS_POSITION, PYR_RANKING_TEAM,
    PYR_RANKING_DRIVERS, PYR_RANKING_STATUS, PYR_RANKING_LAPS, PYR_RANKING_TOTAL_TIME, PYR_RANKING_GAP,
    PYR_RANKING_GAP_LAPS, PYR_RANKING_INTERVAL, PYR_RANKING_INTERVAL_LAPS, PYR_RANKING_BEST_LAP,
    PYR_RANKING_BEST_LAP_NUMBER, PYR_RANKING_PENALTY_TIME, PYR_RANKING_PENALTY_LAPS, PYR_RANKING_DECISIONS,
    PYR_RANKING_COLUMN_COUNT
};
#define PYR_RANKING_FIELDS \
    {"car", PYR_TEXT, false, NULL}, \
    {"class", PYR_TEXT, true, NULL}, \
    {"position", PYR_INT32, true, NULL}, \
    {"class_position", PYR_INT32, true, NULL}, \
    {"team", PYR_TEXT, true, NULL}, \
    {"drivers", PYR_TEXT, true, NULL}, \
    {"status", PYR_TEXT, false, pyr_result_status_words}, \
    {"laps", PYR_INT32, false, NULL}, \
    {"total_time", PYR_DURATION, true, NULL}, \
    {"gap", PYR_DURATION, true, NULL}, \
    {"gap_laps", PYR_INT32, true, NULL}, \
    {"interval", PYR_DURATION, true, NULL}, \
    {"interval_laps", PYR_INT32, true, NULL}, \
    {"best_lap", PYR_DURATION, true, NULL}, \
    {"best_lap_number", PYR_INT32, true, NULL}, \
    {"penalty_time", PYR_DURATION, false, NULL}, \
    {"penalty_laps", PYR_INT32, false, NULL}, \
    {"decisions", PYR_TEXT, true, NULL}

/* What a car is ranked by. Times may be PYR_NO_TIME: not known. */
typedef struct pyr_ranked {
    pyr_result_status status;
    int32_t laps;          /* that count, less those deducted */
    int64_t total_time;    /* of the last crossing that counts, with penalties */
    int64_t crossed;       /* that crossing itself */
    int64_t before;        /* when the lap before was completed */
    int64_t best_row;      /* -1: no best lap */
    int32_t penalty_laps;
    int64_t penalty_time;
    int32_t decisions;     /* code; -1: none */
    int32_t rear;          /* number of the decision that moves it to the rear of its class; 0: none */
    int32_t place;         /* position that was decided; 0: none */
    bool unnumbered;       /* it has no position and is nobody's reference */
} pyr_ranked;

/* Positions given so far. */
typedef struct pyr_counter {
    int32_t cars, position; /* cars numbered, and the last number */
    int64_t last;           /* the entry that got it */
} pyr_counter;

typedef struct pyr_ranking {
    const pyr_session *session;
    bool race;
    bool dead_heats_shared;
    int32_t status_rank[PYR_STATUS_COUNT]; /* order of publication */
    int32_t count;                         /* entries */
    pyr_ranked *cars;                      /* by entry */
    pyr_keyed *order;                      /* entries as ranked, in `row` */
    int64_t *moved;                        /* room for as many */
    size_t class_count;
    pyr_counter *classes;                  /* by class code */
} pyr_ranking;

/* Room for the cars of a session, statuses in the order of their words. Clear it whether this fails or not. */
pyr_status pyr_ranking_new(const pyr_session *session, pyr_ranking *ranking, pyr_error *error);
void pyr_ranking_clear(pyr_ranking *ranking);

/* The order of the cars: by status, then laps and time (no race: best lap), then moves among those classified. Equal
 * cars stand in the order of their names. */
pyr_status pyr_ranking_sort(pyr_ranking *ranking, pyr_error *error);

/* Rows `at` and on of `answer`, whose columns from `first_column` on are those above: the cars `entries`, in their
 * order, as a ranking of their own. */
void pyr_ranking_fill(const pyr_ranking *ranking, const int64_t *entries, int32_t count, pyr_table *answer,
                      int32_t first_column, int64_t at);
/* The dictionaries of those columns that are shared with the session; `decisions` has its own. */
void pyr_ranking_set_dictionaries(const pyr_ranking *ranking, pyr_table *answer, int32_t first_column);

#endif
