// Lanes that hold 1e8 no longer see additions of 1 to the sum of squares: a long
// row is summed in chunks, whose sums are summed.
// RUN: norm-run %s --verify | FileCheck %s
// RUN: norm-run %s --verify --pipeline-options="cpu=x86-64 accuracy=two-pass" | FileCheck %s

// CHECK: result0: {{.*}}: right
func.func @outliers(%x: tensor<1x4194304xf32>) -> tensor<1x4194304xf32> {
  %e = tensor.empty() : tensor<1x4194304xf32>
  %c32 = arith.constant 32 : index
  %far = arith.constant 3.0e3 : f32
  %s = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<1x4194304xf32>) outs(%e : tensor<1x4194304xf32>) {
  ^bb0(%v: f32, %o: f32):
    %j = linalg.index 1 : index
    %first = arith.cmpi ult, %j, %c32 : index
    %w = arith.addf %v, %far : f32
    %r = arith.select %first, %w, %v : f32
    linalg.yield %r : f32
  } -> tensor<1x4194304xf32>
  %y = norm.layer_norm ins(%s : tensor<1x4194304xf32>) outs(%e : tensor<1x4194304xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<1x4194304xf32>
}
