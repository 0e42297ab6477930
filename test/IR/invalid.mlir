// One test per constraint of each op; the tags are those of the descriptions.
// RUN: norm-opt %s --split-input-file --verify-diagnostics

func.func @layer_norm_c1_integer(%x: tensor<4x8xi32>, %e: tensor<4x8xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor or memref of f16, bf16, f32 or f64, but got 'tensor<4x8xi32>'}}
  %y = norm.layer_norm ins(%x : tensor<4x8xi32>) outs(%e : tensor<4x8xi32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c1_f8(%x: tensor<4x8xf32>, %e: tensor<4x8xf8E5M2>) {
  // expected-error @+1 {{operand #1 must be ranked tensor or memref of f16, bf16, f32 or f64, but got 'tensor<4x8xf8E5M2>'}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf8E5M2>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c1_unranked(%x: tensor<*xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{but got 'tensor<*xf32>'}}
  %y = norm.layer_norm ins(%x : tensor<*xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c1_vector(%x: vector<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{but got 'vector<4x8xf32>'}}
  %y = norm.layer_norm ins(%x : vector<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c1_two_x(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{x is 2 operands, not one}}
  %y = "norm.layer_norm"(%x, %x, %e) <{dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 2, 0, 0, 1, 0, 0>}> : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @layer_norm_c1_no_init(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{init is 0 operands, not one}}
  "norm.layer_norm"(%x, %e) <{dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0>}> : (tensor<4x8xf32>, tensor<4x8xf32>) -> ()
  return
}

// -----

func.func @layer_norm_c2_empty(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims is empty: nothing to normalize over}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [] eps = 1.0
  return
}

// -----

func.func @layer_norm_c2_twice(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims has 1 twice}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1, 1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c2_range(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims has 2, which is not a dim of x: its rank is 2}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1, 2] eps = 1.0
  return
}

// -----

func.func @layer_norm_c2_negative(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims has -1, which is not a dim of x: its rank is 2}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [-1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c2_rank_0(%x: tensor<f32>, %e: tensor<f32>) {
  // expected-error @+1 {{dims has 0, which is not a dim of x: its rank is 0}}
  %y = norm.layer_norm ins(%x : tensor<f32>) outs(%e : tensor<f32>) dims = [0] eps = 1.0
  return
}

// -----

func.func @layer_norm_c3(%x: tensor<4x0xf32>, %e: tensor<4x0xf32>) {
  // expected-error @+1 {{reduces dim 1 of x, which has no elements}}
  %y = norm.layer_norm ins(%x : tensor<4x0xf32>) outs(%e : tensor<4x0xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c4_shape(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{scale has shape [4], but x at dims [1] is [8]}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c4_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_dims is given without a scale}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] scale_dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c4_shape_of_dims(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{scale has shape [4], but x at dims [1, 0] is [8, 4]}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] scale_dims = [1, 0] eps = 1.0
  return
}

// -----

func.func @layer_norm_c4_dynamic(%x: tensor<?x8xf32>, %e: tensor<?x8xf32>, %p: tensor<?x4xf32>) {
  // expected-error @+1 {{scale has shape [?, 4], but x at dims [0, 1] is [?, 8]}}
  %y = norm.layer_norm ins(%x : tensor<?x8xf32>) scale(%p : tensor<?x4xf32>) outs(%e : tensor<?x8xf32>) dims = [1] scale_dims = [0, 1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c4_twice(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{scale_dims has 0 twice}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] scale_dims = [0, 0] eps = 1.0
  return
}

// -----

func.func @layer_norm_c4_range(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{scale_dims has 3, which is not a dim of x: its rank is 2}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] scale_dims = [3] eps = 1.0
  return
}

// -----

func.func @layer_norm_c4_integer(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<8xi8>) {
  // expected-error @+1 {{must be ranked tensor or memref of f16, bf16, f32 or f64, but got 'tensor<8xi8>'}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<8xi8>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c5_shape(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{shift has shape [4], but x at dims [1] is [8]}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) shift(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c5_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{shift_dims is given without a shift}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] shift_dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c5_shape_of_dims(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{shift has shape [4], but x at dims [1, 0] is [8, 4]}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) shift(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] shift_dims = [1, 0] eps = 1.0
  return
}

// -----

func.func @layer_norm_c5_dynamic(%x: tensor<?x8xf32>, %e: tensor<?x8xf32>, %p: tensor<?x4xf32>) {
  // expected-error @+1 {{shift has shape [?, 4], but x at dims [0, 1] is [?, 8]}}
  %y = norm.layer_norm ins(%x : tensor<?x8xf32>) shift(%p : tensor<?x4xf32>) outs(%e : tensor<?x8xf32>) dims = [1] shift_dims = [0, 1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c5_twice(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{shift_dims has 0 twice}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) shift(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] shift_dims = [0, 0] eps = 1.0
  return
}

// -----

func.func @layer_norm_c5_range(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{shift_dims has 3, which is not a dim of x: its rank is 2}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) shift(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] shift_dims = [3] eps = 1.0
  return
}

// -----

func.func @layer_norm_c5_integer(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<8xi8>) {
  // expected-error @+1 {{must be ranked tensor or memref of f16, bf16, f32 or f64, but got 'tensor<8xi8>'}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) shift(%p : tensor<8xi8>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c4_offset_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_offset is given without a scale}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 scale_offset = 1.0
  return
}

// -----

func.func @layer_norm_c6(%x: tensor<4x8xf32>, %e: tensor<8x4xf32>) {
  // expected-error @+1 {{init has shape [8, 4], but x is [4, 8]}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<8x4xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c7_mean(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %m: tensor<8xf32>) {
  // expected-error @+1 {{mean has shape [8], but x without the reduced dims is [4]}}
  %y:2 = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) mean(%m : tensor<8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c7_rstd(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %r: tensor<4x1xf32>) {
  // expected-error @+1 {{rstd has shape [4, 1], but x without the reduced dims is [4]}}
  %y:2 = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) rstd(%r : tensor<4x1xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c8(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{acc = 'f16' does not hold the values of 'f32' data exactly}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 acc = f16
  return
}

// -----

func.func @layer_norm_c8_same_width(%x: tensor<4x8xbf16>, %e: tensor<4x8xbf16>) {
  // expected-error @+1 {{acc = 'f16' does not hold the values of 'bf16' data exactly}}
  %y = norm.layer_norm ins(%x : tensor<4x8xbf16>) outs(%e : tensor<4x8xbf16>) dims = [1] eps = 1.0 acc = f16
  return
}

// -----

func.func @layer_norm_c8_integer(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{attribute 'acc' failed to satisfy constraint}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 acc = i32
  return
}

// -----

func.func @layer_norm_c9_mixed(%x: tensor<4x8xf32>, %e: memref<4x8xf32>) {
  // expected-error @+1 {{mixes tensor and memref operands}}
  norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : memref<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @layer_norm_c9_result(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation}}
  "norm.layer_norm"(%x, %e) <{dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 0, 0, 1, 0, 0>}> : (tensor<4x8xf32>, tensor<4x8xf32>) -> ()
  return
}

// -----

func.func @layer_norm_c9_result_type(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation 'tensor<4x8xf64>'}}
  %y = "norm.layer_norm"(%x, %e) <{dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 0, 0, 1, 0, 0>}> : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf64>
  return
}

// -----

func.func @layer_norm_c10_negative(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{eps is -1.000000e+00; it must be finite and not negative}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = -1.0
  return
}

// -----

func.func @layer_norm_c10_nan(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{eps is nan; it must be finite and not negative}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 0x7FF8000000000000
  return
}

// -----

func.func @layer_norm_c10_infinite_offset(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<8xf32>) {
  // expected-error @+1 {{scale_offset is INF; it must be finite}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 scale_offset = 0x7FF0000000000000
  return
}

// -----

func.func @layer_norm_unknown_rounding(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{expected ::mlir::norm::Rounding to be one of: after_scale, before_scale}}
  // expected-error @+1 {{failed to parse Norm_RoundingAttr parameter 'value'}}
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 rounding = up scale_offset = 0.0
  return
}

// -----

func.func @rms_norm_c1_integer(%x: tensor<4x8xi32>, %e: tensor<4x8xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor or memref of f16, bf16, f32 or f64, but got 'tensor<4x8xi32>'}}
  %y = norm.rms_norm ins(%x : tensor<4x8xi32>) outs(%e : tensor<4x8xi32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c2_empty(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims is empty: nothing to normalize over}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [] eps = 1.0
  return
}

// -----

func.func @rms_norm_c2_twice(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims has 1 twice}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1, 1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c2_range(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims has 2, which is not a dim of x: its rank is 2}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1, 2] eps = 1.0
  return
}

// -----

func.func @rms_norm_c3(%x: tensor<4x0xf32>, %e: tensor<4x0xf32>) {
  // expected-error @+1 {{reduces dim 1 of x, which has no elements}}
  %y = norm.rms_norm ins(%x : tensor<4x0xf32>) outs(%e : tensor<4x0xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c4_shape(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{scale has shape [4], but x at dims [1] is [8]}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c4_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_dims is given without a scale}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] scale_dims = [1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c5_shape(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{shift has shape [4], but x at dims [1] is [8]}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) shift(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c5_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{shift_dims is given without a shift}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] shift_dims = [1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c4_offset_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_offset is given without a scale}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 scale_offset = 1.0
  return
}

// -----

func.func @rms_norm_c6(%x: tensor<4x8xf32>, %e: tensor<8x4xf32>) {
  // expected-error @+1 {{init has shape [8, 4], but x is [4, 8]}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<8x4xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c7_rstd(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %r: tensor<4x1xf32>) {
  // expected-error @+1 {{rstd has shape [4, 1], but x without the reduced dims is [4]}}
  %y:2 = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) rstd(%r : tensor<4x1xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c8(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{acc = 'f16' does not hold the values of 'f32' data exactly}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 acc = f16
  return
}

// -----

func.func @rms_norm_c9_mixed(%x: tensor<4x8xf32>, %e: memref<4x8xf32>) {
  // expected-error @+1 {{mixes tensor and memref operands}}
  norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : memref<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @rms_norm_c9_result(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation}}
  "norm.rms_norm"(%x, %e) <{dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 0, 0, 1, 0>}> : (tensor<4x8xf32>, tensor<4x8xf32>) -> ()
  return
}

// -----

func.func @rms_norm_c9_result_type(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation 'tensor<4x8xf64>'}}
  %y = "norm.rms_norm"(%x, %e) <{dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 0, 0, 1, 0>}> : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf64>
  return
}

// -----

func.func @rms_norm_c10_negative(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{eps is -1.000000e+00; it must be finite and not negative}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = -1.0
  return
}

// -----

func.func @l2_norm_c1_integer(%x: tensor<4x8xi32>, %e: tensor<4x8xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor or memref of f16, bf16, f32 or f64, but got 'tensor<4x8xi32>'}}
  %y = norm.l2_norm ins(%x : tensor<4x8xi32>) outs(%e : tensor<4x8xi32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c2_empty(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims is empty: nothing to normalize over}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [] eps = 1.0
  return
}

// -----

func.func @l2_norm_c2_twice(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims has 1 twice}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1, 1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c2_range(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims has 2, which is not a dim of x: its rank is 2}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1, 2] eps = 1.0
  return
}

// -----

func.func @l2_norm_c3(%x: tensor<4x0xf32>, %e: tensor<4x0xf32>) {
  // expected-error @+1 {{reduces dim 1 of x, which has no elements}}
  %y = norm.l2_norm ins(%x : tensor<4x0xf32>) outs(%e : tensor<4x0xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c4_shape(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{scale has shape [4], but x at dims [1] is [8]}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c4_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_dims is given without a scale}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] scale_dims = [1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c5_shape(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{shift has shape [4], but x at dims [1] is [8]}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) shift(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c5_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{shift_dims is given without a shift}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] shift_dims = [1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c4_offset_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_offset is given without a scale}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 scale_offset = 1.0
  return
}

// -----

func.func @l2_norm_c6(%x: tensor<4x8xf32>, %e: tensor<8x4xf32>) {
  // expected-error @+1 {{init has shape [8, 4], but x is [4, 8]}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<8x4xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c7_rstd(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %r: tensor<4x1xf32>) {
  // expected-error @+1 {{rstd has shape [4, 1], but x without the reduced dims is [4]}}
  %y:2 = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) rstd(%r : tensor<4x1xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c8(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{acc = 'f16' does not hold the values of 'f32' data exactly}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 acc = f16
  return
}

// -----

func.func @l2_norm_c9_mixed(%x: tensor<4x8xf32>, %e: memref<4x8xf32>) {
  // expected-error @+1 {{mixes tensor and memref operands}}
  norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : memref<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @l2_norm_c9_result(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation}}
  "norm.l2_norm"(%x, %e) <{dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 0, 0, 1, 0>}> : (tensor<4x8xf32>, tensor<4x8xf32>) -> ()
  return
}

// -----

func.func @l2_norm_c9_result_type(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation 'tensor<4x8xf64>'}}
  %y = "norm.l2_norm"(%x, %e) <{dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 0, 0, 1, 0>}> : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf64>
  return
}

// -----

func.func @l2_norm_c10_negative(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{eps is -1.000000e+00; it must be finite and not negative}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = -1.0
  return
}

// -----

func.func @l2_norm_unknown_eps_mode(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{expected ::mlir::norm::EpsMode to be one of: add, max}}
  // expected-error @+1 {{failed to parse Norm_EpsModeAttr parameter 'value'}}
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 eps_mode = min acc = f32
  return
}

// -----

func.func @group_norm_c1_integer(%x: tensor<4x8xi32>, %e: tensor<4x8xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor or memref of f16, bf16, f32 or f64, but got 'tensor<4x8xi32>'}}
  %y = norm.group_norm ins(%x : tensor<4x8xi32>) outs(%e : tensor<4x8xi32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c2_empty(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims is empty: nothing to normalize over}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c2_twice(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims has 1 twice}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1, 1] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c2_range(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dims has 2, which is not a dim of x: its rank is 2}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1, 2] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c3(%x: tensor<4x0xf32>, %e: tensor<4x0xf32>) {
  // expected-error @+1 {{reduces dim 1 of x, which has no elements}}
  %y = norm.group_norm ins(%x : tensor<4x0xf32>) outs(%e : tensor<4x0xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c4_shape(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{scale has shape [4], but x at dims [1] is [8]}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) scale(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c4_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_dims is given without a scale}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 scale_dims = [1] eps = 1.0
  return
}

// -----

func.func @group_norm_c5_shape(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{shift has shape [4], but x at dims [1] is [8]}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) shift(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c5_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{shift_dims is given without a shift}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 shift_dims = [1] eps = 1.0
  return
}

// -----

func.func @group_norm_c4_offset_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_offset is given without a scale}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0 scale_offset = 1.0
  return
}

// -----

func.func @group_norm_c6(%x: tensor<4x8xf32>, %e: tensor<8x4xf32>) {
  // expected-error @+1 {{init has shape [8, 4], but x is [4, 8]}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<8x4xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c8(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{acc = 'f16' does not hold the values of 'f32' data exactly}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0 acc = f16
  return
}

// -----

func.func @group_norm_c9_mixed(%x: tensor<4x8xf32>, %e: memref<4x8xf32>) {
  // expected-error @+1 {{mixes tensor and memref operands}}
  norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : memref<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c9_result(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation}}
  "norm.group_norm"(%x, %e) <{channel_dim = 1 : i64, groups = 2 : i64, dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 0, 0, 1>}> : (tensor<4x8xf32>, tensor<4x8xf32>) -> ()
  return
}

// -----

func.func @group_norm_c9_result_type(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation 'tensor<4x8xf64>'}}
  %y = "norm.group_norm"(%x, %e) <{channel_dim = 1 : i64, groups = 2 : i64, dims = array<i64: 1>, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 0, 0, 1>}> : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf64>
  return
}

// -----

func.func @group_norm_c10_negative(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{eps is -1.000000e+00; it must be finite and not negative}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = -1.0
  return
}

// -----

func.func @group_norm_c11(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{channel_dim is 0, which is not one of dims}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 0 groups = 2 eps = 1.0
  return
}

// -----

func.func @group_norm_c12_none(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{has 0 groups}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 0 eps = 1.0
  return
}

// -----

func.func @group_norm_c12_negative(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{has -2 groups}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = -2 eps = 1.0
  return
}

// -----

func.func @group_norm_c12_rest(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{8 channels are not 3 groups of as many}}
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 3 eps = 1.0
  return
}

// -----

func.func @batch_norm_c1_integer(%x: tensor<4x8xi32>, %m: tensor<8xf32>, %e: tensor<4x8xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor or memref of f16, bf16, f32 or f64, but got 'tensor<4x8xi32>'}}
  %y = norm.batch_norm ins(%x : tensor<4x8xi32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) outs(%e : tensor<4x8xi32>) channel_dim = 1 eps = 1.0
  return
}

// -----

func.func @batch_norm_c4_shape(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{scale has shape [4], but x at dims [1] is [8]}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) scale(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = 1.0
  return
}

// -----

func.func @batch_norm_c4_alone(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_dims is given without a scale}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 scale_dims = [1] eps = 1.0
  return
}

// -----

func.func @batch_norm_c5_shape(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{shift has shape [4], but x at dims [1] is [8]}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) shift(%p : tensor<4xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = 1.0
  return
}

// -----

func.func @batch_norm_c5_alone(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{shift_dims is given without a shift}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 shift_dims = [1] eps = 1.0
  return
}

// -----

func.func @batch_norm_c4_offset_alone(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{scale_offset is given without a scale}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = 1.0 scale_offset = 1.0
  return
}

// -----

func.func @batch_norm_c6(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<8x4xf32>) {
  // expected-error @+1 {{init has shape [8, 4], but x is [4, 8]}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) outs(%e : tensor<8x4xf32>) channel_dim = 1 eps = 1.0
  return
}

// -----

func.func @batch_norm_c8(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{acc = 'f16' does not hold the values of 'f32' data exactly}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = 1.0 acc = f16
  return
}

// -----

func.func @batch_norm_c9_mixed(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: memref<4x8xf32>) {
  // expected-error @+1 {{mixes tensor and memref operands}}
  norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) outs(%e : memref<4x8xf32>) channel_dim = 1 eps = 1.0
  return
}

// -----

func.func @batch_norm_c9_result(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation}}
  "norm.batch_norm"(%x, %m, %m, %e) <{channel_dim = 1 : i64, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 1>}> : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<4x8xf32>) -> ()
  return
}

// -----

func.func @batch_norm_c9_result_type(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation 'tensor<4x8xf64>'}}
  %y = "norm.batch_norm"(%x, %m, %m, %e) <{channel_dim = 1 : i64, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 1>}> : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<4x8xf32>) -> tensor<4x8xf64>
  return
}

// -----

func.func @batch_norm_c10_negative(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{eps is -1.000000e+00; it must be finite and not negative}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = -1.0
  return
}

// -----

func.func @batch_norm_c11(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %v: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{channel_dim has 2, which is not a dim of x: its rank is 2}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%v : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 2 eps = 1.0
  return
}

// -----

func.func @batch_norm_c11_negative(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %v: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{channel_dim has -1, which is not a dim of x: its rank is 2}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%v : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = -1 eps = 1.0
  return
}

// -----

func.func @batch_norm_c12_mean(%x: tensor<4x8xf32>, %m: tensor<4xf32>, %v: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{mean has shape [4], but x at the channel is [8]}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<4xf32>) variance(%v : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = 1.0
  return
}

// -----

func.func @batch_norm_c12_variance(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %v: tensor<8x1xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{variance has shape [8, 1], but x at the channel is [8]}}
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%v : tensor<8x1xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = 1.0
  return
}

// -----

func.func @batch_norm_c1_two_means(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %v: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{mean is 2 operands, not one}}
  %y = "norm.batch_norm"(%x, %m, %v, %e) <{channel_dim = 1 : i64, eps = 1.0 : f64, operandSegmentSizes = array<i32: 1, 2, 0, 0, 0, 1>}> : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @generic_g1_kind(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{iterator type "window" is neither parallel nor reduction}}
  %y = "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<reduction>, "window"], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<4x8xf32>, tensor<4x8xf32>) -> (tensor<4x8xf32>)
  return
}

// -----

func.func @generic_g1_rows_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{has no reduction dim: its rows have no elements}}
  %y = norm.generic (d0: parallel, d1: parallel) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g2_number(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{has 1 indexing maps for 2 operands}}
  %y = "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<4x8xf32>, tensor<4x8xf32>) -> (tensor<4x8xf32>)
  return
}

// -----

func.func @generic_g2_constant(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{indexing map of operand #0, affine_map<(d0, d1) -> (d0, 0)>, is not a projected permutation of the 2 dims}}
  %y = "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<4x8xf32>, tensor<4x8xf32>) -> (tensor<4x8xf32>)
  return
}

// -----

func.func @generic_g2_fewer_dims(%x: tensor<8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{indexing map of operand #0, affine_map<(d0) -> (d0)>, is not a projected permutation of the 2 dims}}
  %y = "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<8xf32>, tensor<4x8xf32>) -> (tensor<4x8xf32>)
  return
}

// -----

func.func @generic_g2_dim_twice(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{affine_map<(d0, d1) -> (d0, d0)>, is not a projected permutation of the 2 dims}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d0] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g2_rank(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{operand #0 of type 'tensor<4x8xf32>' is indexed by 1 dims}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g2_scalar(%x: f32, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{operand #0 of type 'f32' is indexed by 1 dims}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d1] : f32) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g2_unranked(%x: tensor<*xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{operand #0 is unranked}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<*xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g3_extent(%x: tensor<4x9xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{d1 has extent 9 in operand #0 but 8 in operand #1}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x9xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g3_dynamic(%x: tensor<4x?xf32>, %p: tensor<7xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{d1 has extent 7 in operand #1 but 8 in operand #2}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %p[d1] : tensor<4x?xf32>, tensor<7xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a, %b) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g3_unindexed(%x: tensor<4xf32>, %m: tensor<4xf32>) {
  // expected-error @+1 {{no operand is indexed by d1: its extent is unknown}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0] : tensor<4xf32>) outs(%m[d0] : tensor<4xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g4_number(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{body has 0 arguments for 1 inputs}}
  %y = "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0:
    %a = arith.constant 0.0 : f32
    norm.yield %a : f32
  }) : (tensor<4x8xf32>, tensor<4x8xf32>) -> (tensor<4x8xf32>)
  return
}

// -----

func.func @generic_g4_type(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{body argument #0 has type 'f64', but input #0 has elements of type 'f32'}}
  %y = "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%a: f64):
    %b = arith.truncf %a : f64 to f32
    norm.yield %b : f32
  }) : (tensor<4x8xf32>, tensor<4x8xf32>) -> (tensor<4x8xf32>)
  return
}

// -----

func.func @generic_g4_vector_elements(%x: tensor<4x8xcomplex<f32>>, %e: tensor<4x8xf32>, %v: f32) {
  // expected-error @+1 {{input #0 has elements of type 'complex<f32>', which is not a scalar}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xcomplex<f32>>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    norm.yield %v : f32
  }
  return
}

// -----

func.func @generic_g5_number(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    // expected-error @+1 {{has 2 values for 1 outs}}
    norm.yield %a, %a : f32, f32
  }
  return
}

// -----

func.func @generic_g5_none(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    // expected-error @+1 {{has 0 values for 1 outs}}
    norm.yield
  }
  return
}

// -----

func.func @generic_g5_type(%x: tensor<4x8xf32>, %e: tensor<4x8xf16>) {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf16>) (%a) {
    // expected-error @+1 {{value #0 has type 'f32', but out #0 has elements of type 'f16'}}
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g5_terminator(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{body does not end in norm.yield}}
  %y = "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%a: f32):
    ub.unreachable
  }) : (tensor<4x8xf32>, tensor<4x8xf32>) -> (tensor<4x8xf32>)
  return
}

// -----

func.func @generic_g6_columns(%x: tensor<4x8xf32>, %m: tensor<8xf32>) {
  // expected-error @+1 {{out #0 is indexed neither by all dims nor by exactly the parallel dims}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%m[d1] : tensor<8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g6_some_rows(%x: tensor<2x4x8xf32>, %m: tensor<4xf32>, %v: f32) {
  // expected-error @+1 {{out #0 is indexed neither by all dims nor by exactly the parallel dims}}
  %y = norm.generic (d0: parallel, d1: parallel, d2: reduction) ins(%x[d0, d1, d2] : tensor<2x4x8xf32>) outs(%m[d1] : tensor<4xf32>) (%a) {
    norm.yield %v : f32
  }
  return
}

// -----

func.func @generic_g7_element(%x: tensor<4x8xf32>, %m: tensor<4xf32>) {
  // expected-error @+1 {{out #0 has one value per row, but its value differs between the elements of a row}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%m[d0] : tensor<4xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g7_through_arithmetic(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %m: tensor<4xf32>) {
  // expected-error @+1 {{out #0 has one value per row, but its value differs between the elements of a row}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %g[d1] : tensor<4x8xf32>, tensor<8xf32>) outs(%m[d0] : tensor<4xf32>) (%a, %b) {
    %s = norm.reduce add %a : f32
    %t = arith.mulf %s, %b : f32
    norm.yield %t : f32
  }
  return
}

// -----

func.func @generic_g8_effect(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %p: memref<f32>) {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    // expected-error @+1 {{is not pure, or has regions: it cannot stand in the body of norm.generic}}
    memref.store %a, %p[] : memref<f32>
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g8_call(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    // expected-error @+1 {{is not pure, or has regions}}
    func.call @generic_g8_call(%x, %e) : (tensor<4x8xf32>, tensor<4x8xf32>) -> ()
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g8_region(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %c: i1) {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    // expected-error @+1 {{is not pure, or has regions}}
    %b = scf.if %c -> f32 {
      scf.yield %a : f32
    } else {
      scf.yield %a : f32
    }
    norm.yield %b : f32
  }
  return
}

// -----

func.func @generic_g8_vector_result(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    // expected-error @+1 {{has a result of type 'vector<4xf32>': the body of norm.generic works on scalars}}
    %b = vector.broadcast %a : f32 to vector<4xf32>
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g8_tensor_operand(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %i: index) {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    // expected-error @+1 {{has an operand of type 'tensor<4x8xf32>': the body of norm.generic works on scalars}}
    %b = tensor.extract %x[%i, %i] : tensor<4x8xf32>
    norm.yield %b : f32
  }
  return
}

// -----

func.func @generic_g8_blocks(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{expects region #0 to have 0 or 1 blocks}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    cf.br ^bb1
  ^bb1:
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g9_mixed(%x: memref<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{mixes tensor and memref operands}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g9_vector(%x: vector<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{operand #0 of type 'vector<4x8xf32>' is neither a scalar, a tensor nor a memref}}
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : vector<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}

// -----

func.func @generic_g9_results(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{expected the number of tensor results (0) to be equal to the number of output tensors (1)}}
  "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<4x8xf32>, tensor<4x8xf32>) -> ()
  return
}

// -----

func.func @generic_g9_result_type(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{expected type of operand #1 ('tensor<4x8xf32>') to match type of corresponding result ('tensor<4x?xf32>')}}
  %y = "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<4x8xf32>, tensor<4x8xf32>) -> (tensor<4x?xf32>)
  return
}

// -----

// The ops of the body stand nowhere else.
func.func @reduce_alone(%v: f32) {
  // expected-error @+1 {{expects parent op 'norm.generic'}}
  %s = norm.reduce add %v : f32
  return
}

// -----

func.func @count_alone() {
  // expected-error @+1 {{expects parent op 'norm.generic'}}
  %n = norm.count : f32
  return
}

// -----

func.func @reduce_integer(%x: tensor<4x8xi32>, %e: tensor<4x8xi32>) {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xi32>) outs(%e[d0, d1] : tensor<4x8xi32>) (%a) {
    // expected-error @+1 {{operand #0 must be 16-bit float or bfloat16 type or 32-bit float or 64-bit float}}
    %s = norm.reduce add %a : i32
    norm.yield %s : i32
  }
  return
}

// -----

func.func @reduce_moments_one_result(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  %y = "norm.generic"(%x, %e) <{indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%a: f32):
    // expected-error @+2 {{failed to infer returned types}}
    // expected-error @+1 {{inferred type(s) 'f32', 'f32' are incompatible with return type(s) of operation 'f32'}}
    %s = "norm.reduce"(%a) <{kind = #norm<combiner moments>}> : (f32) -> f32
    norm.yield %a : f32
  }) : (tensor<4x8xf32>, tensor<4x8xf32>) -> (tensor<4x8xf32>)
  return
}

// -----

// What the parser of norm.generic refuses.
func.func @parse_dim_twice(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) {
  // expected-error @+1 {{dim 'd0' is given twice}}
  norm.generic (d0: parallel, d0: reduction) ins() outs(%e[d0] : tensor<4x8xf32>) () {}
}

// -----

func.func @parse_iterator(%e: tensor<4x8xf32>) {
  // expected-error @+1 {{expected 'parallel' or 'reduction'}}
  norm.generic (d0: serial) ins() outs(%e[d0] : tensor<4x8xf32>) () {}
}

// -----

func.func @parse_unknown_dim(%e: tensor<4x8xf32>) {
  // expected-error @+1 {{unknown dim 'd1'}}
  norm.generic (d0: reduction) ins() outs(%e[d1] : tensor<4x8xf32>) () {}
}

// -----

func.func @parse_types(%e: tensor<8xf32>) {
  // expected-error @+1 {{number of operands and types do not match: got 1 operands and 2 types}}
  norm.generic (d0: reduction) ins() outs(%e[d0] : tensor<8xf32>, tensor<8xf32>) () {}
}

// -----

func.func @parse_body_arguments(%x: tensor<8xf32>, %e: tensor<8xf32>) {
  // expected-error @+1 {{expected 1 body arguments, one per input, got 2}}
  norm.generic (d0: reduction) ins(%x[d0] : tensor<8xf32>) outs(%e[d0] : tensor<8xf32>) (%a, %b) {}
}

// -----

func.func @parse_no_body(%x: tensor<8xf32>, %e: tensor<8xf32>) {
  // expected-error @+1 {{expected '{' to begin a region}}
  norm.generic (d0: reduction) ins(%x[d0] : tensor<8xf32>) outs(%e[d0] : tensor<8xf32>) (%a)
  return
}

// -----

func.func @parse_combiner(%x: tensor<8xf32>, %e: tensor<8xf32>) {
  %y = norm.generic (d0: reduction) ins(%x[d0] : tensor<8xf32>) outs(%e[d0] : tensor<8xf32>) (%a) {
    // expected-error @+2 {{expected ::mlir::norm::Combiner to be one of: add, max, min, moments}}
    // expected-error @+1 {{failed to parse Norm_CombinerAttr}}
    %s = norm.reduce median %a : f32
    norm.yield %s : f32
  }
  return
}
