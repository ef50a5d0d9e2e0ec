#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# trial.t: who puts a plan on trial, who ends the trial, and `earlybind off --next-boot`. A folder of plain files stands in
# for the EFI variables.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq strace:strace flock:util-linux
# shellcheck source=/dev/null
. tests/lib/holder.sh
UNIT=earlybind-confirm.service
GUID=5fa8a63d-4d49-40dc-9763-ebe6c815e280
EFI=sys/firmware/efi/efivars
TRIAL=$R/$EFI/EarlybindTrial-$GUID OFF=$R/$EFI/EarlybindOff-$GUID
ATTRIBUTES='\007\000\000\000'

# efi MACHINE RULE...: a fresh root with EFI variables, of which there are none yet.
efi()
{
	new "$@"
	mkdir -p "$R/$EFI"
}

# variable FILE TEXT
variable()
{
	# shellcheck disable=SC2059 # the attributes are octal
	{ printf "$ATTRIBUTES"; printf %s "$2"; } >"$1"
}

# holds FILE TEXT: the variable is just this.
holds()
{
	variable "$TMP/expected" "$2"
	cmp "$TMP/expected" "$1" || { od -c "$1"; return 1; }
}

# absent FILE
absent()
{
	[ ! -e "$1" ] || { echo "$1 is there"; od -c "$1"; return 1; }
}

# hash: that of the plan which an image would get now.
hash()
{
	image >/dev/null
	sed -n 's/^hash //p' "$TMP/image/usr/lib/earlybind/plan"
}

# lock_hash: that of the lock, which the plan of an image names.
lock_hash()
{
	image >/dev/null
	sed -n 's/^lock //p' "$TMP/image/usr/lib/earlybind/plan"
}

# armed N: the plan is on trial, with so many boots.
armed()
{
	holds "$TRIAL" "2 $(lock_hash) $(hash) $1"
}

# booted: the machine boots with the plan of an image that is made now; its report stays.
booted()
{
	cp -a "$R" "$TMP/booted"
	rm -rf "$TMP/booted/usr" "$TMP/booted/run/earlybind"
	plan "$R" 6.1.0-builtin "$TMP/booted" >/dev/null && boot "${INITS##* }" "$TMP/booted"
	rm -rf "$R/run/earlybind" "${R:?}/$EFI"
	cp -r "$TMP/booted/run/earlybind" "$R/run"
	cp -r "$TMP/booted/$EFI" "$R/sys/firmware/efi"
	rm -rf "$TMP/booted"
}

# bound: what a kernel would have made of it.
bound()
{
	for bound_function in 0 1; do
		bound_dir=$R/sys/devices/pci0000:00/0000:00:03.1/0000:06:00.$bound_function
		rm -f "$bound_dir/driver"
		ln -s ../../../../bus/pci/drivers/vfio-pci "$bound_dir/driver"
		echo vfio-pci >"$bound_dir/driver_override"
		sed -i '/^DRIVER=/d; 1i DRIVER=vfio-pci' "$bound_dir/uevent"
	done
}

# --- arming

# enabled FOLDER: a unit there wants the service that confirms.
enabled()
{
	mkdir -p "$R/$1/multi-user.target.wants"
	ln -s "/usr/lib/systemd/system/$UNIT" "$R/$1/multi-user.target.wants/$UNIT"
}

# confirms: the next accept says that a complete boot confirms the plan.
confirms()
{
	rm -f "$LOCK"
	run accept --yes
	said 0 'nobody confirms the plan is not used any more. A complete boot confirms it; so does `earlybind confirm`.'
}

efi two-gpus 'bind 10de:13c2'
run accept --yes
ok 'accept puts the plan on trial, and says so' said 0 'On trial: after 2 boots that nobody confirms'
ok 'where no service confirms it, that is said' has "$TMP/out" "$UNIT is not enabled, so no boot confirms it: run \`earlybind confirm\` yourself after a good one, or enable that service."
ok 'the variable names the plan that an image gets' armed 0
run status
ok 'also by status' has "$TMP/out" "$UNIT is not enabled, so no boot confirms it"
for folder in etc run usr/lib lib; do
	enabled $folder/systemd/system
	ok "who confirms it, enabled in /$folder/systemd/system" confirms
	ln -s /dev/null "$R/$folder/systemd/system/$UNIT"
	run status
	ok "masked in /$folder/systemd/system" has "$TMP/out" "$UNIT is not enabled"
	rm -r "$R/$folder/systemd"
done
enabled etc/systemd/system
variable "$TRIAL" "2 $(lock_hash) $(hash) 1"
run accept --yes
ok 'a second accept with the same result leaves the trial as it is' armed 1
variable "$TRIAL" "2 $(lock_hash) $(hash) 2"
run accept --yes
ok 'one of a plan that has stood down begins its trial anew' armed 0
variable "$TRIAL" "2 0123456789abcdef $(hash) 2"
cp "$TRIAL" "$TMP/other"
run accept --yes
ok 'the trial of another lock is left alone' cmp "$TMP/other" "$TRIAL"
rm "$TRIAL"
run accept --yes
ok 'nvram-wiped: a wiped variable is not written again by accept' absent "$TRIAL"
echo '# a comment' >>"$CONF"
run accept --yes
ok 'nor by one that changes no card and no option' absent "$TRIAL"
run image --kernel 6.1.0-modular --destdir "$TMP/image"
ok 'nvram-wiped: an image build writes none' absent "$TRIAL"
echo 'bind 10de:13c2 driver=pci-stub' >"$CONF"
run accept --yes
ok 'an option that makes another plan is a new trial, which is said' said 0 'On trial:'
ok 'the variable names that plan' armed 0

efi two-gpus
run add 10de:13c2 --yes
ok 'add puts the plan on trial' said 0 'On trial:'
ok 'the variable names it' armed 0
run remove 10de:13c2 --yes
ok 'when nothing is left to try, remove takes the variable away' absent "$TRIAL"

efi server
run add 05:00 --yes
run add 06:00 --yes
variable "$TRIAL" "1 $(hash) 1"
run remove 06:00 --yes
ok 'remove lets the trial go on with what is left' armed 1
rm "$TRIAL"
run add 06:00 --yes
rm "$TRIAL"
run remove 06:00 --yes
ok 'remove starts no trial' absent "$TRIAL"

efi single-rtx2060 'bind 06:00 allow=display'
enabled etc/systemd/system
run accept --yes
ok 'allow=display: only a person confirms, and accept says so' said 0 'run `earlybind confirm` yourself'

new two-gpus 'bind 10de:13c2'
run accept --yes
ok 'without EFI variables there is no trial, which is said' said 0 'No trial: this machine has no EFI variables.'
efi two-gpus 'bind 10de:13c2'
rmdir "$R/$EFI"
: >"$R/$EFI"
run accept --yes
ok 'variables that cannot be written: a warning, and the lock is written' complained 0 \
	'warning: no trial: the EFI variable EarlybindTrial cannot be written: Not a directory'
ok 'the lock is there' test -e "$LOCK"

efi two-gpus 'bind 03:00'
run accept --yes
ok 'nothing to bind: no trial' absent "$TRIAL"

# Of rules without an entry the lock does not tell which were there before: what this boot used does.
efi two-gpus 'bind 10de:13c2 live'
run accept --yes
ok 'a plan of live rules alone goes on trial, which is said' said 0 'On trial: after 2 boots that nobody confirms'
ok 'the variable names it' armed 0
variable "$TRIAL" "2 $(lock_hash) $(hash) 1"
run accept --yes
ok 'a second accept leaves its trial as it is' armed 1
booted
rm "$TRIAL"
run accept --yes
ok 'nvram-wiped: what this boot used is not put on trial again' absent "$TRIAL"
echo 'bind 1002:67df live' >>"$CONF"
run accept --yes
ok 'one more live rule changes no lock, and is a new trial' said 0 'On trial:'
ok 'the variable names that plan' armed 0
new two-gpus 'bind 10de:13c2 live'
run accept --yes
ok 'live rules without EFI variables: no trial, which is said' said 0 'No trial: this machine has no EFI variables.'

efi two-gpus
run add 10de:13c2 live --yes
ok 'add puts the plan of a live rule on trial' said 0 'On trial:'
ok 'the variable names it' armed 0
run remove 10de:13c2 --yes
ok 'remove takes the variable away, also where there is no lock' absent "$TRIAL"
ok 'and makes none' absent "$LOCK"

# --- confirm

efi two-gpus 'bind 10de:13c2'
enabled etc/systemd/system
run confirm
ok 'confirm without a trial' said 0 'No plan is on trial.'
run accept --yes
HASH=$(hash)
run confirm --boot
ok 'confirm --boot before the plan has booted leaves the trial' said 0 "Not confirmed: this boot's image had no plan."
ok 'the variable is as it was' armed 0
bound
booted
ok 'the boot counted itself' armed 1
run status
ok 'status says that the plan is on trial' said 0 \
	'On trial: 1 of 2 boots without `earlybind confirm`. A complete boot confirms it; so does `earlybind confirm`.'
run status --json
jq -c '[.state, .trial.boots, .trial.problem, .off_next_boot, .trial.hash == .hash]' "$TMP/out" >"$TMP/json" 2>&1
ok '--json has the trial' same "$TMP/json" '["trial",1,null,false,true]'
cp -a "$R/run/earlybind" "$TMP/one"

# held OPTION...: confirm, while somebody holds the lock for more than a minute, of which no time passes.
held()
{
	hold "$R/run/earlybind/lock"
	rm -f "$TMP/ended"
	: >"$TMP/trace"
	(ASAN_OPTIONS=detect_leaks=0 strace -o "$TMP/trace" -e trace=clock_nanosleep,nanosleep \
		-e inject=clock_nanosleep,nanosleep:retval=0 "$EARLYBIND" confirm "$@" --root "$R" >"$TMP/out" 2>"$TMP/err"
		echo $? >"$TMP/ended") &
	waiter=$!
	until [ -e "$TMP/ended" ] || [ "$(grep -c nanosleep "$TMP/trace")" -gt 700 ]; do
		sleep 0.1
	done
	release
	wait $waiter
	STATUS=$(cat "$TMP/ended")
}

held
ok 'a person is told after a minute who holds the lock' has "$TMP/err" 'is not done after a minute; nothing was changed'
ok 'the trial is as it was' armed 1
held --boot
ok 'confirm --boot waits as long as that takes' [ "$STATUS" = 0 ]
ok 'and does its work' absent "$TRIAL"
variable "$TRIAL" "2 $(lock_hash) $HASH 1"

run confirm --boot
ok 'confirm --boot after it' said 0 "Plan $HASH is confirmed: its trial is over."
ok 'the variable is gone' absent "$TRIAL"
booted
ok 'no write once confirmed' absent "$TRIAL"
run confirm --boot
ok 'confirm --boot once confirmed: nothing to do' said 0 'No plan is on trial.'

variable "$TRIAL" "2 $(lock_hash) $HASH 1"
booted
run status
ok 'the last boot of a trial: what comes next' said 0 'The next boot does not use the plan, unless `earlybind confirm`'
run check
ok 'check: so does it' said 1 'refused: stood-down'
booted
run status
ok 'stood down: status says so' said 1 'the plan was not used: its trial failed'
ok 'and what to do' has "$TMP/out" 'then run `earlybind confirm` to use the plan again'
run confirm --boot
ok 'confirm --boot of a boot that did not use the plan leaves it' said 0 'Not confirmed: this boot did not use the plan.'
ok 'the variable is as it was' armed 2
run confirm
ok 'confirm ends that' said 0 "Plan $HASH is confirmed: its trial is over, and the next boot uses it."
ok 'the variable is gone' absent "$TRIAL"

variable "$TRIAL" '2 fedcba9876543210 0123456789abcdef 1'
booted
run confirm --boot
ok 'the trial of another lock' said 0 'Not confirmed: this boot had another plan than the one on trial.'
run status
ok 'status names it' said 0 'Plan 0123456789abcdef is on trial'
run confirm
ok 'a person is asked first' complained 1 'there is no terminal to ask'
ok 'and told of which lock' has "$TMP/out" 'made of another lock (fedcba9876543210)'
ok 'so far it is left alone' holds "$TRIAL" '2 fedcba9876543210 0123456789abcdef 1'
run confirm --yes
ok 'a person ends it' absent "$TRIAL"

# A variable that an earlier version wrote is of the lock that is here.
variable "$TRIAL" "1 $HASH 0"
booted
ok 'one of version 1 is counted, and written as version 2' armed 1
variable "$TRIAL" "1 $HASH 2"
booted
run status
ok 'one of version 1 that has failed stands down' said 1 'the plan was not used: its trial failed'
variable "$TRIAL" "1 $HASH 1"
run confirm
ok 'a person ends one of version 1 without a question' absent "$TRIAL"
variable "$TRIAL" "2 $(lock_hash) $HASH 0"
run confirm --boot
ok 'a trial that is newer than the boot is not confirmed by it' said 0 'Not confirmed:'
ok 'the variable is as it was' armed 0
rm "$TRIAL"

variable "$TRIAL" "2 $(lock_hash) $HASH 0"
booted
sed -i '$d' "$R/run/earlybind/report"
run confirm --boot
ok 'a report without its end confirms nothing' said 0 'Not confirmed: the report of this boot has no end.'
variable "$TRIAL" "2 $(lock_hash) $HASH 0"
booted
"${INITS##* }" --root "$R" undo >/dev/null 2>&1
sed -i 's/ bound - vfio-pci -$/ released off nouveau given back/' "$R/run/earlybind/report"
run confirm --boot
ok 'emergency-undo: a boot in which undo was needed confirms nothing' said 0 'Not confirmed: in this boot `earlybind-init undo` was needed.'
ok 'the variable is as it was' armed 1

efi single-rtx2060 'bind 06:00 allow=display'
run accept --yes
booted
run confirm --boot
ok 'allow=display: no boot confirms it' said 0 'Not confirmed: a rule has allow=display, so run `earlybind confirm` yourself.'
ok 'the variable is as it was' armed 1
run confirm
ok 'allow=display: a person does' absent "$TRIAL"

efi two-gpus 'bind 10de:13c2'
run accept --yes
variable "$TRIAL" '3 something later'
booted
run confirm --boot
ok 'a variable of a later version is left alone' said 0 'Not confirmed: the EFI variable of the trial is not of this version.'
run status
ok 'status names it' has "$TMP/out" 'The EFI variable EarlybindTrial is of another version of earlybind'
run status --json
ok '--json has the problem' jq -e '.trial.problem == "is of another version of earlybind" and .trial.hash == null' "$TMP/out"
run confirm
ok 'a person removes it' said 0 'The EFI variable EarlybindTrial, which is of another version of earlybind, is removed'
ok 'it is gone' absent "$TRIAL"
variable "$TRIAL" nonsense
run confirm
ok 'wrong content is told' said 0 'which holds something else than a trial, is removed'

new two-gpus 'bind 10de:13c2'
run confirm
ok 'confirm without EFI variables' said 0 'No plan is on trial: this machine has no EFI variables.'
run confirm now
ok 'confirm takes no arguments' complained 2 'confirm takes no arguments'

# --- off

efi two-gpus 'bind 10de:13c2'
run accept --yes
bound
run off --next-boot
ok 'how-to-undo: off --next-boot' said 0 'The next boot binds nothing. The one after it does again.'
ok 'sets the variable' holds "$OFF" 1
run status
ok 'status says so' has "$TMP/out" 'The next boot is switched off'
run status --json
ok '--json has it' jq -e '.off_next_boot' "$TMP/out"
run check
ok 'check: the next boot binds nothing' said 1 'refused: off (earlybind off --next-boot)'
run explain 06:00.0
ok 'explain: what switches it off, once' said 0 'refuses it: earlybind is switched off (earlybind off --next-boot)'
rm "$TRIAL"
booted
ok 'that boot removes it' absent "$OFF"
run status
ok 'and says why it bound nothing' said 1 '0000:06:00.0: off: earlybind is switched off (earlybind off --next-boot)'
booted
run status
ok 'the next one binds again' said 0 '2 bound'
run off
ok 'off alone is wrong usage' complained 2 'off needs --next-boot'
new two-gpus 'bind 10de:13c2'
run off --next-boot
ok 'off --next-boot without EFI variables: what does the same' complained 1 \
	'this machine has no EFI variables: add earlybind=off to the kernel command line'
tap_end
