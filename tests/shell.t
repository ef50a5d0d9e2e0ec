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

# scripts: all files of the sources that start with #!/bin/sh or are marked as a shell's for shellcheck.
scripts()
{
	find . -type d \( -name .git -o -path ./build -o -exec test -e '{}/glibc' \; \) -prune -o -type f -size -200k -print |
		xargs awk 'FNR == 1 && (/^#! ?\/bin\/(ba|da)?sh/ || /^# shellcheck shell=(sh|dash|bash)$/) { print FILENAME }' | sort
}

# shellcheck disable=SC2046 # names without spaces
set -- $(scripts)
ok 'there are scripts to check' [ $# -gt 10 ]
# plugin FILE: what a generator is given is read by us as a script, holds no policy, and asks earlybind once or not at all.
plugin()
{
	ok "$1: it is among the scripts" listed "$1"
	ok "$1: about 40 lines" [ "$(grep -vc '^[[:space:]]*\(#\|$\)' "$1")" -le 45 ]
	ok "$1: at most one call of earlybind, to make the image" one_call "$1"
}

listed()
{
	case " $scripts " in
	*" ./$1 "*) ;;
	*) return 1 ;;
	esac
}

one_call()
{
	grep -v '^[[:space:]]*#' "$1" | grep -o '\<earlybind [a-z][a-z]* *--[a-z]*' >"$calls"
	[ "$(wc -l <"$calls")" -le 1 ] && ! grep -v '^earlybind image --kernel' "$calls"
}

scripts=$*
calls=$(mktemp) || exit 1
trap 'rm -f "$calls"' EXIT
for script in initramfs/* dracut/* mkinitcpio/*; do
	plugin "$script"
done
for script; do
	case $(head -n 1 "$script") in
	*bash*) shell=bash dialect=bash ;;
	*) shell=dash dialect=sh ;;
	esac
	ok "$script: $shell can read it" $shell -n "$script"
	ok "$script: shellcheck is content" shellcheck -x -s $dialect "$script"
done
tap_end
