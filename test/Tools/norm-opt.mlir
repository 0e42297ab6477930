// norm-opt is mlir-opt and norm: whatever the one lists, the other has, but for
// upstream's own tests.

// RUN: norm-opt --help > %t.ours
// RUN: FileCheck %s < %t.ours
// CHECK: Available Dialects: {{.*}}norm,
// CHECK: --norm-formulas-to-loops
// CHECK: --norm-generalize
// CHECK: --norm-to-linalg
// CHECK: --norm-cpu-pipeline

// RUN: mlir-opt --show-dialects | sed 's/.*: //' | tr ',' '\n' | grep -v '^test' > %t.dialects
// RUN: norm-opt --show-dialects | sed 's/.*: //' | tr ',' '\n' > %t.norm-dialects
// RUN: not grep -vxFf %t.norm-dialects %t.dialects

// RUN: mlir-opt --help | grep -oE '^      --[a-z0-9-]+' | grep -v test > %t.passes
// RUN: grep -oE '^      --[a-z0-9-]+' %t.ours > %t.norm-passes
// RUN: not grep -vxFf %t.norm-passes %t.passes

// Every dialect loads: it knows that it has no such op.
// RUN: sed 's|.*|"&.probe"() : () -> ()\n// -----|' %t.dialects \
// RUN:   | not norm-opt --split-input-file 2>&1 \
// RUN:   | FileCheck %s --check-prefix=LOADS \
// RUN:       --implicit-check-not='unregistered dialect'
// LOADS: 'affine.probe' found in dialect ('affine')
// LOADS: 'linalg.probe' found in dialect ('linalg')
// LOADS: 'vector.probe' found in dialect ('vector')
