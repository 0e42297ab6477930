// Halves that are to bypass the caches do so in the machine code, after all that
// LLVM does in between.

// RUN: norm-opt %s --norm-stream-halves | FileCheck %s
// RUN: norm-opt %s --norm-stream-halves | mlir-translate --mlir-to-llvmir -o %t.ll
// RUN: clang-22 -O3 --target=x86_64-linux-gnu -march=znver4 -S -x ir %t.ll \
// RUN:   -Wno-override-module -o - | FileCheck %s --check-prefix=ASM

// CHECK-LABEL: @bf16(
// CHECK-SAME: %[[V:.*]]: vector<32xbf16>, %[[P:.*]]: !llvm.ptr
// CHECK: %[[PAIRS:.*]] = llvm.bitcast %[[V]] : vector<32xbf16> to vector<16xf32>
// CHECK: %[[FENCE:.*]] = llvm.call_intrinsic "llvm.arithmetic.fence"(%[[PAIRS]])
// CHECK: llvm.store %[[FENCE]], %[[P]] {alignment = 64 : i64, nontemporal} : vector<16xf32>
// ASM-LABEL: bf16:
// ASM: vmovnt{{.*}}%zmm
llvm.func @bf16(%v: vector<32xbf16>, %p: !llvm.ptr) {
  llvm.store %v, %p {alignment = 64 : i64, nontemporal} : vector<32xbf16>, !llvm.ptr
  llvm.return
}

// What has just been rounded, too.

// CHECK-LABEL: @f16(
// CHECK: llvm.store %{{.*}} {alignment = 64 : i64, nontemporal} : vector<16xf32>
// ASM-LABEL: f16:
// ASM: vcvtps2ph
// ASM: vmovnt{{.*}}%zmm
llvm.func @f16(%v: vector<32xf32>, %p: !llvm.ptr) {
  %h = llvm.fptrunc %v : vector<32xf32> to vector<32xf16>
  llvm.store %h, %p {alignment = 64 : i64, nontemporal} : vector<32xf16>, !llvm.ptr
  llvm.return
}

// All other stores stay.

// CHECK-LABEL: @others(
// CHECK-NOT: arithmetic.fence
// ASM-LABEL: others:
// ASM: vmovaps
// ASM: vmovnt
// ASM: vpextrw
llvm.func @others(%v: vector<32xbf16>, %w: vector<16xf32>, %h: f16, %p: !llvm.ptr, %q: !llvm.ptr, %r: !llvm.ptr) {
  llvm.store %v, %p {alignment = 64 : i64} : vector<32xbf16>, !llvm.ptr
  llvm.store %w, %q {alignment = 64 : i64, nontemporal} : vector<16xf32>, !llvm.ptr
  llvm.store %h, %r {nontemporal} : f16, !llvm.ptr
  llvm.return
}
