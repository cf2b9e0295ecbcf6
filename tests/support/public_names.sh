# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# public_names.sh - reads the functions out of the public headers.
# Sourced by the checks of symbols and docs, never run.

# declared_prototypes KIND HEADER...: one a line: type, name and arguments. KIND is
# API, for the functions of the library, INLINE, for those defined in the headers,
# or several as "API|INLINE".
declared_prototypes() {
	local kind=$1
	shift
	# As an already preprocessed file, only the comments go.
	cat "$@" | gcc -fpreprocessed -dD -E -P -w -x c - | grep -v '^#' | tr '\n' ' ' |
		grep -oE "ZCXSK_($kind) [^(;{}]*\\bzcxsk_[a-z0-9_]+\\([^)]*\\)" |
		sed -E 's/^ZCXSK_[A-Z_]+ //; s/^ZCXSK_NODISCARD //'
}

# declared_functions KIND HEADER...: their names, one a line, sorted.
declared_functions() {
	declared_prototypes "$@" | sed -E 's/\(.*//; s/.*[ *]//' | sort -u
}
