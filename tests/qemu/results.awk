# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads the rows of `outcomes`, those of `matrix`, and a line NAME|passed|failed|skipped|TEXT for each cell that was
# wanted, and prints the matrix as a table.

BEGIN { FS = "|" }

FNR == 1 { file++ }
file == 1 { outcome[++outcomes] = $1; next }
file == 2 {
	row = $1 " " $3
	if (!(row in known)) {
		known[row]
		rows[++n] = row
	}
	name["race-" $1 "-" $3 "-" $4] = row SUBSEP $4
	next
}
$1 in name {
	shown[name[$1]] = $2 == "passed" ? "ok " $3 " s" : $2 == "failed" ? "FAILED" : "skipped"
	count[$2]++
	run++
	if ($2 == "skipped")
		why[$3]++
	next
}
{ others[$2]++ }

END {
	printf "%-30s", "the matrix"
	for (o = 1; o <= outcomes; o++)
		printf " %-13s", outcome[o]
	print ""
	for (i = 1; i <= n; i++) {
		printf "%-30s", rows[i]
		for (o = 1; o <= outcomes; o++)
			printf " %-13s", (rows[i], outcome[o]) in shown ? shown[rows[i], outcome[o]] : "."
		print ""
	}
	printf "of %d cells %d were wanted: %d passed, %d failed, %d skipped", length(name), run, count["passed"],
		count["failed"], count["skipped"]
	printf "; other boots: %d passed, %d failed, %d skipped\n", others["passed"], others["failed"], others["skipped"]
	for (text in why)
		print "skipped " why[text] ": " text
}
