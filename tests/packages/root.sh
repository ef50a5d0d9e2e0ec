# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian roots for the life of a package, made once and kept in build/cache. Needs need.sh and TOP; the mirrors are
# those of this machine's apt (tests/qemu/root.sh).
# shellcheck source=/dev/null
. tests/qemu/suite.sh
# shellcheck source=/dev/null
. tests/qemu/recipe.sh
# shellcheck source=/dev/null
. tests/qemu/root.sh

# roots_archive SUITE: the name of libarchive's package, which changed with 64-bit time.
roots_archive()
{
	case $1 in
	bookworm) echo libarchive13 ;;
	*) echo libarchive13t64 ;;
	esac
}

# roots_debootstrap SUITE DIR OPTION... How old a mirror may be is left to this machine's apt: a frozen one never renews
# what its testing suite says.
roots_debootstrap()
{
	roots_suite=$1 roots_dir=$2
	shift 2
	roots_keys='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	roots_security=$(root_mirror -security)
	roots_valid=true
	eval "$(apt-config shell roots_valid Acquire::Check-Valid-Until/b)"
	mmdebstrap --mode=root --format=directory --aptopt="Acquire::Check-Valid-Until \"$roots_valid\"" "$@" "$roots_suite" "$roots_dir" \
		"deb $roots_keys $(root_mirror '') $roots_suite main" \
		"deb $roots_keys ${roots_security:-$(root_mirror '')} $roots_suite${roots_security:+-security} main" \
		>"$roots_dir.log" 2>&1 </dev/null || { tail -n 20 "$roots_dir.log" >&2; return 1; }
}

# roots_needs: the package's own Build-Depends.
roots_needs()
{
	sed -n '/^Build-Depends:/,/^[A-Z]/s/^ \([a-z0-9.-]*\).*/\1/p' "$TOP/packaging/debian/control" |
		sed 's/^debhelper-compat$/debhelper/' | paste -sd ,
}

# roots_make_build SUITE DIR: what the package is built with, and this suite's lintian.
roots_make_build()
{
	roots_debootstrap "$1" "$2" --variant=buildd --include="$(roots_needs),lintian"
}

# roots_make_clean SUITE DIR: a machine with one kernel, on which no service starts and images are small. The package of
# a second kernel lies in /second, or those into which it was split. What earlybind is linked with is there, so that dpkg can
# install it without a network.
roots_make_clean()
{
	# shellcheck disable=SC2016 # the hook's own arguments
	roots_debootstrap "$1" "$2" --variant=apt \
		--include="initramfs-tools,zstd,linux-image-cloud-amd64,$ROOT_LIBRARIES,$(roots_archive "$1")" \
		--essential-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d"; chmod 755 "$1/usr/sbin/policy-rc.d"' \
		--essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"' \
		--essential-hook='printf "MODULES=list\nCOMPRESS=zstd\nCOMPRESSLEVEL=1\n" >"$1/etc/initramfs-tools/conf.d/small"' \
		--customize-hook='mkdir -p "$1/second/partial"; chroot "$1" sh -c "
			apt-get -y --no-install-recommends --download-only -o Dir::Cache::Archives=/second install \
				\$(apt-cache search --names-only \"^linux-image-[0-9].*-(cloud|rt)-amd64\\\$\" | sed \"s/ .*//\" |
				grep -vxF \"\$(cd /boot && ls vmlinuz-* | sed s/^vmlinuz/linux-image/)\" | sort -V |
				sed -n -e /cloud/p -e \\\$p | head -n 1)"'
}

# roots_get KIND SUITE: prints the folder of the cached root of that kind, which it makes where it is missing. It is
# made aside and renamed, so that an interrupted one is never used.
roots_get()
{
	roots_key=$({ cat "$TOP/tests/packages/root.sh" && echo "$ROOT_LIBRARIES"; [ "$1" != build ] || roots_needs; } | cksum | cut -d ' ' -f 1)
	roots_path=$TOP/build/cache/packages-$1-$2-$roots_key
	if [ ! -d "$roots_path" ]; then
		mkdir -p "$TOP/build/cache"
		rm -rf --one-file-system "$TOP/build/cache/packages-$1-$2"-*
		roots_begin=$(date +%s)
		roots_new=$(mktemp -d "$TOP/build/cache/.packages-XXXXXX") || return 1
		step "a Debian root: $2, to $1 (about two minutes)"
		# shellcheck disable=SC2016 # the inner shell's own arguments
		unshare --mount sh -c '. tests/lib/need.sh; . tests/packages/root.sh
			TOP=$PWD; "roots_make_$1" "$2" "$3"' sh "$1" "$2" "$roots_new/root" >&2 ||
			{ rm -rf --one-file-system "$roots_new"; return 1; }
		mv -T "$roots_new/root" "$roots_path" 2>/dev/null || [ -d "$roots_path" ] || return 1
		rm -rf --one-file-system "$roots_new"
		one_time "$roots_begin"
	fi
	echo "$roots_path"
}
