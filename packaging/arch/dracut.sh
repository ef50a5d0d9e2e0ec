# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the images of dracut again, where there may be something of earlybind in them; mkinitcpio's own hook makes its
# images. Needs images.sh and removal.sh before it. Arch leaves the names of images to the administrator, so only those
# that exist under the usual ones.

# dracut_wants IMAGE: with mkinitcpio beside dracut, the image itself tells who made it.
dracut_wants()
{
	if command -v mkinitcpio >/dev/null &&
		! lsinitrd -f usr/lib/dracut/modules.txt "$1" 2>/dev/null | grep . >/dev/null; then
		return 1
	fi
	images_matter || lsinitrd "$1" 2>/dev/null | grep usr/lib/earlybind/ >/dev/null
}

dracut_rebuild()
{
	command -v dracut >/dev/null || return 0
	images_rebuild dracut_wants
	if [ -z "$(images_all)" ] && images_matter && ! command -v mkinitcpio >/dev/null; then
		images_warn 'please rebuild the images of dracut: none was found under the usual names'
	fi
}
