// Calls what runtime.mlir defines, and the runtime itself.
#include <stdint.h>
#include <stdio.h>

void on_stream(void *x, int64_t rows, void *stream);
void in_cluster(void *x, void *stream);
void and_wait(void *x);
void *mgpuMemAlloc(uint64_t bytes, void *stream, int isHostShared);
void mgpuMemFree(void *data, void *stream);
void mgpuMemset32(void *data, unsigned value, size_t count, void *stream);
void mgpuMemHostRegisterMemRef(int64_t rank, void *memref, int64_t bytes);
void mgpuMemHostUnregisterMemRef(int64_t rank, void *memref, int64_t bytes);

int main(void) {
  void *x = (void *)0xa0, *stream = (void *)0x77;
  fputs("main\n", stderr);
  on_stream(x, 7, stream);
  in_cluster(x, stream);
  and_wait(x);
  and_wait(x);
  fputs("end\n", stderr);
  void *data = mgpuMemAlloc(64, 0, 0);
  mgpuMemset32(data, 1, 16, 0);
  // 2 rows of 3 floats, a row 4 floats from the next.
  struct {
    void *allocated, *aligned;
    int64_t offset, sizes[2], strides[2];
  } memref = {data, data, 0, {2, 3}, {4, 1}};
  mgpuMemHostRegisterMemRef(2, &memref, 4);
  mgpuMemHostUnregisterMemRef(2, &memref, 4);
  mgpuMemFree(data, 0);
  data = mgpuMemAlloc(32, stream, 0);
  mgpuMemFree(data, stream);
  fputs("done\n", stderr);
  return 0;
}
