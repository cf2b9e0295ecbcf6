#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# demo_usage.sh DEMO
#
# An invalid command line of examples/demo names the value and ends with status 2
# before anything is installed or built. --help ends with 0.
set -euo pipefail
# shellcheck source=tests/tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
enter "$@"
demo=$1

# refuses PATTERN ARGUMENT...
refuses() {
	local pattern=$1
	shift
	run 2 "$demo" --veth --no-install --build "$work/build" "$@"
	[[ ! -s $work/out ]] || fail "'$*' writes to standard output"
	[[ ! -e $work/build ]] || fail "'$*' builds"
	says err "$pattern"
}

refuses "'--nonsense' is unknown" --nonsense
refuses "'more' is unknown" more
for value in 0 -1 many 1e6 1.5 '' 100000001 99999999999999999999; do
	refuses "--packets ('${value}' .* 1 to 100000000|needs a value)" --packets "$value"
done
for option in --packets --json --build --kernel; do
	refuses "$option needs a value" "$option"
done
refuses "--json '/proc/none/file' cannot be written" --json /proc/none/file
refuses "--kernel '6.18' selects the guest's kernel" --kernel 6.18

run 0 "$demo" --help
says out '^demo \[OPTION\]'
says out '--packets N'
[[ ! -s $work/err ]] || fail '--help writes to standard error'
finish
