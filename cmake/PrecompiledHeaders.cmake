# Most of the time of a compilation goes into MLIR's headers. Those that nearly
# every file needs are read once; ours are not among them, so that each file
# still says what it includes.
function(norm_precompile_headers target)
  target_precompile_headers(${target} PRIVATE
    <mlir/Dialect/Affine/IR/AffineOps.h>
    <mlir/Dialect/Arith/IR/Arith.h>
    <mlir/Dialect/Linalg/IR/Linalg.h>
    <mlir/Dialect/Math/IR/Math.h>
    <mlir/Dialect/MemRef/IR/MemRef.h>
    <mlir/Dialect/Tensor/IR/Tensor.h>
    <mlir/IR/PatternMatch.h>
    <mlir/Interfaces/TilingInterface.h>
    <mlir/Pass/Pass.h>)
endfunction()

# What ccache must know of precompiled headers.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()
