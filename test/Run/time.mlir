// Results go into given buffers, so that no allocation is timed; the bytes are
// those of %x, %g and the result once each: (2·4·16 + 16)·4.
// RUN: norm-run %s --time | FileCheck %s
// CHECK: time: {{.*}} us, median of {{[0-9]+}}; {{.*}} GB/s of 576 bytes; {{.*}} of a plain copy ({{.*}} us), {{.*}} of a streaming copy ({{.*}} us); results into given buffers

func.func @f(%x: tensor<4x16xf32>, %g: tensor<16xf32>, %unread: tensor<4x16xf32>)
    -> tensor<4x16xf32> {
  %y = norm.rms_norm ins(%x : tensor<4x16xf32>) scale(%g : tensor<16xf32>)
      outs(%unread : tensor<4x16xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x16xf32>
}
