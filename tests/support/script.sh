# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# script.sh - shared by the scripts that fetch or build something for the tests: exit
# statuses, help, and the cache folder. Sourced, never run.

# die STATUS MESSAGE...
die() {
	local status=$1
	shift
	printf '%s\n' "${0##*/}: $*" >&2
	exit "$status"
}

usage_error() { die 2 "$* (see ${0##*/} --help)"; }

# The comment block at the top of a program is its help text.
print_help() { sed -n '4,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# cache_folder NAME: a folder shared by all checkouts of the user, independent of builds.
cache_folder() {
	local root=${ZCXSK_CACHE:-}

	if [[ -z $root ]]; then
		root=${XDG_CACHE_HOME:-${HOME:?set HOME, XDG_CACHE_HOME or ZCXSK_CACHE}/.cache}/zcxsk
	fi
	mkdir -p "$root/$1"
	(cd "$root/$1" && pwd)
}

# make_scratch FOLDER: creates $scratch in FOLDER, removed when the program ends. The caller
# holds the folder's lock, so anything left there is from a killed program.
make_scratch() {
	rm -rf "$1"/fetch.*
	scratch=$(mktemp -d "$1/fetch.XXXXXX")
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}
