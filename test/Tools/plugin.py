# RUN: %python %s norm-opt mlir-opt %norm_plugin
# UNSUPPORTED: asan
#
# Stock mlir-opt with the plugin is norm-opt: it has every pass and pipeline
# that norm-opt has, and each does the same. The list is the registry's own.

import re
import subprocess
import sys

INPUT = """
#map = affine_map<(d0, d1) -> (d0, d1)>
func.func @tensors(%x: tensor<4x8xf64>, %r: tensor<4x8xf64>) -> tensor<4x8xf64> {
  %e = tensor.empty() : tensor<4x8xf64>
  %v = linalg.add ins(%x, %r : tensor<4x8xf64>, tensor<4x8xf64>)
         outs(%e : tensor<4x8xf64>) -> tensor<4x8xf64>
  %y = norm.rms_norm ins(%v : tensor<4x8xf64>) outs(%e : tensor<4x8xf64>)
         dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf64>
}
func.func @program(%x: tensor<4x8xf64>) -> tensor<4x8xf64> {
  %e = tensor.empty() : tensor<4x8xf64>
  %y = norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1] : tensor<4x8xf64>) outs(%e[d0, d1] : tensor<4x8xf64>) (%xe) {
    %max = norm.reduce max %xe : f64
    %d = arith.divf %xe, %max : f64
    norm.yield %d : f64
  }
  return %y : tensor<4x8xf64>
}
func.func @buffers(%x: memref<4x8xf64>, %y: memref<4x8xf64>) {
  norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1] : memref<4x8xf64>) outs(%y[d0, d1] : memref<4x8xf64>) (%xe) {
    %sum = norm.reduce add %xe : f64
    %d = arith.divf %xe, %sum : f64
    norm.yield %d : f64
  }
  return
}
func.func @exported(%x: tensor<4x8xf64>) -> tensor<4x8xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty() : tensor<4x8xf64>
  %re = tensor.empty() : tensor<4xf64>
  %init = linalg.fill ins(%zero : f64) outs(%re : tensor<4xf64>) -> tensor<4xf64>
  %square = linalg.mul ins(%x, %x : tensor<4x8xf64>, tensor<4x8xf64>)
              outs(%e : tensor<4x8xf64>) -> tensor<4x8xf64>
  %q = linalg.reduce {arith.addf} ins(%square : tensor<4x8xf64>)
         outs(%init : tensor<4xf64>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#map, affine_map<(d0, d1) -> (d0)>, #map],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %q : tensor<4x8xf64>, tensor<4xf64>) outs(%e : tensor<4x8xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %eps = arith.constant 1.0e-6 : f64
    %me = arith.addf %b, %eps : f64
    %rstd = math.rsqrt %me : f64
    %h = arith.mulf %a, %rstd : f64
    linalg.yield %h : f64
  } -> tensor<4x8xf64>
  return %y : tensor<4x8xf64>
}
func.func @narrow(%a: vector<8xbf16>, %b: vector<8xbf16>) -> vector<8xbf16> {
  %p = arith.mulf %a, %b : vector<8xbf16>
  return %p : vector<8xbf16>
}
"""


def passes(tool):
    text = subprocess.run(
        [*tool, "--list-passes"], capture_output=True, text=True, check=True
    ).stdout
    return set(re.findall(r"^ *--(norm-[\w-]+)", text, re.M))


def run(tool, name):
    pipeline = f"--pass-pipeline=builtin.module({name})"
    done = subprocess.run(
        [*tool, pipeline], input=INPUT, capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


def main(norm_opt, mlir_opt, plugin):
    ours = [norm_opt]
    stock = [
        mlir_opt,
        f"--load-dialect-plugin={plugin}",
        f"--load-pass-plugin={plugin}",
    ]
    failures = [f"{name} is missing" for name in passes(ours) - passes(stock)]
    unchanged = run(ours, "")[1]
    changed = 0
    for name in sorted(passes(stock)):
        expected, actual = run(ours, name), run(stock, name)
        changed += expected[0] == 0 and expected[1] != unchanged
        if expected != actual:
            failures.append(f"{name}: norm-opt gives {expected}, mlir-opt {actual}")
    print("\n".join(failures))
    print(f"{changed} passes changed the input; {len(failures)} failures")
    return bool(failures) or changed < 10


sys.exit(main(*sys.argv[1:]))
