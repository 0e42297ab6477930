import glob
import os
import sys

import lit.formats
from lit.llvm import llvm_config

config.name = "norm"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".c", ".mlir", ".test", ".py"]
config.excludes = ["Inputs", "Python", "consumer", "lit.cfg.py"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.norm_binary_dir, "test")

# ThreadSanitizer, and Archer, which tells it of OpenMP.
if "x86_64" in config.target_triple and all(
    glob.glob(os.path.join(config.llvm_lib_dir, pattern))
    for pattern in ["libarcher.so", "clang/*/lib/*/libclang_rt.tsan-x86_64.a"]
):
    config.available_features.add("tsan")

# Tests that take long or much memory: `lit --param full=1`.
if lit_config.params.get("full"):
    config.available_features.add("full")

# A name captured under one LABEL must not match under the next.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope"

llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.with_environment("PATH", config.norm_tools_dir, append_path=True)
# A target of norm-run is called as the tool is: that one comes by the PATH.
llvm_config.add_tool_substitutions(
    [tool for tool in config.norm_tools if tool != "ptx-interpreter"]
    + ["norm-c-test", "FileCheck", "not", "split-file", "mlir-opt", "mlir-tblgen"]
    + ["mlir-translate", "clang-22"],
    [config.norm_tools_dir, config.llvm_tools_dir],
)

config.substitutions += [
    ("%python", sys.executable),
    ("%norm_source_dir", config.norm_source_dir),
    ("%norm_binary_dir", config.norm_binary_dir),
    ("%cxx", config.cxx),
    ("%cc", config.cc),
    ("%llvm_include_dir", config.llvm_include_dir),
    ("%llvm_lib_dir", config.llvm_lib_dir),
    # What is linked with libraries of ours has their runtime.
    ("%sanitize", "-fsanitize=" + config.llvm_use_sanitizer.replace(";", ",")
     if config.llvm_use_sanitizer else ""),
    ("%llvm_tools_dir", config.llvm_tools_dir),
    ("%norm_plugin", config.norm_plugin),
    ("%shlibext", config.llvm_shlib_ext),
]

# Memory that LLVM's allocators poison in our instrumented code is used by the
# MLIR library, which is not instrumented and does not unpoison it.
llvm_config.with_environment("ASAN_OPTIONS", "allow_user_poisoning=false")
