#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# consumer.sh SOURCE BUILD {pkg-config|cmake} {shared|static}
#
# Installs the library into a folder of its own, then builds a C and a C++
# program against it as a user would, and runs them.
set -euo pipefail

source=$1 build=$2 method=$3 kind=$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >/dev/null
libdir=$(dirname "$(find "$work/prefix" -name libzcxsk.a)")
if [[ $kind == static ]]; then
	rm "$libdir"/libzcxsk.so*
fi

build_with_pkg_config() {
	local -a flags static=()

	[[ $kind == shared ]] || static=(--static)
	export PKG_CONFIG_PATH=$libdir/pkgconfig
	read -ra flags < <(pkg-config "${static[@]}" --cflags --libs libzcxsk)
	gcc -std=c11 -Wall -Wextra -Werror "$source/tests/api/consumer/main.c" -o "$work/main_c" \
		"${flags[@]}"
	g++ -std=c++17 -Wall -Wextra -Werror "$source/tests/api/consumer/main.cc" -o "$work/main_cc" \
		"${flags[@]}"
}

build_with_cmake() {
	cmake -G Ninja -S "$source/tests/api/consumer" -B "$work" -DCMAKE_PREFIX_PATH="$work/prefix" \
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
