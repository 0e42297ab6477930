// Norms as an NVIDIA GPU would run them, here; judged as everything is.
// RUN: norm-run %s --entry=layer_norm --target=ptx-interpreter --verify | FileCheck %s --check-prefix=LAYER
// RUN: norm-run %s --entry=dynamic --target=ptx-interpreter --shape=0=5x999 --shape=1=999 --verify | FileCheck %s --check-prefix=DYNAMIC
// LAYER: result0: 6x768xf32 {{.*}} right
// DYNAMIC: result0: 5x999xbf16 {{.*}} right

func.func @layer_norm(%x: tensor<6x768xf32>, %scale: tensor<768xf32>, %shift: tensor<768xf32>) -> tensor<6x768xf32> {
  %init = tensor.empty() : tensor<6x768xf32>
  %y = norm.layer_norm ins(%x : tensor<6x768xf32>) scale(%scale : tensor<768xf32>) shift(%shift : tensor<768xf32>)
         outs(%init : tensor<6x768xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<6x768xf32>
}

func.func @dynamic(%x: tensor<?x?xbf16>, %scale: tensor<?xbf16>) -> tensor<?x?xbf16> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xbf16>
  %n = tensor.dim %x, %c1 : tensor<?x?xbf16>
  %init = tensor.empty(%m, %n) : tensor<?x?xbf16>
  %y = norm.rms_norm ins(%x : tensor<?x?xbf16>) scale(%scale : tensor<?xbf16>)
         outs(%init : tensor<?x?xbf16>) dims = [1] eps = 1.0e-5
  return %y : tensor<?x?xbf16>
}
