//===- consumer.c - A program that compiles a norm and calls it ---*- C -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm-c/Norm.h"
#include "Norm-c/Run.h"
#include <stdio.h>

static const char *const source =
    "func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {\n"
    "  %e = tensor.empty() : tensor<2x2xf32>\n"
    "  %y = norm.layer_norm ins(%x : tensor<2x2xf32>)\n"
    "         outs(%e : tensor<2x2xf32>) dims = [1] eps = 1.0e-5\n"
    "  return %y : tensor<2x2xf32>\n"
    "}\n";

static void printError(MlirStringRef message, void *userData) {
  (void)userData;
  fprintf(stderr, "%.*s\n", (int)message.length, message.data);
}

int main(void) {
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  mlirNormRegisterEverything(registry);
  MlirContext context =
      mlirContextCreateWithRegistry(registry, /*threadingEnabled=*/false);
  mlirDialectRegistryDestroy(registry);
  MlirModule module =
      mlirModuleCreateParse(context, mlirStringRefCreateFromCString(source));
  MlirNormKernel kernel =
      mlirNormCompile(module, mlirStringRefCreateFromCString("f"),
                      mlirNormCompileOptionsGetDefault());
  mlirModuleDestroy(module);
  mlirContextDestroy(context);
  if (mlirNormKernelIsNull(kernel))
    return 1;

  const int64_t shape[] = {2, 2};
  float x[] = {1, 3, -20, 20}, y[4];
  MlirNormArray arguments[] = {{x, MlirNormF32, 2, shape, NULL},
                               {y, MlirNormF32, 2, shape, NULL}};
  MlirLogicalResult result =
      mlirNormKernelInvoke(kernel, 2, arguments, printError, NULL);
  mlirNormKernelDestroy(kernel);
  for (int i = 0; i < 4; ++i)
    printf("%.3g%c", y[i], i % 2 ? '\n' : ' ');
  return mlirLogicalResultIsFailure(result);
}
