//===- norm-c.c - What a C program does with norm -----------------*- C -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// RUN: norm-c-test | FileCheck %s

#include "Norm-c/Norm.h"
#include "Norm-c/Run.h"
#include "mlir-c/Diagnostics.h"
#include <stdio.h>
#include <string.h>

static void print(MlirStringRef text, void *userData) {
  (void)userData;
  printf("%.*s", (int)text.length, text.data);
}

static MlirLogicalResult onDiagnostic(MlirDiagnostic diagnostic,
                                      void *userData) {
  printf("%s", (const char *)userData);
  mlirLocationPrint(mlirDiagnosticGetLocation(diagnostic), print, NULL);
  printf(": ");
  mlirDiagnosticPrint(diagnostic, print, NULL);
  printf("\n");
  return mlirLogicalResultSuccess();
}

static MlirStringRef text(const char *s) {
  return mlirStringRefCreateFromCString(s);
}

static MlirModule parse(MlirContext context, const char *source) {
  return mlirModuleCreateParse(context, text(source));
}

static const char *const layerNorm =
    "func.func @f(%x: tensor<2x4xf32>, %g: tensor<4xf32>) -> tensor<2x4xf32> "
    "{\n"
    "  %e = tensor.empty() : tensor<2x4xf32>\n"
    "  %y = norm.layer_norm ins(%x : tensor<2x4xf32>) scale(%g : tensor<4xf32>)"
    "    outs(%e : tensor<2x4xf32>) dims = [1] eps = 0.0\n"
    "  return %y : tensor<2x4xf32>\n"
    "}\n";

//===----------------------------------------------------------------------===//
// The dialect, and pipelines
//===----------------------------------------------------------------------===//

// CHECK-LABEL: testDialect
static void testDialect(void) {
  printf("testDialect\n");
  MlirContext context = mlirContextCreate();
  MlirDialectHandle handle = mlirGetDialectHandle__norm__();
  mlirDialectHandleRegisterDialect(handle, context);
  MlirDialect dialect = mlirDialectHandleLoadDialect(handle, context);
  // CHECK-NEXT: namespace norm
  printf("namespace %s\n",
         mlirDialectGetNamespace(dialect).length == 4 ? "norm" : "?");
  mlirContextDestroy(context);
}

// CHECK-LABEL: testPipeline
static void testPipeline(MlirContext context) {
  printf("testPipeline\n");
  MlirModule module = parse(context, layerNorm);
  // CHECK: func.func @f
  // CHECK: norm.generic
  MlirLogicalResult ran = mlirNormRunPipeline(
      module, text("builtin.module(norm-generalize, canonicalize)"));
  mlirOperationPrint(mlirModuleGetOperation(module), print, NULL);
  // CHECK: ran 1
  printf("ran %d\n", mlirLogicalResultIsSuccess(ran));

  // The list alone will do.
  // CHECK-NOT: norm.generic
  // CHECK: linalg.generic
  ran = mlirNormRunPipeline(module, text("norm-to-linalg"));
  mlirOperationPrint(mlirModuleGetOperation(module), print, NULL);
  // CHECK: ran 1
  printf("ran %d\n", mlirLogicalResultIsSuccess(ran));

  // CHECK-NEXT: diagnostic: loc("-":0:0): {{.*}}'norm-lunch' does not refer to a registered pass or pass pipeline
  // CHECK-NEXT: norm-lunch
  // CHECK-NEXT: ^
  // CHECK-NEXT: ran 0
  ran = mlirNormRunPipeline(module, text("norm-lunch"));
  printf("ran %d\n", mlirLogicalResultIsSuccess(ran));
  // CHECK-NEXT: diagnostic: loc("-":0:0): expected pass pipeline to be wrapped{{.*}}
  // CHECK-NEXT: ran 0
  ran = mlirNormRunPipeline(module, text("builtin.module(cse"));
  printf("ran %d\n", mlirLogicalResultIsSuccess(ran));
  mlirModuleDestroy(module);

  // CHECK-NEXT: diagnostic: loc("-":1:61): 'norm.rms_norm' op {{.*}}dim
  // CHECK-NEXT: null 1
  module =
      parse(context, "func.func @f(%x: memref<4xf32>, %y: memref<4xf32>) { "
                     "       norm.rms_norm ins(%x : memref<4xf32>) "
                     "outs(%y : memref<4xf32>) dims = [1] eps = 0.0 return }");
  printf("null %d\n", mlirModuleIsNull(module));
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

static MlirNormKernel compile(MlirContext context, const char *source,
                              const char *entry, const char *pipelineOptions) {
  MlirModule module = parse(context, source);
  MlirNormCompileOptions options = mlirNormCompileOptionsGetDefault();
  options.cpuPipelineOptions = text(pipelineOptions);
  MlirNormKernel kernel = mlirNormCompile(module, text(entry), options);
  mlirModuleDestroy(module);
  return kernel;
}

static const int64_t shape[] = {2, 4}, transposed[] = {1, 2};

static void invoke(MlirNormKernel kernel, intptr_t count,
                   const MlirNormArray *arguments) {
  MlirLogicalResult result =
      mlirNormKernelInvoke(kernel, count, arguments, print, NULL);
  printf("%s\n", mlirLogicalResultIsSuccess(result) ? "called" : "");
}

// CHECK-LABEL: testInvoke
static void testInvoke(void) {
  printf("testInvoke\n");
  MlirContext context = mlirContextCreate();
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  mlirNormRegisterEverything(registry);
  mlirContextAppendDialectRegistry(context, registry);
  mlirDialectRegistryDestroy(registry);
  MlirNormKernel kernel = compile(context, layerNorm, "f", "");
  mlirContextDestroy(context);

  // CHECK-NEXT: 3 arguments
  printf("%d arguments\n", (int)mlirNormKernelGetNumArguments(kernel));
  // Mean 1 and deviation 1; mean 0 and deviation 2.
  float x[] = {0, 2, 0, 2, -2, 2, -2, 2}, g[] = {1, 2, 3, 4}, y[8] = {0};
  MlirNormArray arguments[] = {{x, MlirNormF32, 2, shape, NULL},
                               {g, MlirNormF32, 1, shape + 1, NULL},
                               {y, MlirNormF32, 2, shape, NULL}};
  // CHECK-NEXT: called
  // CHECK-NEXT: -1 2 -3 4 -1 2 -3 4
  invoke(kernel, 3, arguments);
  for (int i = 0; i < 8; ++i)
    printf("%g ", y[i]);
  printf("\n");

  // A strided argument: the columns of xt are the rows of x.
  float xt[8];
  for (int i = 0; i < 8; ++i)
    xt[i % 4 * 2 + i / 4] = x[i];
  memset(y, 0, sizeof(y));
  arguments[0].data = xt;
  arguments[0].strides = transposed;
  // CHECK-NEXT: called
  // CHECK-NEXT: -1 2 -3 4 -1 2 -3 4
  invoke(kernel, 3, arguments);
  for (int i = 0; i < 8; ++i)
    printf("%g ", y[i]);
  printf("\n");

  // Packed by hand, as upstream's execution engine takes it.
  struct {
    float *allocated, *aligned;
    int64_t offset, sizes[2], strides[2];
  } dx = {x, x, 0, {2, 4}, {4, 1}}, dy = {y, y, 0, {2, 4}, {4, 1}};
  struct {
    float *allocated, *aligned;
    int64_t offset, size, stride;
  } dg = {g, g, 0, 4, 1};
  void *px = &dx, *pg = &dg, *py = &dy, *packed[] = {&px, &pg, &py};
  memset(y, 0, sizeof(y));
  mlirNormKernelGetPackedFunction(kernel)(packed);
  // CHECK-NEXT: packed -1 4
  printf("packed %g %g\n", y[0], y[7]);
  mlirNormKernelDestroy(kernel);
}

// CHECK-LABEL: testBadCalls
static void testBadCalls(MlirContext context) {
  printf("testBadCalls\n");
  MlirNormKernel kernel = compile(context, layerNorm, "", "road=affine");
  float x[16] = {0}, g[4] = {0}, y[8] = {7, 7, 7, 7, 7, 7, 7, 7};
  const MlirNormArray good[] = {{x, MlirNormF32, 2, shape, NULL},
                                {g, MlirNormF32, 1, shape + 1, NULL},
                                {y, MlirNormF32, 2, shape, NULL}};
  MlirNormArray bad[3];
  // CHECK-NEXT: the function has 3 arguments, but 2 were given
  invoke(kernel, 2, good);
  // CHECK-NEXT: the function has 3 arguments, but -1 were given
  invoke(kernel, -1, NULL);
  memcpy(bad, good, sizeof(good));
  bad[0].dtype = MlirNormF64;
  // CHECK-NEXT: argument 0 is 2x4xf32, but 2x4xf64 was given
  invoke(kernel, 3, bad);
  memcpy(bad, good, sizeof(good));
  bad[0].dtype = (MlirNormDType)11;
  // CHECK-NEXT: argument 0 has no dtype of MlirNormDType
  invoke(kernel, 3, bad);
  memcpy(bad, good, sizeof(good));
  bad[1].rank = 2;
  bad[1].shape = shape;
  // CHECK-NEXT: argument 1 is 4xf32, but 2x4xf32 was given
  invoke(kernel, 3, bad);
  memcpy(bad, good, sizeof(good));
  bad[1].shape = NULL;
  // CHECK-NEXT: argument 1 has no shape
  invoke(kernel, 3, bad);
  const int64_t negative[] = {-4, 1};
  memcpy(bad, good, sizeof(good));
  bad[0].strides = negative;
  // CHECK-NEXT: argument 0 has a negative extent or stride
  invoke(kernel, 3, bad);
  memcpy(bad, good, sizeof(good));
  bad[2].data = NULL;
  // CHECK-NEXT: argument 2 has no data
  invoke(kernel, 3, bad);
  memcpy(bad, good, sizeof(good));
  bad[0].data = (char *)x + 2;
  // CHECK-NEXT: argument 0 is not aligned to its elements
  invoke(kernel, 3, bad);
  memcpy(bad, good, sizeof(good));
  bad[2].strides = transposed;
  // CHECK-NEXT: argument 2 has other strides than its memref type
  invoke(kernel, 3, bad);
  memcpy(bad, good, sizeof(good));
  bad[2].data = x + 7;
  // CHECK-NEXT: argument 2 is written, and overlaps argument 0
  invoke(kernel, 3, bad);
  // One element further they are neighbours.
  memcpy(bad, good, sizeof(good));
  bad[2].data = x + 8;
  // CHECK-NEXT: called
  invoke(kernel, 3, bad);
  // Nothing was written by what was refused.
  int untouched = 1;
  for (int i = 0; i < 8; ++i)
    untouched &= y[i] == 7;
  // CHECK-NEXT: untouched 1
  printf("untouched %d\n", untouched);
  mlirNormKernelDestroy(kernel);
}

// CHECK-LABEL: testDynamic
static void testDynamic(MlirContext context) {
  printf("testDynamic\n");
  MlirNormKernel kernel = compile(
      context,
      "func.func @f(%x: tensor<?x?xf32>, %g: tensor<?xf32>, %o: f32,\n"
      "             %y: memref<?x?xf32>) -> tensor<?x?xf32> {\n"
      "  %c0 = arith.constant 0 : index\n"
      "  %c1 = arith.constant 1 : index\n"
      "  %n = tensor.dim %x, %c0 : tensor<?x?xf32>\n"
      "  %m = tensor.dim %x, %c1 : tensor<?x?xf32>\n"
      "  %e = tensor.empty(%n, %m) : tensor<?x?xf32>\n"
      "  %h = norm.layer_norm ins(%x : tensor<?x?xf32>)\n"
      "         scale(%g : tensor<?xf32>) outs(%e : tensor<?x?xf32>)\n"
      "         dims = [1] eps = 0.0\n"
      "  bufferization.materialize_in_destination %h in restrict writable %y\n"
      "    : (tensor<?x?xf32>, memref<?x?xf32>) -> ()\n"
      "  %f = linalg.fill ins(%o : f32) outs(%e : tensor<?x?xf32>)\n"
      "         -> tensor<?x?xf32>\n"
      "  return %f : tensor<?x?xf32>\n"
      "}\n",
      "f", "");
  float x[] = {0, 2, 0, 2, -2, 2, -2, 2}, g[] = {1, 2, 3, 4}, o = 5;
  float y[8] = {7, 7, 7, 7, 7, 7, 7, 7}, f[8] = {7, 7, 7, 7, 7, 7, 7, 7};
  const MlirNormArray good[] = {{x, MlirNormF32, 2, shape, NULL},
                                {g, MlirNormF32, 1, shape + 1, NULL},
                                {&o, MlirNormF32, 0, NULL, NULL},
                                {y, MlirNormF32, 2, shape, NULL},
                                {f, MlirNormF32, 2, shape, NULL}};
  MlirNormArray bad[5];
  const int64_t three[] = {3}, flat[] = {1, 4};
  memcpy(bad, good, sizeof(good));
  bad[1].shape = three;
  // CHECK-NEXT: -:8:{{[0-9]+}}: 'norm.layer_norm' dim 0 of operand 1 is not as long as dim 1 of operand 0
  invoke(kernel, 5, bad);
  memcpy(bad, good, sizeof(good));
  bad[3].shape = flat;
  // CHECK-NEXT: -:11:{{[0-9]+}}: 'bufferization.materialize_in_destination' dim 0 of the destination is not as long as dim 0 of the source
  invoke(kernel, 5, bad);
  memcpy(bad, good, sizeof(good));
  bad[4].shape = flat;
  // CHECK-NEXT: argument 4 is 1x4xf32, but the result is 2x4xf32
  invoke(kernel, 5, bad);
  // CHECK-NEXT: untouched 1
  printf("untouched %d\n", y[0] == 7 && f[0] == 7);
  // CHECK-NEXT: called
  // CHECK-NEXT: -1 4 5
  invoke(kernel, 5, good);
  printf("%g %g %g\n", y[0], y[7], f[7]);
  mlirNormKernelDestroy(kernel);

  // The number of rows is an element: known only in the call.
  // CHECK-NEXT: diagnostic: loc("-":2:{{[0-9]+}}): {{.*}}
  // CHECK: null 1
  kernel = compile(context,
                   "func.func @f(%n: tensor<index>) -> tensor<?x4xf32> {\n"
                   "  %rows = tensor.extract %n[] : tensor<index>\n"
                   "  %e = tensor.empty(%rows) : tensor<?x4xf32>\n"
                   "  return %e : tensor<?x4xf32>\n"
                   "}\n",
                   "f", "");
  printf("null %d\n", mlirNormKernelIsNull(kernel));
}

// CHECK-LABEL: testBadFunctions
static void testBadFunctions(MlirContext context) {
  printf("testBadFunctions\n");
  // CHECK-NEXT: diagnostic: loc("-":0:0): the module has no function 'g'; its public functions are f
  // CHECK-NEXT: null 1
  printf("null %d\n",
         mlirNormKernelIsNull(compile(context, layerNorm, "g", "")));
  // CHECK-NEXT: diagnostic: loc("-":0:0): pipeline options 'road=highway' are not valid
  // CHECK-NEXT: null 1
  printf("null %d\n", mlirNormKernelIsNull(
                          compile(context, layerNorm, "f", "road=highway")));
  // CHECK-NEXT: diagnostic: loc("-":0:0): the function returns f32; only tensors can be returned to C
  // CHECK-NEXT: null 1
  printf("null %d\n",
         mlirNormKernelIsNull(compile(
             context, "func.func @f(%x: f32) -> f32 { return %x : f32 }", "f",
             "")));
  // CHECK-NEXT: diagnostic: loc("-":0:0): the function returns 4xf32, but cannot take a place for it as an argument: it is called within the module
  // CHECK-NEXT: null 1
  printf("null %d\n",
         mlirNormKernelIsNull(
             compile(context,
                     "func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
                     "  %y = call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>\n"
                     "  return %y : tensor<4xf32>\n}",
                     "f", "")));
  // CHECK-NEXT: diagnostic: loc("-":0:0): @f: argument 0 is of type complex<f32>, which cannot be passed
  // CHECK-NEXT: null 1
  printf("null %d\n",
         mlirNormKernelIsNull(compile(
             context, "func.func @f(%x: complex<f32>) { return }", "f", "")));
  // The location is the op's, and not the module's.
  // CHECK-NEXT: diagnostic: loc("-":2:1): memory free side-effect on MemRef value not supported!
  // CHECK-NEXT: null 1
  printf("null %d\n",
         mlirNormKernelIsNull(compile(context,
                                      "func.func @f(%m: memref<4xf32>, %x: "
                                      "tensor<4xf32>) -> tensor<4xf32> {\n"
                                      "memref.dealloc %m : memref<4xf32>\n"
                                      "return %x : tensor<4xf32>\n}",
                                      "f", "")));
  // What does not parse has been reported, and compiles to nothing.
  // CHECK-NEXT: diagnostic: loc("-":1:1): {{.*}}
  // CHECK-NEXT: null 1
  printf("null %d\n", mlirNormKernelIsNull(compile(context, "norm", "f", "")));
}

int main(void) {
  mlirNormRegisterPasses();
  mlirNormRegisterPasses();
  testDialect();

  MlirContext context = mlirContextCreate();
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  mlirNormRegisterEverything(registry);
  mlirContextAppendDialectRegistry(context, registry);
  mlirDialectRegistryDestroy(registry);
  mlirContextAttachDiagnosticHandler(context, onDiagnostic,
                                     "diagnostic: ", NULL);
  testPipeline(context);
  testInvoke();
  testBadCalls(context);
  testDynamic(context);
  testBadFunctions(context);
  mlirContextDestroy(context);
  return 0;
}
