#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# removal.t: what `earlybind removal` writes, and what the packages' scripts make of it when earlybind is gone: an image is
# rebuilt by the program that made it, and one that cannot be is as it was. Run from the top of the repository, as root
# (chroot).
# shellcheck disable=SC2016,SC2034,SC2086 # scripts; for what is sourced; lists
# shellcheck source=/dev/null
. tests/packages/lib.sh

# removal: in H, of the tool that `make install` would install.
removal()
{
	rm -rf "$H/run/earlybind"
	"$EARLYBIND" removal --root "$H" >"$TMP/out" 2>&1 || { cat "$TMP/out"; return 1; }
}

# wrote LINE...: that file has these lines, and is for nobody else.
wrote()
{
	removal && same "$H/run/earlybind/removal" "$(printf '%s\n' 'earlybind-removal 1' "$@")" &&
		[ "$(stat -c %a "$H/run/earlybind/removal")" = 600 ]
}

# ran: the script, in H, without earlybind's plugins. What it says is in TMP/out.
ran()
{
	{ echo '#!/bin/sh' && echo 'set -e' && cat packaging/images.sh packaging/removal.sh && echo removal_run; } >"$H/script"
	in_host sh /script >"$TMP/out" 2>&1 || { cat "$TMP/out"; return 1; }
	[ ! -e "$H/run/earlybind/removal" ] && [ -z "$(find "$H/var/tmp" -mindepth 1 | tee /dev/stderr)" ]
}

# plugins NAME: of the generator; rm: none.
plugins()
{
	for file in usr/share/initramfs-tools/hooks/earlybind usr/share/initramfs-tools/scripts/init-top/earlybind \
		usr/lib/dracut/modules.d/50earlybind/module-setup.sh usr/lib/initcpio/install/earlybind usr/bin/earlybind; do
		if [ "$1" = rm ]; then
			rm -f "$H/$file"
		else
			mkdir -p "$H/${file%/*}"
			cp "$TMP/installed/$file" "$H/$file"
		fi
	done
}

# fresh: a host with initramfs-tools whose two images have a plan, and the tool is gone.
fresh()
{
	host_make
	host_initramfs_tools
	plugins put
	mkdir -p "$H/usr/lib/earlybind"
	cp "$INIT" "$H/usr/lib/earlybind/earlybind-init"
	host_accept
	host_images "for r in $RELEASE 9.9.9-second; do update-initramfs -u -k \$r; done"
	removal
	plugins rm
	cp -a "$H/boot" "$TMP/boot.old"
}

# as_before IMAGE...
as_before()
{
	for image; do
		cmp "$TMP/boot.old/$image" "$H/boot/$image" || return 1
	done
	[ -z "$(find "$H/boot" -name '.*' | tee /dev/stderr)" ]
}

ONE=/usr/sbin/update-initramfs
small()
{
	RELEASE=$(modules_release "$M")
	IMAGES="initrd.img-$RELEASE initrd.img-9.9.9-second"
	fresh
	plugins put
	ok "a line for each image that holds a plan" wrote "$RELEASE /boot/initrd.img-$RELEASE $ONE -u -k $RELEASE" \
		"9.9.9-second /boot/initrd.img-9.9.9-second $ONE -u -k 9.9.9-second"
	ok "(their plans)" host_plans "$TMP/plans" $IMAGES
	plugins rm
	host_images "update-initramfs -u -k 9.9.9-second"
	ok "and none for another" wrote "$RELEASE /boot/initrd.img-$RELEASE $ONE -u -k $RELEASE"
	ok "it is rebuilt" ran
	ok "it alone" host_called "update-initramfs -u -k $RELEASE"
	ok "and clean" host_clean $IMAGES
	ok "no image holds a plan: nothing is written" sh -c "'$EARLYBIND' removal --root '$H' && [ ! -e '$H/run/earlybind/removal' ]"
	ok "nothing was written: nothing is run" ran
	ok "(nothing)" host_called ''
	faults
}

# breaks LINE...: the generator does this instead.
breaks()
{
	rm -rf "$TMP/boot.old"
	fresh
	printf '%s\n' '#!/bin/sh' 'echo "${0##*/} $*" >>/calls' "$@" >"$H/usr/sbin/update-initramfs"
}

faults()
{
	breaks 'rm "/boot/initrd.img-$3"' 'exit 1'
	ok "a generator that destroys the image, and fails: the script succeeds" ran
	ok "it is tried for each kernel" host_called "update-initramfs -u -k $RELEASE" 'update-initramfs -u -k 9.9.9-second'
	ok "each image is as it was" as_before $IMAGES
	ok "loud" has "$TMP/out" '/boot/initrd.img-9.9.9-second was not rebuilt: it is as it was'
	breaks 'head -c 9 </dev/null >"/boot/initrd.img-$3"'
	ok "one that leaves an empty image, and succeeds" ran
	ok "each image is as it was then, too" as_before $IMAGES
	breaks 'exit 0'
	ok "one that does nothing, and succeeds" ran
	ok "loud then, too" has "$TMP/out" '/boot/initrd.img-9.9.9-second was not rebuilt'
	breaks 'echo new >"/boot/initrd.img-$3"'
	mv "$H/boot/initrd.img-$RELEASE" "$H/boot/elsewhere"
	ln -s elsewhere "$H/boot/initrd.img-$RELEASE"
	ok "an image that is a link" ran
	ok "stays one" [ "$(readlink "$H/boot/initrd.img-$RELEASE") $(cat "$H/boot/elsewhere")" = 'elsewhere new' ]
	breaks 'exit 0'
	echo 'earlybind-removal 2' >"$H/run/earlybind/removal"
	ok "a file of another version: nothing is run" ran
	ok "(nothing)" host_called ''
	words
}

# words: a line is split at blanks, and then read: nothing in it is a pattern or a command.
words()
{
	printf '#!/bin/sh\n{ printf "[%%s]" "$@"; echo; } >>/calls\necho "${1#-}" >"/boot/a image"\n' >"$H/usr/sbin/made-up"
	chmod 755 "$H/usr/sbin/made-up"
	echo old >"$H/boot/a image"
	: >"$H/calls"
	printf '%s\n' 'earlybind-removal 1' '1 /boot/a\x20image /usr/sbin/made-up -\x24(id) * \x5cx41 \x0a\x25s - $HOME' \
		'- - /usr/sbin/made-up after' >"$H/run/earlybind/removal"
	ok "blanks, quotes and patterns in a line" ran
	ok "each word is just what was meant" same "$H/calls" '[-$(id)][*][\x41][
%s][-][$HOME]
[after]'
	echo old >"$H/boot/x$(printf '\033')[2K"
	printf '%s\n' 'earlybind-removal 1' '1 /boot/x\x1b[2K /bin/false' >"$H/run/earlybind/removal"
	ok "a name that would speak to the terminal" ran
	ok "is said as it was written" has "$TMP/out" '/boot/x\x1b[2K was not rebuilt'
}

# two: the program that made an image rebuilds it, where both are installed.
two()
{
	host_make
	host_initramfs_tools
	host_dracut
	plugins put
	mkdir -p "$H/usr/lib/earlybind"
	cp "$INIT" "$H/usr/lib/earlybind/earlybind-init"
	host_accept
	host_images "update-initramfs -u -k $RELEASE; dracut --force /boot/initrd.img-9.9.9-second 9.9.9-second"
	ok "two generators: a line of the one that made it" wrote "$RELEASE /boot/initrd.img-$RELEASE $ONE -u -k $RELEASE" \
		"9.9.9-second /boot/initrd.img-9.9.9-second /usr/sbin/dracut --force /boot/initrd.img-9.9.9-second 9.9.9-second"
	plugins rm
	ok "two generators: both run" ran
	ok "two generators: each for its image" host_called "update-initramfs -u -k $RELEASE" \
		'dracut --force /boot/initrd.img-9.9.9-second 9.9.9-second'
	ok "two generators: the images are clean" host_clean $IMAGES
	rm "$H/usr/lib/dracut/dracut-functions.sh"
	plugins put
	host_images "dracut --force /boot/initrd.img-9.9.9-second 9.9.9-second"
	ok "the one that made it is gone: no line" removal
	ok "(no file)" [ ! -e "$H/run/earlybind/removal" ]
	ok "but a warning" has "$TMP/out" '/boot/initrd.img-9.9.9-second holds a plan, and keeps it'
}

# uninstalled: what `make uninstall` does about images.
uninstalled()
{
	fresh
	plugins put
	mkdir -p "$H/src"
	cp packaging/images.sh packaging/removal.sh packaging/uninstall.sh "$H/src"
	ok "make uninstall: before" in_host sh /src/uninstall.sh before /usr/bin/earlybind
	plugins rm
	ok "make uninstall: after" in_host sh /src/uninstall.sh after
	ok "make uninstall: the images are clean" host_clean $IMAGES
	plugins put
	rm -r "$H/run"
	: >"$H/run"
	ok "make uninstall: what cannot be told is refused" fails in_host sh /src/uninstall.sh before /usr/bin/earlybind
	rm "$H/run"
}

# presets: one call of mkinitcpio makes two images.
presets()
{
	host_make
	host_mkinitcpio
	plugins put
	mkdir -p "$H/usr/lib/earlybind"
	cp "$INIT" "$H/usr/lib/earlybind/earlybind-init"
	host_accept
	host_images 'mkinitcpio -p linux'
	ok "a preset: two images, one command" wrote "$RELEASE /boot/initramfs-linux-fallback.img /usr/sbin/mkinitcpio -p linux" \
		"$RELEASE /boot/initramfs-linux.img /usr/sbin/mkinitcpio -p linux"
	plugins rm
	ok "a preset: run" ran
	ok "a preset: once" host_called 'mkinitcpio -p linux'
	ok "a preset: both are clean" host_clean initramfs-linux.img initramfs-linux-fallback.img
}

need_build
need busybox:busybox-static cpio:cpio dash:dash
if ! why=$(may_chroot); then
	skip "removals" "$why"
	tap_end
	exit 0
fi
# shellcheck source=/dev/null
. tests/packages/host.sh
ok "make install (its plugins)" installed
if host_modules; then
	small
	two
	uninstalled
	presets
else
	skip "removals" "no such kernel can be had here"
fi
tap_end
