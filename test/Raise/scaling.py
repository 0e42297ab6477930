# RUN: %python %s norm-opt %S/corpus/torch-mlir/gpt2_block_static.mlir
#
# A transformer of 50 000 ops, an exported block again and again, is raised in
# time that grows with its size: twice the blocks take less than 2.6 times as
# long, and all less than ten times what it takes to read and print them (it is the
# same time, but for builds with sanitizers). All
# of its norms are found.

import re
import resource
import subprocess
import sys
import tempfile

NUM_OPS, NUM_NORMS = 50_000, 2
ATTEMPTS = 3


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


def measure(*command):
    """Seconds of processor time, which other processes do not disturb as much as
    those on the wall, and the result."""
    fastest = None
    for _ in range(ATTEMPTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        result = subprocess.run(
            [*command, "--mlir-disable-threading"], capture_output=True,
            text=True, check=True)
        time = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        fastest = time if fastest is None else min(time, fastest)
    return fastest, result.stdout


def main():
    norm_opt, source = sys.argv[1:]
    with open(source) as file:
        text = file.read()
    ops = len(re.findall(r"^ *(?:%|linalg\.yield|return)", text, re.M))
    blocks = NUM_OPS // ops
    with tempfile.NamedTemporaryFile("w", suffix=".mlir") as file:
        times = {}
        for count in (blocks // 2, blocks):
            file.seek(0)
            file.truncate()
            file.write(repeat(text, count))
            file.flush()
            parsing, _ = measure(norm_opt, file.name)
            both, raised = measure(norm_opt, file.name, "--norm-raise")
            times[count] = both - parsing
            print(f"{count * ops} ops: raised in {times[count]:.2f} s, "
                  f"parsed and printed in {parsing:.2f} s")
            norms = len(re.findall(r"= norm\.\w+_norm ", raised))
            if norms != NUM_NORMS * count:
                sys.exit(f"{norms} norms of {NUM_NORMS * count} are raised")
    half, whole = times.values()
    if whole > 2.6 * half:
        sys.exit(f"twice the ops take {whole / half:.1f} times as long")
    if whole > 10 * parsing:
        sys.exit(f"takes {whole / parsing:.1f} times as long as to read and print")


if __name__ == "__main__":
    main()
