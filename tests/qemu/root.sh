# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian roots and kernels, each made once and kept in build/cache. A root is a folder: a minimal Debian with one
# initramfs generator, without kernel and without earlybind. root_with copies one and adds kernels to the copy.
# Needs need.sh sourced, and TOP, the repository's folder.

ROOT_PACKAGES=systemd-sysv,udev,kmod,pciutils,zstd,strace
ROOT_LIBRARIES=libkmod2,libblkid1,libmount1,libpci3,libsmartcols1

# root_packages GENERATOR: what a root needs for its generator. binutils: dracut and mkinitcpio strip only with it.
root_packages()
{
	case $1 in
	initramfs-tools) echo initramfs-tools,busybox-static ;;
	dracut) echo dracut-core,cpio,binutils,busybox-static ;;
	mkinitcpio) echo busybox-static,libarchive-tools,binutils,file,gawk ;;
	*) fail "no generator $1" ;;
	esac
}

# root_names: the roots that can be, SUITE-GENERATOR: a suite older than this machine's has a glibc with which the
# host tool does not run.
root_names()
{
	[ "$(root_suite)" = trixie ] || printf '%s\n' bookworm-initramfs-tools bookworm-dracut
	printf '%s\n' trixie-initramfs-tools trixie-dracut
	[ -z "$(mkinitcpio_source)" ] || echo trixie-mkinitcpio
}

# root_remedy NAME: what a person can do to have that root, as the end of a sentence.
root_remedy()
{
	case $1 in
	*-mkinitcpio) echo ': set MKINITCPIO to a checkout of mkinitcpio' ;;
	*) echo ': its glibc is older than what earlybind is built with here' ;;
	esac
}

# root_own: the name of the root which is like this machine.
root_own()
{
	echo "$(root_suite)-initramfs-tools"
}

# root_suite: the Debian suite to use. This machine's own where it has one that works here: the host tool is linked
# with this machine's glibc and must run in the root.
root_suite()
{
	# shellcheck source=/dev/null
	root_codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	case ${EARLYBIND_SUITE:-$root_codename} in
	trixie) echo trixie ;;
	*) echo bookworm ;;
	esac
}

# root_mirror SUFFIX: the site from which this machine's apt takes its own Debian suite with that suffix ("" or
# -security); one-line and deb822 sources alike, since apt itself is asked. Empty where there is none.
root_mirror()
{
	# shellcheck disable=SC2016 # apt's own variables
	root_site=$(apt-get indextargets --format '$(SITE) $(CODENAME)' 'Created-By: Packages' 'Origin: Debian' |
		awk -v suffix="$1" '$2 ~ ("^[a-z]+" suffix "$") { print $1; exit }')
	case $root_site in
	mirror+file:*)
		# A list of mirrors, as on Debian's cloud images; debootstrap cannot read one.
		root_list=${root_site#mirror+file:}
		root_site=$(awk '/^[a-z]/ { print $1; exit }' "/${root_list##/}")
		;;
	esac
	echo "${root_site%/}"
}

# root_apt DIR COMMAND...: apt-get or apt-cache over a private set of lists below DIR, so that kernels and packages of
# other suites than this machine's can be found.
root_apt()
{
	root_dir=$1/apt
	shift
	if [ ! -d "$root_dir" ]; then
		mkdir -p "$root_dir/lists/partial" "$root_dir/cache/archives/partial"
		root_keys='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
		root_security=$(root_mirror -security)
		for root_s in bookworm trixie; do
			echo "deb $root_keys $(root_mirror '') $root_s main"
			[ -z "$root_security" ] || echo "deb $root_keys $root_security $root_s-security main"
		done >"$root_dir/sources.list"
		root_apt "${root_dir%/apt}" apt-get update -qq || fail "apt-get update"
	fi
	root_tool=$1
	shift
	"$root_tool" -o Dir::Etc::SourceList="$root_dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$root_dir/lists" -o Dir::Cache="$root_dir/cache" -o APT::Sandbox::User=root "$@"
}

# kernel_package DIR SERIES: the signed kernel package of a series: 6.1 and 6.12 are the newest ones of Debian 12,
# 6.1-oldest and 6.12-oldest the oldest that apt still lists, 13 is the newest of Debian 13.
kernel_package()
{
	case $2 in
	13) kernel_re='6\.[0-9]+\.[0-9]+\+deb13' ;;
	6.12*) kernel_re='6\.12\.[0-9]+\+deb12' ;;
	*) kernel_re='6\.1\.0-[0-9]+' ;;
	esac
	root_apt "$1" apt-cache search --names-only "^linux-image-$kernel_re-amd64\$" |
		sed -n 's/^\([^ ]*\) - .*(signed).*/\1/p' | sort -V |
		case $2 in *-oldest) head -n 1 ;; *) tail -n 1 ;; esac
}

# kernel_make SERIES DIR: unpacks that kernel into DIR/kernel and notes its release there. Unpacked, not installed:
# kernels of two suites can lie side by side in one root, and no image is built.
kernel_make()
{
	kernel_name=$(kernel_package "$2" "$1")
	[ -n "$kernel_name" ] || fail "apt knows no signed kernel $1"
	step "kernel $1: $kernel_name"
	(cd "$2" && root_apt "$2" apt-get download -qq "$kernel_name") || fail "apt-get download $kernel_name"
	# A root has its modules in /usr/lib, the package may have them in /lib.
	mkdir -p "$2/kernel/usr/lib"
	ln -s usr/lib "$2/kernel/lib"
	dpkg-deb --fsys-tarfile "$2/$kernel_name"_*.deb |
		tar -x --keep-directory-symlink --exclude ./usr/share -C "$2/kernel" || fail "unpacking $kernel_name"
	rm "$2/kernel/lib"
	depmod -b "$2/kernel/usr" "${kernel_name#linux-image-}"
	echo "${kernel_name#linux-image-}" >"$2/kernel/release"
}

# kernel_get SERIES: prints the folder of a cached kernel, which it makes where it is missing.
kernel_get()
{
	cache_get "kernel-$1" kernel kernel_make "$1"
}

# mkinitcpio_source: prints where mkinitcpio's files are: a checkout named by MKINITCPIO, or / where it is installed.
mkinitcpio_source()
{
	if [ -n "${MKINITCPIO:-}" ]; then
		[ -e "$MKINITCPIO/init_functions" ] || fail "MKINITCPIO=$MKINITCPIO is no checkout of mkinitcpio"
		echo "$MKINITCPIO"
	elif command -v mkinitcpio >/dev/null && [ -e /usr/lib/initcpio/functions ]; then
		echo /
	fi
}

# mkinitcpio_install ROOT: installs mkinitcpio there as meson would, and gives it what Arch has elsewhere than Debian.
mkinitcpio_install()
{
	mk_from=$(mkinitcpio_source)
	mk_lib=$1/usr/lib/initcpio
	mkdir -p "$mk_lib/post" "$1/etc/mkinitcpio.conf.d" "$1/etc/mkinitcpio.d"
	if [ "$mk_from" = / ]; then
		cp /usr/bin/mkinitcpio "$1/usr/bin/mkinitcpio"
		cp -r /usr/lib/initcpio/. "$mk_lib"
	else
		cp -r "$mk_from/functions" "$mk_from/init" "$mk_from/init_functions" "$mk_from/shutdown" \
			"$mk_from/hooks" "$mk_from/install" "$mk_lib"
		cp "$mk_from/mkinitcpio" "$1/usr/bin/mkinitcpio"
		grep -rlZ '@[A-Z_]*@' "$mk_lib" "$1/usr/bin/mkinitcpio" | xargs -0 sed -i -e 's,@VERSION@,checkout,g' \
			-e 's,@BINDIR@,/usr/bin,g' -e 's,@SYSCONFDIR@,/etc,g' \
			-e 's,@INITCPIO_LIBDIR@,/usr/lib/initcpio,g' -e 's,@INITCPIO_SYSCONFDIR@,/etc/initcpio,g' \
			-e 's,@VCONSOLE_CONF@,/etc/vconsole.conf,g' \
			-e 's,@UDEVD_PATH@,/usr/lib/systemd/systemd-udevd,g' \
			-e 's,@TMPFILES_PATH@,/usr/bin/systemd-tmpfiles,g'
	fi
	chmod 755 "$1/usr/bin/mkinitcpio"
	# Arch's busybox has no modprobe. Debian's shell prefers its own one, which wants an index that is not in the
	# image: under a name of the same length it is out of the way.
	LC_ALL=C sed 's/\x00modprobe\x00/\x00modprobf\x00/' "$1/usr/bin/busybox" >"$mk_lib/busybox"
	chmod 755 "$mk_lib/busybox"
	for mk_tool in modprobe modinfo depmod switch_root blkid sulogin swapon swapoff; do
		[ -e "$1/usr/bin/$mk_tool" ] || cp -L "$1/usr/sbin/$mk_tool" "$1/usr/bin/$mk_tool"
	done
	ln -sf x86_64-linux-gnu/libkmod.so.2 "$1/usr/lib/libkmod.so.2"
	# What Debian 13 has not; empty ones do.
	mkdir -p "$1/etc/udev"
	: >"$1/etc/udev/hwdb.bin"
	[ -e "$1/usr/lib/systemd/systemd-validatefs" ] || install -m 755 /dev/null "$1/usr/lib/systemd/systemd-validatefs"
}

# mkinitcpio_configure ROOT: the GPU's host driver is in MODULES, so that it races. The libraries are those that
# systemd and kmod open at run time.
mkinitcpio_configure()
{
	printf '%s\n' 'MODULES=(virtio_pci virtio_blk ext4 bochs snd_hda_intel)' 'COMPRESSION=zstd' \
		'BINARIES=(/usr/lib/x86_64-linux-gnu/libkmod.so.2 /usr/lib/x86_64-linux-gnu/liblzma.so.5)' \
		'COMPRESSION_OPTIONS=(-1)' 'HOOKS=(base udev)' >"$1/etc/mkinitcpio.conf"
}

# dracut_configure ROOT: the same with force_drivers.
dracut_configure()
{
	mkdir -p "$1/etc/dracut.conf.d"
	cat >"$1/etc/dracut.conf.d/test.conf" <<-'END'
		compress="zstd -1"
		force_drivers+=" bochs snd_hda_intel "
		add_drivers+=" virtio_pci virtio_blk ext4 "
		filesystems+=" ext4 "
		hostonly=yes
		hostonly_cmdline=no
		show_modules=no
	END
}

# initramfs_tools_configure ROOT: settings for images that are small and quick to make, and in which the host drivers of
# the GPU and of its audio function race with earlybind.
initramfs_tools_configure()
{
	sed -i -e 's/^MODULES=.*/MODULES=list/' -e 's/^FSTYPE=.*/FSTYPE=ext4/' -e 's/^COMPRESS=.*/COMPRESS=zstd/' \
		-e '/^COMPRESS=/a COMPRESSLEVEL=1' "$1/etc/initramfs-tools/initramfs.conf"
	printf '%s\n' virtio_pci virtio_blk ext4 bochs snd_hda_intel >"$1/etc/initramfs-tools/modules"
}

# root_configure ROOT GENERATOR
root_configure()
{
	case $2 in
	initramfs-tools) initramfs_tools_configure "$1" ;;
	dracut) dracut_configure "$1" ;;
	mkinitcpio) mkinitcpio_install "$1" && mkinitcpio_configure "$1" ;;
	esac
	echo 'LABEL=root / ext4 defaults 0 1' >"$1/etc/fstab"
	echo earlybind-test >"$1/etc/hostname"
	install -m 755 "$TOP/tests/qemu/guest/harness" "$1/harness"
	rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/usr/share/doc "$1"/usr/share/man \
		"$1"/usr/share/locale
}

# root_make NAME DIR: makes the root DIR/root; DIR holds what is needed on the way.
root_make()
{
	root_of=${1%%-*}
	root_generator=${1#*-}
	root_archive=libarchive13
	[ "$root_of" = bookworm ] || root_archive=libarchive13t64
	root_from=$(root_mirror '')
	# A fresh machine may have no lists at all yet.
	[ -n "$root_from" ] || { apt-get update -qq && root_from=$(root_mirror ''); }
	[ -n "$root_from" ] || fail "apt on this machine names no Debian mirror"
	step "debootstrap $1 (about a minute)"
	debootstrap --variant=minbase \
		--include="$ROOT_PACKAGES,$(root_packages "$root_generator"),$ROOT_LIBRARIES,$root_archive" \
		"$root_of" "$2/root" "$root_from" >"$2/log" 2>&1 || { tail -n 20 "$2/log" >&2; fail "debootstrap $1"; }
	root_configure "$2/root" "$root_generator"
}

# root_get NAME: prints the folder of a cached root, which it makes where it is missing.
# The key holds the recipe (this file and what it copies), not the mirror's state: a run with a full cache needs no
# network. To get newer packages, remove build/cache.
root_get()
{
	root_key=$(cat "$TOP/tests/qemu/root.sh" "$TOP/tests/qemu/guest/harness" | cksum | cut -d ' ' -f 1)
	cache_get "root-$1-$root_key" root root_make "$1"
}

# cache_get ENTRY RESULT FUNCTION ARG: prints the folder build/cache/ENTRY. Where it is missing, FUNCTION makes it: with
# ARG and a new folder, in which it leaves RESULT.
cache_get()
{
	if [ ! -d "$TOP/build/cache/$1" ]; then
		mkdir -p "$TOP/build/cache"
		# In a mount namespace of its own, so that an interrupted debootstrap leaves no mount behind, and
		# built aside under a lock, so that it leaves no half root either.
		# shellcheck disable=SC2016 # the inner shell's own arguments
		flock "$TOP/build/cache/.lock" unshare --mount sh -c '
			TOP=$1
			. "$TOP/tests/lib/need.sh"
			. "$TOP/tests/qemu/root.sh"
			cd "$TOP/build/cache" || exit 1
			[ ! -d "$2" ] || exit 0
			case $2 in root-*) rm -rf --one-file-system "${2%-*}"-* ;; esac
			rm -rf --one-file-system .new-*
			mkdir .new
			"$4" "$5" "$PWD/.new"
			mv ".new/$3" "$2"
			rm -rf --one-file-system .new' sh "$TOP" "$@" >&2 || return 1
	fi
	echo "$TOP/build/cache/$1"
}

# root_with ROOT DIR SERIES...: a copy of a cached root with these kernels in it.
root_with()
{
	root_to=$2
	root_copy "$1" "$root_to"
	shift 2
	for root_series in "$@"; do
		root_kernel=$(kernel_get "$root_series") || return 1
		cp -al "$root_kernel/boot" "$root_kernel/usr" "$root_to/"
		echo "$root_series $(cat "$root_kernel/release")" >>"$root_to/kernels"
	done
}

# root_release ROOT SERIES: the release of the root's kernel of a series, as uname -r prints it.
root_release()
{
	awk -v series="$2" '$1 == series { print $2 }' "$1/kernels"
}

# root_copy FROM TO: a copy of hard links: half a second. Who changes a file in it replaces the file.
root_copy()
{
	mkdir "$2"
	cp -al "$1/." "$2"
}
