#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boots.t [REGEX]: the test boots of the tables `cells` and `matrix`, and the images that are only looked at, two at a
# time, as TAP. With EARLYBIND_ALL=1 all, else what every run has. With REGEX of these only those whose names match, or
# if there are none, of all. At the end the matrix as a table, also in build/qemu/matrix.txt.
# Each boot's serial line stays in build/qemu/cells/NAME/log.
TOP=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$TOP/build/qemu
FILTER=${1:-.}
export TOP WORK
# shellcheck source=/dev/null
. "$TOP/tests/qemu/lib.sh"

# at_once FUNCTION: calls the function once a line of stdin, with its words, two at a time.
at_once()
{
	xargs -r -P 2 -L 1 sh "$TOP/tests/qemu/job.sh" "$1"
}

# select_cells, select_looks: the cells, and the images that no cell boots, of which this run wants.
select_cells()
{
	if [ "${EARLYBIND_ALL:-}" = 1 ]; then
		table_names cells
	else
		awk -F '|' '$8 != "all" { print $1 }' "$WORK/tables/cells"
		awk -v table=dozen -f "$TOP/tests/qemu/matrix.awk" "$WORK/tables/outcomes" "$WORK/tables/matrix"
	fi | grep -E -e "$FILTER"
}

select_looks()
{
	awk -F '|' -v all="${EARLYBIND_ALL:-}" '
		NR == FNR { booted[$2] += $8 != "all"; next }
		all == "1" ? !($1 in booted) : $8 == "look" && !booted[$1] { print $1 }' \
		"$WORK/tables/cells" "$WORK/tables/images" | grep -E -e "$FILTER"
}

# select_all: cells and images of this run.
select_all()
{
	cells=$(select_cells)
	images=$({ echo "$cells" | images_of; select_looks; } | sort -u)
}

# images_of: the images of the cells on stdin, those whose lock they take, and those with which their rules are accepted.
images_of()
{
	while read -r cell; do
		table_cell cells "$cell" 2
		table_cell cells "$cell" 5 | sed -n 's/^[a-z]* //p'
		image_reach "$(table_cell cells "$cell" 2)"
	done
}

# skip_without_root: takes what cannot be had here from cells and images, with a loud TAP line each.
skip_without_root()
{
	for image in $images; do
		why=$(root_problem "$(image_root "$image")" "$(image_generator "$image")")
		[ -n "$why" ] || continue
		echo "ok - image $image # SKIP $why"
		images=$(echo "$images" | grep -vx -e "$image")
		for cell in $cells; do
			[ "$(table_cell cells "$cell" 2)" = "$image" ] || continue
			echo "ok - $cell # SKIP $why"
			table_note "$cell" skipped "$why"
			cells=$(echo "$cells" | grep -vx -e "$cell")
		done
	done
}

# lock_jobs: a line for each topology on which rules are accepted: its name and its images.
lock_jobs()
{
	for image in $images; do
		echo "$(table_cell images "$image" 3) $image"
	done | awk '
		$1 != "bare" && $1 != "-" && $1 != "hand" { list[$1] = list[$1] " " $2 }
		END { for (topology in list) print topology list[topology] }'
}

# prepare_roots: the roots of the selected images, each with the kernels of its images. The machine's own is always
# there: rules are accepted on it, with 6.1, and it has the tool that unpacks images.
prepare_roots()
{
	{
		echo "$(root_suite) 6.1"
		for image in $images; do
			echo "$(image_root "$image") $(table_cell images "$image" 2)"
		done
	} | sort -u | awk '{ list[$1] = list[$1] " " $2 } END { for (root in list) print root list[root] }' |
		at_once image_prepare_root || exit 1
	own=$WORK/roots/$(root_suite)
	root_copy "$own/bare" "$WORK/tools"
	image_tiny "$own/root" "$(root_release "$own/bare" 6.1)" "$WORK/tiny.cpio"
}

# prepare_storage: the roots of the table `storage` that cells of this run boot from, and the images with which they are
# reached.
prepare_storage()
{
	for cell in $cells; do
		storage_of "$(table_cell cells "$cell" 3)"
	done | sort -u | xargs -r sh "$TOP/tests/qemu/job.sh" storage_prepare || exit 1
	reach=$(for image in $images; do image_reach "$image"; done | sort -u)
	echo "$reach" | at_once image_make
}

# prepare_luks: the encrypted disks that cells of this run boot from.
prepare_luks()
{
	for cell in $cells; do
		[ "$(table_cell cells "$cell" 3)" != luks ] || image_root "$(table_cell cells "$cell" 2)"
	done | sort -u | while read -r suite; do
		step "root $suite: encrypted"
		luks_make "$WORK/lvm" "$WORK/roots/$suite/disk" "$WORK/roots/$suite/luks" || exit 1
	done
}

# prepare_modules: the modules of ours that cells of this run insert, for the kernels of their images.
prepare_modules()
{
	for cell in $cells; do
		case " $MODULES_NAMES " in
		*" $(table_cell cells "$cell" 5) "*) table_cell images "$(table_cell cells "$cell" 2)" 2 ;;
		esac
	done | sort -u | while read -r series; do
		step "modules of ours for $series"
		modules_make "$series" "$WORK/modules/$series" || exit 1
	done
}

# check_image IMAGE: a TAP line: exactly what must be there of ours is in the image.
check_image()
{
	if problems=$(image_problems "$1"); then
		echo "ok - image $1 $(image_wants "$1")"
	else
		echo "not ok - image $1 $(image_wants "$1")"
		{
			echo "$problems"
			image_ours "$1"
			[ ! -e "$WORK/images/$1.log" ] || tail -n 15 "$WORK/images/$1.log"
		} | sed 's/^/# /'
	fi
}

# make_and_boot: what is left of cells and images.
make_and_boot()
{
	prepare_roots
	prepare_storage
	[ -z "$(lock_jobs)" ] || { step 'guests accept the rules' && lock_jobs | at_once image_locks; }
	prepare_luks || exit 1
	# shellcheck disable=SC2086 # a list of names
	sequence_locks $images
	step "images: $(echo "$images" | tr '\n' ' ')"
	echo "$images" | grep -vxF -e "$reach" | at_once image_make
	for image in $images; do
		check_image "$image"
	done
	prepare_modules || exit 1
	step "boots: $(echo "$cells" | wc -w)"
	echo "$cells" | sequences | at_once sequence_run
	step 'done'
}

root_suite >/dev/null || exit 1
[ "$(id -u)" -eq 0 ] || { ! sudo -n true 2>/dev/null || lib_sudo "$0" "$@"; }
[ "$(id -u)" -eq 0 ] || { echo '1..0 # SKIP roots are made as root: run as root, or with sudo' && exit 0; }
lib_need
mkdir -p "$TOP/build"
exec 8>"$TOP/build/qemu.lock"
flock 8
BEGIN=$(date +%s)
# What the last run left are many small files.
rm -rf --one-file-system "$WORK".old.*
[ ! -d "$WORK" ] || mv "$WORK" "$WORK.old.$$"
rm -rf --one-file-system "$WORK".old.* >/dev/null 2>&1 &
mkdir -p "$WORK/images" "$WORK/locks" "$WORK/cells" "$WORK/roots"
table_expand
select_all
[ -n "$images" ] || { EARLYBIND_ALL=1 && select_all; }
[ -n "$images" ] || fail "no cell and no image matches $FILTER"
echo "1..$(echo "$cells" "$images" | wc -w)"
skip_without_root
[ -z "$images" ] || make_and_boot
{ table_show && echo "roots, locks, images and boots took $(($(date +%s) - BEGIN)) s"; } | tee "$WORK/matrix.txt" | sed 's/^/# /'
