#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# symbols.sh SOURCE SHARED_LIBRARY STATIC_LIBRARY
#
# Checks that the headers, the symbol map and the built library have the same functions,
# that the map has a node of this version, and that the library has no writable globals.
set -euo pipefail

source=$1 shared=$2 static=$3
# shellcheck source=tests/support/public_names.sh
source "$source/tests/support/public_names.sh"
status=0

# same TEXT ONE OTHER: reports the lines that only one of the two has.
same() {
	local differences

	differences=$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3")) && return
	printf '%s:\n%s\n' "$1" "$(grep '^[<>]' <<<"$differences")"
	status=1
}

declared=$(declared_functions 'API|INLINE' "$source"/include/zcxsk/*.h)
mapped=$(sed -n 's/^[[:space:]]*\(zcxsk_[a-z0-9_]*\);.*/\1/p' "$source/lib/libzcxsk.map" | sort)
# Column 2 is the type; the nodes of the map are absolute symbols (A).
exported=$(nm -D --defined-only "$shared" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort)

[[ -n $declared ]] || {
	printf 'no function was found in the headers\n'
	exit 1
}
same 'only in the headers (<), only in lib/libzcxsk.map (>)' "$declared" "$mapped"
same 'only in the headers (<), only exported (>)' "$declared" "$exported"

version=$(sed -n 's/^#define ZCXSK_VERSION_\(MAJOR\|MINOR\) *//p' \
	"$source/include/zcxsk/base.h" | paste -sd.)
newest=$(sed -n 's/^ZCXSK_\([0-9.]*\) {.*/\1/p' "$source/lib/libzcxsk.map" |
	sort -V | tail -n 1)
same 'version in base.h (<), newest node of lib/libzcxsk.map (>)' "$version" "$newest"

# The exceptions: the list of objects that a child inherits (base/fork.c), since a fork handler
# has no argument, and the print callbacks of libbpf and libxdp, which are global themselves.
globals=$(objdump -t "$static" | awk '
	/ O / && /[\t ](\.bss|\.data|\.data\.rel|\.data\.rel\.local|\*COM\*)\t/ && $NF !~ /^(registry|quiet)$/ {
		print $NF
	}')
[[ -z $globals ]] || {
	printf 'writable globals:\n%s\n' "$globals"
	status=1
}
exit "$status"
