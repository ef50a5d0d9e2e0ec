#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# suites.t: the suites of Debian that roots are made of (suite.sh): which is taken, and that the tables name no other.
# Needs neither root nor QEMU. Run from the top of the repository.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck disable=SC2034 # of table.sh
TOP=$PWD
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
# shellcheck source=/dev/null
. tests/qemu/suite.sh
# shellcheck source=/dev/null
. tests/qemu/table.sh
unset EARLYBIND_SUITE

# chosen SUITE MACHINE WANTED: for `ok`: on a machine with that codename, and with EARLYBIND_SUITE so, this one is taken.
chosen()
{
	chosen_is=$(
		# shellcheck disable=SC2317 # root_suite calls it
		suite_machine() { echo "$chosen_machine"; }
		chosen_machine=$2
		EARLYBIND_SUITE=$1
		root_suite
	) || return 1
	[ "$chosen_is" = "$3" ] || { echo "$chosen_is"; return 1; }
}

# refused COMMAND...: for `ok`: it fails, and says which suites there are.
refused()
{
	! (EARLYBIND_SUITE=buster && export EARLYBIND_SUITE && "$@") >"$TMP/out" 2>"$TMP/err" &&
		has "$TMP/err" "EARLYBIND_SUITE=buster: the suites are $SUITES"
}

# known_suites TABLE COLUMN, known_kernels TABLE COLUMN: for `ok`: of what that column names there are all.
known_suites()
{
	for known in $(table_read "$1" | cut -d '|' -f "$2" | sed 's/-.*//' | sort -u); do
		suite_known "$known" || { echo "$known"; return 1; }
		(suite_of_kernel "$(suite_kernel "$known")") || return 1
	done
}

known_kernels()
{
	for known in $(table_read "$1" | cut -d '|' -f "$2" | sort -u); do
		(suite_of_kernel "$known") || return 1
	done
}

ok "EARLYBIND_SUITE names the suite" chosen forky bookworm forky
ok "else it is this machine's" chosen '' trixie trixie
ok "or on a machine of another kind the oldest" chosen '' noble bookworm
ok "a suite that is not known is an error, with the list of those that are" refused root_suite
ok "of the demo too" refused sh tests/demo.sh
ok "and of the boots" refused sh tests/qemu/boots.t
ok "a suite is older than those behind it" suite_older bookworm forky
ok "and not than itself" fails suite_older trixie trixie
ok "nor than those before it" fails suite_older forky trixie
ok "nor than a machine that is none of them" fails suite_older bookworm noble
ok "every suite of the matrix is known" known_suites matrix 2
ok "every suite of the images is known" known_suites images 6
ok "every kernel of the matrix is known" known_kernels matrix 3
ok "every kernel of the images is known" known_kernels images 2
tap_end
