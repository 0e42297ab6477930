# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a bench needs of the CUDA driver."""

import ctypes
import sys


class Driver:
    """The primary context of the first GPU, which PyTorch uses too."""

    def __init__(self):
        try:
            self.library = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            sys.exit(f"no CUDA driver: {error}")
        self.call("cuInit", ctypes.c_uint(0))
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self.call("cuDeviceGet", ctypes.byref(device), ctypes.c_int(0))
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self.call("cuCtxSetCurrent", context)

    def call(self, name, *arguments):
        result = getattr(self.library, name)(*arguments)
        if result:
            text = ctypes.c_char_p()
            self.library.cuGetErrorName(result, ctypes.byref(text))
            sys.exit(f"{name}: {(text.value or b'error').decode()} ({result})")

    def allocate(self, size):
        pointer = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(pointer), ctypes.c_size_t(size))
        return pointer.value

    def make_stream(self):
        stream = ctypes.c_void_p()
        self.call("cuStreamCreate", ctypes.byref(stream), ctypes.c_uint(0))
        return stream

    def copy(self, to, source, size, stream):
        self.call("cuMemcpyAsync", ctypes.c_uint64(to), ctypes.c_uint64(source),
                  ctypes.c_size_t(size), stream)

    def seconds(self, calls, stream, delay):
        """Of each call, between events. `delay` puts on the stream what the device does while all of
        them are: it would else wait for the host to make a call, and that time would be the call's."""
        events = [ctypes.c_void_p() for _ in range(2 * len(calls))]
        for event in events:
            self.call("cuEventCreate", ctypes.byref(event), ctypes.c_uint(0))
        delay()
        for call, begin, end in zip(calls, events[::2], events[1::2]):
            self.call("cuEventRecord", begin, stream)
            call()
            self.call("cuEventRecord", end, stream)
        self.call("cuStreamSynchronize", stream)
        times = []
        for begin, end in zip(events[::2], events[1::2]):
            milliseconds = ctypes.c_float()
            self.call("cuEventElapsedTime", ctypes.byref(milliseconds), begin, end)
            times.append(milliseconds.value / 1e3)
        for event in events:
            self.call("cuEventDestroy_v2", event)
        return times
