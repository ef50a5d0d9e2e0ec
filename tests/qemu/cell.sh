# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One row of the table `cells`: its boot and its TAP line. Needs the other files of this folder sourced.

# cell_payload DIR IMAGE ACTIONS: what the guest gets: the script, the actions; conf, lock and plan of the image.
cell_payload()
{
	dir=$1
	image=$2
	mkdir -p "$dir/payload/etc"
	cp "$TOP/tests/qemu/guest/look" "$dir/payload/run"
	: >"$dir/payload/do"
	cp "$TOP/tests/qemu/guest/efivars" "$dir/payload/efivars"
	for action in $3; do
		echo "$action" >>"$dir/payload/do"
		cp "$TOP/tests/qemu/guest/$action" "$dir/payload/$action"
		case $action in
		crash | upgrade) cell_kexec "$dir/payload" "$image" ;;
		loader | power) cp "$WORK/images/$image" "$dir/payload/initrd" ;;
		esac
	done
	[ "$(table_cell images "$image" 3)" = bare ] || image_etc "$image" "$dir/payload/etc"
	plan=$(image_file "$image" usr/lib/earlybind/plan)
	[ -z "$plan" ] || cp "$plan" "$dir/payload/plan"
	payload_make "$dir" "$dir/payload.tar"
}

# cell_kexec DIR IMAGE: what a guest needs to start the image's own kernel.
cell_kexec()
{
	kexec_root=$WORK/roots/$(image_root "$2")/bare
	cp "$WORK/images/$2" "$1/initrd"
	cp "$kexec_root/boot/vmlinuz-$(root_release "$kexec_root" "$(table_cell images "$2" 2)")" "$1/vmlinuz"
	gcc -static -o "$1/kexec-load" "$TOP/tests/qemu/guest/kexec-load.c" || fail 'kexec-load.c'
}

# cell_boot DIR IMAGE NAME: the boot itself; DIR/log gets the serial line.
cell_boot()
{
	dir=$1
	image=$2
	name=$3
	initrd=$WORK/images/$image
	mangle=$(table_cell cells "$name" 5)
	if [ -n "$mangle" ]; then
		mangled "$image" "$mangle" "$dir/initrd"
		initrd=$dir/initrd
	fi
	root=$WORK/roots/$(image_root "$image")
	release=$(root_release "$root/bare" "$(table_cell images "$image" 2)")
	disk=$root/disk
	[ "$(table_cell cells "$name" 3)" != luks ] || disk=$root/luks
	[ "${name#power-}" = "$name" ] ||
		power_disk "${name#power-}" "$WORK/images/${mangle#* }" "$dir/disk" "initrd.img-$release"
	storage_boot "$root/bare/boot/vmlinuz-$release" "$initrd" "$disk" on "$dir/payload.tar" \
		"$(table_cell cells "$name" 3)" "$(table_cell cells "$name" 4)" "$dir/log"
	cell_lock "$image" >>"$dir/log"
	rm -rf "$dir/initrd" "$dir/initrd.d"
}

# cell_power DIR IMAGE NAME: what a power failure would have lost in the boots of power.sh.
cell_power()
{
	[ "${3#power-}" != "$3" ] || return 0
	power_replaced=$(table_cell cells "$3" 5)
	power_problems "${3#power-}" "$WORK/images/${power_replaced#* }" "$WORK/images/$2" >"$1/problems"
}

# cell_lock IMAGE: what `accept` said and wrote, as sections of the log.
cell_lock()
{
	[ -e "$WORK/locks/$1.said" ] || return 0
	echo '@@ accept'
	cat "$WORK/locks/$1.said"
	printf '%s\n' '@@ end accept' '@@ lock'
	cat "$WORK/locks/$1"
	echo '@@ end lock'
}

# cell_diagnosis DIR ACTIONS: what a person needs to see of a failed boot.
cell_diagnosis()
{
	dir=$1
	log=$dir/log
	cat "$dir/problems"
	for section in accept lock devices report kernel_log framebuffers root status $2; do
		echo "--- $section"
		boot_section "$log" "$section"
	done
	boot_finished "$log" || { echo '--- end of the serial line' && tail -n 25 "$log"; }
	echo "--- whole log: ${log#"$TOP/"}"
}

# cell_run NAME: boots the cell and prints its TAP line, with the useful part of the log where it failed.
cell_run()
{
	run_image=$(table_cell cells "$1" 2)
	run_actions=$(table_cell cells "$1" 6)
	run_dir=$WORK/cells/$1
	run_verdict='not ok'
	run_started=$(date +%s)
	mkdir -p "$run_dir"
	if [ ! -e "$WORK/images/$run_image" ]; then
		echo "image $run_image could not be made, see above" >"$run_dir/diagnosis"
	elif cell_payload "$run_dir" "$run_image" "$run_actions" && cell_boot "$run_dir" "$run_image" "$1" &&
		awk -v expect="$(table_cell cells "$1" 7)" -f "$TOP/tests/qemu/check.awk" "$run_dir/log" \
			>"$run_dir/problems" && cell_power "$run_dir" "$run_image" "$1"; then
		run_verdict=ok
	else
		cell_diagnosis "$run_dir" "$run_actions" >"$run_dir/diagnosis"
	fi
	# Two cells may end at once: their lines must not mix.
	(
		flock 9
		run_took=$(($(date +%s) - run_started))
		echo "$run_verdict - $1 ($run_took s, $(cat "$run_dir/log.used" 2>/dev/null || echo 0) s of a processor)"
		if [ "$run_verdict" = ok ]; then
			table_note "$1" passed "$run_took"
		else
			table_note "$1" failed "$run_took"
			sed 's/^/# /' "$run_dir/diagnosis"
		fi
	) 9>"$WORK/output.lock"
}
