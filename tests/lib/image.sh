# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests of `earlybind image` share. Sourced from the top of the repository.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/lib/modules.sh
# shellcheck source=/dev/null
. tests/lib/tree.sh

need depmod:kmod xz:xz-utils zstd:zstd setpriv:util-linux
TMP=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$TMP"; rm -rf "$TMP"' EXIT
trap 'exit 1' HUP INT TERM
umask 022
D=$TMP/d OURS=$TMP/d/usr/lib/earlybind

# image: fills D from the tree T for its kernel; what it says goes to out and err, how it ends to code.
image()
{
	"$EARLYBIND" image --root "$T" --kernel "$RELEASE" --destdir "$D" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

# new_tree NAME: a fresh tree T of the modules M, and an empty D.
new_tree()
{
	T=$TMP/tree-$1
	tree_make "$T" "$M"
	rm -rf "$D"
	mkdir "$D"
}

code()
{
	[ "$(cat "$TMP/code")" = "$1" ] || { echo "exit code $(cat "$TMP/code")"; cat "$TMP/err"; return 1; }
}

# put CODE: the image is filled; nothing CODE: it holds no file at all.
put()
{
	code "$1" && [ -s "$OURS/plan" ] && cmp "$OURS/earlybind-init" "$T/usr/lib/earlybind/earlybind-init"
}

nothing()
{
	code "$1" && [ -z "$(find "$D" ! -type d)" ] && [ ! -e "$OURS" ]
}

module_lines()
{
	sed -n 's/^module [a-z]* \([^ ]*\).*/\1/p' "$OURS/plan"
}

modes()
{
	(cd "$D" && find . -printf '%m %P\n' | LC_ALL=C sort)
}

modes_are_right()
{
	{
		printf '755 usr\n755 usr/lib\n755 usr/lib/earlybind\n755 usr/lib/earlybind/modules\n'
		printf '555 usr/lib/earlybind/earlybind-init\n444 usr/lib/earlybind/plan\n'
		sed 's,^,444 usr/lib/earlybind/modules/,' "$TMP/lines"
	} | LC_ALL=C sort >"$TMP/modes"
	modes | sed '/^[0-9]* $/d' | diff -u "$TMP/modes" -
}

has_modules()
{
	[ "$(module_lines | tr '\n' ' ')" = "$1" ] || { module_lines; return 1; }
}

# into DIR: fills another folder than D.
into()
{
	"$EARLYBIND" image --root "$T" --kernel "$RELEASE" --destdir "$1" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

# each_kernel FUNCTION: calls it with each series of kernels whose modules can be had, M being their folder and RELEASE
# its release. Afterwards these are of the last one; M is empty if there was none.
each_kernel()
{
	last=
	for series in 6.12 6.1; do
		if M=$(modules_get $series); then
			last=$M
			RELEASE=$(modules_release "$M")
			"$1" $series
		else
			skip "the modules of a $series kernel" "no such kernel can be had here"
		fi
	done
	M=$last
}
