#include "question.h"

/* In the order of their names. */
static const pyr_question *const questions[] = {
    &pyr_best_sectors_question, &pyr_check_question, &pyr_classification_question, &pyr_clean_laps_question,
    &pyr_crossings_question, &pyr_drive_time_question, &pyr_fastest_laps_question, &pyr_flag_times_question,
    &pyr_gaps_question, &pyr_hourly_question, &pyr_ideal_laps_question, &pyr_lap_chart_question,
    &pyr_lap_details_question, &pyr_lap_records_question, &pyr_laps_led_question, &pyr_leaders_question,
    &pyr_neutralisations_question, &pyr_order_question, &pyr_pit_loss_question, &pyr_pit_stops_question,
    &pyr_retirements_question, &pyr_sections_question, &pyr_stints_question, &pyr_top_speeds_question,
    &pyr_undercuts_question,
};

const pyr_question *const *pyr_questions_view(int32_t *count) {
    *count = PYR_COUNT(questions);
    return questions;
}

const pyr_question *pyr_find_question(pyr_text name) {
    for (int32_t i = 0; i < PYR_COUNT(questions); i++) {
        if (pyr_text_equal(pyr_text_of(questions[i]->name), name)) {
            return questions[i];
        }
    }
    return NULL;
}
