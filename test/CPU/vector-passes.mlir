// A maximum of absolute values is one of their bits: NaN stays NaN, a row of
// zeros has 0, whatever is taken in vectors and whatever in the rest of a row.

// RUN: norm-opt %s --norm-bufferize --norm-to-vector=lanes=4 | FileCheck %s
// RUN: norm-run %s --road=vector | FileCheck %s --check-prefix=VALUES
// RUN: norm-run %s --road=vector --pipeline-options=cpu=x86-64 \
// RUN:   | FileCheck %s --check-prefix=VALUES
// RUN: norm-run %s --road=linalg | FileCheck %s --check-prefix=VALUES

// CHECK-LABEL: @magnitudes(
// CHECK: %[[BEFORE:.*]] = arith.bitcast %{{.*}} : vector<4xf32> to vector<4xi32>
// CHECK: %[[ELEMENT:.*]] = arith.bitcast %{{.*}} : vector<4xf32> to vector<4xi32>
// CHECK: arith.maxsi %[[BEFORE]], %[[ELEMENT]] : vector<4xi32>
// VALUES: 4xf32 [3, nan, 0, inf]
func.func @magnitudes() -> tensor<4xf32> {
  %x = arith.constant dense<[[1.0, 2.0, -3.0, 0.5, 1.0, -2.0], [1.0, 2.0, 9.0, 0.5, 1.0, 0x7fc00000],
                             [0.0, -0.0, 0.0, -0.0, 0.0, -0.0], [1.0, 0xff800000, 3.0, 0.5, 1.0, 2.0]]> : tensor<4x6xf32>
  %e = tensor.empty() : tensor<4xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x6xf32>) outs(%e[d0] : tensor<4xf32>) (%a) {
    %size = math.absf %a : f32
    %most = norm.reduce max %size : f32
    norm.yield %most : f32
  }
  return %y : tensor<4xf32>
}
