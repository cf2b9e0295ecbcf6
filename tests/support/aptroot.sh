# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# aptroot.sh - a separate apt root for packages of another suite or architecture than this
# machine's, from the mirror that the machine's apt already uses. The machine's sources
# and package lists are not changed. Sourced after script.sh, never run.

# The URI of the Debian archive in the machine's own sources (security and third-party
# archives do not carry everything).
archive_uri() {
	local uri

	# shellcheck disable=SC2016 # apt expands the fields
	uri=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' 'Created-By: Packages' |
		awk '$3 !~ /-security/ && $2 == "Debian" { print $1; exit }')
	if [[ -z $uri ]]; then # without package lists the origin is unknown
		# shellcheck disable=SC2016
		uri=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
			awk '$2 !~ /-security/ { print $1; exit }')
	fi
	[[ -n $uri ]] || die 1 "apt on this machine has no Debian archive; add one to its sources"
	printf '%s\n' "$uri"
}

archive_keyring() {
	local file

	for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
		[[ ! -r $file ]] || {
			printf '%s\n' "$file"
			return
		}
	done
	die 1 "the Debian archive keyring is missing; install the package debian-archive-keyring"
}

# apt_root_make FOLDER ARCHITECTURE SUITE...: creates an apt root without packages.
apt_root_make() {
	local architecture=$2 suite uri keyring

	apt_root=$1
	shift 2
	uri=$(archive_uri)
	keyring=$(archive_keyring)
	mkdir -p "$apt_root"/{lists/partial,cache/archives/partial}
	for suite; do
		printf 'deb [arch=%s signed-by=%s] %s %s main\n' "$architecture" "$keyring" "$uri" "$suite"
	done >"$apt_root/sources.list"
	cat >"$apt_root/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "$architecture";
APT::Architectures "$architecture";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "5";
Acquire::http::Timeout "20";
Dir::Etc::SourceList "$apt_root/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "$apt_root";
Dir::State::Lists "$apt_root/lists";
Dir::State::Status "/dev/null";
Dir::Cache "$apt_root/cache";
CONF
}

apt_root_get() { apt-get -q -c "$apt_root/apt.conf" "$@"; }
apt_root_cache() { apt-cache -c "$apt_root/apt.conf" "$@"; }
