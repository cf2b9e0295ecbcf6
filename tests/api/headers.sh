#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# headers.sh SOURCE COMPILER LANGUAGE STANDARD
#
# Checks that each public header compiles on its own, and included twice, without a
# warning, and that zcxsk.h includes each, except that of the simulation library.
set -euo pipefail

include=$1/include compiler=$2 language=$3 standard=$4
status=0

for path in "$include"/zcxsk/*.h; do
	header=zcxsk/$(basename "$path")
	printf '#include <%s>\n#include <%s>\n' "$header" "$header" |
		"$compiler" -x "$language" -std="$standard" -pedantic -Wall -Wextra -Wundef -Wshadow \
			-Werror -fsyntax-only -I"$include" - || {
		printf '%s does not compile alone (%s %s)\n' "$header" "$compiler" "$standard"
		status=1
	}
	[[ $header == zcxsk/zcxsk.h || $header == zcxsk/sim.h ]] || grep -q "^#include <$header>" "$include/zcxsk/zcxsk.h" || {
		printf '%s is not in zcxsk/zcxsk.h\n' "$header"
		status=1
	}
done
exit "$status"
