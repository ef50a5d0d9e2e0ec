#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut: puts the accepted cards' plan, the program and its modules into an image, and has the program run before
# force_drivers, rd.driver.pre and udev can load anything.
# A kernel upgrade must never end without an image because of this: it warns, and always succeeds.
# shellcheck disable=SC2154 # dracut's variables

check()
{
	command -v earlybind >/dev/null
}

depends()
{
	return 0
}

# A crash kernel needs no card. A rescue image is made once and kept for all that comes; `rescue` alone is also what
# some people add to every image.
earlybind_unwanted()
{
	dracut_module_included kdumpbase ||
		{ dracut_module_included rescue && [[ ${outfile:-} == *0-rescue* ]]; }
}

earlybind_start()
{
	if dracut_module_included systemd; then
		inst_simple "$systemdsystemunitdir/earlybind.service" &&
			"${SYSTEMCTL:-systemctl}" -q --root "$initdir" add-wants initrd.target earlybind.service
	else
		# Without the file inst_hook would end the whole build.
		[[ -f $moddir/earlybind-hook.sh ]] && inst_hook cmdline 00 "$moddir/earlybind-hook.sh"
	fi
}

install()
{
	! earlybind_unwanted || return 0
	earlybind image --kernel "$kernel" --destdir "$initdir" --root "${dracutsysrootdir:-/}" >/dev/null &&
		{ [[ ! -e $initdir/usr/lib/earlybind/plan ]] || earlybind_start; } && return 0
	dwarn "earlybind: the image for $kernel binds no device"
	rm -rf "$initdir/usr/lib/earlybind" "$initdir$systemdsystemunitdir/earlybind.service"
	return 0
}
