#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# incidents.sh LIST DIR: for run.sh: a table of the incidents of LIST and what their tests in DIR's *.tap said. A test
# is one of an incident if its description begins with the incident's name, or with "image" and the name. That each
# has one that was run is itself a test, in DIR/incidents.tap; what takes long may be left to --all, and the table says so.
list=$1 dir=$2
awk -v verdict="$dir/incidents.tap" '
	FNR == 1 { file++ }
	file == 1 {
		if (/^#/ || NF == 0) next
		split($0, half, " *[|] *")
		name = half[1]
		order[++n] = name
		what[name] = half[2]
		next
	}
	/^ *(not )?ok/ {
		line = $0
		failed = line ~ /^ *not ok/
		skipped = line ~ /# *[Ss][Kk][Ii][Pp]/
		sub(/^ *(not )?ok *[0-9]* *(- )?(image )?/, "", line)
		match(line, /^[a-z0-9-]+/)
		word = RLENGTH > 0 ? substr(line, 1, RLENGTH) : ""
		# "twin-gone-nvme" is a test of twin-gone
		while (word != "" && !(word in what))
			if (!sub(/-[^-]*$/, "", word)) word = ""
		if (word == "") next
		if (failed) bad[word]++; else if (skipped) left[word]++; else good[word]++
		if (skipped && line ~ /# SKIP long: EARLYBIND_ALL=1$/) long[word]++
	}
	END {
		printf "%-19s %6s %6s %7s\n", "incident", "passed", "failed", "skipped"
		for (i = 1; i <= n; i++) {
			name = order[i]
			remark = ""
			if (!(good[name] + bad[name]))
				remark = !left[name] ? "  NO TEST" : left[name] == long[name] ? "  SKIPPED: long, for --all" : "  SKIPPED"
			if (remark != "" && remark !~ /--all/) missing++
			printf "%-19s %6d %6d %7d  %s%s\n", name, good[name], bad[name], left[name], what[name], remark
		}
		print "1..1\n" (missing ? "not ok" : "ok") " 1 - each incident has a test that was run" >verdict
	}' "$list" "$dir"/*.tap
echo 0 >"$dir/incidents.status"
