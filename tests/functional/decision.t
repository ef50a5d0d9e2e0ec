#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# decision.t: whatever command is asked, its answer is that of accept and of the boot, and a next step leads there.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq

# json FILTER: it is true of what the last command printed.
json()
{
	jq -e "$1" "$TMP/out" >/dev/null || { cat "$TMP/out"; return 1; }
}

# row FILTER: it is true of some row of that.
row()
{
	json "[.. | objects | select(.kind? and ($1))] | length > 0"
}

# --- a locked card, and nothing of its kind

# reason_everywhere REASON: of the card of 06:00, by each command.
reason_everywhere()
{
	run check --json
	json ".devices[0].reason == \"$1\"" && row ".kind == \"drift\" and .reason == \"$1\"" || return 1
	run status --json
	row ".kind == \"drift\" and .reason == \"$1\"" || return 1
	run explain 06:00 --json
	json "[.devices[] | select(.standing == \"locked\") | .guards[] | select(.refuses) | .reason] | unique == [\"$1\"]"
}

HOST_GONE='drop 0000:03:00.0
drop 0000:03:00.1'
GUEST_GONE='drop 0000:06:00.0
drop 0000:06:00.1'
OTHERS='set 0000:06:00.0 id=1002:67df:1da2:e387
set 0000:06:00.1 id=1002:aaf0:1da2:aaf0'
new twin-gpus 'bind 06:00'
did accept --yes || fail 'accept'
change 'include twin-gpus' "$HOST_GONE" "$GUEST_GONE"
ok 'the card and its twin are gone: absent' reason_everywhere absent
change 'include twin-gpus' "$HOST_GONE" "$OTHERS"
ok 'they are gone, and another stands there: other-device' reason_everywhere other-device
change 'include twin-gpus' "$HOST_GONE" 'set 0000:06:00.0 behind=0000:00:02.1' 'set 0000:06:00.1 behind=0000:00:02.1' 'drop 0000:04:00.0'
ok 'one of the two is elsewhere: ambiguous' reason_everywhere ambiguous

# --- explain: all that refuses, each with what it found

# refusals TEXT: those of the card of 04:00, with their text, a line each.
refusals()
{
	run explain 04:00 --json
	jq -r '.devices[0].guards[] | select(.refuses) | .reason + " " + .text' "$TMP/out" >"$TMP/refusals" 2>&1
	same "$TMP/refusals" "$1"
}

ROOT_DISK='file etc/fstab /dev/nvme0n1 / ext4 defaults 0 1'
KEPT_DISK='kept keep 0000:04:00
boot-disk /etc/fstab:1: / is /dev/nvme0n1, on nvme0n1'
new nvme-twins 'keep 04:00'
change 'include nvme-twins' "$ROOT_DISK"
ok 'of what no rule selects' refusals "$KEPT_DISK"
echo 'bind 04:00' >>"$CONF"
ok 'of what accept refuses' refusals "$KEPT_DISK"
new nvme-twins 'bind 04:00' 'bind 00:02.0 allow=display'
did accept --yes || fail 'accept'
change 'include nvme-twins' "$ROOT_DISK"
run accept --yes 00:02.0
echo 'keep 04:00' >>"$CONF"
ok 'of what was locked before the host needed it' refusals "$KEPT_DISK"

# --- accept --yes is no person who looks which of two identical cards it is

# guess WORDS LINE...: two identical cards, one locked; these lines change the machine. accept --yes without a selector
# writes nothing then, and names both commands; with it, it does.
guess()
{
	guess_rule=$1 guess_machine=$2
	shift 2
	new "$guess_machine" "bind $guess_rule"
	did accept --yes || return 1
	change "include $guess_machine" "$@"
	before=$(state "$LOCK")
	run accept --yes
	code 1 && unchanged "$LOCK" "$before" && has "$TMP/err" "earlybind accept $guess_rule" &&
		has "$TMP/err" "earlybind remove $guess_rule" || return 1
	did accept --yes "$guess_rule" && [ "$(grep -c '^card ' "$LOCK")" = 1 ]
}

# RENUMBERED: the first is gone, and the other one has its place.
RENUMBERED='drop 0000:05:00.0
set 0000:06:00.0 behind=0000:00:01.0
renumber 06=05'
ok 'the locked one or its twin was taken out' guess 0000:05:00 server "$RENUMBERED"
ok 'of two disks' guess 0000:04:00 nvme-twins 'drop 0000:05:00.0'
ok 'of two displays, one is left, elsewhere' guess 0000:06:00 twin-gpus "$HOST_GONE" \
	'drop 0000:04:00.0' 'renumber 06=08' 'set 0000:08:00.0 behind=0000:00:02.1' 'set 0000:08:00.1 behind=0000:00:02.1' 'renumber 08=06' '0000:00:04.0 - 1a03:2000 0300 99 ast boot_vga=1'

# asked: on a terminal both are shown before the question, and the answer counts.
asked()
{
	new server 'bind 05:00'
	did accept --yes || fail 'accept'
	change 'include server' "$RENUMBERED"
	answer y accept
	ok 'a person who sees both may say yes' code 0
	ok 'and sees them' grep -q 'earlybind remove 0000:05:00' "$TMP/out"
}
if has_terminal; then asked; else skip 'a person may say yes' "$NO_TERMINAL"; fi

new server 'bind 05:00'
did accept --yes || fail 'accept'
change 'include server' 'drop 0000:05:00.0' 'drop 0000:06:00.0'
run accept --yes
ok 'nothing is left to guess of' locked
new two-gpus 'bind 06:00'
did accept --yes || fail 'accept'
change 'include two-gpus' 'drop 0000:04:00.0' 'set 0000:06:00.0 behind=0000:00:02.1' 'set 0000:06:00.1 behind=0000:00:02.1'
ok 'a display that moved is no guess' did accept --yes

# --- image builds: what to do about a rule that was not accepted

# steps COMMAND...: these are named in the warnings of the last command, one a rule.
steps()
{
	sed -n '/not-accepted/s/^[^`]*`earlybind \([^`]*\)`.*/\1/p' "$TMP/err" >"$TMP/steps"
	same "$TMP/steps" "$(printf '%s\n' "$@")"
}

new two-gpus 'bind 03:00' 'bind 06:00' 'bind 07:00' 'bind 08:00 optional'
image
ok 'only what accept would lock is to be accepted' steps 'explain 0000:03:00.0' 'accept 0000:06:00' 'remove 0000:07:00'
if [ "$(id -u)" -eq 0 ]; then
	run regenerate
	ok 'by regenerate, too' steps 'explain 0000:03:00.0' 'accept 0000:06:00' 'remove 0000:07:00'
else
	skip 'by regenerate, too' 'only root can make images'
fi
did accept --yes 06:00 || fail 'accept'
image
ok 'followed, it is named no more' steps 'explain 0000:03:00.0' 'remove 0000:07:00'
sed -i 's/06:00/06:00 allow=in-use/' "$CONF"
image
ok 'an option that was not accepted' steps 'explain 0000:03:00.0' 'accept 0000:06:00' 'remove 0000:07:00'
rm -r "$R/sys"
image
ok 'where there is no machine nobody can tell: once' steps 'accept'

# --- one slot, two rules: accept of the one that waits would give the other one's to the host's card

AST='0000:00:04.0 - 1a03:2000 0300 99 ast boot_vga=1'
GUESTS="$AST
set 0000:03:00.0 boot_vga=0"
new twin-gpus 'bind 06:00 id=10de:13c2'
change 'include twin-gpus' "$GUESTS"
did accept --yes || fail 'accept'
echo 'bind 06:00 optional' >>"$CONF"
change 'include twin-gpus' "$GUESTS" 'renumber 06=03 03=06'
run check --json
ok 'it is to be explained, not accepted' row '.reason == "not-accepted" and .rule == 2 and .next[1] == "explain"'
run accept 06:00 --yes
ok 'accept does not take --yes for it' code 1

# --- the configuration has drop-ins: they come after /etc/earlybind.conf, which add writes to

# same_lock: accept leaves the lock as add wrote it, and check is content.
same_lock()
{
	cp "$LOCK" "$TMP/lock"
	did accept --yes && cmp "$TMP/lock" "$LOCK" && did check
}

# drop_in RULE: on the server, and it is accepted.
drop_in()
{
	new server
	mkdir -p "$R/etc/earlybind.d"
	echo "bind $1" >"$R/etc/earlybind.d/a.conf"
	did accept --yes || fail 'accept'
}

drop_in 05:00
did add 06:00 --yes || fail 'add'
ok 'what add locked beside a drop-in accept leaves so' same_lock
before=$(state "$LOCK")
run add 10de:1db6 --yes
ok 'add takes no card from a drop-in' code 1
ok 'but writes nothing' unchanged "$LOCK" "$before"
ok 'nor a rule' lacks "$CONF" 10de:1db6
drop_in 10de:1db6
run add 05:00 --yes
ok 'nor one of several' silent "$CONF"
echo 'bind 05:00' >"$CONF"
did accept --yes 05:00 || fail 'accept'
ok 'accept of a rule that comes before it gives it what accept of all does' same_lock
ok 'each card once' [ "$(grep -c '^card ' "$LOCK")" = 2 ]
rm -r "$R/etc/earlybind.d"
# --- rows: the rule they are about, and the next step

# vm BUS: a definition that names function 0 there.
vm()
{
	mkdir -p "$R/etc/libvirt/qemu"
	cat >"$R/etc/libvirt/qemu/win.xml" <<-END
		<domain><devices><hostdev mode='subsystem' type='pci'><source>
		<address domain='0x0000' bus='0x$1' slot='0x00' function='0x0'/></source></hostdev></devices></domain>
	END
}

new two-gpus 'bind 04:00' 'bind 06:00' 'bind 03:00'
did accept --yes 04:00 || fail 'accept'
vm 06
run check --json
ok 'what a VM names, and waits for accept: its rule' row '.kind == "vm-definition" and .rule == 2 and .next[1] == "accept"'
vm 03
run check --json
ok 'what accept refuses' row '.kind == "vm-definition" and .rule == 3 and .reason == "display"'
new two-gpus 'bind 06:00'
vm 04
did accept --yes || fail 'accept'
run check --json
ok 'what no rule means has none' row '.kind == "vm-definition" and .rule == 0 and .next[1] == "add"'

# image_row COMMAND...: each finding of the stale image is a row, and so is its next step.
image_row()
{
	run "$@" --json
	json '[.images[].findings[] | .kind == "image" and .file == "/boot/initrd.img-6.1.0-builtin" and .next == ["earlybind", "regenerate"]] |
		length > 0 and all'
}

new two-gpus 'bind 06:00'
did accept --yes || fail 'accept'
image_in_boot
mkdir -p "$R/usr/sbin" "$R/usr/share/initramfs-tools"
: >"$R/usr/share/initramfs-tools/hook-functions"
printf '#!/bin/sh\n' >"$R/usr/sbin/update-initramfs"
chmod +x "$R/usr/sbin/update-initramfs"
echo 'set timeout=20s' >>"$CONF"
for command in check status 'explain 06:00' 'regenerate --check'; do
	# shellcheck disable=SC2086 # words
	ok "$command: a stale image is to be made anew" image_row $command
done
rm "$R/usr/sbin/update-initramfs" "$R/usr/share/initramfs-tools/hook-functions"
run check --json
ok 'where nothing makes images there is no such step' json '[.images[].findings[] | .next == null] | length > 0 and all'
tap_end
