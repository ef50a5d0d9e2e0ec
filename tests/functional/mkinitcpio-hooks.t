#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mkinitcpio-hooks.t: `earlybind check` names the line of mkinitcpio's configuration that leaves earlybind out of HOOKS,
# after all drop-ins, in their order, were read.
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq
D=$R/etc/mkinitcpio.conf.d

# origins ORIGIN...: for `ok`: check names just these lines.
origins()
{
	run check --json
	printf '%s\n' "$@" | jq -R 'select(. != "")' | jq -cs . >"$TMP/wanted"
	jq -c '[.advice[] | select(.kind == "image") | .origin]' "$TMP/out" | diff "$TMP/wanted" -
}

# drop_in NAME LINE...
drop_in()
{
	drop_in_name=$1
	shift
	printf '%s\n' "$@" >"$D/$drop_in_name.conf"
}

# fresh: mkinitcpio as Arch has it, with our drop-in.
fresh()
{
	rm -rf "$D" "$R/etc/mkinitcpio.d"
	mkdir -p "$D" "$R/etc/mkinitcpio.d"
	printf '%s\n' 'MODULES=()' '' 'HOOKS=(base udev autodetect block)' >"$R/etc/mkinitcpio.conf"
	cp mkinitcpio/zz-earlybind.conf "$D"
}

new two-gpus 'bind 06:00'
run accept --yes
fresh
rm "$D/zz-earlybind.conf"
ok 'mkinitcpio is not installed: nothing' origins
mkdir -p "$R/usr/lib/initcpio"
: >"$R/usr/lib/initcpio/functions"
ok 'without our drop-in: the line that assigns HOOKS' origins /etc/mkinitcpio.conf:3
fresh
ok 'with it: nothing' origins
drop_in omarchy_hooks 'HOOKS=(base udev plymouth block encrypt filesystems)'
ok 'omarchy-hooks: one whose name sorts before ours: nothing' origins
drop_in zz-local '# ours' 'HOOKS=(base udev' '  plymouth # shown early' '  block)'
ok 'omarchy-hooks: one whose name sorts after it' origins /etc/mkinitcpio.conf.d/zz-local.conf:2
drop_in zz-local 'HOOKS=(base earlybind udev block)'
ok 'which has earlybind itself: nothing' origins
drop_in zz-local 'HOOKS+=(plymouth)'
ok 'which only adds to HOOKS: nothing' origins
# shellcheck disable=SC2016 # for the file
drop_in zz-local 'HOOKS=("${HOOKS[@]/udev/systemd}")'
ok 'of which only a shell can tell: nothing' origins
drop_in zz-local 'HOOKS="base systemd block"'
ok 'HOOKS as one string' origins /etc/mkinitcpio.conf.d/zz-local.conf:1
rm "$D/zz-local.conf"
for name in zz zza zz~ 9 10-hooks; do
	drop_in "$name" 'HOOKS=(base udev)'
	ok "the order of sort -V: $name comes before ours" origins
	rm "$D/$name.conf"
done
for name in zz_more zz.local zz.1local zz-earlybind.more zz-f zzz1 ~~ z2 z10; do
	drop_in "$name" 'HOOKS=(base udev)'
	LC_ALL=C sort -V <<-END | tail -n 1 >"$TMP/last"
		$name.conf
		zz-earlybind.conf
	END
	case $(cat "$TMP/last") in
	"$name.conf") ok "the order of sort -V: $name comes after ours" origins "/etc/mkinitcpio.conf.d/$name.conf:1" ;;
	*) ok "the order of sort -V: $name comes before ours" origins ;;
	esac
	rm "$D/$name.conf"
done
fresh
sed -i 's/^HOOKS.*/HOOKS=(base udev earlybind)/' "$R/etc/mkinitcpio.conf"
ok 'earlybind after udev' origins /etc/mkinitcpio.conf:3
fresh
printf '%s\n' 'ALL_config="/etc/mkinitcpio.conf"' "PRESETS=('default')" >"$R/etc/mkinitcpio.d/linux.preset"
ok 'a preset with a configuration of its own, which reads no drop-ins' origins /etc/mkinitcpio.conf:3
printf '%s\n' '#ALL_config="/etc/mkinitcpio.conf"' 'fallback_config=/etc/other.conf' >"$R/etc/mkinitcpio.d/linux.preset"
echo 'HOOKS=(base systemd)' >"$R/etc/other.conf"
ok 'of one of its images' origins /etc/other.conf:1
echo 'HOOKS=(base earlybind systemd)' >"$R/etc/other.conf"
ok 'which has earlybind: nothing' origins
: >"$CONF"
fresh
rm "$D/zz-earlybind.conf"
ok 'without a rule: nothing' origins
tap_end
