// Into memory of the caller's, for cuda.c.
func.func @norm(%x: tensor<2x64xf32>, %y: memref<2x64xf32>)
    attributes {llvm.emit_c_interface} {
  %e = tensor.empty() : tensor<2x64xf32>
  %n = norm.rms_norm ins(%x : tensor<2x64xf32>) outs(%e : tensor<2x64xf32>) dims = [1] eps = 0.0
  bufferization.materialize_in_destination %n in restrict writable %y
    : (tensor<2x64xf32>, memref<2x64xf32>) -> ()
  return
}
