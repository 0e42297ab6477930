// Forward and gradient in one function: the forward part is raised, what it
// shares with the gradient stays or becomes a result of the op, and all results
// keep their meaning. (scripts/execute-corpus.py does the same with what exporters wrote.)
// RUN: norm-opt %s --norm-raise -o %t && FileCheck %s < %t
// RUN: norm-run %t --entry layer_norm --verify-against=%s | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %t --entry rms_norm --verify-against=%s | FileCheck %s --check-prefix=RIGHT

// RIGHT: result0: max error {{.*}}: right
// RIGHT: result1: max error {{.*}}: right

// dx = ρ(g − Σg/n − h·Σ(g·h)/n); h is the op's y.
// CHECK-LABEL: func @layer_norm
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[G:[^ ]+]]: tensor<4x8xf32>)
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%[[X]] :
//       CHECK:   arith.mulf %[[G]], %[[Y]]
//       CHECK:   return %[[Y]]
func.func @layer_norm(%x: tensor<4x8xf32>, %g: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
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
  %h = arith.mulf %d, %rstds : tensor<4x8xf32>

  %gh = arith.mulf %g, %h : tensor<4x8xf32>
  %sg = linalg.reduce { arith.addf } ins(%g : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %sgh = linalg.reduce { arith.addf } ins(%gh : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mg = arith.divf %sg, %n : tensor<4xf32>
  %mgh = arith.divf %sgh, %n : tensor<4xf32>
  %mgs = linalg.broadcast ins(%mg : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %mghs = linalg.broadcast ins(%mgh : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %hm = arith.mulf %h, %mghs : tensor<4x8xf32>
  %g1 = arith.subf %g, %mgs : tensor<4x8xf32>
  %g2 = arith.subf %g1, %hm : tensor<4x8xf32>
  %dx = arith.mulf %g2, %rstds : tensor<4x8xf32>
  return %h, %dx : tensor<4x8xf32>, tensor<4x8xf32>
}

// By ρ³, of which ρ is a result of the op, and ρ² is not.
// CHECK-LABEL: func @rms_norm
//       CHECK:   %[[Y:.*]]:2 = norm.rms_norm {{.*}} rstd(
//       CHECK:   arith.divf %[[Y]]#1
//       CHECK:   return %[[Y]]#0
func.func @rms_norm(%x: tensor<4x8xf32>, %g: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %h = arith.mulf %x, %rstds : tensor<4x8xf32>

  %gx = arith.mulf %g, %x : tensor<4x8xf32>
  %sgx = linalg.reduce { arith.addf } ins(%gx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %r2 = arith.divf %rstd, %ve : tensor<4xf32>
  %mgx = arith.divf %sgx, %n : tensor<4xf32>
  %k = arith.mulf %mgx, %r2 : tensor<4xf32>
  %ks = linalg.broadcast ins(%k : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %gr = arith.mulf %g, %rstds : tensor<4x8xf32>
  %xk = arith.mulf %x, %ks : tensor<4x8xf32>
  %dx = arith.subf %gr, %xk : tensor<4x8xf32>
  return %h, %dx : tensor<4x8xf32>, tensor<4x8xf32>
}
