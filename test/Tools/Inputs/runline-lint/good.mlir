// DEFINE: %{run} = norm-opt %s --split-input-file
// RUN: %{run} -verify-diagnostics \
// RUN:   | FileCheck %s
// RUN: %{run} | FileCheck --check-prefix=ALSO %s
// CHECK-COUNT-2: @f
// ALSO-DAG: @f
// C1: a remark, not a check.
// expected-error @+1 {{seen}}
func.func private @f()
