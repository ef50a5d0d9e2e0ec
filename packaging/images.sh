# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# When the scripts of packages have images rebuilt, while earlybind is there to do it. Put into them by what makes the
# packages.

# images_warn TEXT: a package's script warns, and goes on: a full /boot must not leave packages half configured.
images_warn()
{
	echo "W: earlybind: $1" >&2
}

# images_stale: the kernels of which an image is not as it would be made now: none where plan, program and modules are the
# same, and none on a machine without rules, unless an image still has the plan of rules that are gone. A damaged image, or
# a kernel without one, is no reason to rebuild. A quote in a name is escaped there.
images_stale()
{
	earlybind regenerate --check --json 2>/dev/null | tr '{' '\n' |
		sed -n 's/.*"kernel":"\([^"]*\)","state":"stale".*/\1/p' | sort -u
}

# It checks the space and keeps the old images: a generator may destroy them when it fails.
images_renew()
{
	images_kernels=$(images_stale)
	[ -n "$images_kernels" ] || return 0
	# shellcheck disable=SC2086 # releases: words without blanks
	(set -f && earlybind regenerate $images_kernels </dev/null) ||
		images_warn 'not every initramfs image was rebuilt, see above; then run: earlybind regenerate'
}

# images_before_removal: while earlybind can still tell.
images_before_removal()
{
	earlybind removal ||
		images_warn 'the initramfs images may keep what they hold of earlybind: rebuild them when it is gone'
}
