//===- SpecialRegisters.cpp - Where a thread is -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "llvm/ADT/StringSwitch.h"
#include <cstring>

using namespace llvm;
using namespace mlir::norm::ptx;

using GetSpecial = uint32_t (*)(const Warp &, unsigned lane);

static Dim3 getBlockShape(const Warp &warp) {
  return warp.getMachine().shape.block;
}
static Dim3 getGrid(const Warp &warp) { return warp.getMachine().shape.grid; }
static Dim3 getCluster(const Warp &warp) {
  return warp.getMachine().shape.cluster.value_or(Dim3());
}

/// Number `linear` of so many, x first.
static Dim3 delinearize(unsigned linear, Dim3 extents) {
  return {linear % extents.x, linear / extents.x % extents.y,
          linear / extents.x / extents.y};
}
static Dim3 getThread(const Warp &warp, unsigned lane) {
  return delinearize(warp.index * 32 + lane, getBlockShape(warp));
}
static Dim3 getPlaceInCluster(const Warp &warp) {
  return delinearize(warp.block.rank, getCluster(warp));
}

#define SPECIAL(name, value)                                                   \
  Case(name, [](const Warp &warp, unsigned lane) -> uint32_t {                 \
    (void)warp, (void)lane;                                                    \
    return value;                                                              \
  })
#define SPECIAL3(name, value)                                                  \
  SPECIAL(name ".x", (value).x)                                                \
      .SPECIAL(name ".y", (value).y)                                           \
      .SPECIAL(name ".z", (value).z)

static GetSpecial findSpecial(StringRef name) {
  return StringSwitch<GetSpecial>(name)
      .SPECIAL3("%tid", getThread(warp, lane))
      .SPECIAL3("%ntid", getBlockShape(warp))
      .SPECIAL3("%ctaid", warp.block.id)
      .SPECIAL3("%nctaid", getGrid(warp))
      .SPECIAL3("%clusterid", warp.getMachine().clusterId)
      .SPECIAL3("%nclusterid", warp.getMachine().getClusterGrid())
      .SPECIAL3("%cluster_ctaid", getPlaceInCluster(warp))
      .SPECIAL3("%cluster_nctaid", getCluster(warp))
      .SPECIAL("%cluster_ctarank", warp.block.rank)
      .SPECIAL("%cluster_nctarank", getCluster(warp).getProduct())
      .SPECIAL("%laneid", lane)
      .SPECIAL("%warpid", warp.index)
      .SPECIAL("%nwarpid", warp.block.warps.size())
      .SPECIAL("%lanemask_eq", 1u << lane)
      .SPECIAL("%lanemask_lt", (1u << lane) - 1)
      .SPECIAL("%lanemask_le", (2u << lane) - 1)
      .SPECIAL("%lanemask_gt", ~((2u << lane) - 1))
      .SPECIAL("%lanemask_ge", ~((1u << lane) - 1))
      .SPECIAL("%dynamic_smem_size", warp.getMachine().shape.dynamicSharedBytes)
      .Default(nullptr);
}

bool mlir::norm::ptx::isSpecialRegister(StringRef name) {
  return findSpecial(name);
}

void Warp::fillSpecials() {
  for (auto &[key, slot] : getMachine().program.specials) {
    GetSpecial get = findSpecial(key.first);
    for (unsigned lane = 0; lane < 32; ++lane) {
      uint64_t value = get(*this, lane);
      std::memcpy(getLanes(slot) + lane * slot.bits / 8, &value, slot.bits / 8);
    }
  }
}
