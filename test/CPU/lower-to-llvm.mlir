// What is beside the norms comes down too, and every symbol is one of libm's, of
// the runtime's, or of the C library's.

// RUN: norm-opt %s --norm-cpu-pipeline | FileCheck %s
// RUN: norm-opt %s --norm-cpu-pipeline=road=affine | FileCheck %s
// RUN: norm-opt %s --norm-cpu-pipeline | mlir-translate --mlir-to-llvmir -o %t.ll
// RUN: clang-22 -shared -fPIC -Wno-override-module %t.ll -o %t.so -Wl,-z,defs \
// RUN:   -L%llvm_lib_dir -lmlir_c_runner_utils -lmlir_float16_utils -lomp -lm

// CHECK-NOT: builtin.unrealized_conversion_cast
// CHECK-NOT: {{ (arith|math|linalg|scf|cf|func|affine|memref|vector|tensor|bufferization|norm|ub|index)\.[a-z]+}}

// Views of several dynamic extents around a norm over the last of three dims.
func.func @dynamic_views(%x: tensor<?x?x?xbf16>, %g: tensor<?xf32>, %e: tensor<?x?x?xbf16>) -> tensor<?x?x?xbf16> {
  %y = norm.rms_norm ins(%x : tensor<?x?x?xbf16>) scale(%g : tensor<?xf32>) outs(%e : tensor<?x?x?xbf16>) dims = [2] eps = 1.0e-5 rounding = before_scale scale_offset = 1.0
  return %y : tensor<?x?x?xbf16>
}

func.func @between_matmuls(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %m: index, %n: index) -> tensor<?x?xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %i = linalg.fill ins(%z : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %p = linalg.matmul ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%i : tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = norm.l2_norm ins(%p : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) dims = [1] eps = 1.0e-5 eps_mode = max
  %q = linalg.matmul ins(%y, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%i : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %q : tensor<?x?xf32>
}

func.func @other_forms(%a: tensor<2x96x7x7xf32>, %b: tensor<5xf16>, %c: tensor<4x?x64xf32>, %g: tensor<4x64xf32>)
    -> (tensor<2x96x7x7xf32>, tensor<5xf16>, tensor<4x?x64xf32>) {
  %0 = norm.layer_norm ins(%a : tensor<2x96x7x7xf32>) outs(%a : tensor<2x96x7x7xf32>) dims = [1] eps = 1.0e-5
  %1 = norm.layer_norm ins(%b : tensor<5xf16>) outs(%b : tensor<5xf16>) dims = [0] eps = 1.0e-5
  %2 = norm.layer_norm ins(%c : tensor<4x?x64xf32>) scale(%g : tensor<4x64xf32>) outs(%c : tensor<4x?x64xf32>) dims = [2] scale_dims = [0, 2] eps = 1.0e-5
  return %0, %1, %2 : tensor<2x96x7x7xf32>, tensor<5xf16>, tensor<4x?x64xf32>
}

func.func @strided_memrefs(%x: memref<?x?xbf16, strided<[?, ?], offset: ?>>, %y: memref<?x?xbf16, strided<[?, ?], offset: ?>>, %r: memref<?xf32>, %n: index) {
  norm.rms_norm ins(%x : memref<?x?xbf16, strided<[?, ?], offset: ?>>) outs(%y : memref<?x?xbf16, strided<[?, ?], offset: ?>>) rstd(%r : memref<?xf32>) dims = [1] eps = 1.0e-5
  %a = memref.alloc(%n) : memref<?xf32>
  memref.copy %r, %a : memref<?xf32> to memref<?xf32>
  memref.dealloc %a : memref<?xf32>
  return
}

// Buffers and tensors in one function: what each allocates is freed once.
func.func @mixed(%t: tensor<8x16xf32>, %x: memref<8x16xf32>) -> tensor<8x16xf32> {
  norm.rms_norm ins(%x : memref<8x16xf32>) outs(%x : memref<8x16xf32>) dims = [1] eps = 1.0e-5
  %e = tensor.empty() : tensor<8x16xf32>
  %r = norm.rms_norm ins(%t : tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) dims = [1] eps = 1.0e-5
  return %r : tensor<8x16xf32>
}

func.func @control_flow(%t: tensor<8x16xf32>, %n: index, %c: i1) -> tensor<8x16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %t) -> tensor<8x16xf32> {
    %b = scf.if %c -> tensor<8x16xf32> {
      %e = tensor.empty() : tensor<8x16xf32>
      %y = norm.rms_norm ins(%a : tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) dims = [1] eps = 1.0e-5
      scf.yield %y : tensor<8x16xf32>
    } else {
      scf.yield %a : tensor<8x16xf32>
    }
    scf.yield %b : tensor<8x16xf32>
  }
  %q = scf.forall (%i) in (8) shared_outs(%o = %r) -> tensor<8x16xf32> {
    %s = tensor.extract_slice %o[%i, 0] [1, 16] [1, 1] : tensor<8x16xf32> to tensor<1x16xf32>
    %y = norm.l2_norm ins(%s : tensor<1x16xf32>) outs(%s : tensor<1x16xf32>) dims = [1] eps = 1.0e-5
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %y into %o[%i, 0] [1, 16] [1, 1] : tensor<1x16xf32> into tensor<8x16xf32>
    }
  }
  return %q : tensor<8x16xf32>
}

// libm, an intrinsic, an expansion, a helper function, a type that widens.
func.func @math(%a: f32, %b: vector<4xbf16>, %i: i32) -> (f32, vector<4xbf16>, i32) {
  %0 = math.erf %a : f32
  %1 = math.exp %0 : f32
  %2 = math.clampf %1 to [%a, %0] : f32
  %3 = math.fpowi %2, %i : f32, i32
  %4 = math.tanh %b : vector<4xbf16>
  %5 = math.ipowi %i, %i : i32
  %6 = arith.ceildivsi %5, %i : i32
  return %3, %4, %6 : f32, vector<4xbf16>, i32
}

// arith and math on tensors.
func.func @elementwise(%a: tensor<4x?xf16>) -> tensor<4x?xf16> {
  %0 = math.erf %a : tensor<4x?xf16>
  %1 = arith.addf %0, %a : tensor<4x?xf16>
  return %1 : tensor<4x?xf16>
}

func.func @vectors(%m: memref<?x?xf32>, %i: index) -> vector<4x3xf32> {
  %c = ub.poison : f32
  %a = vector.transfer_read %m[%i, %i], %c : memref<?x?xf32>, vector<3x4xf32>
  %t = vector.transpose %a, [1, 0] : vector<3x4xf32> to vector<4x3xf32>
  vector.transfer_write %t, %m[%i, %i] : vector<4x3xf32>, memref<?x?xf32>
  return %t : vector<4x3xf32>
}
