#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# image.t: what `earlybind image` puts into a folder, and what it leaves alone. Run from the top of the repository.
# shellcheck disable=SC2016 # backticks and dollars in what is expected, and in inner shells
# shellcheck source=tests/lib/image.sh
. tests/lib/image.sh

nothing_to_bind()
{
	new_tree rules
	: >"$T/etc/earlybind.conf"
	image
	ok "no rule: nothing is put there, and it says so" nothing 0
	ok "no rule: it says so" has "$TMP/out" 'nothing to bind'
	echo 'bind 10de:13c1' >"$T/etc/earlybind.conf"
	image
	ok "a rule: the image is filled" put 0
	: >"$T/etc/earlybind.conf"
	image
	ok "removing the last rule takes away what an earlier run put there" nothing 0
	printf 'bind 0a:00.0\nbind 10de:13c1\n' >"$T/etc/earlybind.conf"
	image
	ok "not accepted: the other rule goes on" put 0
	ok "not accepted: named with its line" has "$TMP/err" 'not-accepted: /etc/earlybind.conf:1: bind 0000:0a:00.0'
	rm "$T/etc/earlybind.lock"
	image
	ok "foreign-builder: without a lock nothing is put there" nothing 0
	ok "foreign-builder: not-accepted" has "$TMP/err" 'not-accepted: /etc/earlybind.conf:2: bind 10de:13c1'
	tree_lock 10de:13c1 >"$T/etc/earlybind.lock"
	printf 'bind 06:0\nbind 10de:13c1\n' >"$T/etc/earlybind.conf"
	image
	ok "bad-line: costs only itself" put 0
	ok "bad-line: is shown" has "$TMP/err" '/etc/earlybind.conf:1:'
}

damaged_lock()
{
	new_tree lock
	tree_lock 10de:13c1 >"$TMP/lock"
	for damage in 's/0fbb/0fbc/' '$d' '1s/2$/3/' 's/^card/cart/'; do
		image
		ok "before the damage the image is filled" put 0
		sed "$damage" "$TMP/lock" >"$T/etc/earlybind.lock"
		image
		ok "lock damaged by $damage: nothing is put there" nothing 0
		ok "lock damaged by $damage: lock-broken" has "$TMP/err" 'warning: lock-broken: /etc/earlybind.lock'
		cp "$TMP/lock" "$T/etc/earlybind.lock"
	done
}

missing_kernel()
{
	new_tree kernel
	image
	release=$RELEASE
	RELEASE=9.9.9-none
	image
	ok "a kernel without modules: exit 1, nothing of ours is left" nothing 1
	ok "a kernel without modules: named" has "$TMP/err" 'kernel 9.9.9-none has no modules here'
	RELEASE=$release
	image
	rm "$T/lib/modules/$RELEASE/modules.dep.bin"
	image
	ok "modules without an index: exit 1, nothing of ours is left" nothing 1
	ok "modules without an index: names depmod" has "$TMP/err" "depmod $RELEASE"
	new_tree program
	image
	rm "$T/usr/lib/earlybind/earlybind-init"
	image
	ok "the program is missing: exit 1, nothing of ours is left" nothing 1
	ok "the program is missing: named" has "$TMP/err" '/usr/lib/earlybind/earlybind-init'
}

links()
{
	new_tree links
	mkdir -p "$D/system/lib" "$TMP/outside/usr/lib/earlybind/modules"
	echo precious >"$TMP/outside/usr/lib/earlybind/plan"
	ln -s /system "$D/usr"
	image
	ok "a link inside DIR is followed inside DIR" test -s "$D/system/lib/earlybind/plan"
	rm -rf "$D"
	mkdir -p "$D/usr"
	ln -s "$TMP/outside/usr/lib" "$D/usr/lib"
	image
	ok "a link out of DIR: exit 1" code 1
	rm -rf "$D"
	mkdir -p "$D/usr/lib"
	ln -s "$TMP/outside/usr/lib/earlybind" "$D/usr/lib/earlybind"
	image
	ok "a link in our own place is replaced" put 0
	rm -rf "$D"
	mkdir -p "$D/usr/lib/earlybind"
	ln -s "$TMP/outside/usr/lib/earlybind" "$D/usr/lib/earlybind/modules"
	ln -s "$TMP/outside/usr/lib/earlybind/plan" "$D/usr/lib/earlybind/plan"
	image
	ok "links inside our own place are replaced" put 0
	ok "and what they led to is untouched" same "$TMP/outside/usr/lib/earlybind/plan" precious
	rm -rf "$D"
	mkdir -p "$D/usr/lib"
	ln -s usr/lib "$D/lib"
	image
	ok "a merged /usr in DIR" put 0
	new_tree absolute
	mv "$T/lib" "$T/usr/elsewhere"
	mkdir "$T/usr/lib/modules"
	mv "$T/usr/elsewhere/modules/$RELEASE" "$T/usr/lib/modules/"
	ln -s /usr/lib "$T/lib"
	image
	ok "an absolute link /lib below --root does not lead to this machine's modules" put 0
	rm "$T/lib"
	mv "$T/usr/lib/modules/$RELEASE" "$TMP/outside/"
	ln -s "$TMP/outside/$RELEASE" "$T/usr/lib/modules/$RELEASE"
	image
	ok "modules behind a link out of --root are refused" nothing 1
}

refuses_root()
{
	into "$1"
	code 2 && [ -x "$T/usr/lib/earlybind/earlybind-init" ] && [ ! -e "$T/usr/lib/earlybind/plan" ]
}

usage()
{
	new_tree usage
	ok "the root itself is no image" refuses_root "$T"
	ok "the system itself is no image" refuses_root /
	into "$TMP/not-there"
	ok "a DIR that does not exist: exit 1" code 1
	ok "a DIR that does not exist is not made" fails test -e "$TMP/not-there"
	for wrong in "--kernel $RELEASE" "--destdir $D" "--destdir $D --kernel ../lib" \
		"--destdir $D --kernel $RELEASE $RELEASE" "--destdir $D --kernel $RELEASE --wrong"; do
		# shellcheck disable=SC2086 # several words
		"$EARLYBIND" image --root "$T" $wrong >"$TMP/out" 2>"$TMP/err"
		echo $? >"$TMP/code"
		ok "usage: image $(echo "$wrong" | sed "s,$TMP/,,g"): exit 2" nothing 2
	done
	"$EARLYBIND" image --help >"$TMP/out" 2>&1
	ok "--help says what is read of this machine" has "$TMP/out" 'only reads which disks the boot needs'
	ok "--help names what is put there" has "$TMP/out" DIR/usr/lib/earlybind/plan
}

# as_nobody COMMAND...
as_nobody()
{
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	else
		"$@"
	fi
}

privilege()
{
	new_tree user
	chmod 755 "$TMP"
	chmod 777 "$D"
	cp "$EARLYBIND" "$TMP/earlybind"
	as_nobody "$TMP/earlybind" image --root "$T" --kernel "$RELEASE" --destdir "$D" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	ok "it needs no privilege" put 0
	new_tree umask
	umask 077
	image
	umask 022
	module_lines >"$TMP/lines"
	ok "modes do not depend on umask" modes_are_right
}

full_disk()
{
	new_tree full
	for how in --mount '--map-root-user --mount'; do
		# shellcheck disable=SC2086 # one word or two
		! unshare $how true 2>/dev/null || break
		how=
	done
	if [ -z "$how" ]; then
		skip "a full disk" "no mount namespaces here"
		return
	fi
	export EARLYBIND RELEASE
	# shellcheck disable=SC2016,SC2086
	unshare $how sh -c 'mount -t tmpfs -o size=128k none "$3" || exit 1
		"$EARLYBIND" image --root "$2" --kernel "$RELEASE" --destdir "$3" >"$1/out" 2>"$1/err"
		echo $? >"$1/code"
		find "$3" ! -type d >"$1/left"; [ ! -e "$3/usr" ] || echo usr >>"$1/left"' sh "$TMP" "$T" "$D"
	ok "full-disk: exit 1" code 1
	ok "full-disk: it says so" has "$TMP/err" 'No space left on device'
	ok "full-disk: nothing of ours is left, no folder either" test ! -s "$TMP/left"
}

each_kernel :
[ -n "$M" ] || { tap_end; exit 0; }
nothing_to_bind
damaged_lock
missing_kernel
links
usage
privilege
full_disk
tap_end
