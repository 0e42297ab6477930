// Norms as an NVIDIA GPU would run them, here; judged as everything is.
// RUN: norm-run %s --entry=layer_norm --target=ptx-interpreter --verify | FileCheck %s
// RUN: norm-run %s --entry=dynamic --target=ptx-interpreter --shape=0=5x999 --shape=1=999 --verify | FileCheck %s
// RUN: norm-run %s --entry=two_kernels --target=ptx-interpreter --verify | FileCheck %s
// RUN: norm-run %s --entry=in_place --target=ptx-interpreter --verify | FileCheck %s --check-prefix=MEMREF
// RUN: norm-run %s --entry=to_f8 --target=ptx-interpreter --verify | FileCheck %s --check-prefix=F8
// F8: result0: 5x96xf8E4M3FN [
// F8: result1: 5x96xf8E5M2 [
// F8: result0: max error {{[^:]*}}; error/bound 0{{.*}}: right
// F8: result1: max error {{[^:]*}}; error/bound 0{{.*}}: right
// RUN: norm-run %s --entry=residual_in_place --target=ptx-interpreter --verify | FileCheck %s --check-prefix=BOTH
// BOTH: argument0: max error {{[^:]*}}; error/bound 0{{.*}}: right
// BOTH: argument1: max error {{[^:]*}}; error/bound 0{{.*}}: right
// RUN: norm-run %s --entry=in_global_memory --target=ptx-interpreter --verify | FileCheck %s --check-prefix=MEMREF
// RUN: norm-run %s --entry=two_kernels --target=ptx-interpreter --pipeline-options=chip=sm_80 --verify | FileCheck %s
// RUN: norm-run %s --entry=dequantize --target=ptx-interpreter --verify | FileCheck %s
// RUN: norm-run %s --entry=loop --target=ptx-interpreter --verify | FileCheck %s
// RUN: norm-run %s --entry=through_f8 --target=ptx-interpreter --verify | FileCheck %s
// RUN: norm-run %s --entry=mask --target=ptx-interpreter --verify | FileCheck %s
// RUN: norm-run %s --entry=half_round --target=ptx-interpreter --verify | FileCheck %s
// RUN: norm-run %s --entry=half_scalar --target=ptx-interpreter --verify | FileCheck %s
// RUN: norm-run %s --entry=constant_scale --target=ptx-interpreter --verify | FileCheck %s
// CHECK: result0: max error {{[^:]*}}; error/bound 0{{.*}}: right
// CHECK-NOT: WRONG
// MEMREF: argument0: max error {{[^:]*}}; error/bound 0{{.*}}: right

// Rows that several blocks share, of an odd length and in place.
// RUN: norm-run %s --entry=dynamic --target=ptx-interpreter --shape=0=2x20001 --shape=1=20001 --pipeline-options="chip=sm_80 split-rows-above=0" --verify | FileCheck %s
// RUN: norm-run %s --entry=long_in_place --target=ptx-interpreter --pipeline-options="chip=sm_80 split-rows-above=0" --verify | FileCheck %s --check-prefix=MEMREF

// RUN: not norm-run %s --entry=two_kernels --target=ptx-interpreter --time 2>&1 | FileCheck %s --check-prefix=CPU-ONLY
// RUN: not norm-run %s --entry=two_kernels --target=ptx-interpreter --road=affine 2>&1 | FileCheck %s --check-prefix=CPU-ONLY
// CPU-ONLY: norm-run: error: --road and --time are of the target cpu
// RUN: not norm-run %s --entry=two_kernels --target=ptx-interpreter --pipeline-options=kernels-only 2>&1 | FileCheck %s --check-prefix=KERNELS
// KERNELS: norm-run: error: kernels-only makes no host code, and so nothing that runs
// RUN: not norm-run %s --entry=no_kernel --target=ptx-interpreter 2>&1 | FileCheck %s --check-prefix=NO-KERNEL
// NO-KERNEL: norm-run: error: {{.*}}'norm.generic' op has no kernel: 'math.exp' has no code on f64
// RUN: not norm-run %s --entry=two_kernels --target=ptx-interpreter --pipeline-options=chip=sm_1 2>&1 | FileCheck %s --check-prefix=CHIP
// CHIP: norm-run: error: {{.*}}'sm_1'

func.func @layer_norm(%x: tensor<6x768xf32>, %scale: tensor<768xf32>, %shift: tensor<768xf32>) -> tensor<6x768xf32> {
  %init = tensor.empty() : tensor<6x768xf32>
  %y = norm.layer_norm ins(%x : tensor<6x768xf32>) scale(%scale : tensor<768xf32>) shift(%shift : tensor<768xf32>)
         outs(%init : tensor<6x768xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<6x768xf32>
}

func.func @dynamic(%x: tensor<?x?xbf16>, %scale: tensor<?xbf16>) -> tensor<?x?xbf16> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xbf16>
  %n = tensor.dim %x, %c1 : tensor<?x?xbf16>
  %init = tensor.empty(%m, %n) : tensor<?x?xbf16>
  %y = norm.rms_norm ins(%x : tensor<?x?xbf16>) scale(%scale : tensor<?xbf16>)
         outs(%init : tensor<?x?xbf16>) dims = [1] eps = 1.0e-5
  return %y : tensor<?x?xbf16>
}

// Two kernels, with a buffer between them.
func.func @two_kernels(%x: tensor<4x256xf16>) -> tensor<4x256xf16> {
  %init = tensor.empty() : tensor<4x256xf16>
  %n = norm.rms_norm ins(%x : tensor<4x256xf16>) outs(%init : tensor<4x256xf16>) dims = [1] eps = 1.0e-5
  %y = norm.l2_norm ins(%n : tensor<4x256xf16>) outs(%init : tensor<4x256xf16>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x256xf16>
}

// The host's constant is no memory that kernels may read.
func.func @constant_scale(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : tensor<8xf32>
  %init = tensor.empty() : tensor<4x8xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%scale : tensor<8xf32>) outs(%init : tensor<4x8xf32>)
         dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

func.func @in_place(%x: memref<4x4096xf32>) {
  norm.rms_norm ins(%x : memref<4x4096xf32>) outs(%x : memref<4x4096xf32>) dims = [1] eps = 1.0e-5
  return
}

// The sum in place of the residual, and its norm in place of the other.
func.func @residual_in_place(%x: memref<4x100xf32>, %r: memref<4x100xf32>) {
  norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %r[d0, d1] : memref<4x100xf32>, memref<4x100xf32>)
      outs(%x[d0, d1], %r[d0, d1] : memref<4x100xf32>, memref<4x100xf32>) (%a, %b) {
    %sum = arith.addf %a, %b : f32
    %mean, %var = norm.reduce moments %sum : f32
    %c = arith.subf %sum, %mean : f32
    %rstd = math.rsqrt %var : f32
    %y = arith.mulf %c, %rstd : f32
    norm.yield %y, %sum : f32, f32
  }
  return
}

#global = #gpu.address_space<global>
func.func @in_global_memory(%x: memref<4x96xf32, #global>) {
  norm.rms_norm ins(%x : memref<4x96xf32, #global>) outs(%x : memref<4x96xf32, #global>) dims = [1] eps = 1.0e-5
  return
}

func.func @long_in_place(%x: memref<2x40000xf32>) {
  norm.layer_norm ins(%x : memref<2x40000xf32>) outs(%x : memref<2x40000xf32>) dims = [1] eps = 1.0e-5
  return
}

// int8 with a scale per row, made f32 again on the way in.
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @dequantize(%x: tensor<6x768xi8>, %s: tensor<6xf32>) -> tensor<6x768xf32> {
  %e = tensor.empty() : tensor<6x768xf32>
  %w = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : tensor<6x768xi8>, tensor<6xf32>) outs(%e : tensor<6x768xf32>) {
  ^bb0(%a: i8, %b: f32, %o: f32):
    %f = arith.sitofp %a : i8 to f32
    %m = arith.mulf %f, %b : f32
    linalg.yield %m : f32
  } -> tensor<6x768xf32>
  %y = norm.layer_norm ins(%w : tensor<6x768xf32>) outs(%e : tensor<6x768xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<6x768xf32>
}

// What a loop carries is a new buffer each time; the host keeps account of it.
func.func @loop(%x: tensor<4x96xf32>) -> tensor<4x96xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %z = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %x) -> tensor<4x96xf32> {
    %e = tensor.empty() : tensor<4x96xf32>
    %y = norm.rms_norm ins(%a : tensor<4x96xf32>) outs(%e : tensor<4x96xf32>) dims = [1] eps = 1.0e-5
    scf.yield %y : tensor<4x96xf32>
  }
  return %z : tensor<4x96xf32>
}

// What is rounded to f8 on the way is judged as such.
func.func @through_f8(%x: tensor<5x96xf32>) -> tensor<5x96xf32> {
  %e = tensor.empty() : tensor<5x96xf32>
  %y = norm.rms_norm ins(%x : tensor<5x96xf32>) outs(%e : tensor<5x96xf32>) dims = [1] eps = 1.0e-5
  %q = arith.truncf %y : tensor<5x96xf32> to tensor<5x96xf8E4M3FN>
  %d = arith.extf %q : tensor<5x96xf8E4M3FN> to tensor<5x96xf32>
  return %d : tensor<5x96xf32>
}

// Results of f8, of which the larger overflow to NaN and infinity.
func.func @to_f8(%x: tensor<5x96xf32>, %s: tensor<5x96xf8E5M2>) -> (tensor<5x96xf8E4M3FN>, tensor<5x96xf8E5M2>) {
  %e = tensor.empty() : tensor<5x96xf32>
  %k = arith.constant dense<200.0> : tensor<5x96xf32>
  %k2 = arith.constant dense<20000.0> : tensor<5x96xf32>
  %w = arith.extf %s : tensor<5x96xf8E5M2> to tensor<5x96xf32>
  %v = arith.addf %x, %w : tensor<5x96xf32>
  %y = norm.rms_norm ins(%v : tensor<5x96xf32>) outs(%e : tensor<5x96xf32>) dims = [1] eps = 1.0e-5
  %z = arith.mulf %y, %k : tensor<5x96xf32>
  %q = arith.truncf %z : tensor<5x96xf32> to tensor<5x96xf8E4M3FN>
  %z2 = arith.mulf %y, %k2 : tensor<5x96xf32>
  %q2 = arith.truncf %z2 : tensor<5x96xf32> to tensor<5x96xf8E5M2>
  return %q, %q2 : tensor<5x96xf8E4M3FN>, tensor<5x96xf8E5M2>
}

func.func @no_kernel(%x: tensor<9x33xf64>) -> tensor<9x33xf64> {
  %e = tensor.empty() : tensor<9x33xf64>
  %y = linalg.softmax dimension(1) ins(%x : tensor<9x33xf64>) outs(%e : tensor<9x33xf64>) -> tensor<9x33xf64>
  return %y : tensor<9x33xf64>
}

// Bits are bytes in memory.
func.func @mask(%x: tensor<5x96xf32>, %m: tensor<5x96xi1>) -> (tensor<5x96xf32>, tensor<5x96xi1>) {
  %z = arith.constant dense<0.0> : tensor<5x96xf32>
  %e = tensor.empty() : tensor<5x96xf32>
  %v = arith.select %m, %x, %z : tensor<5x96xi1>, tensor<5x96xf32>
  %y = norm.layer_norm ins(%v : tensor<5x96xf32>) outs(%e : tensor<5x96xf32>) dims = [1] eps = 1.0e-5
  %p = arith.cmpf ogt, %y, %z : tensor<5x96xf32>
  return %y, %p : tensor<5x96xf32>, tensor<5x96xi1>
}

func.func @half_round(%x: tensor<5x96xbf16>) -> tensor<5x96xbf16> {
  %e = tensor.empty() : tensor<5x96xbf16>
  %v = math.round %x : tensor<5x96xbf16>
  %y = norm.layer_norm ins(%v : tensor<5x96xbf16>) outs(%e : tensor<5x96xbf16>) dims = [1] eps = 1.0e-5
  return %y : tensor<5x96xbf16>
}

func.func @half_scalar(%x: tensor<5x96xf16>, %s: f16) -> tensor<5x96xf16> {
  %t = tensor.splat %s : tensor<5x96xf16>
  %e = tensor.empty() : tensor<5x96xf16>
  %y = norm.layer_norm ins(%x : tensor<5x96xf16>) outs(%e : tensor<5x96xf16>) dims = [1] eps = 1.0e-5
  %z = arith.mulf %y, %t : tensor<5x96xf16>
  return %z : tensor<5x96xf16>
}
