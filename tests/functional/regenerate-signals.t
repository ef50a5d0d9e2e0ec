#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# regenerate-signals.t: `earlybind regenerate` that is interrupted leaves no half of an image. Run from the top of the
# repository, as root (chroot).
# shellcheck source=tests/lib/stand-ins.sh
. tests/lib/stand-ins.sh
# shellcheck source=tests/lib/terminal.sh
. tests/lib/terminal.sh

need strace:strace setsid:util-linux

# begin COMMAND...: that, in a session of its own and with no signal ignored, until the generator has begun to write.
begin()
{
	rm -f "$T/started"
	setsid env --default-signal "$@" >"$TMP/out" 2>"$TMP/err" &
	pid=$!
	while [ ! -e "$T/started" ] && kill -0 "$pid"; do sleep 0.1; done
}

# ended: and waits for it.
ended()
{
	wait "$pid"
	echo $? >"$TMP/code"
}

# half LINE...: a generator that has written the half of an image, and then does this.
half()
{
	half_of ': >/started' "$@"
}

half_of()
{
	debian "head -c 1000 /new/image >/boot/initrd.img-$RELEASE" "$@"
	mkdir -p "$T/lib/modules/9.9.9"
	: >"$T/lib/modules/9.9.9/modules.dep"
	cp "$image" "$T/boot/initrd.img-9.9.9"
}

only_the_first()
{
	same "$T/calls" "update-initramfs -u -k $RELEASE"
}

signals()
{
	# One that ends whenever a signal comes: a shell may survive what comes while it starts a program, and so may that.
	# shellcheck disable=SC2016 # for the script
	half_of 'trap "exit 1" TERM INT HUP QUIT' ': >/started' \
		'i=0; while [ $((i += 1)) -lt 600 ]; do sleep 0.1; done' "cp /new/image /boot/initrd.img-$RELEASE"
	for signal in TERM INT HUP QUIT; do
		rm -f "$T/calls"
		begin "$EARLYBIND" regenerate --root "$T"
		kill -s $signal "$pid"
		ended
		ok "SIG$signal in the middle: the old image" old_is_back
		ok "SIG$signal in the middle: said" has "$TMP/err" 'ended by a signal'
		ok "SIG$signal in the middle: the other kernel is let be" only_the_first
	done
	begin nohup "$EARLYBIND" regenerate --root "$T"
	kill -s HUP "$pid"
	kill -s TERM "$pid"
	ended
	ok "nohup: SIGHUP is ignored" lacks "$TMP/err" 'Hangup'
	half "cp /new/image /boot/initrd.img-$RELEASE"
	rm "$T/boot/initrd.img-9.9.9"
	timeout -s KILL 60 env --ignore-signal=CHLD "$EARLYBIND" regenerate --root "$T" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	ok "SIGCHLD ignored by who starts it: the end of the generator is seen" new_is_there
	half 'trap : INT' 'sleep 1' "cp /new/image /boot/initrd.img-$RELEASE"
	begin "$EARLYBIND" regenerate --root "$T"
	kill -s INT "$pid"
	ended
	ok "SIGINT that the generator ignores: exit 1" code 1
	ok "SIGINT that the generator ignores: the new image" cmp "$T/new/image" "$image"
	ok "SIGINT that the generator ignores: the other kernel is let be" only_the_first
	half 'sleep 60 || exit 1'
	head -c 20000000 /dev/urandom >"$TMP/old/init"
	initrd_pack "$TMP/old" cat >"$image"
	cp "$image" "$TMP/old-image"
	begin "$EARLYBIND" regenerate --root "$T"
	while kill -s INT "$pid" 2>/dev/null; do :; done
	wait "$pid"
	ok "SIGINT again and again: the old image" cmp "$TMP/old-image" "$image"
	ok "SIGINT again and again: no copy is left" kept_nothing
	half 'sleep 1' 'exit 1'
	# shellcheck disable=SC2016 # the inner shell's own arguments
	begin sh -c '{ "$1" regenerate --root "$2" "$3" 2>&1; echo $? >"$4"; } | head -c 1' \
		sh "$EARLYBIND" "$T" "$RELEASE" "$TMP/code"
	wait "$pid"
	ok "who reads its output is gone: the old image" old_is_back
	strace -o "$TMP/trace" -P "$image" -e trace=write -e inject=write:signal=KILL \
		"$EARLYBIND" regenerate --root "$T" "$RELEASE" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	ok "the old image comes back whole, or not yet: nothing is written over the new one" old_is_back
}

# What a generator begins in the background.
# shellcheck disable=SC2119 # no argument: all kernels
background()
{
	debian "(sleep 0.5; cp /new/image /boot/initrd.img-$RELEASE) &"
	regenerate
	ok "a script whose last child writes yet: the new image" new_is_there
	debian "(sleep 0.5; rm /boot/initrd.img-$RELEASE) &"
	regenerate
	sleep 1
	ok "a script whose last child removes the image: the old image" old_is_back
	debian "cp /new/image /boot/initrd.img-$RELEASE" 'busybox setsid busybox sleep 30 &' 'echo $! >/daemon'
	regenerate
	ok "a daemon of its own: the new image" new_is_there
	regenerate
	ok "a daemon of its own: it does not hold the lock" silent "$TMP/err"
	kill "$(cat "$T/daemon")"
	# shellcheck disable=SC2016 # for the script
	debian 'echo "$LVM_SUPPRESS_FD_WARNINGS" >/lvm' "cp /new/image /boot/initrd.img-$RELEASE"
	regenerate
	ok "lvm says nothing of the lock" same "$T/lvm" 1
}

# typed KEYS [REDIRECTION]: regenerate at a terminal at which this is typed once the generator has begun to write.
typed()
{
	rm -f "$T/started"
	{
		typed_waits=0
		while [ ! -e "$T/started" ] && [ $((typed_waits += 1)) -lt 600 ]; do sleep 0.1; done
		sleep 1
		printf '%b' "$1"
		sleep 1
	} | at_terminal "'$EARLYBIND' regenerate --root '$T' $2" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

terminal()
{
	if [ -n "${EARLYBIND_MAPPED:-}" ]; then
		skip "^C at the terminal" "its device can be made by root alone"
		return
	fi
	if ! has_terminal; then
		skip "^C at the terminal" "$NO_TERMINAL"
		return
	fi
	half 'sleep 60 || exit 1'
	typed '\003'
	ok "^C at the terminal: the old image" old_is_back
	ok "^C at the terminal: the other kernel is let be" only_the_first
	# shellcheck disable=SC2016 # for the script
	half 'kill -s TTIN $$' 'read -r word </dev/tty || exit 130' 'echo "word $word"' "cp /new/image /boot/initrd.img-$RELEASE"
	mkdir -p "$T/dev"
	mknod -m 666 "$T/dev/tty" c 5 0
	typed '\003'
	ok "^C where the generator asks: the old image" old_is_back
	ok "^C where the generator asks: the other kernel is let be" only_the_first
	rm "$T/boot/initrd.img-9.9.9"
	for from in '' '</dev/null'; do
		cp "$TMP/old-image" "$image"
		typed 'sesame\n' "$from"
		ok "a generator may ask at the terminal $from" has "$TMP/out" 'word sesame'
		ok "a generator may ask at the terminal $from: the new image" new_is_there
	done
}

with_stand_ins signals background terminal
tap_end
