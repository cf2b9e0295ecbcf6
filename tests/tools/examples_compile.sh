#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# examples_compile.sh BUILD
#
# Each installed example compiles against the installed library with the command
# in the comment at its top, and starts.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
build=$1

run 0 cmake --install "$build" --prefix "$work/prefix"
libdir=$(dirname "$(find "$work/prefix" -name libzcxsk.so)")
export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir
cd "$work/prefix/share/doc/zcxsk/examples"

for file in *.c; do
	name=${file%.c}
	command=$(sed -n 's/^ \*   \(cc .*\)/\1/p' "$file")
	check test "${command:0:$((${#file} + 4))}" = "cc $file "
	run 0 sh -c "$command"
	[[ -x $name ]] || continue
	run 2 "./$name"
	says err "^usage: $name IFACE"
done
check test "$(find . -name '*.c' | wc -l)" -ge 6
finish
