# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# When the scripts of packages have images made again, while earlybind is there to do it. Put into them by what makes
# the packages.

# images_warn TEXT: a package's script warns, and goes on: a full /boot must not leave packages half configured.
images_warn()
{
	echo "W: earlybind: $1" >&2
}

# Whether there is a rule or an accepted card. Without one no image has anything of earlybind in it. At removal rpm and
# pacman give a changed configuration another name.
images_matter()
{
	grep -Eqs '^[[:space:]]*bind[[:space:]]' /etc/earlybind.conf /etc/earlybind.conf.rpmsave \
		/etc/earlybind.conf.pacsave /etc/earlybind.d/*.conf /run/earlybind.d/*.conf /usr/lib/earlybind.d/*.conf ||
		grep -qs '^card ' /etc/earlybind.lock
}

# Unless an image still has the plan of rules that are gone: nobody ran `earlybind regenerate` since. A damaged image, or
# a kernel without one, is no reason to make images on a machine without rules. A quote in a name is escaped there.
images_stale()
{
	earlybind regenerate --check --json 2>/dev/null | grep '"state":"stale"' >/dev/null
}

# It checks the space and keeps the old images: a generator may destroy them when it fails.
images_regenerate()
{
	earlybind regenerate </dev/null ||
		images_warn 'not every initramfs image was made again, see above; then run: earlybind regenerate'
}
