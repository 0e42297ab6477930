// Statistics that keep the reduced dim with extent 1, as torch's keepdim has
// them, are values per row of the norm, and so is what is computed of them.
// RUN: norm-opt %s --norm-fuse | FileCheck %s
// RUN: norm-opt %s --norm-fuse --norm-fuse | FileCheck %s
// RUN: norm-run %s --entry quantize --verify | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry dynamic --dynamic-size=5 --verify | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry channels_first --verify | FileCheck %s --check-prefix=RIGHT
// RIGHT: right
// RIGHT-NOT: WRONG

#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#kept = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
#e = affine_map<(d0, d1) -> (d0, d1)>
#k = affine_map<(d0, d1) -> (d0, 0)>
#f = affine_map<(d0, d1) -> (0, d1)>

// The scale is a result too, in the shape that was asked for.
// CHECK-LABEL: func @quantize
//   CHECK-NOT:   linalg
//       CHECK:   %[[G:.*]]:2 = norm.generic (d0: parallel, d1: parallel, d2: reduction)
//       CHECK:     %[[M:.*]] = norm.reduce max
//       CHECK:     arith.maximumf %[[M]], %{{.*}}
//       CHECK:     norm.yield
//   CHECK-NOT:   linalg
//   CHECK-DAG:   tensor.expand_shape %[[G]]#{{[01]}} {{\[\[}}0], [1, 2]] {{.*}} into tensor<1x3x1xf32>
//       CHECK:   return
func.func @quantize(%x: tensor<1x3x40xf32>) -> (tensor<1x3x40xi8>, tensor<1x3x1xf32>) {
  %e = tensor.empty() : tensor<1x3x40xf32>
  %y = norm.rms_norm ins(%x : tensor<1x3x40xf32>) outs(%e : tensor<1x3x40xf32>) dims = [2] eps = 1.0e-5
  %zero = arith.constant 0.0 : f32
  %es = tensor.empty() : tensor<1x3x1xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%es : tensor<1x3x1xf32>) -> tensor<1x3x1xf32>
  %amax = linalg.generic {indexing_maps = [#all, #kept], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%y : tensor<1x3x40xf32>) outs(%fill : tensor<1x3x1xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.absf %a : f32
    %1 = arith.maximumf %0, %o : f32
    linalg.yield %1 : f32
  } -> tensor<1x3x1xf32>
  %s = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%amax : tensor<1x3x1xf32>) outs(%es : tensor<1x3x1xf32>) {
  ^bb0(%a: f32, %o: f32):
    %c = arith.constant 127.0 : f32
    %0 = arith.divf %a, %c : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x1xf32>
  %eq = tensor.empty() : tensor<1x3x40xi8>
  %q = linalg.generic {indexing_maps = [#all, #kept, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%y, %s : tensor<1x3x40xf32>, tensor<1x3x1xf32>) outs(%eq : tensor<1x3x40xi8>) {
  ^bb0(%a: f32, %b: f32, %o: i8):
    %0 = arith.divf %a, %b : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.fptosi %1 : f32 to i8
    linalg.yield %2 : i8
  } -> tensor<1x3x40xi8>
  return %q, %s : tensor<1x3x40xi8>, tensor<1x3x1xf32>
}

// CHECK-LABEL: func @dynamic
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
//       CHECK:     norm.reduce add
//       CHECK:     norm.reduce add
//   CHECK-NOT:   linalg
//   CHECK-NOT:   expand_shape
//       CHECK:   return
func.func @dynamic(%x: tensor<?x?xf32>, %init: tensor<?x1xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = norm.rms_norm ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) dims = [1] eps = 1.0e-5
  %zero = arith.constant 0.0 : f32
  %fill = linalg.fill ins(%zero : f32) outs(%init : tensor<?x1xf32>) -> tensor<?x1xf32>
  %sum = linalg.generic {indexing_maps = [#e, #k], iterator_types = ["parallel", "reduction"]}
      ins(%y : tensor<?x?xf32>) outs(%fill : tensor<?x1xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %a, %o : f32
    linalg.yield %0 : f32
  } -> tensor<?x1xf32>
  %d = linalg.generic {indexing_maps = [#e, #k, #e], iterator_types = ["parallel", "parallel"]}
      ins(%y, %sum : tensor<?x?xf32>, tensor<?x1xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.subf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  return %d : tensor<?x?xf32>
}

// The unit dim comes first.
// CHECK-LABEL: func @channels_first
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic (d0: reduction, d1: parallel)
//   CHECK-NOT:   linalg
//       CHECK:   return
func.func @channels_first(%x: tensor<40x6xf32>) -> tensor<40x6xf32> {
  %e = tensor.empty() : tensor<40x6xf32>
  %y = norm.layer_norm ins(%x : tensor<40x6xf32>) outs(%e : tensor<40x6xf32>) dims = [0] eps = 1.0e-5
  %fill = arith.constant dense<1.0> : tensor<1x6xf32>
  %max = linalg.generic {indexing_maps = [#e, #f], iterator_types = ["reduction", "parallel"]}
      ins(%y : tensor<40x6xf32>) outs(%fill : tensor<1x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.maximumf %a, %o : f32
    linalg.yield %0 : f32
  } -> tensor<1x6xf32>
  %d = linalg.generic {indexing_maps = [#e, #f, #e], iterator_types = ["parallel", "parallel"]}
      ins(%y, %max : tensor<40x6xf32>, tensor<1x6xf32>) outs(%e : tensor<40x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.divf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<40x6xf32>
  return %d : tensor<40x6xf32>
}
