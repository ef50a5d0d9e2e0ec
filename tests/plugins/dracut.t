#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut.t: the module and the hook, with the real program and small stand-ins for the functions that dracut gives its
# modules. Real dracuts are run by tests/qemu. Run from the top of the repository.
# shellcheck disable=SC2016 # what inner shells expand
# shellcheck source=/dev/null
. tests/lib/plugin.sh

need bash:bash
UNIT=usr/lib/systemd/system/earlybind.service
WANTS=etc/systemd/system/initrd.target.wants/earlybind.service
SOURCED=var/lib/dracut/hooks/cmdline/00-earlybind-hook.sh

# The host as dracut sees it: the module's folder and the folder of units.
mkdir -p "$TMP/host/${UNIT%/*}"
cp -r dracut "$TMP/host/50earlybind"
cp systemd/earlybind.service "$TMP/host/${UNIT%/*}"

# What dracut 059 to 106 give. inst_simple takes a file without a second name from the same place below $host;
# inst_hook ends the build if the file is missing.
cat >"$TMP/dracut" <<'END'
dracut_module_included() { [[ " $mods_to_load $modules_loaded " == *\ $*\ * ]]; }
inst_simple()
{
	local from=${2:+$1} to=$initdir/${2:-$1}

	from=${from:-$host/$1}
	[[ -e $from ]] && mkdir -p "${to%/*}" && cp "$from" "$to"
}
inst_hook() { [[ -f $3 ]] || exit 1; inst_simple "$3" "var/lib/dracut/hooks/$1/$2-${3##*/}"; }
dwarn() { echo "dracut[W]: $*" >&2; }
END
# systemctl --root DIR add-wants TARGET UNIT, without systemd.
cat >"$TMP/systemctl" <<'END'
#!/bin/sh
[ "$1 $2 $4" = '-q --root add-wants' ] && [ -e "$3/usr/lib/systemd/system/$6" ] || exit 1
mkdir -p "$3/etc/systemd/system/$5.wants" && ln -s "/usr/lib/systemd/system/$6" "$3/etc/systemd/system/$5.wants/$6"
END
chmod 755 "$TMP/systemctl"

# module MODULES [ASSIGNMENT...]: runs the module as dracut does when an image with these modules is made.
module()
{
	rm -rf "$D"
	mkdir -p "$D/usr/lib"
	modules=$1
	shift
	env "PATH=$TMP/bin:/usr/bin:/sbin:/bin" SYSTEMCTL="$TMP/systemctl" initdir="$D" kernel="$RELEASE" \
		moddir="$TMP/host/50earlybind" systemdsystemunitdir=/usr/lib/systemd/system host="$TMP/host" outfile=/boot/initrd \
		mods_to_load="$modules" modules_loaded='base' hostonly=yes "$@" bash -c '
		. "$1"
		declare -F | sort >"$2/functions"
		. "$moddir/module-setup.sh"
		check || exit 77
		depends
		install
		code=$?
		declare -F | sort | comm -13 "$2/functions" - >"$2/new-functions"
		exit $code' bash "$TMP/dracut" "$TMP" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

# filled START...: plan, program and modules, and of the ways to start it only those.
filled()
{
	succeeded || return 1
	{
		printf './%s\n' "$@"
		printf './usr/lib/earlybind/%s\n' earlybind-init plan modules/irqbypass.ko modules/vfio-pci.ko \
			modules/efivarfs.ko
	} | LC_ALL=C sort >"$TMP/expected"
	(cd "$D" && find . ! -type d ! -path '*/modules/vfio[_.-]*' -o -name vfio-pci.ko | LC_ALL=C sort) | diff -u "$TMP/expected" -
}

warned()
{
	has "$TMP/err" "earlybind: the image for $RELEASE binds no device"
}

kinds()
{
	module 'kernel-modules'
	ok "race: a shell initrd: the hook, at cmdline 00, and no unit" filled "$SOURCED"
	ok "a shell initrd: for the kernel of the image" has "$OURS/plan" "kernel $RELEASE"
	ok "a shell initrd: nothing is said" silent "$TMP/err"
	module 'systemd systemd-initrd kernel-modules'
	ok "race: a systemd initrd: the unit, wanted by initrd.target, and no hook" filled "$UNIT" "$WANTS"
	module 'systemd-udevd kernel-modules'
	ok "a shell initrd with systemd's udevd: the hook" filled "$SOURCED"
	ok "no function but ours is left behind" fails grep -v -e 'earlybind_' -e ' check$' -e ' depends$' \
		-e ' install$' "$TMP/new-functions"
}

hostonly()
{
	module 'systemd' hostonly=yes
	cp -r "$D" "$TMP/hostonly"
	module 'systemd' hostonly=
	ok "hostonly: both settings carry the same" diff -r --no-dereference "$TMP/hostonly" "$D"
	ok "hostonly: which is all of it" filled "$UNIT" "$WANTS"
}

clean_images()
{
	for start in 'systemd' 'kernel-modules'; do
		module "$start rescue" outfile=/boot/initramfs-0-rescue-0123456789abcdef.img
		ok "a rescue image ($start): nothing of ours" nothing_of_ours
		ok "a rescue image ($start): nothing is said" silent "$TMP/err"
		module "$start rescue" outfile=/boot/0123456789abcdef/0-rescue/initrd
		ok "a rescue image of the boot loader specification ($start): nothing of ours" nothing_of_ours
		module "$start kdumpbase"
		ok "kdump: nothing of ours ($start)" nothing_of_ours
	done
	module 'systemd rescue' outfile=/boot/initramfs-6.1.img
	ok "rescue tools in an everyday image: it is filled" filled "$UNIT" "$WANTS"
	module 'systemd' outfile=/boot/initramfs-0-rescue-1.img
	ok "an image of that name without the rescue module: it is filled" filled "$UNIT" "$WANTS"
	module 'systemd not-kdumpbase kdumpbase2'
	ok "modules of similar names: it is filled" filled "$UNIT" "$WANTS"
}

nothing_to_bind()
{
	for start in 'systemd' 'kernel-modules'; do
		cramped module "$start"
		ok "full-disk: nothing of ours, and the build goes on ($start)" nothing_of_ours
		ok "full-disk: loud ($start)" has "$TMP/err" 'File too large'
		ok "full-disk: and what it means ($start)" warned
		damage_lock
		module "$start"
		ok "a damaged lock ($start): nothing of ours, and the build goes on" nothing_of_ours
		ok "a damaged lock ($start): loud" has "$TMP/err" 'warning: lock-broken: /etc/earlybind.lock'
		cp "$TMP/lock" "$T/etc/earlybind.lock"
		mv "$T/etc/earlybind.lock" "$TMP/lock"
		: >"$T/etc/earlybind.conf"
		module "$start"
		ok "no rule ($start): nothing of ours" nothing_of_ours
		ok "no rule ($start): silent" silent "$TMP/err"
		echo 'bind 10de:13c1' >"$T/etc/earlybind.conf"
		module "$start"
		ok "not accepted ($start): nothing of ours" nothing_of_ours
		ok "not accepted ($start): loud" has "$TMP/err" 'not-accepted: /etc/earlybind.conf:1'
		mv "$TMP/lock" "$T/etc/earlybind.lock"
	done
}

failures()
{
	release=$RELEASE
	RELEASE=9.9.9
	module 'systemd'
	ok "a kernel without modules: nothing of ours, and the build goes on" nothing_of_ours
	ok "a kernel without modules: loud" warned
	RELEASE=$release
	mv "$TMP/host/50earlybind/earlybind-hook.sh" "$TMP/host/$UNIT" "$TMP"
	for start in 'systemd' 'kernel-modules'; do
		module "$start"
		ok "half an installation ($start): nothing of ours, and the build goes on" nothing_of_ours
		ok "half an installation ($start): loud" warned
	done
	mv "$TMP/earlybind-hook.sh" "$TMP/host/50earlybind"
	mv "$TMP/earlybind.service" "$TMP/host/${UNIT%/*}"
	module 'systemd' SYSTEMCTL=false
	ok "no systemctl: nothing of ours, and the build goes on" nothing_of_ours
	ok "no systemctl: loud" warned
	tool "mkdir -p '$OURS/modules'" "echo half >'$OURS/modules/vfio.ko'" "echo half >'$OURS/plan'" 'kill -9 $$'
	module 'kernel-modules'
	ok "a crash in the middle: nothing of ours, and the build goes on" nothing_of_ours
	ok "a crash in the middle: loud" warned
	tool "echo \"\$*\" >'$TMP/words'"
	module 'systemd' dracutsysrootdir=/srv/sysroot
	ok "an image of another root takes conf, lock and modules from there" \
		has "$TMP/words" "image --kernel $RELEASE --destdir $D --root /srv/sysroot"
	rm "$TMP/bin/earlybind"
	module 'systemd'
	ok "without earlybind the module stays out" same "$TMP/code" 77
}

# sourced LINE...: sources the hook as init does, in a shell that would notice `exit`, `set` or a variable.
sourced()
{
	tool "$@"
	rm -f "$TMP/ran"
	sed "s,/usr/lib/earlybind/earlybind-init,$TMP/bin/earlybind,g" dracut/earlybind-hook.sh >"$TMP/hook.sh"
	sh -c 'set >"$2/before"; . "$1"; echo $? >"$2/code"; set >"$2/after"; set -o >"$2/options"' sh "$TMP/hook.sh" \
		"$TMP" >"$TMP/out" 2>"$TMP/err"
	sh -c 'set -o' >"$TMP/no-options"
}

left_nothing()
{
	succeeded && diff "$TMP/no-options" "$TMP/options" && [ "$(sed 's/=.*//' "$TMP/before")" = "$(sed 's/=.*//' "$TMP/after")" ]
}

at_boot()
{
	sourced "echo \$# >>$TMP/ran"
	ok "the hook runs the program once, without arguments" same "$TMP/ran" 0
	ok "and leaves no variable, no option and no error behind" left_nothing
	sourced 'exit 3'
	ok "the program fails: init goes on" left_nothing
	sourced 'kill -9 $$'
	ok "the program crashes: init goes on" left_nothing
	sourced true
	rm "$TMP/bin/earlybind"
	sh -ec '. "$1"; echo 0 >"$2/code"' sh "$TMP/hook.sh" "$TMP" 2>"$TMP/err"
	ok "no program: init goes on" succeeded
	ok "no program: in silence" silent "$TMP/err"
}

RELEASE=6.1.0-1-amd64
if modules_or_skip "the module with real kernel modules"; then
	real_tool
	kinds
	hostonly
	clean_images
	nothing_to_bind
fi
failures
at_boot
tap_end
