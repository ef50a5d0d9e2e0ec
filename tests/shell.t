#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shell.t: every shell script is one that dash can read and shellcheck has nothing against.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
need shellcheck:shellcheck dash:dash

# scripts: all files of the sources that start with #!/bin/sh or are marked as shell for shellcheck.
scripts()
{
	find . -path ./build -prune -o -path ./.git -prune -o -type f -size -200k -print |
		xargs awk 'FNR == 1 && (/^#! ?\/bin\/(ba|da)?sh/ || /^# shellcheck shell=sh/) { print FILENAME }' | sort
}

# shellcheck disable=SC2046 # names without spaces
set -- $(scripts)
ok 'there are scripts to check' [ $# -gt 10 ]
for script; do
	ok "$script: dash can read it" dash -n "$script"
	ok "$script: shellcheck is content" shellcheck -x -s sh "$script"
done
tap_end
