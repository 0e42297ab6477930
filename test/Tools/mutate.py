# Mutated modules are accepted or refused with a located diagnostic and exit
# code 1; never a signal.
# RUN: %python %s norm-opt %S/.. | FileCheck %s
# CHECK: {{^[1-9][0-9][0-9]+}} passed, 0 failed
import pathlib
import random
import re
import subprocess
import sys

SEED = 20240607
MODULES_PER_FILE = 4
MUTANTS_PER_MODULE = 8
BATCH = 24
PASSES = [
    "--norm-generalize",
    "--norm-collapse-dims",
    "--norm-to-linalg",
    "--canonicalize",
]
SEPARATOR = "\n// -----\n"
TOKEN = re.compile(r'%?[A-Za-z_][\w.$#]*|\d+\.\d+(?:e-?\d+)?|\d+|"[^"]*"|\s+|.', re.S)
TYPES = ["f16", "bf16", "f32", "f64", "i1", "i8", "i32", "index", "vector<4xf32>",
         "tensor<*xf32>", "memref<*xf32>", "complex<f32>"]


def drop(rng, tokens, at):
    del tokens[at]


def repeat(rng, tokens, at):
    tokens.insert(at, tokens[at])


def swap(rng, tokens, at):
    other = rng.randrange(len(tokens))
    tokens[at], tokens[other] = tokens[other], tokens[at]


def truncate(rng, tokens, at):
    del tokens[at:]


def change(pattern, choose):
    def mutate(rng, tokens, at):
        found = [i for i, token in enumerate(tokens) if re.fullmatch(pattern, token)]
        if found:
            i = rng.choice(found)
            tokens[i] = choose(rng, tokens, tokens[i])

    return mutate


change_number = change(
    r"\d+",
    lambda rng, tokens, token: rng.choice(["0", "1", "2", "7", "-1", "4611686018427387904"]),
)
change_value = change(
    r"%\w+(?:#\d+)?",
    lambda rng, tokens, token: rng.choice([t for t in tokens if t[0] == "%"]),
)
change_keyword = change(
    r"parallel|reduction|add|max|min|moments|before_scale|after_scale|ins|outs|"
    r"scale|shift|mean|rstd|dims|scale_dims|shift_dims|eps|acc|tensor|memref",
    lambda rng, tokens, token: rng.choice(
        ["parallel", "reduction", "max", "moments", "scale", "shift", "rstd",
         "dims", "scale_dims", "memref", "tensor", "vector"]
    ),
)
MUTATIONS = [drop, repeat, swap, truncate, change_number, change_value, change_value,
             change_keyword]


def retype(rng, module):
    """One type changed wherever it stands: this reaches verifiers and passes,
    where a single changed token mostly ends in the parser."""
    shaped = sorted(set(re.findall(r"(?:tensor|memref)<[\w?]+>", module)))
    if not shaped or rng.random() < 0.3:
        old = rng.choice(["f16", "bf16", "f32", "f64"])
        return re.sub(rf"(?<![a-z]){old}\b|(?<=x){old}\b", rng.choice(TYPES), module)
    old = rng.choice(shaped)
    shape = old[old.index("<") + 1 : -1].split("x")
    i = rng.randrange(len(shape))
    if i == len(shape) - 1:
        shape[i] = rng.choice(TYPES)
    else:
        shape[i] = rng.choice(["0", "1", "2", "7", "?", "9999999999"])
    if rng.random() < 0.1:
        shape.insert(i, "3")
    kind = rng.choice(["tensor", "memref", "vector"]) if rng.random() < 0.2 else old[:6]
    return module.replace(old, f"{kind}<{'x'.join(shape)}>")


def mutate(rng, module):
    if rng.random() < 0.6:
        module = retype(rng, module)
        if rng.random() < 0.7:
            return module
    tokens = TOKEN.findall(module)
    for _ in range(rng.choice([1, 1, 2])):
        at = rng.choice([i for i, t in enumerate(tokens) if not t.isspace()])
        rng.choice(MUTATIONS)(rng, tokens, at)
        if not any(not t.isspace() for t in tokens):
            break
    return "".join(tokens)


def read_modules(folder, rng):
    """Functions of the valid modules of the tests, in both printed forms."""
    for path in sorted(folder.glob("*.mlir")):
        if re.search(r"verify-diagnostics|transform\.", path.read_text()):
            continue
        text = re.sub(r"//.*", "", path.read_text())
        aliases = "".join(re.findall(r"^#\w+ = .*\n", text, re.M))
        text = re.sub(r"^#\w+ = .*\n", "", text, flags=re.M)
        functions = re.split(r"\n(?=func\.func @)", text)[1:]
        functions = [f for f in functions if "norm." in f and "call @" not in f]
        # Upstream's parser of linalg.reduce and its like crashes on bad dims.
        functions = [f for f in functions if not re.search("dimensions = |permutation = ", f)]
        for f in rng.sample(functions, min(MODULES_PER_FILE, len(functions))):
            yield aliases + f


def run(tool, source, *flags):
    return subprocess.run(
        [tool, "-", "--split-input-file", *flags],
        input=source, capture_output=True, text=True,
    )


def is_located(stderr, first, last):
    """True if an error is reported between these lines of the input."""
    lines = re.findall(r"^<stdin>:(\d+):\d+: error: ", stderr, re.M)
    return any(first <= int(line) <= last for line in lines)


def judge(tool, mutants):
    """The mutants of a batch that crash, or are refused without saying where."""
    result = run(tool, SEPARATOR.join(mutants), *PASSES)
    outputs = result.stdout.split("// -----")
    if result.returncode not in (0, 1) or len(outputs) != len(mutants):
        if len(mutants) == 1:
            return [(mutants[0], result)]
        half = len(mutants) // 2
        return judge(tool, mutants[:half]) + judge(tool, mutants[half:])
    failures, first = [], 1
    for mutant, output in zip(mutants, outputs):
        last = first + mutant.count("\n") + SEPARATOR.count("\n")
        # What is refused is not printed.
        if not output.strip() and not is_located(result.stderr, first, last):
            failures.append((mutant, result))
        first = last
    return failures


def main():
    tool, tests = sys.argv[1], pathlib.Path(sys.argv[2])
    rng = random.Random(SEED)
    modules = [m for f in ("IR", "Fuse") for m in read_modules(tests / f, rng)]
    generic = run(tool, SEPARATOR.join(modules), "--mlir-print-op-generic")
    if generic.returncode != 0:
        sys.exit("a module is invalid before mutation:\n" + generic.stderr)
    modules += generic.stdout.split("// -----")
    mutants = [mutate(rng, m) for m in modules for _ in range(MUTANTS_PER_MODULE)]
    failures = []
    for i in range(0, len(mutants), BATCH):
        failures += judge(tool, mutants[i : i + BATCH])
    for mutant, result in failures:
        print(f"exit code {result.returncode}:\n{mutant}\n{result.stderr[:2000]}")
    print(f"{len(mutants) - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


main()
