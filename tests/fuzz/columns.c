/* Any bytes as columns of unknown origin (a damaged pickle) and as a duration. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct input {
    const uint8_t *data;
    size_t size;
} input;

static uint8_t take_byte(input *in) {
    if (in->size == 0) {
        return 0;
    }
    in->size--;
    return *in->data++;
}

/* Up to 255 bytes in a block of their own, aligned as malloc aligns. */
static char *take_block(input *in, size_t *size) {
    *size = take_byte(in);
    *size = *size < in->size ? *size : in->size;
    char *block = malloc(*size + !*size);
    memcpy(block, in->data, *size);
    in->data += *size;
    in->size -= *size;
    return block;
}

enum { COLUMNS = 3, BLOCKS = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    pyr_column_data columns[COLUMNS];
    char *blocks[COLUMNS][BLOCKS];
    fuzz_allocator fuzz;
    fuzz_allocator_init(&fuzz, take_byte(&in) % 16);
    int64_t rows = take_byte(&in) % 33, duration;
    int32_t count = take_byte(&in) % (COLUMNS + 1);
    for (int i = 0; i < COLUMNS; i++) {
        uint8_t kind = take_byte(&in);
        size_t sizes[BLOCKS];
        for (int b = 0; b < BLOCKS; b++) {
            blocks[i][b] = take_block(&in, &sizes[b]);
        }
        columns[i] = (pyr_column_data){
            .name = {blocks[i][0], sizes[0]},
            .type = (pyr_type)(kind & 7),
            .nullable = (kind & 8) != 0,
            .values = blocks[i][1],
            .values_size = sizes[1],
            .validity = (kind & 16) != 0 ? (const uint8_t *)blocks[i][2] : NULL,
            .validity_size = sizes[2],
            .offsets = (const int32_t *)(const void *)blocks[i][3],
            .offsets_size = sizes[3],
            .bytes = blocks[i][4],
            .bytes_size = sizes[4],
        };
    }
    pyr_table *table = (pyr_table *)(uintptr_t)1;
    pyr_error error;
    pyr_status status = pyr_table_from_columns(&fuzz.allocator, columns, count, rows, &table, &error);
    PROMISE((status == PYR_OK) == (table != NULL));
    if (table != NULL) {
        PROMISE(pyr_table_row_count(table) == rows && pyr_table_column_count(table) == count);
        fuzz_check_table(table);
        PROMISE(pyr_table_equal(table, table));
    }
    pyr_table_release(table);
    fuzz_nothing_left(&fuzz);
    pyr_text name = {blocks[0][0], columns[0].name.length};
    PROMISE(!pyr_parse_duration(name, &duration) || duration != PYR_NO_TIME);
    for (int i = 0; i < COLUMNS * BLOCKS; i++) {
        free(blocks[i / BLOCKS][i % BLOCKS]);
    }
    return 0;
}
