# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Shared by the programs of the guest harness, in addition to script.sh: messages, and the check for needed programs.
# Sourced, never run.

guest_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# shellcheck source=tests/support/script.sh
source "$guest_dir/../support/script.sh"

say() { printf '%s\n' "guest: $*" >&2; }

# True if the busybox on PATH can run in a guest without libraries.
have_static_busybox() {
	local busybox
	busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1
}

guest_missing_programs() {
	local program
	for program in qemu-system-x86_64 qemu-system-aarch64 cpio xz zstd; do
		command -v "$program" >/dev/null || printf '%s ' "$program"
	done
	have_static_busybox || printf 'busybox(static) '
}

# need_programs INSTALL: INSTALL is "yes" or "no". The packages are listed in tests/guest/packages.
need_programs() {
	local missing options=()
	missing=$(guest_missing_programs)
	[[ -n $missing ]] || return 0
	say "missing here: $missing"
	[[ $1 == yes ]] || options=(--no-install)
	"$guest_dir/../support/deps" "${options[@]}" guest >&2 || die 1 "cannot build a guest without: $missing"
	missing=$(guest_missing_programs)
	[[ -z $missing ]] || die 1 "still missing: $missing"
}
