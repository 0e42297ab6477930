// The layer norm of GPT-2 small: 1024 tokens, 768 features each, in f32. The
// statistics are those of one token; scale and shift are per feature.

func.func @gpt2_layer_norm(%x: tensor<1024x768xf32>, %scale: tensor<768xf32>,
                           %shift: tensor<768xf32>) -> tensor<1024x768xf32> {
  %e = tensor.empty() : tensor<1024x768xf32>
  %y = norm.layer_norm ins(%x : tensor<1024x768xf32>)
         scale(%scale : tensor<768xf32>) shift(%shift : tensor<768xf32>)
         outs(%e : tensor<1024x768xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<1024x768xf32>
}
