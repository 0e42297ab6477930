// RUN: norm-run %s --verify | FileCheck %s

// The first elements of the row are far from its mean: moments about theirs
// would cancel, and the vector road must notice. It takes a long row to tell:
// n/32 bounds how much of the variance can be lost.

// CHECK: result0: {{.*}}: right
func.func @far(%x: tensor<1x262144xf32>) -> tensor<1x262144xf32> {
  %e = tensor.empty() : tensor<1x262144xf32>
  %c32 = arith.constant 32 : index
  %far = arith.constant 1.0e3 : f32
  %s = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<1x262144xf32>) outs(%e : tensor<1x262144xf32>) {
  ^bb0(%v: f32, %o: f32):
    %j = linalg.index 1 : index
    %first = arith.cmpi ult, %j, %c32 : index
    %w = arith.addf %v, %far : f32
    %r = arith.select %first, %w, %v : f32
    linalg.yield %r : f32
  } -> tensor<1x262144xf32>
  %y = norm.layer_norm ins(%s : tensor<1x262144xf32>) outs(%e : tensor<1x262144xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<1x262144xf32>
}
