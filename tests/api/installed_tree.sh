#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# installed_tree.sh SOURCE BUILD
#
# Checks that every file users need is installed, and that none names the folders it was
# built in.
set -euo pipefail

source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work" >/dev/null
status=0

# has PATTERN: checks that a file with such a path below the prefix is installed.
has() {
	compgen -G "$work/$1" >/dev/null && return
	printf 'not installed: %s\n' "$1"
	status=1
}

for header in "$source"/include/zcxsk/*.h; do
	has "include/zcxsk/$(basename "$header")"
done
for page in "$source"/docs/man/*.[1-8]; do
	has "share/man/man${page##*.}/$(basename "$page")"
done
has 'lib*/libzcxsk.so'
has 'lib*/libzcxsk.a'
has 'lib*/libzcxsk-sim.a'
has 'lib*/pkgconfig/libzcxsk.pc'
has 'lib*/pkgconfig/libzcxsk-static.pc'
has 'lib*/cmake/zcxsk/zcxsk-config.cmake'
has 'lib*/cmake/zcxsk/zcxsk-config-version.cmake'
has 'bin/zcxsock'
has 'bin/zcxsk-doctor'
has 'sbin/zcxskd'
has 'share/doc/zcxsk/examples/*.c'

# Binaries are skipped, because debug information contains source paths.
if grep -rIlF -e "$source" -e "$build" "$work"; then
	printf 'these files name the folders they were built in\n'
	status=1
fi
exit "$status"
