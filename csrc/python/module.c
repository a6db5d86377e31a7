/* The module: reading, and what the core says of itself. */
#include "binding.h"

#include "../model/session.h"

static pyr_state *state_of(PyObject *module) {
    return PyModule_GetState(module);
}

pyr_state *pyr_state_of_type(PyTypeObject *type) {
    return PyType_GetModuleState(type);
}

/* ---- Reading ---- */

/* The sources of a call: their buffers stay held until it is over. */
typedef struct held_sources {
    pyr_source *sources;
    Py_buffer *buffers;
    Py_ssize_t count, held;
} held_sources;

/* Bytes that nobody writes to while they are read without the GIL: those of `bytes`, of all else a copy. A view that is
 * read-only itself may be of memory that is not. */
static bool hold_bytes(PyObject *data, Py_buffer *buffer) {
    if (PyObject_GetBuffer(data, buffer, PyBUF_SIMPLE) < 0) {
        return false;
    }
    if (PyBytes_Check(buffer->obj)) {
        return true;
    }
    PyBuffer_Release(buffer);
    PyObject *copy = PyBytes_FromObject(data);
    bool held = copy != NULL && PyObject_GetBuffer(copy, buffer, PyBUF_SIMPLE) == 0;
    Py_XDECREF(copy);
    return held;
}

static bool hold_source(PyObject *item, held_sources *held) {
    PyObject *name, *data;
    pyr_source *source = &held->sources[held->held];
    if (!PyTuple_Check(item)) {
        PyErr_SetString(PyExc_TypeError, "a source is a tuple (name, bytes)");
        return false;
    }
    if (!PyArg_ParseTuple(item, "OO", &name, &data) || !pyr_text_from_str(name, &source->name) ||
        !hold_bytes(data, &held->buffers[held->held])) {
        return false;
    }
    source->data = held->buffers[held->held].buf;
    source->size = (size_t)held->buffers[held->held].len;
    held->held++;
    return true;
}

static bool hold_sources(PyObject *sequence, held_sources *held) {
    held->count = PyTuple_GET_SIZE(sequence);
    held->sources = PyMem_New(pyr_source, (size_t)held->count + 1);
    held->buffers = PyMem_New(Py_buffer, (size_t)held->count + 1);
    if (held->sources == NULL || held->buffers == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t i = 0; i < held->count; i++) {
        if (!hold_source(PyTuple_GET_ITEM(sequence, i), held)) {
            return false;
        }
    }
    return true;
}

static void let_go(held_sources *held) {
    for (Py_ssize_t i = 0; i < held->held; i++) {
        PyBuffer_Release(&held->buffers[i]);
    }
    PyMem_Free(held->buffers);
    PyMem_Free(held->sources);
}

static bool read_duration(PyObject *value, int64_t *out) {
    *out = value == NULL || value == Py_None ? PYR_NO_TIME : PyLong_AsLongLong(value);
    return !PyErr_Occurred();
}

static bool read_kind(const char *name, pyr_kind *kind) {
    *kind = PYR_KIND_UNKNOWN;
    for (int i = 0; name != NULL && pyr_kind_words[i] != NULL; i++) {
        if (strcmp(name, pyr_kind_words[i]) == 0) {
            *kind = (pyr_kind)i;
        }
    }
    if (name != NULL && *kind == PYR_KIND_UNKNOWN) {
        PyErr_Format(PyExc_ValueError, "unknown kind '%.60s'; choose one of 'race', 'qualifying', 'practice', 'test'",
                     name);
        return false;
    }
    return true;
}

/* The keyword arguments that read and session_from_laps share. */
typedef struct read_arguments {
    const char *format, *kind, *name;
    Py_ssize_t name_length;
    PyObject *start, *duration, *utc_offset;
} read_arguments;

static bool read_options(const read_arguments *given, pyr_read_options *options) {
    *options = pyr_read_options_default();
    options->format = given->format;
    if (given->name != NULL) {
        options->name = (pyr_text){given->name, (size_t)given->name_length};
    }
    return read_kind(given->kind, &options->kind) && read_duration(given->start, &options->start) &&
           read_duration(given->duration, &options->duration) && read_duration(given->utc_offset, &options->utc_offset);
}

static PyObject *read_held(const pyr_state *state, const held_sources *held, const pyr_read_options *options,
                           PyObject *sequence) {
    pyr_session *session;
    pyr_error error;
    pyr_status status;
    Py_BEGIN_ALLOW_THREADS
    status = pyr_read(pyr_pooling_allocator(), held->sources, (int32_t)held->count, options, &session, &error);
    Py_END_ALLOW_THREADS
    if (status == PYR_OK) {
        return pyr_session_wrap(state, session);
    }
    PyObject *path = error.source < 0 ? NULL : PyTuple_GET_ITEM(PyTuple_GET_ITEM(sequence, error.source), 0);
    return pyr_raise(state, &error, path);
}

static PyObject *read_session(PyObject *module, PyObject *args, PyObject *keywords) {
    static char *names[] = {"sources", "format", "kind", "name", "start", "duration", "utc_offset", "left_out", NULL};
    read_arguments given = {0};
    PyObject *sources, *left_out = NULL, *holder = NULL, *result = NULL;
    pyr_text *texts = NULL;
    pyr_read_options options;
    held_sources held = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$zzz#OOOO", names, &sources, &given.format, &given.kind,
                                     &given.name, &given.name_length, &given.start, &given.duration, &given.utc_offset,
                                     &left_out) ||
        !read_options(&given, &options)) {
        return NULL;
    }
    PyObject *sequence = PySequence_Tuple(sources);
    if (sequence == NULL) {
        return NULL;
    }
    bool listed = left_out == NULL || pyr_texts_from_sequence(left_out, &holder, &texts, &options.left_out_count);
    options.left_out = texts;
    if (listed && hold_sources(sequence, &held)) {
        result = read_held(state_of(module), &held, &options, sequence);
    }
    let_go(&held);
    PyMem_Free(texts);
    Py_XDECREF(holder);
    Py_DECREF(sequence);
    return result;
}

static PyObject *session_from_laps(PyObject *module, PyObject *args, PyObject *keywords) {
    static char *names[] = {"tables", "kind", "name", "start", "duration", "utc_offset", NULL};
    const pyr_state *state = state_of(module);
    read_arguments given = {0};
    PyObject *by_part;
    pyr_table *tables[PYR_PART_COUNT] = {NULL};
    pyr_read_options options;
    pyr_session *session;
    pyr_error error;
    pyr_status status;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O!|$zz#OOO", names, &PyDict_Type, &by_part, &given.kind,
                                     &given.name, &given.name_length, &given.start, &given.duration,
                                     &given.utc_offset) ||
        !read_options(&given, &options) || !pyr_parts_from_dict(state, by_part, tables)) {
        return NULL;
    }
    for (int i = 0; i < PYR_PART_COUNT; i++) { /* the dict may change while others hold the GIL */
        if (tables[i] != NULL) {
            pyr_table_retain(tables[i]);
        }
    }
    Py_BEGIN_ALLOW_THREADS
    status = pyr_session_from_laps(pyr_pooling_allocator(), (const pyr_table *const *)tables, &options, &session,
                                   &error);
    Py_END_ALLOW_THREADS
    for (int i = 0; i < PYR_PART_COUNT; i++) {
        pyr_table_release(tables[i]);
    }
    return status == PYR_OK ? pyr_session_wrap(state, session) : pyr_raise(state, &error, NULL);
}

static PyObject *recognise(PyObject *module, PyObject *data) {
    Py_buffer buffer;
    pyr_kind kind;
    (void)module;
    if (PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    pyr_format format = pyr_recognise(buffer.buf, (size_t)buffer.len, &kind);
    PyBuffer_Release(&buffer);
    return Py_BuildValue("(sz)", pyr_format_name(format), kind == PYR_KIND_UNKNOWN ? NULL : pyr_kind_words[kind]);
}

static PyObject *parse_duration(PyObject *module, PyObject *object) {
    pyr_text text;
    int64_t duration;
    (void)module;
    if (!pyr_text_from_str(object, &text)) {
        return NULL;
    }
    if (!pyr_parse_duration(text, &duration)) {
        return PyErr_Format(PyExc_ValueError, "%R is no duration; write it as '1:58.765', '25m', '6h' or '90s'",
                            object);
    }
    return PyLong_FromLongLong(duration);
}

/* ---- Questions as data ---- */

static PyObject *columns_of(const pyr_question *question) {
    PyObject *columns = PyTuple_New(question->column_count);
    for (int32_t i = 0; columns != NULL && i < question->column_count; i++) {
        const pyr_field *field = &question->schema[i];
        PyObject *item = pyr_field_to_tuple(field->name, field->type, field->nullable);
        if (item == NULL) {
            Py_CLEAR(columns);
        } else {
            PyTuple_SET_ITEM(columns, i, item);
        }
    }
    return columns;
}

static PyObject *choices_of(const pyr_option *option) {
    if (option->type != PYR_OPTION_CHOICE) {
        Py_RETURN_NONE;
    }
    PyObject *list = PyList_New(0), *choices = NULL;
    for (int32_t i = 0; list != NULL && option->choices[i] != NULL; i++) {
        PyObject *choice = PyUnicode_FromString(option->choices[i]);
        if (choice == NULL || PyList_Append(list, choice) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(choice);
    }
    if (list != NULL) {
        choices = PyList_AsTuple(list);
        Py_DECREF(list);
    }
    return choices;
}

static PyObject *default_of(const pyr_question *question, const pyr_option *option) {
    const char *value = (const char *)question->options_default + option->offset;
    int64_t integer;
    double number;
    switch (option->type) {
    case PYR_OPTION_CHOICE:
        return PyUnicode_FromString(option->choices[*(const int32_t *)(const void *)value]);
    case PYR_OPTION_NUMBER:
        memcpy(&number, value, sizeof number);
        if (number != number) {
            Py_RETURN_NONE;
        }
        return PyFloat_FromDouble(number);
    case PYR_OPTION_BOOLEAN:
        return PyBool_FromLong(*(const bool *)(const void *)value);
    case PYR_OPTION_TEXT:
    case PYR_OPTION_TABLE:
        Py_RETURN_NONE;
    case PYR_OPTION_INTEGER:
    case PYR_OPTION_DURATION:
        break;
    }
    memcpy(&integer, value, sizeof integer);
    if (integer == PYR_NO_TIME) {
        Py_RETURN_NONE;
    }
    return PyLong_FromLongLong(integer);
}

static PyObject *options_of(const pyr_question *question) {
    static const char *const types[] = {"choice", "integer", "number", "duration", "boolean", "text", "table"};
    PyObject *options = PyTuple_New(question->option_count);
    for (int32_t i = 0; options != NULL && i < question->option_count; i++) {
        const pyr_option *option = &question->options[i];
        PyObject *item = Py_BuildValue("(ssNN)", option->name, types[option->type], choices_of(option),
                                       default_of(question, option));
        if (item == NULL) {
            Py_CLEAR(options);
        } else {
            PyTuple_SET_ITEM(options, i, item);
        }
    }
    return options;
}

static PyObject *questions(PyObject *module, PyObject *ignored) {
    int32_t count;
    const pyr_question *const *all = pyr_questions_view(&count);
    PyObject *result = PyDict_New();
    (void)module;
    (void)ignored;
    for (int32_t i = 0; result != NULL && i < count; i++) {
        PyObject *item = Py_BuildValue("{sNsN}", "columns", columns_of(all[i]), "options", options_of(all[i]));
        if (item == NULL || PyDict_SetItemString(result, all[i]->name, item) < 0) {
            Py_CLEAR(result);
        }
        Py_XDECREF(item);
    }
    return result;
}

/* ---- Module ---- */

static PyMethodDef methods[] = {
    {"read", (PyCFunction)(void (*)(void))read_session, METH_VARARGS | METH_KEYWORDS,
     "read($module, sources, *, format=None, kind=None, name=None, start=None, duration=None, utc_offset=None,\n"
     "     left_out=())\n--\n\nA session from (name, bytes) of each of its files."},
    {"session_from_laps", (PyCFunction)(void (*)(void))session_from_laps, METH_VARARGS | METH_KEYWORDS,
     "session_from_laps($module, tables, *, kind=None, name=None, start=None, duration=None,\n"
     "                  utc_offset=None)\n--\n\nA session from its tables, by part; sections a row each."},
    {"recognise", recognise, METH_O,
     "recognise($module, data, /)\n--\n\nFormat and kind that the first bytes of a file say."},
    {"parse_duration", parse_duration, METH_O, "parse_duration($module, text, /)\n--\n\nMicroseconds."},
    {"questions", questions, METH_NOARGS,
     "questions($module, /)\n--\n\nColumns and options of every question."},
    {NULL, NULL, 0, NULL},
};

static int import_errors(pyr_state *state) {
    PyObject *errors = PyImport_ImportModule("pyracing.errors");
    if (errors == NULL) {
        return -1;
    }
    state->read_error = PyObject_GetAttrString(errors, "ReadError");
    state->unknown_format = PyObject_GetAttrString(errors, "UnknownFormat");
    state->rules_error = PyObject_GetAttrString(errors, "RulesError");
    Py_DECREF(errors);
    return state->read_error != NULL && state->unknown_format != NULL && state->rules_error != NULL ? 0 : -1;
}

static int execute(PyObject *module) {
    pyr_state *state = state_of(module);
    pyr_prepare_memory();
    if (pyr_arrays_import() < 0 || import_errors(state) < 0) {
        return -1;
    }
    state->table_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &pyr_table_spec, NULL);
    state->session_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &pyr_session_spec, NULL);
    if (state->table_type == NULL || state->session_type == NULL || PyModule_AddType(module, state->table_type) < 0 ||
        PyModule_AddType(module, state->session_type) < 0) {
        return -1;
    }
    return 0;
}

static int traverse(PyObject *module, visitproc visit, void *arg) {
    pyr_state *state = state_of(module);
    Py_VISIT(state->table_type);
    Py_VISIT(state->session_type);
    Py_VISIT(state->read_error);
    Py_VISIT(state->unknown_format);
    Py_VISIT(state->rules_error);
    return 0;
}

static int clear(PyObject *module) {
    pyr_state *state = state_of(module);
    Py_CLEAR(state->table_type);
    Py_CLEAR(state->session_type);
    Py_CLEAR(state->read_error);
    Py_CLEAR(state->unknown_format);
    Py_CLEAR(state->rules_error);
    return 0;
}

static void free_module(void *module) {
    (void)clear(module);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED}, /* NumPy is not either */
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "pyracing._core",
    .m_doc = "The core of pyracing: tables, sessions, reading and questions.",
    .m_size = sizeof(pyr_state),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = free_module,
};

PyMODINIT_FUNC PyInit__core(void) {
    return PyModuleDef_Init(&definition);
}
