#include "arrow.h"

#include <errno.h>
#include <string.h>

enum { ARROW_NULLABLE = 2 };

/* One block behind each exported struct: the children with their dictionaries, and what must outlive them. Every struct
 * holds the block by a reference of its own, so that the consumer may move a child away and release it last. */

/* ---- Schema ---- */

typedef struct schema_block {
    pyr_buffer *self;
    pyr_table *table; /* its names are the schema's */
} schema_block;

static void dispose_schema(void *data) {
    pyr_table_release(((schema_block *)data)->table);
}

static void release_schema(struct ArrowSchema *schema) {
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL) {
            schema->children[i]->release(schema->children[i]);
        }
    }
    if (schema->dictionary != NULL && schema->dictionary->release != NULL) {
        schema->dictionary->release(schema->dictionary);
    }
    schema->release = NULL;
    pyr_buffer_release(schema->private_data);
}

static struct ArrowSchema new_schema(schema_block *block, const char *format, const char *name, bool nullable) {
    pyr_buffer_retain(block->self);
    return (struct ArrowSchema){.format = format,
                                .name = name,
                                .flags = nullable ? ARROW_NULLABLE : 0,
                                .release = release_schema,
                                .private_data = block->self};
}

static const char *format_of(pyr_type type) {
    static const char *const formats[] = {[PYR_INT32] = "i",      [PYR_INT64] = "l", [PYR_FLOAT64] = "g",
                                          [PYR_DURATION] = "tDu", [PYR_BOOL] = "b",  [PYR_TEXT] = "i"};
    return formats[type];
}

/* Room for a block's struct and three arrays of `count`: pointers, children, dictionaries. */
static pyr_status new_block(const pyr_table *table, size_t block_size, size_t item_size, void (*dispose)(void *data),
                            pyr_buffer **out, pyr_error *error) {
    size_t items, count = (size_t)pyr_table_column_count(table);
    *out = NULL;
    if (!pyr_size_multiply(count, 2 * item_size + sizeof(void *), &items) || !pyr_size_add(items, block_size, &items)) {
        return pyr_fail_memory(error);
    }
    PYR_TRY(pyr_buffer_new(pyr_table_allocator(table), items, dispose, out, error));
    memset(pyr_buffer_data(*out), 0, items);
    return PYR_OK;
}

pyr_status pyr_arrow_schema(pyr_table *table, struct ArrowSchema *out, pyr_error *error) {
    pyr_buffer *self;
    int32_t count = pyr_table_column_count(table);
    memset(out, 0, sizeof *out);
    PYR_TRY(new_block(table, sizeof(schema_block), sizeof(struct ArrowSchema), dispose_schema, &self, error));
    schema_block *block = pyr_buffer_data(self);
    block->self = self;
    block->table = table;
    pyr_table_retain(table);
    struct ArrowSchema *children = (struct ArrowSchema *)(block + 1), *dictionaries = children + count;
    struct ArrowSchema **pointers = (struct ArrowSchema **)(dictionaries + count);
    for (int32_t i = 0; i < count; i++) {
        const pyr_column *column = pyr_table_column_view(table, i);
        children[i] = new_schema(block, format_of(column->type), column->name, column->nullable);
        if (column->type == PYR_TEXT) {
            dictionaries[i] = new_schema(block, "u", "", false);
            children[i].dictionary = &dictionaries[i];
        }
        pointers[i] = &children[i];
    }
    *out = new_schema(block, "+s", "", false);
    out->n_children = count;
    out->children = pointers;
    pyr_buffer_release(self); /* the structs hold it now */
    return PYR_OK;
}

/* ---- Array ---- */

typedef struct array_block {
    pyr_buffer *self;
    pyr_table *table;
} array_block;

/* An array and the buffers it points to. */
typedef struct array_item {
    struct ArrowArray array;
    const void *buffers[3];
} array_item;

static void dispose_array(void *data) {
    pyr_table_release(((array_block *)data)->table);
}

static void release_array(struct ArrowArray *array) {
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release != NULL) {
            array->children[i]->release(array->children[i]);
        }
    }
    if (array->dictionary != NULL && array->dictionary->release != NULL) {
        array->dictionary->release(array->dictionary);
    }
    array->release = NULL;
    pyr_buffer_release(array->private_data);
}

static void fill_item(array_block *block, array_item *item, int64_t length, int64_t absent, int64_t buffers) {
    pyr_buffer_retain(block->self);
    item->array = (struct ArrowArray){.length = length,
                                      .null_count = absent,
                                      .n_buffers = buffers,
                                      .buffers = item->buffers,
                                      .release = release_array,
                                      .private_data = block->self};
}

pyr_status pyr_arrow_array(pyr_table *table, struct ArrowArray *out, pyr_error *error) {
    pyr_buffer *self;
    int32_t count = pyr_table_column_count(table);
    int64_t rows = pyr_table_row_count(table);
    memset(out, 0, sizeof *out);
    PYR_TRY(new_block(table, sizeof(array_block) + sizeof(array_item), sizeof(array_item), dispose_array, &self,
                      error));
    array_block *block = pyr_buffer_data(self);
    array_item *root = (array_item *)(block + 1), *items = root + 1, *dictionaries = items + count;
    struct ArrowArray **pointers = (struct ArrowArray **)(dictionaries + count);
    block->self = self;
    block->table = table;
    pyr_table_retain(table);
    for (int32_t i = 0; i < count; i++) {
        const pyr_column *column = pyr_table_column_view(table, i);
        fill_item(block, &items[i], rows, column->absent_count, 2);
        items[i].buffers[0] = column->validity;
        items[i].buffers[1] = column->values;
        if (column->type == PYR_TEXT) {
            fill_item(block, &dictionaries[i], column->dictionary->count, 0, 3);
            dictionaries[i].buffers[1] = column->dictionary->offsets;
            dictionaries[i].buffers[2] = column->dictionary->bytes;
            items[i].array.dictionary = &dictionaries[i].array;
        }
        pointers[i] = &items[i].array;
    }
    fill_item(block, root, rows, 0, 1);
    *out = root->array;
    out->n_children = count;
    out->children = pointers;
    pyr_buffer_release(self); /* the structs hold it now */
    return PYR_OK;
}

/* ---- Stream ---- */

typedef struct stream_block {
    pyr_buffer *self;
    pyr_table *table;
    bool given;
} stream_block;

static void dispose_stream(void *data) {
    pyr_table_release(((stream_block *)data)->table);
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    stream_block *block = pyr_buffer_data(stream->private_data);
    return pyr_arrow_schema(block->table, out, NULL) == PYR_OK ? 0 : ENOMEM;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    stream_block *block = pyr_buffer_data(stream->private_data);
    if (block->given) {
        memset(out, 0, sizeof *out); /* released: the end */
        return 0;
    }
    if (pyr_arrow_array(block->table, out, NULL) != PYR_OK) {
        return ENOMEM;
    }
    block->given = true;
    return 0;
}

static const char *stream_last_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return "out of memory"; /* the only way to fail */
}

static void release_stream(struct ArrowArrayStream *stream) {
    stream->release = NULL;
    pyr_buffer_release(stream->private_data);
}

pyr_status pyr_arrow_stream(pyr_table *table, struct ArrowArrayStream *out, pyr_error *error) {
    pyr_buffer *self;
    memset(out, 0, sizeof *out);
    PYR_TRY(pyr_buffer_new(pyr_table_allocator(table), sizeof(stream_block), dispose_stream, &self, error));
    stream_block *block = pyr_buffer_data(self);
    *block = (stream_block){self, table, false};
    pyr_table_retain(table);
    *out = (struct ArrowArrayStream){stream_schema, stream_next, stream_last_error, release_stream, self};
    return PYR_OK;
}
