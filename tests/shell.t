#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shell.t: every shell script is one that dash can read and shellcheck has nothing against; those that dracut and
# mkinitcpio source into their own bash are read by bash.
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
	case $(head -n 1 "$script") in
	*bash*) shell=bash dialect=bash ;;
	*) shell=dash dialect=sh ;;
	esac
	ok "$script: $shell can read it" $shell -n "$script"
	ok "$script: shellcheck is content" shellcheck -x -s $dialect "$script"
done
tap_end
