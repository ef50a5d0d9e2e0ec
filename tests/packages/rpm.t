#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rpm.t: the spec builds; what is in the package; its life on a small host, with the real rpm: an upgrade from commit
# fd7fe03, one that changes nothing, a removal. Run from the top of the repository.
# shellcheck disable=SC2016,SC2086 # scripts; IMAGES is a list
# shellcheck source=/dev/null
. tests/packages/lib.sh

built()
{
	before=$(tree_state)
	ok "make rpm builds a package" package rpm RPMBUILD_FLAGS="--nodeps $NOCHECK"
	ok "it leaves nothing in the tree" test "$before" = "$(tree_state)"
	RPM=$(ls "$TMP/build"/rpm/RPMS/*/earlybind-"$VERSION"-1*.rpm)
	[ -n "$RPM" ] || fail "no package"
	ok "and a source package" sh -c "ls '$TMP/build/rpm/SRPMS'/earlybind-$VERSION-1*.src.rpm"
	rpm -qpl "$RPM" | sed '/\/man\//s,\.gz$,,' | LC_ALL=C sort >"$TMP/rpm.list"
}

# query TAG: what the package says, to TMP/TAG.
query()
{
	rpm -qp --qf "%{$1}\n" "$RPM" >"$TMP/$1"
}

# scriptlet TAG
scriptlet()
{
	query "$1" && [ -s "$TMP/$1" ] && ! grep -x '(none)' "$TMP/$1"
}

contents()
{
	ok "whatever make install installs is in the package, but for other generators' plugins" contains "$TMP/rpm.list" \
		'^/usr/share/initramfs-tools/|^/usr/lib/initcpio/|^/etc/mkinitcpio'
	ok "the plugins of other generators are not" sh -c "! grep -E 'initramfs-tools|initcpio' '$TMP/rpm.list'"
	query version
	ok "the version is the Makefile's" same "$TMP/version" "$VERSION"
	ok "the lock belongs to no package" lacks "$TMP/rpm.list" /etc/earlybind.lock
	rpm -qp --qf '[%{filenames} %{fileflags:fflags}\n]' "$RPM" >"$TMP/flags"
	ok "what people write is none of its files, but stays theirs" sh -c "grep -x '/etc/earlybind.conf cng' '$TMP/flags'"
	ok "of which a sample is documentation" has "$TMP/rpm.list" /usr/share/doc/earlybind/examples/earlybind.conf
	for folder in /usr/lib/earlybind /usr/lib/dracut/modules.d/50earlybind; do
		ok "it goes with the package: $folder" sh -c "grep -x '$folder' '$TMP/rpm.list'"
	done
}

SCRIPTLETS='postin preun posttrans postun transfiletriggerscripts'

readable()
{
	for tag in $SCRIPTLETS; do
		ok "there is a scriptlet: $tag" scriptlet "$tag"
		ok "$tag: sh can read it" dash -n "$TMP/$tag"
		ok "$tag: shellcheck has nothing to say" shellcheck -s sh -e SC2317 "$TMP/$tag"
	done
}

# host_rpm OPTION...: the real rpm, with its database in H.
host_rpm()
{
	rpm --root "$H" --nodeps --nosignature "$@" </dev/null >"$TMP/rpm" 2>&1 || { cat "$TMP/rpm"; return 1; }
}

# host_old_rpm: the package of commit fd7fe03, under an earlier release. Its scripts did nothing at an upgrade that is not
# done here.
host_old_rpm()
{
	bsdtar -xf "$RPM" -C "$TMP" ./usr
	host_old "$TMP/old" "$TMP"
	rm -r "$TMP/old/usr/share/initramfs-tools" "$TMP/old/usr/lib/initcpio" "$TMP/old/etc/mkinitcpio.conf.d"
	{
		printf '%s\n' 'Name: earlybind' "Version: $VERSION" 'Release: 0' 'Summary: as of fd7fe03' 'License: GPL' \
			'%description' 'as of fd7fe03' '%install' "cp -r $TMP/old/. %{buildroot}" '%files'
		(cd "$TMP/old" && find . ! -type d -printf '/%P\n') | sed 's,^/etc/,%config(noreplace) &,'
		(cd "$TMP/old" && find . -type d -name '*earlybind*' -printf '%%dir /%P\n')
	} >"$TMP/old.spec"
	rpmbuild --define "_topdir $TMP/old.rpm" --define '__os_install_post %{nil}' --define 'debug_package %{nil}' \
		-bb "$TMP/old.spec" >"$TMP/old.log" 2>&1 || { tail -n 20 "$TMP/old.log"; return 1; }
}

# host_fedora: with the old package, two rules, and a systemctl that notes its calls.
host_fedora()
{
	host_make
	host_dracut
	printf '#!/bin/sh\necho "systemctl $*" >>/calls\n' >"$H/usr/bin/systemctl"
	chmod 755 "$H/usr/bin/systemctl"
	stands_in systemctl
	RELEASE=$(modules_release "$M")
	IMAGES="initramfs-$RELEASE.img initramfs-9.9.9-second.img"
	ok "upgrade: (the old package is built)" host_old_rpm
	ok "upgrade: (and installed)" host_rpm -i "$TMP"/old.rpm/RPMS/*/earlybind-*.rpm
	host_accept
	ok "upgrade: (the images are made)" \
		host_images "for r in $RELEASE 9.9.9-second; do dracut --force /boot/initramfs-\$r.img \$r; done"
	ok "upgrade: (they have a plan)" host_plans "$TMP/plans" $IMAGES
}

host_life()
{
	host_fedora
	ok "upgrade: from a package that brought the configuration" host_rpm -U "$RPM"
	host_upgraded earlybind.conf
	ok "upgrade: the images, which were current, are not rebuilt, and the unit is as it was" host_called ''
	in_host sh -c 'echo changed >>/usr/lib/earlybind/earlybind-init'
	ok "upgrade: (one image has another program)" host_images \
		'dracut --force /boot/initramfs-9.9.9-second.img 9.9.9-second'
	ok "upgrade: an image that is not current is rebuilt, and no other" host_rpm -U --replacepkgs "$RPM"
	ok "upgrade: (just that)" host_called 'dracut --force /boot/initramfs-9.9.9-second.img 9.9.9-second'
	ok "upgrade: the plans are the same still" host_same_plans $IMAGES
	: >"$H/run/ostree-booted"
	ok "rpm-ostree makes its image itself: an upgrade rebuilds nothing" host_rpm -U --replacepkgs "$RPM"
	ok "(nothing)" host_called ''
	rm "$H/run/ostree-booted"
	host_end
}

host_end()
{
	ok "remove" host_rpm -e earlybind
	ok "remove: the unit is disabled, each image is rebuilt, once" host_called \
		'systemctl --no-reload disable earlybind-confirm.service' \
		"dracut --force /boot/initramfs-$RELEASE.img $RELEASE" \
		'dracut --force /boot/initramfs-9.9.9-second.img 9.9.9-second'
	ok "remove: every image is clean" host_clean $IMAGES
	[ ! -e "$H/etc/earlybind.conf.rpmsave" ] || mv "$H/etc/earlybind.conf.rpmsave" "$H/etc/earlybind.conf"
	ok "remove: what people wrote is kept, under either name" cmp "$TMP/accepted.conf" "$H/etc/earlybind.conf"
	ok "remove: and the lock" cmp "$TMP/accepted.lock" "$H/etc/earlybind.lock"
	rm "$H/etc/earlybind.conf" "$H/etc/earlybind.lock"
	ok "remove: nothing else is left" host_nothing_left
	ok "without rules: it installs" host_rpm -i "$RPM"
	ok "without rules: the unit is enabled, no image is rebuilt" host_called \
		'systemctl --no-reload enable earlybind-confirm.service'
	ok "without rules: no configuration" [ ! -e "$H/etc/earlybind.conf" ]
}

need_build
need rpmbuild:rpm shellcheck:shellcheck scdoc:scdoc dash:dash bsdtar:libarchive-tools
built
ok "make install (for comparison)" installed
contents
readable
if ! why=$(may_chroot); then
	skip "the package's life on a small host" "$why"
	tap_end
	exit 0
fi
need busybox:busybox-static cpio:cpio
# shellcheck source=/dev/null
. tests/packages/host.sh
if host_modules; then
	host_life
else
	skip "the package's life on a small host" "no such kernel can be had here"
fi
tap_end
