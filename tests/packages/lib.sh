# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests of packages share. Sourced from the top of the repository.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh

# shellcheck disable=SC2034 # for those that source this
TOP=$PWD
TMP=$(mktemp -d) || exit 1
trap 'rm -rf --one-file-system "$TMP"' EXIT
trap 'exit 1' HUP INT TERM
umask 022
# shellcheck disable=SC2034
VERSION=$(sed -n 's/^VERSION := //p' Makefile)

# tree_state: what git sees of the tree, or every file's name where there is no git.
tree_state()
{
	git status --porcelain --ignored 2>/dev/null || find . -path ./build -prune -o -print
}

# The builds of packages run `make check`. Here that is left to EARLYBIND_ALL=1: these tests run anyway.
NOCHECK=--nocheck
[ "${EARLYBIND_ALL:-}" != 1 ] || NOCHECK=''
export DEB_BUILD_OPTIONS="${NOCHECK:+nocheck}"
unset EARLYBIND_HISTORIES

# package TARGET [VARIABLE=VALUE...]: `make TARGET` into TMP/TARGET's folder; its log is TMP/TARGET.log.
package()
{
	package_target=$1
	shift
	step "make $package_target"
	make "$package_target" BUILD="$TMP/build" "$@" >"$TMP/$package_target.log" 2>&1 || {
		tail -n 30 "$TMP/$package_target.log"
		return 1
	}
}

# installed [VARIABLE=VALUE...]: the files that `make install` installs from build: no package may forget one.
installed()
{
	make -s install DESTDIR="$TMP/installed" "$@" >"$TMP/install.log" 2>&1 ||
		{ tail -n 20 "$TMP/install.log"; return 1; }
	(cd "$TMP/installed" && find . ! -type d | sed 's,^\.,,') | LC_ALL=C sort >"$TMP/installed.list"
}

# contains LIST PATTERN: for `ok`: every installed file is in the list, but for those that the pattern names.
contains()
{
	[ -s "$TMP/installed.list" ] || return 1
	grep -Ev -e "$2" "$TMP/installed.list" >"$TMP/wanted.list"
	! LC_ALL=C comm -23 "$TMP/wanted.list" "$1" | grep .
}

# small_root DIR COMMAND...: a root with these programs and their libraries, in which a package's scripts can be run. It
# has two kernels with an image, and what is left over from others.
small_root()
{
	small=$1
	shift
	rm -rf "$small"
	mkdir -p "$small/bin" "$small/dev" "$small/etc/kernel/postinst.d" "$small/boot" "$small/lib/modules" "$small/run" \
		"$small/usr/lib/earlybind.d" "$small/var/tmp"
	: >"$small/dev/null"
	for small_command in "$@"; do
		small_path=$(command -v "$small_command") || return 1
		cp -L "$small_path" "$small/bin"
		ldd "$small_path" | sed -n 's,^[^/]*\(/[^ ]*\) (.*,\1,p'
	done | sort -u | xargs cp -L --parents -t "$small"
	cp packaging/earlybind.conf "$small/etc/earlybind.conf"
	for small_release in 6.1.0-1 6.1.0-2 6.1.0-3; do
		mkdir "$small/lib/modules/$small_release"
		: >"$small/lib/modules/$small_release/modules.dep"
	done
}

# small_images ROOT PREFIX SUFFIX: two of its kernels have an image; so have a backup and a kernel that is gone.
small_images()
{
	for small_image in 6.1.0-1 6.1.0-2 6.1.0-2.bak 6.0.0-gone; do
		echo old >"$1/boot/$2$small_image$3"
	done
}

# small_earlybind ROOT [LINE...]: a stand-in for it there; its `regenerate --check --json` says what is in ROOT/images.
small_earlybind()
{
	: >"$1/images"
	small=$1
	shift
	# shellcheck disable=SC2016 # what the program expands
	small_tool "$small" bin/earlybind 'case "$*" in *--check\ --json) exec cat /images ;; esac' "$@"
}

# What these scripts call: `regenerate --check --json`, and `regenerate`.
# shellcheck disable=SC2034
CHECKED='earlybind regenerate --check --json
' MADE='earlybind regenerate
'

# small_stale ROOT: an image there still has a plan.
small_stale()
{
	echo '{"schema":1,"images":[{"path":"/boot/one","kernel":"1","state":"current","findings":[]},{"path":"/boot/two","kernel":"1","state":"stale","findings":["it holds a plan"]}]}' \
		>"$1/images"
}

# small_tool ROOT PATH LINE...: a program of that root which notes how it was called in ROOT/calls.
small_tool()
{
	small=$1 small_path=$1/$2
	stands_in "${2##*/}"
	shift 2
	# shellcheck disable=SC2016 # what the program expands
	printf '%s\n' '#!/bin/sh' 'echo "${0##*/} $*" >>/calls' "$@" >"$small_path"
	chmod 755 "$small_path"
}

# small_run ROOT SCRIPT ARGUMENT...: runs a script in that root; what it says is in TMP/out.
small_run()
{
	small=$1
	cp "$2" "$small/script"
	shift 2
	rm -f "$small/calls"
	: >"$small/calls"
	chroot "$small" /bin/sh /script "$@" >"$TMP/out" 2>&1 || { cat "$TMP/out"; return 1; }
}

# rebuilt ROOT CALLS SCRIPT ARGUMENT...: for `ok`: the script succeeds, and calls the generator just so.
rebuilt()
{
	rebuilt_root=$1 rebuilt_calls=$2
	shift 2
	small_run "$rebuilt_root" "$@" && printf '%s' "$rebuilt_calls" | diff -u - "$rebuilt_root/calls"
}

# destroyer ROOT: a dracut there which, as 059 and 106 do, writes over the image, fails, and removes it.
destroyer()
{
	# shellcheck disable=SC2016 # what the program expands
	small_tool "$1" bin/dracut 'echo new >"$2"' 'rm -f "$2"' 'exit 1'
	mkdir -p "$1/usr/lib/dracut"
	: >"$1/usr/lib/dracut/dracut-functions.sh"
}

# survived ROOT IMAGES SCRIPT ARGUMENT...: for `ok`: the script succeeds; it ran that dracut for each of these images, in
# this order, and each is as it was. Nothing is left of the copies.
survived()
{
	survived_root=$1 survived_images=$2
	shift 2
	small_run "$survived_root" "$@" || return 1
	survived_calls=$(sed -n 's,^dracut --force \([^ ]*\) .*,\1,p' "$survived_root/calls" | paste -sd ' ')
	[ "$survived_calls" = "$survived_images" ] || { echo "$survived_calls"; return 1; }
	for survived_image in $survived_images; do
		[ "$(cat "$survived_root$survived_image")" = old ] || { ls -l "$survived_root/boot"; return 1; }
	done
	[ -z "$(find "$survived_root/var" ! -type d | tee /dev/stderr)" ]
}

# may_chroot: else says why not.
may_chroot()
{
	[ "$(id -u)" -eq 0 ] || { echo 'scripts are run in a chroot, which needs root'; return 1; }
}
