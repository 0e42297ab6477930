// What is no batch norm by given statistics, though a root of a parameter is in
// it.
// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s --implicit-check-not=norm.

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#one = affine_map<(d0, d1, d2) -> (d1)>
#two = affine_map<(d0, d1, d2) -> (d2)>

// The mean is of another dim than the variance.
// CHECK-LABEL: func @other_channel
func.func @other_channel(%x: tensor<2x4x4xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<2x4x4xf32> {
  %eps = arith.constant 3.906250e-03 : f32
  %y = linalg.generic {indexing_maps = [#id, #two, #one, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %m, %v : tensor<2x4x4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<2x4x4xf32>) {
  ^bb0(%xe: f32, %me: f32, %ve: f32, %o: f32):
    %w = arith.addf %ve, %eps : f32
    // expected-remark @below {{not-batch-norm | Category:norm-raise | Function=other_channel | Remark="the root is of a parameter, but what follows is not (x − μ)·ρ·γ + β per channel"}}
    %r = math.rsqrt %w : f32
    %c = arith.subf %xe, %me : f32
    %h = arith.mulf %c, %r : f32
    linalg.yield %h : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// The mean is not taken off.
// CHECK-LABEL: func @no_mean
func.func @no_mean(%x: tensor<2x4x4xf32>, %v: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<2x4x4xf32> {
  %eps = arith.constant 3.906250e-03 : f32
  %y = linalg.generic {indexing_maps = [#id, #one, #one, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %v, %b : tensor<2x4x4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<2x4x4xf32>) {
  ^bb0(%xe: f32, %ve: f32, %be: f32, %o: f32):
    %w = arith.addf %ve, %eps : f32
    // expected-remark @below {{not-batch-norm}}
    %r = math.rsqrt %w : f32
    %h = arith.mulf %xe, %r : f32
    %ye = arith.addf %h, %be : f32
    linalg.yield %ye : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// The mean is added.
// CHECK-LABEL: func @mean_added
func.func @mean_added(%x: tensor<2x4x4xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<2x4x4xf32> {
  %eps = arith.constant 3.906250e-03 : f32
  %y = linalg.generic {indexing_maps = [#id, #one, #one, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %m, %v : tensor<2x4x4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<2x4x4xf32>) {
  ^bb0(%xe: f32, %me: f32, %ve: f32, %o: f32):
    %w = arith.addf %ve, %eps : f32
    // expected-remark @below {{not-batch-norm}}
    %r = math.rsqrt %w : f32
    %c = arith.addf %xe, %me : f32
    %h = arith.mulf %c, %r : f32
    linalg.yield %h : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// The mean is multiplied by another scale than x.
// CHECK-LABEL: func @mean_without_scale
func.func @mean_without_scale(%x: tensor<2x4x4xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<2x4x4xf32> {
  %eps = arith.constant 3.906250e-03 : f32
  %y = linalg.generic {indexing_maps = [#id, #one, #one, #one, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %m, %v, %g : tensor<2x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<2x4x4xf32>) {
  ^bb0(%xe: f32, %me: f32, %ve: f32, %ge: f32, %o: f32):
    %w = arith.addf %ve, %eps : f32
    // expected-remark @below {{not-batch-norm}}
    %r = math.rsqrt %w : f32
    %xg = arith.mulf %xe, %ge : f32
    %c = arith.subf %xg, %me : f32
    %h = arith.mulf %c, %r : f32
    linalg.yield %h : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// ε outside of the root: it is not even looked at.
// CHECK-LABEL: func @eps_outside
func.func @eps_outside(%x: tensor<2x4x4xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<2x4x4xf32> {
  %eps = arith.constant 3.906250e-03 : f32
  %y = linalg.generic {indexing_maps = [#id, #one, #one, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %m, %v : tensor<2x4x4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<2x4x4xf32>) {
  ^bb0(%xe: f32, %me: f32, %ve: f32, %o: f32):
    %r = math.sqrt %ve : f32
    %w = arith.addf %r, %eps : f32
    %c = arith.subf %xe, %me : f32
    %h = arith.divf %c, %w : f32
    linalg.yield %h : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// The statistics are those of rows of x, which batch_norm is not for.
// CHECK-LABEL: func @computed_mean
func.func @computed_mean(%x: tensor<2x4x4xf32>, %v: tensor<4xf32>) -> tensor<2x4x4xf32> {
  %eps = arith.constant 3.906250e-03 : f32
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  // expected-remark @below {{not-square-sum}}
  %m = linalg.reduce { arith.addf } ins(%x : tensor<2x4x4xf32>) outs(%zero : tensor<4xf32>) dimensions = [0, 2]
  %y = linalg.generic {indexing_maps = [#id, #one, #one, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %m, %v : tensor<2x4x4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<2x4x4xf32>) {
  ^bb0(%xe: f32, %me: f32, %ve: f32, %o: f32):
    %w = arith.addf %ve, %eps : f32
    // expected-remark @below {{not-batch-norm}}
    %r = math.rsqrt %w : f32
    %c = arith.subf %xe, %me : f32
    %h = arith.mulf %c, %r : f32
    linalg.yield %h : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}
