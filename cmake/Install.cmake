# What `cmake --install` makes: a tree for find_package(NormMLIR). The programs,
# the libraries, and the headers that other compilers need; all others are ours
# alone and may change at any time. docs/Embedding.md says what each is for.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(NORM_PUBLIC_HEADERS
  Norm-c/CUDA.h
  Norm-c/Norm.h
  Norm-c/Run.h
  Norm/InitAll.h
  Norm/Passes.h
  Norm/IR/Norm.h
  Norm/IR/RowProgram.h
  Norm/Raise/RaiseMode.h
  Norm/Fuse/Patterns.h
  Norm/Decompose/Patterns.h
  Norm/CPU/Pipeline.h
  Norm/CPU/VectorPlan.h
  Norm/GPU/Chip.h
  Norm/GPU/KernelFormat.h
  Norm/GPU/Patterns.h
  Norm/GPU/Pipeline.h
  Norm/GPU/Plan.h
  # For DRR and PDLL.
  Norm/IR/GenericOp.td
  Norm/IR/NormDialect.td
  Norm/IR/NormOps.td
  Norm/IR/RowOpInterface.td)
set(NORM_PUBLIC_GENERATED_HEADERS
  Norm/Passes.h.inc
  Norm/IR/NormAttrs.h.inc
  Norm/IR/NormDialect.h.inc
  Norm/IR/NormEnums.h.inc
  Norm/IR/NormOps.h.inc
  Norm/IR/RowOpInterface.h.inc)

function(norm_install_headers root)
  foreach(header ${ARGN})
    get_filename_component(folder ${header} DIRECTORY)
    install(FILES ${root}/include/${header}
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${folder})
  endforeach()
endfunction()
norm_install_headers(${PROJECT_SOURCE_DIR} ${NORM_PUBLIC_HEADERS})
norm_install_headers(${PROJECT_BINARY_DIR} ${NORM_PUBLIC_GENERATED_HEADERS})

# The library itself links nothing; who uses it links MLIR's.
target_include_directories(NormMLIR INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(NormMLIR INTERFACE $<INSTALL_INTERFACE:MLIR>
                                         $<INSTALL_INTERFACE:LLVM>)
target_compile_features(NormMLIR INTERFACE cxx_std_17)
foreach(library NormC norm_cuda_runtime)
  target_include_directories(${library} INTERFACE
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/NormMLIR)
install(TARGETS NormMLIR NormC norm_cuda_runtime EXPORT NormMLIRTargets)
install(TARGETS norm-opt norm-run norm-translate norm-lsp-server norm-reduce)
install(TARGETS NormPlugin LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT NormMLIRTargets NAMESPACE NormMLIR:: DESTINATION ${package})

math(EXPR NORM_NEXT_LLVM_MINOR "${LLVM_VERSION_MINOR} + 1")
configure_package_config_file(cmake/NormMLIRConfig.cmake.in
  NormMLIRConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(NormMLIRConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/NormMLIRConfig.cmake
              ${PROJECT_BINARY_DIR}/NormMLIRConfigVersion.cmake
        DESTINATION ${package})
