// RUN: norm-opt %s
// CHECK-LABEL: func.func @f
func.func private @f()
