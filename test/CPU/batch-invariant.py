# A row's result is the same bits whichever rows it is taken with, and however
# many there are.
# RUN: %python %s norm-run %t | FileCheck %s
# CHECK: 1 result

import pathlib
import subprocess
import sys

FUNCTION = """
func.func @f(%row: tensor<200xf32>) -> tensor<{0}x200xf32> {{
  %e = tensor.empty() : tensor<{0}x200xf32>
  %x = linalg.broadcast ins(%row : tensor<200xf32>) outs(%e : tensor<{0}x200xf32>) dimensions = [0]
  %y = norm.layer_norm ins(%x : tensor<{0}x200xf32>) outs(%e : tensor<{0}x200xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<{0}x200xf32>
}}
"""

norm_run, work = sys.argv[1], pathlib.Path(sys.argv[2])
work.mkdir(exist_ok=True)
results = set()
for rows in [1, 2, 3, 4, 5, 8]:
    module = work / "rows.mlir"
    module.write_text(FUNCTION.format(rows))
    command = [norm_run, module, "--as-is", f"--output-dir={work}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    data = (work / "result0.npy").read_bytes()[-rows * 800 :]
    results |= {data[i : i + 800] for i in range(0, len(data), 800)}
print(len(results), "result" if len(results) == 1 else "results")
