# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Locks and initramfs images. A lock is made in a guest, on the machine that it is for; images are made in a chroot,
# by the root's own generator and earlybind's plugin. Needs need.sh, root.sh, boot.sh, table.sh and generator.sh
# sourced; WORK is the run's folder.
#
# WORK/roots/SUITE/bare  a root (root.sh) with kernels   WORK/locks/NAME   the lock that the image's rule gave
#                 /root  with earlybind installed        WORK/images/NAME  NAME.d (unpacked), NAME.log
#                 /disk  a disk of that                  WORK/tools        a root with a tool that unpacks images

# image_root, image_generator IMAGE: the suite of the root that makes the image, and on which it boots; what makes it.
image_root()
{
	root_of=$(table_cell images "$1" 6)
	root_of=${root_of:-$(root_suite)-initramfs-tools}
	echo "${root_of%%-*}"
}

image_generator()
{
	root_of=$(table_cell images "$1" 6)
	root_of=${root_of:-$(root_suite)-initramfs-tools}
	echo "${root_of#*-}"
}

# image_installed_root BARE TO: the root with earlybind, by `make install` into a copy.
image_installed_root()
{
	root_copy "$1" "$2"
	make -s -C "$TOP" install DESTDIR="$2" >"$WORK/install.log" 2>&1 || {
		tail -n 20 "$WORK/install.log" >&2
		fail 'make install'
	}
	# As packages do; and what ends a boot whose first program is systemd.
	mkdir -p "$2/etc/systemd/system/multi-user.target.wants"
	ln -s /usr/lib/systemd/system/earlybind-confirm.service "$2/etc/systemd/system/multi-user.target.wants"
	cp "$TOP/tests/qemu/guest/harness.service" "$2/etc/systemd/system/harness.service"
}

# image_prepare_root SUITE SERIES...: WORK/roots/SUITE, with those kernels.
image_prepare_root()
{
	prepare=$WORK/roots/$1
	step "root $1: make install, and a disk"
	prepare_cached=$(root_get "$1") || exit 1
	shift
	mkdir -p "$prepare"
	root_with "$prepare_cached" "$prepare/bare" "$@" || exit 1
	image_installed_root "$prepare/bare" "$prepare/root"
	disk_make "$prepare/root" "$prepare/disk"
}

# image_tiny ROOT RELEASE FILE: an initramfs that only mounts the disk and goes on there: busybox and a few modules.
image_tiny()
{
	tiny=$WORK/tiny
	mkdir -p "$tiny/bin" "$tiny/mnt" "$tiny/proc" "$tiny/dev"
	cp "$1/bin/busybox" "$tiny/bin/busybox"
	for tiny_module in virtio_pci virtio_blk crc32c ext4; do
		modprobe -d "$1" -S "$2" --show-depends "$tiny_module" || fail "no module $tiny_module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$tiny/list"
	(cd "$tiny" && xargs cp -t . <list)
	sed 's,.*/,,' "$tiny/list" >"$tiny/order"
	cp "$TOP/tests/qemu/guest/tiny-init" "$tiny/init"
	chmod 755 "$tiny/init"
	(cd "$tiny" && find . -print | cpio -o -H newc --quiet) >"$3" || fail 'cpio'
}

# image_reach IMAGE: where that is for a root of the table `storage`, the image without a plan that reaches the same: rules
# are accepted on the root itself.
image_reach()
{
	[ -n "$(storage_of "$(table_cell images "$1" 3)")" ] || return 0
	awk -F '|' -v how="$(table_cell images "$1" 7)" '$3 == "-" && $7 == how { print $1; exit }' "$WORK/tables/images"
}

# image_locks TOPOLOGY IMAGE...: boots that machine once and has the rule of each image accepted there.
image_locks()
{
	locks_on=$1
	locks_dir=$WORK/accept-$locks_on
	shift
	mkdir -p "$locks_dir/payload" "$WORK/locks"
	cp "$TOP/tests/qemu/guest/accept" "$locks_dir/payload/run"
	cp "$TOP/tests/qemu/guest/volume" "$locks_dir/payload/volume"
	[ "$locks_on" != gpu-disk ] || luks_empty "$WORK/lvm"
	for locks_image in "$@"; do
		echo "$locks_image $(table_cell images "$locks_image" 5)"
	done >"$locks_dir/payload/rules"
	payload_make "$locks_dir" "$locks_dir/payload.tar"
	locks_root=$WORK/roots/$(root_suite)
	locks_reach=$(image_reach "$1")
	locks_initrd=$WORK/tiny.cpio
	[ -z "$locks_reach" ] || locks_initrd=$WORK/images/$locks_reach
	storage_boot "$locks_root/bare/boot/vmlinuz-$(root_release "$locks_root/bare" 6.1)" "$locks_initrd" \
		"$locks_root/disk" on "$locks_dir/payload.tar" "$locks_on" '' "$locks_dir/log"
	boot_finished "$locks_dir/log" || {
		tail -n 30 "$locks_dir/log" >&2
		fail "the guest that accepts on $locks_on did not finish"
	}
	for locks_image in "$@"; do
		boot_section "$locks_dir/log" "accept $locks_image" >"$WORK/locks/$locks_image.said"
		boot_section "$locks_dir/log" "lock $locks_image" >"$WORK/locks/$locks_image"
		[ ! -s "$WORK/locks/$locks_image" ] || continue
		rm -f "$WORK/locks/$locks_image"
		step "accept gave no lock for image $locks_image:"
		cat "$WORK/locks/$locks_image.said" >&2
	done
}

# image_make IMAGE: makes one image of the table.
image_make()
{
	make_root=$(image_root "$1")
	make_on=$(table_cell images "$1" 3)
	make_from=$WORK/roots/$make_root/root
	[ "$make_on" != bare ] || make_from=$WORK/roots/$make_root/bare
	make_to=$WORK/images/$1
	make_copy=$make_to.root
	case $make_on in
	bare | -) ;;
	*) [ -e "$WORK/locks/$1" ] || fail "image $1 has no lock" ;;
	esac
	root_copy "$make_from" "$make_copy"
	image_settings "$1" "$make_on" "$make_copy" || exit 1
	generator_run "$(image_generator "$1")" "$make_copy" "$(root_release "$make_from" "$(table_cell images "$1" 2)")" \
		"$(table_cell images "$1" 7)" >"$make_to.log" 2>&1 </dev/null || {
		cat "$make_to.log" >&2
		fail "$(image_generator "$1") for image $1"
	}
	image_unpack "$make_copy/initrd" "$make_to"
	rm -rf --one-file-system "$make_copy"
}

# image_unpack FILE TO: keeps the image as TO, and unpacked as TO.d, by a tool that knows images of several archives.
image_unpack()
{
	unpack_in=/images/${2##*/}
	mkdir -p "$WORK/tools$unpack_in"
	mv "$1" "$WORK/tools$unpack_in/initrd"
	chroot "$WORK/tools" unmkinitramfs "$unpack_in/initrd" "$unpack_in/unpacked" >>"$2.log" 2>&1 ||
		fail "unmkinitramfs $2"
	mv "$WORK/tools$unpack_in/unpacked" "$2.d"
	mv "$WORK/tools$unpack_in/initrd" "$2"
}

# image_settings IMAGE LOCKED-ON ROOT: conf, lock and modprobe options of an image, as new files: the copy's others
# are hard links.
image_settings()
{
	set_modprobe=$(table_cell images "$1" 4)
	[ "$2" = bare ] || image_etc "$1" "$3/etc"
	set_storage=$(storage_of "$2")
	[ -z "$set_storage" ] || storage_etc "$set_storage" "$3"
	case " $(table_cell images "$1" 7) " in
	*' more '*) storage_packages_add "$(image_root "$1")" "$3" || return 1 ;;
	esac
	[ "$set_modprobe" = - ] || echo "$set_modprobe" >"$3/etc/modprobe.d/leftover.conf"
}

# image_etc IMAGE FOLDER: puts the conf and the lock of an image there.
image_etc()
{
	etc_rule=$(table_cell images "$1" 5)
	rm -f "$2/earlybind.conf" "$2/earlybind.lock"
	if [ "$etc_rule" = - ]; then
		echo '# nothing' >"$2/earlybind.conf"
	else
		echo "$etc_rule" >"$2/earlybind.conf"
		cp "$WORK/locks/$1" "$2/earlybind.lock"
	fi
}

# image_file IMAGE PATH: where that file of the image lies unpacked. Newer generators split an image into several
# archives, each with its own folder.
image_file()
{
	find "$WORK/images/$1.d" -path "*/$2" | head -n 1
}

# image_wants IMAGE: what of ours it should have, in words; `nothing ...` where that is nothing.
image_wants()
{
	case $(table_cell images "$1" 3)," $(table_cell images "$1" 7) " in
	bare,* | -,* | *' rescue '* | *' kdump '*) echo 'has nothing of earlybind' ;;
	*) echo 'has plan, program and modules, unchanged, and starts before any driver' ;;
	esac
}

# image_ours IMAGE: the files of ours in it.
image_ours()
{
	find "$WORK/images/$1.d" -path '*earlybind*' ! -type d 2>/dev/null | sort
}

# image_problems IMAGE: what differs from that; fails if anything does.
image_problems()
{
	problems_root=$(image_root "$1")
	{
		[ -e "$WORK/images/$1" ] || echo 'it could not be made, see above'
		case $(image_wants "$1"),$(image_ours "$1" | tr '\n' ' ') in
		*nothing*,) ! grep -rl earlybind "$WORK/images/$1.d" --include=ORDER --include=config ;;
		*nothing*,*) echo 'it has files of ours' ;;
		*plan*,*/modules/*.ko*/plan*)
			generator_ordered "$(image_generator "$1")" "$(table_cell images "$1" 7)" "$WORK/images/$1.d" ||
				echo 'it starts earlybind too late'
			generator_unstripped "$WORK/images/$1.d" "$WORK/roots/$problems_root/root" ||
				echo 'program or modules were changed'
			;;
		*) echo 'plan, program or modules are missing' ;;
		esac
		case " $(table_cell images "$1" 7) " in
		*' --no-hostonly '* | *' rescue '*) ;;
		*) ! grep 'Turning off host-only mode' "$WORK/images/$1.log" ;;
		esac
		case $(table_cell images "$1" 4) in
		*ids=*) grep -q ignored-ids "$WORK/images/$1.log" || echo 'nothing was said of ids= in modprobe.d' ;;
		esac
	} >"$WORK/images/$1.problems"
	cat "$WORK/images/$1.problems"
	[ ! -s "$WORK/images/$1.problems" ]
}
