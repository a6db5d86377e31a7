/* What questions share: the first columns of an answer, the records of all questions. */
#ifndef PYR_ANALYSE_QUESTION_H
#define PYR_ANALYSE_QUESTION_H

#include "../model/field.h"
#include "../model/session.h"

#define PYR_COUNT(array) ((int32_t)(sizeof(array) / sizeof *(array)))

/* ---- Records: one a question, listed in questions.c ---- */

extern const pyr_question pyr_best_sectors_question, pyr_check_question, pyr_classification_question,
    pyr_clean_laps_question, pyr_crossings_question, pyr_drive_time_question, pyr_fastest_laps_question,
    pyr_flag_times_question, pyr_gaps_question, pyr_hourly_question, pyr_ideal_laps_question, pyr_lap_chart_question,
    pyr_lap_details_question, pyr_lap_records_question, pyr_laps_led_question, pyr_leaders_question,
    pyr_neutralisations_question, pyr_order_question, pyr_pit_loss_question, pyr_pit_stops_question,
    pyr_retirements_question, pyr_sections_question, pyr_stints_question, pyr_top_speeds_question,
    pyr_undercuts_question;

/* ---- Answers ---- */

/* A table under construction for the answer to `question`, `capacity` rows. Columns of the lap table's names `car`,
 * `class`, `driver` and `team` have the dictionaries of the session's laps, so that its codes can be stored as they
 * are; closed vocabularies have theirs. */
pyr_status pyr_answer_new(const pyr_session *session, const pyr_question *question, int64_t capacity, pyr_table **out,
                          pyr_error *error);
/* The answer has `rows` rows. After a failure it is released and `*answer` is NULL. */
pyr_status pyr_answer_finish(pyr_table **answer, int64_t rows, pyr_error *error);

/* PYR_ERROR_REFUSED for a qualifying, practice or test session: nobody is ahead on the road there. */
pyr_status pyr_require_race(const pyr_session *session, pyr_error *error);

#endif
