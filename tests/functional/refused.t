#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# refused.t: what accept and add refuse is guarded once and told once, with the way on.
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
tap_end
