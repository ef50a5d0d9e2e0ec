#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cases.sh DIR [LIST]: for run.sh: a table of the cases of tests/cases/list, and what their tests in DIR's *.tap said. A
# test is one of a case if its description begins with the case's name. That each case has one that was run is itself a
# test, in DIR/cases.tap; so is that what the list calls right has no test that is expected to fail, and the other way round.
dir=$1 list=${2:-tests/cases/list}
awk -F ' *[|] *' -v verdict="$dir/cases.tap" '
	FNR == 1 { file++ }
	file == 1 && /^[a-z]/ { order[++n] = $1; what[$1] = $2; mends[$1] = $3 }
	file == 1 { next }
	/^ *(not )?ok/ {
		failed = /^ *not ok/
		expected = failed && /# TODO /
		skipped = /# SKIP /
		sub(/^ *(not )?ok *[0-9]* *(- )?/, "")
		match($0, /^[a-z0-9-]+/)
		name = substr($0, 1, RLENGTH)
		if (!(name in what)) next
		if (expected) later[name]++; else if (failed) bad[name]++; else if (skipped) left[name]++; else good[name]++
	}
	function verdict_of(name) {
		if (!(good[name] + bad[name] + later[name])) return left[name] ? "SKIPPED" : "NO TEST"
		if (bad[name]) return "WRONG"
		if (later[name]) return mends[name] == "-" ? "NOT IN THE LIST" : "expected to fail: " mends[name]
		return mends[name] == "-" ? "right" : "RIGHT, BUT NOT IN THE LIST"
	}
	END {
		printf "%-22s %6s %6s %8s  %s\n", "case", "passed", "failed", "expected", "verdict"
		for (i = 1; i <= n; i++) {
			is = verdict_of(order[i])
			if (is ~ /^[A-Z]/) bad_cases = bad_cases " " order[i]
			printf "%-22s %6d %6d %8d  %s\n", order[i], good[order[i]], bad[order[i]], later[order[i]], is
		}
		print "1..1\n" (bad_cases ? "not " : "") "ok 1 - each case is right, or known to be wrong" bad_cases >verdict
	}' "$list" "$dir"/*.tap
echo 0 >"$dir/cases.status"
