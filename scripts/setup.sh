#!/bin/sh
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Installs with apt what is missing to build and test; --ci and --all name what
# `make check-ci` and `make check-all` need besides. Where there is no apt,
# CMake finds LLVM 22.1 by itself or says what it lacks.
set -eu

packages="cmake ninja-build python3 python3-dev python3-venv clang-22
          lld-22 libomp-22-dev llvm-22-dev llvm-22-tools libmlir-22-dev
          mlir-22-tools"
for option in "$@"; do
  case $option in
  --ci) packages="$packages libclang-rt-22-dev patch" ;;
  --all) packages="$packages libclang-rt-22-dev patch g++-12" ;;
  *) echo "usage: setup.sh [--ci] [--all]" >&2; exit 2 ;;
  esac
done

command -v apt-get >/dev/null || exit 0

missing=
for package in $packages; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
  sudo=
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
  sudo=sudo
else
  echo "These packages are missing; install them as root, then run this again:" >&2
  echo "  apt-get update && $install" >&2
  exit 1
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
# shellcheck disable=SC2086 # a command and a list of packages
if ! $sudo $install; then
  echo "LLVM 22.1 is in Debian 12 (bookworm, with bookworm-security);" >&2
  echo "https://apt.llvm.org has it for other releases." >&2
  exit 1
fi
