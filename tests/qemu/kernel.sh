# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A kernel of our own, for what no kernel of Debian's has: the firmware's framebuffer at simple-framebuffer, vfio-pci built
# in, and host drivers built in. Made from Debian's linux-source with the options of kernel.config, in minutes, and kept in
# build/cache as those that kernel_get makes. Needs need.sh, suite.sh and root.sh sourced, and TOP, the repository's folder.

KERNEL_OURS=linux-source-6.12

# kernel_ours: prints the folder of that kernel, which it makes where it is missing. The key holds source and options,
# not the mirror's state. It has a lock of its own: nobody else waits for minutes.
kernel_ours()
{
	ours_cache=$TOP/build/cache
	ours_key=$(echo "$KERNEL_OURS" | cat - "$TOP/tests/qemu/kernel.config" | cksum | cut -d ' ' -f 1)
	mkdir -p "$ours_cache"
	(
		flock 6
		[ ! -d "$ours_cache/ours-$ours_key" ] || exit 0
		rm -rf "$ours_cache"/ours-* "$ours_cache/.ours"
		mkdir "$ours_cache/.ours"
		kernel_ours_make "$ours_cache/.ours" >&2 || exit 1
		mv "$ours_cache/.ours/kernel" "$ours_cache/ours-$ours_key"
		rm -rf "$ours_cache/.ours"
	) 6>"$ours_cache/.ours.lock" || return 1
	echo "$ours_cache/ours-$ours_key"
}

# kernel_ours_source DIR: the source in DIR/source. The register lists of a driver that is not built are half of it.
kernel_ours_source()
{
	step "$KERNEL_OURS"
	(cd "$1" && root_apt "$1" trixie apt-get download -qq "$KERNEL_OURS") || fail "apt-get download $KERNEL_OURS"
	mkdir "$1/source"
	dpkg-deb --fsys-tarfile "$1/$KERNEL_OURS"_*.deb | tar -xO "./usr/src/$KERNEL_OURS.tar.xz" |
		tar -xJ -C "$1/source" --strip-components=1 --exclude '*/drivers/gpu/drm/amd/include' --exclude '*/Documentation/[a-z]*' ||
		fail "unpacking $KERNEL_OURS"
}

# kernel_ours_config DIR: kernel.config, and nothing that it does not ask for. An option that is gone, or wants another one,
# is not dropped in silence.
kernel_ours_config()
{
	make -s -C "$1/source" KCONFIG_ALLCONFIG="$TOP/tests/qemu/kernel.config" allnoconfig >"$1/log" 2>&1 || return 1
	grep 'CONFIG_' "$TOP/tests/qemu/kernel.config" | while read -r ours_option; do
		grep -qxF -e "$ours_option" "$1/source/.config" || fail "kernel.config: not so in $KERNEL_OURS: $ours_option"
	done
}

# kernel_ours_build DIR: kernel and modules below DIR/kernel.
kernel_ours_build()
{
	kernel_ours_config "$1" || return 1
	nice make -s -C "$1/source" -j"$(nproc)" bzImage modules >>"$1/log" 2>&1 || return 1
	make -s -C "$1/source" INSTALL_MOD_PATH="$1/kernel/usr" modules_install >>"$1/log" 2>&1 || return 1
	make -s -C "$1/source" kernelrelease >"$1/kernel/release"
	cp "$1/source/arch/x86/boot/bzImage" "$1/kernel/boot/vmlinuz-$(cat "$1/kernel/release")"
	rm -f "$1"/kernel/usr/lib/modules/*/build "$1"/kernel/usr/lib/modules/*/source
}

# kernel_ours_make DIR: makes it in DIR and leaves DIR/kernel.
kernel_ours_make()
{
	need gcc:gcc make:make flex:flex bison:bison bc:bc xz:xz-utils /usr/include/libelf.h:libelf-dev depmod:kmod
	kernel_ours_source "$1"
	step 'building it (about five minutes of two processors)'
	mkdir -p "$1/kernel/boot" "$1/kernel/usr"
	kernel_ours_build "$1" || {
		tail -n 20 "$1/log" >&2
		fail "make in $KERNEL_OURS"
	}
}
