/* Instants as people say them -> race time. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "timeline.h"

#define SECOND INT64_C(1000000)
#define DAY (24 * 3600 * SECOND)

/* The field, and its crossings. */
typedef struct race {
    const pyr_session *field;
    const pyr_timeline *timeline;
    int64_t winner; /* the row with which the leader ended its last lap; -1: not known, or no race */
    int64_t over;   /* race time of the last crossing */
} race;

static pyr_status view_race(const pyr_session *session, race *out, pyr_error *error) {
    *out = (race){.field = pyr_field_view(session), .winner = -1};
    PYR_TRY(pyr_session_timeline(out->field, &out->timeline, error));
    if (out->timeline->count == 0) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "no lap of the session has a race time, so there is no instant to ask about; read its laps");
    }
    out->winner = pyr_leader_crossing(out->field, out->timeline, 0);
    out->over = out->field->laps.elapsed[out->timeline->row[out->timeline->count - 1]];
    return PYR_OK;
}

static int64_t end_of(const race *the_race) {
    return the_race->winner < 0 ? the_race->over : the_race->field->laps.elapsed[the_race->winner];
}

static pyr_status end_of_lap(const race *the_race, int32_t lap, int64_t *time, pyr_error *error) {
    const pyr_laps *laps = &the_race->field->laps;
    if (the_race->winner < 0) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "the laps of the leader are not known in this session, which is no race or lacks times; give "
                        "the instant as a time");
    }
    int64_t row = lap >= 1 ? pyr_leader_crossing(the_race->field, the_race->timeline, lap) : -1;
    if (row < 0) {
        bool run = lap >= 1 && lap <= laps->lap[the_race->winner];
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        run ? "who ended lap %d first is not known, for want of times; the leader's last lap is %d"
                            : "there is no lap %d of the leader; give a lap from 1 to %d",
                        (int)lap, (int)laps->lap[the_race->winner]);
    }
    *time = laps->elapsed[row];
    return PYR_OK;
}

static pyr_status share_of_time(const race *the_race, double share, int64_t *time, pyr_error *error) {
    if (!(share >= 0 && share <= 1)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "%.6g %% is no part of the session; give 0 %% to 100 %%",
                        100 * share);
    }
    *time = llround(share * (double)end_of(the_race));
    return PYR_OK;
}

/* While the race was stopped `elapsed` stood still: until the first crossing behind the stoppage none has come. */
static pyr_status time_at_clock(const race *the_race, int64_t clock, int64_t *time, pyr_error *error) {
    const pyr_session *field = the_race->field;
    const int64_t *elapsed = pyr_int64s(pyr_part_column(field, PYR_SUSPENSIONS, PYR_SUSPENSION_ELAPSED));
    const int64_t *resumed = pyr_int64s(pyr_part_column(field, PYR_SUSPENSIONS, PYR_SUSPENSION_CLOCK));
    const int64_t *duration = pyr_int64s(pyr_part_column(field, PYR_SUSPENSIONS, PYR_SUSPENSION_DURATION));
    if (field->start == PYR_NO_TIME) {
        return pyr_fail(error, PYR_ERROR_REFUSED,
                        "the time of day of the start is not known; give the instant as race time, or read the session "
                        "with start=");
    }
    if (clock < DAY && clock <= field->start) {
        clock += DAY * ((field->start - clock) / DAY + 1);
    }
    *time = clock - field->start;
    for (int64_t i = 0; i < pyr_table_row_count(field->parts[PYR_SUSPENSIONS]); i++) {
        if (clock < resumed[i]) {
            *time = *time < elapsed[i] ? *time : elapsed[i] - 1;
            break;
        }
        *time -= duration[i];
    }
    return PYR_OK;
}

/* Hours, minutes and seconds. */
typedef struct clock_text {
    char text[64];
} clock_text;

static clock_text shown(int64_t time) {
    clock_text out;
    long long seconds = (time < 0 ? -time : time) / SECOND;
    snprintf(out.text, sizeof out.text, "%s%lld:%02lld:%02lld", time < 0 ? "-" : "", seconds / 3600, seconds / 60 % 60,
             seconds % 60);
    return out;
}

/* The time of day, and on which day where it is not that of the start. */
static clock_text shown_clock(int64_t clock) {
    clock_text out = shown(clock % DAY);
    size_t length = strlen(out.text);
    if (clock >= DAY) {
        snprintf(out.text + length, sizeof out.text - length, " on day %d", (int)(clock / DAY) + 1);
    }
    return out;
}

/* The clock of the last crossing. */
static int64_t end_by_clock(const race *the_race) {
    const pyr_table *stops = the_race->field->parts[PYR_SUSPENSIONS];
    const int64_t *duration = pyr_int64s(pyr_table_column_view(stops, PYR_SUSPENSION_DURATION));
    int64_t clock = the_race->field->start + the_race->over;
    for (int64_t i = 0; i < pyr_table_row_count(stops); i++) {
        clock += duration[i];
    }
    return clock;
}

static pyr_status check_instant(const race *the_race, const pyr_instant *instant, int64_t time, pyr_error *error) {
    if (time >= 0 && time <= the_race->over) {
        return PYR_OK;
    }
    if (instant->kind == PYR_AT_CLOCK && instant->time >= 0) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT,
                        "%s is outside the session, which ran from %s to %s; give a time of day between them",
                        shown_clock(instant->time).text, shown_clock(the_race->field->start).text,
                        shown_clock(end_by_clock(the_race)).text);
    }
    return pyr_fail(error, PYR_ERROR_ARGUMENT,
                    "the instant %s is outside the session, whose last crossing is at %s; give one from 0 up to that",
                    shown(time).text, shown(the_race->over).text);
}

static pyr_status resolve(const race *the_race, const pyr_instant *instant, int64_t *time, pyr_error *error) {
    if (instant->kind < PYR_AT_LAP && (instant->time < -PYR_LONGEST_TIME || instant->time > PYR_LONGEST_TIME)) {
        return pyr_fail(error, PYR_ERROR_ARGUMENT, "no session is as long as that; give an instant of this one");
    }
    switch ((pyr_instant_kind)instant->kind) {
    case PYR_AT_TIME:
        *time = instant->time;
        return PYR_OK;
    case PYR_BEFORE_END:
        *time = end_of(the_race) - instant->time;
        return PYR_OK;
    case PYR_AT_CLOCK:
        return time_at_clock(the_race, instant->time, time, error);
    case PYR_AT_LAP:
        return end_of_lap(the_race, instant->lap, time, error);
    case PYR_AT_SHARE:
        return share_of_time(the_race, instant->share, time, error);
    }
    return pyr_fail(error, PYR_ERROR_ARGUMENT, "%d is no kind of instant", (int)instant->kind);
}

pyr_status pyr_race_time(const pyr_session *session, const pyr_instant *instant, int64_t *out, pyr_error *error) {
    race the_race;
    int64_t time = 0;
    *out = 0;
    PYR_TRY(view_race(session, &the_race, error));
    PYR_TRY(resolve(&the_race, instant, &time, error));
    PYR_TRY(check_instant(&the_race, instant, time, error));
    *out = time;
    return PYR_OK;
}
