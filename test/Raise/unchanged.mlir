// RUN: norm-opt %s -o %t.before
// RUN: norm-opt %s --norm-raise -o %t.after
// RUN: diff %t.before %t.after

// What has sums but no norms, in types, ops and forms that are looked at only
// as far as need be, is not touched.

#row = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
#csr = #sparse_tensor.encoding<{ map = (d0, d1) -> (d0 : dense, d1 : compressed) }>

func.func @sum_of_integers(%x: tensor<4x8xi32>, %z: tensor<4xi32>) -> tensor<4xi32> {
  %s = linalg.reduce { arith.addi } ins(%x : tensor<4x8xi32>) outs(%z : tensor<4xi32>) dimensions = [1]
  return %s : tensor<4xi32>
}

func.func @sum_of_complex(%x: tensor<4x8xcomplex<f32>>, %z: tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> {
  %s = linalg.reduce { complex.add } ins(%x : tensor<4x8xcomplex<f32>>) outs(%z : tensor<4xcomplex<f32>>) dimensions = [1]
  return %s : tensor<4xcomplex<f32>>
}

func.func @two_combiners(%x: tensor<4x8xf32>, %z: tensor<4xf32>) -> tensor<4xf32> {
  %s = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%z : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.mulf %a, %out : f32
    %t = arith.addf %m, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  return %s : tensor<4xf32>
}

func.func @on_memrefs(%x: memref<4x8xf32>, %s: memref<4xf32>) {
  linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<4x8xf32>) outs(%s : memref<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %t = arith.addf %a, %out : f32
    linalg.yield %t : f32
  }
  return
}

func.func @a_convolution_and_a_product(%x: tensor<1x6x6x3xf32>, %k: tensor<3x3x3x4xf32>, %o: tensor<1x4x4x4xf32>, %a: tensor<4x4xf32>) -> (tensor<1x4x4x4xf32>, tensor<4x4xf32>) {
  %c = linalg.conv_2d_nhwc_hwcf ins(%x, %k : tensor<1x6x6x3xf32>, tensor<3x3x3x4xf32>) outs(%o : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %m = linalg.matmul ins(%a, %a : tensor<4x4xf32>, tensor<4x4xf32>) outs(%a : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %c, %m : tensor<1x4x4x4xf32>, tensor<4x4xf32>
}

func.func @a_sum_of_one_diagonal(%x: tensor<4x4xf32>, %z: tensor<f32>) -> tensor<f32> {
  %s = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0, d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]} ins(%x : tensor<4x4xf32>) outs(%z : tensor<f32>) {
  ^bb0(%a: f32, %out: f32):
    %t = arith.addf %a, %out : f32
    linalg.yield %t : f32
  } -> tensor<f32>
  return %s : tensor<f32>
}

func.func @rows_of_no_elements(%x: tensor<4x0xf32>) -> tensor<4x0xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %e = tensor.empty() : tensor<4x0xf32>
  %xx = arith.mulf %x, %x : tensor<4x0xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x0xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %r = math.rsqrt %q : tensor<4xf32>
  %b = linalg.broadcast ins(%r : tensor<4xf32>) outs(%e : tensor<4x0xf32>) dimensions = [1]
  %y = arith.mulf %x, %b : tensor<4x0xf32>
  return %y : tensor<4x0xf32>
}

func.func @in_eight_bits(%x: tensor<4x8xf8E4M3FN>) -> tensor<4x8xf8E4M3FN> {
  %zero = arith.constant dense<0.0> : tensor<4xf8E4M3FN>
  %e = tensor.empty() : tensor<4x8xf8E4M3FN>
  %xx = arith.mulf %x, %x : tensor<4x8xf8E4M3FN>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf8E4M3FN>) outs(%zero : tensor<4xf8E4M3FN>) dimensions = [1]
  %r = math.rsqrt %q : tensor<4xf8E4M3FN>
  %b = linalg.broadcast ins(%r : tensor<4xf8E4M3FN>) outs(%e : tensor<4x8xf8E4M3FN>) dimensions = [1]
  %y = arith.mulf %x, %b : tensor<4x8xf8E4M3FN>
  return %y : tensor<4x8xf8E4M3FN>
}

func.func @sparse(%x: tensor<4x8xf32, #csr>, %z: tensor<4xf32>) -> tensor<4xf32> {
  %s = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32, #csr>) outs(%z : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %aa = arith.mulf %a, %a : f32
    %t = arith.addf %aa, %out : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  return %s : tensor<4xf32>
}

func.func @unranked(%x: tensor<*xf32>, %z: tensor<f32>) -> tensor<f32> {
  %c = tensor.cast %x : tensor<*xf32> to tensor<?xf32>
  %s = linalg.reduce { arith.addf } ins(%c : tensor<?xf32>) outs(%z : tensor<f32>) dimensions = [0]
  return %s : tensor<f32>
}

func.func @across_blocks(%x: tensor<4x8xf32>, %z: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  %s = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%z : tensor<4xf32>) dimensions = [1]
  cf.cond_br %c, ^a, ^b(%s : tensor<4xf32>)
^a:
  %r = math.rsqrt %s : tensor<4xf32>
  cf.br ^b(%r : tensor<4xf32>)
^b(%y: tensor<4xf32>):
  return %y : tensor<4xf32>
}
