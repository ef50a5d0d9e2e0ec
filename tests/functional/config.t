#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# config.t: whatever the configuration is, every error is told in words a person understands, and costs only its line.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh
need strace:strace

DATA=tests/functional/config

# twelve wrong lines and one right one
new two-gpus
cp $DATA/wrong.conf "$CONF"
run accept --yes
ok '12 wrong lines: the right one is locked' locked \
	'card 1 _SB_.PCI0 03.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0'
run check
ok 'check ends with 1' code 1
ok '12 wrong lines: 12 messages, each with line, caret and what was expected' diff -u $DATA/wrong.expected "$TMP/err"
ok 'there are 12' [ "$(grep -c '^/etc/earlybind.conf:' "$TMP/err")" = 12 ]
image
ok 'an image has the right rule all the same' said 0 ': 1 card'
ok 'with the same messages' diff -u $DATA/wrong.expected "$TMP/err"

# --- every command tells

WRONG='/etc/earlybind.conf:1:7: expected a bus of two digits'

# tells COMMAND CODE [ARGUMENT...]: it ends so, and names the wrong line once.
tells()
{
	tells_code=$2
	tells_command=$1
	shift 2
	run "$tells_command" "$@"
	complained "$tells_code" "$WRONG" && [ "$(grep -cF "$WRONG" "$TMP/err")" = 1 ]
}

new two-gpus 'bind 6:00' 'bind 06:00'
ok 'explain' tells explain 0 06:00
ok 'status' tells status 1
ok 'accept, and does the rest' tells accept 1 --yes
ok 'check' tells check 1
ok 'remove, and does it all the same' tells remove 1 06:00 --yes
ok 'that one' same "$CONF" 'bind 6:00'
ok 'add, and does it all the same' tells add 1 06:00 --yes
ok 'that one' same "$CONF" 'bind 6:00
bind 06:00'
new two-gpus 'keep 6:00'
ok 'add of a rule beside a keep that is wrong' tells add 1 10de:13c2 --yes
ok 'writes no rule' same "$CONF" 'keep 6:00'
ok 'and no lock' unchanged "$LOCK" none
new two-gpus 'bind 6:00'
run accept --yes
ok 'accept does not say that there is no rule' said 1 'There is no rule that can be used'

# unread COMMAND [ARGUMENT...]: it cannot know all rules, says so, and writes nothing.
unread()
{
	run "$@"
	complained 1 '/etc/earlybind.d/vm.conf: cannot be read: Is a directory' && unchanged "$LOCK" "$before" &&
		has "$TMP/err" 'nothing was written' && silent "$CONF"
}

new two-gpus
mkdir "$R/etc/earlybind.d"
echo 'bind 06:00' >"$R/etc/earlybind.d/vm.conf"
did accept --yes
before=$(state "$LOCK")
rm "$R/etc/earlybind.d/vm.conf"
mkdir "$R/etc/earlybind.d/vm.conf"
ok 'accept, with a file that cannot be read, leaves the lock alone' unread accept --yes
ok 'and so does add' unread add 04:00 --yes
ok 'and so does remove' unread remove 06:00 --yes
rm -r "$R/etc/earlybind.d"
: >"$R/etc/earlybind.d"
run check
ok 'a file in place of the folder of drop-ins' complained 1 '/etc/earlybind.d: cannot be read: Not a directory'

# --- files

new two-gpus
rm "$CONF"
run check
ok 'no configuration: nothing is bound, nothing is wrong' said 0 'A boot of an image made now binds nothing.'
run accept --yes
ok 'accept says what to do' said 0 '`earlybind add SELECTOR` writes one'
image
ok 'an image without a configuration has nothing of ours' [ -z "$(ls -A "$TMP/image")" ]
: >"$CONF"
run check
ok 'an empty configuration' said 0 'A boot of an image made now binds nothing.'
printf '\n\n# only words\n  \t\n' >"$CONF"
run check
ok 'comments and empty lines' said 0 'A boot of an image made now binds nothing.'
rm "$CONF"
mkdir "$CONF"
run check
ok 'a folder in place of it cannot be read' complained 1 '/etc/earlybind.conf: cannot be read: Is a directory'
image
ok 'an image is built all the same' complained 0 '/etc/earlybind.conf: cannot be read'
ok 'and says that it could not be read' has "$TMP/out" 'nothing to bind: the configuration cannot be read'
rmdir "$CONF"
ln -s earlybind.conf "$CONF"
run check
ok 'a link to itself' complained 1 '/etc/earlybind.conf: cannot be read'
rm "$CONF"
mkfifo "$CONF"
timeout 20 "$EARLYBIND" check --root "$R" >"$TMP/out" 2>"$TMP/err"
echo $? >"$TMP/code"
ok 'a FIFO is no file' complained 1 '/etc/earlybind.conf: cannot be read: it is no regular file'
rm "$CONF"
echo 'bind 06:00' >"$TMP/outside"
ln -s "$TMP/outside" "$CONF"
run check
ok 'a link means what it means below the root, and nothing outside' complained 1 \
	'/etc/earlybind.conf: cannot be read: dangling symlink; remove it or create its target'
mkdir "$R/srv"
echo 'bind 06:00' >"$R/srv/conf"
ln -sf /srv/conf "$CONF"
run check
ok 'there it is found' complained 1 'not-accepted: /etc/earlybind.conf:1'
ln -sf ../../../srv/./conf "$CONF"
run check
ok 'also by .., which ends at the root' complained 1 'not-accepted: /etc/earlybind.conf:1'
rm "$CONF"
echo 'bind 06:00' >"$CONF"
ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P "$CONF" -P etc/earlybind.conf -e trace=openat,openat2 -e inject=openat,openat2:error=EACCES \
	"$EARLYBIND" check --root "$R" >"$TMP/out" 2>"$TMP/err"
echo $? >"$TMP/code"
ok 'one that may not be read' complained 1 '/etc/earlybind.conf: cannot be read: Permission denied'

# binary LINES...: its messages are few, each a line of plain text, and the rule in the middle counts.
binary()
{
	run check
	code 1 || return 1
	lines=$(wc -l <"$TMP/err")
	[ "$lines" -le 100 ] || { echo "$lines lines of messages"; return 1; }
	LC_ALL=C grep -v '^[ -~	]*$' "$TMP/err" && return 1
	run accept --yes
	locked 'card 1 _SB_.PCI0 03.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0'
}

{ head -c 5000 "$FIRST_INIT"; printf '\nbind 06:00\n'; head -c 5000 "$FIRST_INIT"; } >"$CONF"
ok 'a binary file around a rule' binary
{ printf 'bind 06:00\n'; head -c 1000000 /dev/zero; } >"$CONF"
ok '1 MB of zeros behind a rule' binary
{ printf 'bind 06:00\n'; head -c 1000000 /dev/zero | tr '\0' '#'; } >"$CONF"
run accept --yes
ok 'a comment of 1 MB' complained 1 '/etc/earlybind.conf:2'
{ yes 'keep 00:14.0' | head -n 80000; echo 'bind 06:00'; } >"$CONF"
ok '1 MB of right lines: an image is built' did image --kernel 6.1.0-builtin --destdir "$TMP/image"
{ yes 'wish 00:14.0' | head -n 80000; echo 'bind 06:00'; } >"$CONF"
ok '1 MB of wrong lines: few messages, and the right one counts' binary
head -c 5000000 /dev/zero >"$CONF"
run check
ok '5 MB: too large' complained 1 '/etc/earlybind.conf: cannot be read: File too large'
printf 'bind 06:00\r\nkeep 03:00\r\n' >"$CONF"
run check
ok 'CRLF is accepted' lacks "$TMP/err" 'expected'
printf '\357\273\277bind 06:00\n' >"$CONF"
run check
ok 'a byte order mark in front is accepted' silent "$TMP/err"

# --- drop-ins

new server 'bind 05:00'
mkdir -p "$R/usr/lib/earlybind.d" "$R/run/earlybind.d" "$R/etc/earlybind.d"
echo 'bind 06:00' >"$R/usr/lib/earlybind.d/20-vm.conf"
echo 'keep 00:1c.5' >"$R/run/earlybind.d/30-keep.conf"
echo 'bind 09:00 optional' >"$R/etc/earlybind.d/10-first.conf"
echo 'bind 04:00' >"$R/etc/earlybind.d/README"
run accept --yes
sed -n 's/^\(rule\|keep\) .* \([^ ]*:[0-9]* [^ ]*\)$/\2/p; s/^keep /keep /p' "$LOCK" >"$TMP/rules"
ok 'rules of all three folders, in the order of their names' same "$TMP/rules" 'keep 0000:00:1c.5
/etc/earlybind.conf:1 0000:05:00
/usr/lib/earlybind.d/20-vm.conf:1 0000:06:00'
echo 'bind 06:00 bad' >"$R/run/earlybind.d/20-vm.conf"
run check
ok 'a file of /run masks the one of /usr/lib' complained 1 '/run/earlybind.d/20-vm.conf:1:12:'
: >"$R/etc/earlybind.d/20-vm.conf"
run check
ok 'a file of /etc masks both, also an empty one' lacks "$TMP/err" '20-vm.conf'
ok 'the entry of the masked rule is named as not used' has "$TMP/err" 'bind 0000:06:00 is in the lock, but no rule says so'
echo 'bind 05:00' >"$R/etc/earlybind.d/40-twice.conf"
run check
ok 'the same rule in two files is an error' complained 1 '/etc/earlybind.d/40-twice.conf:1:'
tap_end
