#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# words.t: each word of tests/cases/words, in each place where words of a command line may stand, keeps the device that it
# names and no other: each has a twin of the same ID, which stays free.
# shellcheck source=/dev/null
. tests/cases/machine.sh
need objcopy:binutils
WORDS=tests/cases/words
ROOT=aaaaaaaa-0000-4000-8000-000000000000

# What the words of one pass name and their text, one after another; the twins stand 64 buses behind.
cat >"$TMP/devices.awk" <<'AWK'
function disk(node, bus, uuid, name)
{
	printf "0000:%02x:00.0 - 144d:a80a:144d:a801 010802 %d nvme\n", bus, bus
	printf "block %sn1 0000:%02x:00.0/nvme/%s 259:%d\n", node, bus, node, 2 * bus
	printf "block %sn1p1 %sn1 259:%d part=1 type=%s uuid=%s partuuid=%s%s\n", node, node, 2 * bus + 1,
		kind, uuid, "b" substr(uuid, 2), kind == "zfs_member" ? " label=pool" name : ""
	if (kind == "LVM2_member")
		printf "block dm-%d virtual/block 253:%d dm=vg%s-root dmuuid=LVM-%s slaves=%sn1p1\n", bus, bus, name, name, node
}

function nic(name, bus, mac)
{
	printf "0000:%02x:00.0 - 8086:1533:8086:0001 020000 %d igb\n", bus, bus
	printf "net %s 0000:%02x:00.0 ifindex=%d mac=%s\n", name, bus, bus, mac
}

BEGIN { FS = " *[|] *" }
/^#/ || !NF { next }
{
	i++
	kind = $3
	bus = 16 + i
	uuid = sprintf("aaaaaaaa-0000-4000-8000-0000000000%02d", i)
	part = "b" substr(uuid, 2)
	hash = part
	gsub(/-/, "", hash)
	mac = sprintf("52:54:00:00:00:%02x", i)
	dashed = mac
	gsub(/:/, "-", dashed)
	network = kind == "server" || kind == "interface" || kind == "route"
	if (what == "machine" && network) {
		nic("e" i, bus, mac)
		nic("t" i, bus + 64, sprintf("52:54:00:00:01:%02x", i))
		if (kind == "server")
			printf "line proc/net/route e%d\t%02X01010A\t00000000\t0001\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n", i, i
		if (kind == "route")
			printf "line proc/net/route e%d\t00000000\t0101010A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n", i
	} else if (what == "machine") {
		disk("nvme" i, bus, uuid, i)
		disk("nvme1" sprintf("%02d", i), bus + 64, sprintf("aaaaaaaa-0000-4000-8000-0000000001%02d", i), "t" i)
	}
	if ($4 != pass || (place == "entry" && $5 == "no"))
		next
	value = $2
	gsub(/%u/, uuid, value)
	gsub(/%p/, part, value)
	gsub(/%h/, hash hash, value)
	gsub(/%n/, "nvme" i "n1p1", value)
	gsub(/%d/, "nvme" i "n1", value)
	gsub(/%e/, "e" i, value)
	gsub(/%m/, dashed, value)
	gsub(/%M/, mac, value)
	gsub(/%s/, "10.1.1." i, value)
	gsub(/%i/, i, value)
	if (what == "words")
		printf "%s=%s ", $1, value
	if (what == "needed")
		printf "0000:%02x:00.0\n", bus
}
AWK

# words WHAT [PASS [PLACE]]: the machine of all words, or the text or the devices of those of a pass.
words()
{
	awk -v what="$1" -v pass="${2:-0}" -v place="${3:-}" -f "$TMP/devices.awk" $WORDS
}

{
	cat <<BOARD
0000:00:02.0 - 8086:3e98 0300 1 - boot_vga=1
0000:00:17.0 - 8086:a352 0106 3 ahci
block sda 0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block 8:0
block sda1 sda 8:1 part=1 type=ext4 uuid=$ROOT
line etc/fstab UUID=$ROOT / ext4 defaults 0 1
line proc/self/mountinfo 22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
line proc/net/route Iface	Destination	Gateway	Flags	RefCnt	Use	Metric	Mask	MTU	Window	IRTT
BOARD
	words machine
} >"$TMP/manifest"
tree "$TMP/manifest" "$TMP/plain"
host "$TMP/plain"
: >"$TMP/plain/etc/earlybind.conf"

# fresh: the machine, where nothing says what the boot needs but fstab.
fresh()
{
	rm -rf "$R"
	cp -al "$TMP/plain" "$R"
}

# put PATH LINE...: a file of the root.
put()
{
	put_path=$R/$1
	shift
	mkdir -p "$(dirname "$put_path")"
	printf '%s\n' "$@" >>"$put_path"
}

# keeps DEVICES: these are what the boot needs, and the disk of /.
keeps()
{
	# shellcheck disable=SC2086 # a list
	boot_needs 0000:00:17.0 $1
}

# uki FILE SECTION TEXT [SECTION TEXT...]: a unified kernel image with these sections; "" is what section$1 in TMP has.
uki()
{
	uki_file=$R/$1
	shift
	uki_sections=
	while [ $# -gt 0 ]; do
		[ -z "$2" ] || printf '%s' "$2" >"$TMP/section$1"
		uki_sections="$uki_sections $TMP/section$1 $1"
		shift 2
	done
	mkdir -p "$(dirname "$uki_file")"
	# shellcheck disable=SC2086 # files and names
	initrd_uki $uki_sections >"$uki_file"
}

# place NAME WORDS: writes them there.
place()
{
	place_entry="root=UUID=$ROOT"
	case $1 in
	/proc/cmdline)
		rm "$R/proc/cmdline"
		put proc/cmdline "$2"
		;;
	/etc/kernel/cmdline | /usr/lib/kernel/cmdline | /etc/cmdline.d/*.conf) put "${1#/}" "$2" ;;
	GRUB_CMDLINE_LINUX | GRUB_CMDLINE_LINUX_DEFAULT | GRUB_CMDLINE_LINUX_RECOVERY) put etc/default/grub "$1='quiet $2'" ;;
	/etc/default/grub.d/*.cfg) put "${1#/}" "GRUB_CMDLINE_LINUX+=' $2'" ;;
	*dracut.conf | *dracut.conf.d/*.conf) put "${1#/}" "kernel_cmdline+=' $2 '" ;;
	*/loader/entries/*.conf) put "${1#/}" 'linux /vmlinuz' 'initrd /initrd' "options $place_entry $2" ;;
	*grub.cfg) put "${1#/}" 'menuentry "Linux" {' "linux /boot/vmlinuz $place_entry $2" 'initrd /boot/initrd' '}' ;;
	*limine.conf) put "${1#/}" '/Linux' 'protocol: linux' 'path: boot():/vmlinuz' "cmdline: $place_entry $2" 'module_path: boot():/initrd' ;;
	*refind_linux.conf) put "${1#/}" "\"Linux\" \"$place_entry $(echo "$2" | sed 's/"/""/g')\"" ;;
	'a UKI') uki boot/EFI/Linux/a.efi .initrd x .cmdline "$place_entry $2" ;;
	'a profile of a UKI') uki boot/EFI/Linux/a.efi .initrd x .cmdline "$place_entry quiet" .profile ID=main .profilx ID=other .cmdlinx "$place_entry $2" ;;
	'a profile behind the kernel')
		head -c 6000000 /dev/urandom >"$TMP/section.linux"
		uki boot/EFI/Linux/a.efi .cmdline "$place_entry quiet" .linux '' .initrd x .profile ID=other .cmdlinx "$place_entry $2"
		;;
	'an addon of a UKI')
		uki boot/EFI/Linux/a.efi .initrd x .cmdline "$place_entry quiet"
		uki boot/EFI/Linux/a.efi.extra.d/b.addon.efi .cmdline "$2"
		;;
	'an addon of all UKIs')
		uki boot/EFI/Linux/a.efi .initrd x .cmdline "$place_entry quiet"
		uki boot/loader/addons/b.addon.efi .cmdline "$2"
		;;
	*) fail "no place $1" ;;
	esac
}

# tried PLACE KIND: the words of both passes there.
tried()
{
	for tried_pass in 1 2; do
		fresh
		place "$1" "$(words words $tried_pass "$2")" && keeps "$(words needed $tried_pass "$2")" || return 1
	done
}

# table: the words of the table; sources: those that the code has; manual: those that no manual has.
table()
{
	awk -F ' *[|] *' '!/^#/ && NF { print $1 }' $WORDS | LC_ALL=C sort
}

sources()
{
	sed -n '/^static const struct boot_word words\[\]/,/^};/s/^\t{ "\([^"]*\)".*/\1/p' src/host/storage/boot_cmdline.c |
		LC_ALL=C sort
}

manual()
{
	sed 's/\\_/_/g' man/earlybind.lock.5.scd >"$TMP/manual"
	table | while read -r word; do
		grep -qF "*$word=*" "$TMP/manual" || echo "$word"
	done
}

sources >"$TMP/sources"
ok 'the table has the words of the code' same "$TMP/sources" "$(table)"
manual >"$TMP/missing"
ok 'and the manual has them all' silent "$TMP/missing"
fresh
ok 'without a word of them all are free' keeps ''
for name in /proc/cmdline /etc/kernel/cmdline /usr/lib/kernel/cmdline /etc/cmdline.d/a.conf GRUB_CMDLINE_LINUX \
	GRUB_CMDLINE_LINUX_DEFAULT /etc/default/grub.d/a.cfg /etc/dracut.conf /etc/dracut.conf.d/a.conf \
	/usr/lib/dracut/dracut.conf.d/a.conf; do
	ok "each word: $name" tried "$name" line
done
# profile_without_root: it has the root of the UKI.
profile_without_root()
{
	fresh
	uki boot/EFI/Linux/a.efi .initrd x .cmdline "root=UUID=$ROOT quiet" .profile ID=other .cmdlinx 'mount.usr=/dev/nvme1n1p1' &&
		keeps 0000:11:00.0
}
ok 'a profile that says nothing of its root' profile_without_root
for name in /boot/loader/entries/a.conf /efi/loader/entries/a.conf /boot/grub/grub.cfg /boot/grub2/grub.cfg \
	/boot/limine.conf /boot/refind_linux.conf 'a UKI' 'a profile of a UKI' 'a profile behind the kernel' 'an addon of a UKI' 'an addon of all UKIs'; do
	ok "each word: $name" tried "$name" entry
done

# noticed WORD: without its line in the code the words of /proc/cmdline keep less.
noticed()
{
	sed "/^\t{ \"$1\", /d" src/host/storage/boot_cmdline.c >"$TMP/mutant.c"
	! cmp -s src/host/storage/boot_cmdline.c "$TMP/mutant.c" || { echo 'there is no such line'; return 1; }
	# shellcheck disable=SC2046 # lists of words
	gcc -std=gnu11 -w -Isrc/host/storage -c -o "$TMP/mutant.o" "$TMP/mutant.c" &&
		host_link "$TMP/mutant" "$TMP/mutant.o" $(host_objects boot_cmdline) "$BUILD/glibc/host/cli/main.o" || return 1
	noticed_tool=$EARLYBIND
	EARLYBIND=$TMP/mutant
	if tried /proc/cmdline line >"$TMP/tried" 2>&1; then
		echo 'it survives'
		noticed=1
	else
		noticed=0
	fi
	EARLYBIND=$noticed_tool
	return $noticed
}

if [ "${EARLYBIND_ALL:-}" = 1 ]; then
	# shellcheck source=/dev/null
	. tests/lib/host-link.sh
	for name in $(table); do
		ok "without its line: $name" noticed "$name"
	done
fi
tap_end
