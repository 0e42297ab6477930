//===- Cases.cpp - Which kernels there are -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Case.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

/// The 90 of what has sm_90 in it.
static unsigned getChipNumber(StringRef text) {
  unsigned number = 0;
  text = text.split("sm_").second;
  text.consumeInteger(10, number);
  return number;
}

static std::vector<Road>
getGPURoads(std::function<std::shared_ptr<Device>()> createDevice) {
  return {
      // With clusters, without them, and with instructions on pairs of f32.
      {"gpu", "chip=sm_90", true, createDevice},
      {"gpu-sm_80", "chip=sm_80", true, createDevice},
      {"gpu-sm_100", "chip=sm_100", true, createDevice},
      // Rows of any length as those are that no cluster holds.
      {"gpu-split", "chip=sm_80 split-rows-above=0", true, createDevice, false,
       true},
  };
}

llvm::Expected<std::vector<Road>> numerics::getCUDARoads() {
  llvm::Expected<std::shared_ptr<Device>> device = createCUDADevice();
  if (!device)
    return device.takeError();
  std::vector<Road> roads = getGPURoads([device = *device] { return device; });
  // A GPU runs what was made for earlier ones.
  unsigned newest = getChipNumber((*device)->getChip());
  llvm::erase_if(roads, [&](const Road &road) {
    return getChipNumber(road.pipelineOptions) > newest;
  });
  return roads;
}

std::vector<Road> numerics::getRoads() {
  std::vector<Road> roads = {
      {"vector", "road=vector", true},
      {"vector-two-pass", "road=vector accuracy=two-pass", false},
      {"vector-fast", "road=vector accuracy=fast", true, {}, true},
      {"vector-streaming", "road=vector streaming-bytes=0", true},
      {"vector-threads", "road=vector threads=2", true},
      {"linalg", "road=linalg", false},
      {"affine", "road=affine", false},
  };
  llvm::append_range(roads, getGPURoads(createInterpreterDevice));
  if (llvm::Triple(llvm::sys::getProcessTriple()).getArch() !=
      llvm::Triple::x86_64)
    return roads;
  roads.push_back({"vector-sse2", "road=vector cpu=x86-64", true});
  if (llvm::sys::getHostCPUFeatures().lookup("avx2"))
    roads.push_back({"vector-avx2", "road=vector cpu=x86-64-v3", true});
  return roads;
}

/// Rows along the last dim; the only ones that layouts are varied on. Group and
/// batch norms: channels first.
static SmallVector<Geometry> getMatrices(Program program) {
  SmallVector<Geometry> geometries;
  if (program == Program::groupNorm || program == Program::batchNorm) {
    for (int64_t n : {1, 2, 7, 16, 17, 127, 768, 1023})
      for (int64_t m : {0, 1, 3})
        if (program == Program::groupNorm)
          geometries.push_back({{m, 5, 1 + m % 2, n}, {2, 3}, {1, 2}});
        else
          geometries.push_back({{m, 3, n}, {0, 2}, {1}});
    return geometries;
  }
  for (int64_t n : {1, 2, 7, 16, 17, 127, 768, 1023, 4096})
    for (int64_t m : {0, 1, 3, 5})
      geometries.push_back({{m, n}, {1}, {}});
  return geometries;
}

/// Rows that take a block, and more than one.
static SmallVector<Geometry> getLongRows(const Road &road) {
  SmallVector<Geometry> geometries;
  for (int64_t n : {2304, 8192, 16385, 20000, 65537})
    if (n <= 20000 || !road.isVariation)
      geometries.push_back({{2, n}, {1}, {}});
  return geometries;
}

/// Those that the other variants and layouts are run on if static.
static SmallVector<Geometry> getFew(Program program) {
  if (program == Program::groupNorm)
    return {{{3, 5, 2, 17}, {2, 3}, {1, 2}},
            {{1, 5, 4, 64}, {2, 3}, {1, 2}},
            {{1, 5, 2, 768}, {2, 3}, {1, 2}}};
  if (program == Program::batchNorm)
    return {{{3, 4, 17}, {0, 2}, {1}},
            {{2, 3, 64}, {0, 2}, {1}},
            {{2, 5, 768}, {0, 2}, {1}}};
  return {{{3, 17}, {1}, {}}, {{4, 64}, {1}, {}}, {{5, 768}, {1}, {}}};
}

/// The others, those that share a dynamic kernel side by side.
static SmallVector<SmallVector<Geometry>> getOtherGeometries(Program program) {
  if (program == Program::groupNorm)
    return {
        {{{3, 4, 6}, {2}, {1, 2}}, {{2, 4, 17}, {2}, {1, 2}}},
        {{{2, 3, 4, 5, 7}, {2, 3, 4}, {1, 2}}},
        // Channels last.
        {{{2, 35, 3, 4}, {1, 3}, {2, 3}}, {{1, 16, 3, 16}, {1, 3}, {2, 3}}}};
  if (program == Program::batchNorm)
    return {{{{17}, {}, {0}}},
            {{{5, 33}, {0}, {1}}, {{16, 128}, {0}, {1}}},
            {{{2, 3, 5, 7}, {0, 2, 3}, {1}}, {{1, 8, 4, 16}, {0, 2, 3}, {1}}},
            // Channels last.
            {{{3, 7, 33}, {0, 1}, {2}}, {{2, 9, 64}, {0, 1}, {2}}}};
  return {
      {{{17}, {0}, {}}, {{768}, {0}, {}}},
      {{{3, 5, 127}, {2}, {}}, {{1, 2, 17}, {2}, {}}},
      {{{3, 5, 7, 4}, {2, 3}, {}}, {{1, 3, 16, 17}, {2, 3}, {}}},
      // Leading, and all.
      {{{7, 33}, {0}, {}}, {{127, 17}, {0}, {}}, {{3, 0}, {0}, {}}},
      {{{5, 6, 17}, {0, 1}, {}}, {{3, 16, 64}, {0, 1}, {}}},
      {{{5, 7}, {0, 1}, {}}, {{16, 127}, {0, 1}, {}}},
      // In the middle, and apart.
      {{{3, 17, 5}, {1}, {}}, {{2, 64, 33}, {1}, {}}},
      {{{4, 3, 17}, {0, 2}, {}}, {{7, 2, 64}, {0, 2}, {}}},
      // Channels first.
      {{{2, 24, 5, 7}, {1}, {}}, {{1, 96, 4, 16}, {1}, {}}},
      // Groups of channels, as group norm has them: parameters per channel.
      {{{2, 3, 4, 35}, {2, 3}, {1, 2}}, {{2, 2, 8, 16}, {2, 3}, {1, 2}}},
      // Instance norm and AdaLN: parameters of the row.
      {{{2, 3, 28}, {2}, {1}}, {{1, 5, 17}, {2}, {1}}},
      {{{2, 3, 24}, {2}, {0, 2}}, {{3, 4, 17}, {2}, {0, 2}}},
  };
}

static bool isHalf(DType dtype) {
  return dtype == DType::f16 || dtype == DType::bf16;
}

/// The first one is run on every geometry.
static std::vector<Variant> getVariants(Program program, DType dtype) {
  std::vector<Variant> variants;
  auto add = [&](StringRef name, bool scale, bool shift) -> Variant & {
    Variant &variant = variants.emplace_back();
    variant.name = name;
    variant.scale = scale;
    variant.shift = shift;
    return variant;
  };
  if (program == Program::softmax) {
    add("plain", false, false);
    add("base-2", false, false).hasBaseTwo = true;
    return variants;
  }
  if (program == Program::dequantize) {
    for (auto [name, code, type] :
         {std::tuple("int8", Code::int8, DType::bf16),
          std::tuple("e4m3", Code::e4m3, DType::bf16),
          std::tuple("e5m2", Code::e5m2, DType::f32)}) {
      Variant &variant = add(name, true, true);
      variant.code = code;
      variant.parameterType = DType::f32;
      variant.resultType = type;
    }
    return variants;
  }
  add("affine", true, true).statistics = program <= Program::l2NormMax;
  add("plain", false, false);
  DType other = isHalf(dtype)         ? DType::f32
                : dtype == DType::f32 ? DType::f64
                                      : DType::f32;
  if (dtype != DType::f64)
    add("wide-parameters", true, true).parameterType = other;
  else
    add("narrow-parameters", true, true).parameterType = other;
  if (program > Program::batchNorm)
    return variants;

  add("offset", true, false).scaleOffset = 1;
  add("before-scale", true, false).roundsBeforeScale = true;
  {
    Variant &variant = add("before-shift", true, true);
    variant.roundsBeforeScale = true;
    variant.scaleOffset = 1;
  }
  {
    Variant &variant = add("before-wide", true, true);
    variant.roundsBeforeScale = true;
    variant.parameterType = other;
  }
  add("shift", false, true).resultType = other;
  if (dtype == DType::f32) {
    add("to-bf16", true, false).resultType = DType::bf16;
    add("half-parameters", true, true).parameterType = DType::f16;
  }
  if (dtype != DType::f64)
    add("acc-f64", true, true).accType = DType::f64;
  return variants;
}

std::vector<KernelCase> numerics::enumerateCases(ArrayRef<Road> roads) {
  std::vector<KernelCase> cases;
  for (unsigned p = 0; p < numPrograms; ++p)
    for (const Road &road : roads)
      for (DType dtype :
           {DType::f32, DType::f64, DType::bf16, DType::f16, DType::i8}) {
        Program program = Program(p);
        if ((program == Program::dequantize) != (dtype == DType::i8))
          continue;
        // PTX has neither exp nor tanh of f64.
        bool isTranscendental =
            program == Program::softmax || program == Program::gelu;
        if (road.hasKernels() && dtype == DType::f64 && isTranscendental)
          continue;
        // What is fast there is moments.
        if (road.hasUncheckedShift && program != Program::layerNorm)
          continue;
        auto add = [&](const Variant &variant, Layout layout, bool isDynamic,
                       ArrayRef<Geometry> geometries) {
          bool isF8 = variant.code && *variant.code != Code::int8;
          if (isF8 && StringRef(road.pipelineOptions).contains("sm_80"))
            return; // Which has none.
          KernelCase kernel{program, road,      dtype, variant,
                            layout,  isDynamic, {}};
          if (isDynamic) {
            kernel.geometries.assign(geometries.begin(), geometries.end());
            cases.push_back(kernel);
            return;
          }
          for (const Geometry &geometry : geometries) {
            kernel.geometries = {geometry};
            cases.push_back(kernel);
          }
        };
        std::vector<Variant> variants = getVariants(program, dtype);
        SmallVector<Geometry> matrices = getMatrices(program);
        SmallVector<Geometry> few = getFew(program);
        for (bool isDynamic : {false, true}) {
          add(variants.front(), Layout::tensor, isDynamic, matrices);
          // Those programs have geometries of other ranks.
          if (road.hasKernels() && program != Program::groupNorm &&
              program != Program::batchNorm)
            add(variants.front(), Layout::tensor, isDynamic, getLongRows(road));
          for (ArrayRef<Geometry> geometries : getOtherGeometries(program)) {
            // Where a program has no parameters, these dims are nobody's.
            if (program == Program::softmax &&
                !geometries.front().scaleDims.empty())
              continue;
            add(variants.front(), Layout::tensor, isDynamic, geometries);
          }
          for (const Variant &variant : ArrayRef(variants).drop_front())
            add(variant, Layout::tensor, isDynamic,
                isDynamic ? ArrayRef(matrices) : ArrayRef(few));
          for (Layout layout :
               {Layout::memref, Layout::pitched, Layout::strided,
                Layout::inPlace, Layout::aliased, Layout::misaligned}) {
            // A destination of another type cannot be x.
            if ((program == Program::quantize ||
                 program == Program::dequantize) &&
                (layout == Layout::inPlace || layout == Layout::aliased))
              continue;
            add(variants.front(), layout, isDynamic,
                isDynamic ? ArrayRef(matrices) : ArrayRef(few));
          }
        }
      }
  return cases;
}

std::vector<KernelCase> numerics::sampleCases(std::vector<KernelCase> cases,
                                              unsigned perGroup) {
  auto getRank = [](const KernelCase &kernel) {
    std::string shape;
    for (int64_t extent : kernel.geometries.front().shape)
      shape += "x" + std::to_string(extent);
    return llvm::xxh3_64bits(kernel.getName() + shape);
  };
  llvm::sort(cases, [&](const KernelCase &a, const KernelCase &b) {
    return getRank(a) < getRank(b);
  });
  llvm::StringMap<unsigned> taken;
  std::vector<KernelCase> sample;
  for (KernelCase &kernel : cases) {
    std::string group =
        (toString(kernel.program) + "/" + kernel.road.name).str();
    // Those take long, and are few.
    bool isLong = kernel.geometries.back().getRowSize() > 4096;
    unsigned wanted = isLong ? llvm::divideCeil(perGroup, 8) : perGroup;
    if (kernel.road.isVariation)
      wanted = llvm::divideCeil(wanted, 5);
    if (kernel.variant.code) {
      // What differs is how elements are read.
      group += "/" + kernel.variant.name;
      wanted = llvm::divideCeil(wanted, 8);
    }
    if (taken[group + (isLong ? "/long" : "")]++ < wanted)
      sample.push_back(std::move(kernel));
  }
  return sample;
}
