# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian roots, made once and kept in build/cache. A root is a folder: a minimal Debian with an initramfs generator
# and two kernels, without earlybind. Others copy it (root_copy) and add to the copy.
# Needs need.sh sourced, and TOP, the repository's folder.

ROOT_PACKAGES=systemd-sysv,udev,kmod,pciutils,initramfs-tools,zstd,busybox-static,strace
ROOT_LIBRARIES=libkmod2,libblkid1,libmount1,libpci3,libsmartcols1
ROOT_KERNELS='6.1 6.12'

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

# root_apt DIR SUITE COMMAND...: apt-get or apt-cache over a private set of lists below DIR, so that kernels of
# another suite than this machine's can be found. Bookworm is always there, for its 6.1.
root_apt()
{
	root_dir=$1/apt
	root_of=$2
	shift 2
	if [ ! -d "$root_dir" ]; then
		mkdir -p "$root_dir/lists/partial" "$root_dir/cache/archives/partial"
		root_keys='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
		root_security=$(root_mirror -security)
		for root_s in bookworm "$root_of"; do
			echo "deb $root_keys $(root_mirror '') $root_s main"
			[ -z "$root_security" ] || echo "deb $root_keys $root_security $root_s-security main"
		done | sort -u >"$root_dir/sources.list"
	fi
	root_tool=$1
	shift
	"$root_tool" -o Dir::Etc::SourceList="$root_dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$root_dir/lists" -o Dir::Cache="$root_dir/cache" -o APT::Sandbox::User=root "$@"
}

# root_kernel_package DIR SUITE SERIES: the newest signed kernel package of a series (6.1, 6.12).
root_kernel_package()
{
	root_re=$(printf '%s' "$3" | sed 's/\./\\./g')
	root_apt "$1" "$2" apt-cache search --names-only \
		"^linux-image-$root_re\\.[0-9]+(\\+deb[0-9]+)?(-[0-9]+)?-amd64\$" |
		sed -n 's/^\([^ ]*\) - .*(signed).*/\1/p' | sort -V | tail -n 1
}

# root_add_kernel DIR SUITE SERIES ROOT: unpacks a kernel into ROOT and notes its release in ROOT/kernels.
# Unpacked, not installed: two kernels of two suites can lie side by side, and no image is built.
root_add_kernel()
{
	root_package=$(root_kernel_package "$1" "$2" "$3")
	[ -n "$root_package" ] || fail "apt knows no signed kernel $3"
	step "kernel $3: $root_package"
	(cd "$1" && root_apt "$1" "$2" apt-get download -qq "$root_package") || fail "apt-get download $root_package"
	# /lib is a link into /usr, which dpkg -x would replace by a folder.
	dpkg-deb --fsys-tarfile "$1/$root_package"_*.deb | tar -x --keep-directory-symlink -C "$4" ||
		fail "unpacking $root_package"
	root_release=${root_package#linux-image-}
	depmod -b "$4" "$root_release"
	echo "$3 $root_release" >>"$4/kernels"
}

# root_configure ROOT: the generator's settings, for images that are small and quick to make, and in which the host
# drivers of the GPU and of its audio function race with earlybind.
root_configure()
{
	sed -i -e 's/^MODULES=.*/MODULES=list/' -e 's/^FSTYPE=.*/FSTYPE=ext4/' -e 's/^COMPRESS=.*/COMPRESS=zstd/' \
		-e '/^COMPRESS=/a COMPRESSLEVEL=1' "$1/etc/initramfs-tools/initramfs.conf"
	printf '%s\n' virtio_pci virtio_blk ext4 bochs snd_hda_intel >"$1/etc/initramfs-tools/modules"
	echo 'LABEL=root / ext4 defaults 0 1' >"$1/etc/fstab"
	echo earlybind-test >"$1/etc/hostname"
	install -m 755 "$TOP/tests/qemu/guest/harness" "$1/harness"
	rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/usr/share/doc "$1"/usr/share/man \
		"$1"/usr/share/locale
}

# root_make SUITE DIR: makes the root DIR/root; DIR holds what is needed on the way.
root_make()
{
	root_archive=libarchive13
	[ "$1" = bookworm ] || root_archive=libarchive13t64
	root_from=$(root_mirror '')
	# A fresh machine may have no lists at all yet.
	[ -n "$root_from" ] || { apt-get update -qq && root_from=$(root_mirror ''); }
	[ -n "$root_from" ] || fail "apt on this machine names no Debian mirror"
	step "debootstrap $1 (about a minute)"
	debootstrap --variant=minbase --include="$ROOT_PACKAGES,$ROOT_LIBRARIES,$root_archive" "$1" "$2/root" \
		"$root_from" >"$2/log" 2>&1 || { tail -n 20 "$2/log" >&2; fail "debootstrap $1"; }
	root_apt "$2" "$1" apt-get update -qq || fail "apt-get update"
	for root_series in $ROOT_KERNELS; do
		root_add_kernel "$2" "$1" "$root_series" "$2/root"
	done
	root_configure "$2/root"
}

# root_get: prints the folder of the cached root, which it makes where it is missing.
# The key holds the recipe (this file and what it copies), not the mirror's state: a run with a full cache needs no
# network. To get newer packages, remove build/cache.
root_get()
{
	root_suite=$(root_suite)
	root_key=$(cat "$TOP/tests/qemu/root.sh" "$TOP/tests/qemu/guest/harness" | cksum | cut -d ' ' -f 1)
	root_path=$TOP/build/cache/root-$root_suite-$root_key
	if [ ! -d "$root_path" ]; then
		mkdir -p "$TOP/build/cache"
		# In a mount namespace of its own, so that an interrupted debootstrap leaves no mount behind, and
		# built aside under a lock, so that it leaves no half root either.
		# shellcheck disable=SC2016 # the inner shell's own arguments
		flock "$TOP/build/cache/.lock" unshare --mount sh -c '
			. "$1/tests/lib/need.sh"
			. "$1/tests/qemu/root.sh"
			[ ! -d "$3" ] || exit 0
			rm -rf --one-file-system "$1"/build/cache/.new-* "$1/build/cache/root-$2"-*
			mkdir "$1/build/cache/.new-root"
			TOP=$1
			root_make "$2" "$1/build/cache/.new-root"
			mv "$1/build/cache/.new-root/root" "$3"
			rm -rf "$1/build/cache/.new-root"' sh "$TOP" "$root_suite" "$root_path" >&2 || return 1
	fi
	echo "$root_path"
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
