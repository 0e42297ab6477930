// The channels-first layer norm of ConvNeXt-T's first stage: 8 images, 96
// channels of 56x56 pixels. The statistics are those of one pixel, over dim 1;
// neighbours in memory belong to different rows.

func.func @convnext_layer_norm(%x: tensor<8x96x56x56xf32>,
                               %scale: tensor<96xf32>, %shift: tensor<96xf32>)
    -> tensor<8x96x56x56xf32> {
  %e = tensor.empty() : tensor<8x96x56x56xf32>
  %y = norm.layer_norm ins(%x : tensor<8x96x56x56xf32>)
         scale(%scale : tensor<96xf32>) shift(%shift : tensor<96xf32>)
         outs(%e : tensor<8x96x56x56xf32>) dims = [1] eps = 1.0e-6
  return %y : tensor<8x96x56x56xf32>
}
