#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# accept.t: `earlybind accept` shows what it would lock, asks, and writes the lock whole or not at all.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh
# shellcheck source=/dev/null
. tests/lib/holder.sh
need strace:strace flock:util-linux

GUEST='card 1 _SB_.PCI0 03.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0'
TWIN='guard display accept 1 _SB_.PCI0 01.1/00 10de:13c2:1043:8508:030000 - it shows the boot: boot_vga'

# --- asking

new twin-gpus 'bind 10de:13c2'
run accept
ok 'without a terminal and --yes nothing is locked' complained 1 'there is no terminal to ask; --yes confirms'
ok 'there is no lock then' unchanged "$LOCK" none
shown='bind 10de:13c2 (/etc/earlybind.conf:1)
  - 0000:03:00.0 [10de:13c2] Device 10de:13c2
      refused: display, it shows the boot: boot_vga (the host needs it for its picture)
  + 0000:06:00.0 [10de:13c2] Device 10de:13c2
  + 0000:06:00.1 [10de:0fbb] Device 10de:0fbb'
ok 'it shows all the same what it would lock' same "$TMP/out" "$shown"
asks()
{
	answer n accept
	ok 'on a terminal it asks, and n locks nothing' said 1 'Lock these cards? [y/N]'
	ok 'there is still no lock' unchanged "$LOCK" none
	ok 'and it is said' has "$TMP/out" 'Nothing was written.'
	answer '' accept
	ok 'no answer locks nothing' unchanged "$LOCK" none
	answer y accept
	ok 'y locks them' said 0 '1 card locked.'
	ok 'identical: the lock has the card and the guard' locked "$TWIN" "$GUEST"
}
if has_terminal; then asks; else skip 'on a terminal it asks' "$NO_TERMINAL"; fi
rm -f "$LOCK"
run accept --yes
ok '--yes locks them' said 0 '1 card locked.'
ok 'it names the next step' said 0 'earlybind regenerate'
ok 'the lock can be read by everyone' [ "$(stat -c %a "$LOCK")" = 644 ]
before=$(state "$LOCK")
run accept --yes
ok 'what is locked already is shown as such' said 0 '  = 0000:06:00.0 '
ok 'the lock is left as it was' unchanged "$LOCK" "$before"
run accept
ok 'and nobody is asked' said 0 'Unchanged: the lock is as it was.'

# --- old and new

change 'include twin-gpus' 'drop 0000:04:00.0' 'set 0000:06:00.0 behind=0000:00:02.1' 'set 0000:06:00.1 behind=0000:00:02.1'
run accept
ok 'a card that stands elsewhere now is new' has "$TMP/out" '  + 0000:06:00.0 '
ok 'its old place is shown as no longer locked' has "$TMP/out" \
	'  - 0000:06:00.0 [10de:13c2] at _SB_.PCI0 03.1/00: was locked, no longer is'
ok 'without an answer the lock stays' unchanged "$LOCK" "$before"
run accept --yes
ok 'with --yes it is locked there' locked "$TWIN" \
	'card 1 _SB_.PCI0 02.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0'
change 'include twin-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1'
run accept --yes
ok 'a card that is gone is no longer locked, and what is left is refused' said 1 'was locked, no longer is'
ok 'identical: its twin is not locked instead, by a rule that has no entry now' locked "$(echo "$TWIN" | sed 's/accept 1/accept -/')"

# --- some rules only

new server 'bind 05:00' 'bind 06:00'
run accept --yes 05:00
ok 'accept of one rule locks its card' locked \
	'guard twin accept - _SB_.PCI0 02.0/00 10de:1db6:10de:124a:030200 - -' \
	'card 1 _SB_.PCI0 01.0/00 10de:1db6:10de:124a:030200 - 0000:05:00.0'
run accept --yes 06:00
ok 'accept of another keeps the entry of the first' locked \
	'card 1 _SB_.PCI0 01.0/00 10de:1db6:10de:124a:030200 - 0000:05:00.0' \
	'card 2 _SB_.PCI0 02.0/00 10de:1db6:10de:124a:030200 - 0000:06:00.0'
change 'include server' 'drop 0000:05:00.0'
run accept --yes 06:00
ok 'also where its card is not there now' locked \
	'card 1 _SB_.PCI0 01.0/00 10de:1db6:10de:124a:030200 - 0000:05:00.0' \
	'card 2 _SB_.PCI0 02.0/00 10de:1db6:10de:124a:030200 - 0000:06:00.0'
before=$(state "$LOCK")
run accept --yes 07:00
ok 'a selector without a rule is refused' complained 1 'no rule has the selector 0000:07:00'
run accept --yes 06:0.0
ok 'what is no selector is wrong usage' complained 2 "'06:0.0' is no selector"
ok 'the lock stays' unchanged "$LOCK" "$before"

# --- a guarded twin that is not there any more

GONE='note: the 10de:13c2 that stayed with the host at _SB_.PCI0 01.1/00 (%s) is not there: nothing is taken for it any more'
AMD='set 0000:03:00.0 id=1002:67df:1da2:e387' AMD_AUDIO='set 0000:03:00.1 id=1002:aaf0:1da2:aaf0'
new twin-gpus 'bind 06:00'
did accept --yes || fail 'accept'
change 'include twin-gpus' "$AMD" "$AMD_AUDIO"
run accept --yes 06:00
# shellcheck disable=SC2059 # a format
ok 'and so does accept of that rule, and says so' said 0 "$(printf "$GONE" twin)"
ok 'with nothing left of it' locked "$GUEST"
run check
ok 'so the next boot binds it' said 0 '0000:06:00.0 [10de:13c2] bind to vfio-pci'

THIRD='0000:00:04.0 - 8086:6f0a 0604 40 -
0000:07:00.0 0000:00:04.0 10de:13c2:1043:8508 0300 41 -'
change 'include twin-gpus' "$THIRD"
printf '%s\n' 'bind 06:00' 'bind 07:00' >"$CONF"
did accept --yes || fail 'accept'
change 'include twin-gpus' "$THIRD" "$AMD" "$AMD_AUDIO"
run accept --yes 06:00
ok 'where another entry could be the twin, its guard stays' has "$LOCK" 'guard twin accept - _SB_.PCI0 01.1/00 10de:13c2'
run accept --yes 06:00 07:00
ok 'until that one is accepted, too' [ "$(grep -c '^guard' "$LOCK")" = 0 ]
new twin-gpus 'bind 06:00' 'bind 10de:13c2 live'
did accept --yes || fail 'accept'
change 'include twin-gpus' "$AMD" "$AMD_AUDIO"
run accept --yes 06:00
ok 'as it does for a live rule' has "$LOCK" 'guard twin accept - _SB_.PCI0 01.1/00 10de:13c2'

# --- what was asked for is refused

new two-gpus
did add 06:00 --yes || fail 'add'
run add 04:00 --yes
ok 'add counts what it locks, and all' said 0 '1 card locked (2 in all). Now run `earlybind regenerate`, and reboot.'
change 'include two-gpus' 'set 0000:06:00.0 boot_vga=1' 'set 0000:03:00.0 boot_vga=0'
run accept --yes 06:00
ok 'accept of a rule whose card is refused fails, whatever else is locked' complained 1 \
	'/etc/earlybind.conf:1: nothing is locked for `bind 0000:06:00`'
ok 'and counts that rule' has "$TMP/out" '0 cards locked (1 in all).'
run accept --yes 06:00
ok 'also where it changes nothing' said 1 'Unchanged: the lock is as it was.'
new two-gpus 'bind 06:00' 'keep 06:00.0'
run accept --yes 06:00
ok 'as does one whose card the next boot refuses' complained 1 'the next boot would refuse 0000:06:00.0 of `bind 0000:06:00`: kept'
new twin-gpus 'bind 10de:13c2 allow=display'
run accept --yes
ok 'that the last display is given away is said' complained 0 \
	'the next boot would leave the host without any display: allow=display gives the last one away'
new twin-gpus 'bind 03:00 allow=display'
run accept --yes
ok 'and of one of two displays it is not' silent "$TMP/err"

# --- nothing to lock

new twin-gpus
run accept --yes
ok 'without rules nothing is locked' said 0 'has no bind line'
new single-rtx2060 'bind 06:00'
run accept --yes
ok 'where all is refused it ends with 1' said 1 'refused: display'
ok 'and says that nothing is locked' has "$TMP/out" 'No card is locked.'
ok 'not that anything has to be done' lacks "$TMP/out" regenerate
new two-gpus 'bind 07:00'
run accept --yes
ok 'a rule that selects nothing is named' said 1 '/etc/earlybind.conf:1: selects nothing'
new two-gpus 'bind 10de:13c2' 'bind 6:0.0'
run accept --yes
ok 'bad-line: costs only itself, but the exit code' complained 1 '/etc/earlybind.conf:2:7:'
ok 'bad-line: the other rule is locked' locked "$GUEST"

# --- a lock that is wrong

# damaged: it is told and not used, and a person may replace it.
damaged()
{
	run accept
	complained 1 '/etc/earlybind.lock is damaged (' || return 1
	has "$TMP/out" '  + 0000:06:00.0 ' || return 1
	has_terminal || return 0
	answer y accept
	rm "$R"/etc/earlybind.lock.damaged-1 && code 0 && locked "$TWIN" "$GUEST"
}

new twin-gpus 'bind 10de:13c2'
did accept --yes || code 0
cp "$LOCK" "$TMP/good"
sed 's/03\.1/01.1/' "$TMP/good" >"$LOCK"
ok 'a lock that was edited by hand' damaged
head -c 100 "$TMP/good" >"$LOCK"
ok 'a lock that was cut off' damaged
: >"$LOCK"
ok 'an empty lock' damaged
head -c 1000 "$FIRST_INIT" >"$LOCK"
ok 'a lock that is no text' damaged
sed '1s/2$/3/' "$TMP/good" >"$LOCK"
ok 'a lock of another version' damaged

# old_lock: the lock as version 1 spelled it.
old_lock()
{
	sed '1d; $d; s/^guard \([a-z-]*\) accept [0-9-]* \([^ ]* [^ ]* [^ ]* [^ ]*\) /guard \1 \2 lock /; s/ lock -$/ lock/; s/ vf=-//' \
		"$1" | tree_end lock 1
}

# upgraded: the next accept writes this version, with the same cards.
upgraded()
{
	old_lock "$TMP/good" >"$LOCK"
	did check && did accept --yes && cmp "$TMP/good" "$LOCK"
}
ok 'a lock of version 1 is read, and written as one of version 2' upgraded
rm "$LOCK"
mkdir "$LOCK"
run accept --yes
ok 'a folder in place of the lock' complained 1 '/etc/earlybind.lock'
rmdir "$LOCK"

# --- whole or not at all

cp "$TMP/good" "$LOCK"
before=$(state "$LOCK")
change 'include two-gpus'
mkdir "$LOCK.new"
run accept --yes
ok 'where it cannot be written it says so' complained 1 '/etc/earlybind.lock cannot be written'
ok 'and the old one stays' unchanged "$LOCK" "$before"
rmdir "$LOCK.new"

# broken CALL: this system call fails, as on a full disk: the old lock stays, and nothing else is left.
broken()
{
	ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e inject="$1":error=ENOSPC \
		"$EARLYBIND" accept --yes --root "$R" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	complained 1 '/etc/earlybind.lock cannot be written: No space left on device' || return 1
	[ ! -e "$LOCK.new" ] || { echo 'earlybind.lock.new is left'; return 1; }
	unchanged "$LOCK" "$before"
}

ok 'a full disk, noticed by fsync' broken fsync
ok 'a rename that fails' broken renameat
run accept --yes
ok 'it is replaced by a new file, not written over' [ "$(stat -c %i "$LOCK")" != "${before##* }" ]
ok 'nothing is left beside it' [ "$(ls "$R/etc")" = 'earlybind.conf
earlybind.lock' ]

# --- the one lock of those that write

ONE=$R/run/earlybind/lock

# waits COMMAND...: while another one has the lock.
waits()
{
	waits_for "$ONE" run "$@" && code 0
}

# does_not_wait COMMAND...: it takes no lock.
does_not_wait()
{
	hold "$ONE"
	run "$@"
	release
	lacks "$TMP/err" 'waiting for'
}

# gives_up: after a minute.
gives_up()
{
	hold "$ONE"
	run accept --yes
	release
	code 1 && unchanged "$LOCK" "$before"
}

new twin-gpus 'bind 10de:13c2'
did accept --yes || code 0
before=$(state "$LOCK")
ok 'one lock: nobody else can open it' [ "$(stat -c '%a %u' "$ONE")" = "600 $(id -u)" ]
ok 'one lock: its directory is for all to see' [ "$(stat -c %a "$R/run/earlybind")" = 755 ]
ok 'one lock: accept waits' waits accept --yes
ok 'one lock: remove waits' waits remove 10de:13c2 --yes
ok 'one lock: add waits' waits add 10de:13c2 --yes
mkdir -p "$R/sys/firmware/efi/efivars"
ok 'one lock: off waits' waits off --next-boot
ok 'one lock: confirm waits' waits confirm
for command in check list status 'explain 06:00' 'regenerate --check' 'image --kernel 6.1.0-builtin --destdir image'; do
	# shellcheck disable=SC2086 # words
	ok "one lock: $command does not wait" does_not_wait $command
done
if [ -n "${EARLYBIND_ALL:-}" ]; then
	before=$(state "$LOCK")
	ok 'one lock: after a minute it is given up' gives_up
else
	skip 'one lock: after a minute it is given up' 'long: EARLYBIND_ALL=1'
fi

# not_taken: exit 1, the file is named, and nothing is written; what was planted goes.
not_taken()
{
	before=$(state "$LOCK")
	run accept --yes
	complained 1 '/run/earlybind/lock' && unchanged "$LOCK" "$before"
}

rm "$ONE"
: >"$TMP/other"
ln -s "$TMP/other" "$ONE"
ok 'one lock: a link is not followed' not_taken
rm "$ONE"
mkfifo "$ONE"
ok 'one lock: a FIFO is none' not_taken
rm "$ONE"
: >"$ONE"
chmod 644 "$ONE"
run accept --yes
ok 'one lock: others could open it: no longer' [ "$(stat -c %a "$ONE")" = 600 ]
if chown 1 "$ONE" 2>/dev/null; then
	ok 'one lock: that of another user is refused' not_taken
	ok 'one lock: that of another user stays his' [ "$(stat -c %u "$ONE")" = 1 ]
else
	skip 'one lock: that of another user is refused' 'only root can make one'
fi

# --- rebuild-after-drift: nothing but accept writes the lock

new twin-gpus 'bind 10de:13c2'
did accept --yes || code 0
before=$(state "$LOCK")
change 'include z97-gtx980' '0000:06:00.0 0000:04:03.0 10de:13c2:1043:8508 0300 17 -'
image
ok 'rebuild-after-drift: on a machine that has changed, an image gets the accepted cards' said 0 ': 1 card'
ok 'they are those of the lock' has "$TMP/image/usr/lib/earlybind/plan" "$GUEST"
for command in check list status; do
	run $command
done
run list --json
ok 'image, check, list and status leave the lock alone' unchanged "$LOCK" "$before"
tap_end
