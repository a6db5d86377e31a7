/* Failures of the core -> Python exceptions; texts both ways. */
#include "binding.h"

bool pyr_text_from_str(PyObject *object, pyr_text *text) {
    Py_ssize_t length = 0;
    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "expected a str, not %.100s", Py_TYPE(object)->tp_name);
        return false;
    }
    text->data = PyUnicode_AsUTF8AndSize(object, &length);
    text->length = (size_t)length;
    return text->data != NULL;
}

bool pyr_texts_from_sequence(PyObject *object, PyObject **holder, pyr_text **texts, int32_t *count) {
    *holder = PySequence_Tuple(object);
    if (*holder == NULL) {
        return false;
    }
    Py_ssize_t length = PyTuple_GET_SIZE(*holder);
    *texts = PyMem_New(pyr_text, (size_t)length + 1);
    *count = (int32_t)length;
    if (*texts == NULL || length > INT32_MAX) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t i = 0; i < length; i++) {
        if (!pyr_text_from_str(PyTuple_GET_ITEM(*holder, i), &(*texts)[i])) {
            return false;
        }
    }
    return true;
}

PyObject *pyr_text_to_str(pyr_text text) {
    return PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.length, "replace");
}

static PyObject *place_or_none(int64_t place, int64_t none) {
    if (place == none) {
        Py_RETURN_NONE;
    }
    return PyLong_FromLongLong(place);
}

PyObject *pyr_raise(const pyr_state *state, const pyr_error *error, PyObject *path) {
    if (error->status == PYR_ERROR_MEMORY) {
        return PyErr_NoMemory();
    }
    /* A text cut to fit the message may end inside a character. */
    PyObject *message = pyr_text_to_str(pyr_text_of(error->message)), *exception = message;
    PyObject *type = PyExc_ValueError;
    if (error->status == PYR_ERROR_RULES) {
        type = state->rules_error;
    } else if (message != NULL && error->status != PYR_ERROR_ARGUMENT && error->status != PYR_ERROR_REFUSED) {
        type = error->status == PYR_ERROR_UNKNOWN_FORMAT ? state->unknown_format : state->read_error;
        exception = PyObject_CallFunction(type, "NONNN", message, path == NULL ? Py_None : path,
                                          place_or_none(error->line, 0), place_or_none(error->column, 0),
                                          place_or_none(error->offset, -1));
    }
    if (exception != NULL) {
        PyErr_SetObject(type, exception);
        Py_DECREF(exception);
    }
    return NULL;
}
