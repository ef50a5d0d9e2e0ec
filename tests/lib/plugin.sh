# shellcheck shell=sh
# shellcheck disable=SC2034 # what the tests use
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests of the generators' plugins share. Sourced from the top of the repository.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/lib/modules.sh
# shellcheck source=/dev/null
. tests/lib/tree.sh

TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
trap 'exit 1' HUP INT TERM
umask 022
# The image that is being made, and the root that has conf, lock and modules.
D=$TMP/d
OURS=$TMP/d/usr/lib/earlybind
T=$TMP/tree

# tool LINE...: what `earlybind` is for the plugin.
tool()
{
	mkdir -p "$TMP/bin"
	printf '%s\n' '#!/bin/sh' "$@" >"$TMP/bin/earlybind"
	chmod 755 "$TMP/bin/earlybind"
}

# real_tool: it is the program itself, with the root T. The last --root counts.
real_tool()
{
	tool "exec '$EARLYBIND' \"\$@\" --root '$T'"
}

succeeded()
{
	same "$TMP/code" 0
}

# ours DIR: the files of ours in an image, sorted.
ours()
{
	(cd "$1" && find . -name '*earlybind*' -o -path '*/earlybind/*' | LC_ALL=C sort)
}

nothing_of_ours()
{
	ours "$D" >"$TMP/ours"
	succeeded && silent "$TMP/ours"
}

# cramped COMMAND...: the same where no file can have more than 4 KiB: as on a full disk, the image cannot be filled.
cramped()
{
	(
		trap '' XFSZ
		ulimit -f 8
		"$@"
	)
}

# damage_lock: what stands in the lock is not what a machine wrote there. It is saved as TMP/lock.
damage_lock()
{
	cp "$T/etc/earlybind.lock" "$TMP/lock"
	sed -i 's/ 10de:/ 10df:/' "$T/etc/earlybind.lock"
}

# modules_or_skip WHAT: M is a folder of kernel modules, RELEASE their release.
modules_or_skip()
{
	if M=$(modules_get 6.1) || M=$(modules_get 6.12); then
		RELEASE=$(modules_release "$M")
		tree_make "$T" "$M"
	else
		skip "$1" "no such kernel can be had here"
		return 1
	fi
}
