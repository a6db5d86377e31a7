/* What the fuzz targets share: an allocator that fails where the input says so, and walks over everything a table and a
 * session promise. A broken promise ends the program, which libFuzzer reports with the input that did it. */
#ifndef PYR_FUZZ_H
#define PYR_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pyracing.h"

#define PROMISE(condition)                                                         \
    do {                                                                           \
        if (!(condition)) {                                                        \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                               \
        }                                                                          \
    } while (0)

typedef struct fuzz_allocator {
    pyr_allocator allocator;
    int64_t requests, fail_at; /* 0: none fails */
    int64_t blocks, bytes;
} fuzz_allocator;

static void *fuzz_allocate(void *context, size_t size) {
    fuzz_allocator *fuzz = context;
    PROMISE(size > 0);
    if (++fuzz->requests == fuzz->fail_at || size > ((size_t)1 << 30)) {
        return NULL;
    }
    void *block = malloc(size);
    PROMISE(block != NULL);
    fuzz->blocks++;
    fuzz->bytes += (int64_t)size;
    return block;
}

static void fuzz_release(void *context, void *block, size_t size) {
    fuzz_allocator *fuzz = context;
    fuzz->blocks--;
    fuzz->bytes -= (int64_t)size;
    free(block);
}

static void *fuzz_resize(void *context, void *block, size_t old_size, size_t size) {
    void *moved = fuzz_allocate(context, size);
    if (moved != NULL) {
        memcpy(moved, block, old_size < size ? old_size : size);
        fuzz_release(context, block, old_size);
    }
    return moved;
}

static void fuzz_allocator_init(fuzz_allocator *fuzz, int64_t fail_at) {
    *fuzz = (fuzz_allocator){.allocator = {fuzz, fuzz_allocate, fuzz_resize, fuzz_release}, .fail_at = fail_at};
}

static void fuzz_nothing_left(const fuzz_allocator *fuzz) {
    PROMISE(fuzz->blocks == 0 && fuzz->bytes == 0);
}

static bool fuzz_bit(const uint8_t *bitmap, int64_t row) {
    return (bitmap[row >> 3] >> (row & 7) & 1) != 0;
}

static bool fuzz_is_absent_value(const pyr_column *column, int64_t row) {
    switch (column->type) {
    case PYR_INT32:
        return ((const int32_t *)column->values)[row] == 0;
    case PYR_INT64:
        return ((const int64_t *)column->values)[row] == 0;
    case PYR_FLOAT64:
        return ((const double *)column->values)[row] != ((const double *)column->values)[row];
    case PYR_DURATION:
        return ((const int64_t *)column->values)[row] == PYR_NO_TIME;
    case PYR_TEXT:
        return ((const int32_t *)column->values)[row] == -1;
    case PYR_BOOL:
        break;
    }
    return !fuzz_bit(column->values, row);
}

static void fuzz_check_dictionary(const pyr_dictionary *dictionary) {
    PROMISE(dictionary != NULL && dictionary->offsets[0] == 0);
    for (int32_t i = 0; i < dictionary->count; i++) {
        PROMISE(dictionary->offsets[i] <= dictionary->offsets[i + 1]);
    }
}

/* What pyracing.h says of tables. */
static void fuzz_check_table(const pyr_table *table) {
    PROMISE(table != NULL);
    int64_t rows = pyr_table_row_count(table);
    for (int32_t i = 0; i < pyr_table_column_count(table); i++) {
        const pyr_column *column = pyr_table_column_view(table, i);
        int64_t absent = 0;
        if (column->type == PYR_TEXT) {
            fuzz_check_dictionary(column->dictionary);
        }
        for (int64_t row = 0; row < rows; row++) {
            bool present = column->validity == NULL || fuzz_bit(column->validity, row);
            absent += !present;
            PROMISE(present || fuzz_is_absent_value(column, row));
            if (column->type == PYR_TEXT && present) {
                int32_t code = ((const int32_t *)column->values)[row];
                PROMISE(code >= 0 && code < column->dictionary->count);
            }
        }
        PROMISE(absent == column->absent_count && (absent == 0 || column->nullable));
    }
}

#endif
