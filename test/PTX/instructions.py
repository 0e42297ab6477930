# One thread, one result an instruction: what the PTX ISA says of the corners.
# RUN: %python %s > %t.ptx
# RUN: ptx-interpreter %t.ptx --block 1 --arg out:8xi32 --arg out:8xi32 --arg out:8xi32 --arg out:8xf32 --arg out:8xf32 --arg out:8xi32 | FileCheck %s
import struct


def f32(value):
    return "0f" + struct.pack(">f", value).hex().upper()


NAN = "0f7FC00000"
INF = "0f7F800000"
GROUPS = [
    # CHECK: argument 0: 8xi32 [-10, -21, -2, -1, 2, -4, -1, 1073741820]
    ("sub.s32", -7, 3),
    ("mul.lo.s32", -7, 3),
    ("div.s32", -7, 3),
    ("rem.s32", -7, 3),
    ("rem.u32", 8, 3),
    ("shr.s32", -7, 1),
    ("shr.s32", -7, 40),
    ("shr.u32", -16, 2),
    # CHECK: argument 1: 8xi32 [0, 3, -7, 5, 31, 287454020, -3, 3072]
    ("shl.b32", 1, 32),
    ("max.s32", -7, 3),
    ("max.u32", -7, 3),
    ("popc.b32", 31),
    ("clz.b32", 1),
    ("prmt.b32", 0x33440000, 0x00001122, 0x5432),
    ("bfe.s32", 0x5A, 1, 3),
    ("bfi.b32", 3, 0, 10, 2),
    # Conversions to integers saturate, and round as they say.
    # CHECK: argument 2: 8xi32 [4, -1, 24, 2, -3, 127, -128, 0]
    ("mul.hi.u32", -2147483648, 8),
    ("mul.hi.s32", -7, 3),
    ("lop3.b32", 0x18, 0x1C, 0x0A, 0xE8),
    ("cvt.rni.s32.f32", f32(2.5)),
    ("cvt.rmi.s32.f32", f32(-2.5)),
    ("cvt.rni.sat.s8.f32", f32(1000)),
    ("cvt.sat.s8.s32", -1000),
    ("cvt.rzi.s32.f32", NAN),
    # CHECK: argument 3: 8xf32 [5, 1, 1, nan, -0, 0.5, 0.25, 8]
    ("fma.rn.f32", f32(2), f32(2), f32(1)),
    ("min.f32", NAN, f32(1)),
    ("max.f32", f32(1), NAN),
    ("max.NaN.f32", f32(1), NAN),
    ("min.f32", f32(0), f32(-0.0)),
    ("rsqrt.approx.ftz.f32", f32(4)),
    ("rcp.rn.f32", f32(4)),
    ("ex2.approx.f32", f32(3)),
    # Subnormals; and a product that must not be rounded before the sum:
    # 1 + 2^-24 + 2^-46 is over the half.
    # CHECK: argument 4: 8xf32 [0, 9.9999461e-41, inf, 5, -2, 2, 1.00000012, 1]
    ("add.ftz.f32", f32(1e-40), f32(0)),
    ("add.f32", f32(1e-40), f32(0)),
    ("lg2.approx.f32", INF),
    ("lg2.approx.ftz.f32", f32(32)),
    ("cvt.rni.f32.f32", f32(-2.5)),
    ("copysign.f32", f32(1), f32(-2)),
    ("fma.rn.f32", f32(1 + 2**-23), f32(1 + 2**-23), f32(-(2**-23) - 2**-24)),
    ("max.NaN.f32", f32(1), f32(-2), f32(-1)),
    # Packed: the first source is the high half. fp8 saturates, 448 is e4m3's
    # largest and 57344 e5m2's.
    # CHECK: argument 5: 8xi32 [-1082114112, -1140834816, 49208, 30843, 32316, 1073758080, 64, 1006632960]
    ("cvt.rn.bf16x2.f32", f32(-1), f32(1.5)),
    ("cvt.rn.f16x2.f32", f32(-1), f32(1.5)),
    ("cvt.rn.satfinite.e4m3x2.f32", f32(-2), f32(1)),
    ("cvt.rn.satfinite.e5m2x2.f32", f32(2.0**15), f32(1e9)),
    ("cvt.rn.satfinite.e4m3x2.f32", f32(1e9), f32(1.5)),
    ("add.rn.bf16x2", 0x3F803F80, 0x3F800080),
    ("add.rn.f16x2", 0x0020, 0x0020),
    ("cvt.rn.f16x2.e4m3x2", 0x3800),
]

print(".version 8.6\n.target sm_90\n.address_size 64\n.visible .entry k(")
groups = len(GROUPS) // 8
print(",\n".join(f".param .u64 k_param_{i}" for i in range(groups)))
print(") {\n.reg .b64 %rd<8>; .reg .b32 %r<8>; .reg .b16 %rs<2>;")
for i, (opcode, *sources) in enumerate(GROUPS):
    if i % 8 == 0:
        print(f"ld.param.b64 %rd1, [k_param_{i // 8}];")
    for k, source in enumerate(sources):
        print(f"mov.b32 %r{k + 2}, {source};")
    names = [f"%r{k + 2}" for k in range(len(sources))]
    result = "%r1"
    if opcode.split(".")[-2] in ("e4m3x2", "e5m2x2"):
        result = "%rs0"
    if opcode.endswith("e4m3x2"):
        print("cvt.u16.u32 %rs1, %r2;")
        names = ["%rs1"]
    print(f"{opcode} {result}, {', '.join(names)};")
    if result == "%rs0":
        print("cvt.u32.u16 %r1, %rs0;")
    print(f"st.global.b32 [%rd1+{i % 8 * 4}], %r1;")
print("ret;\n}")
