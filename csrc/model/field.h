/* The field of a selected session: the whole session that it came from. */
#ifndef PYR_MODEL_FIELD_H
#define PYR_MODEL_FIELD_H

#include "session.h"

/* Itself for a whole session. */
const pyr_session *pyr_field_view(const pyr_session *session);

/* For each lap of the session, its row in the field: the same car and lap. Released by the caller with
 * pyr_release_array(session->allocator, rows, session->laps.count, sizeof *rows). PYR_ERROR_REFUSED: the field does not
 * have such a lap. */
pyr_status pyr_field_rows(const pyr_session *session, int64_t **rows, pyr_error *error);
/* The other way round: for each lap of the field its row in the session, -1 where the session does not have it.
 * Released with the number of laps of the field. */
pyr_status pyr_session_rows(const pyr_session *session, int64_t **rows, pyr_error *error);
/* Of what is known of each lap of the field, a byte each, that of the laps of the session, to `own`. */
pyr_status pyr_take_from_field(const pyr_session *session, const void *of_field, void *own, pyr_error *error);

#endif
