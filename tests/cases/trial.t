#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# trial.t: cases of the trial of a plan: which boots count, which edits escape, who confirms. A directory of plain files
# stands in for the EFI variables.
# shellcheck source=/dev/null
. tests/cases/machine.sh
EFI=sys/firmware/efi/efivars
GUID=5fa8a63d-4d49-40dc-9763-ebe6c815e280
TRIAL=$R/$EFI/EarlybindTrial-$GUID

# efi MACHINE RULE...: a fresh root whose EFI variables are empty, where a complete boot confirms; accepted.
efi()
{
	new "$@"
	mkdir -p "$R/$EFI" "$R/etc/systemd/system/multi-user.target.wants"
	ln -s /usr/lib/systemd/system/earlybind-confirm.service "$R/etc/systemd/system/multi-user.target.wants/"
	[ $# -eq 1 ] || did accept --yes || fail "accept: $(cat "$TMP/err")"
}

# has_driver DIR: 06:00 has vfio-pci there, as a kernel would have made of it.
has_driver()
{
	for has_driver in "$1"/sys/devices/pci0000:00/0000:00:03.1/0000:06:00.*; do
		rm -f "$has_driver/driver"
		ln -s ../../../../bus/pci/drivers/vfio-pci "$has_driver/driver"
		echo vfio-pci >"$has_driver/driver_override"
		sed -i '/^DRIVER=/d; 1i DRIVER=vfio-pci' "$has_driver/uevent"
	done
}

# plan_now FILE: the plan of an image that is made now.
plan_now()
{
	plan "$R" 6.1.0-builtin "$TMP/now" >/dev/null 2>&1
	mv "$TMP/now/usr/lib/earlybind/plan" "$1"
}

# booted [PLAN]: a boot with this plan, or that of an image of now; its report and variables stay. Prints the plan's state.
booted()
{
	rm -rf "$TMP/booted"
	cp -a "$R" "$TMP/booted"
	rm -rf "$TMP/booted/usr" "$TMP/booted/run/earlybind"
	mkdir -p "$TMP/booted/usr/lib/earlybind"
	if [ $# -gt 0 ]; then cp "$1" "$TMP/booted/usr/lib/earlybind/plan"; else plan_now "$TMP/booted/usr/lib/earlybind/plan"; fi
	has_driver "$TMP/booted"
	"$FIRST_INIT" --root "$TMP/booted"
	rm -rf "$R/run/earlybind" "${R:?}/$EFI"
	mkdir -p "$R/run"
	cp -r "$TMP/booted/run/earlybind" "$R/run"
	cp -r "$TMP/booted/$EFI" "$R/sys/firmware/efi"
	state_of_plan "$R"
}

# boots STATE...: so many boots with an image of now, and what each makes of the plan.
boots()
{
	for boots_state; do
		boots_is=$(booted)
		[ "$boots_is" = "$boots_state" ] || { echo "$boots_is, not $boots_state, of $*"; cat "$R/run/earlybind/report"; return 1; }
	done
}

# black_screen: two boots that nobody confirms, then the plan has stood down.
black_screen()
{
	efi two-gpus "$@"
	boots trial trial stood-down
}

# --- live-never-confirmed

# confirmed_by_boot: this boot is one of the trial, and ends it.
confirmed_by_boot()
{
	boots trial && did confirm --boot && [ ! -e "$TRIAL" ] && boots active active active
}

# added MACHINE RULE...: by `add`, live; then a complete boot.
added()
{
	efi "$1"
	shift
	for added; do
		# shellcheck disable=SC2086 # a rule
		did add $added --yes || return 1
	done
	confirmed_by_boot
}

# left_to_a_person MACHINE RULE...: a complete boot does not confirm it.
left_to_a_person()
{
	efi "$@"
	boots trial && did confirm --boot && [ -e "$TRIAL" ] && did confirm && [ ! -e "$TRIAL" ]
}

outcome live-never-confirmed 'a twin of the boot display stays' added twin-gpus '10de:13c2 live'
outcome live-never-confirmed 'beside a rule with an entry' added twin-gpus '06:00' '10de:13c2 live'
outcome live-never-confirmed 'its ID has every function' added twin-gpus '10de:13c2:1043:8508 live'
ok 'live-never-confirmed: a live rule that meets no boot display' added two-gpus '10de:13c2 live'
ok 'live-never-confirmed: allow=display is left to a person' left_to_a_person two-gpus 'bind 06:00 allow=display'
ok 'live-never-confirmed: so it is beside a live rule' left_to_a_person twin-gpus 'bind 06:00 allow=display' 'bind 10de:13c2 live'

# --- trial-escaped

# escapes LINE...: after a black screen the configuration becomes this, and images are made; nobody accepts.
escapes()
{
	black_screen 'bind 06:00 allow=display' 'bind 03:00 allow=display' || return 1
	printf '%s\n' "$@" >"$CONF"
	boots trial trial stood-down stood-down
}

# stays_down LINE...: that is the same plan.
stays_down()
{
	black_screen 'bind 06:00' || return 1
	printf '%s\n' "$@" >"$CONF"
	boots stood-down stood-down
}

outcome trial-escaped 'a word more' escapes 'bind 06:00 allow=display optional' 'bind 03:00 allow=display'
outcome trial-escaped 'another driver' escapes 'bind 06:00 allow=display driver=pci-stub' 'bind 03:00 allow=display'
outcome trial-escaped 'a word less' escapes 'bind 06:00 allow=display' 'bind 03:00'
outcome trial-escaped 'a rule less' escapes 'bind 06:00 allow=display'
ok 'trial-escaped: what belongs to no rule changes nothing' stays_down 'set timeout=9' 'keep 03:00' 'bind 06:00'
ok 'trial-escaped: nor do comments and order' stays_down '# more' '' 'bind   0000:06:00'

# An edit for which the plan never stood down: its boots count, too.
edited_midway()
{
	efi two-gpus 'bind 06:00'
	boots trial || return 1
	echo 'bind 06:00 optional' >"$CONF"
	boots trial trial stood-down
}
outcome trial-escaped 'an edit after the first boot' edited_midway

# An image of before the accept boots in between: it is not on trial, and the one that is goes on.
older_image()
{
	efi server 'bind 05:00'
	rm "$TRIAL"
	plan_now "$TMP/older"
	echo 'bind 06:00' >>"$CONF"
	did accept --yes || return 1
	boots trial || return 1
	cp "$TRIAL" "$TMP/was"
	[ "$(booted "$TMP/older")" = active ] && cmp "$TMP/was" "$TRIAL" || return 1
	boots trial stood-down
	[ "$(booted "$TMP/older")" = active ] && boots stood-down
}
ok 'trial-escaped: an older image boots in between' older_image

# What stood down, and is edited back, is on trial once more at most: never more than two boots without a confirmation.
edited_back()
{
	black_screen 'bind 06:00' || return 1
	echo 'bind 06:00 optional' >"$CONF"
	boots trial trial stood-down || return 1
	echo 'bind 06:00' >"$CONF"
	boots trial trial stood-down
}
outcome trial-escaped 'edited there and back' edited_back

# A person ends it: confirm, and an accept that changes nothing arms anew.
person_ends()
{
	black_screen 'bind 06:00' && did confirm && boots active active
}

accepted_again()
{
	black_screen 'bind 06:00' && did accept --yes && boots trial trial stood-down
}

# remove takes the trial along.
removed()
{
	efi server 'bind 05:00' 'bind 06:00'
	boots trial || return 1
	did remove 06:00 --yes && boots trial stood-down
}
ok 'trial-escaped: a person may use it again' person_ends
outcome trial-escaped 'so may who accepts it again' accepted_again
ok 'trial-escaped: remove takes the trial along' removed
tap_end
