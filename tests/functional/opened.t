#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# opened.t: configuration, lock, machine, storage and command line are read once a run, whatever the number of kernels.
# shellcheck source=/dev/null
. tests/functional/host.sh
need strace:strace

# with_kernels FROM TO: the root has these kernels, each with a current image.
with_kernels()
{
	for kernels_n in $(seq "$1" "$2"); do
		kernels_new=6.1.$kernels_n-builtin
		[ -e "$R/lib/modules/$kernels_new" ] ||
			cp -r "$R/lib/modules/6.1.0-builtin" "$R/lib/modules/$kernels_new"
		initrd_fill "$R" "$kernels_new" "$TMP/image-$kernels_n"
		initrd_place initramfs-tools "$TMP/image-$kernels_n"
		mkdir -p "$R/boot"
		initrd_pack "$TMP/image-$kernels_n" cat >"$R/boot/initrd.img-$kernels_new"
	done
}

# opened FILE COMMAND...: the files below the root that it opens to read, with how often each. What names an image, and
# what is in it, is asked for each kernel: modules with their options, programs, /boot, and which generator there is.
opened()
{
	opened_file=$1
	opened_command=$2
	shift 2
	strace -f -e trace=openat,openat2 -o "$TMP/trace" "$EARLYBIND" "$opened_command" --root "$R" "$@" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	grep 'openat' "$TMP/trace" | grep -v O_PATH >"$TMP/reads"
	wc -l <"$TMP/reads" >"$TMP/count"
	sed -n 's/.*openat2*([0-9]*, "\([^"]*\)".*/\1/p' "$TMP/reads" | LC_ALL=C sort | uniq -c |
		grep -vE ' (\.|boot|lib|usr)(/|$)| etc/(os-release|kernel|mkinitcpio\.d)| (etc|run)/modprobe\.d' >"$opened_file"
}

# once FILE PATTERN: it was opened, and nothing of it twice.
once()
{
	grep -q " $2" "$1" || { echo "no $2 was opened"; return 1; }
	! grep " $2" "$1" | grep -v '^ *1 '
}

# adds_as_many COMMAND: from 2 kernels to 8 six times as many files are opened more as from 1 to 2.
adds_as_many()
{
	count_1=$(cat "$TMP/count-1-$1") count_2=$(cat "$TMP/count-2-$1") count_8=$(cat "$TMP/count")
	echo "$1: $count_1 with one kernel, $count_2 with two, $count_8 with 8"
	[ "$count_2" -gt "$count_1" ] && [ $((count_8 - count_2)) -eq $((6 * (count_2 - count_1))) ]
}

new two-gpus 'bind 10de:13c2'
ok 'the card is locked' did accept --yes
with_kernels 0 0
for command in check status 'regenerate --check'; do
	# shellcheck disable=SC2086 # words
	opened "$TMP/one-${command%% *}" $command
	cp "$TMP/count" "$TMP/count-1-${command%% *}"
done
with_kernels 1 1
for command in check status 'regenerate --check'; do
	# shellcheck disable=SC2086 # words
	opened "$TMP/two" $command
	cp "$TMP/count" "$TMP/count-2-${command%% *}"
done
with_kernels 2 7
for command in check status 'regenerate --check'; do
	# shellcheck disable=SC2086 # words
	opened "$TMP/eight" $command
	name=${command%% *}
	ok "$name: with 8 kernels it opens what it opens with one" same "$TMP/eight" "$(cat "$TMP/one-$name")"
	ok "$name: each kernel adds as many" adds_as_many "$name"
	ok "$name: the configuration once" once "$TMP/eight" 'etc/earlybind\.conf$'
	ok "$name: the lock once" once "$TMP/eight" 'etc/earlybind\.lock$'
	ok "$name: each PCI function once" once "$TMP/eight" 'sys/.*/0000:[^/]*/uevent$'
	ok "$name: fstab once" once "$TMP/eight" 'etc/fstab$'
done
run status --json
ok 'all 8 images are looked at' [ "$(grep -o '"state": *"current"' "$TMP/out" | wc -l)" = 8 ]
tap_end
