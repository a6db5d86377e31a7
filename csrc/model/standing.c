#include "standing.h"

#include <string.h>

#include "../base/sort.h"

pyr_standing pyr_standing_after(const pyr_session *session, const pyr_timeline *timeline, int32_t entry,
                                int64_t crossings) {
    int64_t row = crossings > 0 ? timeline->car_row[timeline->car_first[entry] + crossings - 1] : -1;
    return (pyr_standing){
        .entry = entry,
        .laps = row < 0 ? -1 : session->laps.lap[row],
        .most = pyr_most_laps(session, timeline, entry, crossings),
        .row = row,
    };
}

/* Who has crossed until `time`, the last to cross last, as items for sorting by laps: at the end of `items`. Returns
 * their number. */
static int64_t gather_crossed(const pyr_session *session, const pyr_timeline *timeline, int64_t time, uint8_t *seen,
                              pyr_keyed *items) {
    int64_t at = session->entries.count, found = 0;
    for (int64_t i = timeline->count - 1; i >= 0 && found < session->entries.count; i--) {
        int64_t row = timeline->row[i];
        int32_t entry = timeline->entry[row];
        if (session->laps.elapsed[row] <= time && !seen[entry]) {
            seen[entry] = 1;
            items[--at] = (pyr_keyed){-(int64_t)session->laps.lap[row], entry};
            found++;
        }
    }
    return found;
}

static pyr_status sort_standings(const pyr_session *session, const pyr_timeline *timeline, int64_t time, uint8_t *seen,
                                 pyr_keyed *items, pyr_standing *standing, pyr_error *error) {
    int32_t cars = session->entries.count, place = 0;
    memset(seen, 0, (size_t)cars);
    int64_t crossed = gather_crossed(session, timeline, time, seen, items);
    PYR_TRY(pyr_sort(session->allocator, items + cars - crossed, crossed, NULL, NULL, error));
    for (int64_t i = cars - crossed; i < cars; i++) {
        int32_t entry = (int32_t)items[i].row;
        int64_t crossings = pyr_crossings_until(session, timeline, entry, time);
        standing[place] = pyr_standing_after(session, timeline, entry, crossings);
        if (session->laps.elapsed[standing[place].row] == time) { /* another lap takes longer than no time */
            standing[place].most = standing[place].laps;
        }
        place++;
    }
    for (int32_t entry = 0; entry < cars; entry++) {
        if (!seen[entry]) {
            standing[place++] = pyr_standing_after(session, timeline, entry, 0);
        }
    }
    return PYR_OK;
}

pyr_status pyr_standings_at(const pyr_session *session, const pyr_timeline *timeline, int64_t time,
                            pyr_standing *standing, pyr_error *error) {
    const pyr_allocator *allocator = session->allocator;
    size_t cars = (size_t)session->entries.count;
    pyr_keyed *items = NULL;
    uint8_t *seen = NULL;
    pyr_status status = pyr_new_array(allocator, cars, sizeof *items, &items, error);
    if (status == PYR_OK) {
        status = pyr_new_array(allocator, cars, sizeof *seen, &seen, error);
    }
    if (status == PYR_OK) {
        status = sort_standings(session, timeline, time, seen, items, standing, error);
    }
    pyr_release_array(allocator, items, cars, sizeof *items);
    pyr_release_array(allocator, seen, cars, sizeof *seen);
    return status;
}

void pyr_number_standings(const pyr_standing *standing, int32_t count, int32_t *position) {
    int32_t unseen = -1; /* the most laps that a car without a time may have completed, of this place and behind */
    for (int32_t i = count - 1; i >= 0; i--) {
        if (standing[i].most > standing[i].laps && standing[i].most > unseen) {
            unseen = standing[i].most;
        }
        position[i] = standing[i].row < 0 || unseen >= standing[i].laps ? PYR_NO_INT32 : i + 1;
    }
}
