/* How long the rules let and make a driver drive, and whether he did. */
#ifndef PYR_ANALYSE_DRIVE_BOUNDS_H
#define PYR_ANALYSE_DRIVE_BOUNDS_H

#include "../model/session.h"

enum { PYR_LIMIT_CLASS, PYR_LIMIT_RATING, PYR_LIMIT_DRIVERS, PYR_LIMIT_MINIMUM, PYR_LIMIT_MAXIMUM,
       PYR_LIMIT_COLUMN_COUNT };

/* The rules as they hold for one race. Borrows the options and their table. */
typedef struct pyr_drive_rules {
    const pyr_drive_time_options *options;
    const pyr_column *limit[PYR_LIMIT_COLUMN_COUNT]; /* set where there are limits */
    int64_t limit_count;
    double scale; /* of minima: the part of the race that was not lost to red flags */
} pyr_drive_rules;

typedef struct pyr_drive_bounds {
    int64_t minimum, maximum; /* PYR_NO_TIME: none */
    bool unsure;              /* a bound for some ratings, and the rating is not known */
} pyr_drive_bounds;

/* What is held against the bounds. */
typedef struct pyr_drive_figures {
    int64_t time, longest, most; /* in one drive; in one window */
} pyr_drive_figures;

/* PYR_ERROR_ARGUMENT: limits of other columns, or a bound that is none. O(laps log laps) where minima shrink, else
 * O(limits). */
pyr_status pyr_drive_rules_read(const pyr_session *field, const pyr_drive_time_options *options,
                                pyr_drive_rules *rules, pyr_error *error);

/* The tightest of all limits that hold for a driver of that class, rating and size of crew; no text: not known. */
pyr_drive_bounds pyr_drive_bounds_of(const pyr_drive_rules *rules, pyr_text class_name, pyr_text rating, int32_t crew);

/* Whether all bounds are kept: 1, 0, PYR_NO_BOOL: there are none, or it depends on a rating not known. `reason`, of
 * `size` bytes, receives what is missed and by how much, NUL-terminated, empty where there is nothing to say. */
uint8_t pyr_drive_judge(const pyr_drive_rules *rules, const pyr_drive_figures *figures, pyr_drive_bounds bounds,
                        char *reason, size_t size);

#endif
