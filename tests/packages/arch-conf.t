#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# arch-conf.t: what the install file of Arch's package keeps of /etc/earlybind.conf, which no package brings any more, where
# an upgrade was interrupted. Run from the top of the repository.
# shellcheck source=/dev/null
. tests/lib/tap.sh
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
CONF=$TMP/etc/earlybind.conf

# scriptlet FUNCTION: with our /etc.
scriptlet()
{
	{ sed -e "s,=/etc/,=$TMP/etc/," -e '/^@REMOVAL@$/d' packaging/arch/earlybind.install && echo "$1"; } |
		bash >"$TMP/out" 2>&1
}

# upgraded RULES: for `ok`: pacman takes away a configuration that somebody changed, and it is there again.
upgraded()
{
	scriptlet pre_upgrade
	mv "$CONF" "$CONF.pacsave"
	scriptlet post_upgrade
	same "$CONF" "$1" && [ -z "$(find "$TMP/etc" -type f ! -path "$CONF")" ]
}

mkdir "$TMP/etc"
echo 'bind 10de:13c2' >"$CONF"
ok 'an upgrade keeps it' upgraded 'bind 10de:13c2'
# Ended before pacman took anything away.
scriptlet pre_upgrade
echo 'bind 10de:1b80' >"$CONF"
ok 'what was written after an upgrade that was interrupted is kept' upgraded 'bind 10de:1b80'
scriptlet pre_upgrade
rm "$CONF"
scriptlet post_upgrade
ok 'one that pacman takes away whole is put back' same "$CONF" 'bind 10de:1b80'
# The disk is full.
# shellcheck disable=SC2016 # a script
scriptlet 'cp() { for to; do :; done; echo bind >"$to"; return 1; }; pre_upgrade'
mv "$CONF" "$CONF.pacsave"
scriptlet post_upgrade
ok 'half a copy is not put in its place' [ ! -e "$CONF" ]
ok 'nor left beside it' [ -z "$(find "$TMP/etc" -type f ! -name '*.pacsave')" ]
tap_end
