#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hostile.t: what others can name or write, made up at random from control bytes, links and bombs, through the commands that
# read it: no control byte reaches the terminal, no line is forged, no program crashes or runs on, JSON is JSON, and nothing is
# written outside the root. EARLYBIND_HOSTILE machines (6; with EARLYBIND_ALL=1 125, which are 1,000 runs), from EARLYBIND_SEED
# on.
# shellcheck source=/dev/null
. tests/functional/host.sh
need xz:xz-utils zstd:zstd jq:jq prlimit:util-linux

COUNT=${EARLYBIND_HOSTILE:-${EARLYBIND_ALL:+125}}
COUNT=${COUNT:-6} SEED=${EARLYBIND_SEED:-1}
# Seconds of processor time a command: what is not linear takes more.
CPU=30

# words N SEED: so many lines, each a text of others without LF and NUL; in mountinfo and its like \012 is one.
words()
{
	LC_ALL=C awk -v n="$1" -v seed="$2" 'BEGIN {
		srand(seed)
		pieces = split("\033[2K|\033]0;owned\007|\233|\302\233m|\r|\b\b|\177|\016|\001|\303\251|\303|\377\376|\342\200\256|%s%n" \
			"|\"|\\|'\''|<|&|$(id)|../../..|/|a|bind|0000:05:00.0|\\012FORGED|\\x1b|}|,|=", piece, "|")
		for (i = 0; i < n; i++) {
			line = ""
			for (k = int(rand() * 8) + 1; k; k--) line = line piece[int(rand() * pieces) + 1]
			if (rand() < 0.1) while (length(line) < 3000) line = line line
			print line
		}
	}'
}

# word: the next of them.
word()
{
	IFS= read -r word <&3 || word=x
}

# file_name: the next that can be the name of a file; sometimes with a line feed.
file_name()
{
	word
	file_name=$(printf '%s' "$word" | LC_ALL=C tr / _ | LC_ALL=C cut -c -80)
	case $file_name in
	'' | . | ..) file_name=x ;;
	*a*) file_name="$file_name
FORGED" ;;
	esac
}

# written PATH: a file below the root; what its name cannot be is left.
written()
{
	mkdir -p "$(dirname "$R/$1")" && cat >"$R/$1"
}

# machine_of_others: fills the root.
machine_of_others()
{
	mkdir -p "$R/proc/self" "$R/etc/libvirt/qemu" "$R/etc/earlybind.d" "$R/boot" "$EFIVARS"
	echo '22 1 259:0 / / rw - ext4 /dev/nvme0n1 rw' >"$R/proc/self/mountinfo"
	for i in 1 2 3; do
		word
		source=$(printf '%s' "$word" | tr ' \t' __)
		word
		printf '9%s 22 0:7%s / /home/%s rw,nosuid - fuse.%s /dev/nvme1n1 rw\n' "$i" "$i" "$source" "$(printf '%s' "$word" | tr ' \t' __)" \
			>>"$R/proc/self/mountinfo"
	done
	word; printf 'UUID=%s %s ext4 defaults 0 0\n/dev/gone %s ext4 defaults 0 1\n' "$word" "$word" "$word" | written etc/fstab
	word; printf '%s UUID=%s none luks,keyscript=%s\n' "$word" "$word" "$word" | written etc/crypttab
	word; printf 'root=%s quiet resume=%s earlybind.skip=%s vfio-pci.ids=%s\n' "$word" "$word" "$word" "$word" | written proc/cmdline
	word; printf 'options vfio-pci ids=%s disable_vga=%s\ninstall vfio %s\n' "$word" "$word" "$word" | written etc/modprobe.d/x.conf
	word; printf '144d  %s\n\ta808  %s\n10de  %s\nC 01  %s\n\t08  %s\n' "$word" "$word" "$word" "$word" "$word" | written usr/share/misc/pci.ids
	word; printf '%s\nbind %s\nkeep 09:00 # %s\nset %s=1\n' "$word" "$word" "$word" "$word" | written etc/earlybind.d/1.conf
	file_name; word
	printf 'bind 03:00 id=%s\n%s\n' "$word" "$word" | written "etc/earlybind.d/$file_name.conf"
	file_name; word
	printf '%s\n' "<domain><name>$word</name><devices><hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x04' slot='0x00' function='0x0'/></source></hostdev>$word</devices></domain>" |
		written "etc/libvirt/qemu/$file_name.xml"
	word; printf '\007\0\0\0%s' "$word" | written "sys/firmware/efi/efivars/EarlybindTrial-$GUID"
	word; printf '\007\0\0\0%s' "$word" | written "sys/firmware/efi/efivars/LoaderEntrySelected-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
	word; printf 'title %s\nversion %s\nlinux /vmlinuz\ninitrd /%s\noptions root=%s\n' "$word" "$word" "$word" "$word" | written boot/loader/entries/x.conf
	word; printf 'menuentry "%s" {\nsearch --fs-uuid %s\nlinux /vmlinuz root=%s\ninitrd /%s\n}\n' "$word" "$word" "$word" "$word" | written boot/grub/grub.cfg
	word; printf 'NAME="%s"\nID=%s\n' "$word" "$word" | written etc/os-release
	[ $((machine % 3)) != 0 ] || { word; printf 'earlybind-report 2\nnote moved - - %s\n' "$word" | written run/earlybind/report; }
	[ $((machine % 4)) != 0 ] || ln -sf "$TMP/outside/plan" "$R/etc/earlybind.lock.damaged-1"
	image_of_others >"$R/boot/initrd.img-6.1.0-builtin" 2>/dev/null
}

# image_of_others: prints one of these.
image_of_others()
{
	rm -rf "$TMP/parts"
	mkdir -p "$TMP/parts/usr/lib/earlybind" "$TMP/parts/scripts/init-top"
	file_name
	: >"$TMP/parts/$file_name"
	ln -s "$TMP/outside/secret" "$TMP/parts/usr/lib/earlybind/plan"
	ln -s ../../../../../../outside "$TMP/parts/usr/lib/earlybind/modules"
	ln -s init "$TMP/parts/init"
	word
	printf '%s\n' "$word" >"$TMP/parts/scripts/init-top/ORDER"
	case $((machine % 6)) in
	0) initrd_pack "$TMP/parts" cat ;;
	1) initrd_pack "$TMP/parts" 'xz --check=crc32' | head -c 300 ;;
	2) cat "$TMP/bomb.zst"; initrd_pack "$TMP/parts" cat ;;
	3) initrd_pack "$TMP/parts" 'zstd -q'; cat "$TMP/bomb.xz" ;;
	4) initrd_pack "$TMP/parts" cat | LC_ALL=C sed 's/070701/07070\x1b/2' ;;
	5) initrd_pack "$TMP/parts" cat; i=0; while [ $i -lt 200 ]; do cat "$TMP/empty.zst" "$TMP/empty.xz"; i=$((i + 1)); done ;;
	esac
}

# others_say COMMAND...: what it prints is ours, and how it ends, too.
others_say()
{
	prlimit --cpu=$CPU "$EARLYBIND" "$@" --root "$R" </dev/null >"$TMP/out" 2>"$TMP/err"
	others_code=$?
	[ $others_code -le 2 ] || { echo "seed $seed: $*: exit code $others_code"; tail -n 3 "$TMP/err"; return 1; }
	# What turns or hides text is as bad as a control byte; other letters of UTF-8 are none, wherever their bytes came together.
	cat "$TMP/out" "$TMP/err" | LC_ALL=C sed -e 's/\xe2\x80[\x8b-\x8f\xa8-\xae]/\x1b/g' -e 's/\xe2\x81[\xa0-\xaf]/\x1b/g' \
		-e 's/[\xe1-\xef][\x80-\xbf][\x80-\xbf]//g' -e 's/[\xc3-\xdf][\x80-\xbf]//g' -e 's/\xc2[\xa0-\xbf]//g' |
		LC_ALL=C tr -d '\n\t\040-\176' >"$TMP/controls"
	[ ! -s "$TMP/controls" ] || { echo "seed $seed: $*"; od -c "$TMP/controls" | head -n 3; return 1; }
	! cat "$TMP/out" "$TMP/err" | grep -a '^FORGED' || { echo "seed $seed: $*: a line was forged"; return 1; }
	case " $* " in
	*' --json '*) [ ! -s "$TMP/out" ] || jq . "$TMP/out" >/dev/null || { echo "seed $seed: $*"; return 1; } ;;
	esac
}

# machines FROM TO
machines()
{
	machine=$1
	while [ "$machine" -lt "$2" ]; do
		seed=$machine
		rm -rf "${R:?}"
		new nvme-twins 'bind 05:00'
		words 60 "$seed" >"$TMP/words"
		machine_of_others 3<"$TMP/words"
		rm -rf "$TMP/image"
		mkdir "$TMP/image"
		for hostile in list check status 'explain 05:00' 'check --json' 'accept --yes' 'status --json' \
			"image --kernel 6.1.0-builtin --destdir $TMP/image"; do
			# shellcheck disable=SC2086 # words
			others_say $hostile || return 1
		done
		machine=$((machine + 1))
	done
}

outside_is_same()
{
	find "$TMP/outside" -printf '%p %T@ %s %m\n' | LC_ALL=C sort | diff -u "$TMP/before" - &&
		[ ! -e "$TMP/FORGED" ] && [ ! -e "$TMP/parts/owned" ]
}

# told: whether the check finds a program that gives what it reads to the terminal.
told()
{
	seed=self EARLYBIND=$TMP/loud
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/sh\n%s\n' "$1" >"$TMP/loud"
	chmod +x "$TMP/loud"
	others_say check --json >/dev/null
}

GUID=5fa8a63d-4d49-40dc-9763-ebe6c815e280 EFIVARS=$R/sys/firmware/efi/efivars
mkdir "$TMP/outside"
echo secret >"$TMP/outside/secret"
head -c 200000000 /dev/zero | zstd -q >"$TMP/bomb.zst"
head -c 60000000 /dev/zero | xz -0 >"$TMP/bomb.xz"
zstd -q </dev/null >"$TMP/empty.zst"
xz </dev/null >"$TMP/empty.xz"
find "$TMP/outside" -printf '%p %T@ %s %m\n' | LC_ALL=C sort >"$TMP/before"
ok "$((8 * COUNT)) runs on $COUNT machines of others, seed $SEED" machines "$SEED" $((SEED + COUNT))
ok 'nothing is written outside the root' outside_is_same
ok 'a raw escape would be found' fails told 'printf "a\033[2K\n"'
ok 'a raw C1 byte would be found' fails told 'printf "a\302\233\n" >&2'
ok 'text that is turned would be found' fails told 'printf "a\342\200\256b\n" >&2'
ok 'a letter would not' told 'printf "a\303\233\342\202\254\n" >&2'
ok 'a forged line would be found' fails told 'printf "a\nFORGED\n" >&2'
ok 'what is no JSON would be found' fails told 'echo "{"'
ok 'a crash would be found' fails told 'kill -SEGV $$'
tap_end
