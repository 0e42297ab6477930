# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Arrays on the devices of the driver in test/CUDA, whose memory is the host's.

    DLPackArray     has `__dlpack__`, and notes which stream it is told
    Tensor          has DLPack's C functions too, and so makes results
"""

import ctypes

import numpy as np

CUDA = 2
# A capsule keeps the address of its name.
TENSOR, API = b"dltensor", b"dlpack_exchange_api"
#: Of each device, what the C functions say.
current_stream = {0: 0x70, 1: 0x71}


def load():
    """The driver that is found, if it is the one of the tests."""
    try:
        library = ctypes.CDLL("libcuda.so.1")
        library.normFakeCUDA.restype = None
        return library
    except (OSError, AttributeError):
        return None


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class ManagedTensor(ctypes.Structure):
    _fields_ = [("tensor", DLTensor), ("manager", ctypes.c_void_p), ("deleter", ctypes.c_void_p)]


class ManagedTensorVersioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("manager", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", DLTensor),
    ]


def capsule(address, name):
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(address, name, None)


class DLPackArray:
    """Of floats, contiguous; the values are those of a NumPy array."""

    def __init__(self, values, device=0):
        values = np.ascontiguousarray(values)
        self.device, self.told = device, []
        self.address = ctypes.c_uint64()
        assert load().cuMemAlloc_v2(ctypes.byref(self.address), ctypes.c_size_t(max(values.nbytes, 1))) == 0
        self.dtype, self.shape, self.ndim = values.dtype, values.shape, values.ndim
        self.extents = (ctypes.c_int64 * max(values.ndim, 1))(*values.shape)
        self.tensor = DLTensor(self.address.value, CUDA, device, values.ndim, 2, 8 * values.itemsize, 1, self.extents)
        self.values[...] = values

    @property
    def values(self):
        bytes_ = (ctypes.c_char * max(self.tensor.bits // 8 * int(np.prod(self.shape)), 1)).from_address(
            self.address.value
        )
        return np.frombuffer(bytes_, self.dtype, int(np.prod(self.shape))).reshape(self.shape)

    def __dlpack_device__(self):
        return CUDA, self.device

    def __dlpack__(self, stream=None):
        self.told.append(stream)
        self.managed = ManagedTensor(self.tensor)
        return capsule(ctypes.addressof(self.managed), TENSOR)


class Tensor(DLPackArray):
    """A framework that has streams of its own."""


def _tensor(object_, out):
    out[0] = object_.tensor
    return 0


def _stream(_, device, out):
    out[0] = current_stream[device]
    return 0


_made = {}


def _allocate(prototype, out, context, set_error):
    wanted = prototype[0]
    shape = wanted.shape[: wanted.ndim]
    tensor = Tensor(np.full(shape, 7, f"f{wanted.bits // 8}"), wanted.device_id)
    managed = ManagedTensorVersioned(1, 1, None, None, 0, tensor.tensor)
    _made[ctypes.addressof(managed)] = (managed, tensor)
    out[0] = ctypes.addressof(managed)
    return 0


def _object(managed, out):
    _, tensor = _made.pop(managed)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(tensor))
    out[0] = id(tensor)
    return 0


_address = ctypes.POINTER(ctypes.c_void_p)
_functions = [
    ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.POINTER(DLTensor), _address, ctypes.c_void_p, ctypes.c_void_p)(_allocate),
    ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, _address)(lambda *_: -1),
    ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, _address)(_object),
    ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(DLTensor))(_tensor),
    ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_int32, ctypes.c_int32, _address)(_stream),
]
_api = (ctypes.c_uint64 * 7)(1 | 3 << 32, 0, *(ctypes.cast(f, ctypes.c_void_p).value for f in _functions))
Tensor.__dlpack_c_exchange_api__ = capsule(ctypes.addressof(_api), API)
