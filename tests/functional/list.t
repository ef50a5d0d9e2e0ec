#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# list.t: `earlybind list` shows the functions that can be chosen, and `usage`: exit codes and help of all commands.
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq strace:strace

new twin-gpus 'bind 10de:13c2'
run accept --yes
run list
ok 'a table of all functions but bridges' same "$TMP/out" \
	'ADDRESS      ID        DRIVER IOMMU STATE        CLASS      NAME
0000:03:00.0 10de:13c2           20 boot-display Class 0300 Device 10de:13c2
0000:03:00.1 10de:0fbb           20 boot-display Class 0403 Device 10de:0fbb
0000:04:00.0 144d:a808 nvme      21              Class 0108 Device 144d:a808
0000:06:00.0 10de:13c2           22 locked       Class 0300 Device 10de:13c2
0000:06:00.1 10de:0fbb           22 locked       Class 0403 Device 10de:0fbb'
mkdir -p "$R/usr/share/misc"
cat >"$R/usr/share/misc/pci.ids" <<'END'
10de  NVIDIA Corporation
	13c2  GM204 [GeForce GTX 970]
C 03  Display controller
	00  VGA compatible controller
END
run list gpu
ok 'with the names of pci.ids' said 0 'VGA compatible controller NVIDIA Corporation GM204 [GeForce GTX 970]'
ok 'and one kind of card only' [ "$(wc -l <"$TMP/out")" = 3 ]
ASAN_OPTIONS=detect_leaks=0 strace -o "$TMP/trace" "$EARLYBIND" list --root "$R" >"$TMP/out" 2>&1
ok 'strace saw the names' has "$TMP/trace" usr/share/misc/pci.ids
ok 'but not those that lspci -q once fetched for a user' fails grep -e /pci-ids -e pciids-cache "$TMP/trace"
printf '10de\n\tno name\n' >"$R/usr/share/misc/pci.ids"
run list
ok 'a pci.ids that libpci cannot read' complained 1 pci.ids, line 1
change 'include twin-gpus' 'set 0000:06:00.0 id=10de:1b81'
run list gpu
ok 'what stands in the place of a locked card is not called locked' lacks "$TMP/out" ' locked '

# states: "ADDRESS STATE" of each that has one, by list; and what add says: whether it locks what has none.
states()
{
	run list --json
	jq -r '.devices[] | select(.state) | "\(.address) \(.state)"' "$TMP/out" >"$TMP/states"
	same "$TMP/states" "$1"
}

new twin-gpus 'bind 06:00.0'
ok 'a rule that waits' states '0000:03:00.0 boot-display
0000:03:00.1 boot-display
0000:06:00.0 not-accepted'
run accept --yes
ok 'a function that is locked alone' states '0000:03:00.0 boot-display
0000:03:00.1 boot-display
0000:06:00.0 locked'
run add 06:00.1 --yes
ok 'and add takes the rest by its function' code 0
new twin-gpus 'keep 04:00'
ok 'what is kept' states '0000:03:00.0 boot-display
0000:03:00.1 boot-display
0000:04:00.0 kept'
run add 04:00 --yes
ok 'is refused' code 1
run add 06:00 --yes
ok 'and what has no word is free' code 0

new twin-gpus 'bind 10de:13c2 live'
ok 'what a live rule takes waits for nobody' states '0000:03:00.0 boot-display
0000:03:00.1 boot-display
0000:06:00.0 selected
0000:06:00.1 selected'
new twin-gpus 'bind 0000:00:03.1/00 id=10de:13c2'
ok 'nor does what a rule with its id= names' states '0000:03:00.0 boot-display
0000:03:00.1 boot-display
0000:06:00.0 selected
0000:06:00.1 selected'
run accept --yes
ok 'which is locked once it is accepted' states '0000:03:00.0 boot-display
0000:03:00.1 boot-display
0000:06:00.0 locked
0000:06:00.1 locked'
new twin-gpus 'bind 06:00'
igpu='0000:00:02.0 - 8086:0412 0300 2 - boot_vga=1'
change 'include twin-gpus' 'root 0000:00 -' "$igpu" 'set 0000:03:00.0 boot_vga=0'
run accept --yes
change 'include twin-gpus' 'root 0000:00 -' "$igpu" 'drop 0000:03:00.0' 'drop 0000:03:00.1'
ok 'one that may be its twin does not wait for accept: it is not found' states '0000:00:02.0 boot-display
0000:06:00.0 not-found
0000:06:00.1 not-found'

# addresses KIND: what a list of this kind has, in one line.
addresses()
{
	run list "$1" --json
	jq -r '.devices[].address' "$TMP/out" | paste -s -d ' ' >"$TMP/addresses"
	same "$TMP/addresses" "$2"
}

new server
ok 'gpu: displays and 3D controllers' addresses gpu '0000:03:00.0 0000:05:00.0 0000:06:00.0'
ok 'nic' addresses nic '0000:07:00.0 0000:07:00.1 0000:07:00.2 0000:07:00.3'
new nvme-twins
ok 'nvme' addresses nvme '0000:04:00.0 0000:05:00.0'
new z97-gtx980
ok 'usb' addresses usb '0000:00:14.0 0000:00:1a.0 0000:00:1d.0 0000:09:00.0'
ok 'audio' addresses audio '0000:00:03.0 0000:00:1b.0 0000:01:00.1'
run list --json
jq -c '.devices[0]' "$TMP/out" >"$TMP/json" 2>&1
ok '--json' same "$TMP/json" \
	'{"address":"0000:00:02.0","id":"8086:0412","driver":null,"iommu_group":2,"state":"boot-display","class":"Class 0300","name":"Device 8086:0412"}'
run list nvme
ok 'nothing of that kind' same "$TMP/out" "$(printf 'ADDRESS      ID        DRIVER IOMMU STATE CLASS      NAME\n0000:0a:00.0 1b85:6018           21       Class 0108 Device 1b85:6018')"
new laptop
run list nvme
ok 'nothing of that kind is no error' said 0 'No such device.'
run list nvme --json
ok 'and in JSON an empty list' jq -e '.devices == []' "$TMP/out"
run list cpu
ok 'a kind that is none' complained 2 'list what? gpu, nvme, nic, usb or audio'
run list gpu nic
ok 'two kinds' complained 2 'list takes one kind'
run image --kernel 6.1.0-builtin --destdir "$TMP" --cpio "$TMP/x"
ok 'an image in two places' complained 2 '--destdir DIR or --cpio FILE, not both'
for machine in tests/trees/machines/*.txt; do
	name=$(basename "$machine" .txt)
	new "$name"
	run list
	ok "every function of $name but bridges is listed" [ "$(tail -n +2 "$TMP/out" | wc -l)" = \
		"$(awk '/^[0-9a-f]*:/ && $4 !~ /^06/' "$machine" | wc -l)" ]
done

# --- usage

# helps COMMAND: with --help it says how it is used, does nothing else, and ends with 0.
helps()
{
	run "$1" --help
	said 0 "usage: earlybind $1" && [ "$(wc -l <"$TMP/out")" -ge 3 ] && silent "$TMP/err"
}

for command in list add remove accept check status image; do
	ok "$command --help" helps $command
	run $command --no-such-option
	ok "$command: an unknown option is wrong usage" complained 2 "usage: earlybind $command"
done
for command in check status; do
	run $command 06:00
	ok "$command takes no arguments" code 2
done

# plain CODE [ARGUMENT...]: the tool without a root.
plain()
{
	plain_code=$1
	shift
	"$EARLYBIND" "$@" </dev/null >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	code "$plain_code"
}

ok 'without a command: wrong usage' plain 2
ok 'with the commands on stderr' has "$TMP/err" '  accept '
ok '--help' plain 0 --help
ok 'with the commands on stdout' has "$TMP/out" '  accept '
ok '-h' plain 0 -h
ok 'is the same' has "$TMP/out" '  accept '
ok '--version' plain 0 --version
ok '-V is the same' same "$TMP/out" "$("$EARLYBIND" -V)"
ok 'an option before the command' plain 2 --root "$R" list
ok 'is told where it belongs' has "$TMP/err" "'--root': options stand behind the command"
ok 'a command that is none' plain 2 bind
ok 'is named' has "$TMP/err" "there is no command 'bind'"
ok 'a root that is not there' plain 1 list --root "$TMP/nowhere"
"$EARLYBIND" list --root "$R" >/dev/full 2>"$TMP/err"
echo $? >"$TMP/code"
: >"$TMP/out"
ok 'output that cannot be written' complained 1 'the output cannot be written'
tap_end
