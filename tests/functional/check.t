#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.t: `earlybind check` says what a boot of an image made now would do, and ends with 1 if that is not what the rules ask for.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq

# says CODE FILE TEXT: it ended so, and the whole of out or err is this text.
says()
{
	code "$1" && same "$TMP/$2" "$3"
}

new twin-gpus 'bind 10de:13c2'
run check
ok 'a rule that was not accepted' complained 1 'not-accepted: /etc/earlybind.conf:1: bind 10de:13c2: the lock has no entry'
ok 'what to run' has "$TMP/out" 'Now run `earlybind accept`, then `earlybind regenerate`.'
run accept --yes
run check
ok 'all is well' says 0 out 'A boot of an image made now, on this machine as it is:
  0000:06:00.0 [10de:13c2] bind to vfio-pci
  0000:06:00.1 [10de:0fbb] bind to vfio-pci'
ok 'and nothing is complained of' silent "$TMP/err"
before=$(state "$CONF")
ok 'it writes nothing' unchanged "$CONF" "$before"

change 'include twin-gpus' 'set 0000:06:00.0 driver=nouveau' 'set 0000:06:00.1 driver=snd_hda_intel'
run check
ok 'what has a driver now has none when the next boot starts' code 0
change 'include twin-gpus' 'set 0000:03:00.0 boot_vga=0' 'set 0000:06:00.0 boot_vga=1'
run check
ok 'boot-gpu: a card that a guard refuses now' said 1 'refused: display (it shows the boot: boot_vga)'
ok 'who says what to do' has "$TMP/out" '`earlybind explain 0000:06:00.0` says what to do.'
change 'include twin-gpus' 'set 0000:06:00.0 group=-'
run check
ok 'probe-fails: a card without an IOMMU group' said 1 'refused: no-iommu'
change 'include twin-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1'
run check
ok 'a card that is gone' said 1 'refused: absent'

new two-gpus 'bind 06:00 optional'
run accept --yes
change 'include two-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1'
run check
ok 'one whose absence is normal' said 0 'A boot of an image made now binds nothing.'
ok 'with a note of it' has "$TMP/out" 'note: absent: the optional card 10de:13c2:1043:8508:030000 is not there'
run check --json
jq -c '[.notes[].reason]' "$TMP/out" >"$TMP/json" 2>&1
ok 'in JSON too' same "$TMP/json" '["absent"]'

# content COMMAND...: it ends with 0, and asks for nothing.
content()
{
	did "$@" && lacks "$TMP/out" 'earlybind accept' && silent "$TMP/err"
}

new two-gpus 'bind 09:00 optional'
ok 'one that is absent and was never locked' content check
ok 'with a note of it' has "$TMP/out" 'note: absent: /etc/earlybind.conf:1: bind 0000:09:00: the optional card is not there'
ok 'status does not wait for it' content status
ok 'and says why nothing was done' has "$TMP/out" 'What the rules ask for may be absent, and is.'
image_in_boot
ok 'an image build does not warn of it' silent "$TMP/err"
run regenerate --check 6.1.0-builtin
ok 'nor does regenerate' silent "$TMP/err"
did accept --yes
ok 'nor does accept change that' content check
new two-gpus 'bind 06:00 id=10de:1b80 optional'
run check
ok 'one in whose slot another card is' said 0 'note: absent: /etc/earlybind.conf:1: bind 0000:06:00'
new two-gpus 'bind 06:00 optional'
run check
ok 'one that is there waits for accept' complained 1 'not-accepted: /etc/earlybind.conf:1: bind 0000:06:00'
run status
ok 'status says so' said 1 '1 rule: `earlybind accept`'
image
ok 'an image build warns of it' complained 0 not-accepted
new two-gpus 'bind 06:00' 'bind 10de:13c2 optional'
run accept --yes
run check
ok 'one that is there, and that an earlier rule has' said 1 '/etc/earlybind.conf:2 can lock nothing'

# --- images: what boots now may be something else

new two-gpus
run add 06:00 --yes
image_in_boot
run check
ok 'a current image: nothing is said of it' says 0 out 'A boot of an image made now, on this machine as it is:
  0000:06:00.0 [10de:13c2] bind to vfio-pci
  0000:06:00.1 [10de:0fbb] bind to vfio-pci'
run remove 06:00 --yes
run check
ok 'an image that still binds: it is named, and the next step' says 0 out 'A boot of an image made now binds nothing.
/boot/initrd.img-6.1.0-builtin: stale
    it holds a plan, though there is nothing to bind
Now run `earlybind regenerate`.'
run check --json
ok 'in JSON too' jq -e '.images[0].state == "stale" and .images[0].kernel == "6.1.0-builtin"' "$TMP/out"
image_in_boot
run add 06:00 --yes
run check
ok 'an image that does not bind yet' said 0 '/boot/initrd.img-6.1.0-builtin: stale'
ok 'and the next step' has "$TMP/out" 'Now run `earlybind regenerate`.'
echo 'bind 04:00' >>"$CONF"
run check
ok 'a rule to accept first: one next step' said 1 'Now run `earlybind accept 0000:04:00`, then `earlybind regenerate`.'
ok 'and no other' lacks "$TMP/out" 'Now run `earlybind regenerate`.'
echo 'bind 06:00' >"$CONF"
change 'include two-gpus' 'set 0000:06:00.0 group=-'
run check
ok 'what is refused first' said 1 '`earlybind explain 0000:06:00.0` says what to do.'
ok 'and the image then' has "$TMP/out" 'Then run `earlybind regenerate`.'

# --- IOMMU groups

new z97-gtx980 'bind 01:00'
run accept --yes
run check
ok 'group-not-viable: bridges of its group do not matter' silent "$TMP/err"
change 'include z97-gtx980' 'set 0000:09:00.0 group=1 driver=xhci_hcd'
run check
ok 'group-not-viable: another function of its group is warned of' complained 0 \
	'0000:01:00.0 shares IOMMU group 1 with 0000:09:00.0 (xhci_hcd), which stays with the host'

# An LPC bridge with a driver keeps its group, and cannot be bound to vfio-pci.
new two-gpus 'bind 00:1f.2'
lpc='0000:00:1f.0 - 8086:1e55 0601 12'
change 'include two-gpus' "$lpc lpc_ich" '0000:00:1f.2 - 8086:1e03 0106 12 ahci'
run accept --yes
run check
ok 'group-bridge: an LPC bridge with a driver keeps the group' complained 0 \
	'0000:00:1f.2 shares IOMMU group 12 with 0000:00:1f.0 (lpc_ich), which stays with the host'
ok 'group-bridge: with what can be done' has "$TMP/err" '`earlybind add 0000:00:1f.0 driver=pci-stub`'
run explain 00:1f.0
ok 'group-bridge: explain says the same' has "$TMP/out" '`earlybind add 0000:00:1f.0 driver=pci-stub`'
did add --yes 00:1f.0 driver=pci-stub
run check
ok 'group-bridge: that does it' lacks "$TMP/err" 'shares IOMMU group'
new two-gpus 'bind 00:1f.2'
change 'include two-gpus' "$lpc -" '0000:00:1f.2 - 8086:1e03 0106 12 ahci'
run accept --yes
run check
ok 'group-bridge: one without a driver is in no way' lacks "$TMP/err" 'shares IOMMU group'

# --- rules that decide nothing

new two-gpus 'bind 06:00' 'bind 10de:13c2'
run accept --yes
run check
ok 'shadowed: a rule whose cards an earlier one has' complained 1 '/etc/earlybind.conf:2'
ok 'shadowed: what to do about it' has "$TMP/out" \
	'/etc/earlybind.conf:2 can lock nothing: change it, or `earlybind remove 10de:13c2` takes it out.'
did remove 10de:13c2 --yes
run check
ok 'shadowed: that does it' code 0
new twin-gpus 'bind 03:00'
run accept --yes
run check
ok 'a rule that accept refuses: why' complained 1 \
	'/etc/earlybind.conf:1: bind 0000:03:00: accept refuses 0000:03:00.0: display, it shows the boot: boot_vga'
ok 'and who says what to do' has "$TMP/out" '`earlybind explain 0000:03:00.0` says what to do.'
ok 'it does not say to accept it' lacks "$TMP/out" 'earlybind accept'
new twin-gpus '# two rules' 'bind 03:00' 'bind 0a:00'
run check --json
jq -c '.notes[] | [.kind, .reason, .rule, .origin, .address, .next[1:]]' "$TMP/out" >"$TMP/json" 2>&1
ok 'in JSON each note has its reason, its rule and where that stands, its device and the next step' same "$TMP/json" \
	'["rule","absent",2,"/etc/earlybind.conf:3",null,["remove","0000:0a:00"]]
["rule","display",1,"/etc/earlybind.conf:2","0000:03:00.0",["explain","0000:03:00.0"]]
["note","not-accepted",1,"/etc/earlybind.conf:2",null,null]
["note","not-accepted",2,"/etc/earlybind.conf:3",null,null]'
new twin-gpus 'bind 06:00' 'bind 144d:a808 live'
run check --json
jq -c '.notes[] | [.kind, .reason, .rule, .address, .next]' "$TMP/out" >"$TMP/json" 2>&1
ok 'so has a rule to accept, and a live rule that means no display is named' same "$TMP/json" \
	'["rule",null,2,"0000:04:00.0",null]
["note","not-accepted",1,null,["earlybind","accept","0000:06:00"]]
["boot","absent",2,null,null]'
new two-gpus 'bind 06:00'
run accept --yes
: >"$CONF"
run check
ok 'an entry whose rule is gone has no reason' says 0 err \
	'earlybind: warning: bind 0000:06:00 is in the lock, but no rule says so any more: not used'
run check --json
ok 'nor in JSON' jq -e '.notes[0].reason == null' "$TMP/out"
new x370-rx580 'bind 01:00'
run check
ok 'a slot that is no card' complained 1 '0000:01:00 is not one card; name one function: 0000:01:00.0 0000:01:00.1'
ok 'and none of its bridges' lacks "$TMP/err" 0000:01:00.2

# --- a rule of a drop-in, which remove does not change

# drop_in LINE...: no advice about the rule for 06:00 in one is to remove it, in this machine.
drop_in()
{
	new twin-gpus
	mkdir "$R/etc/earlybind.d"
	echo 'bind 06:00' >"$R/etc/earlybind.d/gpu.conf"
	run accept --yes
	change 'include twin-gpus' "$@"
	run check
	complained 1 /etc/earlybind.d/gpu.conf:1 && fails grep 'earlybind remove' "$TMP/out" "$TMP/err" || return 1
	run accept 06:00 --yes
	fails grep 'earlybind remove' "$TMP/out" "$TMP/err" || return 1
	run check
	fails grep 'earlybind remove' "$TMP/out" "$TMP/err"
}

ok 'drop-in: its card is gone' drop_in 'drop 0000:06:00.0' 'drop 0000:06:00.1'
ok 'its twin is' drop_in 'root 0000:00 -' 'drop 0000:03:00.0' 'drop 0000:03:00.1' '0000:00:02.0 - 8086:0412 0300 2 - boot_vga=1'
ok 'it shows the boot now' drop_in 'root 0000:00 -' 'drop 0000:03:00.0' 'drop 0000:03:00.1' 'set 0000:06:00.0 boot_vga=1'

# --- a lock that is wrong

# held_up RULE: what needs no entry binds nothing either while the lock is damaged; check and status send to accept, which
# mends that, and not to remove.
held_up()
{
	new twin-gpus "$1"
	echo damaged >"$LOCK"
	run check
	said 1 'earlybind accept' && lacks "$TMP/out" 'earlybind remove' || return 1
	run status
	said 1 'earlybind accept'
}

ok 'a damaged lock holds up what a path with its id= means elsewhere' held_up 'bind 0000:00:05.1/00 id=10de:13c2'
ok 'and a live rule' held_up 'bind 10de:13c2 live'
rm "$LOCK"
did accept --yes
run check
ok 'which binds again after accept' said 0 '0000:06:00.0 [10de:13c2] bind to'

# broken_lock HOW
broken_lock()
{
	run check
	complained 1 'lock-broken: /etc/earlybind.lock' || return 1
	run list
	complained 0 '/etc/earlybind.lock' || return 1
	lacks "$TMP/out" locked || return 1
	image
	complained 0 'lock-broken: /etc/earlybind.lock' && [ -z "$(ls -A "$TMP/image")" ]
}

new two-gpus 'bind 06:00'
run accept --yes
cp "$LOCK" "$TMP/good"
sed 's/06:00\.0$/03:00.0/' "$TMP/good" >"$LOCK"
ok 'a lock that was edited by hand binds nothing' broken_lock
run check
ok 'what is wrong with it, and what to do' complained 1 \
	'lock-broken: /etc/earlybind.lock: it is damaged or was changed by hand: the CRC at its end does not fit (run `earlybind accept`, then `earlybind regenerate`)'
rm "$LOCK"
did accept --yes
ok 'accept makes it anew, byte for byte' cmp "$LOCK" "$TMP/good"
sed 's/06:00\.0$/03:00.0/' "$TMP/good" >"$LOCK"
sed '$d' "$TMP/good" >"$LOCK"
ok 'nor does one that was cut off' broken_lock
: >"$LOCK"
ok 'nor an empty one' broken_lock
head -c 1000 "$FIRST_INIT" >"$LOCK"
ok 'nor one that is no text' broken_lock
head -c 2000000 /dev/zero >"$LOCK"
ok 'nor one of 2 MB' broken_lock
sed '1s/2$/3/' "$TMP/good" >"$LOCK"
ok 'nor one of another version' broken_lock

# --- JSON

cp "$TMP/good" "$LOCK"
printf '%s\n' 'bind 6:0.0 # "quoted" \ back' >>"$CONF"
run check --json
jq -c '[.problems[0].line, .problems[0].severity, (.devices | length), .devices[0].bind, .lock_broken]' "$TMP/out" >"$TMP/json" 2>&1
ok '--json: problems and devices' same "$TMP/json" '[2,"error",2,true,false]'
ok 'with the same exit code' code 1
: >"$LOCK"
run check --json
jq -c '[.devices, .lock_broken]' "$TMP/out" >"$TMP/json" 2>&1
ok '--json of a damaged lock' same "$TMP/json" '[[],true]'

rm -rf "${R:?}/sys"
run check
ok 'without a PCI bus it says so' complained 1 'sys/bus/pci cannot be read'
tap_end
