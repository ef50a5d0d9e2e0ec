#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mkinitcpio.t: the install file, the hook and the configuration drop-in, with the real program and small stand-ins for
# the functions that mkinitcpio documents. The real one is run by tests/qemu. Run from the top of the repository.
# shellcheck disable=SC2016 # what inner shells expand
# shellcheck source=/dev/null
. tests/lib/plugin.sh

need bash:bash busybox:busybox-static
stands_in mkinitcpio
UNIT=usr/lib/systemd/system/earlybind.service
WANTS=usr/lib/systemd/system/initrd.target.wants/earlybind.service

# The host: units, install files and hooks, below $host. The image: below $BUILDROOT. A file that is missing is an error
# of the whole build, as there.
mkdir -p "$TMP/host/${UNIT%/*}" "$TMP/host/usr/lib/initcpio/install" "$TMP/host/usr/lib/initcpio/hooks"
cp systemd/earlybind.service "$TMP/host/$UNIT"
sed "s,unit=/,unit=\$host/," mkinitcpio/install >"$TMP/host/usr/lib/initcpio/install/earlybind"
cp mkinitcpio/hook "$TMP/host/usr/lib/initcpio/hooks/earlybind"

cat >"$TMP/mkinitcpio" <<'END'
errors=0
error() { echo "==> ERROR: $*"; errors=$((errors + 1)); return 1; } >&2
add_file()
{
	local to=$BUILDROOT${2:-${1#"$host"}}

	[[ -f $1 ]] || { error "file not found: '$1'" || return; }
	mkdir -p "${to%/*}" && install -m "${3:-$(stat -c %a "$1")}" "$1" "$to"
}
add_binary() { add_file "$@"; }
add_symlink()
{
	local name=$BUILDROOT${1#"$host"}

	mkdir -p "${name%/*}" && ln -sfn "$2" "$name"
}
add_full_dir()
{
	local file

	[[ -d $1 ]] || { error "no folder: '$1'" || return; }
	for file in "$1"/*; do
		if [[ -d $file ]]; then add_full_dir "$file"; else add_file "$file"; fi
	done
}
# It copies a unit and those links to it that the host has (mkinitcpio v41: only *.wants below /usr/lib/systemd/system).
add_systemd_unit()
{
	local unit=$host/usr/lib/systemd/system/$1 link

	add_file "$unit" || return
	for link in "${unit%/*}"/*.wants/"$1"; do
		[[ -L $link ]] && add_symlink "$link" "$(readlink "$link")"
	done
	return 0
}
add_runscript()
{
	local hook=${BASH_SOURCE[1]##*/}

	add_binary "$host/usr/lib/initcpio/hooks/$hook" "/hooks/$hook" 755
	grep -q '^run_earlyhook' "$host/usr/lib/initcpio/hooks/$hook" && early="$early $hook"
}
END

# stand_in COMMAND: runs it among those functions, for an image in D.
stand_in()
{
	rm -rf "$D"
	mkdir -p "$D"
	env BUILDROOT="$D" host="$TMP/host" bash -c '. "$1"; eval "$2"; echo "$? $errors" >"$3"' \
		bash "$TMP/mkinitcpio" "$1" "$TMP/code" 2>"$TMP/err"
}

# unit_alone: the unit is in the image, and no link that the host has not.
unit_alone()
{
	succeeded && cmp "$D/$UNIT" systemd/earlybind.service && [ ! -e "$D/$WANTS" ]
}

# Why the install file makes the link itself: the host has none, and mkinitcpio copies only what the host has.
documented()
{
	stand_in 'add_systemd_unit earlybind.service'
	ok "add_systemd_unit alone would leave the unit unwanted" unit_alone
	stand_in 'add_systemd_unit none.service'
	ok "a unit that is missing is an error of the whole build" same "$TMP/code" '1 1'
	stand_in 'add_full_dir "$host/usr/lib/initcpio"'
	ok "add_full_dir: what is below the folder" cmp "$D/usr/lib/initcpio/hooks/earlybind" mkinitcpio/hook
}

# build: runs the install file as mkinitcpio does.
build()
{
	rm -rf "$D"
	mkdir -p "$D/usr/lib"
	env "PATH=$TMP/bin:/usr/bin:/bin" BUILDROOT="$D" KERNELVERSION="$RELEASE" host="$TMP/host" bash -c '
		umask 022
		. "$1"
		declare -F | sort >"$2/functions"
		. "$host/usr/lib/initcpio/install/earlybind" && build
		echo "$? $errors" >"$2/code"
		[[ -z $early ]] || echo "EARLYHOOKS=\"$early udev\"" >"$BUILDROOT/config"
		declare -F | sort | comm -13 "$2/functions" - >"$2/new-functions"
		help >"$2/help"' bash "$TMP/mkinitcpio" "$TMP" >"$TMP/out" 2>"$TMP/err"
}

# No failure, and no error that mkinitcpio would count.
succeeded()
{
	same "$TMP/code" '0 0'
}

filled()
{
	succeeded && [ -s "$OURS/plan" ] && [ -x "$OURS/earlybind-init" ] && [ -s "$OURS/modules/vfio-pci.ko" ]
}

for_busybox()
{
	filled && cmp "$D/hooks/earlybind" mkinitcpio/hook && [ -x "$D/hooks/earlybind" ] &&
		has "$D/config" 'EARLYHOOKS=" earlybind udev"'
}

for_systemd()
{
	filled && cmp "$D/$UNIT" systemd/earlybind.service && cmp "$D/$WANTS" systemd/earlybind.service &&
		[ "$(readlink "$D/$WANTS")" = ../earlybind.service ]
}

# What the strip hook looks for: executables and modules that their owner may write.
strippable()
{
	find "$OURS" -type f -perm -u+w | grep .
}

with_modules()
{
	modules_or_skip "the install file with real kernel modules" || return 0
	real_tool
	build
	ok "race: an image whose init is busybox: the hook is among the early ones" for_busybox
	ok "race: an image whose init is systemd: the unit, wanted by initrd.target" for_systemd
	ok "for the kernel of the image" has "$OURS/plan" "kernel $RELEASE"
	ok "nothing is said" silent "$TMP/err"
	ok "nothing is left for the strip hook" fails strippable
	ok "it defines what mkinitcpio asks for, and nothing else" same "$TMP/new-functions" 'declare -f build
declare -f help'
	ok "its help names its place" has "$TMP/help" base
	release=$RELEASE
	RELEASE=none
	build
	ok "an image without a kernel: nothing of ours" nothing_of_ours
	ok "an image without a kernel: silent" silent "$TMP/err"
	RELEASE=$release
	cramped build
	ok "full-disk: nothing of ours, and no error that is counted" nothing_of_ours
	ok "full-disk: loud" has "$TMP/err" 'File too large'
	ok "full-disk: and what it means" has "$TMP/err" "==> WARNING: earlybind: the image for $RELEASE binds no device"
	damage_lock
	build
	ok "a damaged lock: nothing of ours, and no error that is counted" nothing_of_ours
	ok "a damaged lock: loud" has "$TMP/err" 'warning: lock-broken: /etc/earlybind.lock'
	rm "$T/etc/earlybind.lock"
	build
	ok "not accepted: nothing of ours" nothing_of_ours
	ok "not accepted: loud" has "$TMP/err" 'not-accepted: /etc/earlybind.conf:1'
	: >"$T/etc/earlybind.conf"
	build
	ok "no rule: nothing of ours" nothing_of_ours
	ok "no rule: silent" silent "$TMP/err"
}

failures()
{
	RELEASE=9.9.9
	build
	ok "a kernel without modules: nothing of ours, and no error that is counted" nothing_of_ours
	tool "mkdir -p '$OURS/modules'" "echo half >'$OURS/modules/vfio.ko'" "echo half >'$OURS/plan'" 'kill -9 $$'
	build
	ok "a crash in the middle: nothing of ours, and no error that is counted" nothing_of_ours
	ok "a crash in the middle: loud" has "$TMP/err" '==> WARNING: earlybind: the image for 9.9.9 binds no device'
	tool "mkdir -p '$OURS'" "echo full >'$OURS/plan'"
	mv "$TMP/host/$UNIT" "$TMP/unit"
	build
	ok "half an installation: nothing of ours, and no error that is counted" nothing_of_ours
	ok "half an installation: loud" has "$TMP/err" '==> WARNING: earlybind: '
	mv "$TMP/unit" "$TMP/host/$UNIT"
	rm "$TMP/bin/earlybind"
	build
	ok "without earlybind: nothing of ours, and no error that is counted" nothing_of_ours
	ok "without earlybind: loud" has "$TMP/err" '==> WARNING: earlybind: '
}

# hooks NAME BEFORE AFTER: what the drop-in makes of a HOOKS line, and how many hooks that is. It leaves no variable.
hooks()
{
	bash -uc 'eval "$1"; known=; known=$(compgen -v); . mkinitcpio/zz-earlybind.conf
		echo "${HOOKS[*]}/${#HOOKS[@]}"; comm -13 <(sort <<<"$known") <(compgen -v | sort)' \
		bash "$2" >"$TMP/out" 2>&1
	ok "$1" same "$TMP/out" "$3"
}

drop_in()
{
	hooks "race: HOOKS of a busybox image" 'HOOKS=(base udev autodetect block)' 'base earlybind udev autodetect block/5'
	hooks "race: HOOKS of a systemd image" 'HOOKS=(base systemd block)' 'base earlybind systemd block/4'
	hooks "HOOKS without base" 'HOOKS=(systemd block)' 'earlybind systemd block/3'
	hooks "race: udev before base" 'HOOKS=(udev base)' 'earlybind udev base/3'
	hooks "race: another hook before base" 'HOOKS=(plymouth base udev)' 'earlybind plymouth base udev/4'
	hooks "a hook whose name begins like it" 'HOOKS=(base-files udev)' 'earlybind base-files udev/3'
	hooks "HOOKS that name it already" 'HOOKS=(base keymap earlybind udev)' 'base keymap earlybind udev/4'
	hooks "HOOKS as one string, which mkinitcpio takes too" 'HOOKS="base udev  block"' 'base earlybind udev block/4'
	hooks "no HOOKS" 'HOOKS=()' 'earlybind/1'
}

# early SHELL LINE...: runs the hook as init does: sourced, its function called.
early()
{
	shell=$1
	shift
	rm -f "$TMP/ran"
	[ $# = 0 ] || tool "$@"
	sed "s,/usr/lib/earlybind/earlybind-init,$TMP/bin/earlybind,g" mkinitcpio/hook >"$TMP/hook"
	$shell -c '. "$1"; set >"$2/before"; run_earlyhook; echo "$? 0" >"$2/code"; set >"$2/after"' sh "$TMP/hook" "$TMP" \
		>"$TMP/out" 2>"$TMP/err"
}

left_nothing()
{
	succeeded && diff "$TMP/before" "$TMP/after"
}

at_boot()
{
	for shell in dash 'busybox ash'; do
		early "$shell" "echo \$# >>$TMP/ran"
		ok "$shell: the hook runs the program once, without arguments" same "$TMP/ran" 0
		ok "$shell: and leaves no variable and no error behind" left_nothing
		early "$shell" 'exit 3'
		ok "$shell: the program fails: init goes on" left_nothing
		early "$shell" 'kill -9 $$'
		ok "$shell: the program crashes: init goes on" left_nothing
		rm "$TMP/bin/earlybind"
		early "$shell"
		ok "$shell: no program: init goes on" left_nothing
		ok "$shell: no program: in silence" silent "$TMP/err"
	done
}

RELEASE=none
documented
with_modules
failures
drop_in
at_boot
tap_end
