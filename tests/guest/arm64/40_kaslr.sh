#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# With KASLR an arm64 kernel refuses zero copy on virtio_net as a module: that is explained, and
# the library goes on in native copy.
set -euo pipefail
# shellcheck source=tests/guest/arm64/common
source "$(dirname "${BASH_SOURCE[0]}")/common"

only=(explains)
boot_arm64 300 --append kaslr -- \
	"demanded /tests/explains eth0 zero-copy ENOMEM KASLR nokaslr" \
	"fallback /tests/explains eth0 auto OK native-copy KASLR nokaslr"
