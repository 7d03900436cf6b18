# A short way to what CMake and the scripts do. `make` lists it.
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
# Debian's ccache where it is installed; the presets name it.
LAUNCHER := $(if $(shell command -v ccache),,-DCMAKE_CXX_COMPILER_LAUNCHER=)

.PHONY: help build test demo install bench asan fuzz format clean

help:
	@echo "make build    build/dev/gpswitch, with warnings as errors"
	@echo "make test     install what is missing, build, run all tests        (= scripts/test)"
	@echo "make demo     install what is missing, build, migrate a practice   (= scripts/demo)"
	@echo "make install  build for release and install under PREFIX ($(PREFIX)); DESTDIR is honoured"
	@echo "make bench    speed and memory, as ratios to peers in the same run"
	@echo "make asan     the unit tests under the address and undefined-behaviour sanitizers"
	@echo "make fuzz     each parser's fuzz program under the sanitizers, a minute each (= scripts/check-fuzz)"
	@echo "make format   clang-format over cmd and core"
	@echo "make clean    remove build/"

build/%/build.ninja:
	cmake --preset $* $(LAUNCHER)

build: build/dev/build.ninja
	cmake --build --preset dev --parallel $(JOBS)

test:
	scripts/test

demo:
	scripts/demo

install: build/release/build.ninja
	cmake --build --preset release --parallel $(JOBS) --target gpswitch
	cmake --install build/release --prefix $(PREFIX)

bench:
	scripts/install-deps --bench
	scripts/bench/run

asan: build/asan/build.ninja
	cmake --build --preset asan --parallel $(JOBS) --target gpswitch_tests
	ctest --preset asan --no-tests=error --label-regex unit --parallel $(JOBS)

fuzz:
	scripts/install-deps --ci
	scripts/check-fuzz 60

format:
	git ls-files 'cmd/*.[ch]pp' 'core/*.[ch]pp' | xargs clang-format -i

clean:
	rm -rf build
