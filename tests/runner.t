#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# runner.t: what run.sh makes of the tests' output: the table of incidents, and the counts.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh

TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
printf '%s\n' 'swap | two cards exchange their slots' 'twin-gone | one of two is gone' >"$TMP/list"

# table LINE...: the output of one test file beside a good test of twin-gone, in the table of incidents.
table()
{
	rm -rf "$TMP/tap"
	mkdir "$TMP/tap"
	printf '%s\n' "$@" 'ok 9 - twin-gone: seen' >"$TMP/tap/one.tap"
	sh tests/lib/incidents.sh "$TMP/list" "$TMP/tap" >"$TMP/out"
}

table 'ok 1 - swap: seen'
ok 'each incident has a test' grep '^ok' "$TMP/tap/incidents.tap"
table 'not ok 1 - swap: seen'
ok 'a test that fails is one, too' grep '^ok' "$TMP/tap/incidents.tap"
table 'ok 1 - another'
ok 'an incident without a test: the table fails' grep '^not ok' "$TMP/tap/incidents.tap"
ok 'an incident without a test: named' has "$TMP/out" 'two cards exchange their slots  NO TEST'
table 'ok 1 - swap: seen # SKIP only root can'
ok 'an incident whose tests were all skipped: the table fails' grep '^not ok' "$TMP/tap/incidents.tap"
ok 'an incident whose tests were all skipped: named' has "$TMP/out" 'two cards exchange their slots  SKIPPED'
table 'ok 1 - swap: seen # SKIP long: EARLYBIND_ALL=1'
ok 'an incident whose tests are all left to --all: no failure' grep '^ok' "$TMP/tap/incidents.tap"
ok 'an incident whose tests are all left to --all: named' has "$TMP/out" 'two cards exchange their slots  SKIPPED: long, for --all'
table 'ok 1 - swap: seen # SKIP only root can' 'ok 2 - image swap: seen'
ok 'an incident of which one test was run' grep '^ok' "$TMP/tap/incidents.tap"

rm -rf "$TMP/tap"
mkdir "$TMP/tap"
(stands_in rpm-ostree; stands_in rpm-ostree; stands_in mkinitcpio; tap_end) >"$TMP/end"
ok 'a test file names its stand-ins once' has "$TMP/end" '# stand-ins: rpm-ostree mkinitcpio'
printf '%s\n' 'ok 1 - a test' '# stand-ins: rpm-ostree mkinitcpio' '1..1' >"$TMP/tap/one.tap"
printf '%s\n' 'ok 1 - a test' '# stand-ins: rpm-ostree' '1..1' >"$TMP/tap/two.tap"
for name in one two; do echo 0 >"$TMP/tap/$name.status"; done
sh tests/lib/count.sh "$TMP/tap" 0 1 >"$TMP/out"
ok 'stand-ins for other programs are counted, each once' has "$TMP/out" \
	'2 programs were stand-ins that record how they are called: mkinitcpio rpm-ostree'
ok 'the last line is that of the tests' [ "$(tail -n 1 "$TMP/out")" = '2 passed, 0 failed, 0 skipped' ]

# counted LINE...: what count.sh makes of a test file with this output, and how it ends.
counted()
{
	rm -rf "$TMP/tap"
	mkdir "$TMP/tap"
	printf '%s\n' "$@" >"$TMP/tap/one.tap"
	echo 0 >"$TMP/tap/one.status"
	sh tests/lib/count.sh "$TMP/tap" 0 1 >"$TMP/out"
	echo $? >"$TMP/code"
}

# lines_of COMMAND...: what a test prints as the first of its file.
lines_of()
{
	# shellcheck disable=SC2034 # of tap.sh
	(TAP_COUNT=0; "$@") >"$TMP/lines"
}

lines_of todo 'a case' 'the next issue' false
ok 'a test that is known to fail says who mends it' same "$TMP/lines" 'not ok 1 - a case # TODO the next issue'
counted "$(cat "$TMP/lines")" '1..1'
ok 'what is known to fail: the run is right' same "$TMP/code" 0
ok 'what is known to fail: listed' has "$TMP/out" 'EXPECTED TO FAIL one: not ok 1 - a case # TODO the next issue'
ok 'what is known to fail: counted on a line of its own' has "$TMP/out" '1 expected to fail'
ok 'what is known to fail: the last line is that of the others' \
	[ "$(tail -n 1 "$TMP/out")" = '0 passed, 0 failed, 0 skipped' ]
lines_of todo 'a case' 'the next issue' true
ok 'a test that was known to fail, and succeeds: the TODO must go' has "$TMP/lines" 'now right: remove the TODO'
counted "$(cat "$TMP/lines")" '1..1'
ok 'a test that was known to fail, and succeeds: the run fails' same "$TMP/code" 1
ok 'a test that was known to fail, and succeeds: counted as failed' \
	[ "$(tail -n 1 "$TMP/out")" = '0 passed, 1 failed, 0 skipped' ]
# limited SECONDS LIMIT: what minutes.sh says of such a run, of which 100 seconds made what is kept.
limited()
{
	rm -rf "$TMP/tap"
	mkdir "$TMP/tap"
	printf '%s\n' '1000 1060' '1030 1100' >"$TMP/tap/one-time"
	echo 'tests/qemu/boots.t 90' >"$TMP/tap/boots.seconds"
	sh tests/lib/minutes.sh "$TMP/tap" "$1" "$2" >"$TMP/out"
}

limited 160 1
ok 'a run within its minutes, without what is made once' grep '^ok 1 - .*: it took 60 seconds' "$TMP/tap/minutes.tap"
ok 'the minutes of each family' has "$TMP/out" 'qemu           1.5 minutes'
limited 161 1
ok 'a run that takes longer fails' grep '^not ok 1 ' "$TMP/tap/minutes.tap"
limited 9999 -
ok 'a run without a limit' [ ! -e "$TMP/tap/minutes.tap" ]
lines_of todo 'a case' 'the next issue' no_such_command
ok 'a test that is known to fail, of a command that is not there: a failure' fails grep TODO "$TMP/lines"

# case_is VERDICT MENDS LINE...: what cases.sh says of the case `one` with these tests, if the list has this of it.
case_is()
{
	case_verdict=$1
	printf '# a comment\none | what is right | %s\n' "$2" >"$TMP/list"
	shift 2
	rm -rf "$TMP/tap"
	mkdir "$TMP/tap"
	printf '%s\n' "$@" >"$TMP/tap/one.tap"
	sh tests/lib/cases.sh "$TMP/tap" "$TMP/list" >"$TMP/out"
	has "$TMP/out" "$case_verdict" && grep -o '^\(not \)*ok' "$TMP/tap/cases.tap"
}

ok 'a case that is right' [ "$(case_is '  right' - 'ok 1 - one: a' 'ok 2 - another')" = ok ]
ok 'a case that is expected to fail' [ "$(case_is ': later' later 'ok 1 - one: a' 'not ok 2 - one: b # TODO later')" = ok ]
ok 'a case that fails' [ "$(case_is WRONG later 'not ok 1 - one: a' 'not ok 2 - one: b # TODO later')" = 'not ok' ]
ok 'a case without a test' [ "$(case_is 'NO TEST' - 'ok 1 - one-more: a')" = 'not ok' ]
ok 'a case whose tests were skipped' [ "$(case_is SKIPPED - 'ok 1 - one: a # SKIP no root')" = 'not ok' ]
ok 'a case that the list calls right, and a test does not' \
	[ "$(case_is 'NOT IN THE LIST' - 'not ok 1 - one: a # TODO later')" = 'not ok' ]
ok 'a case that is right, and the list does not know it' [ "$(case_is 'NOT IN THE LIST' later 'ok 1 - one: a')" = 'not ok' ]
tap_end
