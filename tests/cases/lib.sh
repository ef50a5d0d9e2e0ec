# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The cases of tests/cases/list: each is shown by what is bound, locked or written, by an exit code or by JSON, and not by
# words, which may change. Meant to be sourced, after tap.sh, from the top of the repository.
need jq:jq

# outcome NAME WHAT COMMAND...: a test of this case. It is expected to fail as long as the list says what mends the case.
outcome()
{
	outcome_test="$1: $2"
	outcome_when=$(awk -F ' *[|] *' -v name="$1" '$1 == name { print $3 }' tests/cases/list)
	shift 2
	case $outcome_when in
	'') fail "tests/cases/list has no case of $outcome_test" ;;
	-) ok "$outcome_test" "$@" ;;
	*) todo "$outcome_test" "$outcome_when" "$@" ;;
	esac
}

# json FILTER: of what the last command printed.
json()
{
	jq -e "$1" "$TMP/out" >"$TMP/json" 2>&1 || { cat "$TMP/json" "$TMP/out"; return 1; }
}

# json_names TEXT: some string of it has this text.
json_names()
{
	json "[.. | strings | select(contains(\"$1\"))] | length > 0"
}
