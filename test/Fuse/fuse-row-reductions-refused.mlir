// Each reason why a reduction stays outside, and that nothing changes then.
// RUN: norm-opt %s --norm-fuse --remarks-filter-missed=norm-fuse --verify-diagnostics -o %t
// RUN: norm-opt %s -o %t.before
// RUN: diff %t.before %t

func.func @reductions(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %er: tensor<4xf32>, %ec: tensor<8xf32>)
    -> (tensor<8xf32>, tensor<4xf32>, tensor<4xf32>) {
  %z = arith.constant 0.0 : f32
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  %fc = linalg.fill ins(%z : f32) outs(%ec : tensor<8xf32>) -> tensor<8xf32>
  // expected-remark @below {{linalg.reduce stays outside norm.layer_norm: it reduces other dims than the norm}}
  %c = linalg.reduce {arith.addf} ins(%y : tensor<4x8xf32>) outs(%fc : tensor<8xf32>) dimensions = [0]
  // expected-remark @below {{it accumulates onto a tensor that is not one scalar}}
  %r = linalg.reduce {arith.addf} ins(%y : tensor<4x8xf32>) outs(%er : tensor<4xf32>) dimensions = [1]
  %f = linalg.fill ins(%z : f32) outs(%er : tensor<4xf32>) -> tensor<4xf32>
  // expected-remark @below {{arith.mulf is no combiner of norm.reduce}}
  %p = linalg.reduce {arith.mulf} ins(%y : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  return %c, %r, %p : tensor<8xf32>, tensor<4xf32>, tensor<4xf32>
}
