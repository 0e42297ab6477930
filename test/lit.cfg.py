import os
import sys

import lit.formats
from lit.llvm import llvm_config

config.name = "norm"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".mlir", ".test", ".py"]
config.excludes = ["Inputs", "Python", "lit.cfg.py"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.norm_binary_dir, "test")

# A name captured under one LABEL must not match under the next.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope"

llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.with_environment("PATH", config.norm_tools_dir, append_path=True)
llvm_config.add_tool_substitutions(
    config.norm_tools
    + ["FileCheck", "not", "split-file", "mlir-opt", "mlir-translate", "clang-22"],
    [config.norm_tools_dir, config.llvm_tools_dir],
)

config.substitutions += [
    ("%python", sys.executable),
    ("%norm_source_dir", config.norm_source_dir),
    ("%norm_binary_dir", config.norm_binary_dir),
    ("%llvm_lib_dir", config.llvm_lib_dir),
    ("%shlibext", config.llvm_shlib_ext),
]

# Memory that LLVM's allocators poison in our instrumented code is used by the
# MLIR library, which is not instrumented and does not unpoison it.
llvm_config.with_environment("ASAN_OPTIONS", "allow_user_poisoning=false")
