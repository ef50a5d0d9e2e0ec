#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rpm.t: the spec builds; what is in the package; its scriptlets, with a recording stand-in for dracut. There is no
# distribution with rpm here: installing it is not tested. Run from the top of the repository.
# shellcheck source=/dev/null
. tests/packages/lib.sh

FORCE='dracut --force /boot/initramfs-6.1.0-1.img 6.1.0-1
dracut --force /boot/initramfs-6.1.0-2.img 6.1.0-2
'

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
	rpm -qpc "$RPM" >"$TMP/config"
	ok "the configuration is one" has "$TMP/config" /etc/earlybind.conf
	ok "the lock belongs to no package" lacks "$TMP/rpm.list" /etc/earlybind.lock
	rpm -qp --qf '[%{filenames} %{fileflags:fflags}\n]' "$RPM" >"$TMP/flags"
	ok "upgrade: what people wrote stays" sh -c "grep -x '/etc/earlybind.conf cn' '$TMP/flags'"
	for folder in /usr/lib/earlybind /usr/lib/dracut/modules.d/50earlybind; do
		ok "it goes with the package: $folder" sh -c "grep -x '$folder' '$TMP/rpm.list'"
	done
}

TOOLS='sh grep cat cp rm rmdir cmp mktemp tr'
SCRIPTLETS='postin preun posttrans postun transfiletriggerscripts'

readable()
{
	for tag in $SCRIPTLETS; do
		ok "there is a scriptlet: $tag" scriptlet "$tag"
		ok "$tag: sh can read it" dash -n "$TMP/$tag"
		ok "$tag: shellcheck has nothing to say" shellcheck -s sh -e SC2317 "$TMP/$tag"
	done
}

# The unit that confirms a plan is enabled by the first installation alone, and disabled by the removal.
unit()
{
	small_tool "$S" bin/systemctl
	ok "the unit is enabled by an installation" rebuilt "$S" \
		'systemctl --no-reload enable earlybind-confirm.service
' "$TMP/postin" 1
	ok "an upgrade leaves it as it is" rebuilt "$S" '' "$TMP/postin" 2
	ok "a removal disables it" rebuilt "$S" 'systemctl --no-reload disable earlybind-confirm.service
' "$TMP/preun" 0
	ok "the end of the old version does not" rebuilt "$S" '' "$TMP/preun" 1
	rm "$S/bin/systemctl"
	ok "without systemd the installation succeeds" rebuilt "$S" '' "$TMP/postin" 1
}

scripts()
{
	unit
	small_earlybind "$S"
	ok "no rule: an installation rebuilds nothing" rebuilt "$S" "$CHECKED" "$TMP/posttrans" 1
	ok "packages whose rules change no image: nothing" rebuilt "$S" "$CHECKED$CHECKED" "$TMP/transfiletriggers"
	small_stale "$S"
	ok "a package that brings or takes rules: every image, twice" rebuilt "$S" "$CHECKED$MADE$CHECKED$MADE" \
		"$TMP/transfiletriggers"
	ok "upgrade: no rule, but an image that has a plan: every image" rebuilt "$S" "$CHECKED$MADE" "$TMP/posttrans" 1
	echo 'bind 06:00' >>"$S/etc/earlybind.conf"
	ok "upgrade: a rule: it rebuilds every image" rebuilt "$S" "$MADE" "$TMP/posttrans" 1
	: >"$S/run/ostree-booted"
	ok "rpm-ostree makes its image itself" rebuilt "$S" '' "$TMP/posttrans" 1
	rm "$S/run/ostree-booted"
	small_earlybind "$S" 'exit 1'
	ok "regenerate fails: the installation succeeds" rebuilt "$S" "$MADE" "$TMP/posttrans" 1
	ok "regenerate fails: loud" has "$TMP/out" 'W: earlybind: not every initramfs image was made again'
}

# removal: before it, with earlybind, and then without.
removal()
{
	small_images "$S" initramfs- .img
	small_tool "$S" bin/dracut
	cp packaging/earlybind.conf "$S/etc/earlybind.conf"
	small_earlybind "$S"
	small_stale "$S"
	ok "no rule: before a removal the images are looked at" rebuilt "$S" "$CHECKED" "$TMP/preun" 0
	mv "$S/bin/earlybind" "$S/away"
	ok "no rule, but an image that has a plan: a removal rebuilds every image" rebuilt "$S" "$FORCE" "$TMP/postun" 0
	mv "$S/away" "$S/bin/earlybind"
	: >"$S/images"
	ok "no rule, images without a plan: before a removal" rebuilt "$S" "$CHECKED" "$TMP/preun" 0
	rm "$S/bin/earlybind"
	ok "no rule, images without a plan: a removal rebuilds nothing" rebuilt "$S" '' "$TMP/postun" 0
	echo 'bind 06:00' >>"$S/etc/earlybind.conf"
	ok "upgrade: the end of the old version rebuilds nothing" rebuilt "$S" '' "$TMP/postun" 1
	mv "$S/etc/earlybind.conf" "$S/etc/earlybind.conf.rpmsave"
	ok "a rule: a removal, which has renamed the configuration, rebuilds" rebuilt "$S" "$FORCE" "$TMP/postun" 0
	destroyer "$S"
	images='/boot/initramfs-6.1.0-1.img /boot/initramfs-6.1.0-2.img'
	ok "dracut destroys the image: a removal puts back each" survived "$S" "$images" "$TMP/postun" 0
	ok "dracut destroys the image: loud" has "$TMP/out" 'W: earlybind: /boot/initramfs-6.1.0-2.img could not be made again'
	small_tool "$S" bin/dracut
	rm "$S/etc/earlybind.conf.rpmsave"
	echo 'card 1 _SB_.PCI0 03.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0' >"$S/etc/earlybind.lock"
	ok "a card in the lock, no configuration: a removal rebuilds" rebuilt "$S" "$FORCE" "$TMP/postun" 0
	bsdtar -xf "$RPM" -C "$TMP" ./usr/bin/earlybind
	# shellcheck disable=SC2086 # a list
	small_root "$S" $TOOLS "$TMP/usr/bin/earlybind"
	small_images "$S" initramfs- .img
	echo 'card 1 _SB_.PCI0 03.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0' >"$S/etc/earlybind.lock"
	destroyer "$S"
	ok "dracut destroys the image: an upgrade puts back each" survived "$S" "$images" "$TMP/posttrans" 1
}

# The transaction's file triggers, one after the other: each ends in an exit of its own.
triggers()
{
	query TRANSFILETRIGGERSCRIPTS
	rpm -qp --qf '[(\n%{transfiletriggerscripts})\n]' "$RPM" >"$TMP/transfiletriggers"
}

need_build
need rpmbuild:rpm shellcheck:shellcheck scdoc:scdoc dash:dash bsdtar:libarchive-tools
built
ok "make install (for comparison)" installed
contents
readable
triggers
if why=$(may_chroot); then
	S=$TMP/small
	# shellcheck disable=SC2086 # a list
	small_root "$S" $TOOLS
	scripts
	removal
else
	skip "the package's scriptlets" "$why"
fi
tap_end
