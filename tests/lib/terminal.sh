# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs at a terminal of their own. Sourced from the top of the repository, after tests/lib/need.sh.

need script:bsdutils

# has_terminal: whether one can be had: where packages are built, /dev/pts may not be mounted.
has_terminal()
{
	script -qec true /dev/null </dev/null >/dev/null 2>&1
}
# shellcheck disable=SC2034 # for the tests
NO_TERMINAL='no terminal can be had here: /dev/pts is not mounted'

# at_terminal COMMAND: a line for the shell, which the command takes the place of: nobody else is there to get what is typed
# on stdin. It ends as the command does, after a minute in any case.
at_terminal()
{
	SHELL=/bin/sh timeout -s KILL 60 script -qec "exec $1" /dev/null
}
