//===- DLPack.h - DLPack's C functions for tensors --------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The structs of DLPack 1.x, whose layout its ABI promises, with its names.
// https://dmlc.github.io/dlpack/latest/c_api.html
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PYTHON_DLPACK_H
#define NORM_PYTHON_DLPACK_H

#include <cstdint>

namespace mlir::norm::python {

enum DLDeviceType : int32_t { kDLCPU = 1, kDLCUDA = 2 };
/// Streams that have no handle are numbers.
constexpr intptr_t defaultStreamNumber = 1;
enum DLDataTypeCode : uint8_t {
  kDLInt = 0,
  kDLUInt = 1,
  kDLFloat = 2,
  kDLBfloat = 4,
  kDLBool = 6,
  kDLFloat8_e4m3fn = 10,
  kDLFloat8_e5m2 = 12
};

struct DLDevice {
  int32_t device_type;
  int32_t device_id;
};

struct DLDataType {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
};

struct DLTensor {
  void *data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape;
  int64_t *strides;
  uint64_t byte_offset;
};

struct DLPackVersion {
  uint32_t major;
  uint32_t minor;
};

struct DLManagedTensorVersioned {
  DLPackVersion version;
  void *manager_ctx;
  void (*deleter)(DLManagedTensorVersioned *);
  uint64_t flags;
  DLTensor dl_tensor;
};

/// What a type says in `__dlpack_c_exchange_api__`. The functions return 0, or
/// −1 with an error.
struct DLPackExchangeAPI {
  DLPackVersion version;
  DLPackExchangeAPI *prev_api;
  int (*managed_tensor_allocator)(
      DLTensor *prototype, DLManagedTensorVersioned **out, void *error_ctx,
      void (*SetError)(void *error_ctx, const char *kind, const char *message));
  int (*managed_tensor_from_py_object_no_sync)(void *py_object,
                                               DLManagedTensorVersioned **out);
  int (*managed_tensor_to_py_object_no_sync)(DLManagedTensorVersioned *tensor,
                                             void **out_py_object);
  int (*dltensor_from_py_object_no_sync)(void *py_object, DLTensor *out);
  int (*current_work_stream)(int32_t device_type, int32_t device_id,
                             void **out_current_stream);
};

} // namespace mlir::norm::python

#endif // NORM_PYTHON_DLPACK_H
