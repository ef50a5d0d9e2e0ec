# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Somebody who holds the one lock of those that write. Meant to be sourced, after tap.sh; TMP is there.

# hold FILE: somebody holds a lock of this file until `release`; holder is his process.
hold()
{
	rm -f "$TMP/held" "$TMP/done"
	# shellcheck disable=SC2016 # the inner shell's own arguments
	flock -o "$1" sh -c ': >"$1/held"; until [ -e "$1/done" ]; do sleep 0.1; done' sh "$TMP" &
	holder=$!
	until [ -e "$TMP/held" ]; do
		sleep 0.1
	done
}

release()
{
	: >"$TMP/done"
	wait "$holder"
}

# waits_for FILE COMMAND...: while another one holds a lock of this file, the command, which writes $TMP/err, says of whom
# it waits; then $TMP/meanwhile is run, if it is there; and the command goes on when the other one is done.
waits_for()
{
	hold "$1"
	shift
	rm -f "$TMP/ended"
	: >"$TMP/err"
	("$@"; : >"$TMP/ended") &
	waiter=$!
	until grep -qF "waiting for $holder flock" "$TMP/err" || [ -e "$TMP/ended" ]; do
		sleep 0.1
	done
	waits_early=$([ ! -e "$TMP/ended" ] || echo 'it did not wait')
	[ ! -e "$TMP/meanwhile" ] || sh "$TMP/meanwhile" || waits_early='it did something meanwhile'
	release
	wait $waiter
	[ -z "$waits_early" ] || { echo "$waits_early"; cat "$TMP/err"; return 1; }
	has "$TMP/err" "waiting for $holder flock"
}
