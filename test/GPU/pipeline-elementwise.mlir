// arith and math on tensors, where no norm takes them in, are for the host.
// RUN: norm-opt %s --norm-gpu-pipeline="kernels-only" | FileCheck %s
// RUN: not norm-opt %s --norm-gpu-pipeline 2>&1 | FileCheck %s --check-prefix=HOST

// CHECK-LABEL: func.func @f
//       CHECK:   linalg.generic
//       CHECK:     math.sin
//       CHECK:   gpu.launch_func
func.func @f(%x: tensor<4x64xf32>) -> tensor<4x64xf32> {
  // HOST: pipeline-elementwise.mlir:[[#@LINE+1]]:8: error: {{.*}}would read or write on the host what is on the device
  %s = math.sin %x : tensor<4x64xf32>
  %y = norm.rms_norm ins(%s : tensor<4x64xf32>) outs(%s : tensor<4x64xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x64xf32>
}
