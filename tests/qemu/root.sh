# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian roots and kernels, each made once and kept in build/cache. A root is a folder, named after its suite: a minimal
# Debian with all the initramfs generators (recipe.sh), without kernel and without earlybind. root_with copies one and
# adds kernels, and mkinitcpio, to the copy.
# Needs need.sh, suite.sh, recipe.sh and mkinitcpio.sh sourced, and TOP, the repository's folder.

# root_problem SUITE GENERATOR: why that root, or that generator in it, cannot be had here, and what a person can do.
# Nothing where it can.
root_problem()
{
	if suite_older "$1" "$(suite_machine)"; then
		echo "the glibc of $1 is older than what earlybind is built with here"
	elif [ "$2" = mkinitcpio ] && [ -z "$(mkinitcpio_source)" ]; then
		echo 'no mkinitcpio here: set MKINITCPIO to a checkout of it'
	fi
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

# root_keyring DIR SUITE: the file with the keys that sign the suite. This machine's own may be older than the newest suite:
# for that one apt takes what a suite that it knows, and has verified, brings.
root_keyring()
{
	root_keys=usr/share/keyrings/debian-archive-keyring.gpg
	if [ "$2" != "${SUITES##* }" ] || [ "$(suite_machine)" = "$2" ]; then
		echo "/$root_keys"
		return
	fi
	if [ ! -d "$1/keyring" ]; then
		mkdir -p "$1/keyring"
		(cd "$1/keyring" && root_apt "$1" trixie apt-get download -qq debian-archive-keyring && dpkg-deb -x ./*.deb .) ||
			fail "apt-get download debian-archive-keyring"
	fi
	echo "$1/keyring/$root_keys"
}

# root_sources DIR SUITE: the lines of sources.list that name the suite. What is backported has its security there.
root_sources()
{
	root_signed="[signed-by=$(root_keyring "$1" "$2")]" || exit 1
	echo "deb $root_signed $(root_mirror '') $2 main"
	root_security=$(root_mirror -security)
	[ -z "$root_security" ] || [ "${2%-backports}" != "$2" ] || echo "deb $root_signed $root_security $2-security main"
}

# root_apt DIR SUITE COMMAND...: apt-get or apt-cache over a private set of lists of that suite, below DIR: not of this
# machine's.
root_apt()
{
	root_dir=$1/apt-$2
	if [ ! -d "$root_dir" ]; then
		root_list=$(root_sources "$1" "$2") || exit 1
		mkdir -p "$root_dir/lists/partial" "$root_dir/cache/archives/partial"
		echo "$root_list" >"$root_dir/sources.list"
		root_apt "$1" "$2" apt-get update -qq || fail "apt-get update"
	fi
	root_tool=$3
	shift 3
	"$root_tool" -o Dir::Etc::SourceList="$root_dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$root_dir/lists" -o Dir::Cache="$root_dir/cache" -o APT::Sandbox::User=root "$@"
}

# kernel_package DIR SERIES: the signed kernel package of a series: 6.1 and 6.12 are the newest ones of Debian 12,
# 6.1-oldest and 6.12-oldest the oldest that apt still lists, 13 and 14 the newest of Debian 13 and 14, 13-backports the
# newest for Debian 13. An unsigned one has a word more in its name.
kernel_package()
{
	case $2 in
	14) kernel_re='[0-9.]+\+deb14' ;;
	13*) kernel_re='[0-9.]+\+deb13' ;;
	6.12*) kernel_re='6\.12\.[0-9]+\+deb12' ;;
	*) kernel_re='6\.1\.0-[0-9]+' ;;
	esac
	root_apt "$1" "$(suite_of_kernel "$2")" apt-cache search --names-only "^linux-image-$kernel_re-amd64\$" |
		sed 's/ .*//' | sort -V |
		case $2 in *-oldest) head -n 1 ;; *) tail -n 1 ;; esac
}

# kernel_parts DIR SUITE PACKAGE: that package and those that it was split into, from 6.19 on: of the same release.
kernel_parts()
{
	echo "$3"
	root_apt "$1" "$2" apt-cache depends --no-recommends "$3" |
		awk -v release="-${3#linux-image-}" '$1 == "Depends:" && $2 ~ /^linux-[a-z]+-/ && index($2, release) { print $2 }'
}

# kernel_make SERIES DIR: unpacks that kernel into DIR/kernel and notes its release there. Unpacked, not installed:
# kernels of two suites can lie side by side in one root, and no image is built.
kernel_make()
{
	kernel_suite=$(suite_of_kernel "$1") || return 1
	kernel_name=$(kernel_package "$2" "$1")
	[ -n "$kernel_name" ] || fail "apt knows no signed kernel $1"
	step "kernel $1: $kernel_name"
	mkdir -p "$2/parts" "$2/kernel/usr/lib"
	# shellcheck disable=SC2046 # a list of packages
	(cd "$2/parts" && root_apt "$2" "$kernel_suite" apt-get download -qq $(kernel_parts "$2" "$kernel_suite" "$kernel_name")) ||
		fail "apt-get download $kernel_name"
	# A root has its modules in /usr/lib, the package may have them in /lib.
	ln -s usr/lib "$2/kernel/lib"
	for kernel_part in "$2"/parts/*.deb; do
		dpkg-deb --fsys-tarfile "$kernel_part" |
			tar -x --keep-directory-symlink --exclude ./usr/share -C "$2/kernel" || fail "unpacking $kernel_part"
	done
	rm "$2/kernel/lib"
	kernel_boot "$2/kernel" "${kernel_name#linux-image-}"
	depmod -b "$2/kernel/usr" "${kernel_name#linux-image-}" || fail "depmod of $kernel_name"
	echo "${kernel_name#linux-image-}" >"$2/kernel/release"
	[ "$1" != 6.12 ] || headers_make "${kernel_name#linux-image-}" "$2"
}

# kernel_boot ROOT RELEASE: such a package has everything below /usr; its scripts then copy this to /boot.
kernel_boot()
{
	mkdir -p "$1/boot"
	for kernel_file in vmlinuz config System.map; do
		[ -e "$1/boot/$kernel_file-$2" ] || ln "$1/usr/lib/modules/$2/$kernel_file" "$1/boot/$kernel_file-$2" ||
			fail "no $kernel_file of $2"
	done
}

# kernel_get SERIES: prints the folder of a cached kernel, which it makes where it is missing. Modules of ours are made for
# 6.12, which has its headers.
kernel_get()
{
	kernel_entry=kernel-$1
	[ "$1" != 6.12 ] || kernel_entry=kernel-6.12+headers
	cache_get "$kernel_entry" kernel kernel_make "$1"
}

# root_get SUITE: prints the folder of a cached root, which it makes where it is missing.
# The key holds the recipe (that file and what it copies), not the mirror's state: a run with a full cache needs no
# network. To get newer packages, remove build/cache.
root_get()
{
	root_key=$(cat "$TOP/tests/qemu/recipe.sh" "$TOP/tests/qemu/guest/harness" | cksum | cut -d ' ' -f 1)
	cache_get "root-$1-$root_key" root root_bootstrap "$1"
}

# root_bootstrap SUITE DIR: root_make (recipe.sh), for suites too of which this machine's debootstrap has not heard: those
# are made as the unstable one. forky has switch_root, which mkinitcpio takes, in a package of its own.
root_bootstrap()
{
	[ "$1" != forky ] || ROOT_PACKAGES=$ROOT_PACKAGES,util-linux-extra
	bootstrap_keyring=$(root_keyring "$2" "$1") || return 1
	DEBOOTSTRAP_DIR=$2/debootstrap
	export DEBOOTSTRAP_DIR
	cp -a /usr/share/debootstrap "$DEBOOTSTRAP_DIR"
	[ -e "$DEBOOTSTRAP_DIR/scripts/$1" ] ||
		printf '%s\n' "keyring '$bootstrap_keyring'" ". '$DEBOOTSTRAP_DIR/scripts/sid'" >"$DEBOOTSTRAP_DIR/scripts/$1"
	root_make "$@"
}

# cache_get ENTRY RESULT FUNCTION ARG: prints the folder build/cache/ENTRY. Where it is missing, FUNCTION makes it: with
# ARG and a new folder, in which it leaves RESULT.
cache_get()
{
	if [ ! -d "$TOP/build/cache/$1" ]; then
		cache_begin=$(date +%s)
		mkdir -p "$TOP/build/cache"
		# In a mount namespace of its own, so that an interrupted debootstrap leaves no mount behind, and
		# built aside under a lock, so that it leaves no half root either.
		# shellcheck disable=SC2016 # the inner shell's own arguments
		flock "$TOP/build/cache/.lock" unshare --mount sh -c '
			TOP=$1
			. "$TOP/tests/lib/need.sh"
			. "$TOP/tests/qemu/suite.sh"
			. "$TOP/tests/qemu/recipe.sh"
			. "$TOP/tests/qemu/root.sh"
			. "$TOP/tests/qemu/modules.sh"
			. "$TOP/tests/qemu/storage.sh"
			. "$TOP/tests/qemu/loader.sh"
			cd "$TOP/build/cache" || exit 1
			[ ! -d "$2" ] || exit 0
			case $2 in root-*) rm -rf --one-file-system "${2%-*}"-* ;; esac
			rm -rf --one-file-system .new-*
			mkdir .new
			"$4" "$5" "$PWD/.new" && mv ".new/$3" "$2" || exit 1
			rm -rf --one-file-system .new' sh "$TOP" "$@" >&2 || return 1
		one_time "$cache_begin"
	fi
	echo "$TOP/build/cache/$1"
}

# root_with ROOT DIR SERIES...: a copy of a cached root with these kernels in it, and mkinitcpio where it can be had.
root_with()
{
	root_to=$2
	root_copy "$1" "$root_to"
	case $1 in
	*root-bookworm-*) ;;
	*)
		[ -z "$(mkinitcpio_source)" ] || { mkinitcpio_install "$root_to" && mkinitcpio_configure "$root_to"; } ||
			return 1
		;;
	esac
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
	[ -d "$1/usr" ] || fail "no root in '$1'"
	mkdir "$2"
	cp -al "$1/." "$2"
}
