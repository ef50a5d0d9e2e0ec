# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the images again without earlybind: when it is gone, so that they have nothing of it. Needs images.sh before it.
# dracut 059 and 106 write over the old image, and remove it when they fail: a copy is kept meanwhile.

# What dracut puts behind the release in the name of a UKI: the machine-id.
images_id='[0-9a-f][0-9a-f][0-9a-f][0-9a-f]'
images_id=$images_id$images_id$images_id$images_id$images_id$images_id$images_id$images_id

# images_may_have RELEASE BASE: whether what is named after the package BASE may be of that kernel. One of x86 says its
# release, signed or not (Documentation/arch/x86/boot.rst: kernel_version); where none is said, it may.
images_may_have()
{
	! grep -qsF "$1 (" "/boot/vmlinuz-$2" || return 0
	for images_other in /lib/modules/*; do
		! grep -qsF "${images_other##*/} (" "/boot/vmlinuz-$2" || return 1
	done
}

# images_by_dracut RELEASE UKI: whether it has a name that dracut gives it: machine-id and BUILD_ID may be left out.
images_by_dracut()
{
	# shellcheck disable=SC2254 # a pattern
	case ${2##*/} in
	linux-"$1"-$images_id.efi | linux-"$1"-$images_id-*.efi | linux-"$1"-Default.efi | linux-"$1"-Default-*.efi) ;;
	linux-"$1".efi) ! grep -qsx linux /etc/kernel/entry-token ;;
	linux-"$1"-*.efi)
		images_build=${2##*/linux-"$1"-}
		images_build=${images_build%.efi}
		grep -Fqsx -e "BUILD_ID=$images_build" -e "BUILD_ID=\"$images_build\"" -e "BUILD_ID='$images_build'" \
			/etc/os-release /usr/lib/os-release
		;;
	*) return 1 ;;
	esac
}

# images_by_kernel_install RELEASE UKI: the same of kernel-install. A boot counter is digits and a dash.
images_by_kernel_install()
{
	images_count=${2##*+}
	case ${2%+*}/${images_count%.efi} in
	*-"$1"/ | *-"$1"/*[!0-9-]*) return 1 ;;
	*-"$1"/*) return 0 ;;
	esac
	case ${2##*/} in
	*-"$1".efi) ;;
	*) return 1 ;;
	esac
}

# images_boots: where images may be, each folder once: /efi may be a link to /boot.
images_boots()
{
	images_seen=
	for images_boot in /boot /efi /boot/efi; do
		images_boot=$(cd -P "$images_boot" 2>/dev/null && pwd) || continue
		case " $images_seen " in
		*" $images_boot "*) ;;
		*) echo "$images_boot" ;;
		esac
		images_seen="$images_seen $images_boot"
	done
}

# images_of RELEASE: each image of that kernel, as "RELEASE IMAGE"; src/host/kernels/places.c has the same places, and
# tests/packages/places.t compares the two.
images_of()
{
	images_base=$(cat "/lib/modules/$1/pkgbase" 2>/dev/null) || images_base=
	images_may_have "$1" "$images_base" || images_base=
	for images_path in "/boot/initrd.img-$1" "/boot/initramfs-$1.img" "/boot/initrd-$1" \
		"/usr/lib/modules/$1/initramfs.img" "/lib/modules/$1/initrd" \
		${images_base:+"/boot/initramfs-$images_base.img" "/boot/initramfs-$images_base-fallback.img"}; do
		[ ! -f "$images_path" ] || echo "$1 $images_path"
	done
	images_boots | while read -r images_boot; do
		for images_path in "$images_boot"/*/"$1"/initrd*; do
			[ ! -f "$images_path" ] || echo "$1 $images_path"
		done
		for images_path in "$images_boot"/EFI/Linux/*-"$1"*.efi; do
			[ -f "$images_path" ] || continue
			! images_by_dracut "$1" "$images_path" && ! images_by_kernel_install "$1" "$images_path" ||
				echo "$1 $images_path"
		done
	done
}

# images_add RELEASE: kernel-install copies the kernel too; it makes all images of one, so once is enough.
images_add()
{
	[ "$images_added" != "$1" ] || return 0
	for images_kernel in "/usr/lib/modules/$1/vmlinuz" "/lib/modules/$1/vmlinuz" "/boot/vmlinuz-$1"; do
		[ -e "$images_kernel" ] || continue
		kernel-install add "$1" "$images_kernel" && images_added=$1
		return
	done
	return 1
}

# images_make RELEASE IMAGE COPY, by what made it before. A folder without modules.dep is left over from a kernel: an image
# made for it would be empty.
images_make()
{
	[ -e "/lib/modules/$1/modules.dep" ] || return 1
	if command -v update-initramfs >/dev/null; then
		# Where else an image may be, its own hooks copy it to. With update_initramfs=no it does nothing, and
		# succeeds; the copy has the old image's time. dash, bash and busybox know -nt.
		# shellcheck disable=SC3013
		[ "$2" != "/boot/initrd.img-$1" ] || { update-initramfs -u -k "$1" && [ "$2" -nt "$3" ]; }
	elif case $2 in *.efi) images_by_dracut "$1" "$2" ;; *) false ;; esac; then
		dracut --force --uefi "$2" "$1"
	else
		case $2 in
		*.efi) images_add "$1" ;;
		/boot/*/"$1"/initrd* | /efi/*/"$1"/initrd*)
			if command -v kernel-install >/dev/null; then images_add "$1"; else dracut --force "$2" "$1"; fi
			;;
		*-fallback.img) dracut --force --no-hostonly "$2" "$1" ;;
		*) dracut --force "$2" "$1" ;;
		esac
	fi
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
	images_added=
	images_all | while read -r images_release images_image; do
		! "$1" "$images_image" </dev/null || images_replace "$images_release" "$images_image" \
			"$images_copies/$(printf '%s' "$images_image" | tr / %)"
	done
	rmdir "$images_copies" 2>/dev/null || :
}
