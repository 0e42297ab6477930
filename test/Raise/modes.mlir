// RUN: norm-opt %s --norm-raise="mode=strict" | FileCheck %s --check-prefixes=CHECK,STRICT
// RUN: norm-opt %s --norm-raise="mode=widen" | FileCheck %s --check-prefixes=CHECK,WIDEN
// RUN: norm-opt %s --norm-raise="mode=reassoc" | FileCheck %s --check-prefixes=CHECK,REASSOC
// RUN: norm-opt %s --norm-raise="keep-f64" | FileCheck %s --check-prefixes=CHECK,KEEP

// CHECK-LABEL: func @all_in_f32
//       CHECK:   norm.layer_norm{{.*}} eps = 3.906250e-03{{$}}
func.func @all_in_f32(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %d = arith.subf %x, %means : tensor<4x8xf32>
  %dd = arith.mulf %d, %d : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @moments
//  STRICT-NOT:   norm.
//   WIDEN-NOT:   norm.
//     REASSOC:   norm.layer_norm{{.*}} eps = 3.906250e-03{{$}}
//        KEEP:   norm.layer_norm{{.*}} eps = 3.906250e-03{{$}}
//       CHECK:   return
func.func @moments(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<4xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %m2 = arith.divf %q, %n : tensor<4xf32>
  %mm = arith.mulf %mean, %mean : tensor<4xf32>
  %var = arith.subf %m2, %mm : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %d = arith.subf %x, %means : tensor<4x8xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @f64_beside_f32
//  STRICT-NOT:   norm.
//       WIDEN:   norm.layer_norm{{.*}} eps = 3.906250e-03 acc = f64
//     REASSOC:   norm.layer_norm{{.*}} eps = 3.906250e-03{{$}}
//        KEEP:   norm.layer_norm{{.*}} eps = 3.906250e-03 acc = f64
//       CHECK:   return
func.func @f64_beside_f32(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<4xf32>
  %zero64 = arith.constant dense<0.0> : tensor<4xf64>
  %n64 = arith.constant dense<8.0> : tensor<4xf64>
  %row64 = tensor.empty() : tensor<4x8xf64>
  %x64 = arith.extf %x : tensor<4x8xf32> to tensor<4x8xf64>
  %sum64 = linalg.reduce { arith.addf } ins(%x64 : tensor<4x8xf64>) outs(%zero64 : tensor<4xf64>) dimensions = [1]
  %mean64 = arith.divf %sum64, %n64 : tensor<4xf64>
  %means64 = linalg.broadcast ins(%mean64 : tensor<4xf64>) outs(%row64 : tensor<4x8xf64>) dimensions = [1]
  %d64 = arith.subf %x64, %means64 : tensor<4x8xf64>
  %dd64 = arith.mulf %d64, %d64 : tensor<4x8xf64>
  %q64 = linalg.reduce { arith.addf } ins(%dd64 : tensor<4x8xf64>) outs(%zero64 : tensor<4xf64>) dimensions = [1]
  %var64 = arith.divf %q64, %n64 : tensor<4xf64>
  %var = arith.truncf %var64 : tensor<4xf64> to tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %d = arith.subf %x, %means : tensor<4x8xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @all_in_f16
//      STRICT:   norm.layer_norm{{.*}} eps = 3.906250e-03 acc = f16
//       WIDEN:   norm.layer_norm{{.*}} eps = 3.906250e-03{{$}}
//     REASSOC:   norm.layer_norm{{.*}} eps = 3.906250e-03{{$}}
//        KEEP:   norm.layer_norm{{.*}} eps = 3.906250e-03{{$}}
func.func @all_in_f16(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  %zero = arith.constant dense<0.0> : tensor<4xf16>
  %n = arith.constant dense<8.0> : tensor<4xf16>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf16>
  %row = tensor.empty() : tensor<4x8xf16>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf16>) outs(%zero : tensor<4xf16>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<4xf16>
  %means = linalg.broadcast ins(%mean : tensor<4xf16>) outs(%row : tensor<4x8xf16>) dimensions = [1]
  %d = arith.subf %x, %means : tensor<4x8xf16>
  %dd = arith.mulf %d, %d : tensor<4x8xf16>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<4x8xf16>) outs(%zero : tensor<4xf16>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf16>
  %ve = arith.addf %var, %eps : tensor<4xf16>
  %rstd = math.rsqrt %ve : tensor<4xf16>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf16>) outs(%row : tensor<4x8xf16>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// f64 on purpose stays f64.
// CHECK-LABEL: func @everything_in_f64
//       CHECK:   norm.layer_norm{{.*}} eps = 3.906250e-03 acc = f64
func.func @everything_in_f64(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf64>
  %n = arith.constant dense<8.0> : tensor<4xf64>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf64>
  %row = tensor.empty() : tensor<4x8xf64>
  %a = arith.extf %x : tensor<4x8xf32> to tensor<4x8xf64>
  %sum = linalg.reduce { arith.addf } ins(%a : tensor<4x8xf64>) outs(%zero : tensor<4xf64>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<4xf64>
  %means = linalg.broadcast ins(%mean : tensor<4xf64>) outs(%row : tensor<4x8xf64>) dimensions = [1]
  %d = arith.subf %a, %means : tensor<4x8xf64>
  %dd = arith.mulf %d, %d : tensor<4x8xf64>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<4x8xf64>) outs(%zero : tensor<4xf64>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf64>
  %ve = arith.addf %var, %eps : tensor<4xf64>
  %rstd = math.rsqrt %ve : tensor<4xf64>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf64>) outs(%row : tensor<4x8xf64>) dimensions = [1]
  %y64 = arith.mulf %d, %rstds : tensor<4x8xf64>
  %y = arith.truncf %y64 : tensor<4x8xf64> to tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @squares_in_f16
//  STRICT-NOT:   norm.
//       WIDEN:   norm.rms_norm{{.*}} eps = 3.906250e-03{{$}}
//     REASSOC:   norm.rms_norm{{.*}} eps = 3.906250e-03{{$}}
//        KEEP:   norm.rms_norm{{.*}} eps = 3.906250e-03{{$}}
//       CHECK:   return
func.func @squares_in_f16(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx16 = arith.mulf %x, %x : tensor<4x8xf16>
  %xx = arith.extf %xx16 : tensor<4x8xf16> to tensor<4x8xf32>
  %a = arith.extf %x : tensor<4x8xf16> to tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %h = arith.mulf %a, %rstds : tensor<4x8xf32>
  %y = arith.truncf %h : tensor<4x8xf32> to tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}
