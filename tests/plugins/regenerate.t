#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# regenerate.t: `earlybind regenerate` with the real dracut and the real mkinitcpio, in Debian roots (update-initramfs is
# run by tests/packages/deb.t). With EARLYBIND_ALL=1 in all roots that can be had, else in one. mkinitcpio: a checkout
# named by MKINITCPIO, or where it is installed. Run from the top of the repository, as root.
# shellcheck source=/dev/null
. tests/lib/plugin.sh
# shellcheck disable=SC2034 # for those that are sourced
TOP=$PWD WORK=$TMP
# shellcheck source=/dev/null
. tests/qemu/lib.sh

need debootstrap:debootstrap depmod:kmod flock:util-linux cpio:cpio objdump:binutils
need /usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring

# in_root COMMAND...: in the root R; what it says goes to out and err, how it ends to code.
in_root()
{
	# shellcheck disable=SC2016 # the inner shell's own arguments
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		unshare --mount sh -c 'mount -t proc proc "$1/proc" && cd "$1" && shift && exec chroot . "$@"' \
		sh "$R" "$@" </dev/null >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

regenerate()
{
	step "$1: earlybind regenerate $2"
	shift
	# shellcheck disable=SC2086 # no word, or one
	in_root earlybind regenerate $1
}

# ended CODE TEXT: how, and a line it said.
ended()
{
	if [ "$(cat "$TMP/code")" != "$1" ] || ! cat "$TMP/out" "$TMP/err" | grep -F -e "$2"; then
		echo "exit code $(cat "$TMP/code")"
		tail -n 40 "$TMP/out" "$TMP/err"
		return 1
	fi
}

# only GENERATOR: of those that R has, the others are gone: each by the file that says that it is there.
only()
{
	[ "$1" = dracut ] || rm -f "$R/usr/lib/dracut/dracut-functions.sh"
	[ "$1" = mkinitcpio ] || rm -f "$R/usr/lib/initcpio/functions"
	rm -f "$R/usr/share/initramfs-tools/hook-functions"
}

# prepare SUITE GENERATOR SERIES: R is that root with a kernel, earlybind, and an accepted rule.
prepare()
{
	R=$TMP/$1-$2
	prepared=$(root_get "$1") || return 1
	root_with "$prepared" "$R" "$3" || return 1
	only "$2"
	RELEASE=$(root_release "$R" "$3")
	make -s install DESTDIR="$R" >"$TMP/install.log" 2>&1 || { cat "$TMP/install.log"; return 1; }
	rm -f "$R/etc/earlybind.conf"
	echo 'bind 10de:13c1' >"$R/etc/earlybind.conf"
	tree_lock 10de:13c1 >"$R/etc/earlybind.lock"
}

# change FILE SED-COMMAND: a new file, because the root's others are hard links.
change()
{
	sed "$2" "$R/$1" >"$TMP/changed"
	rm "$R/$1"
	cp "$TMP/changed" "$R/$1"
}

# note: remembers the images; as_noted: they are the same, byte for byte; another: some is not.
note()
{
	cksum "$R"/boot/init* >"$TMP/noted"
}

as_noted()
{
	cksum "$R"/boot/init* | diff -u "$TMP/noted" -
}

another()
{
	! as_noted >/dev/null
}

nothing_kept()
{
	[ ! -e "$R/var/lib/earlybind/images" ]
}

# life NAME RELEASE: the first image, a change of the configuration, and the image after that.
life()
{
	regenerate "$1" "$2"
	ok "$1: regenerate makes the first image" ended 0 ': current'
	in_root earlybind regenerate --check
	ok "$1: --check: current" ended 0 ': current'
	note
	echo 'set timeout=20s' >>"$R/etc/earlybind.conf"
	in_root earlybind regenerate --check
	ok "$1: --check after a change of the configuration: stale" ended 1 ': stale'
	ok "$1: and nothing was written" as_noted
	in_root earlybind status
	ok "$1: status says so too" ended 1 ': stale'
	regenerate "$1" ''
	ok "$1: regenerate makes it anew, over the old one" ended 0 ': current'
	ok "$1: it is another one" another
	ok "$1: no copy is left" nothing_kept
	in_root earlybind regenerate --check
	ok "$1: --check: current again" ended 0 ': current'
}

# in_small_boot KIB: regenerate, where /boot is a file system of its own with so much room beside the images. These must
# be afterwards what they were, byte for byte: exit code 97 if not. 98: the module that `fill` makes did not run.
in_small_boot()
{
	cp -a "$R/boot" "$R/kept-boot"
	# shellcheck disable=SC2016 # the inner shell's own arguments
	unshare --mount sh -c '
		size=$(du -sk "$1/boot" | cut -f 1)
		mount -t tmpfs -o size=$((size + $2))k tmpfs "$1/boot" && cp -a "$1/kept-boot/." "$1/boot" &&
			mount -t proc proc "$1/proc" && cd "$1" || exit 99
		chroot . env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin earlybind regenerate
		code=$?
		for image in "$1"/kept-boot/init*; do
			cmp "$image" "$1/boot/${image##*/}" || exit 97
		done
		[ ! -e "$1/fill" ] || [ -s "$1/boot/filled" ] || exit 98
		exit $code' sh "$R" "$1" </dev/null >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	rm -rf "$R/kept-boot"
}

# too_small NAME: there is no room from the start.
too_small()
{
	in_small_boot 1024
	ok "full-disk: $1: regenerate refuses, before anything is done" ended 1 'nothing was changed'
}

# full NAME: there is, but someone takes it while the generator works, so that its writing fails.
full()
{
	step "$1: /boot fills up"
	: >"$R/fill"
	in_small_boot 300000
	ok "full-disk: $1: regenerate fails, and the old image is there" ended 1 'the old image'
	ok "full-disk: $1: no copy is left" nothing_kept
}

# fill VARIABLE: what a module of a generator does to have its image, whose folder the variable names, not fit.
fill()
{
	echo "head -c 30000000 /dev/urandom >\"\$$1/usr/lib/filler\"; head -c 500000000 /dev/zero >/boot/filled 2>/dev/null; :"
}

# stub_into ROOT: systemd's EFI stub, of which generators make UKIs.
stub_into()
{
	mkdir -p "$TMP/stub" "$1/usr/lib/systemd/boot/efi"
	(cd "$TMP/stub" && apt-get download -qq -o APT::Sandbox::User=root systemd-boot-efi >&2 &&
		dpkg-deb -x systemd-boot-efi_*.deb .) &&
		cp "$TMP/stub/usr/lib/systemd/boot/efi/linuxx64.efi.stub" "$1/usr/lib/systemd/boot/efi/"
}

# uki NAME FILE: regenerate has made this UKI alone; then once more after a change of the configuration.
uki()
{
	ok "$1: a UKI is made" ended 0 "/$2: current"
	ok "$1: it is one" sh -c "objdump -h '$R/$2' | grep -q '\.initrd ' && objdump -h '$R/$2' | grep -q '\.linux '"
	echo 'set timeout=21s' >>"$R/etc/earlybind.conf"
	in_root earlybind regenerate --check
	ok "$1: --check after a change of the configuration: stale" ended 1 "/$2: stale"
	regenerate "$1" ''
	ok "$1: made anew" ended 0 "/$2: current"
	ok "$1: no copy is left" nothing_kept
}

# with_dracut SUITE SERIES
with_dracut()
{
	prepare "$1" dracut "$2" || { ok "dracut of $1: a root" false; return 0; }
	set -- "$1-dracut"
	life "$1" "$RELEASE"
	too_small "$1"
	[ "${EARLYBIND_ALL:-}" = 1 ] || return 0
	mkdir -p "$R/usr/lib/dracut/modules.d/99fill"
	printf '%s\n' 'check() { return 0; }' 'depends() { return 0; }' "install() { $(fill initdir); }" \
		>"$R/usr/lib/dracut/modules.d/99fill/module-setup.sh"
	full "$1"
	if stub_into "$R"; then
		rm -rf "$R"/boot/init* "$R/usr/lib/dracut/modules.d/99fill"
		printf '%s\n' 'uefi=yes' 'kernel_cmdline="root=/dev/vda1"' >"$R/etc/dracut.conf.d/uefi.conf"
		echo 11111111222233334444555555555555 >"$R/etc/machine-id"
		regenerate "$1" "$RELEASE"
		uki "$1, uefi=yes" "$(cd "$R" && ls efi/EFI/Linux/linux-*.efi boot/efi/EFI/Linux/linux-*.efi \
			boot/EFI/Linux/linux-*.efi 2>/dev/null)"
	else
		skip "$1, uefi=yes: a UKI is made" "this machine's apt has no systemd-boot-efi"
	fi
	rm -rf --one-file-system "$R"
}

with_mkinitcpio()
{
	why=$(root_problem trixie mkinitcpio '')
	if [ -n "$why" ]; then
		skip "regenerate with the real mkinitcpio" "$why"
		return 0
	fi
	prepare trixie mkinitcpio 13 || { ok "mkinitcpio: a root" false; return 0; }
	echo linux >"$R/usr/lib/modules/$RELEASE/pkgbase"
	printf '%s\n' "ALL_kver=/boot/vmlinuz-$RELEASE" "PRESETS=('default' 'fallback')" \
		'default_image="/boot/initramfs-linux.img"' 'fallback_image="/boot/initramfs-linux-fallback.img"' \
		'fallback_options="-S autodetect"' >"$R/etc/mkinitcpio.d/linux.preset"
	life mkinitcpio "$RELEASE"
	too_small mkinitcpio
	change etc/mkinitcpio.conf 's/^HOOKS=.*/HOOKS=(base systemd)/'
	regenerate mkinitcpio ''
	ok "mkinitcpio: images whose init is systemd: current" ended 0 ': current'
	change etc/mkinitcpio.conf 's/^HOOKS=.*/HOOKS=(base udev fill)/'
	printf 'build() {\n%s\n}\n' "$(fill BUILDROOT)" >"$R/usr/lib/initcpio/install/fill"
	full mkinitcpio
	change etc/mkinitcpio.conf 's/^HOOKS=.*/HOOKS=(base udev)/'
	if stub_into "$R"; then
		rm "$R"/boot/init*
		mkdir -p "$R/efi/EFI/Linux" "$R/etc/kernel"
		echo 'root=/dev/vda1' >"$R/etc/kernel/cmdline"
		printf '%s\n' "ALL_kver=/boot/vmlinuz-$RELEASE" "PRESETS=('default')" \
			'default_uki="/efi/EFI/Linux/arch-linux.efi"' >"$R/etc/mkinitcpio.d/linux.preset"
		regenerate mkinitcpio "$RELEASE"
		uki 'mkinitcpio, a preset with a UKI' efi/EFI/Linux/arch-linux.efi
	else
		skip "mkinitcpio, a preset with a UKI: a UKI is made" "this machine's apt has no systemd-boot-efi"
	fi
	rm -rf --one-file-system "$R"
}

if [ "$(id -u)" -ne 0 ]; then
	skip "regenerate with real generators" "they are run in a chroot, which needs root"
elif ! unshare --mount true 2>/dev/null; then
	skip "regenerate with real generators" "no mount namespaces here"
elif [ -z "$(root_mirror '')" ]; then
	skip "regenerate with real generators" "this machine's apt names no Debian"
else
	own=$(root_suite) || exit 1
	with_dracut "$own" "$(suite_kernel "$own")"
	if [ "${EARLYBIND_ALL:-}" = 1 ]; then
		for suite in trixie forky; do
			[ "$own" = $suite ] || [ -n "$(root_problem $suite dracut)" ] || with_dracut $suite "$(suite_kernel $suite)"
		done
		with_mkinitcpio
	else
		skip "regenerate with the other real generators, and where a file system fills" "long: EARLYBIND_ALL=1"
	fi
fi
tap_end
