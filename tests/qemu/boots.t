#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boots.t [REGEX]: the test boots of the table `cells` whose names match, two at a time, as TAP. Each boot's serial
# line stays in build/qemu/cells/NAME/log.
TOP=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$TOP/build/qemu
FILTER=${1:-.}
export TOP WORK
# shellcheck source=/dev/null
. "$TOP/tests/qemu/lib.sh"

# at_once FUNCTION: calls the function once a line of stdin, with its words, two at a time.
at_once()
{
	xargs -P 2 -L 1 sh "$TOP/tests/qemu/job.sh" "$1"
}

# selected_images: the images that the selected cells boot.
selected_images()
{
	for cell in $cells; do
		table_cell cells "$cell" 2
	done | sort -u
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

# prepare_disk: the disk that all boots share, with earlybind on it where a selected cell needs it.
prepare_disk()
{
	if echo "$images" | grep -qv '^bare'; then
		step 'make install, and a disk of the root'
		image_installed_root "$WORK/bare"
		image_tiny "$(root_release "$WORK/bare" 6.1)" "$WORK/tiny.cpio"
		disk_make "$WORK/root" "$WORK/disk"
	else
		disk_make "$WORK/bare/" "$WORK/disk"
	fi
}

# check_image IMAGE: a TAP line: exactly what must be there of ours is in the image.
check_image()
{
	[ -e "$WORK/images/$1" ] || { echo "not ok - image $1 could not be made, see above" && return; }
	files=$(cd "$WORK/images/$1.d" 2>/dev/null && find . -path '*earlybind*' ! -type d | sort)
	order=$(find "$WORK/images/$1.d" -path '*/init-top/ORDER' -exec grep -n -o -e earlybind -e init-top/udev {} +)
	case $(table_cell images "$1" 3),$files in
	bare,) what='knows nothing of earlybind' && good=ok ;;
	-,) what='contains no file of ours' && good=ok ;;
	bare,* | -,*) what='contains files of ours' && good='not ok' ;;
	*/modules/*/plan*) what='contains plan, program and modules, and runs before udev' && good=ok ;;
	*) what='lacks plan, program or modules' && good='not ok' ;;
	esac
	case $(table_cell images "$1" 4) in
	*ids=*)
		grep -q ignored-ids "$WORK/images/$1.log" || { what='is silent about ids= in modprobe.d' && good='not ok'; }
		;;
	esac
	case $good,$(table_cell images "$1" 3),$order in
	ok,bare,*earlybind* | ok,-,*earlybind*) good='not ok' ;;
	ok,bare,* | ok,-,* | ok,*earlybind*udev*) ;;
	*) good='not ok' ;;
	esac
	echo "$good - image $1 $what"
	[ "$good" = ok ] || printf '%s\n' "$files" "$order" "$(tail -n 15 "$WORK/images/$1.log")" | sed 's/^/# /'
}

[ "$(id -u)" -eq 0 ] || { ! sudo -n true 2>/dev/null || exec sudo -n sh "$0" "$@"; }
[ "$(id -u)" -eq 0 ] || { echo '1..0 # SKIP roots are made as root: run as root, or with sudo' && exit 0; }
lib_need
cells=$(table_rows cells | cut -d '|' -f 1 | grep -E -e "$FILTER") || fail "no cell matches $FILTER"
images=$(selected_images)
echo "1..$(($(echo "$cells" | wc -l) + $(echo "$images" | wc -l)))"

root=$(root_get) || exit 1
mkdir -p "$TOP/build"
exec 8>"$TOP/build/qemu.lock"
flock 8
rm -rf --one-file-system "$WORK"
mkdir -p "$WORK/images" "$WORK/locks" "$WORK/cells"
ln -s "$root" "$WORK/bare"

prepare_disk
[ -z "$(lock_jobs)" ] || { step 'guests accept the rules' && lock_jobs | at_once image_locks; }
step "images: $(echo "$images" | tr '\n' ' ')"
echo "$images" | at_once image_make
for image in $images; do
	check_image "$image"
done
step "boots: $(echo "$cells" | wc -l)"
echo "$cells" | at_once cell_run
step 'done'
