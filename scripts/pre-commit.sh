#!/bin/sh
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What a commit must satisfy, in seconds: the format, the naming rules of the
# files that it changes, and that every test can fail. To run it before every
# commit:   ln -s ../../scripts/pre-commit.sh .git/hooks/pre-commit
# `--fix` formats instead of complaining.
set -eu
cd "$(git rev-parse --show-toplevel)"

pick() { # the first tool of a list that there is
  for tool in "$@"; do
    if command -v "$tool" >/dev/null; then echo "$tool"; return; fi
  done
  echo "pre-commit: none of these is installed: $*" >&2
  return 1
}
sources() { "$@" -- '*.cpp' '*.h' '*.c'; }

format=$(pick clang-format-14 clang-format)
if [ "${1-}" = --fix ]; then
  sources git ls-files -z | xargs -0r "$format" -i
else
  sources git ls-files -z | xargs -0r "$format" --dry-run -Werror
fi

# clang-tidy must know the compiler's version, so no other one will do.
if command -v clang-tidy-22 >/dev/null && [ -d build/dev ]; then
  sources git diff --cached --name-only --diff-filter=d -z |
    xargs -0r clang-tidy-22 -p build/dev --quiet --warnings-as-errors='*'
fi

scripts/runline-lint.py test
