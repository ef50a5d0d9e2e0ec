#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# regenerate.t: `earlybind regenerate` in a tree: the generators are stand-ins: scripts in the tree's /usr/sbin that
# record how they are called and copy a prepared image. The real ones are run by tests/plugins/regenerate.t and
# tests/packages/deb.t. Run from the top of the repository, as root (chroot).
# shellcheck source=tests/lib/regenerate.sh
. tests/lib/regenerate.sh

need busybox:busybox-static strace:strace script:bsdutils setsid:util-linux flock:util-linux
STAND_INS=''

# stand_in NAME LINE...: a script in the tree's /usr/sbin that records its call in /calls.
stand_in()
{
	name=$1
	shift
	mkdir -p "$T/usr/sbin" "$T/bin" "$T/new"
	cp "$(command -v busybox)" "$T/bin/busybox"
	ln -sf busybox "$T/bin/sh"
	# shellcheck disable=SC2016 # for the script
	printf '%s\n' '#!/bin/sh' 'echo "${0##*/} $*" >>/calls' 'for c in cp cat rm head sleep; do alias $c="busybox $c"; done' \
		"$@" >"$T/usr/sbin/$name"
	chmod 755 "$T/usr/sbin/$name"
	case " $STAND_INS " in
	*" $name "*) ;;
	*) STAND_INS="${STAND_INS:+$STAND_INS }$name" ;;
	esac
}

installed()
{
	for file in "$@"; do
		mkdir -p "$T/${file%/*}"
		: >"$T/$file"
	done
}

# debian LINE...: initramfs-tools, of which update-initramfs does this. The image it has is stale, /new holds a good one.
debian()
{
	new
	image=$T/boot/initrd.img-$RELEASE
	installed usr/share/initramfs-tools/hook-functions etc/kernel/postinst.d/initramfs-tools
	stand_in update-initramfs "$@"
	mv "$image" "$T/new/image"
	echo garbage >"$T/new/garbage"
	mkdir -p "$TMP/old"
	echo old >"$TMP/old/init"
	initrd_pack "$TMP/old" 'gzip -n' >"$image"
	cp "$image" "$TMP/old-image"
}

kept_nothing()
{
	[ ! -e "$T/var/lib/earlybind/images" ]
}

# old_is_back: exit 1, the old image is as it was, no copy is left.
old_is_back()
{
	code 1 && cmp "$TMP/old-image" "$image" && kept_nothing
}

new_is_there()
{
	code 0 && cmp "$T/new/image" "$image" && kept_nothing
}

generators()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	regenerate
	ok "update-initramfs: the new image is there, no copy is left" new_is_there
	ok "update-initramfs: called for the kernel" same "$T/calls" "update-initramfs -u -k $RELEASE"
	ok "update-initramfs: verified" has "$TMP/out" "/boot/initrd.img-$RELEASE: current"
	ok "update-initramfs: progress" has "$TMP/out" "[1/1] $RELEASE: running /usr/sbin/update-initramfs -u"
	installed etc/kernel/proxmox-boot-uuids
	stand_in proxmox-boot-tool
	regenerate
	ok "proxmox-boot-tool: refresh afterwards" has "$T/calls" 'proxmox-boot-tool refresh'
	stand_in proxmox-boot-tool 'exit 3'
	regenerate
	ok "proxmox-boot-tool fails: exit 1" code 1
	ok "proxmox-boot-tool fails: said" has "$TMP/err" 'what boots may still be the old images'
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	rm "$image"
	regenerate
	ok "a kernel without an image gets none by itself" test ! -e "$image"
	ok "no kernel has an image: exit 1" code 1
	ok "no kernel has an image: said" has "$TMP/err" 'there is no image to make anew'
	regenerate "$RELEASE"
	ok "a kernel without an image gets one when it is named" has "$T/calls" "update-initramfs -c -k $RELEASE"
	ok "a kernel without an image: verified" current "boot/initrd.img-$RELEASE"
	installed usr/lib/dracut/dracut-functions.sh
	stand_in dracut 'exit 9'
	regenerate
	ok "two generators: the one that kernel installations use" has "$TMP/out" 'running /usr/sbin/update-initramfs'
	ok "two generators: said" has "$TMP/err" 'both initramfs-tools and dracut are installed: using initramfs-tools'
	rm "$T/etc/kernel/postinst.d/initramfs-tools"
	installed etc/kernel/postinst.d/dracut
	content dracut
	initrd_pack "$I" 'zstd -q' >"$T/new/image"
	stand_in dracut "cp /new/image /boot/initrd.img-$RELEASE"
	regenerate
	ok "two generators, the other way" has "$TMP/err" 'using dracut, because /etc/kernel/postinst.d/dracut is there'
	ok "dracut: its image is named" has "$T/calls" "dracut --force /boot/initrd.img-$RELEASE $RELEASE"
	ok "dracut: the new image is there" new_is_there
	rm "$T/calls" "$image"
	regenerate "$RELEASE"
	ok "dracut: a first image has the name that it gives it" same "$T/calls" "dracut --force --kver $RELEASE"
	rm "$T/calls" "$image"
	uki=efi/EFI/Linux/linux-$RELEASE-0123456789abcdef0123456789abcdef.efi
	mkdir -p "$T/${uki%/*}"
	echo old >"$T/$uki"
	initrd_uki "$T/new/image" .initrd >"$T/new/uki"
	stand_in dracut "cp /new/uki /$uki"
	regenerate
	ok "dracut: a UKI has the name that it gives it" same "$T/calls" "dracut --force --kver $RELEASE"
	ok "dracut: its UKI is verified" current "$uki"
	rm -r "$T/efi"
	cp "$T/new/image" "$image"
	echo linux >"$T/lib/modules/$RELEASE/pkgbase"
	for name in linux linux-fallback; do echo old >"$T/boot/initramfs-$name.img"; done
	rm "$T/calls" "$image"
	# shellcheck disable=SC2016 # for the script
	stand_in dracut 'while [ $# -gt 2 ]; do shift; done' 'cp /new/image "$1"'
	regenerate
	ok "dracut on Arch: exit 0" code 0
	ok "dracut on Arch: the images have the pkgbase in their names" same "$T/calls" \
		"$(printf 'dracut --force%s.img %s\n' ' /boot/initramfs-linux' "$RELEASE" \
			' --no-hostonly /boot/initramfs-linux-fallback' "$RELEASE")"
	rm "$T/usr/lib/dracut/dracut-functions.sh" "$T/usr/share/initramfs-tools/hook-functions"
	regenerate
	ok "remains of removed packages are no generators" has "$TMP/err" 'no program that makes initramfs images'
	ok "no generator: exit 1, nothing changed" code 1
}

# bzimage RELEASE: prints the start of a kernel of x86, which says its release at 0x200 and what stands at 0x20e.
bzimage()
{
	head -c 514 /dev/zero
	printf 'HdrS'
	head -c 8 /dev/zero
	printf '\020\000%s (me@here) #1' "$1"
	head -c 100 /dev/zero
}

# presets: more presets than linux.
presets()
{
	rm "$T/calls"
	mine=$T/etc/mkinitcpio.d/mine.preset
	printf '%s\n' 'ALL_kver=/boot/vmlinuz-mine' 'PRESETS=(default)' 'default_image=/boot/initramfs-mine.img' >"$mine"
	cp "$mine" "$TMP/preset"
	echo old >"$T/boot/initramfs-mine.img"
	for how in '' --check; do
		# shellcheck disable=SC2086 # no word, or one
		regenerate $how
		ok "a preset of no known kernel, regenerate $how: exit 1" code 1
		ok "a preset of no known kernel, regenerate $how: said" has "$TMP/err" "its image /boot/initramfs-mine.img is left"
		ok "a preset of no known kernel, regenerate $how: the others" has "$TMP/out" '/boot/initramfs-linux.img: current'
	done
	ok "a preset of no known kernel: its image is not touched" same "$T/boot/initramfs-mine.img" old
	ok "a preset of no known kernel: no preset but the others is used" same "$T/calls" 'mkinitcpio -p linux'
	uki=efi/EFI/Linux/arch-linux.efi
	mkdir -p "$T/${uki%/*}"
	initrd_uki "$T/new/image" .initrd >"$T/new/uki"
	echo old >"$T/$uki"
	rm "$mine" "$T/boot/initramfs-linux-fallback.img"
	stand_in mkinitcpio "cp /new/uki /$uki" 'cp /new/image /boot/initramfs-linux.img'
	printf '%s\n' "default_uki=\"/$uki\"" '#fallback_uki="/boot/initramfs-mine.img"' >>"$T/etc/mkinitcpio.d/linux.preset"
	regenerate
	ok "mkinitcpio: the UKI of the preset is verified" current "$uki"
	stand_in mkinitcpio "head -c 100 /new/uki >/$uki" 'cp /new/image /boot/initramfs-linux.img'
	regenerate
	ok "mkinitcpio: the UKI of the preset is put back" cmp "$T/new/uki" "$T/$uki"
	stand_in mkinitcpio "cp /new/uki /$uki" 'cp /new/image /boot/initramfs-linux.img'
	echo old >"$T/boot/initramfs-linux-fallback.img"
	regenerate
	ok "a fallback that is stale: exit 1" code 1
	spelling=0
	for list in "('default')" "(\n'default')" default; do
		spelling=$((spelling + 1))
		sed -i "s/^PRESETS=.*/PRESETS=$list/" "$T/etc/mkinitcpio.d/linux.preset"
		for how in '' --check; do
			# shellcheck disable=SC2086 # no word, or one
			regenerate $how
			ok "PRESETS, spelling $spelling, regenerate $how: what else the preset names does not count" code 0
			ok "PRESETS, spelling $spelling, regenerate $how: it is named" has "$TMP/err" \
				'/boot/initramfs-linux-fallback.img is left as it is: PRESETS in its preset does not name it'
		done
	done
	cp "$TMP/preset" "$mine"
	rm "$T/calls" "$T/lib/modules/$RELEASE/pkgbase" "$T/etc/mkinitcpio.d/linux.preset"
	stand_in mkinitcpio 'cp /new/image /boot/initramfs-mine.img'
	bzimage "$RELEASE" >"$T/boot/vmlinuz-mine"
	regenerate
	ok "a kernel without pkgbase: its preset is the one that names its file" same "$T/calls" 'mkinitcpio -p mine'
	ok "a kernel without pkgbase: verified" current boot/initramfs-mine.img
	sed -i "s/vmlinuz-mine/vmlinuz-$RELEASE/" "$mine"
	stand_in mkinitcpio 'echo half >/boot/initramfs-mine.img'
	regenerate
	ok "a kernel without pkgbase, its file named by its release: the old image" \
		cmp "$T/new/image" "$T/boot/initramfs-mine.img"
	bzimage 9.9.9 >"$T/boot/vmlinuz-mine"
	echo mine >"$T/lib/modules/$RELEASE/pkgbase"
	sed -i "s/vmlinuz-$RELEASE/vmlinuz-mine/" "$mine"
	regenerate
	ok "a preset whose kernel is another by now is not that of its pkgbase" has "$TMP/err" 'no kernel here is that of'
	rm "$T/calls" "$T/boot/vmlinuz-mine"
	# shellcheck disable=SC2016 # for the preset
	sed -i 's,^default_image=.*,default_image="${ALL_kver/vmlinuz/initramfs}.img",' "$mine"
	regenerate
	ok "a preset whose image is no plain path: exit 1" code 1
	ok "a preset whose image is no plain path: said" has "$TMP/err" 'is no plain path, and could not be kept'
	ok "a preset whose image is no plain path: nothing is run" test ! -e "$T/calls"
	regenerate --check
	ok "a preset whose image is no plain path: --check says so" has "$TMP/err" 'is no plain path, and was not looked at'
}

# boot_counting: UKIs of kernel-install, of which each new one has another name until it has booted.
boot_counting()
{
	rm -r "$T/boot/token"
	ukis=efi/EFI/Linux
	mkdir -p "$T/$ukis"
	initrd_uki "$T/new/image" .initrd >"$T/new/uki"
	initrd_microcode >"$TMP/microcode"
	initrd_uki "$TMP/microcode" .initrd >"$T/$ukis/token-$RELEASE.efi"
	touch -d '1 hour ago' "$T/$ukis/token-$RELEASE.efi"
	cp "$T/$ukis/token-$RELEASE.efi" "$TMP/old-uki"
	stand_in kernel-install "cp /new/uki /$ukis/token-$RELEASE+3.efi"
	regenerate
	ok "boot counting: the new UKI is what counts" code 0
	ok "boot counting: the new UKI is verified" current "$ukis/token-$RELEASE+3.efi"
	ok "boot counting: the one that has booted is left to fall back on" \
		cmp "$TMP/old-uki" "$T/$ukis/token-$RELEASE.efi"
	mv "$T/$ukis/token-$RELEASE+3.efi" "$T/$ukis/token-$RELEASE+2-1.efi"
	regenerate --check
	ok "boot counting: with a try: current" current "$ukis/token-$RELEASE+2-1.efi"
	ok "boot counting: the one that has booted is named" has "$TMP/err" "/$ukis/token-$RELEASE.efi is left as it is"
	stand_in kernel-install "head -c 100 /new/uki >/$ukis/token-$RELEASE+3.efi"
	regenerate
	ok "boot counting: a damaged one: exit 1" code 1
	ok "boot counting: a damaged one: said" has "$TMP/err" "/$ukis/token-$RELEASE+3.efi: damaged"
	rm -r "$T/efi"
	mkdir -p "$T/boot/token/$RELEASE"
}

other_generators()
{
	new
	rm "$T/boot/initrd.img-$RELEASE"
	installed usr/lib/initcpio/functions
	stand_in mkinitcpio 'cp /new/image /boot/initramfs-linux.img; cp /new/image /boot/initramfs-linux-fallback.img'
	echo linux >"$T/lib/modules/$RELEASE/pkgbase"
	mkdir -p "$T/etc/mkinitcpio.d"
	printf '%s\n' 'ALL_kver="/boot/vmlinuz-linux"' "PRESETS=('default' 'fallback')" \
		'default_image="/boot/initramfs-linux.img"' 'fallback_image="/boot/initramfs-linux-fallback.img"' \
		>"$T/etc/mkinitcpio.d/linux.preset"
	content mkinitcpio
	initrd_pack "$I" 'zstd -q' >"$T/new/image"
	echo old >"$T/boot/initramfs-linux.img"
	regenerate
	ok "mkinitcpio: the preset of the kernel" same "$T/calls" 'mkinitcpio -p linux'
	ok "mkinitcpio: its images are those of the preset" current boot/initramfs-linux-fallback.img
	presets
	rm -r "$T/etc/mkinitcpio.d"
	regenerate "$RELEASE"
	ok "mkinitcpio without a preset: exit 1" code 1
	ok "mkinitcpio without a preset: said" has "$TMP/err" 'no preset of mkinitcpio'
	new
	rm "$T/boot/initrd.img-$RELEASE"
	mkdir -p "$T/boot/token/$RELEASE"
	echo old >"$T/boot/token/$RELEASE/initrd"
	: >"$T/lib/modules/$RELEASE/vmlinuz"
	content systemd
	stand_in kernel-install "cp /new/image /boot/token/$RELEASE/initrd"
	initrd_pack "$I" 'zstd -q' >"$T/new/image"
	regenerate
	ok "kernel-install: where its images are" same "$T/calls" \
		"kernel-install add $RELEASE /lib/modules/$RELEASE/vmlinuz"
	ok "kernel-install: verified" current "boot/token/$RELEASE/initrd"
	boot_counting
	installed usr/share/initramfs-tools/hook-functions
	stand_in update-initramfs "cp /new/image /boot/initrd.img-$RELEASE"
	stand_in kernel-install "cp /boot/initrd.img-$RELEASE /boot/token/$RELEASE/initrd"
	for file in "initrd.img-$RELEASE" "token/$RELEASE/initrd"; do echo old >"$T/boot/$file"; done
	rm "$T/calls"
	regenerate
	ok "images of kernel-install beside others: first the generator, then kernel-install" same "$T/calls" \
		"$(printf '%s\n' "update-initramfs -u -k $RELEASE" \
			"kernel-install add $RELEASE /lib/modules/$RELEASE/vmlinuz")"
	ok "images of kernel-install beside others: current" current "boot/token/$RELEASE/initrd"
	stand_in kernel-install "echo half >/boot/token/$RELEASE/initrd" 'exit 7'
	regenerate
	ok "images of kernel-install beside others: it fails" has "$TMP/err" 'kernel-install failed with exit status 7'
	ok "images of kernel-install beside others: the old image" cmp "$T/new/image" "$T/boot/token/$RELEASE/initrd"
	stand_in kernel-install "cp /new/image /boot/token/$RELEASE/initrd"
	rm "$T/calls" "$T/boot/initrd.img-$RELEASE"
	mkdir "$T/lib/modules/5.5.5"
	: >"$T/lib/modules/5.5.5/modules.dep"
	regenerate
	ok "the oldest kernel, without an image, chooses no generator for the others" code 0
	ok "the oldest kernel, without an image, is named" has "$TMP/err" 'kernel 5.5.5 has no image, and gets none'
	ok "the oldest kernel, without an image: the others are done" lacks "$T/calls" update-initramfs
	rm -r "$T/lib/modules/5.5.5"
	installed run/ostree-booted
	rm "$T/calls"
	stand_in rpm-ostree
	regenerate
	ok "rpm-ostree: names both commands" has "$TMP/out" 'rpm-ostree initramfs-etc --track=/etc/earlybind.lock'
	ok "rpm-ostree: names both commands" has "$TMP/out" 'rpm-ostree initramfs --enable'
	ok "rpm-ostree: runs nothing" test ! -e "$T/calls"
}

failures()
{
	debian 'exit 5'
	regenerate
	ok "a generator that fails: the old image" old_is_back
	ok "a generator that fails: said" has "$TMP/err" 'update-initramfs failed with exit status 5'
	debian "cp /new/garbage /boot/initrd.img-$RELEASE" 'exit 1'
	regenerate
	ok "a generator that fails after it wrote: the old image" old_is_back
	debian "rm /boot/initrd.img-$RELEASE" 'exit 1'
	regenerate
	ok "full-disk: a generator that fails and removes the image (dracut 059): the old image" old_is_back
	debian "rm /boot/initrd.img-$RELEASE"
	regenerate
	ok "a generator that removes the image and succeeds: the old image" old_is_back
	# shellcheck disable=SC2016 # for the script
	debian "head -c 1 /new/image >/boot/initrd.img-$RELEASE" 'kill -9 $$'
	regenerate
	ok "a generator that is killed: the old image" old_is_back
	ok "a generator that is killed: said" has "$TMP/err" 'ended by signal 9'
	debian "cp /new/garbage /boot/initrd.img-$RELEASE"
	regenerate
	ok "a damaged image of a generator that succeeds: the old image" old_is_back
	ok "a damaged image: said" has "$TMP/err" ': foreign'
	debian "cp /new/microcode /boot/initrd.img-$RELEASE"
	initrd_microcode >"$T/new/microcode"
	regenerate
	ok "full-disk: an image of the microcode alone, of a generator that succeeds: the old image" old_is_back
	ok "full-disk: said" has "$TMP/err" 'it holds no /init'
	debian "cp /new/stale /boot/initrd.img-$RELEASE"
	rm -r "${I:?}/usr"
	initrd_pack "$I" cat >"$T/new/stale"
	regenerate
	ok "a new image without the plan: exit 1" code 1
	ok "a new image without the plan: it stays, it is no worse" cmp "$T/new/stale" "$image"
	ok "a new image without the plan: said" has "$TMP/err" 'it holds no plan'
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	echo damaged >"$image"
	regenerate
	ok "an old image that is damaged: a new one" new_is_there
	rm -f "$T/calls"
	mkdir -p "$T/var/lib/earlybind"
	flock "$T/var/lib/earlybind" "$EARLYBIND" regenerate --root "$T" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	ok "while another regenerate is running: exit 1" code 1
	ok "while another regenerate is running: said" has "$TMP/err" 'another regenerate is running'
	ok "while another regenerate is running: nothing is run" test ! -e "$T/calls"
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	rm -r "${T:?}/bin"
	regenerate
	ok "a generator that cannot be started: the old image" old_is_back
	debian "exit 0"
	mkdir -p "$T/var/lib/earlybind/images"
	mv "$image" "$T/var/lib/earlybind/images/boot%initrd.img-$RELEASE"
	echo half >"$image"
	stand_in update-initramfs 'exit 1'
	regenerate
	ok "after a run that was killed, its copy comes back" old_is_back
	mkdir -p "$T/var/lib/earlybind/images"
	mv "$image" "$T/var/lib/earlybind/images/boot%initrd.img-$RELEASE"
	initrd_microcode >"$image"
	regenerate
	ok "full-disk: after a run that was killed with the microcode written, too" old_is_back
}

# begin COMMAND...: that, in a session of its own and with no signal ignored, until the generator has begun to write.
begin()
{
	rm -f "$T/started"
	setsid env --default-signal "$@" >"$TMP/out" 2>"$TMP/err" &
	pid=$!
	while [ ! -e "$T/started" ] && kill -0 "$pid"; do sleep 0.1; done
}

# ended: and waits for it.
ended()
{
	wait "$pid"
	echo $? >"$TMP/code"
}

# half LINE...: a generator that has written the half of an image, and then does this.
half()
{
	debian "head -c 1000 /new/image >/boot/initrd.img-$RELEASE" ': >/started' "$@"
	mkdir -p "$T/lib/modules/9.9.9"
	: >"$T/lib/modules/9.9.9/modules.dep"
	cp "$image" "$T/boot/initrd.img-9.9.9"
}

only_the_first()
{
	same "$T/calls" "update-initramfs -u -k $RELEASE"
}

signals()
{
	half 'sleep 60 || exit 1' "cp /new/image /boot/initrd.img-$RELEASE"
	for signal in TERM INT HUP QUIT; do
		rm -f "$T/calls"
		begin "$EARLYBIND" regenerate --root "$T"
		kill -s $signal "$pid"
		ended
		ok "SIG$signal in the middle: the old image" old_is_back
		ok "SIG$signal in the middle: said" has "$TMP/err" 'ended by a signal'
		ok "SIG$signal in the middle: the other kernel is let be" only_the_first
	done
	begin nohup "$EARLYBIND" regenerate --root "$T"
	kill -s HUP "$pid"
	kill -s TERM "$pid"
	ended
	ok "nohup: SIGHUP is ignored" lacks "$TMP/err" 'Hangup'
	half 'trap : INT' 'sleep 1' "cp /new/image /boot/initrd.img-$RELEASE"
	begin "$EARLYBIND" regenerate --root "$T"
	kill -s INT "$pid"
	ended
	ok "SIGINT that the generator ignores: exit 1" code 1
	ok "SIGINT that the generator ignores: the new image" cmp "$T/new/image" "$image"
	ok "SIGINT that the generator ignores: the other kernel is let be" only_the_first
	half 'sleep 60 || exit 1'
	head -c 20000000 /dev/urandom >"$TMP/old/init"
	initrd_pack "$TMP/old" cat >"$image"
	cp "$image" "$TMP/old-image"
	begin "$EARLYBIND" regenerate --root "$T"
	while kill -s INT "$pid" 2>/dev/null; do :; done
	wait "$pid"
	ok "SIGINT again and again: the old image" cmp "$TMP/old-image" "$image"
	ok "SIGINT again and again: no copy is left" kept_nothing
	half 'sleep 1' 'exit 1'
	# shellcheck disable=SC2016 # the inner shell's own arguments
	begin sh -c '{ "$1" regenerate --root "$2" "$3" 2>&1; echo $? >"$4"; } | head -c 1' \
		sh "$EARLYBIND" "$T" "$RELEASE" "$TMP/code"
	wait "$pid"
	ok "who reads its output is gone: the old image" old_is_back
	strace -o "$TMP/trace" -P "$image" -e trace=write -e inject=write:signal=KILL \
		"$EARLYBIND" regenerate --root "$T" "$RELEASE" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	ok "the old image comes back whole, or not yet: nothing is written over the new one" old_is_back
	# shellcheck disable=SC2016 # for the script
	half 'read -r word </dev/tty' 'echo "word $word"' "cp /new/image /boot/initrd.img-$RELEASE"
	mkdir -p "$T/dev"
	[ -e "$T/dev/tty" ] || mknod -m 666 "$T/dev/tty" c 5 0
	{ sleep 2; echo sesame; sleep 1; } | script -qec "$EARLYBIND regenerate --root $T $RELEASE" /dev/null >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	ok "a generator may ask at the terminal" has "$TMP/out" 'word sesame'
	ok "a generator may ask at the terminal: the new image" new_is_there
}

damaged_lock()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	printf 'x' >>"$T/etc/earlybind.lock"
	regenerate
	ok "a damaged lock: exit 1" code 1
	ok "a damaged lock: nothing is run" test ! -e "$T/calls"
	ok "a damaged lock: the image is as it was" cmp "$TMP/old-image" "$image"
	ok "a damaged lock: said" has "$TMP/err" 'the images are left as they are: made now, they would bind nothing'
	: >"$T/etc/earlybind.conf"
	regenerate
	ok "a damaged lock that no rule needs: images are made" test -e "$T/calls"
}

# Kernels that are not there, or not any more, cost only themselves.
wrong_kernels()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	regenerate 9.9.9
	ok "an unknown kernel: exit 1" code 1
	ok "an unknown kernel: said" has "$TMP/err" 'there is no kernel 9.9.9'
	ok "an unknown kernel: nothing is run" test ! -e "$T/calls"
	ok "an unknown kernel: the image is as it was" cmp "$TMP/old-image" "$image"
	regenerate 9.9.9 "$RELEASE"
	ok "an unknown kernel beside a known one: exit 1" code 1
	ok "an unknown kernel beside a known one: that one is done" cmp "$T/new/image" "$image"
	mkdir "$T/lib/modules/5.5.5"
	cp "$TMP/old-image" "$T/boot/initrd.img-5.5.5"
	cp "$TMP/old-image" "$image"
	rm "$T/calls"
	regenerate
	ok "a removed kernel's folder: exit 1" code 1
	ok "a removed kernel's folder: said" has "$TMP/err" 'kernel 5.5.5 has no modules.dep'
	ok "a removed kernel's folder: its image is as it was" cmp "$TMP/old-image" "$T/boot/initrd.img-5.5.5"
	ok "a removed kernel's folder: the other kernel is done" same "$T/calls" "update-initramfs -u -k $RELEASE"
	ok "a removed kernel's folder: and verified" has "$TMP/out" "/boot/initrd.img-$RELEASE: current"
	rm -r "$T/lib/modules/5.5.5"
	regenerate
	ok "a removed kernel without a folder, and without its file: nobody's business" code 0
	: >"$T/boot/vmlinuz-5.5.5"
	for how in '' --check; do
		# shellcheck disable=SC2086 # no word, or one
		regenerate $how
		ok "a removed kernel without a folder, regenerate $how: exit 1" code 1
		ok "a removed kernel without a folder, regenerate $how: said" \
			has "$TMP/err" 'its image /boot/initrd.img-5.5.5 is left as it is'
	done
	ok "a removed kernel without a folder: its image is as it was" cmp "$TMP/old-image" "$T/boot/initrd.img-5.5.5"
	for name in "initrd.img-$RELEASE.bak" initramfs-0-rescue-1.img initramfs-linux.img; do
		mv "$T/boot/initrd.img-5.5.5" "$T/boot/$name"
		: >"$T/boot/vmlinuz-linux"
		: >"$T/boot/vmlinuz-0-rescue-1"
		regenerate --check
		ok "$name is no removed kernel's" code 0
		mv "$T/boot/$name" "$T/boot/initrd.img-5.5.5"
	done
}

full_disk()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	mkdir "$TMP/boot"
	if ! mount -t tmpfs -o size=2m earlybind-test "$T/boot" 2>"$TMP/mount"; then
		skip "full-disk" "a tmpfs cannot be mounted here: $(cat "$TMP/mount")"
		return
	fi
	head -c 600000 /dev/urandom >"$TMP/old/init"
	initrd_pack "$TMP/old" 'gzip -n' >"$image"
	cp "$image" "$TMP/old-image"
	regenerate
	ok "full-disk: refused before anything is done" old_is_back
	ok "full-disk: loud" has "$TMP/err" 'MiB may be needed: remove an old kernel, or make room; nothing was changed'
	ok "full-disk: the generator was not run" test ! -e "$T/calls"
	umount "$T/boot"
	mount -t tmpfs -o size=8m earlybind-test "$T/boot"
	cp "$TMP/old-image" "$image"
	head -c 10000000 /dev/urandom >"$T/new/large"
	stand_in update-initramfs "cat /new/large >/boot/initrd.img-$RELEASE" 'exit 1'
	regenerate
	ok "full-disk: it fills while the generator writes: the old image" old_is_back
	ok "full-disk: it was full" has "$TMP/err" 'No space left on device'
	umount "$T/boot"
	mount -t tmpfs -o size=9m earlybind-test "$T/boot"
	head -c 3000000 /dev/urandom >"$image"
	rm "$T/calls"
	mkdir "$T/boot/kept"
	ln -s ../../../boot/kept "$T/var/lib/earlybind/images"
	regenerate
	ok "full-disk: images and copies share a file system: no room for both" has "$TMP/err" 'MiB may be needed'
	ok "full-disk: images and copies share a file system: the generator was not run" test ! -e "$T/calls"
	rm "$T/var/lib/earlybind/images"
	umount "$T/boot"
	mkdir -p "$T/var"
	mount -t tmpfs -o size=64k earlybind-test "$T/var"
	cp "$TMP/old-image" "$image"
	rm -f "$T/calls"
	regenerate
	ok "full-disk: no room for the copy" has "$TMP/err" 'copies of the images need'
	ok "full-disk: no room for the copy: the generator was not run" test ! -e "$T/calls"
	umount "$T/var"
}

all()
{
	if [ "$(id -u)" -ne 0 ]; then
		skip "the generators" "chroot needs root"
		return
	fi
	generators
	other_generators
	failures
	signals
	damaged_lock
	wrong_kernels
	full_disk
	echo "# stand-ins for generators: $(echo "$STAND_INS" | wc -w): $STAND_INS"
}

with_real_modules all
tap_end
