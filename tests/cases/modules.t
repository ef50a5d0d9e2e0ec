#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# modules.t: cases of what modprobe.d and the command line say of modules: what goes into the plan, in which order, and with
# which parameters.
# shellcheck source=/dev/null
. tests/cases/machine.sh

# modules NAME...: more modules of the kernel with vfio-pci.ko.
modules()
{
	modules_dir=$R/lib/modules/6.1.0-modular/kernel
	for module; do
		kernels_module "$modules_dir/$module.ko" "int x;"
	done
	depmod -b "$R" 6.1.0-modular 2>/dev/null
}

# modprobe LINE...: all that modprobe.d holds, each as of printf's %b; then an image of that kernel.
modprobe()
{
	rm -rf "${R:?}/etc/modprobe.d"
	mkdir "$R/etc/modprobe.d"
	printf '%b\n' "$@" >"$R/etc/modprobe.d/vfio.conf"
	rm -rf "$TMP/image"
	mkdir "$TMP/image"
	run image --kernel 6.1.0-modular --destdir "$TMP/image"
	code 0
}

# loads NAME...: the plan's modules, in their order.
loads()
{
	sed -n 's,^module [a-z]* \([^ /]*/\)*\([^ ]*\)\.ko.*,\2,p' "$TMP/image/usr/lib/earlybind/plan" | tr _ - >"$TMP/loads"
	same "$TMP/loads" "$(printf '%s\n' "$@")"
}

# without_ids LINE...: no ids= goes to the kernel, and what else vfio-pci was given does.
without_ids()
{
	modprobe "$@" || return 1
	grep '^module .*vfio-pci' "$TMP/image/usr/lib/earlybind/plan" >"$TMP/line"
	[ -s "$TMP/line" ] && ! grep 'ids=' "$TMP/line" && has "$TMP/line" disable_vga=1
}

new twin-gpus 'bind 06:00'
did accept --yes || fail "accept: $(cat "$TMP/err")"
IDS=ids=10de:13c2,10de:0fbb
outcome nbsp-ids 'behind the no-break space of UTF-8' without_ids "options vfio-pci disable_vga=1\\0302\\0240$IDS"
outcome nbsp-ids 'behind that of Latin-1' without_ids "options vfio-pci disable_vga=1\\0240$IDS"
outcome nbsp-ids 'between two of them' without_ids "options vfio-pci disable_vga=1\\0240$IDS\\0240nointxmask=1"
outcome nbsp-ids 'at first, behind the name' without_ids "options vfio-pci \\0240$IDS disable_vga=1"
outcome nbsp-ids 'on a line of its own' without_ids 'options vfio-pci disable_vga=1' "options vfio_pci nointxmask=1\\0240$IDS"
ok 'nbsp-ids: behind a blank' without_ids "options vfio-pci disable_vga=1 $IDS"
ok 'nbsp-ids: behind a tab' without_ids "options vfio-pci disable_vga=1\\t$IDS"
ok 'nbsp-ids: behind a vertical tab' without_ids "options vfio-pci disable_vga=1\\0013$IDS"
ok 'nbsp-ids: behind a form feed' without_ids "options vfio-pci disable_vga=1\\0014$IDS"
ok 'nbsp-ids: behind a carriage return' without_ids "options vfio-pci disable_vga=1\\0015$IDS"
ok 'nbsp-ids: in quotes' without_ids "options vfio-pci disable_vga=1 \"$IDS\""
ok 'nbsp-ids: on a continued line' without_ids "options vfio-pci disable_vga=1 \\\\\n$IDS"

# stub_without_ids LINE: the same where pci-stub is the driver.
stub_without_ids()
{
	modules pci-stub
	echo 'bind 06:00 driver=pci-stub' >"$CONF"
	modprobe "$1"
	echo 'bind 06:00' >"$CONF"
	grep '^module .*pci-stub' "$TMP/image/usr/lib/earlybind/plan" >"$TMP/line"
	[ -s "$TMP/line" ] && ! grep 'ids=' "$TMP/line"
}
ok 'nbsp-ids: to pci-stub' stub_without_ids "options pci-stub\\0240$IDS"

# --- what is loaded

# loads_only LINE...: with these lines vfio and vfio-pci alone.
loads_only()
{
	modprobe "$@" && loads vfio vfio-pci
}

# helped LINE...: with these lines helper is loaded before vfio-pci, and nothing else.
helped()
{
	modprobe "$@" && { loads helper vfio vfio-pci || loads vfio helper vfio-pci; }
}

modules nouveau bochs helper
ok 'softdep-hostdriver: without any line' loads_only '# none'
outcome softdep-hostdriver 'post: of vfio-pci' loads_only 'softdep vfio-pci post: bochs'
outcome softdep-hostdriver 'post: of what it needs' loads_only 'softdep vfio post: nouveau'
outcome softdep-hostdriver 'post: of several' loads_only 'softdep vfio_pci post: nouveau bochs helper'
outcome softdep-hostdriver 'post: behind pre:' helped 'softdep vfio-pci pre: helper post: nouveau'
outcome softdep-hostdriver 'post: before pre:' helped 'softdep vfio-pci post: nouveau pre: helper'
outcome softdep-hostdriver 'post: of what pre: names' helped 'softdep vfio-pci pre: helper' 'softdep helper post: nouveau'
ok 'softdep-hostdriver: pre: is loaded before' helped 'softdep vfio-pci pre: helper'
ok 'softdep-hostdriver: a soft dependency of the host driver is none of ours' loads_only 'softdep nouveau pre: vfio-pci'
tap_end
