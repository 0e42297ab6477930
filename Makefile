# What people run. Each target does its own set-up; the rest is CMake.
.PHONY: bench bench-copies bench-gpu bench-peers demo test check-ci check-all

# One release build, then examples/ through every road.
demo:
	scripts/setup.sh
	cmake --preset release
	cmake --build --preset release --target norm-opt norm-run norm-translate
	scripts/demo.py

# One release build, lit, and sampled numerics: 10 minutes from a clean clone.
test:
	scripts/setup.sh
	scripts/run-tests.py test

# The tests under sanitizers, more numerics, and that docs/ is what ODS says.
check-ci:
	scripts/setup.sh --ci
	scripts/run-tests.py check-ci

# Full sweeps, and g++ as well as clang. Takes hours, not minutes.
check-all:
	scripts/setup.sh --all
	scripts/run-tests.py check-all

# Every road beside copies of as many bytes, and kernels beside those of other
# systems, in a virtual environment: for the record, in bench/results.
bench: bench-copies bench-peers

bench-copies:
	scripts/setup.sh
	cmake --preset release
	cmake --build --preset release --target norm-run
	bench/bench.py --roads vector,linalg,affine

# On a machine with an NVIDIA GPU.
bench-gpu:
	scripts/setup.sh
	cmake --preset release
	cmake --build --preset release --target norm-opt norm_cuda_runtime
	python3 -m venv build/gpu-peers
	build/gpu-peers/bin/pip install -q -r bench/gpu/requirements.txt
	build/gpu-peers/bin/python bench/gpu/on_gpu.py

bench-peers:
	scripts/setup.sh
	python3 -m venv build/peers
	build/peers/bin/pip install -q -r bench/requirements.txt .
	build/peers/bin/python bench/peers.py
