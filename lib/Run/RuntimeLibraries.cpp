//===- RuntimeLibraries.cpp - What compiled code calls ----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/RuntimeLibraries.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Object/ELFObjectFile.h"
#include <dlfcn.h>

using namespace mlir;
using namespace mlir::norm;

using Symbols = llvm::StringMap<void *>;

/// The C functions of a library, which stays loaded.
static llvm::Expected<Symbols> loadLibrary(const std::string &path) {
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return llvm::createStringError(Twine("cannot load ") + dlerror());
  auto file = llvm::object::ObjectFile::createObjectFile(path);
  if (!file)
    return file.takeError();
  auto *elf = dyn_cast<llvm::object::ELFObjectFileBase>(file->getBinary());
  if (!elf)
    return llvm::createStringError(path + " is not an ELF file");
  Symbols symbols;
  for (llvm::object::ELFSymbolRef symbol : elf->getDynamicSymbolIterators()) {
    llvm::Expected<StringRef> name = symbol.getName();
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    if (!name || !flags)
      return llvm::joinErrors(name.takeError(), flags.takeError());
    if (*flags & llvm::object::SymbolRef::SF_Undefined ||
        symbol.getELFType() != llvm::ELF::STT_FUNC || name->starts_with("_Z"))
      continue;
    if (void *address = dlsym(library, name->str().c_str()))
      symbols.try_emplace(*name, address);
  }
  return symbols;
}

static llvm::Expected<Symbols> loadLibraries(ArrayRef<StringRef> names) {
  Symbols symbols;
  for (StringRef name : names) {
    llvm::Expected<Symbols> more =
        loadLibrary((NORM_LLVM_LIBRARY_DIR "/" + name).str());
    if (!more)
      return more.takeError();
    for (const auto &[symbol, address] : *more)
      symbols.try_emplace(symbol, address);
  }
  return symbols;
}

llvm::Error mlir::norm::registerRuntimeLibraries(ExecutionEngine &engine,
                                                 ModuleOp module,
                                                 bool parallel) {
  SmallVector<StringRef> names{"libmlir_c_runner_utils.so",
                               "libmlir_float16_utils.so"};
  if (parallel)
    names.push_back("libomp.so");
  llvm::Expected<Symbols> symbols = loadLibraries(names);
  if (!symbols)
    return symbols.takeError();
  // What the module defines is meant where it is named.
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (!function.isExternal())
      symbols->erase(function.getSymName());
  engine.registerSymbols([&](llvm::orc::MangleAndInterner intern) {
    llvm::orc::SymbolMap map;
    for (const auto &[name, address] : *symbols)
      map[intern(name)] = {llvm::orc::ExecutorAddr::fromPtr(address),
                           llvm::JITSymbolFlags::Exported};
    return map;
  });
  return llvm::Error::success();
}
