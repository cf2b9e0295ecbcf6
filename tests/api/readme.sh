#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# readme.sh SOURCE BUILD
#
# The program in README.md compiles as it stands there, and says why it cannot
# use an interface that does not exist.
set -euo pipefail

source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The first block that is marked as C.
awk '/^```c$/ { on = 1; next } /^```$/ { if (on) exit } on' "$source/README.md" >"$work/program.c"
[[ -s $work/program.c ]] || {
	printf 'README.md has no C program\n'
	exit 1
}
gcc -std=c11 -Wall -Wextra -Werror -I"$source/include" "$work/program.c" -o "$work/program" \
	-L"$build/lib" -lzcxsk -Wl,-rpath,"$build/lib"
if output=$("$work/program" zcxsk-none0 2>&1); then
	printf 'it did not fail without an interface\n'
	exit 1
fi
printf '%s\n' "$output"
[[ -n $output ]]
