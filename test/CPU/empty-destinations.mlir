// RUN: norm-opt %s --norm-empty-destinations | FileCheck %s
// RUN: norm-opt %s --norm-cpu-pipeline=stop-after=bufferize | FileCheck %s --check-prefix=BUFFERS

// What is not read does not matter: the norm works where its result goes.

// CHECK-LABEL: func @norm
// CHECK-SAME: (%[[X:.+]]: tensor<?x8xf32>, %[[INIT:.+]]: tensor<?x8xf32>
// CHECK: %[[SIZE:.+]] = tensor.dim %[[INIT]], %c0
// CHECK: %[[EMPTY:.+]] = tensor.empty(%[[SIZE]]) : tensor<?x8xf32>
// CHECK: norm.rms_norm ins(%[[X]] : tensor<?x8xf32>) outs(%[[EMPTY]] :
// BUFFERS-LABEL: func @norm
// BUFFERS: %[[OUT:.+]] = memref.alloc
// BUFFERS: outs(%[[OUT]][d0, d1] :
// BUFFERS-NOT: memref.copy
// BUFFERS: return %[[OUT]]
func.func @norm(%x: tensor<?x8xf32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = norm.rms_norm ins(%x : tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<?x8xf32>
}

// BUFFERS-LABEL: func @into_buffer
// BUFFERS-SAME: %[[OUT:[^ ]+]]: memref<4x8xf32>) {
// BUFFERS-NOT: memref.alloc
// BUFFERS: outs(%[[OUT]][d0, d1] :
// BUFFERS-NOT: memref.copy
// BUFFERS: return
func.func @into_buffer(%x: tensor<4x8xf32>, %init: tensor<4x8xf32>, %out: memref<4x8xf32>) {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%init : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  bufferization.materialize_in_destination %y in restrict writable %out : (tensor<4x8xf32>, memref<4x8xf32>) -> ()
  return
}

// A destination that is read is an operand like others; one that is not, of any
// op, is none.

// CHECK-LABEL: func @other_ops
// CHECK-SAME: (%[[X:.+]]: tensor<4xf32>, %[[INIT:.+]]: tensor<4xf32>)
// CHECK: %[[EMPTY:.+]] = tensor.empty() : tensor<4xf32>
// CHECK: linalg.exp ins(%[[X]] : tensor<4xf32>) outs(%[[EMPTY]] :
// CHECK: linalg.reduce {{.*}} outs(%[[INIT]] :
func.func @other_ops(%x: tensor<4xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  %e = linalg.exp ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  %b = tensor.empty() : tensor<4x2xf32>
  %c = linalg.broadcast ins(%e : tensor<4xf32>) outs(%b : tensor<4x2xf32>) dimensions = [1]
  %s = linalg.reduce { arith.addf } ins(%c : tensor<4x2xf32>) outs(%init : tensor<4xf32>) dimensions = [1]
  return %s : tensor<4xf32>
}

// Declared writable: made for that.

// CHECK-LABEL: func @writable
// CHECK-SAME: %[[INIT:[^:]+]]: tensor<4x8xf32> {bufferization.writable = true}
// CHECK: norm.rms_norm {{.*}} outs(%[[INIT]] :
func.func @writable(%x: tensor<4x8xf32>, %init: tensor<4x8xf32> {bufferization.writable = true}) -> tensor<4x8xf32> {
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%init : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}
