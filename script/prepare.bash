# prepare.bash - what every script here needs first: packages, a build, io_uring. Sourced.
#
# Packages are looked for as the things themselves (programs, pkg-config modules), so nothing is
# installed, and no network is used, where they are there already.

# shellcheck disable=SC2034 # the lists are for those that source this file

# thing:package pairs; lib:NAME is a pkg-config module.
build_needs="meson:meson ninja:ninja-build pkg-config:pkg-config gcc:gcc python3:python3
	lib:liburing>=2.3:liburing-dev lib:yaml-0.1:libyaml-dev lib:jansson:libjansson-dev
	lib:libxml-2.0:libxml2-dev lib:libxxhash:libxxhash-dev lib:openssl:libssl-dev"
test_needs="lib:cunit:libcunit1-dev lib:cmocka:libcmocka-dev g++:g++ clang:clang chromium:chromium"

say()
{
	printf '%s\n' "== $*" >&2
}

has_module()
{
	command -v pkg-config >/dev/null && pkg-config --exists "${1/>=/ >= }"
}

# Prints the packages whose thing is missing.
missing_packages()
{
	local need thing

	for need in "$@"; do
		thing=${need%:*}
		case $thing in
		lib:*) has_module "${thing#lib:}" || echo "${need##*:}" ;;
		*) command -v "$thing" >/dev/null || echo "${need##*:}" ;;
		esac
	done
}

install_packages()
{
	local root=()

	if ! command -v apt-get >/dev/null; then
		say "please install what these Debian packages hold: $*"
		return 1
	fi
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null; then
			say "not root and no sudo; please run: apt-get install $*"
			return 1
		fi
		root=(sudo)
	fi
	say "installing $*"
	"${root[@]}" apt-get update >&2 || return 1
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "$@" >&2
}

# prepare_packages NEED...: installs what is missing, and says so when that did not help.
prepare_packages()
{
	local missing

	mapfile -t missing < <(missing_packages "$@")
	[ "${#missing[@]}" = 0 ] && return 0
	install_packages "${missing[@]}" || say "some packages could not be installed"
	mapfile -t missing < <(missing_packages "$@")
	[ "${#missing[@]}" = 0 ] && return 0
	say "still missing: ${missing[*]} (liburing must be 2.3 or newer: Debian 12, Ubuntu 24.04)"
	return 1
}

# prepare_build DIRECTORY [OPTION...]: configures, compiles what changed.
prepare_build()
{
	local directory=$1

	shift
	if [ ! -f "$directory/build.ninja" ]; then
		meson setup "$directory" "$@" >&2 || return 1
	else
		meson configure "$directory" "$@" >&2 || return 1
	fi
	meson compile -C "$directory" >&2
}

# require_io_uring DIRECTORY: without io_uring nothing can run: says why, what to do, exits 77.
require_io_uring()
{
	local program=$1/droptest status

	"$program" doctor >/dev/null 2>&1
	status=$?
	[ "$status" = 77 ] || return 0
	"$program" doctor >&2
	say "nothing can run here: see the checks above"
	exit 77
}
