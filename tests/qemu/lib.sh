# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sources all of the harness. TOP is the repository's folder, WORK the run's own.
# shellcheck source=/dev/null
. "$TOP/tests/lib/need.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/table.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/topology.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/suite.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/recipe.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/mkinitcpio.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/root.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/accel.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/watch.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/boot.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/loader.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/power.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/luks.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/storage.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/generator.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/image.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/modules.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/mangle.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/cell.sh"
# shellcheck source=/dev/null
. "$TOP/tests/qemu/sequence.sh"

# lib_sudo SCRIPT ARGUMENT...: goes on as root, with the variables that the harness heeds: sudo keeps none.
lib_sudo()
{
	exec sudo env "EARLYBIND_ALL=${EARLYBIND_ALL:-}" "EARLYBIND_SUITE=${EARLYBIND_SUITE:-}" \
		"EARLYBIND_ACCEL=${EARLYBIND_ACCEL:-}" "MKINITCPIO=${MKINITCPIO:-}" sh "$@"
}

# lib_need: installs what the harness needs. Whoever asked for a suite that it does not know is told so first.
lib_need()
{
	root_suite >/dev/null || exit 1
	need qemu-system-x86_64:qemu-system-x86 /usr/share/seabios/bios-256k.bin:seabios debootstrap:debootstrap \
		/usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring mke2fs:e2fsprogs /usr/share/OVMF/OVMF_VARS_4M.fd:ovmf \
		depmod:kmod cpio:cpio flock:util-linux qemu-img:qemu-utils sfdisk:fdisk \
		mcopy:mtools python3:python3
	# What modules of ours are made with: linux-kbuild's objtool wants the library.
	need gcc:gcc make:make '/usr/lib/*/libelf.so.1:libelf-dev'
}
