// RUN: norm-opt %s | FileCheck %s --check-prefixes=ONE,TWO
// ONE: @f
// TWO-NEXT: {{.}}
// CHECK: @f
func.func private @f()
