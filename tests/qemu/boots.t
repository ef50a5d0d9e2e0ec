#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boots.t [REGEX]: the test boots of the tables `cells` and `matrix` whose names match, and the images that are only
# looked at, two at a time, as TAP. Without REGEX all of `cells`; with EARLYBIND_DOZEN=1 also what is marked
# `dozen`; with EARLYBIND_ALL=1 all.
# Each boot's serial line stays in build/qemu/cells/NAME/log.
TOP=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$TOP/build/qemu
FILTER=${1:-.}
[ $# = 0 ] || EARLYBIND_ALL=1
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
		table_read cells | cut -d '|' -f 1
		[ "${EARLYBIND_DOZEN:-}" != 1 ] ||
			awk -v table=dozen -f "$TOP/tests/qemu/matrix.awk" "$WORK/tables/outcomes" "$WORK/tables/matrix"
	fi | grep -E -e "$FILTER"
}

select_looks()
{
	awk -F '|' -v all="${EARLYBIND_ALL:-}" -v dozen="${EARLYBIND_DOZEN:-}" '
		NR == FNR { booted[$2]; next }
		!($1 in booted) && (all == "1" || ($8 == "dozen" && dozen == "1")) { print $1 }' "$WORK/tables/cells" "$WORK/tables/images" |
		grep -E -e "$FILTER"
}

# images_of: the images of the cells on stdin.
images_of()
{
	while read -r cell; do
		table_cell cells "$cell" 2
	done | sort -u
}

# without_root: of the images on stdin those whose root cannot be had here.
without_root()
{
	can=" $(root_names | tr '\n' ' ') "
	while read -r image; do
		case $can in
		*" $(image_root "$image") "*) ;;
		*) echo "$image" ;;
		esac
	done
}

# skip_without_root: takes what has no root here from cells and images, with a loud TAP line each.
skip_without_root()
{
	for image in $(echo "$images" | without_root); do
		why="SKIP no root $(image_root "$image") here$(root_remedy "$(image_root "$image")")"
		echo "ok - image $image # $why"
		images=$(echo "$images" | grep -vx -e "$image")
		for cell in $cells; do
			[ "$(table_cell cells "$cell" 2)" = "$image" ] || continue
			echo "ok - $cell # $why"
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
		$1 != "bare" && $1 != "-" { list[$1] = list[$1] " " $2 }
		END { for (topology in list) print topology list[topology] }'
}

# prepare_roots: the roots of the selected images, each with the kernels of its images. The machine's own is always
# there: rules are accepted on it, with 6.1, and it has the tool that unpacks images.
prepare_roots()
{
	{
		echo "$(root_own) 6.1"
		for image in $images; do
			echo "$(image_root "$image") $(table_cell images "$image" 2)"
		done
	} | sort -u | awk '{ list[$1] = list[$1] " " $2 } END { for (root in list) print root list[root] }' |
		while read -r name series; do
			# shellcheck disable=SC2086 # a list of kernels
			image_prepare_root "$name" $series || exit 1
		done || exit 1
	own=$WORK/roots/$(root_own)
	image_tiny "$own/root" "$(root_release "$own/bare" 6.1)" "$WORK/tiny.cpio"
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

[ "$(id -u)" -eq 0 ] || { ! sudo -n true 2>/dev/null || exec sudo -n sh "$0" "$@"; }
[ "$(id -u)" -eq 0 ] || { echo '1..0 # SKIP roots are made as root: run as root, or with sudo' && exit 0; }
lib_need
mkdir -p "$TOP/build"
exec 8>"$TOP/build/qemu.lock"
flock 8
rm -rf --one-file-system "$WORK"
mkdir -p "$WORK/images" "$WORK/locks" "$WORK/cells" "$WORK/roots"
table_expand
cells=$(select_cells)
images=$({ echo "$cells" | images_of; select_looks; } | sort -u)
[ -n "$images" ] || fail "no cell and no image matches $FILTER"
echo "1..$(echo "$cells" "$images" | wc -w)"
skip_without_root
[ -n "$images" ] || exit 0

prepare_roots
[ -z "$(lock_jobs)" ] || { step 'guests accept the rules' && lock_jobs | at_once image_locks; }
step "images: $(echo "$images" | tr '\n' ' ')"
echo "$images" | at_once image_make
for image in $images; do
	check_image "$image"
done
step "boots: $(echo "$cells" | wc -w)"
echo "$cells" | at_once cell_run
step 'done'
