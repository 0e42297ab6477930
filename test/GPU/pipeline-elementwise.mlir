// What is elementwise, and no norm takes in, is a kernel of its own; the rest
// is for the host.
// RUN: norm-opt %s --norm-gpu-pipeline="kernels-only" | FileCheck %s
// RUN: not norm-opt %s --norm-gpu-pipeline 2>&1 | FileCheck %s --check-prefix=HOST
// RUN: norm-run %s --entry=around --target=ptx-interpreter --verify --as-is | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry=slices --target=ptx-interpreter --verify | FileCheck %s --check-prefix=RIGHT

// RIGHT: result0: max error {{[^:]*}}; error/bound 0{{.*}}: right
// RIGHT-NOT: WRONG

// CHECK-LABEL: func.func @around
//       CHECK:   linalg.generic
//       CHECK:     math.sin
//       CHECK:   gpu.launch_func
func.func @around(%x: tensor<4x64xf32>, %s: f32) -> tensor<4x64xf32> {
  %t = tensor.splat %s : tensor<4x64xf32>
  %m = arith.mulf %x, %t : tensor<4x64xf32>
  %v = math.sin %m : tensor<4x64xf32>
  %y = norm.rms_norm ins(%v : tensor<4x64xf32>) outs(%v : tensor<4x64xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x64xf32>
}

// Copies of what is not contiguous.
func.func @slices(%x: tensor<4x64xf16>, %o: tensor<4x100xf16>) -> (tensor<4x100xf16>, tensor<2x33xf16>) {
  %e = tensor.empty() : tensor<4x64xf16>
  %y = norm.rms_norm ins(%x : tensor<4x64xf16>) outs(%e : tensor<4x64xf16>) dims = [1] eps = 1.0e-5
  %r = tensor.insert_slice %y into %o[0, 33] [4, 64] [1, 1] : tensor<4x64xf16> into tensor<4x100xf16>
  %s = tensor.extract_slice %y[1, 3] [2, 33] [2, 1] : tensor<4x64xf16> to tensor<2x33xf16>
  return %r, %s : tensor<4x100xf16>, tensor<2x33xf16>
}

func.func @matmul(%x: tensor<4x4xf32>, %z: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // HOST: pipeline-elementwise.mlir:[[#@LINE+1]]:8: error: 'linalg.matmul' op would read or write on the host what is on the device; with kernels-only, it is left to others
  %y = linalg.matmul ins(%x, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%z : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
