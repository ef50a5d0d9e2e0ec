# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A small host below H: one or two kernels with the modules of a real one, generators that really call `earlybind image`, and
# nothing else. The real dpkg, rpm or pacman installs packages into it. Sourced by the tests of packages, as root.
# shellcheck source=/dev/null
. tests/lib/modules.sh
# shellcheck source=/dev/null
. tests/lib/tree.sh
H=$TMP/host

# host_modules: M is the folder of a real kernel's modules; false: there is none.
host_modules()
{
	M=$(modules_get 6.1) || M=$(modules_get 6.12)
}

# host_programs PROGRAM...: with their libraries, as what runs in H needs them.
host_programs()
{
	for host_program in "$@"; do
		host_path=$(command -v "$host_program") || fail "no $host_program"
		cp -L "$host_path" "$H/usr/bin/${host_path##*/}"
		ldd "$host_path" 2>/dev/null | sed -n 's,^[^/]*\(/[^ ]*\) (.*,\1,p'
	done | sort -u | xargs cp -L --parents -t "$H"
}

# host_make PROGRAM...: a fresh H with these programs beside those of busybox.
host_make()
{
	rm -rf "$H"
	mkdir -p "$H/usr/bin" "$H/usr/sbin" "$H/usr/lib/modules" "$H/usr/lib64" "$H/etc" "$H/boot" "$H/dev" "$H/run" "$H/tmp" \
		"$H/var/tmp" "$H/var/lib" "$H/base/scripts/init-top" "$H/base/usr/lib"
	for host_link in bin sbin lib lib64; do ln -s "usr/$host_link" "$H/$host_link"; done
	: >"$H/dev/null"
	cp "$(command -v busybox)" "$H/usr/bin/busybox"
	for host_applet in $(busybox --list); do
		case $host_applet in
		busybox | dpkg* | rpm*) ;;
		*) ln -s busybox "$H/usr/bin/$host_applet" ;;
		esac
	done
	rm "$H/usr/bin/sh"
	host_programs dash "$@"
	ln -s dash "$H/usr/bin/sh"
	# What the package itself brings is the program: here is what that is linked with.
	ldd "$EARLYBIND" | sed -n 's,^[^/]*\(/[^ ]*\) (.*,\1,p' | xargs cp -L --parents -t "$H"
	host_kernels
}

# host_kernels: two releases with the same modules.
host_kernels()
{
	cp -r "$M/lib/." "$H/usr/lib/"
	RELEASE=$(modules_release "$M")
	cp -r "$H/usr/lib/modules/$RELEASE" "$H/usr/lib/modules/9.9.9-second"
	for host_release in "$RELEASE" 9.9.9-second; do
		echo kernel >"$H/boot/vmlinuz-$host_release"
	done
}

# host_generator PROGRAM MARK LINE...: a generator, which notes each call in H/calls. LINE says how it is called: it sets
# `image` and `release`, and may call host_image again. MARK is a file by which earlybind takes images for its own.
host_generator()
{
	host_program=$1 host_mark=$2
	shift 2
	stands_in "$host_program"
	# shellcheck disable=SC2016 # for the script
	{
		printf '%s\n' '#!/bin/sh' 'echo "${0##*/} $*" >>/calls'
		echo "mark=$host_mark"
		cat <<-'END'
			make_image()
			{
				rm -rf /made
				mkdir -p /made/usr/lib /made/scripts/init-top
				: >/made/init
				case $mark in
				config) echo 'EARLYHOOKS="earlybind udev"' >/made/config ;;
				*) : >"/made/$mark" ;;
				esac
				case $mark in
				scripts/functions)
					[ ! -x /usr/share/initramfs-tools/hooks/earlybind ] || {
						cp /usr/share/initramfs-tools/scripts/init-top/earlybind /made/scripts/init-top
						printf '/scripts/init-top/%s "$@"\n' earlybind udev >/made/scripts/init-top/ORDER
						DESTDIR=/made version=$1 /usr/share/initramfs-tools/hooks/earlybind
					}
					;;
				config)
					[ ! -e /usr/lib/initcpio/install/earlybind ] || earlybind image --kernel "$1" --destdir /made >/dev/null
					mkdir -p /made/hooks
					: >/made/hooks/earlybind
					;;
				*)
					[ ! -e /usr/lib/dracut/modules.d/50earlybind/module-setup.sh ] &&
						[ ! -e /usr/lib/dracut/modules.d/90earlybind/module-setup.sh ] ||
						earlybind image --kernel "$1" --destdir /made >/dev/null
					mkdir -p /made/usr/lib/dracut/hooks/cmdline
					: >/made/usr/lib/dracut/hooks/cmdline/00-earlybind-hook.sh
					;;
				esac
				(cd /made && find . | sort | cpio -o -H newc 2>/dev/null) >"/tmp/image"
				cp /tmp/image "$2"
				rm -rf /made /tmp/image
			}
		END
		printf '%s\n' "$@"
	} >"$H/usr/sbin/$host_program"
	chmod 755 "$H/usr/sbin/$host_program"
}

host_initramfs_tools()
{
	mkdir -p "$H/usr/share/initramfs-tools" "$H/etc/kernel/postinst.d"
	: >"$H/usr/share/initramfs-tools/hook-functions"
	: >"$H/etc/kernel/postinst.d/initramfs-tools"
	# shellcheck disable=SC2016 # for the script
	host_generator update-initramfs scripts/functions 'make_image "$3" "/boot/initrd.img-$3"'
}

host_dracut()
{
	mkdir -p "$H/usr/lib/dracut"
	: >"$H/usr/lib/dracut/dracut-functions.sh"
	# shellcheck disable=SC2016 # for the script
	host_generator dracut usr/lib/dracut-lib.sh 'make_image "$3" "$2"'
}

# host_mkinitcpio: the first kernel is the package linux.
host_mkinitcpio()
{
	mkdir -p "$H/usr/lib/initcpio" "$H/etc/mkinitcpio.d" "$H/usr/share/libalpm/hooks"
	: >"$H/usr/lib/initcpio/functions"
	printf '%s\n' '[Trigger]' 'Type = Path' 'Operation = Install' 'Operation = Upgrade' 'Operation = Remove' \
		'Target = usr/lib/initcpio/*' '[Action]' 'When = PostTransaction' 'Exec = /usr/sbin/mkinitcpio -p linux' \
		>"$H/usr/share/libalpm/hooks/90-mkinitcpio-install.hook"
	echo linux >"$H/usr/lib/modules/$RELEASE/pkgbase"
	printf '%s\n' "ALL_kver=/boot/vmlinuz-$RELEASE" "PRESETS=('default' 'fallback')" \
		'default_image=/boot/initramfs-linux.img' 'fallback_image=/boot/initramfs-linux-fallback.img' \
		>"$H/etc/mkinitcpio.d/linux.preset"
	host_generator mkinitcpio config \
		"make_image $RELEASE /boot/initramfs-linux.img && cp /boot/initramfs-linux.img /boot/initramfs-linux-fallback.img"
}

# in_host COMMAND...: as an administrator who is asked nothing.
in_host()
{
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		chroot "$H" "$@" </dev/null
}

# host_accept: two rules, and the lock that belongs to them.
host_accept()
{
	printf '%s\n' '# What I want' 'bind 10de:13c1' '' 'bind 10de:13c2 # the other' >"$H/etc/earlybind.conf"
	tree_lock 10de:13c1 10de:13c2 >"$H/etc/earlybind.lock"
	cp "$H/etc/earlybind.conf" "$TMP/accepted.conf"
	cp "$H/etc/earlybind.lock" "$TMP/accepted.lock"
}

# host_images COMMAND IMAGE...: the images are made; then nothing is in H/calls.
host_images()
{
	in_host sh -c "$1" >"$TMP/out" 2>&1 || { cat "$TMP/out"; return 1; }
	: >"$H/calls"
}

# host_part IMAGE FILE: prints a file of an image.
host_part()
{
	rm -rf "$TMP/part"
	mkdir "$TMP/part"
	(cd "$TMP/part" && cpio --quiet -i <"$H/boot/$1" 2>/dev/null)
	cat "$TMP/part/$2"
}

# host_plans FILE IMAGE...: the plans of these images, of which each has one for two cards.
host_plans()
{
	host_to=$1
	shift
	: >"$host_to"
	for host_image; do
		host_part "$host_image" usr/lib/earlybind/plan >>"$host_to" || return 1
	done
	[ "$(grep -c '^card ' "$host_to")" = $(($# * 2)) ] || { cat "$host_to"; return 1; }
}

# host_same_plans IMAGE...: as at the last host_plans of TMP/plans.
host_same_plans()
{
	host_plans "$TMP/plans.now" "$@" && diff -u "$TMP/plans" "$TMP/plans.now"
}

# host_clean IMAGE...: each is there, and has nothing of earlybind.
host_clean()
{
	for host_image; do
		[ -s "$H/boot/$host_image" ] || { echo "$host_image is gone"; return 1; }
		host_part "$host_image" init >/dev/null || return 1
		[ -z "$(find "$TMP/part" -path '*earlybind*' ! -name '00-*' ! -path '*/hooks/earlybind' -print | tee /dev/stderr)" ] ||
			return 1
	done
}

# host_kept: configuration and lock are as they were, byte for byte.
host_kept()
{
	cmp "$TMP/accepted.conf" "$H/etc/earlybind.conf" && cmp "$TMP/accepted.lock" "$H/etc/earlybind.lock"
}

# host_called LINE...: the generators were called just so since the last time.
host_called()
{
	printf '%s\n' "$@" | sed '/^$/d' >"$TMP/wanted"
	diff -u "$TMP/wanted" "$H/calls" && : >"$H/calls"
}

# host_nothing_left: but for logs and the databases of package managers.
host_nothing_left()
{
	[ -z "$(find "$H" -name '*earlybind*' ! -path '*/var/lib/pacman/*' ! -path '*/var/log/*' -print | tee /dev/stderr)" ]
}

# host_old DIR NEW: the files of the package that was made of commit fd7fe03, as it laid them out: with /etc/earlybind.conf
# and mkinitcpio's drop-in as configuration. They are those of this tree, so that the test needs no history; the programs
# are those of the new package, whose files are in NEW.
host_old()
{
	rm -rf "$1"
	mkdir -p "$1"
	cp -r "$TMP/installed/." "$1"
	cp "$2/usr/bin/earlybind" "$1/usr/bin/earlybind"
	cp "$2/usr/lib/earlybind/earlybind-init" "$1/usr/lib/earlybind/earlybind-init"
	mv "$1/usr/lib/dracut/modules.d/50earlybind" "$1/usr/lib/dracut/modules.d/90earlybind"
	mv "$1/etc/mkinitcpio.conf.d/zz-earlybind.conf" "$1/etc/mkinitcpio.conf.d/earlybind.conf"
	rm -r "$1/usr/share/doc"
	cp packaging/earlybind.conf "$1/etc/earlybind.conf"
}

# host_upgraded WORDS...: for the tests of each package: what an upgrade from the old package left in H.
host_upgraded()
{
	ok "upgrade: configuration and lock are kept, byte for byte" host_kept
	ok "upgrade: nothing is left beside them" [ "$(find "$H/etc" -name '*earlybind*' ! -name '*.lock' -printf '%P\n' | sort)" = \
		"$(printf '%s\n' "$@")" ]
	# shellcheck disable=SC2086 # a list
	ok "upgrade: the plans are the same" host_same_plans $IMAGES
	ok "upgrade: the module of dracut has its new name alone" [ "$(ls "$H/usr/lib/dracut/modules.d")" = 50earlybind ]
}
