#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# schema.t: what each command prints with --json is what the published schema says, on all machines of tests/trees and in
# the states that a machine can be in.
# shellcheck source=/dev/null
. tests/functional/host.sh
PYTHON=python3
# has_jsonschema: of version 4 or later.
has_jsonschema()
{
	"$PYTHON" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null
}
if ! has_jsonschema; then
	need python3:python3 '/usr/lib/python3*/*-packages/jsonschema:python3-jsonschema'
	PYTHON=/usr/bin/python3 # which has what the distribution packages
	has_jsonschema || skip_rest 'python3 has no jsonschema of version 4 or later'
fi
need jq:jq
SCHEMA=share/earlybind.schema.json
SEEN=$TMP/seen
N=0
mkdir "$SEEN"

# seen COMMAND [ARGUMENT...]: what it prints is kept. One that prints nothing is an error of the test.
seen()
{
	run "$@" --json
	[ -s "$TMP/out" ] || { echo "# $* printed nothing:" && sed 's/^/#   /' "$TMP/err"; }
	N=$((N + 1))
	cp "$TMP/out" "$SEEN/$1.$N.json"
}

# seen_all SELECTOR: by each command.
seen_all()
{
	seen list
	seen check
	seen explain "$1"
	seen status
}

for machine in tests/trees/machines/*.txt; do
	machine=${machine##*/}
	new "${machine%.txt}"
	run list gpu --json
	card=$(jq -r '.devices[-1].address' "$TMP/out")
	echo "bind $card" >"$CONF"
	seen_all "$card"
	run accept --yes
	seen_all "$card"
done

# A boot whose report has devices and notes, a trial, and images.
new two-gpus 'bind 06:00'
mkdir -p "$R/sys/firmware/efi/efivars"
run accept --yes
plan "$R" 6.1.0-builtin "$R" >/dev/null
boot "$FIRST_INIT" "$R"
image_in_boot
seen_all 06:00
seen regenerate --check
# A boot entry starts that image, and this boot came from another.
mkdir -p "$R/boot/loader/entries"
: >"$R/boot/vmlinuz-6.1.0-builtin"
printf '%s\n' 'title An entry' 'linux /boot/vmlinuz-6.1.0-builtin' 'initrd /boot/initrd.img-6.1.0-builtin' \
	>"$R/boot/loader/entries/an-entry.conf"
echo 'BOOT_IMAGE=/vmlinuz-other ro' >"$R/proc/cmdline"
seen regenerate --check
seen_all 06:00
rm -r "$R/boot/loader"
echo 'bind 03:00' >>"$CONF"
echo 'keep 6:0' >>"$CONF"
echo old >"$R/boot/initrd.img-6.1.0-modular"
seen_all 06:00
seen regenerate --check
echo 'bind 06:00 allow=display' >"$CONF"
seen_all 06:00
change 'include two-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1' 'cmdline pcie_acs_override=downstream'
seen_all 06:00
echo 'bind 06:00 optional' >"$CONF"
seen check
rm -r "${R:?}/boot"
seen regenerate --check
echo damaged >>"$LOCK"
seen check
new two-gpus
seen status

ok 'the output of each command is what the schema says, key by key' "$PYTHON" tests/lib/schema.py "$SCHEMA" "$SEEN"

sed -n 's/^\t\[REASON_[A-Z_]*\] = "\([a-z-]*\)",$/\1/p' src/core/reason.c | grep -v '^-$' >"$TMP/words"
jq -r '.["$defs"].reason.enum[]' "$SCHEMA" >"$TMP/enum"
ok 'the schema has the reasons of the code, and no other' cmp "$TMP/words" "$TMP/enum"
grep -o '\[ROW_[A-Z]*\] = { "[a-z-]*"' src/host/lib/row.c | sed 's/.*"\(.*\)"/\1/' >"$TMP/words"
jq -r '.["$defs"].row.properties.kind.enum[]' "$SCHEMA" >"$TMP/enum"
ok 'and the kinds of rows' cmp "$TMP/words" "$TMP/enum"

# --- what the scripts of packages ask of it

# packages_find_stale: as they do, of this root.
packages_find_stale()
{
	(
		# shellcheck disable=SC2317 # which images.sh calls
		earlybind() { "$EARLYBIND" "$@" --root "$R"; }
		# shellcheck source=/dev/null
		. packaging/images.sh
		images_stale
	)
}

new two-gpus
image_in_boot
ok 'an image without a plan, and no rule: packages find none that is stale' [ -z "$(packages_find_stale)" ]
run add 06:00 --yes
ok 'with a rule they find it' [ "$(packages_find_stale)" = 6.1.0-builtin ]
tap_end
