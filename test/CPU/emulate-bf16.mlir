// RUN: norm-opt %s --norm-emulate-bf16 --canonicalize | FileCheck %s

// Each step is f32 and rounded; the rounding between the steps stays.

// CHECK-LABEL: func @steps
// CHECK-SAME: (%[[A:[^:]+]]: vector<16xbf16>, %[[B:[^:]+]]: vector<16xbf16>, %[[C:[^:]+]]: vector<16xbf16>
// CHECK-DAG: %[[WA:.+]] = arith.extf %[[A]] : vector<16xbf16> to vector<16xf32>
// CHECK-DAG: %[[WB:.+]] = arith.extf %[[B]] : vector<16xbf16> to vector<16xf32>
// CHECK-DAG: %[[WC:.+]] = arith.extf %[[C]] : vector<16xbf16> to vector<16xf32>
// CHECK: %[[P:.+]] = arith.mulf %[[WA]], %[[WB]] : vector<16xf32>
// CHECK: %[[R:.+]] = arith.truncf %[[P]] : vector<16xf32> to vector<16xbf16>
// CHECK: %[[W:.+]] = arith.extf %[[R]] : vector<16xbf16> to vector<16xf32>
// CHECK: arith.addf %[[W]], %[[WC]] : vector<16xf32>
func.func @steps(%a: vector<16xbf16>, %b: vector<16xbf16>, %c: vector<16xbf16>) -> vector<16xbf16> {
  %p = arith.mulf %a, %b : vector<16xbf16>
  %s = arith.addf %p, %c : vector<16xbf16>
  return %s : vector<16xbf16>
}

// LLVM would narrow these again, and abort.
// CHECK-LABEL: func @odd
//   CHECK-NOT:   arith.{{extf|truncf}}
//       CHECK:   arith.mulf {{.*}} : vector<17xf32>
//   CHECK-NOT:   arith.{{extf|truncf}}
//       CHECK:   return
func.func @odd(%a: vector<17xbf16>, %b: vector<17xbf16>) -> vector<17xbf16> {
  %p = arith.mulf %a, %b : vector<17xbf16>
  return %p : vector<17xbf16>
}

// CHECK-LABEL: func @odd_choice
//       CHECK:   arith.select {{.*}} : vector<17xi1>, vector<17xi16>
func.func @odd_choice(%c: vector<17xi1>, %a: vector<17xbf16>, %b: vector<17xbf16>) -> vector<17xbf16> {
  %s = arith.select %c, %a, %b : vector<17xi1>, vector<17xbf16>
  return %s : vector<17xbf16>
}

// LLVM would make one function of a vector of these, and abort.
// CHECK-LABEL: func @function
//       CHECK:   %[[W:.+]] = arith.extf {{.*}} : bf16 to f32
//       CHECK:   %[[T:.+]] = math.tanh %[[W]] : f32
//       CHECK:   arith.truncf %[[T]] : f32 to bf16
func.func @function(%a: bf16) -> bf16 {
  %t = math.tanh %a : bf16
  return %t : bf16
}

// f16 has its own.
// CHECK-LABEL: func @half
//       CHECK:   math.tanh {{.*}} : f16
func.func @half(%a: f16) -> f16 {
  %t = math.tanh %a : f16
  return %t : f16
}
