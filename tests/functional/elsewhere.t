#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# elsewhere.t: people add, machines remove: wherever and by whomever an image is built, its plan names the cards of the
# lock and no other. Kernel and modules aside it has the same bytes as on the host.
# shellcheck source=/dev/null
. tests/functional/host.sh
need setpriv:util-linux chroot:coreutils ldd:libc-bin
KERNELS='6.1.1-builtin 6.1.2-builtin 6.1.3-builtin 6.1.4-builtin 6.1.5-builtin'

# cards DIR: the plan that was put there, without what is the kernel's.
cards()
{
	sed '/^kernel /d; /^module /d; /^end /d' "$1/usr/lib/earlybind/plan"
}

# as_on_host DIR
as_on_host()
{
	cards "$1" >"$TMP/cards"
	diff -u "$TMP/expected" "$TMP/cards"
}

# build ROOT DIR [WRAPPER...]: an image of the first kernel goes to DIR.
build()
{
	build_root=$1
	build_dir=$2
	shift 2
	rm -rf "$build_dir"
	mkdir -m 777 "$build_dir"
	"$@" "$EARLYBIND" image --root "$build_root" --kernel 6.1.0-builtin --destdir "$build_dir"
}

built_as_on_host()
{
	build "$@" && as_on_host "$2"
}

# other_machine MACHINE: the root B has the configuration and lock of the host, and the /sys of another machine.
other_machine()
{
	B=$TMP/builder
	rm -rf "$B"
	cp -a "$R" "$B"
	rm -rf "${B:?}/sys" "$B/proc" "${B:?}/dev" "$B/run"
	[ -z "$1" ] || sh tests/trees/mktree.sh "tests/trees/machines/$1.txt" "$B"
}

umask 022
chmod 755 "$TMP"
new twin-gpus 'bind 10de:13c2' 'bind 1002:67df live' 'bind 0000:00:07.1/00 id=10de:2204' 'bind 09:00'
did accept --yes >/dev/null || code 0
cp "$EARLYBIND" "$TMP/earlybind" # where nobody may not look into our folders
EARLYBIND=$TMP/earlybind
chmod 755 "$EARLYBIND"
rm "$R/usr/lib/earlybind/earlybind-init"
install -m 755 "$FIRST_INIT" "$R/usr/lib/earlybind/earlybind-init"
build "$R" "$TMP/here" >/dev/null 2>"$TMP/err"
cards "$TMP/here" >"$TMP/expected"
ok 'on the host: the locked card, the guard of its twin, the live rule and the path with id=' same "$TMP/expected" \
	"$(sed -n '/^lock /p; /^hash /p' "$TMP/expected" | sed '1s/^/earlybind-plan 2\n/')
guard display accept 1 _SB_.PCI0 01.1/00 10de:13c2:1043:8508:030000 - it shows the boot: boot_vga
rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:1 10de:13c2
card 1 _SB_.PCI0 03.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0
function 03.1/00.0 10de:13c2:1043:8508:030000
function 03.1/00.1 10de:0fbb:1043:8508:040300
rule 2 driver=vfio-pci allow=- at=boot id=- optional=0 live=1 vf=- /etc/earlybind.conf:2 1002:67df
rule 3 driver=vfio-pci allow=- at=boot id=10de:2204 optional=0 live=0 vf=- /etc/earlybind.conf:3 0000:00:07.1/00
card 3 0000:00 07.1/00 10de:2204 - -"

for machine in server two-gpus laptop; do
	other_machine $machine
	ok "foreign-builder: in a container with the /sys of $machine" built_as_on_host "$B" "$TMP/there"
done
other_machine ''
ok 'foreign-builder: without /sys, /proc and /dev' built_as_on_host "$B" "$TMP/there"
cksum <"$B/etc/earlybind.lock" >"$TMP/lock.is"
cksum <"$LOCK" >"$TMP/lock.was"
ok 'rebuild-after-drift: no build changes the lock' cmp "$TMP/lock.was" "$TMP/lock.is"

# --- in a real chroot, with another machine's /sys

# in_chroot: the program and its libraries in B, and an image made by it there.
in_chroot()
{
	ldd "$EARLYBIND" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$B${library%/*}"
		cp -L "$library" "$B$library"
	done
	cp "$EARLYBIND" "$B/usr/lib/earlybind/earlybind"
	mkdir -p "$B/out"
	$AS_ROOT chroot "$B" /usr/lib/earlybind/earlybind image --kernel 6.1.0-builtin --destdir /out && as_on_host "$B/out"
}

other_machine server
why='only root can, here'
AS_ROOT=
if [ "$(id -u)" -eq 0 ]; then
	why=
elif unshare --map-root-user chroot / true 2>/dev/null; then
	why=
	AS_ROOT='unshare --map-root-user'
fi
# It reads its options there, too, so it cannot be told to leave it.
! ldd "$EARLYBIND" | grep -q libasan || why='the sanitizer of leaks wants /proc'
if [ -z "$why" ]; then
	ok 'foreign-builder: in a chroot' in_chroot
	rm -rf "${B:?}/sys" "$B/proc" "${B:?}/dev" "$B/run" "$B/out"
	ok 'foreign-builder: in a bare chroot, without /var too' in_chroot
else
	skip 'foreign-builder: in a chroot' "$why"
	skip 'foreign-builder: in a bare chroot, without /var too' "$why"
fi

# --- without root, with a /var that cannot be written

# as_nobody COMMAND...
as_nobody()
{
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	else
		"$@"
	fi
}

other_machine laptop
mkdir -m 555 "$B/var"
ok 'without root, with a read-only /var' built_as_on_host "$B" "$TMP/there" as_nobody
ok 'which stays as it was' [ -z "$(ls -A "$B/var")" ]

# --- five kernels at once

five_at_once()
{
	for kernel in $KERNELS; do
		cp -r "$B/lib/modules/6.1.0-builtin" "$B/lib/modules/$kernel"
		mkdir -p "$TMP/at-once/$kernel"
	done
	for kernel in $KERNELS; do
		"$EARLYBIND" image --root "$B" --kernel "$kernel" --destdir "$TMP/at-once/$kernel" >/dev/null 2>&1 &
	done
	wait
	for kernel in $KERNELS; do
		grep -qx "kernel $kernel" "$TMP/at-once/$kernel/usr/lib/earlybind/plan" || { echo "not of $kernel"; return 1; }
		as_on_host "$TMP/at-once/$kernel" || return 1
	done
}

other_machine two-gpus
ok 'five kernels at once' five_at_once

# --- what the builder's own machine could add

other_machine two-gpus
rm "$B/etc/earlybind.lock"
build "$B" "$TMP/there" >/dev/null 2>"$TMP/err"
ok 'foreign-builder: without a lock no card is chosen' lacks "$TMP/there/usr/lib/earlybind/plan" 'bind.conf:1 '
ok 'foreign-builder: which is said' has "$TMP/err" 'not-accepted: /etc/earlybind.conf:1: bind 10de:13c2'
ok 'foreign-builder: rules that need no lock are there' [ "$(grep -c '^rule' "$TMP/there/usr/lib/earlybind/plan")" = 2 ]

# foreign_config INIT: the image boots the builder's machine: what it locked is not there, and nothing is taken.
foreign_config()
{
	other_machine server
	mkdir -p "$B/usr/lib/earlybind"
	cp "$TMP/here/usr/lib/earlybind/plan" "$B/usr/lib/earlybind/plan"
	boot "$1" "$B" || return 1
	! grep '^device .* bound ' "$B/run/earlybind/report" && grep '^device .* refused absent ' "$B/run/earlybind/report"
}

for init in $INITS; do
	ok "foreign-config: booted on another machine the image binds nothing ($init)" foreign_config "$init"
done
tap_end
