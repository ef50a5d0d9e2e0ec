#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cases.t [NAME...]: each file of the folder cases is a machine when its cards were accepted, its configuration, the
# machine at boot, and the report that must come of it. Its first line says what it proves. SHOW=1 prints what came.
#
#   == conf     earlybind.conf when `accept` ran        == boot     the manifest of the machine at boot
#   == accept   the manifest of the machine then        == report   the report, without hash and milliseconds
#   == said     optional: what `accept` must say        == writes   all that was written elsewhere in the tree
#   == lock     optional: the lock's cards and guards   == log      optional: what went to the kernel log
#   == later    optional: earlybind.conf when the       == locked   instead of `accept`: the lock, without its first
#               image was made                                      line and its end; `locked-1`: in version 1
#   == again    optional: the manifest of the machine   == add      what is added there; `said` is then what this says
#               when more was added with `add`
#
# The report is 'no plan' where nothing was put into the image.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc

# section NAME: its lines.
section()
{
	cat "$C/$1" 2>/dev/null
}

# not_made WHY: a test that fails because its case could not be made.
not_made()
{
	printf '%s\n' "$1"
	return 1
}

# host_for_case: the tree of the machine at accept, which cases share, with this case's configuration and no lock.
host_for_case()
{
	[ -e "$C/accept" ] || : >"$C/accept"
	host=$TMP/host.$(cksum <"$C/accept" | tr ' ' .)
	if [ ! -d "$host" ]; then
		tree "$C/accept" "$host" || return 1
		host "$host"
	fi
	rm -f "$host/etc/earlybind.lock"
	cp "$C/conf" "$host/etc/earlybind.conf"
}

# added: configuration and lock go on, on the machine of `again`.
added()
{
	tree "$C/again" "$C/host" || return 1
	host "$C/host"
	cp "$host/etc/earlybind.conf" "$host/etc/earlybind.lock" "$C/host/etc/"
	host=$C/host
	"$EARLYBIND" add --yes --root "$host" "$(cat "$C/add")" >"$C/accept.out" 2>&1
	[ $? -le 1 ] || { cat "$C/accept.out"; return 1; }
}

# accepted: from manifest and configuration to lock and plan.
accepted()
{
	if [ -e "$C/locked" ]; then
		tree_end lock <"$C/locked" >"$host/etc/earlybind.lock"
	elif [ -e "$C/locked-1" ]; then
		tree_end lock 1 <"$C/locked-1" >"$host/etc/earlybind.lock"
	else
		"$EARLYBIND" accept --yes --root "$host" >"$C/accept.out" 2>&1
		[ $? -le 1 ] || { cat "$C/accept.out"; return 1; }
	fi
	[ ! -e "$C/again" ] || added || return 1
	cp "$host/etc/earlybind.lock" "$C/lock.full"
	[ ! -e "$C/later" ] || cp "$C/later" "$host/etc/earlybind.conf"
	release=$(sed -n 's/^kernel //p' "$C/boot")
	# What is not in this kernel's folder is a kernel with all of vfio built in.
	[ -z "$release" ] || [ -d "$host/lib/modules/$release" ] ||
		cp -r "$host/lib/modules/6.1.0-builtin" "$host/lib/modules/$release"
	tree "$C/boot" "$C/before" || return 1
	plan "$host" "${release:-6.1.0-builtin}" "$C/before" >"$C/image.out" 2>&1 || { cat "$C/image.out"; return 1; }
	section said | while IFS= read -r line; do
		has "$C/accept.out" "$line" || exit 1
	done
}

lock_is_right()
{
	sed -n "/^card /p; /^guard /p; /^keep /p" "$C/lock.full" >"$C/lock.now"
	diff -u "$C/lock" "$C/lock.now"
}

# booted INIT: the report and the writes are the expected ones.
booted()
{
	rm -rf "$C/after"
	cp -a "$C/before" "$C/after"
	if [ -e "$C/after/usr/lib/earlybind/plan" ]; then
		boot "$1" "$C/after" || return 1
		report "$C/after" >"$C/report.now"
	else
		echo 'no plan' >"$C/report.now"
	fi
	writes "$C/before" "$C/after" >"$C/writes.now"
	sed 's/^<\([0-9]\)>earlybind: \(.*\) in [0-9]* ms;/<\1>\2 in MS ms;/; s/^\(<[0-9]>\)earlybind: /\1/' \
		"$C/after/dev/kmsg" >"$C/log.now" 2>/dev/null
	[ -z "${SHOW:-}" ] || (cd "$C" && tail -n +1 accept.out image.out lock.now report.now writes.now log.now) >&2
	[ -e "$C/writes" ] || : >"$C/writes"
	[ ! -e "$C/log" ] || diff -u "$C/log" "$C/log.now" || return 1
	diff -u "$C/report" "$C/report.now" && diff -u "$C/writes" "$C/writes.now"
}

[ $# -gt 0 ] || set -- tests/trees/cases/*
for case; do
	name=${case##*/}
	case=tests/trees/cases/$name
	C=$TMP/$name
	mkdir "$C"
	what=$(sed -n '1s/^# //p' "$case")
	awk -v dir="$C" '/^== / { file = dir "/" $2; printf "" > file; next } file && NF { print > file }' "$case"
	if ! host_for_case || ! said=$(accepted 2>&1); then
		ok "$name: $what" not_made "$said"
		continue
	fi
	[ ! -e "$C/lock" ] || ok "$name: the lock is as expected" lock_is_right
	for init in $INITS; do
		ok "$name: $what ($(basename "$(dirname "$init")"))" booted "$init"
	done
	rm -rf "$C"
done
tap_end
