// Calls @norms on 400 rows of 1000; argument 1 is the pitch of y, in elements.
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { rows = 400, n = 1000 };

#define MATRIX(type) type *, type *, int64_t, int64_t, int64_t, int64_t, int64_t
#define VECTOR(type) type *, type *, int64_t, int64_t, int64_t
void norms(MATRIX(float), VECTOR(float), MATRIX(float), MATRIX(int8_t),
           VECTOR(float));

int main(int argc, char **argv) {
  int64_t pitch = argc > 1 ? atoi(argv[1]) : n;
  float *x = malloc(rows * n * sizeof(float));
  float *y = malloc(rows * n * sizeof(float));
  int8_t *q = malloc(rows * n);
  float *scale = malloc(n * sizeof(float)), *steps = malloc(rows * 4);
  for (int i = 0; i < rows * n; ++i)
    x[i] = sinf(i);
  for (int i = 0; i < n; ++i)
    scale[i] = 1;
  // In the first calls, threads may start after others are done.
  for (int call = 0; call < 20; ++call)
    norms(x, x, 0, rows, n, n, 1, scale, scale, 0, n, 1, y, y, 0, rows, n,
          pitch, 1, q, q, 0, rows, n, n, 1, steps, steps, 0, rows, 1);
  for (int row = 0; row < rows; ++row) {
    double squares = 0;
    for (int i = 0; i < n; ++i)
      squares += y[row * pitch + i] * y[row * pitch + i] / n;
    if (pitch == n && fabs(squares - 1) > 1e-3)
      return printf("row %d has a variance of %f\n", row, squares), 1;
  }
  int threads = 0;
#pragma omp parallel num_threads(4) reduction(+ : threads)
  threads += 1;
  printf("%d rows on %s than one thread\n", rows,
         threads > 1 ? "more" : "no more");
  return 0;
}
