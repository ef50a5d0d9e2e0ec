#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# initramfs-tools.t: the hook and the init-top script, with a folder like that of mkinitramfs, the real program, and
# the functions of the real initramfs-tools. Run from the top of the repository.
# shellcheck disable=SC2016 # what inner shells expand
# shellcheck source=/dev/null
. tests/lib/plugin.sh

need strace:strace
HOOK=$PWD/initramfs/hook
SCRIPT=$PWD/initramfs/init-top

# staging: D as mkinitramfs has made it when the hooks run.
staging()
{
	rm -rf "$D"
	mkdir -p "$D/usr/lib" "$D/usr/bin" "$D/scripts/init-top" "$D/conf/conf.d"
	ln -s usr/lib "$D/lib"
	ln -s usr/bin "$D/bin"
	cp "$SCRIPT" "$D/scripts/init-top/earlybind"
	printf '#!/bin/sh\n[ "$1" != prereqs ] || echo ""\n' >"$D/scripts/init-top/udev"
	chmod 755 "$D/scripts/init-top/udev"
}

# hook [VERBOSE]: runs it as mkinitramfs does.
hook()
{
	env "PATH=$TMP/bin:/usr/bin:/sbin:/bin" DESTDIR="$D" version="$RELEASE" verbose="${1:-n}" \
		CONFDIR=/etc/initramfs-tools sh "$HOOK" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

filled()
{
	succeeded && [ -s "$OURS/plan" ] && [ -x "$OURS/earlybind-init" ] && [ -x "$D/scripts/init-top/earlybind" ]
}

only_udev()
{
	nothing_of_ours && [ -x "$D/scripts/init-top/udev" ]
}

# prints_nothing_but_prereqs SCRIPT: no program is started and no file is written.
prints_nothing_but_prereqs()
{
	tool "touch $TMP/ran"
	mkdir -p "$TMP/live"
	sed "s,/usr/lib/earlybind/earlybind-init,$TMP/bin/earlybind,g" "$1" >"$TMP/live/script"
	env "PATH=$TMP/bin:$PATH" DESTDIR="$D" version="$RELEASE" strace -f -o "$TMP/trace" \
		-e trace=execve,fork,vfork,clone,open,openat,creat,unlink,unlinkat,rename sh "$TMP/live/script" prereqs \
		>"$TMP/out" || return 1
	[ "$(grep -c execve "$TMP/trace")" = 1 ] || { cat "$TMP/trace"; return 1; }
	[ ! -e "$TMP/ran" ] && same "$TMP/out" '' &&
		! grep -E 'fork|clone|O_WRONLY|O_RDWR|O_CREAT|creat\(|unlink|rename' "$TMP/trace"
}

prereqs()
{
	staging
	for script in initramfs/*; do
		ok "prereqs: $script prints them and does nothing" prints_nothing_but_prereqs "$script"
	done
	ok "prereqs: and the staging folder is as it was" test -e "$D/scripts/init-top/earlybind"
}

with_modules()
{
	modules_or_skip "the hook with real modules" || return 0
	real_tool
	staging
	hook
	ok "an accepted rule: the image is filled, the boot script stays" filled
	ok "an accepted rule: for the kernel of the image" has "$OURS/plan" "kernel $RELEASE"
	ok "an accepted rule: and nothing is said" silent "$TMP/err"
	hook y
	ok "verbose: it lists what it put there" has "$TMP/out" /usr/lib/earlybind/modules/vfio-pci.ko
	staging
	cramped hook
	ok "full-disk: nothing of ours, and the build goes on" only_udev
	ok "full-disk: loud" has "$TMP/err" 'File too large'
	ok "full-disk: and what it means" has "$TMP/err" "W: earlybind: the image for $RELEASE binds no device"
	damage_lock
	staging
	hook
	ok "a damaged lock: nothing of ours, and the build goes on" only_udev
	ok "a damaged lock: loud" has "$TMP/err" 'warning: lock-broken: /etc/earlybind.lock'
	rm "$T/etc/earlybind.lock"
	hook
	ok "not accepted: nothing of ours, no boot script either" only_udev
	ok "not accepted: loud" has "$TMP/err" 'not-accepted: /etc/earlybind.conf:1'
	: >"$T/etc/earlybind.conf"
	staging
	hook
	ok "no rule: nothing of ours" only_udev
	ok "no rule: silent" silent "$TMP/err"
	tree_lock 10de:13c1 >"$T/etc/earlybind.lock"
	echo 'bind 10de:13c1' >"$T/etc/earlybind.conf"
	staging
	RELEASE=9.9.9 hook
	ok "a kernel without modules: nothing of ours, and the build goes on" only_udev
	ok "a kernel without modules: loud" has "$TMP/err" 'W: earlybind: the image for 9.9.9 binds no device'
}

failures()
{
	RELEASE=6.1.0-1-amd64
	tool "mkdir -p '$OURS/modules'" "echo half >'$OURS/modules/vfio.ko'" "echo half >'$OURS/plan'" 'kill -9 $$'
	staging
	hook
	ok "a crash in the middle: nothing of ours, and the build goes on" only_udev
	ok "a crash in the middle: loud" has "$TMP/err" 'W: earlybind: '
	rm "$TMP/bin/earlybind"
	staging
	hook
	ok "without earlybind: nothing of ours, and the build goes on" only_udev
	ok "without earlybind: loud" has "$TMP/err" 'W: earlybind: '
	tool "touch $TMP/ran"
	env -u DESTDIR "PATH=$TMP/bin:$PATH" version=1 sh "$HOOK" 2>"$TMP/err"
	echo $? >"$TMP/code"
	ok "run by hand: nothing is done" test ! -e "$TMP/ran"
	ok "run by hand: it says who runs it" has "$TMP/err" mkinitramfs
}

# boot LINE...: runs the boot script with a program of these lines.
boot()
{
	rm -f "$TMP/ran"
	tool "$@"
	sed "s,/usr/lib/earlybind/earlybind-init,$TMP/bin/earlybind,g" "$SCRIPT" >"$TMP/boot-script"
	sh -e "$TMP/boot-script" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

at_boot()
{
	boot "echo \$# >>$TMP/ran"
	ok "the boot script runs the program once, without arguments" same "$TMP/ran" 0
	ok "and succeeds" succeeded
	boot 'exit 3'
	ok "the program fails: the boot goes on" succeeded
	boot 'kill -9 $$'
	ok "the program crashes: the boot goes on" succeeded
	sh "$SCRIPT" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	if [ ! -e /usr/lib/earlybind/earlybind-init ]; then
		ok "no program: the boot goes on" succeeded
		ok "no program: in silence" silent "$TMP/err"
	fi
}

# tools_get: prints the folder of an initramfs-tools: this machine's, a cached root's, or a downloaded one.
tools_get()
{
	for dir in build/cache/root-*/ / build/cache/initramfs-tools/; do
		[ ! -e "${dir}usr/share/initramfs-tools/hook-functions" ] || { echo "$dir"; return 0; }
	done
	new=$(mktemp -d build/cache/.tools-XXXXXX) || return 1
	(cd "$new" && apt-get download -qq -o APT::Sandbox::User=root initramfs-tools-core >&2 &&
		dpkg-deb -x initramfs-tools-core_*.deb tree) && mv -T "$new/tree" build/cache/initramfs-tools
	rm -rf "$new"
	[ -d build/cache/initramfs-tools ] && echo build/cache/initramfs-tools/
}

# order: writes ORDER as mkinitramfs does. It asks the scripts on the host, not those in the image, for `prereqs`.
order()
{
	rm -rf "$TMP/conf"
	mkdir "$TMP/conf"
	cp -r "$D/scripts" "$TMP/conf/scripts"
	rm -f "$TMP/conf/scripts/init-top/ORDER"
	sh -c '. "$1usr/share/initramfs-tools/scripts/functions"
		. "$1usr/share/initramfs-tools/hook-functions"
		verbose=n CONFDIR=$2
		cache_run_scripts "$3" /scripts/init-top' sh "$TOOLS" "$TMP/conf" "$D" 2>/dev/null
	sed -n 's,^/scripts/init-top/\([^ ]*\).*,\1,p' "$D/scripts/init-top/ORDER" >"$TMP/order"
}

earlybind_before_udev()
{
	awk '$1 == "earlybind" { seen = 1 } $1 == "udev" { exit seen ? 0 : 1 } END { if (!seen) exit 1 }' "$TMP/order" &&
		grep -qx udev "$TMP/order"
}

# The order in which mkinitramfs does things, which the hook relies on.
mkinitramfs_copies_then_hooks_then_order()
{
	awk '/initramfs-tools\/scripts\/ && find/ { copy = NR } /^run_scripts .*\/hooks/ { hooks = NR }
		/cache_run_scripts/ { order = NR }
		END { exit !(copy && copy < hooks && hooks < order) }' "${TOOLS}usr/sbin/mkinitramfs"
}

real_tools()
{
	if ! TOOLS=$(tools_get); then
		skip "the order of the boot scripts" "no initramfs-tools here, and none to download"
		return
	fi
	ok "mkinitramfs copies boot scripts, runs hooks, writes ORDER" mkinitramfs_copies_then_hooks_then_order
	staging
	order
	ok "race: earlybind stands before udev in ORDER" earlybind_before_udev
	for name in all_generic_ide blacklist console_setup framebuffer keymap nvidia plymouth zfs aaa zzz; do
		cp "$D/scripts/init-top/udev" "$D/scripts/init-top/$name"
	done
	printf '#!/bin/sh\necho udev\n' >"$D/scripts/init-top/after-udev"
	chmod 755 "$D/scripts/init-top/after-udev"
	order
	ok "race: also among many others" earlybind_before_udev
	rm "$D/scripts/init-top/earlybind"
	order
	ok "without the boot script ORDER does not name it" lacks "$TMP/order" earlybind
}

RELEASE=none
prereqs
with_modules
failures
at_boot
real_tools
tap_end
