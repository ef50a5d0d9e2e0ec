#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# refused.t: what accept and add refuse is guarded once and told once, with the way on.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh

# --- a function that is refused alone, and is the twin of what is locked

DISK='guard boot-disk accept - _SB_.PCI0 1b.0/00.0 144d:a808:144d:a801:010802 - /etc/fstab:1: / is /dev/nvme0n1, on nvme0n1'
ROOT_DISK='file etc/fstab /dev/nvme0n1 / ext4 defaults 0 1'
PORTS='0000:00:02.0 - 8086:3e92 0300 0 - boot_vga=1
0000:00:1c.0 - 8086:a338 0604 1 pcieport
0000:00:1d.0 - 8086:a330 0604 2 pcieport
0000:02:00.0 0000:00:1c.0 8086:1521 0200 18 igb
0000:02:00.1 0000:00:1c.0 8086:1521 0200 19 igb
0000:03:00.0 0000:00:1d.0 8086:1521 0200 20 igb
net eth0 0000:02:00.0 master=br0'

# of_machine LINE...: the machine of the root becomes this one.
of_machine()
{
	new two-gpus
	change "$@"
}

# once ADDRESS N: that many lines of accept begin with it.
once()
{
	[ "$(grep -c "^  - $1 " "$TMP/out")" = "$2" ] || { cat "$TMP/out"; return 1; }
}

of_machine 'include nvme-twins' "$ROOT_DISK"
printf '%s\n' 'bind 05:00' 'bind 04:00.0' >"$CONF"
did accept --yes || fail 'accept'
ok 'a function that is refused alone has one guard line' \
	locked "$DISK" 'card 1 _SB_.PCI0 1d.0/00 144d:a808:144d:a801:010802 - 0000:05:00.0'
ok 'and is told of once' once 0000:04:00.0 1

new twin-gpus 'bind 06:00'
did accept --yes || fail 'accept'
echo 'bind 03:00.0' >>"$CONF"
run accept --yes 03:00.0
code 1 || fail 'accept of 03:00.0'
cp "$LOCK" "$TMP/one"
run accept --yes
ok 'accept of its rule alone leaves the same lock as accept of all' cmp "$TMP/one" "$LOCK"
ok 'with one guard line' [ "$(grep -c '^guard' "$LOCK")" = 1 ]

of_machine "$PORTS"
printf '%s\n' 'bind 03:00' 'bind 02:00.0' >"$CONF"
did accept --yes || fail 'accept'
ok 'the other port of its card is guarded as what it is' [ "$(awk '$1 == "guard" { print $2, $6 }' "$LOCK")" = \
	'in-use 1c.0/00.0
twin 1c.0/00.1' ]

# --- nothing is locked at all

# step: runs the command that accept's error names; a way to write or to look, and both end well.
step()
{
	code 1 || return 1
	sed -n 's/.*`earlybind \(.*\)`.*/\1/p' "$TMP/err" >"$TMP/step"
	[ "$(wc -l <"$TMP/step")" = 1 ] || { echo 'not one step'; cat "$TMP/err"; return 1; }
	# shellcheck disable=SC2046 # the words of a command
	did $(cat "$TMP/step") "$@"
}

# nothing_for RULE COMMAND: accept of all, and of it, locks nothing, and names this command.
nothing_for()
{
	new two-gpus "bind $1"
	run accept --yes
	step && grep -q "^$2" "$TMP/step" || return 1
	run accept --yes "${1%% *}"
	step && grep -q "^$2" "$TMP/step"
}

# taken_out RULE: by following it, and then nothing is wrong any more.
taken_out()
{
	new two-gpus "bind $1"
	run accept --yes
	step --yes && silent "$CONF" && did accept --yes && did check
}

ok 'what is refused: to look at it' nothing_for 03:00 'explain 0000:03:00.0$'
ok 'also where it may be absent' nothing_for '03:00 optional' 'explain 0000:03:00.0$'
ok 'what is not there: to take its rule out' taken_out 07:00
ok 'another one than id= says' taken_out '06:00 id=1002:6789'
new two-gpus 'bind 07:00 optional' 'bind 10de:13c2 live'
ok 'what may be absent, or needs no entry, is nothing wrong' did accept --yes
new two-gpus 'bind 06:00' 'bind 07:00'
ok 'nor is one of several rules' did accept --yes
new two-gpus 'bind 06:00'
did accept --yes || fail 'accept'
change 'include two-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1'
run accept --yes
ok 'the last card is gone: so is its entry, and the rule has nothing' code 1
ok 'its entry is' locked
run accept --yes
ok 'the same when nothing changes any more' code 1
tap_end
