#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# files.t: cases of the files of conf and lock: links, damage, other users, edits while a command asks, words of others.
# shellcheck source=/dev/null
. tests/cases/machine.sh
need flock:util-linux

# --- lock-link

# linked FILE...: these files of /etc are links into /persist.
linked()
{
	new server 'bind 05:00'
	did accept --yes || return 1
	mkdir "$R/persist"
	for linked; do
		mv "$R/etc/$linked" "$R/persist/"
		ln -s "$LINK_TO/$linked" "$R/etc/$linked"
	done
}

# written_through FILE...: `add` writes what these links mean, and leaves the links.
written_through()
{
	linked "$@" && did add 06:00 --yes || return 1
	for written_through; do
		[ -L "$R/etc/$written_through" ] || { ls -l "$R/etc"; return 1; }
	done
	[ "$(grep -c '^bind' "$CONF")" = 2 ] && locks 0000:05:00.0 0000:06:00.0
}

LINK_TO=../persist
outcome lock-link 'the lock, and its link says from where' written_through earlybind.lock
outcome lock-link 'both' written_through earlybind.conf earlybind.lock
ok 'lock-link: the configuration' written_through earlybind.conf

# absolute_inside: absolute links are followed inside of --root.
absolute_inside()
{
	LINK_TO=/persist
	new server 'bind 05:00'
	did accept --yes || return 1
	mkdir "$R/persist"
	for absolute in earlybind.conf earlybind.lock; do
		mv "$R/etc/$absolute" "$R/persist/"
		ln -s "/persist/$absolute" "$R/etc/$absolute"
	done
	did add 06:00 --yes || return 1
	[ -L "$LOCK" ] && [ "$(grep -c '^bind' "$R/persist/earlybind.conf")" = 2 ] &&
		[ "$(grep -c '^card' "$R/persist/earlybind.lock")" = 2 ]
}
outcome lock-link 'absolute links' absolute_inside

# chained: a link to a link, and what stands beside the first of them is not touched.
chained()
{
	LINK_TO=../persist
	linked earlybind.conf earlybind.lock || return 1
	mkdir -p "$R/srv/state" "$R/etc/earlybind.conf.new/full" "$R/etc/earlybind.lock.new/full"
	for chained in earlybind.conf earlybind.lock; do
		mv "$R/persist/$chained" "$R/srv/state/$chained.real"
		ln -s "/srv/state/$chained.real" "$R/persist/$chained"
	done
	did add 06:00 --yes || return 1
	[ -L "$LOCK" ] && [ -L "$CONF" ] && [ -L "$R/persist/earlybind.lock" ] && [ -L "$R/persist/earlybind.conf" ] &&
		[ "$(ls "$R/srv/state")" = 'earlybind.conf.real
earlybind.lock.real' ] && did check && grep -q '^bind 06:00' "$R/srv/state/earlybind.conf.real" || return 1
	did remove 05:00 --yes && [ -L "$LOCK" ] && [ -L "$CONF" ] &&
		[ "$(grep -c '^card' "$R/srv/state/earlybind.lock.real")" = 1 ]
}
outcome lock-link 'links to links' chained

# unlinked FILE TARGET COMMAND...: where the link leads to nothing, or nowhere, the command says so, and writes nothing.
unlinked()
{
	unlinked_file=$R/etc/$1
	new server 'bind 05:00'
	did accept --yes || return 1
	rm "$unlinked_file"
	ln -s "$2" "$unlinked_file"
	shift 2
	find "$R/etc" "$R/srv" | sort >"$TMP/before"
	[ ! -f "$LOCK" ] || cp "$LOCK" "$TMP/lock"
	[ ! -f "$CONF" ] || cp "$CONF" "$TMP/conf"
	run "$@"
	code 1 && find "$R/etc" "$R/srv" | sort | diff -u "$TMP/before" - && [ -L "$unlinked_file" ] || return 1
	[ ! -f "$LOCK" ] || cmp "$LOCK" "$TMP/lock" || return 1
	[ ! -f "$CONF" ] || cmp "$CONF" "$TMP/conf" || return 1
	run check --json
	code 1
}

for file in conf lock; do
	for to in ../srv/gone /srv/gone "earlybind.$file" /gone/x; do
		outcome lock-link "$file is a link to $to: accept" unlinked earlybind.$file $to accept --yes
		outcome lock-link "$file is a link to $to: add" unlinked earlybind.$file $to add 06:00 --yes
		outcome lock-link "$file is a link to $to: remove" unlinked earlybind.$file $to remove 05:00 --yes
	done
done
new server 'bind 05:00'
did accept --yes || code 0
rm "$LOCK"
ln -s /srv/gone "$LOCK"
image
outcome lock-link 'an image build goes on without a plan, and does not take it for no lock' complained 0 lock-broken

# --- lock-overwritten

# unreadable HOW: the lock of three cards is of a later version, damaged, or cut.
unreadable()
{
	new server 'bind 05:00' 'bind 06:00' 'bind 07:00 allow=in-use'
	did accept --yes || return 1
	case $1 in
	later)
		sed '1d;$d' "$LOCK" >"$TMP/lines"
		tree_end lock <"$TMP/lines" | sed '1s/.*/earlybind-lock 9/; $d' >"$TMP/text"
		end=$(gzip -c <"$TMP/text" | tail -c 8 | od -An -v -tu1 -N4)
		# shellcheck disable=SC2086 # four numbers
		set -- $end
		{ cat "$TMP/text"; printf 'end %02x%02x%02x%02x\n' "$4" "$3" "$2" "$1"; } >"$LOCK"
		;;
	damaged) sed -i 's/optional=0/optional=1/' "$LOCK" ;;
	cut) sed -i '$d' "$LOCK" ;;
	empty) : >"$LOCK" ;;
	esac
}

# refused HOW COMMAND...: exit 1; conf and lock are what they were, and nothing is beside them.
refused()
{
	unreadable "$1" || return 1
	shift
	cp "$LOCK" "$TMP/lock"
	cp "$CONF" "$TMP/conf"
	run "$@" --yes
	code 1 && cmp "$TMP/lock" "$LOCK" && cmp "$TMP/conf" "$CONF" && just_these
}

just_these()
{
	[ "$(ls "$R/etc")" = 'earlybind.conf
earlybind.lock' ] || { ls "$R/etc"; return 1; }
}

for how in later damaged cut empty; do
	outcome lock-overwritten "$how: remove" refused $how remove 05:00
	outcome lock-overwritten "$how: add" refused $how add 03:00 allow=display
	outcome lock-overwritten "$how: accept of one rule" refused $how accept 05:00
done

# kept NAME: what the lock was lies under this name, byte for byte, and the lock is a good one again.
kept()
{
	cmp "$TMP/lock" "$R/etc/$1" && did check && locks 0000:05:00.0 0000:06:00.0 0000:07:00.0
}

# replaced HOW COMMAND...: a person says yes.
replaced()
{
	unreadable "$1" || return 1
	shift
	cp "$LOCK" "$TMP/lock"
	answer y "$@"
	code 0 && kept earlybind.lock.damaged-1
}

# again: the next one lies beside it; a link that somebody put in the way is left alone.
again()
{
	cp "$TMP/lock" "$TMP/first"
	ln -s ../gone "$R/etc/earlybind.lock.damaged-2"
	echo again >"$LOCK"
	cp "$LOCK" "$TMP/lock"
	answer y accept
	code 0 && kept earlybind.lock.damaged-3 && cmp "$TMP/first" "$R/etc/earlybind.lock.damaged-1" && [ ! -e "$R/gone" ]
}

# declined: a person says no.
declined()
{
	unreadable damaged || return 1
	cp "$LOCK" "$TMP/lock"
	answer n accept
	code 1 && cmp "$TMP/lock" "$LOCK" && just_these
}

# emptied: of rules that lock nothing any more.
emptied()
{
	unreadable empty || return 1
	: >"$CONF"
	answer y accept
	code 0 && [ -f "$R/etc/earlybind.lock.damaged-1" ] && did list && silent "$TMP/err"
}

for how in later damaged cut empty; do
	outcome lock-overwritten "$how: accept without a terminal" refused $how accept
done
if has_terminal; then
	for how in later damaged cut empty; do
		outcome lock-overwritten "$how: accept" replaced $how accept
		outcome lock-overwritten "$how: accept --yes asks all the same" replaced $how accept --yes
	done
	outcome lock-overwritten 'another one in a row' again
	outcome lock-overwritten 'nobody said yes' declined
	outcome lock-overwritten 'of no rules' emptied
else
	skip 'lock-overwritten: a full accept' "$NO_TERMINAL"
fi

# --- flock-etc

# held FILE COMMAND...: while somebody else holds a lock of this file, the command ends all the same.
held()
{
	new two-gpus 'bind 06:00'
	mkfifo "$TMP/held"
	# shellcheck disable=SC2016 # for the script
	flock "$R/$1" sh -c 'echo >"$1"; exec sleep 60' sh "$TMP/held" &
	held_by=$!
	shift
	read -r _ <"$TMP/held"
	rm "$TMP/held"
	timeout 4 "$EARLYBIND" "$1" --root "$R" "$2" --yes </dev/null >"$TMP/out" 2>"$TMP/err"
	held_code=$?
	pkill -P $held_by
	kill $held_by 2>/dev/null
	[ $held_code = 0 ] || { echo "exit code $held_code"; cat "$TMP/err"; return 1; }
}
outcome flock-etc 'of /etc: accept' held etc accept 06:00
outcome flock-etc 'of /etc: add' held etc add 06:00
outcome flock-etc 'of /etc: remove' held etc remove 06:00
ok 'flock-etc: of the configuration' held etc/earlybind.conf accept 06:00

# --- remove-wrong-line

# answered_while COMMAND LINE...: at its question the configuration becomes these lines; then somebody says yes. How it ended
# is in $TMP/ended, and the lock as it was in $TMP/lock.
answered_while()
{
	edited_command=$1
	shift
	cp "$LOCK" "$TMP/lock"
	printf '%s\n' "$@" >"$TMP/edited"
	: >"$TMP/screen"
	# shellcheck disable=SC2094 # it is waited for
	{
		edited_tries=0
		while ! [ -s "$TMP/screen" ] && [ $edited_tries -lt 100 ]; do
			sleep 0.1
			edited_tries=$((edited_tries + 1))
		done
		sleep 0.3
		cp "$TMP/edited" "$CONF"
		echo y
		sleep 0.5
	} | at_terminal "'$EARLYBIND' $edited_command --root '$R'" >"$TMP/screen" 2>&1
	echo $? >"$TMP/ended"
	[ -s "$TMP/screen" ]
}

# edited_while COMMAND LINE...: the same, of two rules that were accepted.
edited_while()
{
	new server 'bind 05:00' 'bind 06:00'
	did accept --yes && answered_while "$@"
}

# no_other_line: of the lines that the editor saved at most `bind 06:00` went, or one more came.
no_other_line()
{
	edited_while "$@" || return 1
	grep -vxF 'bind 06:00' "$TMP/edited" >"$TMP/others"
	grep -vxF -e 'bind 06:00' -e 'bind 07:00' "$CONF" | diff -u "$TMP/others" - || return 1
	run check
	[ "$(cat "$TMP/code")" -le 1 ]
}

# writes_nothing COMMAND LINE...: the same; conf is what the editor saved, the lock what it was, and the exit code is 1.
writes_nothing()
{
	edited_while "$@" && cmp "$TMP/edited" "$CONF" && cmp "$TMP/lock" "$LOCK" && [ "$(cat "$TMP/ended")" = 1 ]
}

# accept_edited: the rule that accept asks for is no more when it is answered.
accept_edited()
{
	new server 'bind 05:00' 'bind 06:00'
	did accept --yes 05:00 || return 1
	answered_while accept 'bind 05:00' 'keep 06:00'
	cmp "$TMP/edited" "$CONF" && cmp "$TMP/lock" "$LOCK" && [ "$(cat "$TMP/ended")" = 1 ]
}

# same_file: a file that is saved as it was is no change.
same_file()
{
	edited_while 'remove 06:00' 'bind 05:00' 'bind 06:00' && same "$CONF" 'bind 05:00' && locks 0000:05:00.0
}

edits()
{
	outcome remove-wrong-line 'lines are put in above' no_other_line 'remove 06:00' 'keep 07:00.0' 'keep 05:00' 'bind 05:00' 'bind 06:00'
	outcome remove-wrong-line 'lines change their order' no_other_line 'remove 06:00' 'bind 06:00' 'bind 05:00'
	outcome remove-wrong-line 'the line is gone already' no_other_line 'remove 06:00' '# none' 'bind 05:00'
	outcome remove-wrong-line 'another rule goes meanwhile: remove' writes_nothing 'remove 06:00' 'bind 06:00'
	outcome remove-wrong-line 'a keep line comes meanwhile: add' writes_nothing 'add 03:00 allow=display' 'bind 05:00' 'bind 06:00' 'keep 03:00'
	outcome remove-wrong-line 'a rule becomes another: add' writes_nothing 'add 03:00 allow=display' 'bind 05:00' 'bind 08:00'
	outcome remove-wrong-line 'a rule goes meanwhile: accept' accept_edited
	ok 'remove-wrong-line: saved as it was, the rule goes' same_file
}
if has_terminal; then edits; else skip 'remove-wrong-line: an edit while it asks' "$NO_TERMINAL"; fi

# --- terminal-injection

# clean COMMAND...: what it prints has no control byte but line ends and tabs.
clean()
{
	run "$@"
	cat "$TMP/out" "$TMP/err" | LC_ALL=C tr -d '\n\t\040-\176\200-\377' >"$TMP/controls"
	[ ! -s "$TMP/controls" ] || { od -c "$TMP/controls" | head -n 3; return 1; }
}

ESC=$(printf '\033')
new nvme-twins 'bind 05:00'
mkdir -p "$R/proc/self" "$R/etc/libvirt/qemu"
cat >"$R/proc/self/mountinfo" <<END
22 1 259:0 / / rw - ext4 /dev/nvme0n1 rw
99 22 0:77 / /home/eve/x${ESC}[2K${ESC}]0;owned${ESC}\\134\\012\\040+\\0400000:05:00.0\\012 rw,nosuid,nodev - fuse.eve /dev/nvme1n1 rw,user_id=1000
END
printf '%s\n' "<domain><devices><hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x04' slot='0x00' function='0x0'/></source></hostdev></devices></domain>" \
	>"$R/etc/libvirt/qemu/x${ESC}[2Ky.xml"
outcome terminal-injection 'accept' clean accept --yes
outcome terminal-injection 'add' clean add 144d:a808 --yes
outcome terminal-injection 'explain' clean explain 05:00
ok 'terminal-injection: check' clean check
ok 'terminal-injection: list' clean list
ok 'terminal-injection: status' clean status
ok 'terminal-injection: check --json' clean check --json

# boots_clean: what a boot says, too, of a drive that was free; its lock has the guard of the one beside it.
boots_clean()
{
	set -- 'include nvme-twins' '0000:00:1e.0 - 8086:a331 0604 3 pcieport' \
		'0000:06:00.0 0000:00:1e.0 144d:a808:144d:a801 010802 12 nvme serial=0000000000000000'
	cp "$R/proc/self/mountinfo" "$TMP/mountinfo"
	change "$@" "line proc/self/mountinfo $(sed -n 1p "$TMP/mountinfo")"
	cp "$TMP/mountinfo" "$R/proc/self/mountinfo"
	echo 'bind 144d:a808' >"$CONF"
	rm -f "$LOCK"
	run accept --yes
	sed -e 's,^\(guard in-use .*\) 1d.0/00 ,\1 1e.0/00 ,' -e '1d; $d' "$LOCK" | tree_end lock >"$TMP/guarded"
	cp "$TMP/guarded" "$LOCK"
	next_machine "$@"
	"$FIRST_INIT" --root "$TMP/boot" explain >"$TMP/explained" 2>&1
	LC_ALL=C tr -d '\n\t\040-\176\200-\377' <"$TMP/explained" >"$TMP/controls"
	has "$TMP/explained" '/home/eve/x\x1b[2K' || { cat "$TMP/out" "$TMP/err"; return 1; }
	[ ! -s "$TMP/controls" ] || { od -c "$TMP/controls" | head -n 3; return 1; }
}
outcome terminal-injection 'a boot' boots_clean
tap_end
