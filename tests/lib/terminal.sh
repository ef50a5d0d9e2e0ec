# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs at a terminal of their own. Sourced from the top of the repository, after tests/lib/need.sh.

need script:bsdutils

# at_terminal COMMAND: a line for the shell, which the command takes the place of: nobody else is there to get what is typed
# on stdin. It ends as the command does, after a minute in any case.
at_terminal()
{
	SHELL=/bin/sh timeout -s KILL 60 script -qec "exec $1" /dev/null
}
