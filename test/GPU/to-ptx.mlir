// RUN: split-file %s %t
// RUN: norm-translate --norm-to-ptx %t/two.mlir | FileCheck %s
// RUN: not norm-translate --norm-to-ptx %t/none.mlir 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not norm-translate --norm-to-ptx %t/cubin.mlir 2>&1 | FileCheck %s --check-prefix=CUBIN

//--- two.mlir

// The text of every object, without the zero that ends it.

// CHECK: {{^}}.version 8.0{{$}}
// CHECK-NEXT: {{^}}.version 8.8{{$}}
// CHECK-NOT: {{.}}
gpu.binary @a [#gpu.object<#nvvm.target<chip = "sm_90">, assembly = ".version 8.0\0A\00">]
gpu.binary @b [#gpu.object<#nvvm.target<chip = "sm_100">, assembly = ".version 8.8\0A\00">]

//--- none.mlir

// NONE: error: has no kernels; --norm-gpu-pipeline makes them from norms
func.func @f(%x: memref<4x8xf32>) {
  norm.rms_norm ins(%x : memref<4x8xf32>) outs(%x : memref<4x8xf32>) dims = [1] eps = 0.0
  return
}

//--- cubin.mlir

// Without a look at what it holds.
// CUBIN-NOT: ELF
// CUBIN: error: @a holds no PTX; --norm-gpu-pipeline="format=isa" makes some
// CUBIN-NOT: ELF
gpu.binary @a [#gpu.object<#nvvm.target<chip = "sm_90">, bin = "ELF">]
