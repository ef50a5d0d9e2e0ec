# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TAP for shell tests. Meant to be sourced.

TAP_COUNT=0
STAND_INS=''

# ok NAME COMMAND...: one test: the command succeeds. What it printed is shown if it does not.
ok()
{
	tap_name=$1
	shift
	TAP_COUNT=$((TAP_COUNT + 1))
	if tap_output=$("$@" 2>&1); then
		echo "ok $TAP_COUNT - $tap_name"
	else
		echo "not ok $TAP_COUNT - $tap_name"
		[ -z "$tap_output" ] || printf '%s\n' "$tap_output" | sed 's/^/#   /'
	fi
}

# todo NAME WHEN COMMAND...: one test that is known to fail; WHEN says in words which work mends it. Once it succeeds, that
# is a failure: then it is an `ok`. So is a command that is not there: the test itself is broken.
todo()
{
	tap_name=$1
	tap_when=$2
	shift 2
	TAP_COUNT=$((TAP_COUNT + 1))
	tap_output=$("$@" 2>&1)
	case $? in
	0) tap_output='now right: remove the TODO' ;;
	126 | 127) ;;
	*) echo "not ok $TAP_COUNT - $tap_name # TODO $tap_when"; return ;;
	esac
	echo "not ok $TAP_COUNT - $tap_name"
	printf '%s\n' "$tap_output" | sed 's/^/#   /'
}

# skip NAME WHY
skip()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1 # SKIP $2"
}

# fails COMMAND...: for `ok`: the command fails.
fails()
{
	! "$@"
}

# same FILE TEXT: for `ok`: the file holds just this text.
same()
{
	printf '%s\n' "$2" | diff -u - "$1"
}

# silent FILE: for `ok`: the file is empty.
silent()
{
	[ ! -s "$1" ] || { cat "$1"; return 1; }
}

# has FILE TEXT: for `ok`: a line of the file has this text in it.
has()
{
	grep -qF -e "$2" "$1" || {
		echo "expected: $2"
		cat "$1"
		return 1
	}
}

# lacks FILE TEXT
lacks()
{
	! grep -F -e "$2" "$1"
}

# stands_in NAME: a program of this name is played by one of ours.
stands_in()
{
	case " $STAND_INS " in
	*" $1 "*) ;;
	*) STAND_INS="${STAND_INS:+$STAND_INS }$1" ;;
	esac
}

# tap_end: the plan line, last.
tap_end()
{
	[ -z "$STAND_INS" ] || echo "# stand-ins: $STAND_INS"
	echo "1..$TAP_COUNT"
}
