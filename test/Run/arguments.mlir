// Entries, inputs and shapes; each mistake is one clear line.
// RUN: norm-run %s --entry scalars --input=1.5,2=3,1=2 | FileCheck %s --check-prefix=SCALARS
// SCALARS: result0: f32 [3]
// SCALARS: result1: i32 [3]
// RUN: norm-run %s --entry dynamic --shape=0=2x5 --dynamic-size=3 | FileCheck %s --check-prefix=DYNAMIC
// DYNAMIC: result0: 2x5xf16 [
// RUN: norm-run %s --entry strided --input=0=4 | FileCheck %s --check-prefix=STRIDED
// STRIDED: argument0: 2x3xf32 [8, 8, 8, 8, …]
// RUN: norm-run %s --entry dynamic --dynamic-size=2 --seed=1 > %t.1
// RUN: norm-run %s --entry dynamic --dynamic-size=2 --seed=1 | diff %t.1 -
// RUN: norm-run %s --entry dynamic --dynamic-size=2 --seed=2 | not diff %t.1 -

// RUN: not norm-run %s 2>&1 | FileCheck %s --check-prefix=WHICH
// WHICH: norm-run: error: which function to run? The module has 5 to choose; its public functions are scalars, dynamic, strided, vector, asserts
// RUN: not norm-run %s --entry absent 2>&1 | FileCheck %s --check-prefix=ABSENT
// ABSENT: norm-run: error: the module has no function 'absent'; its public functions are
// RUN: not norm-run %s --entry vector 2>&1 | FileCheck %s --check-prefix=VECTOR
// VECTOR: norm-run: error: @vector: argument 0 is of type vector<4xf32>, which cannot be passed
// RUN: not norm-run %s --entry dynamic 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: norm-run: error: argument 0 is ?x?xf16: give it an --input, or its size with --shape=0=… or --dynamic-size
// RUN: not norm-run %s --entry dynamic --dynamic-size=-3 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// NEGATIVE: norm-run: error: --dynamic-size=-3 is negative
// RUN: not norm-run %s --entry dynamic --dynamic-size=99999999 2>&1 | FileCheck %s --check-prefix=LARGE --implicit-check-not=abort
// RUN: not norm-run %s --entry dynamic --shape=0=1x999999999999999999 2>&1 | FileCheck %s --check-prefix=LARGE --implicit-check-not=abort
// RUN: not norm-run %s --entry dynamic --dynamic-size=9999999999999 2>&1 | FileCheck %s --check-prefix=LARGE --implicit-check-not=abort
// LARGE: norm-run: error: argument 0, {{[0-9]+}}x{{9+}}xf16, is too large for the memory
// RUN: not norm-run %s --entry scalars --input= 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: not norm-run %s --entry scalars --input=0= 2>&1 | FileCheck %s --check-prefix=NOTHING
// NOTHING: norm-run: error: --input={{(0=)?}}: nothing is given for argument 0
// RUN: not norm-run %s --entry scalars --verify --tolerance=-1 2>&1 | FileCheck %s --check-prefix=TOLERANCE
// TOLERANCE: norm-run: error: --tolerance takes a number that is not negative
// RUN: not norm-run %s --entry dynamic --shape=0=2x 2>&1 | FileCheck %s --check-prefix=NO-SHAPE
// NO-SHAPE: norm-run: error: '2x' is not a shape such as 2x3
// RUN: not norm-run %s --entry dynamic --shape=0=2 2>&1 | FileCheck %s --check-prefix=RANK
// RANK: norm-run: error: --shape=0=2: argument 0 is ?x?xf16
// RUN: not norm-run %s --entry dynamic --shape=2x2 2>&1 | FileCheck %s --check-prefix=WHOSE
// WHOSE: norm-run: error: --shape=2x2: say which argument, as in 0=2x2
// RUN: not norm-run %s --entry dynamic --shape=1=2x2 2>&1 | FileCheck %s --check-prefix=RANGE
// RANGE: norm-run: error: --shape=1=2x2: the function has 1 arguments, counted from 0
// RUN: not norm-run %s --entry scalars --input=1,2,3,4 2>&1 | FileCheck %s --check-prefix=MANY
// MANY: norm-run: error: --input=4: the function has only 3 arguments
// RUN: not norm-run %s --entry scalars --input=1,0=2 2>&1 | FileCheck %s --check-prefix=TWICE
// TWICE: norm-run: error: --input=0=2: argument 0 is given twice
// RUN: not norm-run %t.absent.mlir 2>&1 | FileCheck %s --check-prefix=FILE
// FILE: norm-run: error: {{.*}}absent.mlir: No such file or directory
// RUN: echo "func.func @f(" > %t.truncated.mlir
// RUN: not norm-run %t.truncated.mlir 2>&1 | FileCheck %s --check-prefix=PARSE
// PARSE: truncated.mlir:{{[0-9:]+}} error: expected
// RUN: not norm-run %s --entry scalars --road=x 2>&1 | FileCheck %s --check-prefix=ROAD --implicit-check-not=road
// ROAD: norm-run: error: --road=x: the roads are vector, linalg, affine
// RUN: not norm-run %s --entry asserts --input=-1 2>&1 | FileCheck %s --check-prefix=ASSERT
// ASSERT-DAG: the input is negative
// ASSERT-DAG: norm-run: error: the function aborted
// RUN: norm-run %s --entry asserts --input=1 | FileCheck %s --check-prefix=HOLDS
// HOLDS: result0: f32 [1]

// RUN: not norm-run %s --entry unknown 2>&1 | FileCheck %s --check-prefix=OP
// OP: norm-run: error: {{.*}}arguments.mlir:[[#]]:[[#]]: op was not bufferized: 'tosa.exp'

func.func private @unknown(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = tosa.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func @scalars(%a: f32, %b: f32, %n: i32) -> (f32, i32) {
  %c = arith.mulf %a, %b : f32
  return %c, %n : f32, i32
}
func.func @dynamic(%x: tensor<?x?xf16>) -> tensor<?x?xf16> {
  return %x : tensor<?x?xf16>
}
func.func @strided(%x: memref<2x3xf32, strided<[8, 2], offset: 3>>) {
  linalg.add ins(%x, %x : memref<2x3xf32, strided<[8, 2], offset: 3>>,
                          memref<2x3xf32, strided<[8, 2], offset: 3>>)
      outs(%x : memref<2x3xf32, strided<[8, 2], offset: 3>>)
  return
}
func.func @vector(%x: vector<4xf32>) {
  return
}
func.func @asserts(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %ok = arith.cmpf oge, %x, %zero : f32
  cf.assert %ok, "the input is negative"
  return %x : f32
}
