// RUN: norm-opt %s
// expected-error @+1 {{never seen}}
func.func private @f()
