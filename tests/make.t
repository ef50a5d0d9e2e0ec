#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make.t: what `make` cannot build it names, with the packages that have it.
# shellcheck source=/dev/null
. tests/lib/tap.sh
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT

# make_says VARIABLE...
make_says()
{
	env -u MAKEFLAGS PATH="$TMP:$PATH" make -s say BUILD=build "$@" >"$TMP/out" 2>&1 || { cat "$TMP/out"; return 1; }
}

# named WORD FILE: each package of this distribution in what was said is a word of the file.
named()
{
	named_list=$(sed -n "s/.*cannot build here: earlybind needs.*$1: \([a-z0-9 -]*\).*/\1/p" "$TMP/out")
	[ -n "$named_list" ] || { cat "$TMP/out"; return 1; }
	for named_package in $named_list; do
		grep -qw -e "$named_package" "$2" || { echo "$named_package is not in $2"; return 1; }
	done
}

printf '#!/bin/sh\nexit 1\n' >"$TMP/no-pkg-config"
chmod +x "$TMP/no-pkg-config"
make_says PKG_CONFIG=no-pkg-config
ok 'missing development files: their packages in Debian, which are those of the package here' named Debian packaging/debian/control
ok 'and in Arch' named Arch packaging/arch/PKGBUILD
make_says PKG_CONFIG=missing-pkg-config
ok 'a missing pkg-config is named' has "$TMP/out" "earlybind needs missing-pkg-config (Debian and Arch: pkgconf)"
ok 'and nothing that it would have found' lacks "$TMP/out" 'development files'
tap_end
