# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The life of the Debian package in a clean root: built there, installed, upgraded, removed and purged, with rules and
# without, on two kernels, and booted. Sourced by deb.t.
# shellcheck source=/dev/null
. tests/packages/root.sh
# shellcheck source=/dev/null
. tests/packages/machine.sh

# life_build SUITE: builds VERSION and a higher one in that suite's own root: their libraries have other names. The
# packages are in TMP/debs-SUITE.
life_build()
{
	life_from=$(roots_get build "$1") || return 1
	R=$TMP/build-$1
	root_copy "$life_from" "$R"
	mkdir "$R/tree" "$TMP/debs-$1"
	tar -c --exclude-vcs --exclude=./build . | tar -x -C "$R/tree"
	step "building in $1, twice"
	in_root make -C /tree deb || return 1
	in_root lintian --allow-root --fail-on error,warning --tag-display-limit 0 \
		"/tree/build/deb/earlybind_${VERSION}_amd64.changes" || return 1
	cp "$R"/tree/build/deb/earlybind_*.deb "$TMP/debs-$1/old.deb"
	rm -rf "$R/tree/build"
	in_root env DEB_BUILD_OPTIONS=nocheck make -C /tree deb VERSION="$VERSION.1" || return 1
	cp "$R"/tree/build/deb/earlybind_*.deb "$TMP/debs-$1/new.deb"
	rm -rf --one-file-system "$R"
}

# images_note: remembers every image; images_as_noted: none was made again; images_made_again: every one was.
images_note()
{
	stat -c '%n %i %Y' "$R"/boot/initrd.img-* >"$TMP/noted"
}

images_as_noted()
{
	stat -c '%n %i %Y' "$R"/boot/initrd.img-* | diff -u "$TMP/noted" -
}

images_made_again()
{
	[ -s "$TMP/noted" ] && ! stat -c '%n %i %Y' "$R"/boot/initrd.img-* | grep -xFf "$TMP/noted"
}

# look RELEASE: unpacks that kernel's image into R/look.
look()
{
	rm -rf "$R/look"
	in_root unmkinitramfs "/boot/initrd.img-$1" /look && [ -d "$R/look" ]
}

# has_plan KERNELS: for `ok`: so many kernels have an image, and each has the installed program and a plan for it.
has_plan()
{
	has_plan_count=0
	for release in $(in_root linux-version list); do
		look "$release" || return 1
		plan=$(find "$R/look" -path '*/usr/lib/earlybind/plan')
		[ -n "$plan" ] || { echo "the image of $release has no plan"; return 1; }
		grep -x "kernel $release" "$plan" && grep '^card ' "$plan" || return 1
		cmp "${plan%/plan}/earlybind-init" "$R/usr/lib/earlybind/earlybind-init" || return 1
		has_plan_count=$((has_plan_count + 1))
	done
	[ $has_plan_count = "$1" ]
}

# is_clean KERNELS: for `ok`: so many kernels have an image, and none has anything of earlybind.
is_clean()
{
	is_clean_count=0
	for release in $(in_root linux-version list); do
		look "$release" || return 1
		[ -z "$(find "$R/look" -name '*earlybind*' -print | tee /dev/stderr)" ] || return 1
		is_clean_count=$((is_clean_count + 1))
	done
	[ $is_clean_count = "$1" ]
}

kept()
{
	cmp "$TMP/accepted/earlybind.conf" "$R/etc/earlybind.conf" &&
		cmp "$TMP/accepted/earlybind.lock" "$R/etc/earlybind.lock"
}

# nothing_left: but for the machine's own logs.
nothing_left()
{
	rm -rf "$R/look"
	[ -z "$(find "$R" -xdev -name '*earlybind*' -print | tee /dev/stderr)" ] && ! in_root dpkg -s earlybind
}

# rules_gone: what `earlybind remove` of the last rule leaves: images that still have the plan.
rules_gone()
{
	sed -i '/^bind /d' "$R/etc/earlybind.conf" && rm "$R/etc/earlybind.lock"
}

# rules_package: another package, of a fleet's administrator, that brings the rule to which the lock belongs.
rules_package()
{
	mkdir -p "$TMP/fleet/DEBIAN" "$TMP/fleet/usr/lib/earlybind.d"
	echo 'bind 1234:1111' >"$TMP/fleet/usr/lib/earlybind.d/50-fleet.conf"
	printf '%s\n' 'Package: fleet' 'Version: 1' 'Architecture: all' 'Maintainer: nobody <root@localhost>' \
		'Description: rules' >"$TMP/fleet/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$TMP/fleet" "$R/fleet.deb"
}

life_without_rules()
{
	images_note
	put "$TMP/debs-$1/old.deb"
	ok "$1: it installs in a clean root" in_root dpkg -i /deb
	ok "$1: an installation without rules makes no image again" images_as_noted
	put "$TMP/debs-$1/new.deb"
	ok "$1: neither does an upgrade" in_root dpkg -i /deb
	ok "$1: (the images are as they were)" images_as_noted
	ok "$1: nor a purge" in_root dpkg --purge earlybind
	ok "$1: (the images are as they were)" images_as_noted
	ok "$1: and it leaves nothing" nothing_left
}

# life_first_boots SUITE: what a user does, in the machine itself: add, regenerate, reboot. What that wrote is then in R.
life_first_boots()
{
	life_release=$(in_root linux-version list)
	life_image=boot/initrd.img-$life_release
	put "$TMP/debs-$1/old.deb"
	ok "$1: it installs again" in_root dpkg -i /deb
	ok "$1: (the image can boot this machine)" in_root update-initramfs -u -k all
	ok "$1: and has nothing of earlybind" is_clean 1
	images_note
	disk_make "$R" "$WORK/disk"
	cp "$R/$life_image" "$WORK/initrd"
	machine_boot "$1-add" "$life_release" "$WORK/initrd" off add regenerate
	ok "$1: earlybind add, of one of two identical cards" machine_shows "$1-add" 'report:none add~^added'
	ok "$1: earlybind regenerate, and its image is current" machine_shows "$1-add" \
		'regenerate~^regenerated regenerate~^all-current'
	ok "$1: what it wrote" machine_take etc/earlybind.conf etc/earlybind.lock "$life_image"
	ok "$1: the image is another" images_made_again
	ok "$1: the image has the plan" has_plan 1
	machine_boot "$1-bound" "$life_release" "$R/$life_image" on
	ok "$1: the next boot: bound, its twin is not, and the report says so" machine_shows "$1-bound" "$MACHINE_BOUND"
	rm -rf "$TMP/accepted"
	mkdir "$TMP/accepted"
	cp "$R/etc/earlybind.conf" "$R/etc/earlybind.lock" "$TMP/accepted"
}

# life_upgrade SUITE: a higher version, then a second kernel, which boots.
life_upgrade()
{
	images_note
	put "$TMP/debs-$1/new.deb"
	ok "upgrade: $1: to a higher version" in_root dpkg -i /deb
	ok "upgrade: $1: config and lock kept" kept
	ok "upgrade: $1: the image is made again" images_made_again
	ok "upgrade: $1: with the new program" has_plan 1
	ok "upgrade: $1: earlybind says so too" in_root earlybind regenerate --check
	ok "$1: a second kernel is installed" in_root sh -c 'dpkg -i /second/*.deb'
	ok "$1: both kernels' images have the plan" has_plan 2
	life_second=$(in_root linux-version list | grep -vxF "$life_release")
	disk_make "$R" "$WORK/disk"
	machine_boot "$1-second" "$life_second" "$R/boot/initrd.img-$life_second" on
	ok "upgrade: $1: the second kernel's first boot: bound" machine_shows "$1-second" "$MACHINE_BOUND"
}

# kernel_installed TEXT: for `ok`: what the package of the second kernel runs at its installation succeeds, and warns of
# this; the kernel has a new image, without anything of earlybind.
kernel_installed()
{
	rm "$R/boot/initrd.img-$life_second"
	in_root env DEB_MAINT_PARAMS=configure run-parts --arg="$life_second" --arg="/boot/vmlinuz-$life_second" \
		/etc/kernel/postinst.d >"$TMP/postinst" 2>&1 || { cat "$TMP/postinst"; return 1; }
	has "$TMP/postinst" "$1" && look "$life_second" && [ -z "$(find "$R/look" -name '*earlybind*' | tee /dev/stderr)" ]
}

# life_faults SUITE: a fault that is ours alone costs no kernel its image.
life_faults()
{
	rm "$R/etc/earlybind.lock"
	sed 's/ 1234:/ 1235:/' "$TMP/accepted/earlybind.lock" >"$R/etc/earlybind.lock"
	ok "$1: a damaged lock: a kernel is installed all the same" kernel_installed 'warning: lock-broken: /etc/earlybind.lock'
	cp "$TMP/accepted/earlybind.lock" "$R/etc/earlybind.lock"
	mv "$R/usr/bin/earlybind" "$R/usr/bin/away"
	ok "$1: no earlybind: a kernel is installed all the same" kernel_installed 'W: earlybind: the image for '
	mv "$R/usr/bin/away" "$R/usr/bin/earlybind"
	ok "$1: regenerate makes both images right again" in_root earlybind regenerate
	ok "$1: both kernels' images have the plan again" has_plan 2
}

life_end()
{
	images_note
	ok "$1: remove" in_root dpkg --remove earlybind
	ok "$1: remove: every image is made again" images_made_again
	ok "$1: remove: every kernel's image is clean" is_clean 2
	ok "$1: remove: config and lock kept" kept
	ok "$1: it installs once more, with its config and lock" in_root dpkg -i /deb
	ok "$1: both kernels' images have the plan at once" has_plan 2
	images_note
	ok "$1: the rule is removed, and nobody runs regenerate" rules_gone
	ok "$1: purge" in_root dpkg --purge earlybind
	ok "$1: purge: every image is made again" images_made_again
	ok "$1: purge: every kernel's image is clean" is_clean 2
	ok "$1: purge: nothing left" nothing_left
}

life_with_another_package()
{
	ok "$1: it installs a last time" in_root dpkg -i /deb
	cp "$TMP/accepted/earlybind.lock" "$R/etc"
	ok "$1: a package that brings the lock's rule" rules_package
	ok "$1: is installed" in_root dpkg -i /fleet.deb
	ok "$1: every image has the plan" has_plan 2
	ok "$1: and is removed" in_root dpkg --purge fleet
	ok "$1: every image is clean again" is_clean 2
}

# life_in SUITE
life_in()
{
	may_chroot >/dev/null || { skip "the package's life in $1" "$(may_chroot)"; return 0; }
	[ -n "$(root_mirror '')" ] || { skip "the package's life in $1" "this machine's apt names no Debian"; return 0; }
	life_clean=$(roots_get clean "$1") || { skip "the package's life in $1" "no root of it can be made here"; return 0; }
	ok "$1: builds there, lintian-clean" life_build "$1"
	R=$TMP/$1
	root_copy "$life_clean" "$R"
	rm -f "$R"/var/log/*.log # the copy's files are links: what is appended to would change the cached root
	machine_make
	life_without_rules "$1"
	life_first_boots "$1"
	life_upgrade "$1"
	life_faults "$1"
	life_end "$1"
	life_with_another_package "$1"
	rm -rf --one-file-system "$R"
}
