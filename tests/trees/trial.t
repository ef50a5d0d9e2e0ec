#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# trial.t: what the boot program does with its EFI variables. In a tree a folder of plain files stands in for efivarfs:
# what the real one does with its flags and a full store is shown in QEMU.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc

GUID=5fa8a63d-4d49-40dc-9763-ebe6c815e280
EFI=sys/firmware/efi/efivars

# new [OPTION...]: the plan of a rule with these options, the machine that it is for in $TMP/before, its hash in HASH.
new()
{
	rm -rf "$TMP/host"
	accepted_host two-gpus "$TMP/host" "bind 10de:13c2${1+ $*}"
	two_gpus_bound >"$TMP/manifest"
	tree "$TMP/manifest" "$TMP/before"
	planned "$TMP/host" 6.1.0-builtin "$TMP/before"
	HASH=$(sed -n 's/^hash //p' "$TMP/before/usr/lib/earlybind/plan")
	LOCK=$(sed -n 's/^lock //p' "$TMP/before/usr/lib/earlybind/plan")
	mkdir -p "$TMP/before/$EFI"
}

# variable NAME TEXT...: in the machine before the boot, with the attributes of a variable; TEXT as of printf.
variable()
{
	variable_name=$1
	shift
	# shellcheck disable=SC2059 # formats are what this takes
	{ printf '\007\000\000\000'; printf "$@"; } >"$TMP/before/$EFI/$variable_name-$GUID"
}

no_variables()
{
	rm -rf "${TMP:?}/before/$EFI"
	mkdir "$TMP/before/$EFI"
}

# after INIT: a boot of a fresh copy; what is in its variables then is in $TMP/variables.
after()
{
	rm -rf "$TMP/after"
	cp -a "$TMP/before" "$TMP/after"
	again "$1"
}

# again INIT: the same machine, another boot (its report is gone).
again()
{
	rm -rf "$TMP/after/run/earlybind"
	boot "$1" "$TMP/after" && look
}

# content FILE: its attributes in hexadecimal, and its text, with _ for spaces and @ for NUL.
content()
{
	head -c 4 "$1" | od -An -tx1 | tr -d ' \n'
	printf ' '
	tail -c +5 "$1" | tr ' \000' _@
}

look()
{
	report "$TMP/after" >"$TMP/report"
	: >"$TMP/variables"
	for look_file in "$TMP/after/$EFI"/*; do
		[ -f "$look_file" ] || continue
		look_name=${look_file##*/}
		printf '%s %s\n' "${look_name%%-*}" "$(content "$look_file")" >>"$TMP/variables"
	done
}

# is STATE VARIABLES: the plan line, and what the variables are.
is()
{
	has "$TMP/report" "plan HASH $1" || return 1
	if [ -z "$2" ]; then
		silent "$TMP/variables"
	else
		same "$TMP/variables" "$2"
	fi
}

# trial N: the line of $TMP/variables of a trial with so many attempts.
trial()
{
	echo "EarlybindTrial 07000000 2_${LOCK}_${HASH}_$1"
}

# Two boots that nobody confirms, then the plan is not used, however often it boots.
counted()
{
	after "$1" && is 'trial boot 1 of 2' "$(trial 1)" && has "$TMP/report" 'summary 2 0 0' || return 1
	again "$1" && is 'trial boot 2 of 2' "$(trial 2)" && has "$TMP/report" 'summary 2 0 0' || return 1
	for boots in 3 4 5; do
		echo "boot $boots"
		again "$1" && is 'stood-down 2 boots and no' "$(trial 2)" || return 1
		has "$TMP/report" '1 refused stood-down' && has "$TMP/report" 'summary 0 2 0' || return 1
	done
}

# A second run of the same boot counts nothing and finds the same, whatever the variables are by then.
second_run()
{
	after "$1" || return 1
	cp "$TMP/report" "$TMP/first"
	cp "$TMP/variables" "$TMP/first-variables"
	boot "$1" "$TMP/after" && look && diff -u "$TMP/first" "$TMP/report" &&
		diff -u "$TMP/first-variables" "$TMP/variables"
}

# boots INIT STATE VARIABLES [NOTE]
boots()
{
	after "$1" && is "$2" "$3" || return 1
	if [ -z "${4:-}" ]; then
		! grep -v 'is the boot display:' "$TMP/report" | grep '^note '
	else
		has "$TMP/report" "$4"
	fi
}

# read_only INIT: the folder of variables, and the variable, cannot be written. As an ordinary user: root can.
read_only()
{
	rm -rf "$TMP/after"
	cp -a "$TMP/before" "$TMP/after"
	chmod 444 "$TMP/after/$EFI"/*
	chmod 555 "$TMP/after/$EFI"
	as_nobody "$1" && look
	chmod -R u+w "$TMP/after/$EFI"
	is 'trial boot 1 of 2' "$(trial 0)" && has "$TMP/report" \
		'note stood-down - - this boot cannot be counted in the EFI variable EarlybindTrial: EACCES' &&
		has "$TMP/report" 'summary 2 0 0'
}

as_nobody()
{
	if [ "$(id -u)" -ne 0 ]; then
		boot "$1" "$TMP/after"
		return
	fi
	chmod 755 "$TMP"
	cp "$1" "$TMP/init"
	chown -R nobody "$TMP/after"
	setpriv --reuid=nobody --clear-groups "$TMP/init" --root "$TMP/after" || return 1
}


for init in $INITS; do
	libc=$(basename "$(dirname "$init")")
	new
	ok "no variable: no trial, and nothing is written ($libc)" boots "$init" 'active -' ''
	rmdir "$TMP/before/$EFI"
	ok "nvram-wiped: without EFI variables the plan is used ($libc)" boots "$init" 'active -' ''
	mkdir "$TMP/before/$EFI"
	variable EarlybindTrial "2 $LOCK $HASH 0"
	ok "each boot counts itself, the third stands down ($libc)" counted "$init"
	ok "a second run counts nothing ($libc)" second_run "$init"
	variable EarlybindTrial "2 $LOCK $HASH 1"
	ok "a second run of the last boot of a trial is still that boot ($libc)" second_run "$init"
	variable EarlybindTrial "2 $LOCK $HASH 2"
	ok "a second run finds the plan stood down as the first did ($libc)" second_run "$init"
	variable EarlybindTrial "2 $LOCK $HASH 4294967295"
	ok "more boots than there can be: it stands down ($libc)" boots "$init" 'stood-down 4294967295 boots' "$(trial 4294967295)"
	no_variables
	ok "nvram-wiped: a wiped variable arms nothing ($libc)" boots "$init" 'active -' ''

	variable EarlybindTrial '2 fedcba9876543210 0123456789abcdef 2'
	ok "the trial of another plan is not this one's ($libc)" boots "$init" 'active -' \
		'EarlybindTrial 07000000 2_fedcba9876543210_0123456789abcdef_2'
	variable EarlybindTrial "3 $HASH 2 more"
	ok "a variable of a later version is left alone ($libc)" boots "$init" 'active -' \
		"EarlybindTrial 07000000 3_${HASH}_2_more" 'note stood-down - - the EFI variable EarlybindTrial is of another version'
	for wrong in "1 $HASH" '' '1 x 2' 'trial' "1 $HASH 2 \\0" \
		'1 0123456789abcdef 2 0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef'; do
		variable EarlybindTrial "$wrong"
		ok "wrong content is left alone: '$wrong' ($libc)" boots "$init" 'active -' \
			"EarlybindTrial $(content "$TMP/before/$EFI/EarlybindTrial-$GUID")" \
			'note stood-down - - the EFI variable EarlybindTrial'
	done
	: >"$TMP/before/$EFI/EarlybindTrial-$GUID"
	ok "what a failed write left in the mount is no variable ($libc)" boots "$init" 'active -' 'EarlybindTrial  '

	variable EarlybindTrial "2 $LOCK $HASH 0"
	ok "read-only: the plan is used, and the report says that the boot is not counted ($libc)" read_only "$init"
	sed -i 's/^\(.*\)$/\1 earlybind=off/' "$TMP/before/proc/cmdline"
	ok "a boot with earlybind=off is not counted ($libc)" boots "$init" 'off -' "$(trial 0)"
	new
	variable EarlybindTrial "2 $LOCK $HASH 0"
	: >"$TMP/before/proc/vmcore"
	ok "kdump: a crash kernel is not counted ($libc)" boots "$init" 'kdump -' "$(trial 0)"
	rm "$TMP/before/proc/vmcore"
	echo 6.1.0-other >"$TMP/before/proc/sys/kernel/osrelease"
	ok "a boot of another kernel, which uses no plan, is not counted ($libc)" boots "$init" 'broken the plan is for' "$(trial 0)"

	variable EarlybindOff 1
	ok "earlybind off --next-boot ends also with a boot of another kernel ($libc)" boots "$init" 'broken the plan is for' \
		"$(trial 0)"
	new
	variable EarlybindOff 1
	sed -i 's/^\(.*\)$/\1 earlybind=off/' "$TMP/before/proc/cmdline"
	ok "earlybind off --next-boot ends also with a boot that was typed to be off ($libc)" boots "$init" 'off ' ''
	new
	variable EarlybindOff 1
	: >"$TMP/before/proc/vmcore"
	ok "kdump: a crash kernel is not the next boot ($libc)" boots "$init" 'kdump -' 'EarlybindOff 07000000 1'

	new
	variable EarlybindOff 1
	ok "earlybind off --next-boot: nothing is bound, and the variable is gone ($libc)" boots "$init" \
		'off earlybind off --next-boot' ''
	ok "the reason is off ($libc)" has "$TMP/report" '1 refused off vfio-pci earlybind off --next-boot'
	ok "a second run of that boot is off too ($libc)" second_run "$init"
	variable EarlybindOff '7 something of later'
	ok "whatever it holds ($libc)" boots "$init" 'off earlybind off --next-boot' ''
	variable EarlybindOff 1
	variable EarlybindTrial "2 $LOCK $HASH 1"
	ok "a boot that is off is not counted ($libc)" boots "$init" 'off earlybind off --next-boot' "$(trial 1)"

	new allow=display
	variable EarlybindTrial "2 $LOCK $HASH 0"
	ok "allow=display: the report has it for confirm --boot ($libc)" boots "$init" 'trial boot 1 of 2' "$(trial 1)" \
		'note display 1 - a rule has allow=display'
done
tap_end
