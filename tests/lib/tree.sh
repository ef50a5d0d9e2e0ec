# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Roots for the tests of images: configuration, lock, program and a kernel's modules. Meant to be sourced.

# tree_end KIND [VERSION]: lock or plan lines from stdin, with their first line and the CRC at the end, which gzip knows.
tree_end()
{
	tree_text=$(printf 'earlybind-%s %s\n' "$1" "${2:-2}"; cat)
	tree_crc=$(printf '%s\n' "$tree_text" | gzip -c | tail -c 8 | od -An -v -tu1 -N4)
	# shellcheck disable=SC2086 # four numbers, the lowest byte first
	set -- $tree_crc
	printf '%s\nend %02x%02x%02x%02x\n' "$tree_text" "$4" "$3" "$2" "$1"
}

# tree_lock SELECTOR...: a lock in which the rule of each selector has one card.
tree_lock()
{
	tree_n=0
	for tree_selector in "$@"; do
		tree_n=$((tree_n + 1))
		echo "rule $tree_n driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:1 $tree_selector"
		echo "card $tree_n _SB_.PCI0 0$tree_n.0/00 10de:13c$tree_n:1043:8508:030000 - 0000:0$tree_n:00.0"
		echo "function 0$tree_n.0/00.0 10de:13c$tree_n:1043:8508:030000"
		echo "function 0$tree_n.0/00.1 10de:0fbb:1043:8508:040300"
	done | tree_end lock
}

# tree_make DIR MODULES: a root with the rule `bind 10de:13c1` accepted and the kernels of MODULES (modules_get).
tree_make()
{
	mkdir -p "$1/etc/modprobe.d" "$1/usr/lib/earlybind"
	cp -r "$2/lib" "$1/lib"
	install -m 755 "$INIT" "$1/usr/lib/earlybind/earlybind-init"
	echo 'bind 10de:13c1' >"$1/etc/earlybind.conf"
	tree_lock 10de:13c1 >"$1/etc/earlybind.lock"
}

# The programs under test.
EARLYBIND=${EARLYBIND:-$(realpath "$BUILD/glibc/earlybind")}
for tree_libc in klibc musl glibc; do
	[ -n "${INIT:-}" ] || [ ! -x "$BUILD/$tree_libc/earlybind-init" ] || INIT=$BUILD/$tree_libc/earlybind-init
done
if [ ! -x "$EARLYBIND" ] || [ -z "${INIT:-}" ]; then
	fail "build first: make"
fi
