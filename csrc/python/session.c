/* _core.Session: a session of the core. Questions are asked by name, from what the core says of itself. */
#include "binding.h"

static pyr_session *self_of(PyObject *self) {
    return ((pyr_session_object *)self)->session;
}

PyObject *pyr_session_wrap(const pyr_state *state, pyr_session *session) {
    pyr_session_object *object = PyObject_New(pyr_session_object, state->session_type);
    if (object == NULL) {
        pyr_session_release(session);
        return NULL;
    }
    object->session = session;
    return (PyObject *)object;
}

static void dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    pyr_session_release(self_of(self));
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- Parts ---- */

static pyr_part find_part(PyObject *name) {
    pyr_text text;
    if (!pyr_text_from_str(name, &text)) {
        return PYR_PART_COUNT;
    }
    for (int part = 0; part < PYR_PART_COUNT; part++) {
        if (PyUnicode_CompareWithASCIIString(name, pyr_part_name((pyr_part)part)) == 0) {
            return (pyr_part)part;
        }
    }
    PyErr_SetObject(PyExc_KeyError, name);
    return PYR_PART_COUNT;
}

static PyObject *part(PyObject *self, PyObject *name) {
    pyr_part which = find_part(name);
    if (which == PYR_PART_COUNT) {
        return NULL;
    }
    pyr_table *table = (pyr_table *)pyr_session_part_view(self_of(self), which); /* only its count changes */
    pyr_table_retain(table);
    return pyr_table_wrap(pyr_state_of_type(Py_TYPE(self)), table);
}

bool pyr_parts_from_dict(const pyr_state *state, PyObject *dict, pyr_table *parts[PYR_PART_COUNT]) {
    PyObject *key, *value;
    Py_ssize_t place = 0;
    while (PyDict_Next(dict, &place, &key, &value)) {
        pyr_part which = find_part(key);
        if (which == PYR_PART_COUNT || (parts[which] = pyr_table_unwrap(state, value)) == NULL) {
            return false;
        }
    }
    return true;
}

static PyObject *from_parts(PyObject *type, PyTypeObject *defining, PyObject *const *args, Py_ssize_t nargs,
                            PyObject *names) {
    const pyr_state *state = pyr_state_of_type(defining);
    pyr_table *parts[PYR_PART_COUNT] = {NULL};
    pyr_session *session;
    pyr_error error;
    (void)type;
    if (nargs != 1 || names != NULL || !PyDict_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "from_parts(parts: dict)");
        return NULL;
    }
    if (!pyr_parts_from_dict(state, args[0], parts)) {
        return NULL;
    }
    if (pyr_session_from_parts(pyr_pooling_allocator(), parts, &session, &error) != PYR_OK) {
        return pyr_raise(state, &error, NULL);
    }
    return pyr_session_wrap(state, session);
}

/* ---- Questions ---- */

static bool fail_type(const pyr_option *option, PyObject *value, const char *expected) {
    PyErr_Format(PyExc_TypeError, "%s is %s, not %.100s", option->name, expected, Py_TYPE(value)->tp_name);
    return false;
}

static bool set_choice(const pyr_option *option, PyObject *value, int32_t *out) {
    if (!PyUnicode_Check(value)) {
        return fail_type(option, value, "a str");
    }
    PyObject *known = PyUnicode_FromString("");
    for (int32_t i = 0; option->choices[i] != NULL && known != NULL; i++) {
        if (PyUnicode_CompareWithASCIIString(value, option->choices[i]) == 0) {
            Py_DECREF(known);
            *out = i;
            return true;
        }
        PyObject *longer = PyUnicode_FromFormat("%U%s'%s'", known, i == 0 ? "" : ", ", option->choices[i]);
        Py_DECREF(known);
        known = longer;
    }
    if (known != NULL) {
        PyErr_Format(PyExc_ValueError, "%s=%R is not known; choose one of %U", option->name, value, known);
        Py_DECREF(known);
    }
    return false;
}

/* The argument as the option's value at its place in `options`; None leaves the default. Text and tables are borrowed
 * from the argument. */
static bool set_option(const pyr_state *state, const pyr_option *option, PyObject *value, char *options) {
    void *out = options + option->offset;
    if (value == Py_None) {
        return true;
    }
    switch (option->type) {
    case PYR_OPTION_CHOICE:
        return set_choice(option, value, out);
    case PYR_OPTION_INTEGER:
    case PYR_OPTION_DURATION: {
        if (!PyIndex_Check(value)) {
            return fail_type(option, value, "a whole number");
        }
        int64_t number = PyLong_AsLongLong(value);
        memcpy(out, &number, sizeof number);
        break;
    }
    case PYR_OPTION_NUMBER: {
        if (!PyNumber_Check(value)) {
            return fail_type(option, value, "a number");
        }
        double number = PyFloat_AsDouble(value);
        memcpy(out, &number, sizeof number);
        break;
    }
    case PYR_OPTION_BOOLEAN: {
        int truth = PyObject_IsTrue(value);
        *(bool *)out = truth == 1;
        break;
    }
    case PYR_OPTION_TEXT: {
        pyr_text text;
        if (!PyUnicode_Check(value)) {
            return fail_type(option, value, "a str");
        }
        if (pyr_text_from_str(value, &text)) {
            memcpy(out, &text, sizeof text);
        }
        break;
    }
    case PYR_OPTION_TABLE: {
        const pyr_table *table = pyr_table_unwrap(state, value);
        memcpy(out, &table, sizeof table);
        break;
    }
    }
    return !PyErr_Occurred();
}

static bool set_named(const pyr_state *state, const pyr_question *question, PyObject *name, PyObject *value,
                      char *options) {
    for (int32_t i = 0; i < question->option_count; i++) {
        if (PyUnicode_CompareWithASCIIString(name, question->options[i].name) == 0) {
            return set_option(state, &question->options[i], value, options);
        }
    }
    PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument %R", question->name, name);
    return false;
}

enum { OPTIONS_SIZE = 4096 }; /* more than any option struct */

static const pyr_question *find_question(PyObject *name) {
    pyr_text text;
    if (!pyr_text_from_str(name, &text)) {
        return NULL;
    }
    const pyr_question *question = pyr_find_question(text);
    if (question == NULL) {
        PyErr_Format(PyExc_ValueError, "unknown question %R", name);
    } else if (question->options_size > OPTIONS_SIZE) {
        PyErr_SetString(PyExc_SystemError, "a question has more options than the binding has room for");
        return NULL;
    }
    return question;
}

static PyObject *ask(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *names) {
    const pyr_state *state = pyr_state_of_type(Py_TYPE(self));
    union {
        char bytes[OPTIONS_SIZE];
        int64_t alignment;
    } options;
    if (nargs != 1) {
        PyErr_SetString(PyExc_TypeError, "ask(question, **options)");
        return NULL;
    }
    const pyr_question *question = find_question(args[0]);
    if (question == NULL) {
        return NULL;
    }
    if (question->options_size > 0) {
        memcpy(options.bytes, question->options_default, question->options_size);
    }
    for (Py_ssize_t i = 0; names != NULL && i < PyTuple_GET_SIZE(names); i++) {
        if (!set_named(state, question, PyTuple_GET_ITEM(names, i), args[1 + i], options.bytes)) {
            return NULL;
        }
    }
    pyr_table *table;
    pyr_error error;
    pyr_status status;
    Py_BEGIN_ALLOW_THREADS
    status = question->ask(self_of(self), question->options_size > 0 ? options.bytes : NULL, &table, &error);
    Py_END_ALLOW_THREADS
    return status == PYR_OK ? pyr_table_wrap(state, table) : pyr_raise(state, &error, NULL);
}

/* ---- Instants ---- */

static bool read_instant(PyObject *name, PyObject *value, pyr_instant *instant) {
    static const char *const kinds[] = {"time", "before_end", "clock", "lap", "share"}; /* as pyr_instant_kind */
    int32_t kind = 0;
    while (kind <= PYR_AT_SHARE && PyUnicode_CompareWithASCIIString(name, kinds[kind]) != 0) {
        kind++;
    }
    if (kind > PYR_AT_SHARE) {
        PyErr_Format(PyExc_ValueError, "unknown kind of instant %R", name);
        return false;
    }
    *instant = (pyr_instant){.kind = kind};
    if (kind == PYR_AT_SHARE) {
        instant->share = PyFloat_AsDouble(value);
    } else if (kind == PYR_AT_LAP) {
        long lap = PyLong_AsLong(value);
        instant->lap = lap < 0 || lap > INT32_MAX ? 0 : (int32_t)lap;
    } else {
        instant->time = PyLong_AsLongLong(value);
    }
    return !PyErr_Occurred();
}

static PyObject *race_time(PyObject *self, PyObject *const *args, Py_ssize_t nargs) {
    pyr_instant instant;
    pyr_error error;
    pyr_status status;
    int64_t time;
    if (nargs != 2 || !PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "race_time(kind, value)");
        return NULL;
    }
    if (!read_instant(args[0], args[1], &instant)) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    status = pyr_race_time(self_of(self), &instant, &time, &error);
    Py_END_ALLOW_THREADS
    return status == PYR_OK ? PyLong_FromLongLong(time) : pyr_raise(pyr_state_of_type(Py_TYPE(self)), &error, NULL);
}

/* ---- Lenses ---- */

enum { LISTS = 5 };

static PyObject *select_part(PyObject *self, PyObject *args, PyObject *keywords) {
    static char *names[] = {"cars", "classes", "drivers", "groups", "flags", "first_lap", "last_lap", "after",
                            "up_to", NULL};
    const pyr_state *state = pyr_state_of_type(Py_TYPE(self));
    PyObject *lists[LISTS] = {NULL}, *holders[LISTS] = {NULL}, *result = NULL;
    pyr_text *texts[LISTS] = {NULL};
    int32_t counts[LISTS] = {0};
    int first_lap = 0, last_lap = 0;
    long long after = 0, up_to = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$OOOOOiiLL", names, &lists[0], &lists[1], &lists[2], &lists[3],
                                     &lists[4], &first_lap, &last_lap, &after, &up_to)) {
        return NULL;
    }
    bool read = true;
    for (int i = 0; i < LISTS && read; i++) {
        read = lists[i] == NULL || pyr_texts_from_sequence(lists[i], &holders[i], &texts[i], &counts[i]);
    }
    if (read) {
        pyr_select_options options = {texts[0],  texts[1],  texts[2],  texts[3],  texts[4],  counts[0],
                                      counts[1], counts[2], counts[3], counts[4], first_lap, last_lap,
                                      after,     up_to};
        pyr_session *selected;
        pyr_error error;
        pyr_status status;
        Py_BEGIN_ALLOW_THREADS
        status = pyr_session_select(self_of(self), &options, &selected, &error);
        Py_END_ALLOW_THREADS
        result = status == PYR_OK ? pyr_session_wrap(state, selected) : pyr_raise(state, &error, NULL);
    }
    for (int i = 0; i < LISTS; i++) {
        PyMem_Free(texts[i]);
        Py_XDECREF(holders[i]);
    }
    return result;
}

static PyObject *until(PyObject *self, PyObject *args, PyObject *keywords) {
    static char *names[] = {"at", "longest", NULL};
    const pyr_state *state = pyr_state_of_type(Py_TYPE(self));
    long long at, longest = PYR_NO_TIME;
    PyObject *longest_object = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "L|O", names, &at, &longest_object) ||
        (longest_object != Py_None && (longest = PyLong_AsLongLong(longest_object)) == -1 && PyErr_Occurred())) {
        return NULL;
    }
    const pyr_until_options options = {at, longest};
    pyr_session *cut;
    pyr_error error;
    pyr_status status;
    Py_BEGIN_ALLOW_THREADS
    status = pyr_session_until(self_of(self), &options, &cut, &error);
    Py_END_ALLOW_THREADS
    return status == PYR_OK ? pyr_session_wrap(state, cut) : pyr_raise(state, &error, NULL);
}

/* ---- Type ---- */

static Py_ssize_t length(PyObject *self) {
    return (Py_ssize_t)pyr_table_row_count(pyr_session_part_view(self_of(self), PYR_LAPS));
}

static PyObject *compare(PyObject *self, PyObject *other, int operation) {
    if ((operation != Py_EQ && operation != Py_NE) || !Py_IS_TYPE(other, Py_TYPE(self))) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return PyBool_FromLong(pyr_session_equal(self_of(self), self_of(other)) == (operation == Py_EQ));
}

static PyMethodDef methods[] = {
    {"part", part, METH_O, "part($self, name, /)\n--\n\nOne of the tables that the files say."},
    {"ask", (PyCFunction)(void (*)(void))ask, METH_FASTCALL | METH_KEYWORDS,
     "ask($self, question, /, **options)\n--\n\nThe answer to a question of the core."},
    {"race_time", (PyCFunction)(void (*)(void))race_time, METH_FASTCALL,
     "race_time($self, kind, value, /)\n--\n\n"
     "Microseconds of race time; kind: 'time', 'before_end', 'clock', 'lap' or 'share'."},
    {"select", (PyCFunction)(void (*)(void))select_part, METH_VARARGS | METH_KEYWORDS,
     "select($self, *, cars=(), classes=(), drivers=(), groups=(), flags=(), first_lap=0, last_lap=0,\n"
     "       after=0, up_to=0)\n--\n\n"
     "The part of the session that matches."},
    {"until", (PyCFunction)(void (*)(void))until, METH_VARARGS | METH_KEYWORDS,
     "until($self, at, longest=None)\n--\n\nThe session as if the flag had fallen at a race time."},
    {"from_parts", (PyCFunction)(void (*)(void))from_parts, METH_METHOD | METH_FASTCALL | METH_KEYWORDS | METH_CLASS,
     "from_parts($type, parts, /)\n--\n\nA session from its tables, which are checked."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "A session of the core."},
    {Py_tp_dealloc, dealloc},
    {Py_tp_richcompare, compare},
    {Py_tp_hash, PyObject_HashNotImplemented},
    {Py_sq_length, length},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec pyr_session_spec = {
    .name = "pyracing._core.Session",
    .basicsize = sizeof(pyr_session_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
