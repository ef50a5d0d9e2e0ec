# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The life of the Debian package on a small host, with the real dpkg: an upgrade from commit fd7fe03, which shipped
# /etc/earlybind.conf as a conffile, a failed one, one that changes nothing, a removal and a purge. Sourced by deb.t.
# shellcheck disable=SC2086 # IMAGES is a list
# shellcheck source=/dev/null
. tests/packages/host.sh

# host_dpkg OPTION...: nobody is there to answer. What it depends on is no package here.
host_dpkg()
{
	dpkg --root="$H" --log=/dev/null --force-depends --force-unsafe-io "$@" </dev/null >"$TMP/dpkg" 2>&1 || { cat "$TMP/dpkg"; return 1; }
}

# host_unasked: dpkg asked for nothing.
host_unasked()
{
	lacks "$TMP/dpkg" 'Configuration file' && lacks "$TMP/dpkg" '*** '
}

# host_old_deb: that package. Its scripts did nothing at an upgrade that is not done here.
host_old_deb()
{
	host_old "$TMP/old" "$TMP/deb"
	mkdir "$TMP/old/DEBIAN"
	(cd "$TMP/old" && find etc -type f | sed 's,^,/,') >"$TMP/old/DEBIAN/conffiles"
	printf '%s\n' 'Package: earlybind' "Version: $VERSION" 'Architecture: amd64' 'Maintainer: nobody <root@localhost>' \
		'Description: as of fd7fe03' >"$TMP/old/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$TMP/old" "$TMP/old.deb" >/dev/null
}

# host_repack FROM TO VERSION [LINE]: the package under a higher version; its preinst ends with this line.
host_repack()
{
	rm -rf "$TMP/repack"
	dpkg-deb -R "$1" "$TMP/repack"
	sed -i "s/^Version: .*/Version: $3/" "$TMP/repack/DEBIAN/control"
	[ -z "${4:-}" ] || sed -i "s/^exit 0$/$4/" "$TMP/repack/DEBIAN/preinst"
	dpkg-deb --root-owner-group -b "$TMP/repack" "$2" >/dev/null
}

# host_conffiles: prints what dpkg knows as conffiles.
host_conffiles()
{
	dpkg-query --admindir="$H/var/lib/dpkg" -W -f '${Conffiles}\n' earlybind | sed -n 's/^ \([^ ]*\) .*/\1/p'
}

# host_debian: with the old package, two rules and a drop-in that somebody changed.
host_debian()
{
	host_make dpkg dpkg-query
	cp /usr/bin/dpkg-maintscript-helper "$H/usr/bin"
	mkdir -p "$H/usr/share/dpkg" "$H/var/lib/dpkg/info" "$H/var/lib/dpkg/updates" "$H/usr/share/doc"
	cp -r /usr/share/dpkg/sh "$H/usr/share/dpkg"
	: >"$H/var/lib/dpkg/status"
	host_initramfs_tools
	host_old_deb
	ok "upgrade: (the old package is installed)" host_dpkg -i "$TMP/old.deb"
	host_accept
	echo 'HOOKS+=(ours)' >>"$H/etc/mkinitcpio.conf.d/earlybind.conf"
	cp "$H/etc/mkinitcpio.conf.d/earlybind.conf" "$TMP/drop-in"
	ok "upgrade: (the images are made)" host_images "for r in $RELEASE 9.9.9-second; do update-initramfs -u -k \$r; done"
	ok "upgrade: (they have a plan)" host_plans "$TMP/plans" $IMAGES
}

host_upgrade()
{
	ok "upgrade: from a package that shipped the configuration" host_dpkg -i "$1"
	ok "upgrade: without a question" host_unasked
	host_upgraded earlybind.conf mkinitcpio.conf.d/zz-earlybind.conf mkinitcpio.conf.d/zz-earlybind.conf.dpkg-new
	ok "upgrade: and the images, which were current, are not rebuilt" host_called ''
	ok "upgrade: dpkg has forgotten that conffile" sh -c "! grep ' /etc/earlybind.conf ' '$H/var/lib/dpkg/status'"
	ok "upgrade: the drop-in of mkinitcpio has its new name" cmp "$TMP/drop-in" "$H/etc/mkinitcpio.conf.d/zz-earlybind.conf"
}

# host_upgrade_fails: the new package cannot be unpacked: the old one is as it was.
host_upgrade_fails()
{
	host_repack "$1" "$TMP/failing.deb" "$VERSION.1" 'exit 1'
	ok "upgrade: one that fails" fails host_dpkg -i "$TMP/failing.deb"
	ok "upgrade: one that fails leaves configuration and lock" host_kept
	ok "upgrade: one that fails leaves nothing beside them" [ "$(find "$H/etc" -name '*.dpkg-keep')" = '' ]
}

# host_upgrade_changes: another program: images that have the old one are rebuilt, and the plan stays.
host_upgrade_changes()
{
	host_part initrd.img-9.9.9-second usr/lib/earlybind/earlybind-init >"$TMP/program"
	host_repack "$1" "$TMP/newer.deb" "$VERSION.2"
	ok "upgrade: one that changes no file of an image" host_dpkg -i "$TMP/newer.deb"
	ok "upgrade: one that changes no file of an image rebuilds none" host_called ''
	in_host sh -c 'echo changed >>/usr/lib/earlybind/earlybind-init'
	ok "upgrade: (one image has another program)" host_images 'update-initramfs -u -k 9.9.9-second'
	ok "upgrade: an image that is not current is rebuilt, and no other" host_dpkg -i "$TMP/newer.deb"
	ok "upgrade: (just that)" host_called 'update-initramfs -u -k 9.9.9-second'
	ok "upgrade: it has the installed program" cmp "$TMP/program" "$H/usr/lib/earlybind/earlybind-init"
	ok "upgrade: the plans are the same still" host_same_plans $IMAGES
}

host_end()
{
	ok "remove" host_dpkg --remove earlybind
	ok "remove: each image is rebuilt, once" host_called "update-initramfs -u -k $RELEASE" \
		'update-initramfs -u -k 9.9.9-second'
	ok "remove: every image is clean" host_clean $IMAGES
	ok "remove: configuration and lock are kept" host_kept
	ok "remove: nothing to do is left" [ ! -e "$H/run/earlybind/removal" ]
	ok "remove: nor a copy of an image" [ -z "$(ls "$H/var/tmp")" ]
	ok "it installs again, with its configuration and lock" host_dpkg -i "$1"
	ok "the images have the plans again" host_same_plans $IMAGES
	mkdir -p "$H/run/earlybind"
	echo report >"$H/run/earlybind/report"
	: >"$H/calls"
	ok "purge" host_dpkg --purge earlybind
	ok "purge: every image is clean" host_clean $IMAGES
	rm -r "$H/base" "$H/made" 2>/dev/null
	ok "purge: nothing is left" host_nothing_left
	ok "purge: nor a directory of configuration" [ "$(ls "$H/etc")" = kernel ]
}

# host_life DEB
host_life()
{
	RELEASE=$(modules_release "$M")
	IMAGES="initrd.img-$RELEASE initrd.img-9.9.9-second"
	host_debian
	host_upgrade_fails "$1"
	host_upgrade "$1"
	host_upgrade_changes "$1"
	host_end "$1"
}
