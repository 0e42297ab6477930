// Elements of i1 and i4 have a byte of their own in memory, where LLVM's
// vectors of them have no gaps: they are taken one by one.
// RUN: norm-run --as-is %s --entry masked --road=vector --verify | FileCheck %s
// RUN: norm-run --as-is %s --entry masked --road=linalg --verify | FileCheck %s
// RUN: norm-run --as-is %s --entry sign --road=vector --verify | FileCheck %s
// RUN: norm-run --as-is %s --entry sign --road=linalg --verify | FileCheck %s
// CHECK: : right
// RUN: norm-opt %s --convert-elementwise-to-linalg --norm-bufferize --norm-to-vector="triple=x86_64-unknown-linux-gnu cpu=x86-64-v4" \
// RUN:   --remarks-filter=norm-plan --remark-policy=all 2>&1 | FileCheck %s --check-prefix=REASON

// RUN: norm-opt %s --convert-elementwise-to-linalg --norm-apply-schedule \
// RUN:   --remarks-filter=norm-plan --remark-policy=all 2>&1 | FileCheck %s --check-prefix=SCHEDULE
// SCHEDULE: no schedule: operand #1 has elements of i1, which memory does not pack as vectors do

// A softmax of what a mask lets through.
// REASON: no vectors: operand #1 has elements of i1, which memory does not pack as vectors do
// REASON: no vectors: operand #1 has elements of i1,
// REASON: no vectors: operand #0 has elements of i4,
// REASON-NOT: no vectors
func.func @masked(%x: tensor<6x50xf32>, %bits: tensor<6x50xi8>) -> tensor<6x50xf32> {
  %c1 = arith.constant dense<1> : tensor<6x50xi8>
  %odd = arith.andi %bits, %c1 : tensor<6x50xi8>
  %mask = arith.trunci %odd : tensor<6x50xi8> to tensor<6x50xi1>
  %e = tensor.empty() : tensor<6x50xf32>
  %hidden = arith.constant -1.0e+9 : f32
  %y = norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %mask[d0, d1] : tensor<6x50xf32>, tensor<6x50xi1>)
      outs(%e[d0, d1] : tensor<6x50xf32>) (%v, %isSeen) {
    %s = arith.select %isSeen, %v, %hidden : f32
    %max = norm.reduce max %s : f32
    %d = arith.subf %s, %max : f32
    %p = math.exp %d : f32
    %sum = norm.reduce add %p : f32
    %o = arith.divf %p, %sum : f32
    norm.yield %o : f32
  }
  return %y : tensor<6x50xf32>
}

func.func @sign(%x: tensor<6x50xf32>) -> tensor<6x50xi8> {
  %e = tensor.empty() : tensor<6x50xi1>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<6x50xf32>)
      outs(%e[d0, d1] : tensor<6x50xi1>) (%v) {
    %sum = norm.reduce add %v : f32
    %o = arith.cmpf ogt, %v, %sum : f32
    norm.yield %o : i1
  }
  %wide = arith.extui %y : tensor<6x50xi1> to tensor<6x50xi8>
  return %wide : tensor<6x50xi8>
}

func.func @codes(%x: tensor<6x50xi4>) -> tensor<6x50xf32> {
  %e = tensor.empty() : tensor<6x50xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<6x50xi4>)
      outs(%e[d0, d1] : tensor<6x50xf32>) (%v) {
    %f = arith.sitofp %v : i4 to f32
    %max = norm.reduce max %f : f32
    %o = arith.divf %f, %max : f32
    norm.yield %o : f32
  }
  return %y : tensor<6x50xf32>
}
