// RUN: norm-opt %s --norm-cpu-pipeline=stop-after=vector --split-input-file -verify-diagnostics | FileCheck %s
// RUN: norm-opt %s --norm-cpu-pipeline="cpu=x86-64" --split-input-file -verify-diagnostics | FileCheck %s --check-prefix=LLVM

// The module says which machine it is for; options are for modules that do not.

// CHECK-LABEL: func @avx512
// CHECK: vector<32xf32>
// LLVM: llvm.target_triple = "x86_64-unknown-linux-gnu"
// LLVM-LABEL: llvm.func @avx512
// LLVM-SAME: target_cpu = "x86-64-v4"
module attributes {llvm.target = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "x86-64-v4">} {
  func.func @avx512(%x: memref<64x256xf32>, %y: memref<64x256xf32>) {
    norm.rms_norm ins(%x : memref<64x256xf32>) outs(%y : memref<64x256xf32>) dims = [1] eps = 1.0e-5
    return
  }
}

// -----

// CHECK-LABEL: func @avx2
// CHECK: vector<16xf32>
// LLVM-LABEL: llvm.func @avx2
// LLVM-SAME: target_cpu = "x86-64", target_features = #llvm.target_features<["+avx2", "+fma"]>
module attributes {llvm.target = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "x86-64", features = <["+avx2", "+fma"]>>} {
  func.func @avx2(%x: memref<64x256xf32>, %y: memref<64x256xf32>) {
    norm.rms_norm ins(%x : memref<64x256xf32>) outs(%y : memref<64x256xf32>) dims = [1] eps = 1.0e-5
    return
  }
}

// -----

// CHECK-LABEL: func @sse2
// CHECK: vector<8xf32>
// LLVM-LABEL: llvm.func @sse2
// LLVM-SAME: target_cpu = "x86-64"
module attributes {llvm.target = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "x86-64">} {
  func.func @sse2(%x: memref<64x256xf32>, %y: memref<64x256xf32>) {
    norm.rms_norm ins(%x : memref<64x256xf32>) outs(%y : memref<64x256xf32>) dims = [1] eps = 1.0e-5
    return
  }
}

// -----

// expected-error@+1 {{'llvm.target' is no target of LLVM}}
module attributes {llvm.target = "x86-64"} {
}

// -----

// expected-error@+1 {{'+foo' is not a feature of 'x86_64-unknown-linux-gnu' with + or - in front}}
module attributes {llvm.target = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "x86-64", features = <["+avx2", "+foo"]>>} {
}

// -----

// expected-error@+1 {{'no-such-cpu' is not a CPU of 'x86_64-unknown-linux-gnu'}}
module attributes {llvm.target = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "no-such-cpu">} {
}
