// What the runtime knows of the driver, which it has no header of, against
// NVIDIA's header.
#include "Driver.h"

#if !__has_include(<cuda.h>)
#pragma message("no cuda.h: the driver's types are not checked")
#else
#include <cuda.h>
#include <string_view>
#include <type_traits>

namespace norm::cuda {
static_assert(LaunchAttribute::clusterDimension ==
              CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION);
static_assert(sizeof(LaunchAttribute) == sizeof(CUlaunchAttribute));
static_assert(alignof(LaunchAttribute) == alignof(CUlaunchAttribute));
static_assert(offsetof(LaunchAttribute, value) ==
              offsetof(CUlaunchAttribute, value));
static_assert(sizeof(LaunchConfig) == sizeof(CUlaunchConfig));
static_assert(offsetof(LaunchConfig, sharedBytes) ==
              offsetof(CUlaunchConfig, sharedMemBytes));
static_assert(offsetof(LaunchConfig, stream) ==
              offsetof(CUlaunchConfig, hStream));
static_assert(offsetof(LaunchConfig, attributes) ==
              offsetof(CUlaunchConfig, attrs));
static_assert(offsetof(LaunchConfig, numAttributes) ==
              offsetof(CUlaunchConfig, numAttrs));
static_assert(maxDynamicSharedSizeBytes ==
              CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
static_assert(nonPortableClusterSizeAllowed ==
              CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED);
static_assert(jitErrorLogBuffer == CU_JIT_ERROR_LOG_BUFFER);
static_assert(jitErrorLogBufferSizeBytes == CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
static_assert(computeCapabilityMajor ==
              CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
static_assert(computeCapabilityMinor ==
              CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
static_assert(memoryPoolsSupported ==
              CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED);
static_assert(releaseThreshold == CU_MEMPOOL_ATTR_RELEASE_THRESHOLD);
static_assert(captureModeRelaxed == CU_STREAM_CAPTURE_MODE_RELAXED);
static_assert(sizeof(DevicePointer) == sizeof(CUdeviceptr));

/// Passed in the same way: pointers, or numbers of one size.
template <typename A, typename B>
constexpr bool isSame = std::is_pointer_v<A> == std::is_pointer_v<B> &&
                        sizeof(A) == sizeof(B);
template <typename Ours, typename Theirs> constexpr bool isSameFunction = false;
template <typename... A, typename... B>
constexpr bool isSameFunction<Result (*)(A...), CUresult (*)(B...)> = [] {
  if constexpr (sizeof...(A) == sizeof...(B))
    return (isSame<A, B> && ...);
  return false;
}();

// The header has the symbol of today under the plain name.
#define NORM_TEXT(x) #x
#define NORM_CHECK(name, symbol, ...)                                          \
  static_assert(std::string_view(NORM_TEXT(name)) == symbol);                  \
  static_assert(isSameFunction<Result (*)(__VA_ARGS__), decltype(&::name)>,    \
                symbol);
NORM_CUDA_FUNCTIONS(NORM_CHECK)
} // namespace norm::cuda
#endif
