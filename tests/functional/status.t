#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# status.t: `earlybind status` tells what the boot program's report says, in words and in JSON.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq setpriv:util-linux unshare:util-linux
REPORT=$R/run/earlybind/report

# booted LINE...: the rules were accepted, the image was made, and this machine booted with it.
booted()
{
	did accept --yes >/dev/null || code 0
	change "$@"
	cp -a "$R" "$TMP/booted"
	rm -rf "$TMP/booted/usr"
	plan "$R" 6.1.0-builtin "$TMP/booted" >/dev/null && boot "${INITS##* }" "$TMP/booted"
	mkdir -p "$R/run"
	cp -r "$TMP/booted/run/earlybind" "$R/run"
	rm -rf "$TMP/booted"
}

# steady: what was said, with its hash and its milliseconds named alike each time.
steady()
{
	sed 's/^Plan [0-9a-f]\{16\}:/Plan HASH:/; s/, in [0-9]* ms\./, in MS ms./; s/ *$//' "$TMP/out" >"$TMP/steady"
}

new two-gpus 'bind 10de:13c2'
booted 'include two-gpus' 'set 0000:06:00.0 driver=vfio-pci override=vfio-pci' \
	'set 0000:06:00.1 driver=vfio-pci override=vfio-pci'
run status
steady
ok 'all was bound: it ends with 0' code 0
ok 'a table, and a summary' same "$TMP/steady" 'Plan HASH: the plan was used.
ADDRESS      ID        OUTCOME REASON DRIVER   NAME
0000:06:00.0 10de:13c2 bound   -      vfio-pci Device 10de:13c2
0000:06:00.1 10de:0fbb bound   -      vfio-pci Device 10de:0fbb
note: display: 0000:03:00.0 is the boot display: boot_vga
2 bound, 0 refused, 0 failed, in MS ms.'
run status --json
jq -c '[.state, .complete, .bound, .refused, .failed, (.hash | length), .devices[0].address, .devices[0].path,
	.devices[1].outcome, .devices[1].reason, .devices[1].driver, .notes]' "$TMP/out" >"$TMP/json" 2>&1
ok '--json' same "$TMP/json" \
	'["active",true,2,0,0,16,"0000:06:00.0","03.1/00.0","bound",null,"vfio-pci",[{"kind":"boot","reason":"display","rule":0,"origin":null,"file":null,"address":"0000:03:00.0","next":null,"text":"0000:03:00.0 is the boot display: boot_vga"}]]'

new two-gpus 'bind 10de:13c2'
booted 'include two-gpus' 'set 0000:06:00.0 driver=nouveau' 'cmdline vfio-pci.ids=10de:13c2'
run status
ok 'what was refused: the reason in words' said 1 \
	'0000:06:00.0: busy: another driver already had this display before earlybind ran (nouveau has it already)'
ok 'and what to do' has "$TMP/out" '    check that earlybind comes before that driver in the initramfs'
ok 'and the notes' has "$TMP/out" 'note: ignored-ids: vfio-pci.ids= on the kernel command line'
ok 'with what they mean' has "$TMP/out" '    an ids= parameter was left out: it would bind every device of that kind, twins too'
ok 'and what to do' has "$TMP/out" '    remove ids= from the kernel command line and from /etc/modprobe.d'
run status --json
jq -c '[.refused, .devices[0].reason, .notes[0].reason]' "$TMP/out" >"$TMP/json" 2>&1
ok '--json has reasons and notes' same "$TMP/json" '[2,"busy","ignored-ids"]'
ok 'with the same exit code' code 1

new two-gpus 'bind 10de:13c2'
booted 'include two-gpus' 'cmdline earlybind.skip=6\0"x"'
run status --json
jq -r '.notes[0].text' "$TMP/out" >"$TMP/json" 2>&1
ok 'quotes and backslashes are escaped in JSON' same "$TMP/json" \
	'earlybind.skip= has an item that is no selector: 6\0"x"'

new two-gpus 'bind 10de:13c2'
booted 'include two-gpus' 'cmdline earlybind=off'
run status
ok 'earlybind=off is named' said 1 'the plan was not used: earlybind was switched off for this boot'
new two-gpus 'bind 10de:13c2'
booted 'include two-gpus' 'file proc/sys/kernel/osrelease 6.12.0'
run status
ok 'a plan that could not be used: why' said 1 \
	'nothing was bound: the plan could not be used (the plan is for kernel 6.1.0-builtin, this is 6.12.0)'
new two-gpus 'bind 10de:13c2 optional'
booted 'include two-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1'
run status
ok 'a card whose absence is normal' said 0 'absent'

new two-gpus 'bind 10de:13c2'
booted 'include two-gpus'
run status
ok 'a function that was never tried is not said to be given back' said 1 \
	"0000:06:00.1: probe-failed: it was left alone, because something else had failed (the card's main function failed)"
ok 'the one that failed is' has "$TMP/out" \
	'0000:06:00.0: probe-failed: the driver refused the device, which was then given back to the host'
sed -i 's/ released probe-failed .*/ released off nouveau given back/; s/ refused probe-failed .*/ bound bound-by-kernel vfio-pci -/' "$REPORT"
run status
ok 'one that a person gave back: by what' said 1 '0000:06:00.0: off: `earlybind-init undo` was run in this boot (given back)'
ok 'one that is bound for another reason: what to do' has "$TMP/out" \
	'    remove vfio-pci.ids= from the kernel command line'

# --- no report

new two-gpus
run status
ok 'no report and no rules: all is well' said 0 "This boot's image had no plan"
run status --json
ok '--json of no report' same "$TMP/out" '{"schema":1,"report":null,"trial":null,"off_next_boot":false,"images":[],"advice":[]}'
rm -r "${R:?}/sys"
run status
ok 'a machine that cannot be read' complained 1 'sys/bus/pci cannot be read'
new two-gpus 'bind 10de:13c2'
run status
ok 'no report, but rules' said 1 '1 rule'
ok 'with the next step' said 1 'earlybind accept'

run accept --yes
run status
ok 'no report, but what is accepted: the image waits' said 1 'The rules are accepted: `earlybind regenerate`, and reboot.'
if [ "$(id -u)" -eq 0 ]; then
	mkdir -p "$R/boot"
	echo image >"$R/boot/initrd.img-6.1.0-builtin"
	chmod 600 "$R/boot/initrd.img-6.1.0-builtin"
	chmod 755 "$TMP"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$EARLYBIND" status --root "$R" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	ok 'an image that only root may read: nobody is sent to make it anew' lacks "$TMP/out" 'earlybind regenerate'
	ok 'and why it is not known' said 1 'Whether the images have them cannot be told'
	rm -r "${R:?}/boot"
else
	skip 'an image that only root may read' 'who is not root cannot take rights from himself and back'
fi

# as_nobody COMMAND...: the tool as a person who is not root has it, where /sys and /etc are those of the tree.
as_nobody()
{
	unshare --mount sh -c 'mount --bind "$1/sys" /sys && mount --bind "$1/etc" /etc || exit 100
		shift
		exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' sh "$R" "$EARLYBIND" "$@" \
		</dev/null >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

new nvme-twins 'bind 05:00'
change 'include nvme-twins' 'set 0000:05:00.0 serial=0025385a01234567' 'set 0000:04:00.0 serial=0025385a01234568'
run accept --yes
echo 'bind 04:00' >>"$CONF"
if [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null; then
	as_nobody status
	ok 'without root serial numbers cannot be compared' complained 1 'which only root can read'
	ok 'but whether a rule was accepted is known' said 1 '`earlybind accept`'
	chmod 600 "$LOCK"
	as_nobody check
	ok 'a lock that may not be read is not called broken' complained 1 '/etc/earlybind.lock: it cannot be read: Permission denied: try sudo'
	ok 'nor that' lacks "$TMP/err" lock-broken
	ok 'nor is it said what the next boot does' silent "$TMP/out"
	as_nobody status
	ok 'status says that root knows more' said 1 '2 rules: only root can tell whether they are accepted.'
	as_nobody image --kernel 6.1.0-builtin --cpio "$TMP/nobody.cpio"
	ok 'an image says so, too' has "$TMP/err" '/etc/earlybind.lock: it cannot be read: Permission denied: nothing is bound (try sudo)'
else
	skip 'without root serial numbers cannot be compared' 'needs root and a mount namespace'
fi

# --- a report that is wrong

# damaged TEXT
damaged()
{
	run status
	complained 1 "/run/earlybind/report$1" || return 1
	run status --json
	code 1
}

new two-gpus 'bind 10de:13c2'
booted 'include two-gpus'
cp "$REPORT" "$TMP/good"
: >"$REPORT"
ok 'an empty report' damaged ':'
head -c 1000 "$FIRST_INIT" >"$REPORT"
ok 'a report that is no text' damaged ':1: '
sed '1s/2$/9/' "$TMP/good" >"$REPORT"
ok 'a report of a later version' damaged ':1: it has version 9'
sed '3s/released/lost/' "$TMP/good" >"$REPORT"
ok 'a word that is not known' damaged ':3: '
head -c 2000000 /dev/zero >"$REPORT"
ok 'a report of 2 MB' damaged ' cannot be read: File too large'
rm "$REPORT"
mkdir "$REPORT"
ok 'a folder in place of it' damaged ' cannot be read: Is a directory'
rmdir "$REPORT"
sed '$d' "$TMP/good" >"$REPORT"
run status
ok 'a report without its end is shown, and called so' said 1 'the boot program was interrupted'
run status --json
ok 'in JSON too' jq -e '.complete == false' "$TMP/out"
tap_end
