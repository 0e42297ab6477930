// RUN: norm-opt %s || true
// XFAIL: *
func.func private @f()
