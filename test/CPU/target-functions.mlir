// RUN: norm-opt %s --norm-cpu-pipeline="cpu=x86-64-v4 features=+avx512bf16" | FileCheck %s --check-prefix=OPTION
// RUN: norm-opt %s --norm-cpu-pipeline | FileCheck %s --check-prefix=HOST
// RUN: norm-opt %s --norm-cpu-pipeline="cpu=x86-64-v4" | mlir-translate --mlir-to-llvmir | llc -mtriple=x86_64-linux-gnu | FileCheck %s --check-prefix=ASM

// Whoever makes code of it makes it for that CPU, without being told again.

// OPTION-LABEL: llvm.func @norm
// OPTION-SAME: target_cpu = "x86-64-v4", target_features = #llvm.target_features<["+avx512bf16"]>
// OPTION: llvm.func @helper(i64) attributes {sym_visibility = "private"}
// HOST-LABEL: llvm.func @norm
// HOST-NOT: target_cpu
// ASM-LABEL: norm:
// ASM: zmm
func.func @norm(%x: memref<64x256xf32>, %y: memref<64x256xf32>) {
  %n = arith.constant 1 : i64
  call @helper(%n) : (i64) -> ()
  norm.rms_norm ins(%x : memref<64x256xf32>) outs(%y : memref<64x256xf32>) dims = [1] eps = 1.0e-5
  return
}
func.func private @helper(i64)
