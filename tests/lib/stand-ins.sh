# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Stand-ins for generators: scripts in the tree's /usr/sbin that record how they are called and copy a prepared image. The
# real ones are run by tests/plugins/regenerate.t and tests/packages/deb.t. Sourced from the top of the repository.
# shellcheck source=tests/lib/need.sh
. tests/lib/need.sh
mapped_root
# shellcheck source=tests/lib/regenerate.sh
. tests/lib/regenerate.sh

need busybox:busybox-static

# stand_in NAME LINE...: a script in the tree's /usr/sbin that records its call in /calls.
stand_in()
{
	name=$1
	shift
	mkdir -p "$T/usr/sbin" "$T/bin" "$T/new" "$T/dev"
	: >"$T/dev/null" # the shell reads it for what runs in the background
	cp "$(command -v busybox)" "$T/bin/busybox"
	ln -sf busybox "$T/bin/sh"
	# shellcheck disable=SC2016 # for the script
	printf '%s\n' '#!/bin/sh' 'echo "${0##*/} $*" >>/calls' 'for c in cp cat rm head sleep; do alias $c="busybox $c"; done' \
		"$@" >"$T/usr/sbin/$name"
	chmod 755 "$T/usr/sbin/$name"
	stands_in "$name"
}

installed()
{
	for file in "$@"; do
		mkdir -p "$T/${file%/*}"
		: >"$T/$file"
	done
}

# debian LINE...: initramfs-tools, of which update-initramfs does this. The image it has is stale, /new holds a good one.
debian()
{
	new
	image=$T/boot/initrd.img-$RELEASE
	installed usr/share/initramfs-tools/hook-functions etc/kernel/postinst.d/initramfs-tools
	stand_in update-initramfs "$@"
	mv "$image" "$T/new/image"
	echo garbage >"$T/new/garbage"
	mkdir -p "$TMP/old"
	echo old >"$TMP/old/init"
	initrd_pack "$TMP/old" 'gzip -n' >"$image"
	cp "$image" "$TMP/old-image"
}

kept_nothing()
{
	[ ! -e "$T/var/lib/earlybind/images" ]
}

# old_is_back: exit 1, the old image is as it was, no copy is left.
old_is_back()
{
	code 1 && cmp "$TMP/old-image" "$image" && kept_nothing
}

new_is_there()
{
	code 0 && cmp "$T/new/image" "$image" && kept_nothing
}

# with_stand_ins FUNCTION...: calls them with M and RELEASE of a real kernel, if we may chroot.
with_stand_ins()
{
	if [ "$(id -u)" -ne 0 ]; then
		skip "the generators" "chroot needs root, or a namespace of users"
		return
	fi
	for stand_ins_function in "$@"; do
		with_real_modules "$stand_ins_function"
	done
}
