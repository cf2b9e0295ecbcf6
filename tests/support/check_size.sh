#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_size.sh
#
# No file of lib/ and include/ has more than 500 lines, and no function more than 60
# from its first line to its closing brace. A comment that starts with a file's name
# names the file that it is in.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly file_lines=500 function_lines=60
mapfile -t sources < <(find include lib -name '*.[ch]' | sort)

# As .clang-format has it, a function starts with the last line before its body that
# has a parenthesis and is not indented, and ends with a brace in the first column.
awk -v file_lines=$file_lines -v function_lines=$function_lines '
	function complain(text) {
		printf "%s:%d: %s\n", FILENAME, FNR, text
		bad = 1
	}
	FNR == 1 { start = 0; named = 0 }
	/^[A-Za-z_]/ { start = /\(/ ? FNR : 0 }
	/^}/ {
		if (start && FNR - start + 1 > function_lines)
			complain("the function has more than " function_lines " lines")
		start = 0
	}
	FNR == file_lines + 1 { complain("the file has more than " file_lines " lines") }
	!named && match($0, /^(\/\*| \*) [a-z0-9_]+\.[ch] - /) {
		named = 1
		split($0, words, " ")
		name = FILENAME
		sub(/.*\//, "", name)
		if (words[2] != name)
			complain("the comment names " words[2])
	}
	END { exit bad }
' "${sources[@]}"
