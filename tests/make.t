#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make.t: what `make` cannot build it names, with the packages that have it. What earlier versions installed under other
# names is gone after `make install` and after `make uninstall`.
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

# --- names of earlier versions

CONF=etc/mkinitcpio.conf.d
OLD=usr/lib/dracut/modules.d/90earlybind

# old_install LINE: what an earlier version installed, where somebody added this line to the drop-in of mkinitcpio.
old_install()
{
	rm -rf "$TMP/root"
	mkdir -p "$TMP/root/$CONF" "$TMP/root/$OLD"
	: >"$TMP/root/$OLD/module-setup.sh"
	: >"$TMP/root/$OLD/earlybind-hook.sh"
	sed -e '3,5d' -e '2a # mkinitcpio appends this to its configuration: earlybind comes first, or directly after a leading base, so that it\
# runs before udev, systemd and MODULES. A file here whose name sorts later can still replace HOOKS.' \
		mkinitcpio/zz-earlybind.conf >"$TMP/root/$CONF/earlybind.conf"
	[ -z "$1" ] || echo "$1" >>"$TMP/root/$CONF/earlybind.conf"
}

# make_root TARGET: its files below TMP/root are then in TMP/files.
make_root()
{
	env -u MAKEFLAGS make -s "$1" BUILD=build DESTDIR="$TMP/root" >"$TMP/out" 2>&1 || { cat "$TMP/out"; return 1; }
	(cd "$TMP/root" && find . -name '*earlybind*') >"$TMP/files"
}

old_install ''
ok 'make install over an earlier version' make_root install
ok 'the module of dracut has its new name alone' lacks "$TMP/files" 90earlybind
ok 'and is there' test -e "$TMP/root/usr/lib/dracut/modules.d/50earlybind/module-setup.sh"
ok 'the drop-in of mkinitcpio, too' same "$TMP/root/$CONF/zz-earlybind.conf" "$(cat mkinitcpio/zz-earlybind.conf)"
ok 'and under no other name' [ "$(ls "$TMP/root/$CONF")" = zz-earlybind.conf ]
old_install 'HOOKS+=(ours)'
cp "$TMP/root/$CONF/earlybind.conf" "$TMP/changed"
ok 'make install over a drop-in that somebody changed' make_root install
ok 'it is the same under its new name' cmp "$TMP/changed" "$TMP/root/$CONF/zz-earlybind.conf"
ok 'and under no other name' [ "$(ls "$TMP/root/$CONF")" = zz-earlybind.conf ]
old_install ''
ok 'make uninstall' make_root uninstall
ok 'nothing of an earlier version is left' silent "$TMP/files"
tap_end
