#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Rebuilds the images that dracut made, if there may be something of earlybind in them: Arch leaves names to the
# administrator, so only those that exist under the usual ones; and only where mkinitcpio does not make them.

command -v dracut >/dev/null && ! command -v mkinitcpio >/dev/null || exit 0
grep -Eqs '^[[:space:]]*bind[[:space:]]' /etc/earlybind.conf /etc/earlybind.conf.pacsave /etc/earlybind.d/*.conf \
	/run/earlybind.d/*.conf /usr/lib/earlybind.d/*.conf || grep -qs '^card ' /etc/earlybind.lock || exit 0

found=
for base in /usr/lib/modules/*/pkgbase; do
	[ -e "$base" ] || continue
	release=${base%/pkgbase}
	release=${release##*/}
	for image in "/boot/initramfs-$(cat "$base").img" "/boot/initramfs-$release.img"; do
		[ -e "$image" ] || continue
		found=yes
		dracut --force "$image" "$release" || echo "earlybind: $image was not rebuilt" >&2
	done
done
[ -n "$found" ] || echo 'earlybind: please rebuild the images of dracut: none was found under the usual names' >&2
exit 0
