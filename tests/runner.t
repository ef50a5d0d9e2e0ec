#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# runner.t: what run.sh makes of the tests' output: the table of incidents.
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
tap_end
