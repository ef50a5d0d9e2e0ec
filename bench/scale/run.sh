#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh [init|list|check|status|explain...]: what they (all of them) cost on trees of 1,000 functions with 20 locked cards and of
# 10,000 with 200, beside a bare loop over the same files (loop.c), and the ratios. See bench/README.md.
#
# Environment: BUILD, SIZES ("FUNCTIONS:CARDS ..."), RUNS.
cd "$(dirname "$0")/../.." || exit 1
BENCH=${BUILD:-build}/bench
SIZES=${SIZES:-1000:20 10000:200}
RUNS=${RUNS:-15}

die()
{
	echo "run.sh: $*" >&2
	exit 1
}

# program NAME TREE: its command line.
program()
{
	case $1 in
	loop) echo "$BENCH/loop $2" ;;
	init) echo "$BENCH/earlybind-init --root $2" ;;
	explain) echo "${BUILD:-build}/glibc/earlybind explain --root $2 144d:a808" ;;
	list | check | status) echo "${BUILD:-build}/glibc/earlybind $1 --root $2" ;;
	*) die "expected init, list, check, status or explain instead of $1" ;;
	esac
}

# calls COMMAND...: how many system calls it makes, with its children.
calls()
{
	command -v strace >/dev/null || { echo -; return; }
	strace -f -c -o "$BENCH/strace" "$@" >/dev/null 2>&1
	awk '$NF == "total" { print $4 }' "$BENCH/strace"
}

# What was measured is a boot that binds every locked card.
is_right()
{
	[ "$(awk '$1 == "summary" { print $2 }' "$1/run/earlybind/report")" = $(($2 * 2)) ] ||
		die "$1: not all cards were bound, see its run/earlybind/report"
}

# each FUNCTION ARGUMENT...: calls it with the arguments and the NAME TREE FUNCTIONS CARDS of each row.
each()
{
	for size in $SIZES; do
		functions=${size%:*}
		cards=${size#*:}
		for name in $programs; do
			"$@" "$name" "$BENCH/tree-$functions-$cards" "$functions" "$cards" || exit 1
		done
	done
}

# command_of NAME TREE...: for measure.
command_of()
{
	line=$(program "$1" "$2") || exit 1
	printf '%s -- ' "$line"
}

# row NAME TREE FUNCTIONS CARDS: with the times of a line of stdin; the ratio is to the row of the loop.
row()
{
	read -r times || exit 1
	[ "$1" != init ] || is_right "$2" "$4"
	[ "$1" != loop ] || loop=${times%% *}
	# shellcheck disable=SC2046 # a command line
	printf '%s %s %s %s %s %s\n' "$1" "$3" "$4" "$times" "$loop" "$(calls $(program "$1" "$2"))"
}

programs="loop ${*:-init list check status explain}"
for size in $SIZES; do
	tree=$BENCH/tree-${size%:*}-${size#*:}
	rm -rf "$tree"
	"$BENCH/tree" "$tree" "${size%:*}" "${size#*:}" >/dev/null || exit 1
done
commands=$(each command_of) || exit 1
# shellcheck disable=SC2086 # command lines
times=$("$BENCH/measure" "$RUNS" ${commands% -- }) || exit 1
printf '%-8s %9s %6s %10s %19s %7s %8s %8s %6s\n' '' functions cards median range 'x loop' memory calls growth
each row <<EOF | awk '{
	growth = $1 in before ? sprintf("x %.1f", $4 / before[$1]) : ""
	before[$1] = $4
	printf "%-8s %9d %6d %7.1f ms %7.1f - %6.1f ms %7.2f %5d KB %8s %6s\n", $1, $2, $3, $4 / 1000, $5 / 1000,
		$6 / 1000, $4 / $8, $7, $9, growth
}' || exit 1
$times
EOF
