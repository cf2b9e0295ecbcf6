#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# zcxsock_man.sh ZCXSOCK MAN-PAGE
#
# --help and the man page list the same options, and zcxsock knows all of them.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
zcxsock=$1 page=$2

# Lines that begin with an option; descriptions that go on are further right.
in_help() {
	grep -E '^( {2}| {6})-|^ {7}zcxsock --' "$work/out" |
		grep -oE '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u
}

in_page() {
	sed -n 's/^\.Fl \(.*\) | /.It Fl \1 Fl /; s/^\.It //p' "$page" |
		grep -oE 'Fl -?[a-z][a-z-]*' | sed 's/^Fl /-/' | sort -u
}

run 0 "$zcxsock" --help
in_help >"$work/help"
in_page >"$work/page"
diff "$work/help" "$work/page" >"$work/diff" || {
	fail 'other options in --help (<) than in the man page (>)'
	show "$work/diff"
}
# The patterns above must not lose the same ones on both sides.
check grep -qx -e --interface "$work/help"
check grep -qx -e --src-port "$work/help"
check grep -qx -e -v "$work/page"

while IFS= read -r option; do
	run 2 "$zcxsock" rx "$option"
	check eval "! grep -qE 'unrecognized|invalid|ambiguous' '$work/err'"
done < <(grep -vxE -e '--help|--version' "$work/help")
finish
