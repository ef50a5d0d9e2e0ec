#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# plan.t: whatever is wrong with the plan, nothing is bound, the reason stands in the report, and the boot goes on.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc

PLAN=usr/lib/earlybind/plan
accepted_host two-gpus "$TMP/host" 'bind 10de:13c2'
machine two-gpus "$TMP/before"
planned "$TMP/host" 6.1.0-builtin "$TMP/before"
GOOD=$TMP/before/$PLAN
SIZE=$(wc -c <"$GOOD")

# reported INIT TEXT: a boot with the plan in $TMP/plan writes nothing, and its report has this text for the plan.
reported()
{
	rm -rf "$TMP/after"
	cp -a "$TMP/before" "$TMP/after"
	rm -f "$TMP/after/$PLAN"
	[ ! -e "$TMP/plan" ] || cp "$TMP/plan" "$TMP/after/$PLAN"
	cp -a "$TMP/after" "$TMP/start"
	boot "$1" "$TMP/after" || return 1
	report "$TMP/after" >"$TMP/report"
	writes "$TMP/start" "$TMP/after" >"$TMP/writes"
	rm -rf "$TMP/start"
	silent "$TMP/writes" && same "$TMP/report" "plan $2
summary 0 0 0"
}

# Every length from none to one byte too few; by default those around the ends of its lines.
truncated()
{
	offsets=$(awk -v size="$SIZE" -v all="${EARLYBIND_ALL:-}" '
		all { exit }
		{ end += length($0) + 1; print end - 1; if (end < size) { print end; print end + 3 } }
		END { if (all) for (i = 1; i < size; i++) print i }' "$GOOD")
	rm -rf "$TMP/after"
	cp -a "$TMP/before" "$TMP/after"
	for offset in 1 $offsets; do
		head -c "$offset" "$GOOD" >"$TMP/plan"
		rm -rf "$TMP/after/run/earlybind"
		cp "$TMP/plan" "$TMP/after/$PLAN" || return 1
		boot "$1" "$TMP/after" || { echo "at $offset"; return 1; }
		report "$TMP/after" >"$TMP/report"
		grep -q '^plan [^ ]* broken plan\( line [1-9][0-9]*\)\{0,1\}: ' "$TMP/report" || { echo "at $offset"; cat "$TMP/report"; return 1; }
		! grep '^device' "$TMP/report" || { echo "at $offset"; return 1; }
	done
	rm "$TMP/plan"
	cp "$GOOD" "$TMP/after/$PLAN"
	writes "$TMP/before" "$TMP/after" >"$TMP/writes"
	silent "$TMP/writes"
}

# with SED: the good plan with a change, and a CRC that fits.
with()
{
	sed '1d; $d' "$GOOD" | sed "$1" | tree_end plan >"$TMP/plan"
}

# used INIT: the good plan is: what follows is about what was changed.
used()
{
	rm -rf "$TMP/after"
	cp -a "$TMP/before" "$TMP/after"
	boot "$1" "$TMP/after" && report "$TMP/after" >"$TMP/report" && has "$TMP/report" 'plan HASH active -'
}

for init in $INITS; do
	libc=$(basename "$(dirname "$init")")
	rm -f "$TMP/plan"
	ok "the plan without a change is used ($libc)" used "$init"
	ok "a plan that was cut off, at any of its lines ($libc)" truncated "$init"
	ok "no plan ($libc)" reported "$init" '- broken the plan cannot be read: ENOENT'
	: >"$TMP/plan"
	ok "an empty plan ($libc)" reported "$init" '- broken plan line 1: it is empty'
	for version in 1 3; do
		sed "1s/2\$/$version/" "$GOOD" >"$TMP/plan"
		ok "a plan of version $version ($libc)" reported "$init" \
			"- broken plan line 1: it has version $version, this program reads version 2"
	done
	sed '1s/plan/lock/' "$GOOD" >"$TMP/plan"
	ok "a lock in place of the plan ($libc)" reported "$init" '- broken plan line 1: this is no earlybind plan'
	sed 's/10de:13c2/10de:13c3/' "$GOOD" >"$TMP/plan"
	ok "a plan that was changed by hand ($libc)" reported "$init" \
		'- broken plan: it is damaged or was changed by hand: the CRC at its end does not fit'
	with 's/^hash .*/hash 0123456789abcdef/'
	ok "a plan with the hash of another ($libc)" reported "$init" \
		'- broken plan: the hash does not fit the rules and cards'
	with '/^card /i\
wish 1'
	ok "a plan with a line that is not known ($libc)" reported "$init" '- broken plan line 6: unknown line'
	with '/^card /d'
	ok "a plan with functions but no card ($libc)" reported "$init" \
		'- broken plan line 6: no card stands before the function'
	with 's/^kernel .*/kernel 6.1.0-other/'
	ok "a plan for another kernel ($libc)" reported "$init" \
		'HASH broken the plan is for kernel 6.1.0-other, this is 6.1.0-builtin'
	head -c 2000000 /dev/zero >"$TMP/plan"
	ok "a plan of 2 MB ($libc)" reported "$init" '- broken the plan cannot be read: EFBIG'
	head -c 1000 "$FIRST_INIT" >"$TMP/plan"
	ok "a plan that is no text ($libc)" reported "$init" '- broken plan line 1: not a line of ASCII text'
	(cat "$GOOD"; echo) >"$TMP/plan"
	ok "a plan with a line behind its end ($libc)" reported "$init" '- broken plan: it is truncated: no end line'
	tr '\n' '\r' <"$GOOD" >"$TMP/plan"
	ok "a plan with other line ends ($libc)" reported "$init" '- broken plan line 1: not a line of ASCII text'
done
tap_end
