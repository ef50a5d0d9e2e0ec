#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# regenerate-backups.t: the backups of `earlybind regenerate`: on the disk before anything relies on them, put back to
# where no planted link leads, and one that cannot be put back stops nothing else. Run from the top of the repository, as
# root (chroot).
# shellcheck source=tests/lib/stand-ins.sh
. tests/lib/stand-ins.sh

need strace:strace
ASAN_OPTIONS=detect_leaks=0 # a process that is traced cannot look for leaks
export ASAN_OPTIONS

# traced SYSCALLS: what regenerate does of these, with the paths of files, in the file trace.
traced()
{
	strace -f -y -o "$TMP/trace" -e "trace=$1" "$EARLYBIND" regenerate --root "$T" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

# ordered PATTERN...: of awk, each matches a line of the trace, one after the other.
ordered()
{
	printf '%s\n' "$@" >"$TMP/patterns"
	awk 'NR == FNR { want[++n] = $0; next }
		done < n && $0 ~ want[done + 1] { done++ }
		END { if (done < n) print "not there, or not in its turn: " want[done + 1]; exit !n || done < n }' \
		"$TMP/patterns" "$TMP/trace" || { cat "$TMP/trace"; return 1; }
}

synced()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	store=/var/lib/earlybind/images
	traced fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,execve
	ok "a backup is on the disk before the generator is started" ordered \
		'fsync\(.*/var/lib/earlybind>' 'fsync\(.*/var/lib>' "fsync\\(.*%initrd.img-$RELEASE.new>" "renameat.*%initrd.img-$RELEASE\"" \
		"fsync\\(.*$store>" 'execve\("/usr/sbin/update-initramfs".* = 0'
	ok "an image is on the disk before its backup goes" ordered 'execve\("/usr/sbin/update-initramfs".* = 0' \
		"fsync\\(.*/boot/initrd.img-$RELEASE>" 'fsync\(.*/boot>' "unlinkat.*\"boot%initrd.img-$RELEASE\""
	ok "synced: the new image" new_is_there
	debian "head -c 50 /new/image >/boot/initrd.img-$RELEASE" 'exit 1'
	traced fsync,renameat,unlinkat
	ok "an old image is on the disk before its backup goes" ordered 'fsync\(.*/boot/.earlybind-old>' \
		"renameat.*\"initrd.img-$RELEASE\"" 'fsync\(.*/boot>' "unlinkat.*\"boot%initrd.img-$RELEASE\""
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	mkdir "$T/efi"
	mv "$image" "$T/efi/real"
	ln -s ../efi/real "$image"
	traced fsync,unlinkat
	ok "an image that is a link: the file and its directory are on the disk" ordered 'fsync\(.*/efi/real>' 'fsync\(.*/efi>' \
		"unlinkat.*\"boot%initrd.img-$RELEASE\""
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	rm "$image"
	strace -f -y -o "$TMP/trace" -e trace=fsync "$EARLYBIND" regenerate --root "$T" "$RELEASE" >"$TMP/out" 2>&1
	ok "a first image is on the disk, too" ordered "fsync\\(.*/boot/initrd.img-$RELEASE>" 'fsync\(.*/boot>'
}

# fails ERROR WHICH PATH: regenerate, of which this fsync fails.
fails()
{
	strace -o "$TMP/trace" -P "$3" -e trace=fsync -e "inject=fsync:error=$1:when=$2" \
		"$EARLYBIND" regenerate --root "$T" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

not_synced()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	fails EIO 1 "$image"
	ok "an image that does not reach the disk: the old one" old_is_back
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	fails EIO 1 "$T/var/lib/earlybind/images"
	ok "a backup whose name does not reach the disk: nothing is run" test ! -e "$T/calls"
	ok "a backup whose name does not reach the disk: the old image" cmp "$TMP/old-image" "$image"
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	fails EINVAL 1 "$T/boot"
	ok "a directory that cannot be synced: the new image" new_is_there
}

# victim: the file that all planted links lead to is as it was.
victim()
{
	same "$T/victim" victim
}

link_of_another()
{
	debian "rm /boot/initrd.img-$RELEASE; busybox ln -s ../victim /boot/initrd.img-$RELEASE" \
		"busybox chown -h 4711:4711 /boot/initrd.img-$RELEASE" 'exit 1'
	echo victim >"$T/victim"
	regenerate
	ok "a link of another user in the image's place: the old image" old_is_back
	ok "a link of another user: where it leads nothing is written" victim
}

planted()
{
	for what in file directory; do
		debian "head -c 50 /new/image >/boot/initrd.img-$RELEASE" 'exit 1'
		echo victim >"$T/victim"
		case $what in file) ln -s ../victim "$T/boot/.earlybind-old" ;; *) mkdir -p "$T/boot/.earlybind-old/x" ;; esac
		regenerate
		ok "a $what at the temporary name: the old image" old_is_back
		ok "a $what at the temporary name: where it leads nothing is written" victim
	done
	if [ -n "${EARLYBIND_MAPPED:-}" ]; then
		skip "a link of another user" "there is no other user in this namespace"
	else
		link_of_another
	fi
	debian "head -c 50 /new/image >/boot/initrd.img-$RELEASE" 'exit 1'
	chmod 4755 "$image"
	regenerate
	ok "an image that may run as its owner: the old one, which may not" [ ! -u "$image" ]
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	mkdir -p "$T/var/lib/earlybind/images"
	chmod 777 "$T/var/lib/earlybind/images"
	regenerate
	ok "backups where others can write: nothing is run" test ! -e "$T/calls"
	ok "backups where others can write: exit 1" code 1
}

# killed_in KERNEL FILE: kernel-install wrote a half of this image of RELEASE, and regenerate was killed with it.
killed_in()
{
	debian 'exit 1'
	mkdir -p "$T/efi/mine/$RELEASE"
	rm -r "$T/usr/share/initramfs-tools" "$T/etc/kernel" "$image"
	: >"$T/lib/modules/$RELEASE/vmlinuz"
	mkdir -p "$T/etc/kernel"
	image=$T/efi/mine/$RELEASE/$1
	cp "$TMP/old-image" "$image"
	# shellcheck disable=SC2016 # for the script
	stand_in kernel-install "echo half >'/efi/mine/$RELEASE/$1'" 'kill -9 $PPID'
	regenerate
}

# A name is read from the name of its backup as it was.
names()
{
	for kept in initrd.new initrd%1 'initrd\x41' initrd.new%; do
		killed_in "$kept"
		ok "backup of $kept: killed" test "$(cat "$TMP/code")" -gt 1
		stand_in kernel-install 'exit 1'
		regenerate
		ok "backup of $kept: the old image" old_is_back
	done
}

# The image of 9.9.9 is damaged, where nothing can be written.
not_writable()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	mkdir -p "$T/lib/modules/9.9.9" "$T/efi/mine/9.9.9" "$T/var/lib/earlybind/images"
	: >"$T/lib/modules/9.9.9/modules.dep"
	kept="$T/var/lib/earlybind/images/efi%mine%9.9.9%initrd"
	cp "$TMP/old-image" "$kept"
	if ! mount -t tmpfs earlybind-test "$T/efi" 2>"$TMP/mount"; then
		skip "read-only" "a tmpfs cannot be mounted here: $(cat "$TMP/mount")"
		return
	fi
	mkdir -p "$T/efi/mine/9.9.9"
	echo half >"$T/efi/mine/9.9.9/initrd"
	mount -o remount,bind,ro "$T/efi"
	regenerate
	ok "a backup that cannot be put back: exit 1" code 1
	ok "a backup that cannot be put back: the other kernel is done" cmp "$T/new/image" "$image"
	ok "a backup that cannot be put back: it stays as it was" cmp "$TMP/old-image" "$kept"
	mount -o remount,bind,rw "$T/efi"
	regenerate "$RELEASE"
	ok "a backup that can be put back now: it is" cmp "$TMP/old-image" "$T/efi/mine/9.9.9/initrd"
	ok "a backup that can be put back now: none is left" kept_nothing
	umount "$T/efi"
	rm -r "$T/lib/modules/9.9.9"
	mount -t tmpfs earlybind-test "$T/boot"
	cp "$TMP/old-image" "$image"
	mount -o remount,bind,ro "$T/boot"
	regenerate
	ok "a file system that is read-only: the old image" old_is_back
	umount "$T/boot"
}

with_stand_ins synced not_synced planted names not_writable
tap_end
