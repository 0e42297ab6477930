// Each reason why a consumer stays outside, and that nothing changes then.
// RUN: norm-opt %s --norm-fuse --remarks-filter-missed=norm-fuse --verify-diagnostics -o %t
// RUN: norm-opt %s -o %t.before
// RUN: diff %t.before %t

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#col = affine_map<(d0, d1) -> (d1)>

func.func @transposed_consumer(%e: tensor<4x4xf32>, %x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{stays outside norm.layer_norm: it reads another element of the result than is at hand}}
  %s = linalg.generic {indexing_maps = [#id, affine_map<(d0,d1)->(d1,d0)>, #id], iterator_types = ["parallel", "parallel"]} ins(%y, %y : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.addf %a, %b : f32
    linalg.yield %v : f32
  } -> tensor<4x4xf32>
  return %s : tensor<4x4xf32>
}

// The gate is made of the norm's own result: it cannot move before it, and the
// norm cannot move behind the matmul that reads it.
func.func @between(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{linalg.matmul stays outside norm.layer_norm: its dims are not those of the norm}}
  %u = linalg.matmul ins(%y, %w : tensor<4x8xf32>, tensor<8x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  // expected-remark @below {{another user of the norm comes before it, and what it reads cannot be computed before the norm}}
  %s = linalg.mul ins(%y, %u : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %s : tensor<4x8xf32>
}

func.func @broadcast(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %e3: tensor<3x4x8xf32>) -> tensor<3x4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{its dims are neither those of the norm nor those of its rows}}
  %s = linalg.broadcast ins(%y : tensor<4x8xf32>) outs(%e3 : tensor<3x4x8xf32>) dimensions = [0]
  return %s : tensor<3x4x8xf32>
}

func.func @other_block(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %c: i1) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  %r = scf.if %c -> tensor<4x8xf32> {
    // expected-remark @below {{it is in another block}}
    %s = linalg.exp ins(%y : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %s : tensor<4x8xf32>
  } else {
    scf.yield %y : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

func.func @reads_init(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{it reads its init}}
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %a, %o : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  return %s : tensor<4x8xf32>
}

// Its body reads the whole result, not only its element.
func.func @captured(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{tensor.extract in its body does not work on scalars}}
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %first = tensor.extract %y[%c0, %c0] : tensor<4x8xf32>
    %0 = arith.subf %a, %first : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  return %s : tensor<4x8xf32>
}
