#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# consumer.sh SOURCE BUILD {pkg-config|cmake} {shared|static}
#
# Installs the library into a temporary folder, builds a C and a C++ program
# against it with the link lines of README.md, and runs them. Both libraries are
# installed, so the programs show which one the linker chose.
set -euo pipefail

source=$1 build=$2 method=$3 kind=$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >/dev/null
libdir=$(dirname "$(find "$work/prefix" -name libzcxsk.a)")
export PKG_CONFIG_PATH=$libdir/pkgconfig

build_with_pkg_config() {
	local name=libzcxsk
	local -a flags

	[[ $kind == shared ]] || name=libzcxsk-static
	grep -qF "\$(pkg-config --cflags --libs $name)" "$source/README.md" || {
		printf 'README.md does not show this link line: %s\n' "$name"
		exit 1
	}
	read -ra flags < <(pkg-config --cflags --libs "$name")
	gcc -std=c11 -Wall -Wextra -Werror "$source/tests/api/consumer/main.c" -o "$work/main_c" \
		"${flags[@]}"
	g++ -std=c++17 -Wall -Wextra -Werror "$source/tests/api/consumer/main.cc" -o "$work/main_cc" \
		"${flags[@]}"
}

build_with_cmake() {
	local version

	version=$(pkg-config --modversion libzcxsk | cut -d. -f1,2)
	grep -qF "find_package(zcxsk $version REQUIRED)" "$source/README.md" || {
		printf 'README.md does not ask for version %s\n' "$version"
		exit 1
	}
	cmake -G Ninja -S "$source/tests/api/consumer" -B "$work" -DCMAKE_PREFIX_PATH="$work/prefix" \
		-DVERSION="$version" \
		-DSTATIC="$([[ $kind == static ]] && echo ON || echo OFF)" >/dev/null
	cmake --build "$work" >/dev/null
}

case $method in
pkg-config) build_with_pkg_config ;;
cmake) build_with_cmake ;;
esac
for program in "$work/main_c" "$work/main_cc"; do
	LD_LIBRARY_PATH=$libdir "$program"
	needs=$(readelf -d "$program" | grep -c 'NEEDED.*libzcxsk' || :)
	[[ $kind$needs == shared1 || $kind$needs == static0 ]] || {
		printf '%s is not linked with the %s library\n' "$program" "$kind"
		exit 1
	}
done
