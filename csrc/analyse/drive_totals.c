#include "drive_totals.h"

#include <string.h>

#include "../model/field.h"
#include "driving.h"
#include "question.h"

static void place_spells(const pyr_drive_totals *totals) {
    int64_t start = 0;
    for (int32_t group = 0; group < totals->groups.count; group++) {
        totals->total[group] = (pyr_driver_total){.drive_end = PYR_NO_TIME};
    }
    for (int64_t row = 0; row < totals->field->laps.count; row++) {
        totals->total[totals->groups.of_lap[row]].field_laps++;
        totals->total[totals->groups.of_lap[row]].laps += totals->session_rows[row] >= 0;
    }
    for (int32_t group = 0; group < totals->groups.count; group++) {
        totals->total[group].first_spell = start;
        start += totals->total[group].laps;
    }
}

/* On an out-lap the time driven stands at its end, on all others at its beginning. */
static void add_spell(const pyr_drive_totals *totals, int64_t row, int64_t driven, pyr_driver_total *total) {
    const pyr_laps *laps = &totals->field->laps;
    int64_t begun = pyr_lap_start(laps, row), end = laps->elapsed[row];
    if (begun == PYR_NO_TIME || end == PYR_NO_TIME || end <= begun || driven <= 0) {
        return;
    }
    bool out_lap = (totals->visits->lap_marks[row] & PYR_OUT_LAP) != 0;
    driven = driven < end - begun ? driven : end - begun;
    int64_t at = total->first_spell + total->spells++;
    totals->spell_start[at] = out_lap ? end - driven : begun;
    totals->spell_end[at] = out_lap ? end : begun + driven;
}

/* A drive begins with another driver's lap before it; shorter rests than asked for do not end the last one. */
static bool begins_drive(const pyr_drive_totals *totals, int64_t row, const pyr_driver_total *total) {
    int64_t begun = pyr_lap_start(&totals->field->laps, row), rest = totals->options->rest;
    return rest == PYR_NO_TIME || total->drive_end == PYR_NO_TIME || begun == PYR_NO_TIME ||
           begun - total->drive_end >= rest;
}

static void add_lap(const pyr_drive_totals *totals, int64_t row, pyr_driver_total *total) {
    int64_t driven = totals->driven[row];
    if (driven != PYR_NO_TIME) {
        total->figures.time += driven;
        total->drive += driven;
        add_spell(totals, row, driven, total);
    }
    total->figures.longest = total->drive > total->figures.longest ? total->drive : total->figures.longest;
}

static void add_laps(const pyr_drive_totals *totals) {
    const pyr_entries *entries = &totals->field->entries;
    for (int32_t entry = 0; entry < entries->count; entry++) {
        bool counted = false; /* the stint under way */
        for (int64_t row = entries->first_lap[entry]; row < entries->first_lap[entry + 1]; row++) {
            pyr_driver_total *total = &totals->total[totals->groups.of_lap[row]];
            if (row == entries->first_lap[entry] || totals->groups.of_lap[row - 1] != totals->groups.of_lap[row]) {
                total->drive = begins_drive(totals, row, total) ? 0 : total->drive;
                counted = false;
            }
            if (totals->session_rows[row] >= 0) {
                add_lap(totals, row, total);
                total->stints += !counted;
                counted = true;
            }
            total->drive_end = totals->field->laps.elapsed[row];
        }
    }
}

static pyr_status find_totals(pyr_drive_totals *totals, pyr_error *error) {
    const pyr_laps *laps = &totals->field->laps;
    PYR_TRY(pyr_session_visits(totals->field, &totals->visits, error));
    if (totals->options->counts_pit_lane) {
        memcpy(totals->driven, laps->lap_time, (size_t)laps->count * sizeof *totals->driven);
    } else {
        PYR_TRY(pyr_driven_times(totals->field, totals->visits, totals->driven, error));
    }
    place_spells(totals);
    add_laps(totals);
    for (int32_t group = 0; group < totals->groups.count; group++) {
        pyr_driver_total *total = &totals->total[group];
        total->figures.most =
            pyr_most_in_window(totals->spell_start + total->first_spell, totals->spell_end + total->first_spell,
                               total->spells, totals->options->window);
    }
    return PYR_OK;
}

static pyr_status new_totals(pyr_drive_totals *totals, pyr_error *error) {
    const pyr_allocator *allocator = totals->session->allocator;
    size_t laps = (size_t)totals->session->laps.count, all = (size_t)totals->field->laps.count;
    PYR_TRY(pyr_session_rows(totals->session, &totals->session_rows, error));
    PYR_TRY(pyr_group_laps(totals->field, PYR_BY_DRIVER, &totals->groups, error));
    PYR_TRY(pyr_new_array(allocator, all, sizeof *totals->driven, &totals->driven, error));
    PYR_TRY(pyr_new_array(allocator, (size_t)totals->groups.count, sizeof *totals->total, &totals->total, error));
    PYR_TRY(pyr_new_array(allocator, laps, sizeof *totals->spell_start, &totals->spell_start, error));
    return pyr_new_array(allocator, laps, sizeof *totals->spell_end, &totals->spell_end, error);
}

pyr_status pyr_drive_totals_find(const pyr_session *session, const pyr_drive_time_options *options,
                                 pyr_drive_totals *totals, pyr_error *error) {
    *totals = (pyr_drive_totals){.session = session, .field = pyr_field_view(session), .options = options};
    PYR_TRY(new_totals(totals, error));
    return find_totals(totals, error);
}

void pyr_drive_totals_clear(pyr_drive_totals *totals) {
    const pyr_allocator *allocator = totals->session->allocator;
    size_t laps = (size_t)totals->session->laps.count, all = (size_t)totals->field->laps.count;
    pyr_release_array(allocator, totals->session_rows, all, sizeof *totals->session_rows);
    pyr_release_array(allocator, totals->driven, all, sizeof *totals->driven);
    pyr_release_array(allocator, totals->total, (size_t)totals->groups.count, sizeof *totals->total);
    pyr_release_array(allocator, totals->spell_start, laps, sizeof *totals->spell_start);
    pyr_release_array(allocator, totals->spell_end, laps, sizeof *totals->spell_end);
    pyr_groups_clear(&totals->groups);
}
