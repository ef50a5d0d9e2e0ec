# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# /etc/earlybind.conf was a conffile once. A program must not edit one, and dpkg would ask at each upgrade: so no package
# ships it any more. dpkg forgets a conffile that is not there while it unpacks a package without it (else `dpkg -V` and a
# purge would go on with it): it is moved aside for that long. Put into the scripts by debian/rules.
keep_conf=/etc/earlybind.conf
keep_aside=$keep_conf.dpkg-keep

# keep_begin: before the files of this version are unpacked. What an interrupted upgrade moved aside stays there.
keep_begin()
{
	# shellcheck disable=SC2016 # a field of dpkg-query
	if { [ -e "$keep_conf" ] || [ -L "$keep_conf" ]; } && [ ! -e "$keep_aside" ] && [ ! -L "$keep_aside" ] &&
		dpkg-query -W -f '${Conffiles}\n' earlybind 2>/dev/null | grep -q "^ $keep_conf "; then
		mv -f "$keep_conf" "$keep_aside"
	fi
}

# keep_end: after it, or when it was given up.
keep_end()
{
	{ [ -e "$keep_aside" ] || [ -L "$keep_aside" ]; } || return 0
	if [ -e "$keep_conf" ] || [ -L "$keep_conf" ]; then
		echo "W: earlybind: the configuration before the upgrade is $keep_aside: there is another one" >&2
	else
		mv -f "$keep_aside" "$keep_conf"
	fi
}
