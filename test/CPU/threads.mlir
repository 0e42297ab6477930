// Rows over OpenMP threads, watched by ThreadSanitizer: no two threads touch the
// same memory unless one writes it for both to see. Where the caller's rows
// overlap they do, which must be found.
// ThreadSanitizer sees no access of more than 16 bytes, so vectors are taken
// apart first; Archer tells it of OpenMP.
// REQUIRES: tsan
// RUN: norm-opt %s --norm-cpu-pipeline="threads=4 cpu=x86-64" | mlir-translate --mlir-to-llvmir \
// RUN:   | %llvm_tools_dir/opt -S -passes="function(scalarizer<load-store>)" \
// RUN:   | sed 's/^\(define .*\) {$/\1 sanitize_thread {/' > %t.ll
// RUN: clang-22 -O1 -fsanitize=thread -fopenmp -Wno-override-module %t.ll %S/Inputs/threads.c \
// RUN:   -o %t.exe -lm -Wl,-rpath,%llvm_lib_dir
// RUN: env OMP_TOOL_LIBRARIES=%llvm_lib_dir/libarcher.so TSAN_OPTIONS=ignore_noninstrumented_modules=1 \
// RUN:   %t.exe 1000 | FileCheck %s
// RUN: env OMP_TOOL_LIBRARIES=%llvm_lib_dir/libarcher.so TSAN_OPTIONS=ignore_noninstrumented_modules=1 \
// RUN:   not %t.exe 1 2>&1 | FileCheck %s --check-prefix=RACE

// CHECK: 400 rows on more than one thread
// RACE:  WARNING: ThreadSanitizer: data race

func.func @norms(%x: memref<?x1000xf32>, %g: memref<1000xf32>, %y: memref<?x1000xf32, strided<[?, 1]>>,
                 %q: memref<?x1000xi8>, %s: memref<?xf32>) {
  %eps = arith.constant 1.0e-5 : f32
  %c127 = arith.constant 127.0 : f32
  norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %g[d1] : memref<?x1000xf32>, memref<1000xf32>)
      outs(%y[d0, d1], %q[d0, d1], %s[d0]
           : memref<?x1000xf32, strided<[?, 1]>>, memref<?x1000xi8>, memref<?xf32>) (%a, %b) {
    %mu, %var = norm.reduce moments %a : f32
    %ve = arith.addf %var, %eps : f32
    %rho = math.rsqrt %ve : f32
    %c = arith.subf %a, %mu : f32
    %h = arith.mulf %c, %rho : f32
    %o = arith.mulf %h, %b : f32
    %abs = math.absf %o : f32
    %max = norm.reduce max %abs : f32
    %step = arith.divf %max, %c127 : f32
    %z = arith.divf %o, %step : f32
    %near = math.roundeven %z : f32
    %i = arith.fptosi %near : f32 to i8
    norm.yield %o, %i, %step : f32, i8, f32
  }
  return
}
