#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# image-modules.t: which modules `earlybind image` takes from real kernels, and with which parameters.
# Run from the top of the repository.
# shellcheck disable=SC2016 # backticks and dollars in what is expected, and in inner shells
# shellcheck source=tests/lib/image.sh
. tests/lib/image.sh

# shown MODPROBE_D: the files of T that modprobe would insert for efivarfs and vfio-pci, each once.
shown()
{
	for shown_name in efivarfs vfio-pci; do
		modprobe -C "$1" -d "$T" -S "$RELEASE" --show-depends $shown_name
	done |
		sed -n "s|^insmod $T/\([^ ]*\).*|\1|p" | awk '!seen[$0]++'
}

modules_as_modprobe_says()
{
	shown /dev/null | sed 's,.*/,,; s/\.ko.*/.ko/' | diff -u - "$TMP/lines"
}

early_is()
{
	sed -n 's/^module early //p' "$OURS/plan" >"$TMP/early"
	printf '%s' "$1" | diff -u - "$TMP/early"
}

# Unpacked, and the signature at the end is intact.
modules_are_the_kernels()
{
	for file in $(shown /dev/null); do
		name=${file##*/}
		case $file in
		*.xz) xz -dc "$T/$file" >"$TMP/plain" ;;
		*) cp "$T/$file" "$TMP/plain" ;;
		esac
		cmp "$TMP/plain" "$OURS/modules/${name%.xz}" || return 1
	done
}

listed()
{
	(cd "$D" && find . -type f) | sed 's/^\.//' | LC_ALL=C sort >"$TMP/found"
	sed -n '/^\//p' "$TMP/out" | LC_ALL=C sort | diff -u - "$TMP/found"
}

same_bytes()
{
	diff -r "$TMP/first" "$D"
}

real_kernel()
{
	new_tree "$1"
	image
	module_lines >"$TMP/lines"
	ok "$1: program and plan are put there" put 0
	ok "virqfd: $1: modules are those of modprobe --show-depends, in its order" modules_as_modprobe_says
	ok "$1: efivarfs is loaded early, the others are not" early_is 'efivarfs.ko
'
	ok "$1: module files are the kernel's, unpacked" modules_are_the_kernels
	ok "$1: it lists what it put there" listed
	ok "$1: modes: program 0555, plan and modules 0444" modes_are_right
	ok "$1: no warning" silent "$TMP/err"
	cp -a "$D" "$TMP/first"
	image
	ok "idempotent: $1: a second run gives the same bytes" same_bytes
	mv "$T" "$TMP/other-root"
	T=$TMP/other-root
	rm -rf "$D"
	mkdir "$TMP/elsewhere"
	into "$TMP/elsewhere"
	mv "$TMP/elsewhere" "$D"
	ok "$1: other folders give the same bytes" same_bytes
	rm -rf "$TMP/first" "$TMP/other-root"
}

missing_driver()
{
	new_tree driver
	find "$T/lib" -name 'vfio-pci.ko*' -delete
	image
	ok "no-driver: a module file that is gone: the plan is put there" put 0
	ok "no-driver: a module file that is gone: warned" has "$TMP/err" 'warning: no-driver:'
	ok "no-driver: and no module of it" has_modules 'efivarfs.ko '
	depmod -b "$T" "$RELEASE"
	image
	ok "no-driver: a module that the kernel does not have" \
		has "$TMP/err" "no-driver: kernel $RELEASE has no module vfio-pci"
	ok "no-driver: the plan is put there" put 0
	echo 'bind 10de:13c1 driver=pci-stub' >"$T/etc/earlybind.conf"
	image
	ok "driver=pci-stub brings pci-stub alone" has_modules 'efivarfs.ko pci-stub.ko '
	ok "driver=pci-stub needs no vfio-pci" silent "$TMP/err"
}

# A kernel without EFI variables lacks nothing.
no_efivarfs()
{
	new_tree no-efivarfs
	find "$T/lib" -name 'efivarfs.ko*' -delete
	depmod -b "$T" "$RELEASE"
	image
	ok "a kernel without efivarfs: no early module" early_is ''
	ok "a kernel without efivarfs: no warning" silent "$TMP/err"
}

# Without it no device has a group when the boot decides.
iommu_is_a_module()
{
	new_tree iommu
	mkdir -p "$T/lib/modules/$RELEASE/kernel/drivers/iommu"
	echo 'int virtio_iommu;' | gcc -x c -c -o "$T/lib/modules/$RELEASE/kernel/drivers/iommu/virtio-iommu.ko" -
	depmod -b "$T" "$RELEASE"
	image
	ok "the driver of an IOMMU that is a module is loaded early" early_is 'virtio-iommu.ko
efivarfs.ko
'
	ok "the driver of an IOMMU: no warning" silent "$TMP/err"
}

damaged_module()
{
	new_tree damaged
	file=$(find "$T/lib" -name 'vfio-pci-core.ko*')
	plain=$(find "$T/lib" -name 'vfio-pci.ko*')
	: >"$file"
	image
	ok "an empty module file costs its driver" has "$TMP/err" 'no-driver: vfio-pci: vfio-pci-core.ko: empty'
	ok "an empty module file: the plan is put there" put 0
	echo 'this is no module' >"$file"
	image
	ok "a text as module file costs its driver" has "$TMP/err" 'vfio-pci-core.ko: no ELF file'
	cp "$plain" "$file"
	truncate -s 70M "$file"
	image
	ok "a huge module file costs its driver" has "$TMP/err" 'vfio-pci-core.ko: larger than 64 MiB'
}

# packed SUFFIX COMMAND...: the modules packed by this command.
packed()
{
	new_tree "packed-$1"
	suffix=$1
	shift
	command -v "$1" >/dev/null || { skip "modules in $suffix" "no $1"; return; }
	find "$T/lib" -name '*.ko.xz' -exec xz -d {} +
	depmod -b "$T" "$RELEASE"
	image
	find "$OURS/modules" -type f -exec sha256sum {} + | sort -k 2 >"$TMP/plain"
	find "$T/lib" -name '*.ko' -exec "$@" {} +
	# Debian's depmod does not know .gz: an index of names that are as long.
	[ "$suffix" != .gz ] || find "$T/lib" -name '*.ko' -exec xz -k {} +
	find "$T/lib" -name '*.ko' -delete
	depmod -b "$T" "$RELEASE"
	if [ "$suffix" = .gz ]; then
		LC_ALL=C sed -i 's/\.ko\.xz/.ko.gz/g' "$T/lib/modules/$RELEASE/modules.dep.bin"
		find "$T/lib" -name '*.ko.xz' -delete
	fi
	image
	find "$OURS/modules" -type f -exec sha256sum {} + | sort -k 2 >"$TMP/unpacked"
	ok "modules in $suffix are unpacked" diff -u "$TMP/plain" "$TMP/unpacked"
	ok "modules in $suffix: there are some" test -s "$TMP/plain"
	file=$(find "$T/lib" -name "vfio.ko$suffix")
	head -c 3000 "$file" >"$TMP/short"
	cp "$TMP/short" "$file"
	image
	ok "a truncated $suffix costs its driver" has "$TMP/err" 'no-driver: vfio-pci: vfio.ko: damaged'
	[ "$suffix" = .gz ] || return 0
	truncate -s 200M "$TMP/zeros"
	gzip -c "$TMP/zeros" >"$file"
	image
	ok "a $suffix that unpacks to far too much costs its driver" has "$TMP/err" 'vfio.ko: larger than 64 MiB'
}

params()
{
	sed -n "s/^module late $1\.ko *//p" "$OURS/plan"
}

params_are()
{
	[ "$(params "$1")" = "$2" ] || { cat "$OURS/plan"; return 1; }
}

modprobe_d()
{
	new_tree options
	mkdir -p "$T/run/modprobe.d" "$T/usr/lib/modprobe.d"
	cat >"$T/etc/modprobe.d/a.conf" <<-'END'
		options vfio-pci ids=10de:13c1,10de:0fbb disable_vga=1
		options vfio_pci	disable_idle_d3=1 "ids=8086:1234"
		options pci-stub ids=10de:13c1
		options pci-stub x="a
		options pci-stub b" ids=10de:13c1
		options vfio_iommu_type1 dma="a  b\\c"
		softdep vfio-pci pre: pci-stub
		install vfio-pci /bin/false
		blacklist vfio-pci
	END
	echo 'options vfio enable=1' >"$T/usr/lib/modprobe.d/b.conf"
	echo 'options vfio enable=2' >"$T/run/modprobe.d/b.conf"
	image
	ok "stale-ids: other options of modprobe.d are passed on" params_are vfio-pci 'disable_vga=1 disable_idle_d3=1'
	ok "stale-ids: ids= is nowhere in the plan" lacks "$OURS/plan" 'ids='
	ok "stale-ids: each is reported" has "$TMP/err" 'ignored-ids: `options vfio_pci ids=10de:13c1,10de:0fbb`'
	ok "stale-ids: also in quotes" has "$TMP/err" 'ignored-ids: `options vfio_pci "ids=8086:1234"`'
	ok "stale-ids: also for pci-stub" has "$TMP/err" 'ignored-ids: `options pci_stub ids=10de:13c1`'
	ok "stale-ids: nor does an open quote bring it in" params_are pci-stub ''
	ok "an open quote is warned of" has "$TMP/err" '`options pci_stub x="a` of modprobe.d is left out: a quote'
	ok "quotes and backslashes get through" params_are vfio_iommu_type1 'dma="a  b\x5cc"'
	ok "of two files of one name, that of /run counts" params_are vfio enable=2
	ok "a soft dependency of the driver comes before it" has "$OURS/plan" 'module late pci-stub.ko'
	ok "install and blacklist lines do not count" has "$OURS/plan" 'module late vfio-pci.ko'
	long=$(printf '%0600d' 7)
	echo "options vfio-pci long=$long disable_vga=1" >"$T/etc/modprobe.d/a.conf"
	image
	ok "a parameter too long for a plan is left out alone" params_are vfio-pci disable_vga=1
	ok "a parameter too long for a plan is warned of" has "$TMP/err" 'too long for a plan'
}

# ids_dropped BLANK: of two options with this between them only the first is in the plan, and the other is reported.
ids_dropped()
{
	printf 'options vfio-pci disable_vga=1%sids=10de:13c2,10de:0fbb\n' "$1" >"$T/etc/modprobe.d/vfio.conf"
	image
	put 0 && params vfio-pci >"$TMP/params" && lacks "$TMP/params" ids && has "$TMP/params" 'disable_vga=1' &&
		has "$TMP/err" 'ignored-ids: `options vfio_pci ids=10de:13c2,10de:0fbb`'
}

# What is a blank to the kernel is one here, also where the C library says no.
kernels_blanks()
{
	new_tree blanks
	ok "nbsp-ids: a space before ids=" ids_dropped ' '
	ok "nbsp-ids: a no-break space of UTF-8 before ids=" ids_dropped "$(printf '\302\240')"
	ok "nbsp-ids: a no-break space of Latin 1 before ids=" ids_dropped "$(printf '\240')"
	ok "nbsp-ids: a vertical tab before ids=" ids_dropped "$(printf '\v')"
}

# With a host driver among the modules, the driver of the card would be loaded by the boot program itself.
soft_dependencies()
{
	new_tree softdep
	image
	module_lines >"$TMP/lines"
	echo 'softdep vfio-pci post: pci-stub' >"$T/etc/modprobe.d/a.conf"
	image
	module_lines >"$TMP/now"
	ok "softdep-hostdriver: what comes after the driver is not loaded" cmp "$TMP/lines" "$TMP/now"
	echo 'softdep vfio post: pci-stub efivarfs' >"$T/etc/modprobe.d/a.conf"
	image
	module_lines | grep -v vfio_iommu >"$TMP/now"
	grep -v vfio_iommu "$TMP/lines" | diff -u - "$TMP/now" >"$TMP/diff"
	ok "softdep-hostdriver: nor what comes after one that it needs" silent "$TMP/diff"
	ok "what virtual machines need of vfio is loaded whatever modprobe.d says" has "$OURS/plan" \
		'module late vfio_iommu_type1.ko'
	printf 'softdep vfio pre: pci-stub\nsoftdep pci-stub pre: vfio-pci\n' >"$T/etc/modprobe.d/a.conf"
	image
	module_lines | grep -e stub -e '^vfio\.' -e vfio-pci.ko >"$TMP/now"
	ok "what comes before is loaded before, and a circle ends" same "$TMP/now" 'pci-stub.ko
vfio.ko
vfio-pci.ko'
}

# The machine that builds an image must not get into it, and libkmod always reads /proc/cmdline.
builder_cmdline()
{
	new_tree cmdline
	cat >"$T/etc/modprobe.d/a.conf" <<-'END'
		options vfio-pci disable_vga=1
		options vfio-pci nointxmask=1
	END
	image
	cp "$OURS/plan" "$TMP/plan"
	printf 'quiet %s\n' >"$TMP/cmdline" \
		'vfio-pci.disable_vga=1 vfio_pci.disable_idle_d3=1 vfio.x="a b" "vfio.y=c d" vfio-pci.ids=10de:13c1'
	for how in --mount '--map-root-user --mount'; do
		# shellcheck disable=SC2086 # options
		! unshare $how mount --bind "$TMP/cmdline" /proc/cmdline 2>/dev/null || break
		how=
	done
	if [ -z "$how" ]; then
		skip "the builder's /proc/cmdline" "no mount namespaces here"
		return
	fi
	export EARLYBIND RELEASE
	# shellcheck disable=SC2086,SC2016
	unshare $how sh -c 'mount --bind "$1/cmdline" /proc/cmdline || exit 1
		modprobe -C "$2/etc/modprobe.d" -d "$2" -S "$RELEASE" --show-depends vfio-pci >"$1/control"
		"$EARLYBIND" image --root "$2" --kernel "$RELEASE" --destdir "$3" >"$1/out" 2>"$1/err"
		echo $? >"$1/code"' sh "$TMP" "$T" "$D"
	ok "the test can see the difference: modprobe takes the command line's parameters" has "$TMP/control" disable_idle_d3=1
	ok "the builder's /proc/cmdline is not in the plan" diff -u "$TMP/plan" "$OURS/plan"
	ok "and not in the warnings" silent "$TMP/err"
}

built_in()
{
	new_tree built-in
	find "$T/lib" -name 'vfio*.ko*' -delete
	find "$T/lib" -name 'efivarfs.ko*' -delete
	echo kernel/fs/efivarfs/efivarfs.ko >>"$T/lib/modules/$RELEASE/modules.builtin"
	for name in vfio vfio_iommu_type1 vfio_virqfd pci/vfio-pci-core pci/vfio-pci; do
		echo "kernel/drivers/vfio/$name.ko"
	done >>"$T/lib/modules/$RELEASE/modules.builtin"
	depmod -b "$T" "$RELEASE"
	image
	ok "builtin-vfio: the image is filled" put 0
	ok "builtin-vfio: without a module" has_modules ''
	ok "builtin-vfio: without a warning" silent "$TMP/err"
}

each_kernel real_kernel
[ -n "$M" ] || { tap_end; exit 0; }
missing_driver
no_efivarfs
iommu_is_a_module
damaged_module
packed .xz xz -k --check=crc32
packed .zst zstd -q -k
packed .gz gzip -k
modprobe_d
kernels_blanks
soft_dependencies
builder_cmdline
built_in
tap_end
