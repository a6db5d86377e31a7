/* The extension module pyracing._core: Python objects around the core's tables and sessions. */
#ifndef PYR_PYTHON_BINDING_H
#define PYR_PYTHON_BINDING_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "../base/arrow.h"

typedef struct pyr_state {
    PyTypeObject *table_type, *session_type;
    PyObject *read_error, *unknown_format, *rules_error; /* pyracing.errors */
} pyr_state;

typedef struct pyr_table_object {
    PyObject_HEAD
    pyr_table *table;
    PyObject *words; /* dict: column index -> tuple of str, made when first asked */
} pyr_table_object;

typedef struct pyr_session_object {
    PyObject_HEAD
    pyr_session *session;
} pyr_session_object;

extern PyType_Spec pyr_table_spec, pyr_session_spec;

/* The state of the module that a type belongs to. */
pyr_state *pyr_state_of_type(PyTypeObject *type);

/* Sets the exception for a failure of the core. `path` names the source, NULL without one. Returns NULL. */
PyObject *pyr_raise(const pyr_state *state, const pyr_error *error, PyObject *path);

/* memory.c: what everything that Python asks for is made with. */
const pyr_allocator *pyr_pooling_allocator(void);
void pyr_prepare_memory(void); /* once, before */

/* Both take over the reference they are given, also when they fail. */
PyObject *pyr_table_wrap(const pyr_state *state, pyr_table *table);
PyObject *pyr_session_wrap(const pyr_state *state, pyr_session *session);
/* (name, type, nullable): what a column is. */
PyObject *pyr_field_to_tuple(const char *name, pyr_type type, bool nullable);
/* Borrowed; NULL with TypeError for another object. */
pyr_table *pyr_table_unwrap(const pyr_state *state, PyObject *object);

/* Tables of the core by the names of their parts, which must be NULL before; borrowed from the dict. False with the
 * exception set. */
bool pyr_parts_from_dict(const pyr_state *state, PyObject *dict, pyr_table *parts[PYR_PART_COUNT]);

/* UTF-8 of a str, borrowed from it. False with the exception set. */
bool pyr_text_from_str(PyObject *object, pyr_text *text);
PyObject *pyr_text_to_str(pyr_text text);
/* A sequence of str as texts. `*holder`, a tuple that nobody else can change, keeps them alive. Also after a failure
 * the caller gives back `*holder` (Py_XDECREF) and `*texts` (PyMem_Free). */
bool pyr_texts_from_sequence(PyObject *object, PyObject **holder, pyr_text **texts, int32_t *count);

/* ---- arrow_capsules.c: methods of Table ---- */

PyObject *pyr_table_arrow_stream(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *pyr_table_arrow_schema(PyObject *self, PyObject *ignored);
PyObject *pyr_table_from_arrow(PyObject *type, PyTypeObject *defining, PyObject *const *args, Py_ssize_t nargs,
                               PyObject *names);

/* ---- arrays.c: the only file that knows NumPy ---- */

int pyr_arrays_import(void);
/* A column as pyracing.Table shows it; `words` the strings of a text column. */
PyObject *pyr_array_of_column(PyObject *owner, const pyr_table *table, const pyr_column *column, PyObject *words);
PyObject *pyr_array_of_validity(const pyr_table *table, const pyr_column *column);
/* Codes of a text column, without a copy. */
PyObject *pyr_array_of_codes(PyObject *owner, const pyr_table *table, const pyr_column *column);
/* Bytes that `owner` keeps alive, as a read-only array of uint8. */
PyObject *pyr_array_of_bytes(PyObject *owner, const void *data, size_t size);
/* Row numbers out of anything that casts safely to int64, in a copy that no other thread can write to, which `*array`
 * holds. */
const int64_t *pyr_indices_of(PyObject *object, PyObject **array, int64_t *count);

#endif
