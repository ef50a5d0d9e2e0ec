# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The suites of Debian of which roots and kernels are taken. Needs need.sh sourced.

# From the oldest to the newest.
SUITES='bookworm trixie forky'

# suite_kernel SUITE: the series (root.sh) of its own kernel.
suite_kernel()
{
	case $1 in
	bookworm) echo 6.1 ;;
	trixie) echo 13 ;;
	forky) echo 14 ;;
	esac
}

# suite_of_kernel SERIES: the suite whose lists name it.
suite_of_kernel()
{
	case $1 in
	6.1*) echo bookworm ;;
	13) echo trixie ;;
	13-backports) echo trixie-backports ;;
	14) echo forky ;;
	*) fail "no kernel $1" ;;
	esac
}

# suite_known SUITE
suite_known()
{
	case " $SUITES " in
	*" $1 "*) true ;;
	*) false ;;
	esac
}

# suite_machine: the codename of this machine's own system.
suite_machine()
{
	# shellcheck source=/dev/null
	(. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# root_suite: the suite to use where any will do: what EARLYBIND_SUITE says, or this machine's own where it is one that works
# here: the host tool is linked with this machine's glibc and must run in the root.
root_suite()
{
	suite_own=${EARLYBIND_SUITE:-$(suite_machine)}
	if suite_known "$suite_own"; then
		echo "$suite_own"
	elif [ -n "${EARLYBIND_SUITE:-}" ]; then
		fail "EARLYBIND_SUITE=$EARLYBIND_SUITE: the suites are $SUITES"
	else
		echo "${SUITES%% *}"
	fi
}

# suite_older SUITE THAN
suite_older()
{
	suite_known "$2" && [ "$1" != "$2" ] && case " ${SUITES%"$2"*}" in *" $1 "*) true ;; *) false ;; esac
}
