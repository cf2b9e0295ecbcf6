# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# spin.sh: sourced by the tests of the models. Needs the file $model; creates $work, a
# temporary folder, and sets $status to 1 if a result is not as expected.
#
# expect VERDICT PROPERTY TEXT [MACRO]...: with these macros, Spin has to prove that the
# property holds, or to find an execution that hangs.

readonly depth=1000000 # steps; the longest execution without a repeated state has some 200,000
readonly shown=60      # lines shown from the end of an unexpected execution

for tool in spin gcc; do
	command -v "$tool" >/dev/null || {
		printf '%s is missing\n' "$tool"
		exit 77
	}
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
made='' # macros of ./pan

# make_verifier MACRO...: builds ./pan, unless it exists already.
make_verifier() {
	[[ ! -x pan || "$*" != "$made" ]] || return 0
	made=$*
	if ! { spin -a "${@/#/-D}" "$model" && gcc -O1 -w -o pan pan.c; } >log 2>&1; then
		cat log
		exit 1
	fi
}

# verify PROPERTY MACRO...: leaves the verifier's output in ./log.
verify() {
	local property=$1
	shift

	rm -f -- *.trail
	make_verifier "$@"
	# All executions (-a) in which each process that can continue eventually does (-f).
	./pan -a -f -m"$depth" -N "$property" >log 2>&1 || :
}

# The result: "holds", "hangs", or the reason that the verifier gave no answer.
verdict() {
	if grep -qE 'too small|reached -DMEMLIM|out of memory' log; then
		printf 'gave up'
	elif grep -q 'errors: 0$' log; then
		printf 'holds'
	elif grep -q 'acceptance cycle' log && [[ -e ${model##*/}.trail ]]; then
		printf 'hangs'
	else
		printf 'broken'
	fi
}

explain() {
	printf 'unexpected; the last steps, or the output of the verifier:\n'
	if [[ -e ${model##*/}.trail ]]; then
		spin -t -p -g "${@/#/-D}" -k "${model##*/}.trail" "$model" |
			grep -v "^[[:space:]]*queue" | tail -n "$shown"
	else
		cat log
	fi
	status=1
}

expect() {
	local wanted=$1 property=$2 text=$3 found states
	shift 3

	verify "$property" "$@"
	found=$(verdict)
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' log)
	printf '%-6s %-15s %10s states  %s\n' "$found" "$property" "${states:-?}" "$text"
	[[ $found == "$wanted" ]] || explain "$@"
}
