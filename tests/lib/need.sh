# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What every test script needs: progress that can be seen, root where it is wanted, and packages that are missing.
# Meant to be sourced.

PATH=$PATH:/usr/sbin:/sbin
STEP_START=${STEP_START:-$(date +%s)}
export PATH STEP_START
# Where the build is.
BUILD=${BUILD:-build}

# step TEXT...: one line of progress, with the seconds since the start. On stderr, because stdout may be TAP.
step()
{
	printf '# [%3d s] %s\n' $(($(date +%s) - STEP_START)) "$*" >&2
}

# fail TEXT...: says why and ends the script.
fail()
{
	printf '# failed: %s\n' "$*" >&2
	exit 1
}

# as_root COMMAND...: as root already, or through sudo.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		fail "run this as root, or install sudo"
	fi
}

# skip_rest WHY: ends a test file whose other tests cannot be run here.
skip_rest()
{
	if [ "${TAP_COUNT:-0}" -eq 0 ]; then
		echo "1..0 # SKIP $1"
	else
		skip 'the rest of the file' "$1"
		tap_end
	fi
	exit 0
}

# need PROBE:PACKAGE...: installs the packages whose probe fails; with EARLYBIND_OFFLINE the test is skipped instead.
# PROBE is a command, or the absolute path of a file that the package brings (a shell pattern will do).
need()
{
	need_missing=
	for need_item in "$@"; do
		need_probe=${need_item%:*}
		case $need_probe in
		/*)
			# shellcheck disable=SC2086 # a pattern, such as /usr/lib/*/pkgconfig/libkmod.pc
			ls $need_probe >/dev/null 2>&1 && continue
			;;
		*) command -v "$need_probe" >/dev/null 2>&1 && continue ;;
		esac
		need_missing="$need_missing ${need_item##*:}"
	done
	[ -n "$need_missing" ] || return 0
	[ -z "${EARLYBIND_OFFLINE:-}" ] || skip_rest "this machine lacks$need_missing"
	command -v apt-get >/dev/null 2>&1 || fail "this machine lacks apt-get; please install:$need_missing"
	step "installing:$need_missing"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || fail "apt-get update"
	# shellcheck disable=SC2086 # a list of package names
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		-o Dpkg::Use-Pty=0 $need_missing >/dev/null || fail "apt-get install$need_missing"
}

# one_time SINCE: since then (in seconds of date) the test has made what is kept in build/cache: see minutes.sh.
one_time()
{
	[ ! -d "${TOP:-.}/build/tap" ] || echo "$1 $(date +%s)" >>"${TOP:-.}/build/tap/one-time"
}

# mapped_root: who is not root goes on as the root of a namespace of users, where chroot and mount are allowed; nothing
# changes where that is not allowed. To be called before anything else happens.
mapped_root()
{
	[ "$(id -u)" -ne 0 ] || return 0
	! unshare --map-root-user --mount chroot / true 2>/dev/null || exec env EARLYBIND_MAPPED=1 unshare --map-root-user --mount sh "$0"
}

# need_build: installs what `make` needs for all that it can build.
need_build()
{
	need gcc:gcc make:make pkg-config:pkg-config klcc:libklibc-dev \
		'/usr/lib/*/pkgconfig/libkmod.pc:libkmod-dev' '/usr/lib/*/pkgconfig/blkid.pc:libblkid-dev' \
		'/usr/lib/*/pkgconfig/mount.pc:libmount-dev' '/usr/lib/*/pkgconfig/libpci.pc:libpci-dev' \
		'/usr/lib/*/pkgconfig/smartcols.pc:libsmartcols-dev' \
		'/usr/lib/*/pkgconfig/libarchive.pc:libarchive-dev' \
		'/usr/lib/*/pkgconfig/liblzma.pc:liblzma-dev' '/usr/lib/*/pkgconfig/libzstd.pc:libzstd-dev'
}
