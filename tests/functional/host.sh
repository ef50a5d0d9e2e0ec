# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The host tool in trees of machines: a root R, and what a command in it said. Meant to be sourced, from the top of the
# repository.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
# shellcheck source=/dev/null
. tests/lib/terminal.sh
# shellcheck source=/dev/null
. tests/lib/initrd.sh
need depmod:kmod gcc:gcc cpio:cpio
R=$TMP/root
LOCK=$R/etc/earlybind.lock CONF=$R/etc/earlybind.conf
umask 022

# new MACHINE [RULE...]: a fresh root of this machine with a configuration of these lines.
new()
{
	machine "$1" "$R"
	host "$R"
	shift
	: >"$CONF"
	[ $# -eq 0 ] || printf '%s\n' "$@" >"$CONF"
}

# change LINE...: the machine of the root becomes another: a manifest of these lines. /etc stays.
change()
{
	printf '%s\n' "$@" >"$TMP/manifest"
	rm -rf "${R:?}/sys" "${R:?}/proc" "${R:?}/dev" "${R:?}/run"
	sh tests/trees/mktree.sh "$TMP/manifest" "$R"
}

# run COMMAND [ARGUMENT...]: what it says goes to out and err, how it ends to code. Nobody answers it.
run()
{
	run_command=$1
	shift
	"$EARLYBIND" "$run_command" --root "$R" "$@" </dev/null >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

# did COMMAND [ARGUMENT...]: it ends with 0, or the test says why not.
did()
{
	run "$@"
	code 0
}

# answer TEXT COMMAND [ARGUMENT...]: the same on a terminal, where someone types TEXT.
answer()
{
	answer_text=$1
	answer_command=$2
	shift 2
	echo "$answer_text" | at_terminal "'$EARLYBIND' $answer_command --root '$R' $*" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

# code N: that is how it ended.
code()
{
	[ "$(cat "$TMP/code")" = "$1" ] || { echo "exit code $(cat "$TMP/code"), not $1"; cat "$TMP/out" "$TMP/err"; return 1; }
}

# said CODE TEXT: it ended so, and a line on stdout has the text; complained CODE TEXT: a line on stderr.
said()
{
	code "$1" && has "$TMP/out" "$2"
}

complained()
{
	code "$1" && has "$TMP/err" "$2"
}

# state FILE: its bytes and when it was changed, or that it is not there.
state()
{
	if [ -e "$1" ]; then
		cksum <"$1"
		stat -c '%y %a %i' "$1"
	else
		echo none
	fi
}

# unchanged FILE STATE
unchanged()
{
	[ "$(state "$1")" = "$2" ] || { echo "$1 was $2 and is $(state "$1")"; return 1; }
}

# locked LINE...: these are the lines of the lock for cards and guards.
locked()
{
	grep -e '^card ' -e '^guard ' "$LOCK" >"$TMP/locked"
	if [ $# -eq 0 ]; then
		silent "$TMP/locked"
	else
		same "$TMP/locked" "$(printf '%s\n' "$@")"
	fi
}

# image: fills $TMP/image for the kernel that has vfio built in.
image()
{
	rm -rf "$TMP/image"
	mkdir "$TMP/image"
	run image --kernel 6.1.0-builtin --destdir "$TMP/image"
}

# image_in_boot: /boot has an image of that kernel, made now.
image_in_boot()
{
	image
	initrd_place initramfs-tools "$TMP/image"
	mkdir -p "$R/boot"
	initrd_pack "$TMP/image" cat >"$R/boot/initrd.img-6.1.0-builtin"
}
