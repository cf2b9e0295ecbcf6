#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_docs.sh
#
# Names of the library that the docs mention exist in the sources, links between
# the docs lead to files, and so do the file names in the docs and in comments.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

status=0
mapfile -t texts < <(
	ls README.md CHANGELOG.md
	find docs examples bench tests -name '*.md' -o -name '*.[1-8]' -path '*/man/*'
)

# A trailing "_" or "*" stands for a family of names. Man pages have titles in capitals,
# and the list of changes also names what is gone.
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
done < <(grep -HoIE '\b(zcxsk|ZCXSK)_[A-Za-z0-9_]+' "${texts[@]}" | sort -u |
	grep -v '^CHANGELOG.md:')

while IFS=: read -r path link; do
	target=$(dirname "$path")/${link%%#*}
	[[ $link == *://* || -e $target ]] || {
		printf '%s links to %s, which does not exist\n' "$path" "$link"
		status=1
	}
done < <(grep -HoE '\]\([^)#][^)]*\)' "${texts[@]}" | sed 's/:\](/:/; s/)$//')

# The comments of a C file; a string that holds "//" only adds text.
comments() {
	awk '
		{ text = $0 }
		!inside && match(text, /\/[*\/]/) {
			inside = substr(text, RSTART + 1, 1) == "*"
			text = substr(text, RSTART + 2)
			if (!inside)
				print text
		}
		inside && (end = index(text, "*/")) {
			text = substr(text, 1, end - 1)
			print text
			inside = 0
		}
		inside { print text }
	' "$1"
}

file_names() {
	grep -oE '(^|[^A-Za-z0-9_./<-])[a-z0-9_][a-z0-9_/.]*\.(c|h|sh|pml)\b' |
		sed 's/^[^a-z0-9_]//' | sort -u
}

# A file name may leave out the folders before it. linux/ and net/ are the kernel's.
files=$(find . -path ./build -prune -o -path ./.git -prune -o -type f -printf '/%P\n')
while IFS= read -r path; do
	while IFS= read -r name; do
		[[ $name == @(linux|net)/* || $files$'\n' == *"/$name"$'\n'* ]] || {
			printf '%s names the file %s, which does not exist\n' "$path" "$name"
			status=1
		}
	done < <(if [[ $path == *.md ]]; then cat "$path"; else comments "$path"; fi | file_names)
done < <(printf '%s\n' README.md docs/*.md && find lib include bpf -name '*.[ch]' | sort)
exit "$status"
