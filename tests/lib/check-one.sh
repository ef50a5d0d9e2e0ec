#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-one.sh NAME: for check.sh: runs one test, whose output stays in TAP, and says in a line that it ended.
if sh tests/lib/run-one.sh "$1" >/dev/null; then
	echo "$1"
else
	echo "$1: failed"
fi
