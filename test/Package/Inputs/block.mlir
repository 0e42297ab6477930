// out = rms_norm(x·w + x)·w, as an exporter writes it.
#full = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @block(%x: tensor<8x32xf32>, %w: tensor<32x32xf32>,
                 %out: memref<8x32xf32>) attributes {llvm.emit_c_interface} {
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 32.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %e = tensor.empty() : tensor<8x32xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<8x32xf32>) -> tensor<8x32xf32>
  %xw = linalg.matmul ins(%x, %w : tensor<8x32xf32>, tensor<32x32xf32>)
          outs(%init : tensor<8x32xf32>) -> tensor<8x32xf32>
  %v = linalg.generic {indexing_maps = [#full, #full, #full], iterator_types = ["parallel", "parallel"]}
      ins(%xw, %x : tensor<8x32xf32>, tensor<8x32xf32>) outs(%e : tensor<8x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<8x32xf32>
  %re = tensor.empty() : tensor<8xf32>
  %rinit = linalg.fill ins(%zero : f32) outs(%re : tensor<8xf32>) -> tensor<8xf32>
  %q = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%v : tensor<8x32xf32>) outs(%rinit : tensor<8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %square = arith.mulf %a, %a : f32
    %s = arith.addf %o, %square : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  %h = linalg.generic {indexing_maps = [#full, #row, #full], iterator_types = ["parallel", "parallel"]}
      ins(%v, %q : tensor<8x32xf32>, tensor<8xf32>) outs(%e : tensor<8x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %mean = arith.divf %b, %n : f32
    %me = arith.addf %mean, %eps : f32
    %rstd = math.rsqrt %me : f32
    %y = arith.mulf %a, %rstd : f32
    linalg.yield %y : f32
  } -> tensor<8x32xf32>
  %y = linalg.matmul ins(%h, %w : tensor<8x32xf32>, tensor<32x32xf32>)
         outs(%init : tensor<8x32xf32>) -> tensor<8x32xf32>
  bufferization.materialize_in_destination %y in restrict writable %out
    : (tensor<8x32xf32>, memref<8x32xf32>) -> ()
  return
}
