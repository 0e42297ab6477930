// RUN: norm-opt %s --norm-to-gpu="chip=sm_90" --canonicalize --cse | FileCheck %s
// RUN: norm-opt %s --norm-gpu-pipeline="chip=sm_90 format=isa" | norm-translate --norm-to-ptx | FileCheck %s --check-prefix=PTX

// What is reduced is loaded once and left in shared memory, each vector at the
// place of its thread: the squares are of what comes from there, and so is the
// result. The warp and then the block is waited for, so that no compiler keeps it
// in registers all the same.

// CHECK: gpu.func @f_512x4x8(%[[A:.+]]: memref<1xbf16>, %{{.+}}: memref<1xbf16>) workgroup(%[[ROW:[^:]+]] : memref<16384xbf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}
// CHECK-NOT: nvvm.maxnreg
// CHECK-SAME: {
// CHECK: %[[X:.+]] = memref.reinterpret_cast %[[A]]
// CHECK: %[[V:.+]] = vector.load %[[X]][%[[PLACE:.+]]] {alignment = 16 : i64}
// CHECK: vector.store %[[V]], %[[ROW]][%[[PLACE]]] {alignment = 16 : i64}
// CHECK-COUNT-3: vector.store {{.*}}, %[[ROW]]
// CHECK: nvvm.bar.warp.sync
// CHECK: vector.load %[[ROW]][%[[PLACE]]] {alignment = 16 : i64}
// CHECK-COUNT-3: vector.load %[[ROW]]
// CHECK: gpu.barrier
// CHECK: vector.load %[[ROW]][%[[PLACE]]] {alignment = 16 : i64}
// CHECK-COUNT-3: vector.load %[[ROW]]
// CHECK: gpu.return

// PTX-LABEL: .entry f_512x4x8(
// PTX-NOT: .maxnreg
// PTX-COUNT-4: ld.global.v4.b32
// PTX-COUNT-4: st.shared.v4.b32
// PTX: bar.warp.sync
// PTX-COUNT-4: ld.shared.v4.b32
// PTX: bar.sync
// PTX-COUNT-4: ld.shared.v4.b32
func.func @f(%x: memref<64x16384xbf16>, %y: memref<64x16384xbf16>) {
  norm.layer_norm ins(%x : memref<64x16384xbf16>) outs(%y : memref<64x16384xbf16>) dims = [1] eps = 1.0e-5
  return
}
