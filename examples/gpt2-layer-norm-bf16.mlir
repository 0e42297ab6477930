// The same in bf16, as it is served: every sum is taken in f32, the default for
// bf16 data, and the result is rounded once.

func.func @gpt2_layer_norm_bf16(%x: tensor<1024x768xbf16>,
                                %scale: tensor<768xbf16>,
                                %shift: tensor<768xbf16>)
    -> tensor<1024x768xbf16> {
  %e = tensor.empty() : tensor<1024x768xbf16>
  %y = norm.layer_norm ins(%x : tensor<1024x768xbf16>)
         scale(%scale : tensor<768xbf16>) shift(%shift : tensor<768xbf16>)
         outs(%e : tensor<1024x768xbf16>) dims = [1] eps = 1.0e-5
  return %y : tensor<1024x768xbf16>
}
