#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# image-cpio.t: `earlybind image --cpio`, a stand-alone archive, as the real cpio reads it. Run from the top of the
# repository.
# shellcheck source=tests/lib/image.sh
. tests/lib/image.sh

need cpio:cpio
F=$TMP/extra.cpio

archive()
{
	"$EARLYBIND" image --root "$T" --kernel "$RELEASE" --cpio "$F" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	(cd "$TMP" && rm -rf x && mkdir x && cd x && cpio --quiet -id <"$F") >"$TMP/cpio" 2>&1
}

# Names, modes and bytes are those that --destdir makes.
same_as_destdir()
{
	image
	code 0 && diff -r "$TMP/x/usr/lib/earlybind" "$OURS" && modes | sed '/^[0-9]* $/d' >"$TMP/want" || return 1
	(cd "$TMP/x" && find usr -printf '%m %p\n' | LC_ALL=C sort) | grep -v systemd | diff -u "$TMP/want" -
}

folders_first()
{
	cpio --quiet -t <"$F" | awk -F/ '{ seen[$0] = 1; sub("/[^/]*$", "", $0); if (NF > 1 && !seen[$0]) { print; bad = 1 } }
		END { exit bad }'
}

times_and_owners()
{
	# 110 bytes a header: mtime and uid are the fields 6 and 3 of 8 digits
	LC_ALL=C grep -ao '070701[0-9a-f]\{104\}' "$F" >"$TMP/headers"
	[ "$(wc -l <"$TMP/headers")" -ge 5 ] && ! cut -c 23-38,47-54 "$TMP/headers" | grep -v '^0*$'
}

empty()
{
	code 0 && [ "$(cpio --quiet -t <"$F" | wc -l)" -eq 0 ] && [ -s "$F" ]
}

all()
{
	new_tree cpio
	archive
	ok "an archive: exit 0" code 0
	ok "without the unit: warned" has "$TMP/err" 'nothing in this archive starts earlybind'
	ok "it holds what --destdir makes" same_as_destdir
	ok "each folder stands before what is in it" folders_first
	ok "no times, root's" times_and_owners
	mkdir -p "$T/usr/lib/systemd/system"
	printf '[Unit]\nDefaultDependencies=no\n' >"$T/usr/lib/systemd/system/earlybind.service"
	archive
	ok "with the unit: it is in it" cmp "$T/usr/lib/systemd/system/earlybind.service" \
		"$TMP/x/usr/lib/systemd/system/earlybind.service"
	ok "with the unit: wanted by initrd.target" grep -q Unit \
		"$TMP/x/usr/lib/systemd/system/initrd.target.wants/earlybind.service"
	ok "with the unit: nothing is said" silent "$TMP/err"
	ok "each folder stands before what is in it, also the unit's" folders_first
	cp "$F" "$TMP/first"
	sleep 1
	touch "$T/etc/earlybind.conf" "$T/usr/lib/earlybind/earlybind-init"
	archive
	ok "the same input gives the same bytes" cmp "$TMP/first" "$F"
	ok "it is ours to append: its size is a multiple of four" test $(($(wc -c <"$F") % 4)) -eq 0
	: >"$T/etc/earlybind.conf"
	archive
	ok "nothing to bind: an archive without files" empty
	rm "$T/usr/lib/earlybind/earlybind-init"
	echo 'bind 10de:13c1' >"$T/etc/earlybind.conf"
	cp "$TMP/first" "$F"
	archive
	ok "a failure: exit 1" code 1
	ok "a failure: nothing of ours is left" test ! -e "$TMP/x/usr"
	cp "$INIT" "$T/usr/lib/earlybind/earlybind-init"
	F=$TMP/none/extra.cpio archive
	ok "a folder that is not there: exit 1" code 1
	ok "a folder that is not there: named" has "$TMP/err" 'none/extra.cpio: No such file'
	"$EARLYBIND" image --root "$T" --kernel "$RELEASE" --cpio "$F" --destdir "$D" 2>"$TMP/err"
	echo $? >"$TMP/code"
	ok "--cpio and --destdir: exit 2" code 2
	full
}

full()
{
	if [ ! -c /dev/full ] || ! mkdir "$TMP/full" || ! mount -t tmpfs -o size=64k earlybind-test "$TMP/full" 2>/dev/null; then
		skip "full-disk" "a tmpfs cannot be mounted here"
		return
	fi
	F=$TMP/full/extra.cpio
	echo old >"$F"
	archive
	ok "full-disk: exit 1" code 1
	ok "full-disk: said" has "$TMP/err" 'No space left'
	ok "full-disk: nothing half" test ! -e "$F.new"
	umount "$TMP/full"
}

if M=$(modules_get 6.1) || M=$(modules_get 6.12); then
	RELEASE=$(modules_release "$M")
	all
else
	skip "an archive with real modules" "no such kernel can be had here"
fi
tap_end
