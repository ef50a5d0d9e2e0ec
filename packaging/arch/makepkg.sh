#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# makepkg.sh DIR [OPTION...]: runs makepkg for the PKGBUILD in DIR and leaves the package there. makepkg refuses root:
# root lends it to nobody, in a folder of its own, since nobody may not even reach DIR.
dir=$1
shift
[ "$(id -u)" -eq 0 ] || { cd "$dir" && exec makepkg --force "$@"; }

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cp "$dir"/PKGBUILD "$dir"/*.install "$dir"/*.tar.gz "$work" && chown -R 65534:65534 "$work" || exit 1
(cd "$work" && HOME=$work setpriv --reuid 65534 --regid 65534 --clear-groups makepkg --force "$@") || exit 1
cp "$work"/*.pkg.tar* "$dir"
