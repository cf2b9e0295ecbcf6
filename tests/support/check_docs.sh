#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_docs.sh
#
# Names of ours that the docs mention exist in the sources, and links between
# the docs lead to files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

status=0
mapfile -t texts < <(
	ls README.md CHANGELOG.md
	find docs examples bench tests -name '*.md' -o -name '*.[1-8]' -path '*/man/*'
)

# A trailing "_" or "*" stands for a family of names. Man pages have titles in capitals.
known=$(
	{
		grep -rhoIE '\b(zcxsk|ZCXSK)_[A-Za-z0-9_]+' include lib bpf examples tests bench \
			CMakeLists.txt CMakePresets.json
		find docs/man -name 'zcxsk_*' -printf '%f\n' | sed 's/\..*//' | tr '[:lower:]' '[:upper:]'
	} | sort -u
)
while IFS=: read -r path name; do
	case $name in
	*_) grep -q "^$name" <<<"$known" && continue ;;
	*) grep -qx "$name" <<<"$known" && continue ;;
	esac
	printf '%s mentions %s, which does not exist\n' "$path" "$name"
	status=1
done < <(grep -HoIE '\b(zcxsk|ZCXSK)_[A-Za-z0-9_]+' "${texts[@]}" | sort -u)

while IFS=: read -r path link; do
	target=$(dirname "$path")/${link%%#*}
	[[ $link == *://* || -e $target ]] || {
		printf '%s links to %s, which does not exist\n' "$path" "$link"
		status=1
	}
done < <(grep -HoE '\]\([^)#][^)]*\)' "${texts[@]}" | sed 's/:\](/:/; s/)$//')
exit "$status"
