// Every norm op agrees with its oracle, in every kind of type and operand.
// RUN: norm-run %s --entry layer_norm --verify | FileCheck %s
// RUN: norm-run %s --entry before_scale --verify | FileCheck %s
// RUN: norm-run %s --entry leading_dim --verify | FileCheck %s
// RUN: norm-run %s --entry l2_max --verify | FileCheck %s
// RUN: norm-run %s --entry softmax --verify | FileCheck %s
// RUN: norm-run %s --entry plain_linalg --verify | FileCheck %s
// RUN: norm-run %s --entry in_place --verify | FileCheck %s --check-prefix=MEMREF
// RUN: norm-run %s --entry elementwise --verify | FileCheck %s
// RUN: norm-run %s --entry own_memory --verify | FileCheck %s
// RUN: norm-run %s --entry group_norm --verify | FileCheck %s
// RUN: norm-run %s --entry batch_norm --verify | FileCheck %s
// RUN: norm-run %s --entry quantize --verify | FileCheck %s
// RUN: norm-run %s --entry f8 --verify | FileCheck %s
// RUN: norm-run %s --entry f8 --road=linalg --verify | FileCheck %s
// RUN: norm-run %s --entry loop --verify | FileCheck %s
// RUN: norm-run %s --entry calls --verify | FileCheck %s
// RUN: norm-run %s --entry dynamic --verify --shape=0=5x33 --dynamic-size=33 | FileCheck %s

// CHECK: result0: max error {{[^:]*}}; error/bound 0{{.*}}: right
// CHECK-NOT: WRONG
// MEMREF: argument0: max error 0{{.*}}: right
// MEMREF: argument1: max error {{[^:]*}}; error/bound 0{{.*}}: right

func.func @layer_norm(%x: tensor<3x40xf32>, %g: tensor<40xf32>, %b: tensor<40xf32>)
    -> (tensor<3x40xf32>, tensor<3xf32>, tensor<3xf32>) {
  %e = tensor.empty() : tensor<3x40xf32>
  %s = tensor.empty() : tensor<3xf32>
  %y, %mean, %rstd = norm.layer_norm ins(%x : tensor<3x40xf32>)
      scale(%g : tensor<40xf32>) shift(%b : tensor<40xf32>)
      outs(%e : tensor<3x40xf32>) mean(%s : tensor<3xf32>) rstd(%s : tensor<3xf32>)
      dims = [1] eps = 1.0e-5
  return %y, %mean, %rstd : tensor<3x40xf32>, tensor<3xf32>, tensor<3xf32>
}

func.func @before_scale(%x: tensor<2x7x64xbf16>, %g: tensor<64xbf16>) -> tensor<2x7x64xbf16> {
  %e = tensor.empty() : tensor<2x7x64xbf16>
  %y = norm.rms_norm ins(%x : tensor<2x7x64xbf16>) scale(%g : tensor<64xbf16>)
      outs(%e : tensor<2x7x64xbf16>) dims = [2] eps = 1.0e-6
      rounding = before_scale scale_offset = 1.0
  return %y : tensor<2x7x64xbf16>
}

func.func @leading_dim(%x: tensor<2x16x5xf16>, %g: tensor<16xf32>) -> tensor<2x16x5xf16> {
  %e = tensor.empty() : tensor<2x16x5xf16>
  %y = norm.layer_norm ins(%x : tensor<2x16x5xf16>) scale(%g : tensor<16xf32>)
      outs(%e : tensor<2x16x5xf16>) dims = [1] eps = 1.0e-5
  return %y : tensor<2x16x5xf16>
}

func.func @group_norm(%x: tensor<2x12x5xf32>, %g: tensor<12xf32>, %b: tensor<12xf32>) -> tensor<2x12x5xf32> {
  %e = tensor.empty() : tensor<2x12x5xf32>
  %y = norm.group_norm ins(%x : tensor<2x12x5xf32>) scale(%g : tensor<12xf32>) shift(%b : tensor<12xf32>)
      outs(%e : tensor<2x12x5xf32>) dims = [1, 2] channel_dim = 1 groups = 3 eps = 1.0e-5
  return %y : tensor<2x12x5xf32>
}

func.func @batch_norm(%x: tensor<2x7x5xf32>, %m: tensor<7xf32>, %g: tensor<7xf32>, %b: tensor<7xf32>) -> tensor<2x7x5xf32> {
  %v = arith.constant dense<[0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]> : tensor<7xf32>
  %e = tensor.empty() : tensor<2x7x5xf32>
  %y = norm.batch_norm ins(%x : tensor<2x7x5xf32>) mean(%m : tensor<7xf32>) variance(%v : tensor<7xf32>)
      scale(%g : tensor<7xf32>) shift(%b : tensor<7xf32>) outs(%e : tensor<2x7x5xf32>) channel_dim = 1 eps = 1.0e-5
  return %y : tensor<2x7x5xf32>
}

func.func @l2_max(%x: tensor<4x9xf64>) -> tensor<4x9xf64> {
  %e = tensor.empty() : tensor<4x9xf64>
  %y = norm.l2_norm ins(%x : tensor<4x9xf64>) outs(%e : tensor<4x9xf64>)
      dims = [1] eps = 1.0e-12 eps_mode = max
  return %y : tensor<4x9xf64>
}

func.func @softmax(%x: tensor<4x33xf32>) -> tensor<4x33xf32> {
  %e = tensor.empty() : tensor<4x33xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x33xf32>)
      outs(%e[d0, d1] : tensor<4x33xf32>) (%v) {
    %m = norm.reduce max %v : f32
    %c = arith.subf %v, %m : f32
    %p = math.exp %c : f32
    %s = norm.reduce add %p : f32
    %q = arith.divf %p, %s : f32
    norm.yield %q : f32
  }
  return %y : tensor<4x33xf32>
}

func.func @plain_linalg(%x: tensor<4x33xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x33xf32>)
      outs(%init : tensor<4xf32>) dimensions = [1]
  return %sum : tensor<4xf32>
}

func.func @in_place(%x: memref<4x33xf32>, %out: memref<4x33xf32>) {
  %t = bufferization.to_tensor %x restrict : memref<4x33xf32> to tensor<4x33xf32>
  %e = tensor.empty() : tensor<4x33xf32>
  %y = norm.rms_norm ins(%t : tensor<4x33xf32>) outs(%e : tensor<4x33xf32>)
      dims = [1] eps = 1.0e-5
  bufferization.materialize_in_destination %y in restrict writable %out
      : (tensor<4x33xf32>, memref<4x33xf32>) -> ()
  return
}

func.func @quantize(%x: tensor<64xf32>) -> tensor<64xi8> {
  %scale = arith.constant 32.0 : f32
  %e = tensor.empty() : tensor<64xi8>
  %q = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                       iterator_types = ["parallel"]}
      ins(%x : tensor<64xf32>) outs(%e : tensor<64xi8>) {
  ^bb0(%v: f32, %o: i8):
    %s = arith.mulf %v, %scale : f32
    %r = math.roundeven %s : f32
    %i = arith.fptosi %r : f32 to i8
    linalg.yield %i : i8
  } -> tensor<64xi8>
  return %q : tensor<64xi8>
}

func.func @dynamic(%x: tensor<?x?xf32>, %g: tensor<?xf32>) -> tensor<?x?xf32> {
  %y = norm.rms_norm ins(%x : tensor<?x?xf32>) scale(%g : tensor<?xf32>)
      outs(%x : tensor<?x?xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<?x?xf32>
}

func.func @elementwise(%x: tensor<4x33xf16>) -> tensor<4x33xf16> {
  %y = math.erf %x : tensor<4x33xf16>
  %z = arith.mulf %y, %x : tensor<4x33xf16>
  return %z : tensor<4x33xf16>
}

func.func @own_memory(%x: tensor<4x33xf32>) -> (tensor<4x33xf32>, f32) {
  %i = arith.constant 3 : index
  %m = memref.alloc(%i) : memref<?xf32>
  %v = tensor.extract %x[%i, %i] : tensor<4x33xf32>
  linalg.fill ins(%v : f32) outs(%m : memref<?xf32>)
  %c2 = arith.constant 2 : index
  %w = memref.load %m[%c2] : memref<?xf32>
  memref.dealloc %m : memref<?xf32>
  %e = tensor.empty() : tensor<4x33xf32>
  %y = norm.rms_norm ins(%x : tensor<4x33xf32>) outs(%e : tensor<4x33xf32>)
      dims = [1] eps = 1.0e-5
  return %y, %w : tensor<4x33xf32>, f32
}

// What a loop carries is a new buffer each time.
func.func @loop(%x: tensor<5x13xf32>) -> tensor<5x13xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%v = %x) -> tensor<5x13xf32> {
    %e = tensor.empty() : tensor<5x13xf32>
    %y = norm.rms_norm ins(%v : tensor<5x13xf32>) outs(%e : tensor<5x13xf32>) dims = [1] eps = 1.0e-5
    %s = arith.addf %y, %v : tensor<5x13xf32>
    scf.yield %s : tensor<5x13xf32>
  }
  return %r : tensor<5x13xf32>
}

// Functions round each time that they are called; what they return is not the
// last of it.
func.func private @callee(%x: tensor<5x16xf32>) -> tensor<5x16xf32> {
  %e = tensor.empty() : tensor<5x16xf32>
  %y = norm.rms_norm ins(%x : tensor<5x16xf32>) outs(%e : tensor<5x16xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<5x16xf32>
}

func.func @calls(%x: tensor<5x16xf32>) -> tensor<5x16xf32> {
  %y = call @callee(%x) : (tensor<5x16xf32>) -> tensor<5x16xf32>
  %z = call @callee(%y) : (tensor<5x16xf32>) -> tensor<5x16xf32>
  return %z : tensor<5x16xf32>
}

// f8 given and returned, with a scale per row.
func.func @f8(%x: tensor<5x70xf8E5M2>, %g: tensor<70xf32>) -> (tensor<5x70xf8E4M3FN>, tensor<5xf32>) {
  %e = tensor.empty() : tensor<5x70xf32>
  %w = arith.extf %x : tensor<5x70xf8E5M2> to tensor<5x70xf32>
  %y = norm.rms_norm ins(%w : tensor<5x70xf32>) scale(%g : tensor<70xf32>) outs(%e : tensor<5x70xf32>) dims = [1] eps = 1.0e-5
  %zero = arith.constant 0.0 : f32
  %er = tensor.empty() : tensor<5xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%er : tensor<5xf32>) -> tensor<5xf32>
  %amax = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%y : tensor<5x70xf32>) outs(%fill : tensor<5xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.absf %a : f32
    %1 = arith.maximumf %0, %o : f32
    linalg.yield %1 : f32
  } -> tensor<5xf32>
  %eq = tensor.empty() : tensor<5x70xf8E4M3FN>
  %q = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%y, %amax : tensor<5x70xf32>, tensor<5xf32>) outs(%eq : tensor<5x70xf8E4M3FN>) {
  ^bb0(%a: f32, %m: f32, %o: f8E4M3FN):
    %c = arith.constant 448.0 : f32
    %s = arith.divf %c, %m : f32
    %0 = arith.mulf %a, %s : f32
    %1 = arith.truncf %0 : f32 to f8E4M3FN
    linalg.yield %1 : f8E4M3FN
  } -> tensor<5x70xf8E4M3FN>
  return %q, %amax : tensor<5x70xf8E4M3FN>, tensor<5xf32>
}
