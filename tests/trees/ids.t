#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ids.t: the boot program looks at the parameters of modules itself, as the last one before the kernel does: whatever put
# an ids= into the plan, it is left out, and reported.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc

PLAN=usr/lib/earlybind/plan
accepted_host two-gpus "$TMP/host" 'bind 10de:13c2'
{ echo 'include two-gpus'; printf 'kernel 6.1.0-modular\nmodule vfio\nmodule vfio_pci\n'; } >"$TMP/manifest"
tree "$TMP/manifest" "$TMP/before"
planned "$TMP/host" 6.1.0-modular "$TMP/before"
cp "$TMP/before/$PLAN" "$TMP/good"

# noted INIT PARAMETERS: the notes of a boot where the plan gives vfio-pci these parameters.
noted()
{
	rm -rf "$TMP/after"
	cp -a "$TMP/before" "$TMP/after"
	sed '1d; $d' "$TMP/good" | sed "s/^module late vfio-pci.ko.*/module late vfio-pci.ko $2/" | tree_end plan >"$TMP/plan"
	cp "$TMP/plan" "$TMP/after/$PLAN" || return 1
	boot "$1" "$TMP/after" && report "$TMP/after" | sed -n '1p; /^note/p' >"$TMP/notes"
}

dropped()
{
	noted "$1" "$2" && has "$TMP/notes" 'plan HASH active' && has "$TMP/notes" 'note ignored-ids' &&
		has "$TMP/notes" "ids= in the plan's parameters of vfio-pci.ko"
}

kept()
{
	noted "$1" "$2" && has "$TMP/notes" 'plan HASH active' && lacks "$TMP/notes" ids
}

for init in $INITS; do
	libc=$(basename "$(dirname "$init")")
	ok "nbsp-ids: behind a no-break space ($libc)" dropped "$init" 'disable_vga=1\\xc2\\xa0ids=10de:13c2'
	ok "nbsp-ids: behind a tab, in quotes ($libc)" dropped "$init" 'disable_vga=1\\x09"ids=10de:13c2"'
	ok "a value that has it in quotes is no ids= ($libc)" kept "$init" 'x="\\xa0ids=10de:13c2"'
done
tap_end
