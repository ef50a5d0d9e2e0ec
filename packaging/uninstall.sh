#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# uninstall.sh before EARLYBIND | after: for `make uninstall`, what the scripts of packages do: images that hold a plan are
# rebuilt when the plugins are gone. Before, it fails where earlybind cannot tell which these are: nothing is removed then.
# shellcheck source=packaging/images.sh
. "$(dirname "$0")/images.sh"
# shellcheck source=packaging/removal.sh
. "$(dirname "$0")/removal.sh"

case $1 in
before)
	[ ! -x "$2" ] || "$2" removal || {
		# shellcheck disable=SC2016 # no command
		echo 'earlybind: images that hold a plan would keep it: nothing was removed; run `make uninstall` as root' >&2
		exit 1
	}
	;;
after) removal_run ;;
esac
