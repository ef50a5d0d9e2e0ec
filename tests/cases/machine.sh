# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Cases that are shown by a machine: its root R, and what a boot of it would do. Meant to be sourced, from the top of the
# repository.
# shellcheck source=/dev/null
. tests/functional/host.sh
# shellcheck source=/dev/null
. tests/cases/lib.sh

# next_machine LINE...: the machine of this manifest, with an image of now, in $TMP/boot; 6.1.0-builtin is its kernel.
next_machine()
{
	printf '%s\n' "$@" >"$TMP/manifest"
	tree "$TMP/manifest" "$TMP/boot"
	plan "$R" 6.1.0-builtin "$TMP/boot" >"$TMP/image.out" 2>&1 || cat "$TMP/image.out"
}

# decides LINE...: what a boot of that machine would do with an image of now, a line a function: ADDRESS, bound or its
# reason. As `earlybind-init explain` has it: a tree shows no driver that a kernel would have given.
decides()
{
	next_machine "$@"
	"$FIRST_INIT" --root "$TMP/boot" explain 2>&1 | awk '
		$3 ~ /^bound/ { print $1, "bound" }
		$3 == "refused" { sub(/[,:]*$/, "", $4); print $1, $4 }' >"$TMP/decided"
}

# binds ADDRESS...: that boot would bind just these functions.
binds()
{
	sed -n 's/ bound$//p' "$TMP/decided" >"$TMP/binds"
	[ $# -gt 0 ] || { silent "$TMP/binds"; return; }
	same "$TMP/binds" "$(printf '%s\n' "$@")"
}

# refuses ADDRESS REASON...: it would not bind this function, for one of these reasons.
refuses()
{
	refuses_address=$1
	shift
	for refuses_reason; do
		! grep -qxF "$refuses_address $refuses_reason" "$TMP/decided" || return 0
	done
	cat "$TMP/decided"
	return 1
}

# outcomes DIR: what the report of that tree says: ADDRESS, outcome and reason.
outcomes()
{
	awk '$1 == "device" { print $2, $7, $8 }' "$1/run/earlybind/report"
}

# state_of_plan DIR: active, trial, off and so on.
state_of_plan()
{
	awk '$1 == "plan" { print $3 }' "$1/run/earlybind/report"
}

# machine_of LINE...: a fresh root with the machine of this manifest, and no rules.
machine_of()
{
	rm -rf "$R"
	change "$@"
	host "$R"
	: >"$CONF"
}

# boot_needs ADDRESS...: just these functions hold what the boot of that root needs.
boot_needs()
{
	run list --json
	code 0 || return 1
	jq -r '.devices[] | select(.state // "" | contains("boot-disk")) | .address' "$TMP/out" | LC_ALL=C sort >"$TMP/needed"
	[ $# -gt 0 ] || { silent "$TMP/needed"; return; }
	same "$TMP/needed" "$(printf '%s\n' "$@")"
}

# cards: the addresses of the cards that are locked, sorted.
cards()
{
	awk '$1 == "card" { print $NF }' "$LOCK" 2>/dev/null | LC_ALL=C sort
}

# locks ADDRESS...: just these cards are locked.
locks()
{
	cards >"$TMP/cards"
	[ $# -gt 0 ] || { silent "$TMP/cards"; return; }
	same "$TMP/cards" "$(printf '%s\n' "$@")"
}
