#include "classify.h"
#include "members.h"
#include "question.h"

enum { RANKING = PYR_RANKING_COLUMN_COUNT, GRID, GAINED };

static const pyr_field schema[] = {
    PYR_RANKING_FIELDS,
    {"ranking", PYR_TEXT, true, NULL},
    {"grid", PYR_INT32, true, NULL},
    {"gained", PYR_INT32, true, NULL},
};

/* ---- Places gained ---- */

/* The rows of one ranking, from `at` on: the place of each car among those that started from the grid, less its
 * position. `by_grid` is room for as many. */
static pyr_status fill_gained(const pyr_session *field, pyr_keyed *by_grid, int32_t count, int64_t at,
                              pyr_table *answer, pyr_error *error) {
    const int32_t *grid = (const int32_t *)pyr_table_array(answer, GRID) + at;
    const int32_t *position = (const int32_t *)pyr_table_array(answer, PYR_RANKING_POSITION) + at;
    int32_t *gained = (int32_t *)pyr_table_array(answer, GAINED) + at, started = 0;
    for (int32_t i = 0; i < count; i++) {
        gained[i] = PYR_NO_INT32;
        if (grid[i] != PYR_NO_INT32) {
            by_grid[started++] = (pyr_keyed){grid[i], i};
        }
    }
    PYR_TRY(pyr_sort(field->allocator, by_grid, started, NULL, NULL, error));
    for (int32_t place = 0; place < started; place++) {
        int64_t row = by_grid[place].row;
        gained[row] = position[row] != PYR_NO_INT32 ? place + 1 - position[row] : PYR_NO_INT32;
    }
    return PYR_OK;
}

/* ---- The answer ---- */

/* One ranking after another: `entries` has room for all that are shown. What `members` shows is overwritten. */
static pyr_status fill_rankings(const pyr_ranking *ranking, pyr_members *members, const int32_t *grid,
                                int64_t *entries, pyr_table *answer, pyr_error *error) {
    for (int32_t start = 0, end = 0; start < members->count; start = end) {
        while (end < members->count && members->shown[end].key == members->shown[start].key) {
            int64_t entry = entries[end] = members->shown[end].row;
            ((int32_t *)pyr_table_array(answer, RANKING))[end] = members->names != NULL ? members->group[entry] : -1;
            ((int32_t *)pyr_table_array(answer, GRID))[end] = grid[entry];
            end++;
        }
        pyr_ranking_fill(ranking, entries + start, end - start, answer, 0, start);
        PYR_TRY(fill_gained(ranking->session, members->shown + start, end - start, start, answer, error));
    }
    return PYR_OK;
}

static pyr_status fill_answer(const pyr_classified *classified, pyr_members *members, const pyr_table *grid_table,
                              pyr_table *answer, pyr_error *error) {
    const pyr_session *field = classified->field;
    size_t count = (size_t)field->entries.count;
    int32_t *grid;
    int64_t *entries;
    PYR_TRY(pyr_new_array(field->allocator, count, sizeof *grid, &grid, error));
    pyr_status status = pyr_new_array(field->allocator, count, sizeof *entries, &entries, error);
    if (status == PYR_OK) {
        status = pyr_read_grid(field, grid_table, grid, error);
        if (status == PYR_OK) {
            status = fill_rankings(&classified->ranking, members, grid, entries, answer, error);
        }
        pyr_release_array(field->allocator, entries, count, sizeof *entries);
    }
    pyr_release_array(field->allocator, grid, count, sizeof *grid);
    return status;
}

static pyr_status set_dictionaries(const pyr_classified *classified, const pyr_members *members, pyr_table *answer,
                                   pyr_error *error) {
    pyr_ranking_set_dictionaries(&classified->ranking, answer, 0);
    if (members->names != NULL) {
        pyr_table_set_dictionary(answer, RANKING, members->names);
    }
    return pyr_table_set_texts(answer, PYR_RANKING_DECISIONS, &classified->penalties.texts, error);
}

static pyr_status answer_members(const pyr_session *session, const pyr_classification_options *options,
                                 const pyr_classified *classified, pyr_members *members, pyr_table **out,
                                 pyr_error *error) {
    PYR_TRY(pyr_find_members(session, &classified->ranking, options->members, members, error));
    PYR_TRY(pyr_table_new(session->allocator, schema, PYR_COUNT(schema), members->count, out, error));
    pyr_status status = set_dictionaries(classified, members, *out, error);
    if (status == PYR_OK) {
        status = fill_answer(classified, members, options->grid, *out, error);
    }
    if (status != PYR_OK) {
        pyr_table_release(*out);
        *out = NULL;
        return status;
    }
    return pyr_answer_finish(out, members->count, error);
}

pyr_status pyr_classification(const pyr_session *session, const pyr_classification_options *options, pyr_table **out,
                              pyr_error *error) {
    pyr_classified classified;
    pyr_members members = {0};
    options = options != NULL ? options : &pyr_rules_default;
    *out = NULL;
    PYR_TRY(pyr_check_classifiable(session, error));
    pyr_status status = pyr_classify(pyr_field_view(session), options, &classified, error);
    if (status == PYR_OK) {
        status = answer_members(session, options, &classified, &members, out, error);
    }
    pyr_members_clear(&classified.ranking, &members);
    pyr_classified_clear(&classified);
    return status;
}

static pyr_status ask(const pyr_session *session, const void *options, pyr_table **out, pyr_error *error) {
    return pyr_classification(session, options, out, error);
}

const pyr_question pyr_classification_question = {
    .name = "classification",
    .schema = schema,
    .column_count = PYR_COUNT(schema),
    .options = pyr_rule_options,
    .option_count = PYR_RULE_OPTION_COUNT,
    .options_default = &pyr_rules_default,
    .options_size = sizeof(pyr_classification_options),
    .ask = ask,
};
