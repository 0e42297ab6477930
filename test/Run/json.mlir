// One line that a program reads; what was not asked for is not there.
// RUN: norm-run %s --json | FileCheck %s --check-prefix=PLAIN
// RUN: norm-run %s --json --verify --time | FileCheck %s --check-prefix=ALL
// RUN: norm-run %s --json --verify --time | %python -m json.tool
// RUN: not norm-run %s --json --verify --tolerance=0 2>&1 | FileCheck %s --check-prefix=WRONG

// PLAIN: {"entry":"f","outputs":[{"name":"result0","type":"4x16xbf16"},{"name":"argument1","type":"4xf32"}]}
// ALL: {"entry":"f","outputs":[{"name":"result0",{{.*}}"error_over_bound":{{[0-9.e-]+}},"right":true},
// ALL-SAME: "time":{"seconds":{{[0-9.e-]+}},"calls":{{[0-9]+}},"bytes":272,"plain_copy_seconds":{{.*}},"allocates":false}}
// WRONG: "error_over_bound":null,"right":false
// WRONG: norm-run: error: the result is not what the function means

func.func @f(%x: tensor<4x16xbf16>, %r: memref<4xf32>) -> tensor<4x16xbf16> {
  %e = tensor.empty() : tensor<4x16xbf16>
  %s = tensor.empty() : tensor<4xf32>
  %y, %rstd = norm.rms_norm ins(%x : tensor<4x16xbf16>) outs(%e : tensor<4x16xbf16>)
      rstd(%s : tensor<4xf32>) dims = [1] eps = 1.0e-5
  bufferization.materialize_in_destination %rstd in restrict writable %r
      : (tensor<4xf32>, memref<4xf32>) -> ()
  return %y : tensor<4x16xbf16>
}
