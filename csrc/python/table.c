/* _core.Table: a table of the core. pyracing.Table is its face. */
#include "binding.h"

#include "../base/table.h"

static pyr_table_object *self_of(PyObject *self) {
    return (pyr_table_object *)self;
}

PyObject *pyr_table_wrap(const pyr_state *state, pyr_table *table) {
    pyr_table_object *object = PyObject_GC_New(pyr_table_object, state->table_type);
    if (object == NULL) {
        pyr_table_release(table);
        return NULL;
    }
    object->table = table;
    object->words = NULL;
    PyObject_GC_Track(object);
    return (PyObject *)object;
}

pyr_table *pyr_table_unwrap(const pyr_state *state, PyObject *object) {
    if (!Py_IS_TYPE(object, state->table_type)) {
        PyErr_Format(PyExc_TypeError, "expected a _core.Table, not %.100s", Py_TYPE(object)->tp_name);
        return NULL;
    }
    return self_of(object)->table;
}

static int traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self_of(self)->words);
    return 0;
}

static int clear(PyObject *self) {
    Py_CLEAR(self_of(self)->words);
    return 0;
}

static void dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self_of(self)->words);
    pyr_table_release(self_of(self)->table);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- Columns ---- */

PyObject *pyr_field_to_tuple(const char *name, pyr_type type, bool nullable) {
    return Py_BuildValue("(ssO)", name, pyr_type_name(type), nullable ? Py_True : Py_False);
}

static const pyr_column *find(PyObject *self, PyObject *name, int32_t *index) {
    pyr_text text;
    if (!pyr_text_from_str(name, &text)) {
        return NULL;
    }
    *index = pyr_table_find_column(self_of(self)->table, text);
    if (*index < 0) {
        PyErr_SetObject(PyExc_KeyError, name);
        return NULL;
    }
    return pyr_table_column_view(self_of(self)->table, *index);
}

static PyObject *make_words(const pyr_dictionary *dictionary) {
    PyObject *words = PyTuple_New(dictionary->count);
    for (int32_t i = 0; words != NULL && i < dictionary->count; i++) {
        PyObject *word = pyr_text_to_str(pyr_dictionary_text_view(dictionary, i));
        if (word == NULL) {
            Py_CLEAR(words);
        } else {
            PyTuple_SET_ITEM(words, i, word);
        }
    }
    return words;
}

/* The strings of a text column, made once a table. A new reference. */
static PyObject *words_of(PyObject *self, const pyr_column *column, int32_t index) {
    pyr_table_object *object = self_of(self);
    PyObject *key = PyLong_FromLong(index), *words = NULL;
    if (key == NULL || (object->words == NULL && (object->words = PyDict_New()) == NULL)) {
        Py_XDECREF(key);
        return NULL;
    }
    words = PyDict_GetItemWithError(object->words, key);
    if (words != NULL) {
        Py_INCREF(words);
    } else if (!PyErr_Occurred()) {
        words = make_words(column->dictionary);
        if (words != NULL && PyDict_SetItem(object->words, key, words) < 0) {
            Py_CLEAR(words);
        }
    }
    Py_DECREF(key);
    return words;
}

static PyObject *array(PyObject *self, PyObject *name) {
    int32_t index;
    const pyr_column *column = find(self, name, &index);
    if (column == NULL) {
        return NULL;
    }
    if (column->type != PYR_TEXT) {
        return pyr_array_of_column(self, self_of(self)->table, column, NULL);
    }
    PyObject *words = words_of(self, column, index);
    PyObject *result = words == NULL ? NULL : pyr_array_of_column(self, self_of(self)->table, column, words);
    Py_XDECREF(words);
    return result;
}

static PyObject *valid(PyObject *self, PyObject *name) {
    int32_t index;
    const pyr_column *column = find(self, name, &index);
    return column == NULL ? NULL : pyr_array_of_validity(self_of(self)->table, column);
}

static PyObject *codes(PyObject *self, PyObject *name) {
    int32_t index;
    const pyr_column *column = find(self, name, &index);
    if (column == NULL) {
        return NULL;
    }
    if (column->type != PYR_TEXT) {
        return PyErr_Format(PyExc_TypeError, "column %R is not text", name);
    }
    PyObject *words = words_of(self, column, index);
    PyObject *values = words == NULL ? NULL : pyr_array_of_codes(self, self_of(self)->table, column);
    if (values == NULL) {
        Py_XDECREF(words);
        return NULL;
    }
    return Py_BuildValue("(NN)", values, words);
}

static PyObject *row_count(PyObject *self, void *closure) {
    (void)closure;
    return PyLong_FromLongLong(pyr_table_row_count(self_of(self)->table));
}

static PyObject *schema(PyObject *self, void *closure) {
    const pyr_table *table = self_of(self)->table;
    int32_t count = pyr_table_column_count(table);
    PyObject *result = PyTuple_New(count);
    (void)closure;
    for (int32_t i = 0; result != NULL && i < count; i++) {
        const pyr_column *column = pyr_table_column_view(table, i);
        PyObject *field = pyr_field_to_tuple(column->name, column->type, column->nullable);
        if (field == NULL) {
            Py_CLEAR(result);
        } else {
            PyTuple_SET_ITEM(result, i, field);
        }
    }
    return result;
}

/* ---- Rows and columns picked ---- */

static PyObject *take(PyObject *self, PyObject *rows) {
    const pyr_state *state = pyr_state_of_type(Py_TYPE(self));
    PyObject *holder;
    int64_t count;
    pyr_table *taken;
    pyr_error error;
    const int64_t *indices = pyr_indices_of(rows, &holder, &count);
    if (indices == NULL) {
        return NULL;
    }
    pyr_status status;
    Py_BEGIN_ALLOW_THREADS
    status = pyr_table_take(self_of(self)->table, indices, count, &taken, &error);
    Py_END_ALLOW_THREADS
    Py_DECREF(holder);
    return status == PYR_OK ? pyr_table_wrap(state, taken) : pyr_raise(state, &error, NULL);
}

static PyObject *pick(PyObject *self, PyObject *names) {
    const pyr_state *state = pyr_state_of_type(Py_TYPE(self));
    PyObject *sequence = PySequence_Fast(names, "expected a sequence of column names");
    if (sequence == NULL) {
        return NULL;
    }
    Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence);
    int32_t *columns = PyMem_New(int32_t, (size_t)count + 1);
    PyObject *result = columns == NULL ? PyErr_NoMemory() : Py_None;
    for (Py_ssize_t i = 0; result != NULL && i < count; i++) {
        if (find(self, PySequence_Fast_GET_ITEM(sequence, i), &columns[i]) == NULL) {
            result = NULL;
        }
    }
    if (result != NULL) {
        pyr_table *picked;
        pyr_error error;
        result = pyr_table_pick(self_of(self)->table, columns, (int32_t)count, &picked, &error) == PYR_OK
                     ? pyr_table_wrap(state, picked)
                     : pyr_raise(state, &error, NULL);
    }
    PyMem_Free(columns);
    Py_DECREF(sequence);
    return result;
}

static PyObject *compare(PyObject *self, PyObject *other, int operation) {
    if ((operation != Py_EQ && operation != Py_NE) || !Py_IS_TYPE(other, Py_TYPE(self))) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    bool equal = pyr_table_equal(self_of(self)->table, self_of(other)->table);
    return PyBool_FromLong(equal == (operation == Py_EQ));
}

/* ---- Columns as bytes: pickles, and tables out of arrays ---- */

static size_t values_size(const pyr_column *column, int64_t rows) {
    static const size_t widths[] = {4, 8, 8, 8, 0, 4};
    return column->type == PYR_BOOL ? (size_t)(rows + 7) / 8 : (size_t)rows * widths[column->type];
}

static PyObject *bytes_or_none(PyObject *self, const void *data, size_t size) {
    if (data == NULL) {
        Py_RETURN_NONE;
    }
    return pyr_array_of_bytes(self, data, size);
}

static PyObject *data_of_column(PyObject *self, const pyr_column *column, int64_t rows) {
    const pyr_dictionary *dictionary = column->dictionary;
    bool text = column->type == PYR_TEXT;
    size_t offsets_size = text ? ((size_t)dictionary->count + 1) * sizeof(int32_t) : 0;
    size_t bytes_size = text ? (size_t)dictionary->offsets[dictionary->count] : 0;
    return Py_BuildValue("(ssONNNN)", column->name, pyr_type_name(column->type), column->nullable ? Py_True : Py_False,
                         bytes_or_none(self, column->values, values_size(column, rows)),
                         bytes_or_none(self, column->validity, (size_t)(rows + 7) / 8),
                         bytes_or_none(self, text ? (const void *)dictionary->offsets : NULL, offsets_size),
                         bytes_or_none(self, text ? (const void *)dictionary->bytes : NULL, bytes_size));
}

static PyObject *column_data(PyObject *self, PyObject *ignored) {
    const pyr_table *table = self_of(self)->table;
    int32_t count = pyr_table_column_count(table);
    PyObject *result = PyList_New(count);
    (void)ignored;
    for (int32_t i = 0; result != NULL && i < count; i++) {
        PyObject *data = data_of_column(self, pyr_table_column_view(table, i), pyr_table_row_count(table));
        if (data == NULL) {
            Py_CLEAR(result);
        } else {
            PyList_SET_ITEM(result, i, data);
        }
    }
    return result;
}

enum { BUFFERS = 4 }; /* values, validity, offsets, bytes */

static bool get_buffer(PyObject *object, Py_buffer *buffer) {
    if (object == Py_None) {
        buffer->obj = NULL;
        buffer->buf = NULL;
        buffer->len = 0;
        return true;
    }
    return PyObject_GetBuffer(object, buffer, PyBUF_SIMPLE) == 0;
}

static bool read_type(const char *name, pyr_type *type) {
    for (int i = 0; pyr_type_name((pyr_type)i) != NULL; i++) {
        if (strcmp(name, pyr_type_name((pyr_type)i)) == 0) {
            *type = (pyr_type)i;
            return true;
        }
    }
    PyErr_Format(PyExc_ValueError, "unknown column type '%.60s'", name);
    return false;
}

/* One (name, type, nullable, values, validity, offsets, bytes). The buffers stay held until the table is made. */
static bool read_column(PyObject *item, pyr_column_data *column, Py_buffer buffers[BUFFERS]) {
    PyObject *name, *objects[BUFFERS];
    const char *type;
    int nullable;
    if (!PyTuple_Check(item)) {
        PyErr_SetString(PyExc_TypeError,
                        "a column is a tuple (name, type, nullable, values, validity, offsets, bytes)");
        return false;
    }
    if (!PyArg_ParseTuple(item, "OspOOOO", &name, &type, &nullable, &objects[0], &objects[1], &objects[2],
                          &objects[3]) ||
        !pyr_text_from_str(name, &column->name) || !read_type(type, &column->type)) {
        return false;
    }
    for (int i = 0; i < BUFFERS; i++) {
        if (!get_buffer(objects[i], &buffers[i])) {
            return false;
        }
    }
    column->nullable = nullable != 0;
    column->values = buffers[0].buf;
    column->values_size = (size_t)buffers[0].len;
    column->validity = buffers[1].buf;
    column->validity_size = (size_t)buffers[1].len;
    column->offsets = buffers[2].buf;
    column->offsets_size = (size_t)buffers[2].len;
    column->bytes = buffers[3].buf;
    column->bytes_size = (size_t)buffers[3].len;
    return true;
}

static PyObject *from_columns(PyObject *type, PyTypeObject *defining, PyObject *const *args, Py_ssize_t nargs,
                              PyObject *names) {
    const pyr_state *state = pyr_state_of_type(defining);
    (void)type;
    if (nargs != 2 || names != NULL) {
        PyErr_SetString(PyExc_TypeError, "from_columns(columns, row_count)");
        return NULL;
    }
    long long rows = PyLong_AsLongLong(args[1]);
    PyObject *sequence = rows == -1 && PyErr_Occurred() ? NULL : PySequence_Tuple(args[0]);
    if (sequence == NULL) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(sequence);
    pyr_column_data *columns = PyMem_Calloc((size_t)count + 1, sizeof *columns);
    Py_buffer *buffers = PyMem_Calloc(((size_t)count + 1) * BUFFERS, sizeof *buffers);
    PyObject *result = columns == NULL || buffers == NULL ? PyErr_NoMemory() : Py_None;
    for (Py_ssize_t i = 0; result != NULL && i < count; i++) {
        if (!read_column(PyTuple_GET_ITEM(sequence, i), &columns[i], &buffers[i * BUFFERS])) {
            result = NULL;
        }
    }
    if (result != NULL) {
        pyr_table *table;
        pyr_error error;
        pyr_status status =
            pyr_table_from_columns(pyr_pooling_allocator(), columns, (int32_t)count, rows, &table, &error);
        result = status == PYR_OK ? pyr_table_wrap(state, table) : pyr_raise(state, &error, NULL);
    }
    for (Py_ssize_t i = 0; buffers != NULL && i < count * BUFFERS; i++) {
        PyBuffer_Release(&buffers[i]); /* does nothing for a buffer that was never got */
    }
    PyMem_Free(buffers);
    PyMem_Free(columns);
    Py_DECREF(sequence);
    return result;
}

/* ---- Type ---- */

static PyGetSetDef getset[] = {
    {"row_count", row_count, NULL, "Number of rows.", NULL},
    {"schema", schema, NULL, "(name, type, nullable) of each column.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef methods[] = {
    {"array", array, METH_O, "array($self, name, /)\n--\n\nThe column as a read-only NumPy array."},
    {"valid", valid, METH_O, "valid($self, name, /)\n--\n\nWhere the column has a value."},
    {"codes", codes, METH_O, "codes($self, name, /)\n--\n\nCodes and words of a text column."},
    {"take", take, METH_O, "take($self, rows, /)\n--\n\nThe rows at these indices."},
    {"pick", pick, METH_O, "pick($self, names, /)\n--\n\nThese columns, over the same memory."},
    {"column_data", column_data, METH_NOARGS, "column_data($self, /)\n--\n\nThe columns as bytes."},
    {"from_columns", (PyCFunction)(void (*)(void))from_columns,
     METH_METHOD | METH_FASTCALL | METH_KEYWORDS | METH_CLASS,
     "from_columns($type, columns, row_count, /)\n--\n\nA table from columns as bytes, which are checked."},
    {"from_arrow", (PyCFunction)(void (*)(void))pyr_table_from_arrow,
     METH_METHOD | METH_FASTCALL | METH_KEYWORDS | METH_CLASS,
     "from_arrow($type, stream, columns, /)\n--\n\nA table out of the capsule of an Arrow stream; columns of other "
     "names (None: of none) are not read."},
    {"__arrow_c_stream__", (PyCFunction)(void (*)(void))pyr_table_arrow_stream, METH_VARARGS | METH_KEYWORDS,
     "__arrow_c_stream__($self, /, requested_schema=None)\n--\n\nThe table as an Arrow stream of one batch."},
    {"__arrow_c_schema__", pyr_table_arrow_schema, METH_NOARGS,
     "__arrow_c_schema__($self, /)\n--\n\nThe table's Arrow schema."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "A table of the core: named, typed, immutable columns."},
    {Py_tp_dealloc, dealloc},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {Py_tp_richcompare, compare},
    {Py_tp_hash, PyObject_HashNotImplemented},
    {Py_tp_getset, getset},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec pyr_table_spec = {
    .name = "pyracing._core.Table",
    .basicsize = sizeof(pyr_table_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
