// The kernels whose instructions and registers are in static-checks.txt.

func.func @ln_f32_4096(%x: memref<?x4096xf32>, %g: memref<4096xf32>, %b: memref<4096xf32>, %y: memref<?x4096xf32>) {
  norm.layer_norm ins(%x : memref<?x4096xf32>) scale(%g : memref<4096xf32>) shift(%b : memref<4096xf32>)
      outs(%y : memref<?x4096xf32>) dims = [1] eps = 1.0e-5
  return
}

func.func @ln_bf16_4096(%x: memref<?x4096xbf16>, %g: memref<4096xbf16>, %b: memref<4096xbf16>, %y: memref<?x4096xbf16>) {
  norm.layer_norm ins(%x : memref<?x4096xbf16>) scale(%g : memref<4096xbf16>) shift(%b : memref<4096xbf16>)
      outs(%y : memref<?x4096xbf16>) dims = [1] eps = 1.0e-5
  return
}

func.func @ln_f16_768(%x: memref<?x768xf16>, %g: memref<768xf32>, %b: memref<768xf32>, %y: memref<?x768xf16>) {
  norm.layer_norm ins(%x : memref<?x768xf16>) scale(%g : memref<768xf32>) shift(%b : memref<768xf32>)
      outs(%y : memref<?x768xf16>) dims = [1] eps = 1.0e-5
  return
}

func.func @ln_f32_3000(%x: memref<?x3000xf32>, %g: memref<3000xf32>, %y: memref<?x3000xf32>) {
  norm.layer_norm ins(%x : memref<?x3000xf32>) scale(%g : memref<3000xf32>)
      outs(%y : memref<?x3000xf32>) dims = [1] eps = 1.0e-5
  return
}

func.func @rms_f32_1023(%x: memref<?x1023xf32>, %g: memref<1023xf32>, %y: memref<?x1023xf32>) {
  norm.rms_norm ins(%x : memref<?x1023xf32>) scale(%g : memref<1023xf32>)
      outs(%y : memref<?x1023xf32>) dims = [1] eps = 1.0e-5
  return
}

func.func @rms_bf16_128(%x: memref<?x128xbf16>, %g: memref<128xbf16>, %y: memref<?x128xbf16>) {
  norm.rms_norm ins(%x : memref<?x128xbf16>) scale(%g : memref<128xbf16>)
      outs(%y : memref<?x128xbf16>) dims = [1] eps = 1.0e-5
  return
}

func.func @rms_bf16_8192(%x: memref<?x8192xbf16>, %g: memref<8192xbf16>, %y: memref<?x8192xbf16>) {
  norm.rms_norm ins(%x : memref<?x8192xbf16>) scale(%g : memref<8192xbf16>)
      outs(%y : memref<?x8192xbf16>) dims = [1] eps = 1.0e-5 rounding = before_scale
  return
}

func.func @ln_f32_25600(%x: memref<?x25600xf32>, %g: memref<25600xf32>, %b: memref<25600xf32>, %y: memref<?x25600xf32>) {
  norm.layer_norm ins(%x : memref<?x25600xf32>) scale(%g : memref<25600xf32>) shift(%b : memref<25600xf32>)
      outs(%y : memref<?x25600xf32>) dims = [1] eps = 1.0e-5
  return
}

func.func @ln_f32_65536(%x: memref<?x65536xf32>, %y: memref<?x65536xf32>) {
  norm.layer_norm ins(%x : memref<?x65536xf32>) outs(%y : memref<?x65536xf32>) dims = [1] eps = 1.0e-5
  return
}

func.func @ln_f32_dynamic(%x: memref<?x?xf32>, %g: memref<?xf32>, %y: memref<?x?xf32>) {
  norm.layer_norm ins(%x : memref<?x?xf32>) scale(%g : memref<?xf32>)
      outs(%y : memref<?x?xf32>) dims = [1] eps = 1.0e-5
  return
}

// A residual, and a scale per row for int8.

func.func @add_rms_int8_4096(%x: memref<?x4096xbf16>, %r: memref<?x4096xbf16>, %g: memref<4096xbf16>,
                             %sum: memref<?x4096xbf16>, %q: memref<?x4096xi8>, %scale: memref<?xf32>) {
  norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %r[d0, d1], %g[d1] : memref<?x4096xbf16>, memref<?x4096xbf16>, memref<4096xbf16>)
      outs(%sum[d0, d1], %q[d0, d1], %scale[d0] : memref<?x4096xbf16>, memref<?x4096xi8>, memref<?xf32>) (%xe, %re, %ge) {
    %x32 = arith.extf %xe : bf16 to f32
    %r32 = arith.extf %re : bf16 to f32
    %g32 = arith.extf %ge : bf16 to f32
    %v = arith.addf %x32, %r32 : f32
    %v16 = arith.truncf %v : f32 to bf16
    %vv = arith.mulf %v, %v : f32
    %square = norm.reduce add %vv : f32
    %n = norm.count : f32
    %mean = arith.divf %square, %n : f32
    %rho = math.rsqrt %mean : f32
    %h = arith.mulf %v, %rho : f32
    %y = arith.mulf %h, %g32 : f32
    %size = math.absf %y : f32
    %most = norm.reduce max %size : f32
    %limit = arith.constant 127.0 : f32
    %s = arith.divf %most, %limit : f32
    %scaled = arith.divf %y, %s : f32
    %rounded = math.roundeven %scaled : f32
    %q8 = arith.fptosi %rounded : f32 to i8
    norm.yield %v16, %q8, %s : bf16, i8, f32
  }
  return
}

func.func @softmax_bf16_1024(%x: memref<?x1024xbf16>, %y: memref<?x1024xbf16>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<?x1024xbf16>) outs(%y[d0, d1] : memref<?x1024xbf16>) (%xe) {
    %v = arith.extf %xe : bf16 to f32
    %most = norm.reduce max %v : f32
    %below = arith.subf %v, %most : f32
    %e = math.exp %below : f32
    %sum = norm.reduce add %e : f32
    %p = arith.divf %e, %sum : f32
    %p16 = arith.truncf %p : f32 to bf16
    norm.yield %p16 : bf16
  }
  return
}

func.func @channels_first(%x: memref<8x96x3136xf32>, %g: memref<96xf32>, %y: memref<8x96x3136xf32>) {
  norm.layer_norm ins(%x : memref<8x96x3136xf32>) scale(%g : memref<96xf32>)
      outs(%y : memref<8x96x3136xf32>) dims = [1] eps = 1.0e-5
  return
}
func.func @gated_ln_f32_4096(%x: memref<?x4096xf32>, %r: memref<?x4096xf32>, %z: memref<?x4096xf32>, %g: memref<4096xf32>, %b: memref<4096xf32>, %s: memref<?x4096xf32>, %y: memref<?x4096xf32>) {
  %h = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %r[d0, d1], %z[d0, d1], %g[d1], %b[d1] : memref<?x4096xf32>, memref<?x4096xf32>, memref<?x4096xf32>, memref<4096xf32>, memref<4096xf32>) outs(%s[d0, d1], %y[d0, d1] : memref<?x4096xf32>, memref<?x4096xf32>) (%xe, %re, %ze, %ge, %be) {
    %v = arith.addf %xe, %re : f32
    %mean, %var = norm.reduce moments %v : f32
    %c = arith.subf %v, %mean : f32
    %rho = math.rsqrt %var : f32
    %n = arith.mulf %c, %rho : f32
    %n2 = arith.mulf %n, %ge : f32
    %n3 = arith.addf %n2, %be : f32
    %e = math.erf %n3 : f32
    %e1 = arith.addf %e, %one : f32
    %ph = arith.mulf %n3, %h : f32
    %o = arith.mulf %e1, %ph : f32
    %q = arith.mulf %o, %ze : f32
    norm.yield %v, %q : f32, f32
  }
  return
}

func.func @ln_bf16_1048576(%x: memref<4x1048576xbf16>, %g: memref<1048576xbf16>, %y: memref<4x1048576xbf16>) {
  norm.layer_norm ins(%x : memref<4x1048576xbf16>) scale(%g : memref<1048576xbf16>)
      outs(%y : memref<4x1048576xbf16>) dims = [1] eps = 1.0e-5
  return
}

// Two norms of a row, and rows whose elements lie anywhere.

func.func @rms_and_ln_f32_1536(%x: memref<?x1536xf32>, %g: memref<1536xf32>, %h: memref<1536xf32>,
                               %y: memref<?x1536xf32>, %z: memref<?x1536xbf16>) {
  norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %g[d1], %h[d1] : memref<?x1536xf32>, memref<1536xf32>, memref<1536xf32>)
      outs(%y[d0, d1], %z[d0, d1] : memref<?x1536xf32>, memref<?x1536xbf16>) (%xe, %ge, %he) {
    %n = norm.count : f32
    %eps = arith.constant 1.0e-5 : f32
    %x2 = arith.mulf %xe, %xe : f32
    %q = norm.reduce add %x2 : f32
    %ms = arith.divf %q, %n : f32
    %mse = arith.addf %ms, %eps : f32
    %rms = math.rsqrt %mse : f32
    %a = arith.mulf %xe, %rms : f32
    %ya = arith.mulf %a, %ge : f32
    %mean, %var = norm.reduce moments %xe : f32
    %ve = arith.addf %var, %eps : f32
    %rstd = math.rsqrt %ve : f32
    %c = arith.subf %xe, %mean : f32
    %b = arith.mulf %c, %rstd : f32
    %bh = arith.mulf %b, %he : f32
    %zb = arith.truncf %bh : f32 to bf16
    norm.yield %ya, %zb : f32, bf16
  }
  return
}

func.func @ln_any_strides(%x: memref<?x?xf32, strided<[?, ?], offset: ?>>, %y: memref<?x?xf32, strided<[?, ?], offset: ?>>) {
  norm.layer_norm ins(%x : memref<?x?xf32, strided<[?, ?], offset: ?>>)
      outs(%y : memref<?x?xf32, strided<[?, ?], offset: ?>>) dims = [1] eps = 1.0e-5
  return
}
