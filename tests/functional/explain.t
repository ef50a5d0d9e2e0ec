#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explain.t: `earlybind explain` tells guard by guard what a boot decides, what the last one did, and what to write.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq

# says CODE FILE: it ended so, and the whole of out is this file below tests/functional/explain.
says()
{
	code "$1" && same "$TMP/out" "$(cat "tests/functional/explain/$2")"
}

# lacks_text TEXT: it is nowhere in what was said.
lacks_text()
{
	! grep -F -e "$1" "$TMP/out"
}

# answers FILTER VALUE: what jq finds in the JSON.
answers()
{
	answers_got=$(jq -r "$1" "$TMP/out" 2>&1)
	[ "$answers_got" = "$2" ] || { echo "$1 is: $answers_got"; cat "$TMP/out" "$TMP/err"; return 1; }
}

new twin-gpus 'bind 10de:13c2'
run explain 06:00
ok 'a rule that nobody accepted' says 0 waiting
did accept --yes || fail 'accept'
run explain 06:00
ok 'a locked card: what binds it, function by function' says 0 locked
run explain 03:00.0
ok 'identical: the twin that shows the boot: which guard refuses it, and what to write' says 0 display
run explain 03:00.1
ok 'another function of it: refused with the card' said 0 'display        refuses it'
change 'include two-gpus'
run explain 06:00.0
ok 'the twin is gone, and the slot tells them apart' said 0 'with an image made now: it is bound to vfio-pci'
change 'include two-gpus' 'set 0000:04:00.0 id=10de:13c2:1043:8508 class=0300'
run explain 06:00.0
ok 'one that may be another of its kind: told once' said 0 'ambiguous      refuses it'
ok 'and nothing else' lacks_text 'nobody accepted'
run explain 06:00 --json
ok 'its other functions with it' answers '[.devices[] | .address + " " + .standing + " " + .reason] | join(", ")' \
	'0000:06:00.0 locked ambiguous, 0000:06:00.1 locked ambiguous'
change 'include two-gpus' 'set 0000:06:00.0 boot_vga=1'
run explain 06:00.1
ok 'whatever else would refuse them' lacks_text 'does not lock it'
new two-gpus
run explain 06:00.0
ok 'what no rule selects: what a rule would do' said 0 'with an image made now: it is not bound; `earlybind add 0000:06:00` would lock it'
new twin-gpus 'bind 10de:13c2'
did accept --yes || fail 'accept'
run explain 00:03.1
ok 'a bridge' said 0 'bridge         refuses it: it is a bridge'
run explain 10de:13c2 --json
ok 'an ID means all that it means in a rule: both cards' answers '[.devices[].address] | join(" ")' \
	'0000:03:00.0 0000:03:00.1 0000:06:00.0 0000:06:00.1'
ok 'JSON: what is bound' answers '[.devices[] | select(.bind) | .address] | join(" ")' '0000:06:00.0 0000:06:00.1'
ok 'JSON: every guard of the boot in order' answers '[.devices[2].guards[].reason] | join(" ")' \
	'bridge off skipped kdump stood-down kept claim absent other-device ambiguous appears-later boot-disk in-use display keyboard no-iommu busy'
ok 'JSON: which one refuses' answers '[.devices[0].guards[] | select(.refuses) | .reason] | join(" ")' display

change 'include twin-gpus' 'set 0000:03:00.0 boot_vga=0' 'set 0000:06:00.0 boot_vga=1 group=-'
run explain 06:00.0
ok 'all guards that refuse are named, not only the first' says 0 two-guards
change 'include twin-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1'
run explain 06:00
ok 'a locked card that is not there, by its slot' says 0 absent
run explain 10de:13c2 --json
ok 'and by its ID' answers '.devices[] | select(.present | not) | .reason' absent
change 'include twin-gpus' 'renumber 06=07 04=06'
run explain 06:00 --json
ok 'after a renumbering: what has the address now, and the card that was locked with it' answers \
	'[.devices[] | .address + " " + .standing] | join(", ")' \
	'0000:06:00.0 not-chosen, 0000:07:00.0 locked, 0000:07:00.1 locked'
change 'include twin-gpus'
echo 'keep 06:00.1' >>"$CONF"
run explain 06:00.1
ok 'a keep rule refuses one function' said 0 'kept           refuses it: a keep rule says that it stays with the host (keep 0000:06:00.1)'
run explain 06:00.0
ok 'and not the other' said 0 'with an image made now: it is bound to vfio-pci'

# --- the last boot

mkdir -p "$R/run/earlybind"
cat >"$R/run/earlybind/report" <<'END'
earlybind-report 1
plan 0123456789abcdef active -
device 0000:06:00.0 _SB_.PCI0 03.1/00.0 10de:13c2:1043:8508:030000 1 released probe-failed nouveau vfio-pci did not take it
summary 0 0 1 12
END
run explain 06:00.0
ok 'what the last boot did' said 0 \
	'last boot: released, driver nouveau; probe-failed: the driver refused the device, which was then given back to the host (vfio-pci did not take it)'
run explain 03:00.0
ok 'what it did not name' said 0 'last boot: the report does not name it'
echo 'nonsense' >"$R/run/earlybind/report"
run explain 06:00.0
ok 'a report that cannot be read' complained 1 '/run/earlybind/report:1:'

# --- what to write: in which line, and for this card alone

new two-gpus 'keep 06:00' 'bind 06:00'
run explain 06:00.0
ok 'a keep rule is named by its line' said 0 \
	'to change that: remove /etc/earlybind.conf:1, then run `earlybind accept 0000:06:00` and `earlybind regenerate`'
new two-gpus 'keep 06:00'
run explain 06:00.0
ok 'where no rule selects the card, none is accepted' said 0 \
	'to change that: remove /etc/earlybind.conf:1, then run `earlybind add 0000:06:00` and `earlybind regenerate`'
new twin-gpus 'bind 10de:13c2 live'
run explain 03:00.0
ok 'a live rule takes no allow=: a rule of its own does' said 0 'run `earlybind add 0000:03:00 allow=display`, then `earlybind regenerate`'
new twin-gpus 'bind 03:00 allow=keyboard'
run explain 03:00.0
ok 'a rule for one card gets the word, beside those that it has' said 0 \
	'write allow=display,keyboard in /etc/earlybind.conf:1, then run `earlybind accept 0000:03:00` and `earlybind regenerate`'
ok 'or goes' has "$TMP/out" 'To leave it to the host run `earlybind remove 0000:03:00`'
for word in root=UUID=1111-2222 resume=UUID=1111-2222; do
	change 'include twin-gpus' "cmdline $word" 'block nvme0n1 0000:04:00.0/nvme/nvme0 259:0' \
		'block nvme0n1p1 nvme0n1 259:1 part=1 uuid=1111-2222 type=ext4'
	run explain 04:00
	grep -A1 boot-disk "$TMP/out" >"$TMP/$word"
done
ok 'the disk of the system cannot be had' has "$TMP/root=UUID=1111-2222" 'to change that: nothing can, as long as the system itself is on it'
ok 'another one by changing the line that needs it, wherever that is' has "$TMP/resume=UUID=1111-2222" \
	'to change that: change the line that needs it, then run `earlybind accept`'
printf '%s\n' 'tmpfs / tmpfs defaults 0 0' '/dev/nvme0n1 /srv:\040/\040is\040old ext4 defaults 0 2' >"$R/etc/fstab"
change 'include twin-gpus' 'block nvme0n1 0000:04:00.0/nvme/nvme0 259:0'
run explain 04:00
ok 'whatever the name of what is mounted from it looks like' has "$TMP/out" \
	'to change that: change the line that needs it, then run `earlybind accept`'

# --- bad input

new twin-gpus 'bind 10de:13c2'
run explain
ok 'no selector' complained 2 'explain takes one SELECTOR'
run explain 06:0.0
ok 'a wrong one' complained 2 "'06:0.0' is no selector: expected"
run explain 42:00
ok 'one that means nothing here' complained 1 'nothing here is 42:00, and no locked card is'
run accept --yes
echo x >>"$LOCK"
run explain 06:00
ok 'a damaged lock' complained 0 'lock-broken: /etc/earlybind.lock'
new laptop 'bind 00:14.0'
run explain 00:14.0
ok 'only-keyboard: the last keyboard, and what to do' said 0 'refuses it: the boot may need what is plugged in here'
new twin-gpus 'bind 10de:13c2 live'
run explain 06:00.0
ok 'a live rule is the rule of its card' said 0 'rule: bind 10de:13c2 (/etc/earlybind.conf:1)'
ok 'and the next boot binds it' has "$TMP/out" 'with an image made now: it is bound to vfio-pci'
run explain 03:00.0
ok 'one that shows the boot is left by it' said 0 'rule: bind 10de:13c2 live (/etc/earlybind.conf:1) leaves it: it shows the boot'
new nvme-twins 'bind 144d:a808 live'
run explain 04:00.0
ok 'as is what is no display' said 0 'rule: bind 144d:a808 live (/etc/earlybind.conf:1) leaves it: it is no display'

new two-gpus
run add 06:00 --yes
image_in_boot
run explain 06:00.0
ok 'a current image: nothing is said of it' lacks_text regenerate
run remove 06:00 --yes
run explain 06:00.0
ok 'an image that still binds is named' said 0 '/boot/initrd.img-6.1.0-builtin: stale'
ok 'and what that means' said 0 'Until `earlybind regenerate` is run a boot may do something else.'
run explain 06:00.0 --json
ok 'in JSON too' answers '.images[0].state' stale
tap_end
