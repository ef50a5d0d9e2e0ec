# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The vfio, pci-stub and efivarfs modules of real Debian kernels, kept in build/cache. Meant to be sourced, after need.sh.

# What vfio-pci, pci-stub and efivarfs need, below a kernel's folder of modules.
MODULES_WANTED='kernel/drivers/vfio kernel/drivers/pci/pci-stub.ko* kernel/virt/lib/irqbypass.ko*
	kernel/fs/efivarfs modules.builtin
	modules.builtin.modinfo modules.order'

# modules_source SERIES DIR: prints where a kernel of the series has its modules: in a root that the boot tests keep,
# else in a package that is downloaded into DIR. Nothing, if there is neither.
modules_source()
{
	modules_re=$(printf '%s' "$1" | sed 's/\./\\./g')
	for modules_dir in build/cache/kernel-*/usr/lib/modules/"$1".*; do
		[ ! -e "$modules_dir/modules.dep" ] || { echo "$modules_dir"; return 0; }
	done
	modules_package=$(apt-cache search --names-only \
		"^linux-image-$modules_re\\.[0-9]+(\\+deb[0-9]+)?(-[0-9]+)?-amd64\$" 2>/dev/null |
		sed -n 's/^\([^ ]*\) - .*(signed).*/\1/p' | sort -V | tail -n 1)
	[ -n "$modules_package" ] || return 0
	step "fetching $modules_package for its modules"
	(cd "$2" && apt-get download -qq -o APT::Sandbox::User=root "$modules_package" >&2 &&
		dpkg-deb --fsys-tarfile "$modules_package"_*.deb | tar -x --wildcards '*/lib/modules/*') || return 0
	for modules_dir in "$2"/lib/modules/* "$2"/usr/lib/modules/*; do
		[ ! -d "$modules_dir" ] || echo "$modules_dir"
	done
}

# modules_made: prints such a folder of a kernel that nobody built: files that libkmod takes for the modules of vfio.
modules_made()
{
	modules_made=$TMP/made
	modules_dir=$modules_made/lib/modules/6.1.0-made
	if [ ! -e "$modules_dir/modules.dep" ]; then
		mkdir -p "$modules_dir/kernel/drivers/vfio/pci" "$modules_dir/kernel/drivers/pci" "$modules_dir/kernel/fs/efivarfs"
		modules_object drivers/vfio/vfio "$(modules_exports vfio_register) $(modules_after vfio_iommu_type1)" &&
			modules_object drivers/vfio/vfio_iommu_type1 "$(modules_uses vfio_register)" &&
			modules_object drivers/vfio/pci/vfio-pci-core "$(modules_exports vfio_pci_core) $(modules_uses vfio_register)" &&
			modules_object drivers/vfio/pci/vfio-pci "$(modules_uses vfio_pci_core)" &&
			modules_object drivers/pci/pci-stub 'int stub;' &&
			modules_object fs/efivarfs/efivarfs 'int efivarfs;' || return 1
		: >"$modules_dir/modules.builtin"
		: >"$modules_dir/modules.order"
		: >"$modules_dir/modules.builtin.modinfo"
		depmod -b "$modules_made" 6.1.0-made || return 1
	fi
	echo "$modules_made"
}

# modules_exports SYMBOL, modules_uses SYMBOL: C in which depmod sees that.
modules_exports()
{
	printf 'int %s; const char name[] __attribute__((section("__ksymtab_strings"))) = "%s";' "$1" "$1"
}

modules_uses()
{
	printf 'extern int %s; int *use = &%s;' "$1" "$1"
}

# modules_after MODULE: C that wants this module loaded after it.
modules_after()
{
	printf 'const char after[] __attribute__((section(".modinfo"))) = "softdep=post: %s";' "$1"
}

# modules_object NAME CODE: of the size of a module, and with what looks like a signature.
modules_object()
{
	echo "$2" | gcc -x c -c -o "$modules_dir/kernel/$1.ko" - || return 1
	{
		awk 'BEGIN { srand(1); for (i = 0; i < 6000; i++) printf "%08d", rand() * 1e8 }'
		echo '~Module signature appended~'
	} >>"$modules_dir/kernel/$1.ko"
}

# modules_get SERIES: prints a folder that has the modules of such a kernel in lib/modules/RELEASE, with their index.
# Fails where this machine can get none.
modules_get()
{
	if [ -n "${EARLYBIND_OFFLINE:-}" ]; then
		[ "$1" = 6.1 ] && modules_made
		return
	fi
	modules_cache=build/cache/modules-$1-$(echo "$MODULES_WANTED" | cksum | cut -d ' ' -f 1)
	if [ ! -d "$modules_cache" ]; then
		mkdir -p build/cache
		modules_new=$(mktemp -d build/cache/.modules-XXXXXX) || return 1
		modules_from=$(modules_source "$1" "$modules_new")
		if [ -z "$modules_from" ]; then
			rm -rf "$modules_new"
			return 1
		fi
		modules_release=${modules_from##*/}
		mkdir -p "$modules_new/tree/lib/modules/$modules_release"
		modules_to=$(cd "$modules_new/tree/lib/modules/$modules_release" && pwd)
		# shellcheck disable=SC2086 # a list of patterns
		(cd "$modules_from" && cp -r --parents $MODULES_WANTED "$modules_to") || return 1
		depmod -b "$modules_new/tree" "$modules_release" || return 1
		mv -T "$modules_new/tree" "$modules_cache" || [ -d "$modules_cache" ] || return 1 # another test was first
		rm -rf "$modules_new"
	fi
	echo "$modules_cache"
}

# modules_release DIR: the release of the kernel in such a folder.
modules_release()
{
	ls "$1/lib/modules"
}
