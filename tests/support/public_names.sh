# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# public_names.sh - reads the names of functions out of the public headers.
# Sourced by the checks of symbols and docs, never run.

# declared_functions KIND HEADER...: one name a line, sorted. KIND is API, for
# the functions of the library, INLINE, for those defined in the headers, or
# both as "API|INLINE".
declared_functions() {
	local kind=$1
	shift
	# As an already preprocessed file, only the comments go.
	cat "$@" | gcc -fpreprocessed -dD -E -P -w -x c - | grep -v '^#' | tr '\n' ' ' |
		grep -oE "ZCXSK_($kind) [^(;{}]*\\bzcxsk_[a-z0-9_]+\\(" |
		grep -oE 'zcxsk_[a-z0-9_]+\($' | tr -d '(' | sort -u
}
