#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# man.sh SOURCE BUILD
#
# `man` finds a page for each public function after an installation. The page
# lists the function in NAME, has its prototype as the header declares it, and
# names each errno of the comment above the declaration.
set -euo pipefail

source=$1 build=$2
# shellcheck source=tests/support/public_names.sh
source "$source/tests/support/public_names.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
readonly kinds='API|INLINE|SIM_API'

# differ TEXT ONE OTHER: complains about lines that only one of the files has.
differ() {
	diff "$2" "$3" >"$work/diff" && return
	printf '%s:\n%s\n' "$1" "$(grep '^[<>]' "$work/diff")"
	status=1
}

# "NAME PAGE" for each .Nm of a page's NAME section.
names() {
	awk 'FNR == 1 { open = 1 }
		/^\.Nd/ { open = 0 }
		open && /^\.Nm / { page = FILENAME; sub(/.*\//, "", page); print $2, page }' "$@"
}

# Prototypes from a SYNOPSIS, one a line, without spaces.
synopses() {
	awk '
		function rest() { sub(/^\.F[a-z] /, ""); gsub(/"/, ""); return $0 }
		/^\.Sh / { open = /SYNOPSIS/ }
		!open { next }
		/^\.Ft / { type = rest() }
		/^\.Fo / { name = rest(); arguments = "" }
		/^\.Fa / { arguments = arguments (arguments == "" ? "" : ",") rest() }
		/^\.Fc/ { print type " " name "(" arguments ")" }
		/^\.Fn / { print type " " $2 "(" $3 ")" }
	' "$@" | tr -d ' \t'
}

# "FUNCTION ERRNO" for each errno of the comment above a declaration.
documented_errnos() {
	awk '
		/^\/\*/ { comment = "" }
		/^(\/| )\*/ { comment = comment " " $0 }
		/^ZCXSK_(API|INLINE|SIM_API) / && match($0, /zcxsk_[a-z0-9_]+\(/) {
			function_name = substr($0, RSTART, RLENGTH - 1)
			text = comment
			while (match(text, /-E[A-Z0-9]+/)) {
				print function_name, substr(text, RSTART + 1, RLENGTH - 1)
				text = substr(text, RSTART + RLENGTH)
			}
		}
	' "$@" | sort -u
}

cmake --install "$build" --prefix "$work/tree" >/dev/null
manual=$work/tree/share/man
headers=("$source"/include/zcxsk/*.h)
pages=("$source"/docs/man/*.3)

# Pages about several functions may have a name of their own: zcxsk, zcxsk_ring.
declared_functions "$kinds" "${headers[@]}" >"$work/declared"
names "${pages[@]}" | awk '$1 ".3" != $2 { print $1 }' >"$work/named"
grep -xF -f <(printf '%s\n' "${pages[@]##*/}" | sed 's/\.3$//') "$work/declared" >>"$work/named"
sort -o "$work/named" "$work/named"
differ 'only declared (<), in the NAME of no page; only there (>), or there twice' \
	"$work/declared" "$work/named"

declared_prototypes "$kinds" "${headers[@]}" | tr -d ' \t' | sort >"$work/declared"
synopses "${pages[@]}" | sort >"$work/written"
differ 'prototypes of the headers (<) and of the man pages (>)' "$work/declared" "$work/written"

while read -r name page; do
	found=$(man -M "$manual" -w 3 "$name" 2>/dev/null) || found='nothing'
	[[ $found == "$manual/man3/$page" ]] || {
		printf "'man 3 %s' finds %s, not %s\n" "$name" "$found" "$page"
		status=1
	}
done < <(names "${pages[@]}")

documented_errnos "${headers[@]}" >"$work/errnos"
grep -qx 'zcxsk_rx_wait ETIMEDOUT' "$work/errnos"
while read -r name errno; do
	page=$(names "${pages[@]}" | awk -v name="$name" '$1 == name { print $2 }')
	grep -qE "Er (.* )?$errno( |$)" "$source/docs/man/$page" || {
		printf '%s does not name %s of %s()\n' "$page" "$errno" "$name"
		status=1
	}
done <"$work/errnos"

# This page is made of docs/errors.md, whose rows it has.
errors=$manual/man7/zcxsk_errors.7
mandoc -T lint -W warning "$errors" || status=1
rows=$(grep -c '^| [^e]' "$source/docs/errors.md")
(($(grep -c '^\.It ' "$errors") == rows)) || {
	printf 'zcxsk_errors.7 does not have the %d rows of docs/errors.md\n' "$rows"
	status=1
}

while read -r name section; do
	[[ -e $manual/man$section/$name.$section || $name == zcxsk-bench ]] || {
		printf 'pages refer to %s(%s), which is not there\n' "$name" "$section"
		status=1
	}
done < <(grep -hoE '\bXr zcxs[a-z_-]* [1-8]' "$source"/docs/man/*.[1-8] | cut -c4- | sort -u)
exit "$status"
