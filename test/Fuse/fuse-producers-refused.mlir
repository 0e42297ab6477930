// Each reason why a producer stays outside, and that nothing changes then.
// RUN: norm-opt %s --norm-fuse --remarks-filter-missed=norm-fuse --verify-diagnostics -o %t
// RUN: norm-opt %s -o %t.before
// RUN: diff %t.before %t

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#col = affine_map<(d0, d1) -> (d1)>
func.func private @use(tensor<4x8xf32>)

func.func @index(%e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-remark @below {{stays outside norm.layer_norm: it reads its loop index}}
  %p = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<4x8xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i32
    %v = arith.sitofp %j : i32 to f32
    linalg.yield %v : f32
  } -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%p : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

func.func @reads_init(%e: tensor<4x8xf32>, %x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-remark @below {{stays outside norm.layer_norm: it reads its init}}
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.addf %a, %o : f32
    linalg.yield %v : f32
  } -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%p : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

func.func @assert(%e: tensor<4x8xf32>, %x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %z = arith.constant 0.0 : f32
  // expected-remark @below {{stays outside norm.layer_norm: cf.assert in its body is not pure}}
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.addf %a, %a : f32
    %c = arith.cmpf ogt, %a, %z : f32
    cf.assert %c, "positive"
    linalg.yield %v : f32
  } -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%p : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

func.func @used_before(%e: tensor<4x8xf32>, %x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-remark @below {{stays outside norm.layer_norm: another user of it comes before the norm}}
  %p = linalg.add ins(%x, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  func.call @use(%p) : (tensor<4x8xf32>) -> ()
  %y = norm.layer_norm ins(%p : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

func.func @recomputed(%e: tensor<4x8xf32>, %x: tensor<4x8xf32>, %g: tensor<8xf32>, %eg: tensor<8xf32>) -> tensor<4x8xf32> {
  // expected-remark @below {{stays outside norm.layer_norm: it would be recomputed in many rows}}
  %p = linalg.exp ins(%g : tensor<8xf32>) outs(%eg : tensor<8xf32>) -> tensor<8xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

func.func @loop(%e: tensor<4x8xf32>, %x: tensor<4x8xf32>, %n: index) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-remark @below {{stays outside norm.layer_norm: it is in another block, from where it may run less often}}
  %p = linalg.exp ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %e) -> tensor<4x8xf32> {
    %y = norm.layer_norm ins(%p : tensor<4x8xf32>) outs(%acc : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
    scf.yield %y : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

func.func @reduces(%a: tensor<4x4xf32>, %b: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-remark @below {{linalg.matmul stays outside norm.layer_norm: it reduces}}
  %p = linalg.matmul ins(%a, %b : tensor<4x4xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%p : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

func.func @not_projected(%x: tensor<11xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-remark @below {{its operand #0 is not indexed by a projected permutation}}
  %p = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 + d1)>, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<11xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%p : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

// Both x and its transpose: as a result the sum could only be one of them.
func.func @read_twice(%x: tensor<4x4xf32>, %e: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-remark @below {{the norm reads it at other indices too}}
  %p = linalg.exp ins(%x : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%p[d0, d1], %p[d1, d0] : tensor<4x4xf32>, tensor<4x4xf32>)
      outs(%e[d0, d1] : tensor<4x4xf32>) (%a, %b) {
    %s = norm.reduce add %a : f32
    %t = arith.mulf %s, %b : f32
    norm.yield %t : f32
  }
  return %y : tensor<4x4xf32>
}

// A scale per column cannot become a result of a norm over rows.
func.func @too_few_dims(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %e: tensor<4x8xf32>, %eg: tensor<8xf32>)
    -> (tensor<4x8xf32>, tensor<8xf32>) {
  // expected-remark @below {{it has other users, and too few dims to become a result of the norm}}
  %h = linalg.add ins(%g, %g : tensor<8xf32>, tensor<8xf32>) outs(%eg : tensor<8xf32>) -> tensor<8xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%h : tensor<8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y, %h : tensor<4x8xf32>, tensor<8xf32>
}

// Without x, nothing would tell how long a row is.
func.func @extent_unknown(%e: tensor<4x8xf32>, %er: tensor<4xf32>) -> tensor<4xf32> {
  %two = arith.constant 2.0 : f32
  // expected-remark @below {{the extents of its result are known from nothing else}}
  %f = linalg.fill ins(%two : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%f[d0, d1] : tensor<4x8xf32>) outs(%er[d0] : tensor<4xf32>) (%a) {
    %s = norm.reduce add %a : f32
    norm.yield %s : f32
  }
  return %y : tensor<4xf32>
}

func.func @buffers(%x: memref<4x8xf32>) {
  // expected-remark @below {{norm.layer_norm is on buffers: fusion is on tensors}}
  norm.layer_norm ins(%x : memref<4x8xf32>) outs(%x : memref<4x8xf32>) dims = [1] eps = 1.0e-5
  return
}

// Its body reads all of a tensor, not only its element.
func.func @captured(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  // expected-remark @below {{tensor.extract in its body does not work on scalars}}
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %first = tensor.extract %x[%c0, %c0] : tensor<4x8xf32>
    %0 = arith.subf %a, %first : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%s : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}
