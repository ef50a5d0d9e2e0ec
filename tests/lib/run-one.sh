#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run-one.sh NAME: for run.sh and check.sh: runs one test, under its name from all_tests, and keeps its output, its exit
# status and its seconds in TAP.
name=$1
file=${name#asan:}
if [ "$file" != "$name" ]; then
	EARLYBIND=$PWD/build/asan/glibc/earlybind INIT=$PWD/build/asan/glibc/earlybind-init
	ASAN_OPTIONS=strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
	export EARLYBIND INIT ASAN_OPTIONS UBSAN_OPTIONS
	file=$(echo "$file" | sed 's,^build/test/,build/asan/test/,')
fi
kept=${TAP:-build/tap}/$(echo "$name" | tr '/:' '__')
CMOCKA_MESSAGE_OUTPUT=TAP
export CMOCKA_MESSAGE_OUTPUT
begin=$(date +%s)
{
	case $file in
	*.t) sh "$file" ;;
	*) "$file" ;;
	esac
	echo $? >"$kept.status"
} 2>"$kept.err" | tee "$kept.tap"
echo "$name $(($(date +%s) - begin))" >"$kept.seconds"
exit "$(cat "$kept.status")"
