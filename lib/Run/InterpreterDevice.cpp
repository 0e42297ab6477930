//===- InterpreterDevice.cpp - Kernels on the PTX interpreter ---*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/PTX/Launch.h"
#include "Norm/Run/Device.h"
#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace mlir::norm;

namespace {
class InterpreterDevice : public Device {
public:
  SmallVector<std::pair<StringRef, void *>> getFunctions() const override;
  void enter() override;
  llvm::Error leave() override;
  HostTensor toDevice(const HostTensor &tensor) override;
  void release(void *data) const override { std::free(data); }

  void note(llvm::Error next);

  /// Compiled code has no other way to say whom it calls.
  static thread_local InterpreterDevice *current;

  ptx::DeviceMemory memory;
  ptx::Statistics statistics;
  std::string error;

private:
  unsigned numArguments = 0;
};

/// What mgpuModuleLoad… returns. Holds no kernel that cannot be run: which that
/// is, and why, is the device's error.
struct LoadedModule {
  std::optional<ptx::Module> module;
  llvm::StringMap<std::unique_ptr<ptx::Executable>> executables;
};
} // namespace

thread_local InterpreterDevice *InterpreterDevice::current = nullptr;

void InterpreterDevice::note(llvm::Error next) {
  std::string text = llvm::toString(std::move(next));
  if (error.empty())
    error = text;
}

void InterpreterDevice::enter() {
  current = this;
  memory = ptx::DeviceMemory();
  numArguments = 0;
  error.clear();
}

llvm::Error InterpreterDevice::leave() {
  current = nullptr;
  if (error.empty())
    return llvm::Error::success();
  return llvm::createStringError(error);
}

HostTensor InterpreterDevice::toDevice(const HostTensor &tensor) {
  if (int64_t bytes = tensor.getNumSpannedBytes())
    memory.add(tensor.getData(), bytes,
               "argument " + std::to_string(numArguments), true);
  ++numArguments;
  return tensor;
}

//===----------------------------------------------------------------------===//
// What compiled code calls
//===----------------------------------------------------------------------===//

static void *loadModule(const char *text) {
  auto *loaded = new LoadedModule;
  InterpreterDevice *device = InterpreterDevice::current;
  if (!StringRef(text).trim().starts_with("//") &&
      !StringRef(text).trim().starts_with(".version")) {
    device->note(llvm::createStringError(
        "the kernels are no PTX; format=isa makes some"));
    return loaded;
  }
  llvm::Expected<ptx::Module> module = ptx::Module::parse(text, "PTX");
  if (module)
    loaded->module.emplace(std::move(*module));
  else
    device->note(module.takeError());
  return loaded;
}

static void *loadModuleJIT(const char *text, int32_t) {
  return loadModule(text);
}
static void *loadModuleObject(const char *data, size_t) {
  return loadModule(data);
}
static void unloadModule(LoadedModule *module) { delete module; }

static void *getFunction(LoadedModule *loaded, const char *name) {
  std::unique_ptr<ptx::Executable> &executable = loaded->executables[name];
  if (executable || !loaded->module)
    return executable.get();
  llvm::Expected<const ptx::Kernel *> kernel = loaded->module->findKernel(name);
  llvm::Expected<ptx::Executable> created =
      kernel ? ptx::Executable::create(*loaded->module, **kernel)
             : kernel.takeError();
  if (created)
    executable = std::make_unique<ptx::Executable>(std::move(*created));
  else
    InterpreterDevice::current->note(created.takeError());
  return executable.get();
}

static void launch(ptx::Executable *executable, const ptx::LaunchShape &shape,
                   void **parameters) {
  InterpreterDevice *device = InterpreterDevice::current;
  if (!executable || !device->error.empty())
    return;
  size_t count = executable->getKernel().parameters.size();
  SmallVector<const void *> values(parameters, parameters + count);
  if (llvm::Error error =
          executable->launch(shape, values, device->memory, device->statistics))
    device->note(std::move(error));
}

static ptx::Dim3 makeDim3(intptr_t x, intptr_t y, intptr_t z) {
  return {unsigned(x), unsigned(y), unsigned(z)};
}

static void launchKernel(ptx::Executable *executable, intptr_t gridX,
                         intptr_t gridY, intptr_t gridZ, intptr_t blockX,
                         intptr_t blockY, intptr_t blockZ, int32_t sharedBytes,
                         void *, void **parameters, void **, size_t) {
  ptx::LaunchShape shape;
  shape.grid = makeDim3(gridX, gridY, gridZ);
  shape.block = makeDim3(blockX, blockY, blockZ);
  shape.dynamicSharedBytes = sharedBytes;
  // As the driver: a cluster that the kernel asks for needs no other launch.
  if (executable)
    shape.cluster = executable->getKernel().requiredCluster;
  launch(executable, shape, parameters);
}

static void launchClusterKernel(ptx::Executable *executable, intptr_t clusterX,
                                intptr_t clusterY, intptr_t clusterZ,
                                intptr_t gridX, intptr_t gridY, intptr_t gridZ,
                                intptr_t blockX, intptr_t blockY,
                                intptr_t blockZ, int32_t sharedBytes, void *,
                                void **parameters, void **) {
  ptx::LaunchShape shape;
  shape.grid = makeDim3(gridX, gridY, gridZ);
  shape.block = makeDim3(blockX, blockY, blockZ);
  shape.cluster = makeDim3(clusterX, clusterY, clusterZ);
  shape.dynamicSharedBytes = sharedBytes;
  launch(executable, shape, parameters);
}

// Kernels run when they are launched: streams and events are nothing.
static void *createStream() { return nullptr; }
static void ignoreStream(void *) {}

static void *createEvent() { return nullptr; }
static void ignoreEvent(void *) {}
static void ignoreEventAndStream(void *, void *) {}

static void *registerMemory(void *data, size_t bytes, bool isInitialized) {
  if (data && bytes)
    InterpreterDevice::current->memory.add(data, bytes, "an allocation",
                                           isInitialized);
  return data;
}
// What the host allocates it may write as it likes, and kernels may read that.
static void *allocate(size_t bytes) {
  return registerMemory(std::malloc(bytes), bytes, /*isInitialized=*/true);
}
static void *allocateAligned(size_t alignment, size_t bytes) {
  return registerMemory(std::aligned_alloc(alignment, bytes), bytes,
                        /*isInitialized=*/true);
}
/// As aligned as the driver's.
static void *allocateOnDevice(uint64_t bytes, void *, bool) {
  void *data = std::aligned_alloc(256, llvm::alignTo(bytes, 256));
  return registerMemory(data, bytes, /*isInitialized=*/false);
}
static void freeMemory(void *data) {
  if (InterpreterDevice::current)
    InterpreterDevice::current->memory.remove(data);
  std::free(data);
}
static void freeOnDevice(void *data, void *) { freeMemory(data); }

static void copyMemory(void *to, void *from, size_t bytes, void *) {
  std::memcpy(to, from, bytes);
  InterpreterDevice::current->memory.markWritten(to, bytes);
}
template <typename T>
static void fillMemory(void *data, T value, size_t count, void *) {
  std::fill_n(static_cast<T *>(data), count, value);
  InterpreterDevice::current->memory.markWritten(data, count * sizeof(T));
}

template <typename Result, typename... Arguments>
static void *toPointer(Result (*function)(Arguments...)) {
  return reinterpret_cast<void *>(function);
}

SmallVector<std::pair<StringRef, void *>>
InterpreterDevice::getFunctions() const {
  return {{"mgpuModuleLoad", toPointer(loadModuleObject)},
          {"mgpuModuleLoadJIT", toPointer(loadModuleJIT)},
          {"mgpuModuleUnload", toPointer(unloadModule)},
          {"mgpuModuleGetFunction", toPointer(getFunction)},
          {"mgpuLaunchKernel", toPointer(launchKernel)},
          {"mgpuLaunchClusterKernel", toPointer(launchClusterKernel)},
          {"mgpuStreamCreate", toPointer(createStream)},
          {"mgpuStreamSynchronize", toPointer(ignoreStream)},
          {"mgpuStreamDestroy", toPointer(ignoreStream)},
          {"mgpuStreamWaitEvent", toPointer(ignoreEventAndStream)},
          {"mgpuEventCreate", toPointer(createEvent)},
          {"mgpuEventDestroy", toPointer(ignoreEvent)},
          {"mgpuEventRecord", toPointer(ignoreEventAndStream)},
          {"mgpuEventSynchronize", toPointer(ignoreEvent)},
          {"mgpuMemAlloc", toPointer(allocateOnDevice)},
          {"mgpuMemFree", toPointer(freeOnDevice)},
          {"mgpuMemcpy", toPointer(copyMemory)},
          {"mgpuMemset16", toPointer(fillMemory<uint16_t>)},
          {"mgpuMemset32", toPointer(fillMemory<uint32_t>)},
          {"malloc", toPointer(allocate)},
          {"aligned_alloc", toPointer(allocateAligned)},
          {"free", toPointer(freeMemory)}};
}

std::shared_ptr<Device> mlir::norm::createInterpreterDevice() {
  return std::make_shared<InterpreterDevice>();
}
