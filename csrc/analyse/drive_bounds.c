#include "drive_bounds.h"

#include <stdio.h>
#include <string.h>

#include "../model/neutralisations.h"

static const pyr_field limit_fields[PYR_LIMIT_COLUMN_COUNT] = {
    {"class", PYR_TEXT, true, NULL},       {"rating", PYR_TEXT, true, NULL},      {"drivers", PYR_INT32, true, NULL},
    {"minimum", PYR_DURATION, true, NULL}, {"maximum", PYR_DURATION, true, NULL},
};

/* ---- The rules ---- */

static pyr_status find_scale(const pyr_session *field, double *scale, pyr_error *error) {
    pyr_neutralisation_list found;
    pyr_status status = pyr_neutralisations_find(field, false, &found, error);
    int64_t lost = 0, suspended = 0;
    for (int64_t i = 0; status == PYR_OK && i < found.count; i++) {
        if (found.period[i].kind == PYR_FLAG_RED) {
            lost += found.period[i].end - found.period[i].start;
            suspended += found.period[i].suspended;
        }
    }
    if (status == PYR_OK && found.end > 0) {
        *scale = (double)(found.end - lost) / (double)(found.end + suspended);
    }
    pyr_neutralisations_clear(&found);
    return status;
}

/* So far from the ends of its type that sums stay within it. */
static bool is_bound(int64_t time) {
    return time == PYR_NO_TIME || (time >= 0 && time <= PYR_LONGEST_TIME);
}

static pyr_status check_bounds(const pyr_drive_rules *rules, pyr_error *error) {
    const pyr_drive_time_options *options = rules->options;
    bool right = is_bound(options->rest) && is_bound(options->maximum) && is_bound(options->maximum_in_window) &&
                 is_bound(options->longest);
    for (int64_t limit = 0; limit < rules->limit_count; limit++) {
        right = right && is_bound(pyr_int64s(rules->limit[PYR_LIMIT_MINIMUM])[limit]) &&
                is_bound(pyr_int64s(rules->limit[PYR_LIMIT_MAXIMUM])[limit]);
    }
    return right ? PYR_OK
                 : pyr_fail(error, PYR_ERROR_ARGUMENT, "drive_time: a bound is below 0 or longer than any race");
}

pyr_status pyr_drive_rules_read(const pyr_session *field, const pyr_drive_time_options *options,
                                pyr_drive_rules *rules, pyr_error *error) {
    *rules = (pyr_drive_rules){.options = options, .scale = 1};
    if (options->limits != NULL) {
        PYR_TRY(pyr_table_require(options->limits, "limits", limit_fields, PYR_LIMIT_COLUMN_COUNT, rules->limit,
                                  error));
        rules->limit_count = pyr_table_row_count(options->limits);
    }
    PYR_TRY(check_bounds(rules, error));
    return options->scaled ? find_scale(field, &rules->scale, error) : PYR_OK;
}

/* ---- Bounds ---- */

static bool text_matches(const pyr_column *column, int64_t row, pyr_text text) {
    return !pyr_present(column, row) ||
           pyr_text_equal(pyr_dictionary_text_view(column->dictionary, pyr_int32s(column)[row]), text);
}

static void tighten(const pyr_drive_rules *rules, int64_t limit, pyr_drive_bounds *bounds) {
    const pyr_column *minimum = rules->limit[PYR_LIMIT_MINIMUM], *maximum = rules->limit[PYR_LIMIT_MAXIMUM];
    if (pyr_present(minimum, limit)) {
        int64_t least = (int64_t)((double)pyr_int64s(minimum)[limit] * rules->scale + 0.5);
        bounds->minimum = least > bounds->minimum ? least : bounds->minimum;
    }
    if (pyr_present(maximum, limit)) {
        int64_t most = pyr_int64s(maximum)[limit];
        bounds->maximum = bounds->maximum == PYR_NO_TIME || most < bounds->maximum ? most : bounds->maximum;
    }
}

pyr_drive_bounds pyr_drive_bounds_of(const pyr_drive_rules *rules, pyr_text class_name, pyr_text rating, int32_t crew) {
    pyr_drive_bounds bounds = {PYR_NO_TIME, rules->options->maximum, false};
    const pyr_column *drivers = rules->limit[PYR_LIMIT_DRIVERS], *ratings = rules->limit[PYR_LIMIT_RATING];
    for (int64_t limit = 0; limit < rules->limit_count; limit++) {
        bool other_crew = pyr_present(drivers, limit) && pyr_int32s(drivers)[limit] != crew;
        if (other_crew || !text_matches(rules->limit[PYR_LIMIT_CLASS], limit, class_name)) {
            continue;
        }
        if (text_matches(ratings, limit, rating)) {
            tighten(rules, limit, &bounds);
        } else {
            bounds.unsure = bounds.unsure || rating.length == 0;
        }
    }
    return bounds;
}

static void add_reason(char *reason, size_t size, const char *format, int64_t driven, int64_t bound) {
    char texts[3][32];
    int64_t times[3] = {driven, driven < bound ? bound - driven : driven - bound, bound};
    size_t used = strlen(reason);
    for (int32_t i = 0; i < 3; i++) {
        int64_t seconds = (times[i] + 500000) / 1000000;
        snprintf(texts[i], sizeof texts[i], "%lld:%02d:%02d", (long long)(seconds / 3600), (int)(seconds / 60 % 60),
                 (int)(seconds % 60));
    }
    if (used > 0 && used + 2 < size) {
        memcpy(reason + used, "; ", 3);
        used += 2;
    }
    snprintf(reason + used, size - used, format, texts[0], texts[1], texts[2]);
}

uint8_t pyr_drive_judge(const pyr_drive_rules *rules, const pyr_drive_figures *figures, pyr_drive_bounds bounds,
                        char *reason, size_t size) {
    const pyr_drive_time_options *options = rules->options;
    reason[0] = '\0';
    if (bounds.minimum != PYR_NO_TIME && figures->time < bounds.minimum) {
        add_reason(reason, size, "drove %s, %s short of the minimum of %s", figures->time, bounds.minimum);
    }
    if (bounds.maximum != PYR_NO_TIME && figures->time > bounds.maximum) {
        add_reason(reason, size, "drove %s, %s over the maximum of %s", figures->time, bounds.maximum);
    }
    if (options->maximum_in_window != PYR_NO_TIME && figures->most > options->maximum_in_window) {
        add_reason(reason, size, "drove %s in one window, %s over the maximum of %s", figures->most,
                   options->maximum_in_window);
    }
    if (options->longest != PYR_NO_TIME && figures->longest > options->longest) {
        add_reason(reason, size, "drove %s without a rest, %s over the maximum of %s", figures->longest,
                   options->longest);
    }
    bool bound = bounds.minimum != PYR_NO_TIME || bounds.maximum != PYR_NO_TIME ||
                 options->maximum_in_window != PYR_NO_TIME || options->longest != PYR_NO_TIME;
    if (reason[0] != '\0') {
        return false;
    }
    if (bounds.unsure) {
        snprintf(reason, size, "the rating is not known");
        return PYR_NO_BOOL;
    }
    return bound ? true : PYR_NO_BOOL;
}
