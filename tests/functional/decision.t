#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# decision.t: whatever command is asked, its answer is that of accept and of the boot, and a next step leads there.
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
tap_end
