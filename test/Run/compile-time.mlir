// RUN: norm-run %s --compile-time | FileCheck %s
// RUN: norm-run %s --compile-time --json | FileCheck %s --check-prefix=JSON

// CHECK: compile: {{[0-9.e+]+}} ms of CPU time; {{[0-9.e+]+}} ms of passes, {{[0-9.e+]+}} ms to machine code
// JSON: {"passes_seconds":{{[0-9.e-]+}},"code_seconds":{{[0-9.e-]+}}}
func.func @f(%x: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<4x16xf32>
  %y = norm.rms_norm ins(%x : tensor<4x16xf32>) outs(%e : tensor<4x16xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x16xf32>
}
