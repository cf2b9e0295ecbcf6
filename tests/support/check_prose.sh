#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# check_prose.sh
#
# Phrases that native readers stumble over do not return to comments, documents and
# messages. The list catches only the commonest; docs/contributing.md has the rules.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly self=tests/support/check_prose.sh

# Each phrase, and the plain words for it.
phrases=(
	'(comes?|taken|way) home|completes, returns'
	'somebody else|another program, foreign'
	'(told|tells) of|reports'
	'anew|again, recomputed'
	'so many|this many, or the number'
	'but for|except'
	'has not got|lacks'
	'to be had|available'
	'what is out of the ordinary|the slow path'
)
# A comment or a paragraph that begins with a clause in place of a noun.
readonly clause='(/\*|\*|//|^|^[[:space:]]*#) *What [a-z]+ '

# Lines in which a phrase is the right one, as fixed texts.
exceptions=(
	'**What does it not repair?**' # a question
	'**What a turn counts.**'      # a heading
)

status=0
mapfile -t files < <(find README.md CHANGELOG.md CMakeLists.txt lib bpf include examples tests \
	bench docs .ci -type f -name '*.[ch]' -o -type f -name '*.md' -o -type f -name '*.sh' \
	-o -type f -name '*.[1-8]' -o -type f -name '*.txt' -o -type f -name '*.pml' \
	-o -type f -path 'tests/guest/*' -o -type f -name run -o -type f -name demo)

# complain PATTERN ADVICE: lines that match, other than the exceptions.
complain() {
	local pattern=$1 advice=$2 hit exception

	while IFS= read -r hit; do
		[[ $hit != "$self":* ]] || continue
		for exception in "${exceptions[@]}"; do
			[[ $hit != *"$exception"* ]] || continue 2
		done
		printf '%s\n    say: %s\n' "$hit" "$advice"
		status=1
	done < <(grep -nIE "$pattern" "${files[@]}" || true)
}

for phrase in "${phrases[@]}"; do
	complain "(^|[^A-Za-z])${phrase%|*}([^A-Za-z]|\$)" "${phrase##*|}"
done
complain "$clause" 'a noun as the subject'
exit "$status"
