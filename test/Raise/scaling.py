# RUN: %python %s norm-opt %S/corpus/torch-mlir/gpt2_block_static.mlir
#
# A transformer of 50 000 ops, an exported block again and again, is raised in
# time that grows with its size: eight times the blocks take less than twenty times
# as long (a quadratic pass: sixty-four), and all less than ten times what it takes
# to read and print them (it is the same time, but for builds with sanitizers). All
# of its norms are found.

import re
import subprocess
import sys
import tempfile

NUM_OPS, NUM_NORMS = 50_000, 2
ATTEMPTS = 5


def repeat(text, blocks):
    """A function in which each block reads the result of the one before."""
    head, signature, body, result = re.search(
        r"\A(.*?)(^  func\.func @.*?\{$\n)(.*?)^    return (%\w+).*\Z", text,
        re.M | re.S).groups()
    lines, x = [], "%arg0"
    for block in range(blocks):
        renamed = re.sub(r"%(?!arg\d)(\w+)", rf"%b{block}_\1", body)
        lines.append(re.sub(r"%arg0\b", x, renamed))
        x = f"%b{block}_{result[1:]}"
    type = re.search(r"-> (tensor<[^>]*>)", signature)[1]
    return f"{head}{signature}{''.join(lines)}    return {x} : {type}\n  }}\n}}\n"


def measure(norm_opt, file):
    """Seconds per pass of the fastest of a few runs, which what else the machine
    does has disturbed least, and the result."""
    fastest = {}
    for _ in range(ATTEMPTS):
        result = subprocess.run(
            [norm_opt, file, "--norm-raise", "--mlir-disable-threading",
             "--mlir-timing", "--mlir-timing-display=list"],
            capture_output=True, text=True, check=True)
        for seconds, name in re.findall(r"^ +([\d.]+) \( *[\d.]+%\)  (\w+)$",
                                        result.stderr, re.M):
            fastest[name] = min(float(seconds), fastest.get(name, float("inf")))
    return fastest["NormRaisePass"], fastest["Parser"] + fastest["Output"], result.stdout


def main():
    norm_opt, source = sys.argv[1:]
    with open(source) as file:
        text = file.read()
    ops = len(re.findall(r"^ *(?:%|linalg\.yield|return)", text, re.M))
    blocks = NUM_OPS // ops
    with tempfile.NamedTemporaryFile("w", suffix=".mlir") as file:
        times = {}
        for count in (blocks // 8, blocks):
            file.seek(0)
            file.truncate()
            file.write(repeat(text, count))
            file.flush()
            times[count], reading, raised = measure(norm_opt, file.name)
            print(f"{count * ops} ops: raised in {times[count]:.3f} s, "
                  f"parsed and printed in {reading:.3f} s")
            norms = len(re.findall(r"= norm\.\w+_norm ", raised))
            if norms != NUM_NORMS * count:
                sys.exit(f"{norms} norms of {NUM_NORMS * count} are raised")
    eighth, whole = times.values()
    if whole > 20 * eighth:
        sys.exit(f"eight times the ops take {whole / eighth:.1f} times as long")
    if whole > 10 * reading:
        sys.exit(f"takes {whole / reading:.1f} times as long as to read and print")


if __name__ == "__main__":
    main()
