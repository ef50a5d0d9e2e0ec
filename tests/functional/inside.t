#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# inside.t: with --root nothing outside of the tree is read or written, wherever the links of the tree lead; nor by the
# libraries. Outside stands a whole machine that differs in what every command would say of it.
# shellcheck source=/dev/null
. tests/functional/host.sh
need strace:strace

RELEASE=6.1.0-modular
OUT=$TMP/outside

# whole_machine: in OUT stands a machine with a rule, a lock, an image, a trial, names of devices and options of modules.
whole_machine()
{
	new two-gpus 'bind 10de:13c2'
	mkdir -p "$R/boot/grub" "$R/etc/modprobe.d" "$R/usr/share/misc" "$R/run/earlybind" "$R/bin" \
		"$R/sys/firmware/efi/efivars" "$R/var/lib/earlybind/images" "$R/etc/default"
	did accept --yes || return 1
	echo 'options vfio-pci disable_vga=1' >"$R/etc/modprobe.d/canary.conf"
	printf '10de  CANARY\n\t13c2  CANARY\n' >"$R/usr/share/misc/pci.ids"
	printf 'UUID=1234-CANARY /canary ext4 defaults 0 2\n' >"$R/etc/fstab"
	echo 'GRUB_CMDLINE_LINUX="root=/dev/canary"' >"$R/etc/default/grub"
	printf "menuentry 'canary' {\n\tlinux /vmlinuz-canary root=/dev/canary\n\tinitrd /initrd.img-canary\n}\n" \
		>"$R/boot/grub/grub.cfg"
	echo canary >"$R/boot/initrd.img-$RELEASE"
	for whole_machine in update-initramfs dracut mkinitcpio; do
		printf '#!/bin/sh\necho CANARY\n' >"$R/bin/$whole_machine"
		chmod 755 "$R/bin/$whole_machine"
	done
	rm -rf "$OUT"
	mv "$R" "$OUT"
	cp -a "$OUT" "$TMP/before"
}

# links_of_files: in R are the directories of OUT, and a link to each of its files.
links_of_files()
{
	rm -rf "$R"
	(cd "$OUT" && find . -type d) | while read -r links_of_files; do mkdir -p "$R/$links_of_files"; done
	(cd "$OUT" && find . -type f) | while read -r links_of_files; do ln -s "$OUT/$links_of_files" "$R/$links_of_files"; done
	(cd "$OUT" && find . -type l) | while read -r links_of_files; do
		cp -P "$OUT/$links_of_files" "$R/$links_of_files"
	done
}

# links_of_directories UP: in R are links alone, to the directories of OUT, with UP in front.
links_of_directories()
{
	rm -rf "$R"
	mkdir "$R"
	for links_of_directories in "$OUT"/*; do
		ln -s "$1${links_of_directories}" "$R/"
	done
}

# names FILE: the paths from / on that this trace has.
names()
{
	sed -n '/ execve(/d; s/^[^"]*\(open\|stat\|access\|mkdir\|unlink\|rename\|chown\)[a-z0-9]*([^"]*"\(\/[^"]*\)".*/\2/p' "$1" |
		LC_ALL=C sort -u
}

# outside: what the trace has of other places than the tree. A link's text is only text. What a program opens that does
# nothing is of its libraries, and so are the files of a locale, which tables need for letters. libkmod reads the command
# line of this machine, and what it has of that is left out, and from 31 on which compression its kernel knows, which counts
# for inserting only; no image may be filled in /.
outside()
{
	grep -vE ' readlink(at)?\(| execve\(' "$TMP/trace" | grep -F "$OUT" && return 1
	names "$TMP/trace" | grep -vxF -f "$TMP/nothing" |
		grep -vE '^/usr/(lib|share)/(locale/|[^/]*/?gconv/)' |
		grep -vE "^($TMP(/.*)?|/proc/self/fd/[0-9]+(/modules\.[a-z.]+)?|/proc/cmdline|/proc/locks|/sys/module/compression|/)\$"
}

# stays COMMAND...: nothing outside is opened, told of or changed.
stays()
{
	stays=$1
	shift
	ASAN_OPTIONS=detect_leaks=0 strace -f -y -e trace=file,openat2 -o "$TMP/trace" \
		"$EARLYBIND" "$stays" --root "$R" "$@" </dev/null >"$TMP/out" 2>"$TMP/err"
	[ -s "$TMP/trace" ] || return 1
	outside >"$TMP/left"
	[ ! -s "$TMP/left" ] || { head -20 "$TMP/left"; return 1; }
	! grep -i canary "$TMP/out" "$TMP/err" || return 1
	! grep -r 'disable_vga' "$TMP/image" || return 1
	diff -r --no-dereference "$TMP/before" "$OUT"
}

# all_stay TEXT: each command.
all_stay()
{
	for command in list check status 'explain 06:00' 'accept --yes' 'add 06:00 --yes' 'remove 10de:13c2 --yes' \
		"regenerate --check $RELEASE" 'off --next-boot' 'confirm --yes'; do
		# shellcheck disable=SC2086 # words
		ok "$1: $command" stays $command
	done
	rm -rf "$TMP/image"
	mkdir "$TMP/image"
	ok "$1: image --destdir" stays image --kernel $RELEASE --destdir "$TMP/image"
	ok "$1: image --cpio" stays image --kernel $RELEASE --cpio "$TMP/image/cpio"
}

strace -f -y -e trace=file,openat2 -o "$TMP/trace" "$EARLYBIND" --version >/dev/null
names "$TMP/trace" >"$TMP/nothing"
ok 'a machine stands outside' whole_machine
links_of_files
all_stay 'a link to each file'
links_of_directories ''
all_stay 'links to directories'
links_of_directories ../../../../../../../../../..
all_stay 'links by ..'

# The modules and their options, which libkmod reads: here all but their files lead out.
links_of_files
cp -P "$OUT/etc/earlybind.conf" "$OUT/etc/earlybind.lock" "$TMP"
rm "$R/etc/earlybind.conf" "$R/etc/earlybind.lock" "$R/usr/lib/earlybind/earlybind-init"
cp "$OUT/etc/earlybind.conf" "$OUT/etc/earlybind.lock" "$R/etc/"
cp "$OUT/usr/lib/earlybind/earlybind-init" "$R/usr/lib/earlybind/"
rm -rf "$TMP/image"
mkdir "$TMP/image"
ok 'an index of modules that leads out is not read' stays image --kernel $RELEASE --destdir "$TMP/image"
ok 'and the image is not filled' [ -z "$(ls "$TMP/image")" ]
for modules in "$OUT/lib/modules/$RELEASE"/modules.*; do
	rm "$R/lib/modules/$RELEASE/${modules##*/}"
	cp "$modules" "$R/lib/modules/$RELEASE/"
done
ok 'a module that leads out is not read' stays image --kernel $RELEASE --destdir "$TMP/image"
ok 'and no module is in the image' [ ! -e "$TMP/image/usr/lib/earlybind/modules/vfio-pci.ko" ]
rm -r "$R/lib/modules/$RELEASE/kernel"
cp -r "$OUT/lib/modules/$RELEASE/kernel" "$R/srv-kernel"
ln -s /srv-kernel "$R/lib/modules/$RELEASE/kernel"
rm -rf "$TMP/image"
mkdir "$TMP/image"
ok 'options that lead out are not read' stays image --kernel $RELEASE --destdir "$TMP/image"
ok 'and modules behind an absolute link are found inside' \
	cmp "$R/srv-kernel/vfio-pci.ko" "$TMP/image/usr/lib/earlybind/modules/vfio-pci.ko"
rm "$R/etc/modprobe.d/canary.conf"
echo 'options vfio-pci nointxmask=1' >"$R/options"
ln -s /options "$R/etc/modprobe.d/ours.conf"
ok 'the image is filled again' stays image --kernel $RELEASE --destdir "$TMP/image"
ok 'options behind an absolute link are found inside' has "$TMP/image/usr/lib/earlybind/plan" 'nointxmask=1'
tap_end
