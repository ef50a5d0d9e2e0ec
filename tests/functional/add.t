#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# add.t: `earlybind add` and `remove` change one rule in the configuration and its entry in the lock, or nothing.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh

CARD='card 1 _SB_.PCI0 03.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0'

# added BEFORE RULE AFTER: with BEFORE in the configuration (printf's escapes) `add RULE` makes it AFTER, and the lock
# names its last line.
added()
{
	# shellcheck disable=SC2059 # escapes
	printf "$1" >"$CONF"
	# shellcheck disable=SC2059
	printf "$3" >"$TMP/expected"
	rm -f "$LOCK"
	# shellcheck disable=SC2086 # words of the rule
	run add $2 --yes
	code 0 && cmp "$TMP/expected" "$CONF" && locked "$CARD" && has "$LOCK" " /etc/earlybind.conf:$(wc -l <"$CONF") "
}

new two-gpus '# nothing yet'
run add 10de:13c2
ok 'without a terminal and --yes nothing is written' complained 1 '--yes confirms'
ok 'no rule' same "$CONF" '# nothing yet'
ok 'no lock' unchanged "$LOCK" none
asks()
{
	answer n add 10de:13c2
	ok 'n on a terminal: no rule' same "$CONF" '# nothing yet'
	answer y add 10de:13c2
	ok 'y on a terminal: the rule' same "$CONF" '# nothing yet
bind 10de:13c2'
	ok 'and its card is locked' locked "$CARD"
}
if has_terminal; then asks; else skip 'on a terminal it asks' "$NO_TERMINAL"; fi

ok 'an ID' added '# mine\n' 10de:13c2 '# mine\nbind 10de:13c2\n'
ok 'a slot' added '# mine\n' 06:00 '# mine\nbind 06:00\n'
ok 'a path' added '# mine\n' 0000:00:03.1/00 '# mine\nbind 0000:00:03.1/00\n'
ok 'options' added '' '06:00 optional allow=display' 'bind 06:00 optional allow=display\n'
ok 'a configuration whose last line has no end' added 'keep 00:14.0' 06:00 'keep 00:14.0\nbind 06:00\n'
ok 'a configuration with CRLF: its lines stay as they are' added 'keep 00:14.0\r\n' 06:00 'keep 00:14.0\r\nbind 06:00\n'
ok 'an empty configuration' added '' 06:00 'bind 06:00\n'
rm "$CONF" "$LOCK"
run add 06:00 --yes
ok 'no configuration: it is made' same "$CONF" 'bind 06:00'
ok 'it names the next step' said 0 'earlybind regenerate'
before=$(state "$CONF")
run add 0000:06:00 --yes
ok 'a rule that is there already is not written again' unchanged "$CONF" "$before"
ok 'its card is locked all the same' said 0 '1 card locked.'
mkdir -p "$R/etc/earlybind.d"
rm "$CONF"
echo 'bind 06:00' >"$R/etc/earlybind.d/vm.conf"
run add 06:00 --yes
ok 'also where it stands in another file' unchanged "$CONF" none
rm -r "$R/etc/earlybind.d"
new two-gpus 'bind 06:00'
run add 06:00 allow=display --yes
ok 'a rule that is there with other options is named' complained 1 \
	'the rule is there already, with other options: change /etc/earlybind.conf:1'
ok 'and stays' same "$CONF" 'bind 06:00'
ok 'without a lock' unchanged "$LOCK" none

# refused NAME CODE TEXT WORD...: it is not added, nothing is written, and it is said why.
refused()
{
	refused_name=$1
	refused_code=$2
	refused_text=$3
	shift 3
	new twin-gpus '# mine'
	run add "$@" --yes
	ok "$refused_name: the reason" grep -qF -e "$refused_text" "$TMP/out" "$TMP/err"
	ok "$refused_name: exit code $refused_code" code "$refused_code"
	ok "$refused_name: no rule" same "$CONF" '# mine'
	ok "$refused_name: no lock" unchanged "$LOCK" none
}

refused 'the boot display' 1 'refused: display' 03:00
refused 'a bridge' 1 'refused: bridge' 00:03.1
refused 'what is not there' 1 'nothing here is 0000:09:00; see `earlybind list`' 09:00
ok 'what is not there: no line of a file that does not exist' lacks "$TMP/out" earlybind.conf
new twin-gpus '# mine'
run add 09:00 optional --yes
ok 'what may be absent, and is: that is said' said 0 'it is not here now, which is normal: nothing is locked for it'
ok 'the next step' has "$TMP/out" 'Written. When it is there, run `earlybind accept`, then `earlybind regenerate`, and reboot.'
ok 'the rule is written' same "$CONF" '# mine
bind 09:00 optional'
ok 'no lock is' unchanged "$LOCK" none
run add 06:00 optional --yes
change 'include twin-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1'
before=$(state "$LOCK")
run add 06:00 optional --yes
ok 'one that is there, and was locked' said 0 'The rule is there already.'
ok 'its entry stays' unchanged "$LOCK" "$before"
refused 'a typing error' 2 'hint: ' 0000:06:0.0
refused 'an option that does nothing yet' 2 'not supported yet' 06:00 at=claim
refused 'an option that is none' 2 'the command line:1:' 06:00 allways
refused 'two rules at once' 2 'the command line:1:' 06:00 03:00
run add --yes
ok 'no selector at all is wrong usage' complained 2 'add what?'

# disk SELECTOR: the root is on the drive; another one can be had.
disk()
{
	change 'include nvme-twins' 'line proc/self/mountinfo 22 1 259:0 / / rw - ext4 /dev/nvme0n1 rw'
	run add "$1" --yes
}

new nvme-twins
disk 04:00
ok 'a boot disk is refused' said 1 'refused: boot-disk, mounted: / is /dev/nvme0n1, on nvme0n1'
ok 'and not written' silent "$CONF"
disk 05:00
ok 'its twin can be had' said 0 '1 card locked.'

# --- the whole way: rules that are there, and what they have, stay

new server '# first' 'bind 05:00 optional # its options stay'
run accept --yes
cat >"$TMP/expected" <<'END'
# first
bind 05:00 optional # its options stay
bind 06:00
END
run add 06:00 --yes
ok 'the other rules stay as they are' cmp "$TMP/expected" "$CONF"
ok 'and so do their entries' locked \
	'card 1 _SB_.PCI0 01.0/00 10de:1db6:10de:124a:030200 - 0000:05:00.0' \
	'card 2 _SB_.PCI0 02.0/00 10de:1db6:10de:124a:030200 - 0000:06:00.0'
change 'include server' 'drop 0000:05:00.0' '0000:00:04.0 - 8086:6f0a 0604 6 -' '0000:08:00.0 0000:00:04.0 10de:1eb8 0302 30 -'
run add 08:00 --yes
ok 'also where their cards are not there now' locked \
	'card 1 _SB_.PCI0 01.0/00 10de:1db6:10de:124a:030200 - 0000:05:00.0' \
	'card 2 _SB_.PCI0 02.0/00 10de:1db6:10de:124a:030200 - 0000:06:00.0' \
	'card 3 _SB_.PCI0 04.0/00 10de:1eb8:0000:0000:030200 - 0000:08:00.0'

# --- what was accepted before, and would be refused now

new z97-gtx980
run add 01:00 --yes
ok 'the one card of two, and the host keeps a display: nothing to warn of' silent "$TMP/err"
run add 00:02 allow=display --yes
ok 'a rule that makes the boot refuse an older one is warned of' complained 0 \
	'the next boot would refuse 0000:01:00.0 of `bind 0000:01:00`: display (no display would be left to the host). `earlybind explain 0000:01:00.0` says what to do'
run accept --yes 00:02
ok 'accept warns of it, too' complained 0 'the next boot would refuse 0000:01:00.0'

# --- a card that another rule has

new twin-gpus
did add 10de:13c2 --yes || fail 'add'
run add 06:00 --yes
ok 'the rule that has the card is named, and no line that does not exist' said 1 \
	'note: /etc/earlybind.conf:1 has 0000:06:00.0 already'
run remove 06:00 --yes
ok 'as it is where the card is to be removed under another name' complained 1 \
	'there is no rule `bind 06:00`; what it means is locked by `bind 10de:13c2` (/etc/earlybind.conf:1)'
new twin-gpus 'bind 06:00.1' 'bind 06:00'
run accept --yes
ok 'a rule for a part of it has to go' said 0 \
	'/etc/earlybind.conf:2: /etc/earlybind.conf:1 has 0000:06:00.1 already, so no rule has the rest of that card: take that rule out'
ok 'nothing else is advised' lacks "$TMP/out" 'behind this one'

# --- a write that fails

new two-gpus '# mine'
mkdir "$CONF.new"
run add 06:00 --yes
ok 'a configuration that cannot be written: it says so' complained 1 '/etc/earlybind.conf cannot be written'
ok 'and nothing is locked' unchanged "$LOCK" none
new two-gpus
mkdir "$LOCK.new"
run add 06:00 --yes
ok 'a lock that cannot be written: it says where the rule is' complained 1 'the rule is in /etc/earlybind.conf'
ok 'and it is there' has "$CONF" 'bind 06:00'
new two-gpus
printf '# one\0two\n' >"$CONF"
before=$(state "$CONF")
run add 06:00 --yes
ok 'a configuration with a NUL is not rewritten' unchanged "$CONF" "$before"
ok 'and it is said' complained 1 '/etc/earlybind.conf cannot be written'

# --- the file stays what it was

# mode_of FILE: its mode and its owner.
mode_of()
{
	stat -c '%a %u' "$1"
}

new two-gpus '# mine'
chmod 640 "$CONF"
[ "$(id -u)" -ne 0 ] || chown 65534 "$CONF"
before=$(mode_of "$CONF")
did add 06:00 --yes
ok 'add keeps mode and owner of the configuration' [ "$(mode_of "$CONF")" = "$before" ]
did remove 06:00 --yes
ok 'and so does remove' [ "$(mode_of "$CONF")" = "$before" ]
mkdir "$R/srv"
mv "$CONF" "$R/srv/conf"
ln -s /srv/conf "$CONF"
did add 06:00 --yes
ok 'where it is a link, add writes what it leads to, below the root' same "$R/srv/conf" '# mine
bind 06:00'
ok 'and leaves the link' [ "$(readlink "$CONF")" = /srv/conf ]
did remove 06:00 --yes
ok 'and so does remove' same "$R/srv/conf" '# mine'
ok 'the link, too' [ "$(readlink "$CONF")" = /srv/conf ]

# --- remove

new server '# first' 'bind 05:00 # one' 'keep 00:14.0' 'bind 06:00'
run accept --yes
before=$(state "$CONF")
run remove 05:00
ok 'remove asks, too' complained 1 '--yes confirms'
ok 'without an answer the rule stays' unchanged "$CONF" "$before"
run remove 0000:05:00 --yes
ok 'the rule goes, in whichever spelling' said 0 'earlybind regenerate'
ok 'the rest stays as it is' same "$CONF" '# first
keep 00:14.0
bind 06:00'
grep '^card ' "$LOCK" >"$TMP/cards"
ok 'its entry goes, the other stays' same "$TMP/cards" 'card 1 _SB_.PCI0 02.0/00 10de:1db6:10de:124a:030200 - 0000:06:00.0'
ok 'the card that was let go is a guard now' has "$LOCK" 'guard twin accept - _SB_.PCI0 01.0/00 10de:1db6:10de:124a:030200'
run remove 05:00 --yes
ok 'a rule that is not there' complained 1 'there is no rule `bind 05:00`'
run remove --yes
ok 'without a selector: wrong usage' complained 2 'remove which rule?'
run remove 06:00 optional --yes
ok 'an option that it would ignore: wrong usage' complained 2 'remove takes one SELECTOR, and its id=ID where several rules have it, not '"'optional'"
run remove 06:00 03:00 --yes
ok 'two selectors: wrong usage' complained 2 "not '03:00'"
printf 'bind 06:00\r\nkeep 00:14.0\r\n' >"$CONF"
run remove 06:00 --yes
ok 'of lines with CRLF the others stay' same "$CONF" "$(printf 'keep 00:14.0\r')"
ok 'of the last rule its guards go, too' [ "$(grep -c '^guard' "$LOCK")" = 0 ]
image
ok 'how-to-undo: without the last rule nothing is put into the image' said 0 'nothing to bind'
ok 'nothing at all' [ -z "$(ls -A "$TMP/image")" ]
new two-gpus 'bind 06:00 id=10de:13c2' 'bind 06:00 id=10de:1b81'
run accept --yes
before=$(state "$CONF")
run remove 06:00 --yes
ok 'of two rules with one selector nobody guesses which' complained 1 '2 rules have this selector: add the id='
ok 'both stay' unchanged "$CONF" "$before"
run remove 06:00 id=10de:1b81 --yes
ok 'with its id= one goes' same "$CONF" 'bind 06:00 id=10de:13c2'
ok 'and the entry of the other stays' locked "$CARD"
did remove 06:00 --yes
ok 'the last one needs no id=' silent "$CONF"
mkdir -p "$R/etc/earlybind.d"
echo 'bind 05:00' >"$R/etc/earlybind.d/vm.conf"
run remove 05:00 --yes
ok 'a rule of another file is named, and left there' complained 1 'the rule is in /etc/earlybind.d/vm.conf:1'
new twin-gpus 'bind 10de:13c2' 'bind 04:00'
change 'include twin-gpus' 'block nvme0n1 0000:04:00.0/nvme/nvme0 259:0' \
	'line proc/self/mountinfo 22 1 259:0 / / rw - ext4 /dev/nvme0n1 rw'
run accept --yes
run remove 10de:13c2 --yes
ok 'a guard that another rule has a use for stays' same "$LOCK" "$(sed -n '1p; /^guard boot-disk/p; /^end/p' "$LOCK")"
ok 'that one' [ "$(grep -c '^guard' "$LOCK")" = 1 ]
run remove 04:00 --yes
ok 'without any rule the boot disk needs no guard' [ "$(grep -c '^guard' "$LOCK")" = 0 ]

# --- rules without a lock

new two-gpus
run add --yes 10de:13c2 live
ok 'a live rule is written' said 0 'Written. Now run `earlybind regenerate`, and reboot.'
ok 'into the configuration' same "$CONF" 'bind 10de:13c2 live'
ok 'and no lock is' unchanged "$LOCK" none
image
ok 'an image gets its plan' said 0 ': 0 cards, 1 live rule'
ok 'whole' has "$TMP/image/usr/lib/earlybind/plan" 'live=1 vf=- /etc/earlybind.conf:1 10de:13c2'
run accept --yes
ok 'accept says that there is nothing to lock' said 0 'decided at each boot: there is nothing to lock'
run check
ok 'check tells what it would do' said 0 '0000:06:00.0 [10de:13c2] bind to vfio-pci'
: >"$LOCK"
run check
ok 'but not with a damaged lock' lacks "$TMP/out" 'bind to'
image
ok 'as no image gets a plan then' complained 0 lock-broken
ok 'none at all' silent "$TMP/image"/usr/lib/earlybind/plan
new two-gpus 'bind 10de:13c2 live'
run add --yes 10de:13c2 live
ok 'a live rule that is there already' said 0 'there already'
new nvme-twins
run add --yes 144d:a808 live
ok 'a live rule for what is no display is warned of' complained 0 \
	'/etc/earlybind.conf:1: bind 144d:a808 live: 0000:04:00.0 is no display, and live rules take displays only'
run accept --yes
ok 'by accept, too' complained 0 '/etc/earlybind.conf:1: bind 144d:a808 live: 0000:04:00.0 is no display'
run check
ok 'and by check' complained 0 '/etc/earlybind.conf:1: bind 144d:a808 live: 0000:04:00.0 is no display'
refused 'live and allow=display' 2 'never takes the boot display' 10de:13c2 live allow=display
new two-gpus 'bind 0000:00:03.1/00 id=10de:13c2'
image
ok 'a path with id= gets its plan without a lock' said 0 ': 1 card'
run check
ok 'check finds its card' said 0 '0000:06:00.0 [10de:13c2] bind to vfio-pci'
change 'include laptop'
run check
ok 'and says where it is not' said 1 'refused: absent (nothing stands at its place)'

tap_end
