# shellcheck shell=bash
# What the programs of the guest harness share: messages, the cache folder, the check for needed programs.
# Sourced, never run.

guest_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf '%s\n' "guest: $*" >&2; }

# die STATUS MESSAGE...
die() {
    local status=$1
    shift
    printf '%s\n' "${0##*/}: $*" >&2
    exit "$status"
}

usage_error() { die 2 "$* (see ${0##*/} --help)"; }

# The comment block on top of a program is its help text.
print_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# Outlives a build folder, shared by all checkouts of the user.
guest_cache() {
    local root=${ZCXSK_CACHE:-}
    if [[ -z $root ]]; then
        root=${XDG_CACHE_HOME:-${HOME:?set HOME, XDG_CACHE_HOME or ZCXSK_CACHE}/.cache}/zcxsk
    fi
    mkdir -p "$root/guest"
    (cd "$root/guest" && pwd)
}

guest_packages() { sed 's/[[:space:]]*#.*//; /^$/d' "$guest_dir/packages"; }

# True if the busybox on PATH can run in a guest that holds no libraries.
have_static_busybox() {
    local busybox
    busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1
}

guest_missing_programs() {
    local program
    for program in qemu-system-x86_64 cpio xz zstd; do
        command -v "$program" >/dev/null || printf '%s ' "$program"
    done
    have_static_busybox || printf 'busybox(static) '
}

# need_programs INSTALL: INSTALL is "yes" or "no".
need_programs() {
    local missing command packages
    missing=$(guest_missing_programs)
    [[ -n $missing ]] || return 0
    mapfile -t packages < <(guest_packages)
    command="apt-get install -y --no-install-recommends ${packages[*]}"
    if [[ $1 != yes || $(id -u) != 0 ]]; then
        die 1 "missing: ${missing% }; install with: $command"
    fi
    say "installing what is missing (${missing% }): $command"
    $command >&2 || die 1 "this failed: $command"
}
