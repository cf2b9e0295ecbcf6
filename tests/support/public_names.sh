# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# public_names.sh - extracts the functions from the public headers. Sourced by the checks of
# symbols and docs, never run.

# declared_prototypes KIND HEADER...: prints type, name and arguments, one function per line.
# KIND is API for the functions of the library, INLINE for those defined in the headers, or
# "API|INLINE".
declared_prototypes() {
	local kind=$1
	shift
	# gcc treats the input as preprocessed and removes only the comments.
	cat "$@" | gcc -fpreprocessed -dD -E -P -w -x c - | grep -v '^#' | tr '\n' ' ' |
		grep -oE "ZCXSK_($kind) [^(;{}]*\\bzcxsk_[a-z0-9_]+\\([^)]*\\)" |
		sed -E 's/^ZCXSK_[A-Z_]+ //; s/^ZCXSK_NODISCARD //'
}

# declared_functions KIND HEADER...: prints their names, one per line, sorted.
declared_functions() {
	declared_prototypes "$@" | sed -E 's/\(.*//; s/.*[ *]//' | sort -u
}
