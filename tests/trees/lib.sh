# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Trees of machines, and the way from a rule to a report in them. Meant to be sourced, after need.sh and tap.sh, from
# the top of the repository.

# The programs under test: EARLYBIND and INIT, or else the boot programs that people install. The one with glibc has its
# turn with the sanitizers (run.sh), or where there is no other.
EARLYBIND=${EARLYBIND:-$BUILD/glibc/earlybind}
INITS=${INIT:-}
for trees_libc in klibc musl glibc; do
	if [ -n "${INIT:-}" ] || [ ! -x "$BUILD/$trees_libc/earlybind-init" ]; then continue; fi
	if [ $trees_libc != glibc ] || [ -z "$INITS" ]; then INITS="$INITS $BUILD/$trees_libc/earlybind-init"; fi
done
if [ ! -x "$EARLYBIND" ] || [ -z "$INITS" ]; then
	fail 'build first: make'
fi
FIRST_INIT=${INITS# }
FIRST_INIT=$(realpath "${FIRST_INIT%% *}")
# shellcheck source=/dev/null
. tests/lib/tree.sh # tree_end

TMP=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$TMP"; rm -rf "$TMP"' EXIT
trap 'exit 1' HUP INT TERM

# tree MANIFEST DIR: a fresh tree.
tree()
{
	rm -rf "$2"
	sh tests/trees/mktree.sh "$1" "$2"
}

# machine NAME DIR: the tree of a machine of the folder machines.
machine()
{
	tree "tests/trees/machines/$1.txt" "$2"
}

# kernels_module FILE CODE: an object file as depmod wants it.
kernels_module()
{
	echo "$2" | gcc -x c -c -o "$1" -
}

# kernels DIR: two kernels' folders of modules below DIR: all of vfio is built into 6.1.0-builtin, and is vfio.ko and
# vfio-pci.ko in 6.1.0-modular.
kernels()
{
	kernels_dir=$1/lib/modules
	mkdir -p "$kernels_dir/6.1.0-builtin" "$kernels_dir/6.1.0-modular/kernel"
	printf 'kernel/drivers/%s.ko\n' vfio/vfio vfio/pci/vfio-pci pci/pci-stub \
		>"$kernels_dir/6.1.0-builtin/modules.builtin"
	: >"$kernels_dir/6.1.0-modular/modules.builtin"
	# Where depmod of kmod looks for what a module exports (libkmod-elf.c).
	kernels_module "$kernels_dir/6.1.0-modular/kernel/vfio.ko" \
		'__attribute__((section("__ksymtab_strings"))) char name[] = "vfio_register";'
	kernels_module "$kernels_dir/6.1.0-modular/kernel/vfio-pci.ko" 'extern int vfio_register; int *use = &vfio_register;'
	for kernels_name in 6.1.0-builtin 6.1.0-modular; do
		: >"$kernels_dir/$kernels_name/modules.order"
		depmod -b "$1" "$kernels_name" 2>/dev/null # it misses modules.builtin.modinfo
	done
}

# host DIR: what the host tool needs in a tree to make an image.
host()
{
	mkdir -p "$1/etc" "$1/usr/lib/earlybind"
	[ -d "$TMP/kernels" ] || kernels "$TMP/kernels"
	cp -r "$TMP/kernels/lib" "$1/lib"
	cp "$FIRST_INIT" "$1/usr/lib/earlybind/earlybind-init"
}

# accepted_host MACHINE DIR RULE: the tree of a machine for the host tool, with that rule accepted.
accepted_host()
{
	machine "$1" "$2"
	host "$2"
	echo "$3" >"$2/etc/earlybind.conf"
	"$EARLYBIND" accept --yes --root "$2" >"$TMP/said" 2>&1 || fail "accept: $(cat "$TMP/said")"
}

# two_gpus_bound: the machine two-gpus as a kernel leaves it in which vfio-pci took both functions of the card at 06:00.
two_gpus_bound()
{
	echo 'include two-gpus'
	printf 'set 0000:06:00.%s driver=vfio-pci override=vfio-pci\n' 0 1
}

# planned HOST KERNEL DIR: plan, which must succeed.
planned()
{
	plan "$@" >"$TMP/said" 2>&1 || fail "image: $(cat "$TMP/said")"
}

# plan HOST KERNEL DIR: the plan that an image of that kernel gets goes to DIR, if there is anything to bind.
plan()
{
	rm -rf "$TMP/image"
	mkdir "$TMP/image"
	"$EARLYBIND" image --root "$1" --kernel "$2" --destdir "$TMP/image" || return 1
	[ -e "$TMP/image/usr/lib/earlybind/plan" ] || return 0
	# In images it is 0444; tests that write another there need not be root.
	install -D -m 644 "$TMP/image/usr/lib/earlybind/plan" "$3/usr/lib/earlybind/plan"
}

# boot INIT DIR: runs it in the tree. It must exit with 0, silently, within six seconds, and one more on a busy machine.
boot()
{
	boot_start=$(date +%s)
	boot_said=$("$1" --root "$2" 2>&1) || { echo "exit code $?: $boot_said"; return 1; }
	[ -z "$boot_said" ] || { echo "it said: $boot_said"; return 1; }
	boot_took=$(($(date +%s) - boot_start))
	[ $boot_took -le 7 ] || { echo "it took $boot_took seconds"; return 1; }
}

# report DIR: the lines of the report without its first, its hash and its milliseconds.
report()
{
	if [ ! -e "$1/run/earlybind/report" ]; then
		echo 'no report'
		return
	fi
	sed -n '1{/^earlybind-report 2$/!p}
		2,$s/^plan [0-9a-f]\{16\} /plan HASH /
		2,$s/^\(summary [0-9]* [0-9]* [0-9]*\) [0-9]*$/\1/
		2,$p' "$1/run/earlybind/report"
}

# writes BEFORE AFTER: what was written anywhere in the tree, but for the report and the log: a line each, of the file
# and its folder, and what it has now.
writes()
{
	LC_ALL=C diff -r --no-dereference -x kmsg -x report "$1" "$2" | awk '
		/^diff / { sub(/"$/, "") # diff quotes a path with a blank
			count = split($NF, part, "/"); name = part[count - 1] "/" part[count]
			sub(/^pci\/drivers_probe/, "drivers_probe", name) }
		/^> / { print name, $2 == "" ? "(cleared)" : $2 }
		/^Only in / && !/: (earlybind|run)$/ { print }
		/^Binary / { print }' | LC_ALL=C sort
}
