# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the images again without earlybind: when it is gone, so that they have nothing of it. Needs images.sh before it.
# dracut 059 and 106 write over the old image, and remove it when they fail: a copy is kept meanwhile.

# What dracut puts behind the release in the name of a UKI: the machine-id.
images_id='????????????????????????????????'

# images_may_have RELEASE BASE: whether what is named after the package BASE may be of that kernel. One of x86 says its
# release, signed or not (Documentation/arch/x86/boot.rst: kernel_version); where none is said, it may.
images_may_have()
{
	! grep -qsF "$1 (" "/boot/vmlinuz-$2" || return 0
	for images_other in /lib/modules/*; do
		! grep -qsF "${images_other##*/} (" "/boot/vmlinuz-$2" || return 1
	done
}

# images_of RELEASE: each image of that kernel, as "RELEASE IMAGE"; src/host/images.c has the same places, but for that of
# Arch, which names images after the kernel's package.
images_of()
{
	images_base=$(cat "/lib/modules/$1/pkgbase" 2>/dev/null) || images_base=
	images_may_have "$1" "$images_base" || images_base=
	for images_path in "/boot/initrd.img-$1" "/boot/initramfs-$1.img" "/boot/initrd-$1" \
		${images_base:+"/boot/initramfs-$images_base.img"}; do
		[ ! -f "$images_path" ] || echo "$1 $images_path"
	done
	for images_boot in /boot /efi /boot/efi; do
		for images_path in "$images_boot"/*/"$1"/initrd* "$images_boot"/EFI/Linux/*-"$1".efi \
			"$images_boot"/EFI/Linux/*-"$1"+*.efi "$images_boot"/EFI/Linux/linux-"$1"-$images_id.efi; do
			[ ! -f "$images_path" ] || echo "$1 $images_path"
		done
	done
}

# images_make RELEASE IMAGE COPY. A folder without modules.dep is left over from a kernel: an image made for it would be empty.
images_make()
{
	[ -e "/lib/modules/$1/modules.dep" ] || return 1
	if command -v update-initramfs >/dev/null; then
		# Where else an image may be, its own hooks copy it to. With update_initramfs=no it does nothing, and
		# succeeds; the copy has the old image's time. dash, bash and busybox know -nt.
		# shellcheck disable=SC3013
		[ "$2" != "/boot/initrd.img-$1" ] || { update-initramfs -u -k "$1" && [ "$2" -nt "$3" ]; }
		return
	fi
	case $2 in
	*/linux-"$1"-$images_id.efi) dracut --force --kver "$1" ;;
	*.efi) kernel-install add "$1" "/lib/modules/$1/vmlinuz" ;;
	*) dracut --force "$2" "$1" ;;
	esac
}

# images_replace RELEASE IMAGE COPY
images_replace()
{
	if ! cp -p "$2" "$3"; then
		images_warn "$2 is left as it is, and binds what it did before: no copy of it can be kept"
	elif images_make "$1" "$2" "$3" </dev/null && [ -s "$2" ]; then
		:
	elif cmp -s "$3" "$2" || cp -p "$3" "$2"; then
		images_warn "$2 could not be made again: it is as it was, and binds what it did before"
	else
		images_warn "$2 could not be made again, and is damaged: its copy is $3"
		return
	fi
	rm -f "$3"
}

# images_all: the same for every kernel.
images_all()
{
	for images_folder in /lib/modules/*; do
		images_of "${images_folder##*/}"
	done
}

# images_rebuild WANTED: every image for which `WANTED IMAGE` succeeds. One that fails costs no other.
images_rebuild()
{
	images_copies=$(mktemp -d /var/tmp/earlybind.XXXXXX) || {
		images_warn 'the initramfs images are left as they are, and bind what they did before: no copies can be kept'
		return 0
	}
	images_all | while read -r images_release images_image; do
		! "$1" "$images_image" </dev/null || images_replace "$images_release" "$images_image" \
			"$images_copies/$(printf '%s' "$images_image" | tr / %)"
	done
	rmdir "$images_copies" 2>/dev/null || :
}
