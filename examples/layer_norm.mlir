// A layer norm over rows of 4096 features in f32, as transformers have it: 2048
// of them.

func.func @layer_norm(%x: tensor<2048x4096xf32>, %scale: tensor<4096xf32>,
                      %shift: tensor<4096xf32>) -> tensor<2048x4096xf32> {
  %init = tensor.empty() : tensor<2048x4096xf32>
  %y = norm.layer_norm ins(%x : tensor<2048x4096xf32>)
         scale(%scale : tensor<4096xf32>) shift(%shift : tensor<4096xf32>)
         outs(%init : tensor<2048x4096xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<2048x4096xf32>
}
