/* NumPy arrays over the core's buffers. An array holds the Table object, which holds the memory. */
#include "binding.h"

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>

int pyr_arrays_import(void) {
    return PyArray_ImportNumPyAPI();
}

static PyArray_Descr *microseconds(void) {
    PyObject *name = PyUnicode_FromString("m8[us]");
    PyArray_Descr *type = NULL;
    if (name == NULL) {
        return NULL;
    }
    int converted = PyArray_DescrConverter(name, &type);
    Py_DECREF(name);
    return converted == NPY_SUCCEED ? type : NULL;
}

/* A read-only view of memory that `owner` keeps alive. Steals `type`. */
static PyObject *view(PyObject *owner, const void *data, npy_intp length, PyArray_Descr *type) {
    if (type == NULL) {
        return NULL;
    }
    PyObject *array = PyArray_NewFromDescr(&PyArray_Type, type, 1, &length, NULL, (void *)data,
                                           NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED, NULL);
    if (array == NULL) {
        return NULL;
    }
    Py_INCREF(owner);
    if (PyArray_SetBaseObject((PyArrayObject *)array, owner) < 0) { /* takes the reference also when it fails */
        Py_DECREF(array);
        return NULL;
    }
    return array;
}

static PyObject *fresh(npy_intp length, int type) {
    return PyArray_SimpleNew(1, &length, type);
}

static PyObject *freeze(PyObject *array) {
    PyArray_CLEARFLAGS((PyArrayObject *)array, NPY_ARRAY_WRITEABLE);
    return array;
}

/* Integers that may be absent: doubles with NaN, whatever the rows hold. */
static PyObject *nullable_integers(const pyr_column *column, npy_intp rows) {
    PyObject *array = fresh(rows, NPY_DOUBLE);
    if (array == NULL) {
        return NULL;
    }
    double *out = PyArray_DATA((PyArrayObject *)array);
    for (npy_intp row = 0; row < rows; row++) {
        double value = column->type == PYR_INT32 ? (double)pyr_int32s(column)[row] : (double)pyr_int64s(column)[row];
        out[row] = pyr_present(column, row) ? value : NAN;
    }
    return freeze(array);
}

static PyObject *bits(const uint8_t *bitmap, npy_intp rows) {
    PyObject *array = fresh(rows, NPY_BOOL);
    if (array == NULL) {
        return NULL;
    }
    npy_bool *out = PyArray_DATA((PyArrayObject *)array);
    for (npy_intp row = 0; row < rows; row++) {
        out[row] = bitmap == NULL || pyr_bit(bitmap, row);
    }
    return freeze(array);
}

static PyObject *texts(const pyr_column *column, npy_intp rows, PyObject *words) {
    PyObject *array = fresh(rows, NPY_OBJECT);
    if (array == NULL) {
        return NULL;
    }
    PyObject **out = PyArray_DATA((PyArrayObject *)array);
    const int32_t *codes = pyr_int32s(column);
    for (npy_intp row = 0; row < rows; row++) {
        PyObject *word = codes[row] < 0 ? Py_None : PyTuple_GET_ITEM(words, codes[row]);
        PyObject *before = out[row];
        Py_INCREF(word);
        out[row] = word;
        Py_XDECREF(before);
    }
    return freeze(array);
}

PyObject *pyr_array_of_column(PyObject *owner, const pyr_table *table, const pyr_column *column, PyObject *words) {
    npy_intp rows = (npy_intp)pyr_table_row_count(table);
    bool integer = column->type == PYR_INT32 || column->type == PYR_INT64;
    if (integer && column->nullable) {
        return nullable_integers(column, rows);
    }
    switch (column->type) {
    case PYR_INT32:
        return view(owner, column->values, rows, PyArray_DescrFromType(NPY_INT32));
    case PYR_INT64:
        return view(owner, column->values, rows, PyArray_DescrFromType(NPY_INT64));
    case PYR_FLOAT64:
        return view(owner, column->values, rows, PyArray_DescrFromType(NPY_DOUBLE));
    case PYR_DURATION:
        return view(owner, column->values, rows, microseconds());
    case PYR_BOOL:
        return bits(column->values, rows);
    case PYR_TEXT:
        break;
    }
    return texts(column, rows, words);
}

PyObject *pyr_array_of_validity(const pyr_table *table, const pyr_column *column) {
    return bits(column->validity, (npy_intp)pyr_table_row_count(table));
}

PyObject *pyr_array_of_codes(PyObject *owner, const pyr_table *table, const pyr_column *column) {
    return view(owner, column->values, (npy_intp)pyr_table_row_count(table), PyArray_DescrFromType(NPY_INT32));
}

PyObject *pyr_array_of_bytes(PyObject *owner, const void *data, size_t size) {
    return view(owner, size == 0 ? "" : data, (npy_intp)size, PyArray_DescrFromType(NPY_UINT8));
}

const int64_t *pyr_indices_of(PyObject *object, PyObject **array, int64_t *count) {
    *array = PyArray_FROMANY(object, NPY_INT64, 1, 1, NPY_ARRAY_IN_ARRAY | NPY_ARRAY_ENSURECOPY);
    if (*array == NULL) {
        return NULL;
    }
    *count = PyArray_SIZE((PyArrayObject *)*array);
    return PyArray_DATA((PyArrayObject *)*array);
}
