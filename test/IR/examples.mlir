// The examples of the op descriptions, executed; and tiled to rows, where they
// must give the same.
// RUN: norm-opt %s --norm-cpu-pipeline \
// RUN:   | mlir-runner -e main -entry-point-result=void -shared-libs=%llvm_lib_dir/libmlir_runner_utils%shlibext,%llvm_lib_dir/libmlir_c_runner_utils%shlibext \
// RUN:   | FileCheck %s
// RUN: norm-opt %s --transform-preload-library="transform-library-paths=%S/Inputs/tile-rows.mlir" --transform-interpreter --norm-cpu-pipeline \
// RUN:   | mlir-runner -e main -entry-point-result=void -shared-libs=%llvm_lib_dir/libmlir_runner_utils%shlibext,%llvm_lib_dir/libmlir_c_runner_utils%shlibext \
// RUN:   | FileCheck %s
// RUN: norm-opt %s --transform-preload-library="transform-library-paths=%S/Inputs/tile-rows.mlir" --transform-interpreter | FileCheck %s --check-prefix=TILED

//           TILED-LABEL: func @main
// TILED-COUNT-9: scf.for
//             TILED-NOT: scf.for

func.func private @printMemrefF32(tensor<*xf32>)

func.func @layer_norm(%x: tensor<?x4xf32>, %e: tensor<?x4xf32>, %s: tensor<?xf32>) {
  %y, %mean, %rstd = norm.layer_norm ins(%x : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>)
      mean(%s : tensor<?xf32>) rstd(%s : tensor<?xf32>) dims = [1] eps = 1.0e-5
  %0 = tensor.cast %y : tensor<?x4xf32> to tensor<*xf32>
  call @printMemrefF32(%0) : (tensor<*xf32>) -> ()
  %1 = tensor.cast %mean : tensor<?xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  %2 = tensor.cast %rstd : tensor<?xf32> to tensor<*xf32>
  call @printMemrefF32(%2) : (tensor<*xf32>) -> ()
  return
}

func.func @main() {
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f32
  %x = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]]> : tensor<2x4xf32>
  %e = tensor.empty() : tensor<2x4xf32>

  // CHECK:      {{\[}}[-1.341{{[0-9]+}}, -0.447{{[0-9]+}}, 0.447{{[0-9]+}}, 1.341{{[0-9]+}}],
  // CHECK-NEXT:  [1.341{{[0-9]+}}, 0.447{{[0-9]+}}, -0.447{{[0-9]+}}, -1.341{{[0-9]+}}]]
  // CHECK:      [2.5, 2.5]
  // CHECK:      [0.8944{{[0-9]*}}, 0.8944{{[0-9]*}}]
  %xd = tensor.cast %x : tensor<2x4xf32> to tensor<?x4xf32>
  %ed = tensor.empty(%c2) : tensor<?x4xf32>
  %sd = tensor.empty(%c2) : tensor<?xf32>
  call @layer_norm(%xd, %ed, %sd) : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?xf32>) -> ()

  // CHECK:      {{\[}}[0.365{{[0-9]+}}, 0.730{{[0-9]+}}, 1.095{{[0-9]+}}, 1.460{{[0-9]+}}],
  // CHECK-NEXT:  [1.460{{[0-9]+}}, 1.095{{[0-9]+}}, 0.730{{[0-9]+}}, 0.365{{[0-9]+}}]]
  %rms = norm.rms_norm ins(%x : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) dims = [1] eps = 1.0e-6
  %0 = tensor.cast %rms : tensor<2x4xf32> to tensor<*xf32>
  call @printMemrefF32(%0) : (tensor<*xf32>) -> ()

  // A row of zeros stays one: eps keeps the norm away from zero.
  // CHECK:      {{\[}}[0.6, 0.8],
  // CHECK-NEXT:  [0, 0]]
  %v = arith.constant dense<[[3.0, 4.0], [0.0, 0.0]]> : tensor<2x2xf32>
  %f = tensor.empty() : tensor<2x2xf32>
  %l2 = norm.l2_norm ins(%v : tensor<2x2xf32>) outs(%f : tensor<2x2xf32>) dims = [1] eps = 1.0e-12 eps_mode = max
  %1 = tensor.cast %l2 : tensor<2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()

  // q = 25, eps = 11, so the row is divided by 6; γ + 1 and β.
  // CHECK:      {{\[}}[1.5, 2.33{{[0-9]+}}],
  // CHECK-NEXT:  [0.5, 1]]
  %g = arith.constant dense<[1.0, 1.0]> : tensor<2xf32>
  %b = arith.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %l2a = norm.l2_norm ins(%v : tensor<2x2xf32>) scale(%g : tensor<2xf32>) shift(%b : tensor<2xf32>) outs(%f : tensor<2x2xf32>)
      dims = [1] eps = 11.0 scale_offset = 1.0
  %2 = tensor.cast %l2a : tensor<2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%2) : (tensor<*xf32>) -> ()

  // The example of norm.generic, and those of norm.reduce and norm.count.
  // CHECK:      {{\[}}[-1, 1],
  // CHECK-NEXT:  [0, 0]]
  // CHECK:      {{\[}}[1, 3],
  // CHECK-NEXT:  [2, 2]]
  // CHECK:      {{^}}[4, 4]{{$}}
  // CHECK:      [3, 2]
  // CHECK:      [1, 2]
  // CHECK:      [2, 2]
  %xr = arith.constant dense<[[1.0, 2.0], [1.0, 0.0]]> : tensor<2x2xf32>
  %r = arith.constant dense<[[0.0, 1.0], [1.0, 2.0]]> : tensor<2x2xf32>
  %s = tensor.empty() : tensor<2xf32>
  %big = arith.constant 1.0e-30 : f32
  %y:6 = norm.generic (d0: parallel, d1: reduction)
      ins(%xr[d0, d1], %r[d0, d1] : tensor<2x2xf32>, tensor<2x2xf32>)
      outs(%f[d0, d1], %f[d0, d1], %s[d0], %s[d0], %s[d0], %s[d0] :
           tensor<2x2xf32>, tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) (%xe, %re) {
    %sum = arith.addf %xe, %re : f32
    %mean, %var = norm.reduce moments %sum : f32
    %ve = arith.addf %var, %big : f32
    %rstd = math.rsqrt %ve : f32
    %c = arith.subf %sum, %mean : f32
    %h = arith.mulf %c, %rstd : f32
    %total = norm.reduce add %sum : f32
    %max = norm.reduce max %sum : f32
    %min = norm.reduce min %sum : f32
    %n = norm.count : f32
    norm.yield %h, %sum, %total, %max, %min, %n : f32, f32, f32, f32, f32, f32
  }
  %3 = tensor.cast %y#0 : tensor<2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%3) : (tensor<*xf32>) -> ()
  %4 = tensor.cast %y#1 : tensor<2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%4) : (tensor<*xf32>) -> ()
  %5 = tensor.cast %y#2 : tensor<2xf32> to tensor<*xf32>
  call @printMemrefF32(%5) : (tensor<*xf32>) -> ()
  %6 = tensor.cast %y#3 : tensor<2xf32> to tensor<*xf32>
  call @printMemrefF32(%6) : (tensor<*xf32>) -> ()
  %7 = tensor.cast %y#4 : tensor<2xf32> to tensor<*xf32>
  call @printMemrefF32(%7) : (tensor<*xf32>) -> ()
  %8 = tensor.cast %y#5 : tensor<2xf32> to tensor<*xf32>
  call @printMemrefF32(%8) : (tensor<*xf32>) -> ()

  // On a buffer, over itself.
  // CHECK:      {{\[}}[-1.341{{[0-9]+}}, -0.447{{[0-9]+}}, 0.447{{[0-9]+}}, 1.341{{[0-9]+}}],
  // CHECK-NEXT:  [1.341{{[0-9]+}}, 0.447{{[0-9]+}}, -0.447{{[0-9]+}}, -1.341{{[0-9]+}}]]
  %m = memref.alloc() : memref<2x4xf32>
  bufferization.materialize_in_destination %x in restrict writable %m : (tensor<2x4xf32>, memref<2x4xf32>) -> ()
  norm.layer_norm ins(%m : memref<2x4xf32>) outs(%m : memref<2x4xf32>) dims = [1] eps = 1.0e-5
  %9 = bufferization.to_tensor %m restrict : memref<2x4xf32> to tensor<2x4xf32>
  %10 = tensor.cast %9 : tensor<2x4xf32> to tensor<*xf32>
  call @printMemrefF32(%10) : (tensor<*xf32>) -> ()

  // h = 1/√1.012 = 0.99405…; before_scale rounds it to 0.9921875, and the product
  // to 2.96875; after_scale rounds 3·h alone, to f32.
  %bx = arith.constant dense<1.0> : tensor<1x2xbf16>
  %bg = arith.constant dense<3.0> : tensor<2xbf16>
  %be = tensor.empty() : tensor<1x2xf32>
  // CHECK: {{\[}}[2.98{{[0-9]+}}, 2.98{{[0-9]+}}]]
  // CHECK: {{\[}}[2.96875, 2.96875]]
  %after = norm.rms_norm ins(%bx : tensor<1x2xbf16>) scale(%bg : tensor<2xbf16>) outs(%be : tensor<1x2xf32>)
      dims = [1] eps = 1.2e-2
  %before = norm.rms_norm ins(%bx : tensor<1x2xbf16>) scale(%bg : tensor<2xbf16>) outs(%be : tensor<1x2xf32>)
      dims = [1] eps = 1.2e-2 rounding = before_scale
  %11 = tensor.cast %after : tensor<1x2xf32> to tensor<*xf32>
  call @printMemrefF32(%11) : (tensor<*xf32>) -> ()
  %12 = tensor.cast %before : tensor<1x2xf32> to tensor<*xf32>
  call @printMemrefF32(%12) : (tensor<*xf32>) -> ()

  // Four channels in two groups; and two channels with given statistics.
  // CHECK:      {{\[}}[-1, 1, -1, 1],
  // CHECK-NEXT:  [1, -1, 1, -1]]
  // CHECK:      {{\[}}[0.5, 1],
  // CHECK-NEXT:  [-1, 0]]
  %xg = arith.constant dense<[[1.0, 3.0, 6.0, 8.0], [4.0, 2.0, 1.0, 0.0]]> : tensor<2x4xf32>
  %group = norm.group_norm ins(%xg : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>)
      dims = [1] channel_dim = 1 groups = 2 eps = 0.0
  %13 = tensor.cast %group : tensor<2x4xf32> to tensor<*xf32>
  call @printMemrefF32(%13) : (tensor<*xf32>) -> ()
  %xb = arith.constant dense<[[1.0, 5.0], [-2.0, 1.0]]> : tensor<2x2xf32>
  %bm = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %bv = arith.constant dense<[4.0, 16.0]> : tensor<2xf32>
  %batch = norm.batch_norm ins(%xb : tensor<2x2xf32>) mean(%bm : tensor<2xf32>) variance(%bv : tensor<2xf32>)
      outs(%f : tensor<2x2xf32>) channel_dim = 1 eps = 0.0
  %14 = tensor.cast %batch : tensor<2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%14) : (tensor<*xf32>) -> ()
  return
}
