// RUN: norm-opt %s --norm-raise | FileCheck %s

// Llama, T5, ONNX
// CHECK-LABEL: func @rounded_before_the_scale
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf16>) scale(%{{[^ ]+}} : tensor<8xf16>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03 rounding = before_scale
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @rounded_before_the_scale(%x: tensor<4x8xf16>, %g: tensor<8xf16>) -> tensor<4x8xf16> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %row16 = tensor.empty() : tensor<4x8xf16>
  %a = arith.extf %x : tensor<4x8xf16> to tensor<4x8xf32>
  %xx = arith.mulf %a, %a : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %h = arith.mulf %a, %rstds : tensor<4x8xf32>
  %h16 = arith.truncf %h : tensor<4x8xf32> to tensor<4x8xf16>
  %gs = linalg.broadcast ins(%g : tensor<8xf16>) outs(%row16 : tensor<4x8xf16>) dimensions = [0]
  %y = arith.mulf %gs, %h16 : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// ATen, Gemma
// CHECK-LABEL: func @rounded_after_the_scale
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf16>) scale(%{{[^ ]+}} : tensor<8xf16>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03{{$}}
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @rounded_after_the_scale(%x: tensor<4x8xf16>, %g: tensor<8xf16>) -> tensor<4x8xf16> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %row16 = tensor.empty() : tensor<4x8xf16>
  %a = arith.extf %x : tensor<4x8xf16> to tensor<4x8xf32>
  %xx = arith.mulf %a, %a : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %h = arith.mulf %a, %rstds : tensor<4x8xf32>
  %g32 = arith.extf %g : tensor<8xf16> to tensor<8xf32>
  %gs = linalg.broadcast ins(%g32 : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %hg = arith.mulf %h, %gs : tensor<4x8xf32>
  %y = arith.truncf %hg : tensor<4x8xf32> to tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @zero_centred_scale_in_f32
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf16>) scale(%{{[^ ]+}} : tensor<8xf16>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03 scale_offset = 1.000000e+00
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @zero_centred_scale_in_f32(%x: tensor<4x8xf16>, %g: tensor<8xf16>) -> tensor<4x8xf16> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %row16 = tensor.empty() : tensor<4x8xf16>
  %a = arith.extf %x : tensor<4x8xf16> to tensor<4x8xf32>
  %ones = arith.constant dense<1.0> : tensor<8xf32>
  %xx = arith.mulf %a, %a : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %h = arith.mulf %a, %rstds : tensor<4x8xf32>
  %g32 = arith.extf %g : tensor<8xf16> to tensor<8xf32>
  %g1 = arith.addf %g32, %ones : tensor<8xf32>
  %gs0 = linalg.broadcast ins(%g1 : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %hg = arith.mulf %h, %gs0 : tensor<4x8xf32>
  %y = arith.truncf %hg : tensor<4x8xf32> to tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// 1 + γ is rounded to f16, which the op would not do: it stays.
// CHECK-LABEL: func @zero_centred_scale_in_f16
//       CHECK:   %[[G:.*]] = arith.addf %{{.*}} : tensor<8xf16>
//       CHECK:   norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf16>) scale(%[[G]] : tensor<8xf16>)
//  CHECK-SAME:     eps = 3.906250e-03{{$}}
func.func @zero_centred_scale_in_f16(%x: tensor<4x8xf16>, %g: tensor<8xf16>) -> tensor<4x8xf16> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %row16 = tensor.empty() : tensor<4x8xf16>
  %a = arith.extf %x : tensor<4x8xf16> to tensor<4x8xf32>
  %ones = arith.constant dense<1.0> : tensor<8xf16>
  %xx = arith.mulf %a, %a : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %h = arith.mulf %a, %rstds : tensor<4x8xf32>
  %g1 = arith.addf %g, %ones : tensor<8xf16>
  %g32 = arith.extf %g1 : tensor<8xf16> to tensor<8xf32>
  %gs = linalg.broadcast ins(%g32 : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %hg = arith.mulf %h, %gs : tensor<4x8xf32>
  %y = arith.truncf %hg : tensor<4x8xf32> to tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @result_in_f32
//       CHECK:   norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf16>) outs(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1]
func.func @result_in_f32(%x: tensor<4x8xf16>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %row16 = tensor.empty() : tensor<4x8xf16>
  %a = arith.extf %x : tensor<4x8xf16> to tensor<4x8xf32>
  %xx = arith.mulf %a, %a : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %a, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// P is f32 here: the normalized value is rounded to f16, the product is not.
// CHECK-LABEL: func @scale_in_f32_after_rounding
//       CHECK:   norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf16>) scale(%{{[^ ]+}} : tensor<8xf32>) outs(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     rounding = before_scale
func.func @scale_in_f32_after_rounding(%x: tensor<4x8xf16>, %g: tensor<8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %row16 = tensor.empty() : tensor<4x8xf16>
  %a = arith.extf %x : tensor<4x8xf16> to tensor<4x8xf32>
  %xx = arith.mulf %a, %a : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %h = arith.mulf %a, %rstds : tensor<4x8xf32>
  %h16 = arith.truncf %h : tensor<4x8xf32> to tensor<4x8xf16>
  %h32 = arith.extf %h16 : tensor<4x8xf16> to tensor<4x8xf32>
  %gs = linalg.broadcast ins(%g : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %y = arith.mulf %h32, %gs : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @residual_added_in_f16
//       CHECK:   %[[S:.*]] = arith.addf
//       CHECK:   norm.rms_norm ins(%[[S]] : tensor<4x8xf16>)
func.func @residual_added_in_f16(%x: tensor<4x8xf16>, %z: tensor<4x8xf16>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %row16 = tensor.empty() : tensor<4x8xf16>
  %s = arith.addf %x, %z : tensor<4x8xf16>
  %a = arith.extf %s : tensor<4x8xf16> to tensor<4x8xf32>
  %xx = arith.mulf %a, %a : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %a, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
