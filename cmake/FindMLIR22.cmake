# Finds LLVM and MLIR 22.1, or says what to install.

# find_package would look elsewhere without a word.
if(MLIR_DIR AND NOT EXISTS "${MLIR_DIR}/MLIRConfig.cmake")
  message(FATAL_ERROR
    "MLIR_DIR is ${MLIR_DIR}, but there is no MLIRConfig.cmake. It must be the "
    "lib/cmake/mlir of an LLVM 22.1 that was built with MLIR.")
endif()

list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-22)
find_package(MLIR CONFIG QUIET)
if(NOT MLIR_FOUND)
  message(FATAL_ERROR
    "MLIR 22.1 was not found. On Debian 12:\n"
    "  apt-get install libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools\n"
    "Elsewhere, point -DMLIR_DIR at the lib/cmake/mlir of an LLVM 22.1 that "
    "was built with MLIR.")
endif()
if(NOT LLVM_VERSION VERSION_GREATER_EQUAL 22.1 OR
   NOT LLVM_VERSION VERSION_LESS 22.2)
  message(FATAL_ERROR
    "LLVM ${LLVM_VERSION} was found in ${LLVM_DIR}, but this project needs "
    "22.1. On Debian 12:\n"
    "  apt-get install libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools\n"
    "Elsewhere, point -DMLIR_DIR at the lib/cmake/mlir of an LLVM 22.1.")
endif()

# The package names a `llvm-lit` that it does not ship.
set(LLVM_EXTERNAL_LIT "${LLVM_TOOLS_BINARY_DIR}/lit" CACHE STRING "" FORCE)

list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)
