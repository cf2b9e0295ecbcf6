#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_shell.sh
#
# Checks that every script parses and is executable.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

status=0
while IFS= read -r path; do
	case $(head -n 1 "$path") in
	*bash) bash -n "$path" || status=1 ;;
	*busybox* | */sh) sh -n "$path" || status=1 ;;
	esac
	[[ -x $path ]] || {
		printf '%s is not executable\n' "$path"
		status=1
	}
done < <(grep -rlIE '^#!/(usr/)?bin/' examples tests bench .ci)
exit "$status"
