#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds, runs suites of tests, and prints `N passed, N failed` last.

usage: run-tests.py SUITE...     suites: test, check-ci, check-all

Fails when a test fails, when a build fails, and when no test ran.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
from xml.etree import ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
TALLY = re.compile(r"^(\d+) passed, (\d+) failed$")


class StepFailed(Exception):
    """A step that has no tests of its own to count failed."""


def run(*command, **environment):
    print("$", *command, flush=True)
    command = [str(c) for c in command]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment).returncode


def binary_dir(preset):
    return ROOT / "build" / preset


def build(preset, target="all"):
    commands = [
        ["cmake", "--preset", preset],
        ["cmake", "--build", "--preset", preset, "--target", target],
    ]
    for command in commands:
        if run(*command):
            raise StepFailed
    return 0, 0


def target(preset, name):
    """A build target that is a test: it fails or it does not."""
    build(preset, name)
    return 1, 0


def count(report, status):
    """What lit's report of a run that ended in this status says."""
    if not report.exists():
        raise StepFailed
    codes = [test["code"] for test in json.loads(report.read_text())["tests"]]
    passed = codes.count("PASS")
    skipped = codes.count("UNSUPPORTED")
    failed = len(codes) - passed - skipped
    if skipped:
        print(skipped, "tests need what this machine does not have")
    if status and not failed or not passed:
        raise StepFailed
    return passed, failed


def lit(preset, *arguments):
    suite = binary_dir(preset) / "test"
    report = suite / "lit.json"
    report.unlink(missing_ok=True)
    config = (suite / "lit.site.cfg.py").read_text()
    tools = re.search(r'llvm_tools_dir = "(.*)"', config).group(1)
    status = run(
        pathlib.Path(tools, "lit"), "-sv", *arguments, "--output", report, suite
    )
    return count(report, status)


def tutorial(preset, page):
    """A page whose patch must apply and build, and break no test: this is lit of
    this preset too."""
    folder = ROOT / "build/tutorials" / pathlib.Path(page).stem
    report = folder / preset / "test/lit.json"
    report.unlink(missing_ok=True)
    status = run(sys.executable, "scripts/run-tutorial.py", page, preset)
    return count(report, status)


def python(preset, *packages):
    """The package, installed as a user would, from the objects of this build.

    Tests of other packages are skipped where these are not installed, and the
    run says so: PyTorch alone takes longer to install than all others to test.
    """
    environment = binary_dir(preset) / "python-env"
    report = environment / "pytest.xml"
    shutil.rmtree(environment, ignore_errors=True)
    if run(sys.executable, "-m", "venv", environment):
        raise StepFailed
    pip = [environment / "bin/python", "-m", "pip", "install", "-q"]
    requirements = ["scikit-build-core", "nanobind", "numpy", "pytest"]
    if run(*pip, *requirements):
        if os.environ.get("CI"):
            raise StepFailed
        print("No PyPI: the tests of the Python package are skipped")
        return 0, 0
    cpu_only = "https://download.pytorch.org/whl/cpu"
    if packages and run(*pip, "--extra-index-url", cpu_only, *packages):
        raise StepFailed
    folder = f"build-dir={binary_dir(preset)}"
    if run(*pip, "--no-build-isolation", "--no-deps", "-C", folder, "."):
        raise StepFailed
    # A CUDA driver on the PTX interpreter.
    driver = str(binary_dir(preset) / "test/CUDA/fake")
    run(environment / "bin/python", "-m", "pytest", f"--junit-xml={report}", LD_LIBRARY_PATH=driver)
    if not report.exists():
        raise StepFailed
    suite = ElementTree.parse(report).find("testsuite")
    total, failed, skipped = (
        sum(int(suite.get(kind)) for kind in kinds)
        for kinds in (["tests"], ["errors", "failures"], ["skipped"])
    )
    return total - failed - skipped, failed


def programs(preset, *arguments):
    """The programs listed in test/CMakeLists.txt; each ends in a tally."""
    passed = failed = 0
    for program in (binary_dir(preset) / "test/programs.txt").read_text().split():
        command = [program, *arguments]
        print("$", *command, flush=True)
        last = ""
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            for line in process.stdout:
                last = line.decode(errors="replace").rstrip("\n")
                print(" ", last, flush=True)
        tally = TALLY.match(last)
        program_passed, program_failed = map(int, tally.groups()) if tally else (0, 0)
        if not tally or (process.returncode and not program_failed):
            print(f"{program}: exit code {process.returncode}, last line {last!r}")
            program_failed += 1
        passed += program_passed
        failed += program_failed
    return passed, failed


def script(preset, *command):
    """A script that runs our tools, and ends in a tally."""
    path = f"{binary_dir(preset) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    print("$", *command, flush=True)
    result = subprocess.run([sys.executable, *command], cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, env=os.environ | {"PATH": path})
    print(result.stdout, end="", flush=True)
    tally = TALLY.match(result.stdout.rstrip("\n").rpartition("\n")[2])
    if not tally:
        raise StepFailed
    passed, failed = map(int, tally.groups())
    return passed, failed or int(result.returncode != 0)


SUITES = {
    "test": [
        (build, "release"),
        (lit, "release"),
        (programs, "release"),
        (python, "release"),
    ],
    "check-ci": [
        (build, "release"),
        (target, "release", "check-docs"),
        (programs, "release", "--ci"),
        (script, "release", "scripts/execute-corpus.py"),
        (script, "release", "test/Raise/spellings.py", "--seeds", "400", "--first", "100"),
        (tutorial, "asan", "docs/AddAnOp.md"),
    ],
    "check-all": [
        (build, "release"),
        (lit, "release", "--param=full=1"),
        (programs, "release", "--full"),
        (python, "release", "torch", "transformers"),
        (script, "release", "scripts/execute-corpus.py", "--fused"),
        (script, "release", "test/Raise/spellings.py", "--seeds", "2000"),
        (target, "release", "check-docs"),
        (tutorial, "asan", "docs/AddAnOp.md"),
        (build, "asan"),
        (programs, "asan", "--ci"),
        (build, "gcc"),
        (lit, "gcc"),
        (programs, "gcc"),
    ],
}


def main(suites):
    if not suites or not set(suites) <= SUITES.keys():
        sys.exit(__doc__)
    os.environ.setdefault("CLICOLOR", "0")
    summary = []
    total_passed = total_failed = 0
    for suite in suites:
        for step, *arguments in SUITES[suite]:
            begin = time.monotonic()
            try:
                passed, failed = step(*arguments)
            except StepFailed:
                passed, failed = 0, 1
            name = " ".join([suite + ":", step.__name__, *arguments])
            seconds = time.monotonic() - begin
            summary.append(f"{name:36} {passed:6} {failed:6} {seconds:7.0f} s")
            total_passed += passed
            total_failed += failed
            if step is build and failed:
                break
    print(f"\n{'':36} passed failed")
    print("\n".join(summary))
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed or not total_passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
