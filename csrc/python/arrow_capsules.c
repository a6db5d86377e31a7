/* Tables from and to other libraries, through the capsules of the Arrow PyCapsule interface. */
#include "binding.h"

static pyr_table *table_of(PyObject *self) {
    return ((pyr_table_object *)self)->table;
}

/* ---- Out ---- */

static void free_stream(PyObject *capsule) {
    struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (stream->release != NULL) {
        stream->release(stream);
    }
    PyMem_RawFree(stream);
}

static void free_schema(PyObject *capsule) {
    struct ArrowSchema *schema = PyCapsule_GetPointer(capsule, "arrow_schema");
    if (schema->release != NULL) {
        schema->release(schema);
    }
    PyMem_RawFree(schema);
}

PyObject *pyr_table_arrow_stream(PyObject *self, PyObject *args, PyObject *keywords) {
    static char *names[] = {"requested_schema", NULL};
    PyObject *requested = Py_None; /* a consumer that wants other types casts them itself */
    pyr_error error;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O", names, &requested)) {
        return NULL;
    }
    struct ArrowArrayStream *stream = PyMem_RawMalloc(sizeof *stream);
    if (stream == NULL) {
        return PyErr_NoMemory();
    }
    if (pyr_arrow_stream(table_of(self), stream, &error) != PYR_OK) {
        PyMem_RawFree(stream);
        return pyr_raise(pyr_state_of_type(Py_TYPE(self)), &error, NULL);
    }
    PyObject *capsule = PyCapsule_New(stream, "arrow_array_stream", free_stream);
    if (capsule == NULL) {
        stream->release(stream);
        PyMem_RawFree(stream);
    }
    return capsule;
}

PyObject *pyr_table_arrow_schema(PyObject *self, PyObject *ignored) {
    pyr_error error;
    (void)ignored;
    struct ArrowSchema *schema = PyMem_RawMalloc(sizeof *schema);
    if (schema == NULL) {
        return PyErr_NoMemory();
    }
    if (pyr_arrow_schema(table_of(self), schema, &error) != PYR_OK) {
        PyMem_RawFree(schema);
        return pyr_raise(pyr_state_of_type(Py_TYPE(self)), &error, NULL);
    }
    PyObject *capsule = PyCapsule_New(schema, "arrow_schema", free_schema);
    if (capsule == NULL) {
        schema->release(schema);
        PyMem_RawFree(schema);
    }
    return capsule;
}

/* ---- In ---- */

/* Moved out of its capsule, so that nobody else reads the stream while the GIL is released. */
static bool take_stream(PyObject *capsule, struct ArrowArrayStream *out) {
    struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (stream == NULL) {
        return false;
    }
    if (stream->release == NULL) {
        PyErr_SetString(PyExc_ValueError, "the Arrow stream has been read already");
        return false;
    }
    *out = *stream;
    stream->release = NULL;
    return true;
}

PyObject *pyr_table_from_arrow(PyObject *type, PyTypeObject *defining, PyObject *const *args, Py_ssize_t nargs,
                               PyObject *names) {
    const pyr_state *state = pyr_state_of_type(defining);
    PyObject *holder = NULL, *result = NULL;
    pyr_text *wanted = NULL;
    int32_t wanted_count = 0;
    struct ArrowArrayStream stream;
    (void)type;
    if (nargs != 2 || names != NULL) {
        PyErr_SetString(PyExc_TypeError, "from_arrow(stream, columns)");
        return NULL;
    }
    bool listed = args[1] == Py_None || pyr_texts_from_sequence(args[1], &holder, &wanted, &wanted_count);
    if (listed && take_stream(args[0], &stream)) {
        pyr_table *table;
        pyr_error error;
        pyr_status status;
        Py_BEGIN_ALLOW_THREADS
        status = pyr_arrow_import(pyr_pooling_allocator(), &stream, wanted, wanted_count, &table, &error);
        stream.release(&stream);
        Py_END_ALLOW_THREADS
        result = status == PYR_OK ? pyr_table_wrap(state, table) : pyr_raise(state, &error, NULL);
    }
    PyMem_Free(wanted);
    Py_XDECREF(holder);
    return result;
}
