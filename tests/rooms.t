#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rooms.t: the arrows between the directories of src point down. src/core knows nobody, src/sys knows core, src/boot and
# src/host know both; in src/host a room knows those below it. Only cli/ prints, and ends the program. No function is exported
# in vain.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
need nm:binutils gcc:gcc
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT

# From the lowest to the highest.
ROOMS='lib initramfs loader storage machine state kernels image foreign advice runtime rebuild cli'

# arrows DIR: "FILE ROOM INCLUDED-ROOM" for each include of another room of src/host.
arrows()
{
	(cd "$1" && grep -o '^#include "\.\./[a-z]*/' src/host/*/*.[ch]) |
		sed 's,^\(src/host/\([a-z]*\)/[^:]*\):#include "\.\./\([a-z]*\)/$,\1 \2 \3,'
}

# turned DIR: those that point up, or to a room that nobody knows.
turned()
{
	arrows "$1" | awk -v rooms="$ROOMS" '
	BEGIN { n = split(rooms, room); for (i = 1; i <= n; i++) floor[room[i]] = i }
	!floor[$2] || !floor[$3] || floor[$3] >= floor[$2]'
}

down()
{
	[ "$(arrows "$1" | wc -l)" -gt 100 ] || { echo "hardly an arrow was found"; return 1; }
	turned "$1" >"$TMP/turned"
	silent "$TMP/turned"
}

# below DIR: what core and sys include of others.
below()
{
	(cd "$1" && grep -H '^#include "\.\./' src/core/*.[ch] /dev/null
		grep -H '^#include "\.\./' src/sys/*.[ch] | grep -v '"\.\./core/'
		grep -H '^#include "\.\./' src/boot/*.[ch] | grep -v '"\.\./\(core\|sys\)/') >"$TMP/below"
	silent "$TMP/below"
}

# copy: src in another directory, to be spoilt.
copy()
{
	rm -rf "$TMP/copy"
	mkdir "$TMP/copy"
	cp -r src "$TMP/copy"
}

# spoilt CHECK FILE INCLUDE: whether the check finds an include that is put into the file.
spoilt()
{
	copy
	sed -i "0,/^#include/s,^#include,#include \"$3\"\n&," "$TMP/copy/src/$2"
	! "$1" "$TMP/copy"
}

# Each file of ours stands in a room, and has its own name once: objects and headers are told by it.
in_rooms()
{
	find src/host -maxdepth 1 -type f >"$TMP/outside"
	silent "$TMP/outside"
}

ends()
{
	grep -nE '(^|[^_a-z])exit\(' src/host/[!c]*/*.c >"$TMP/exits"
	silent "$TMP/exits"
}

# through_sysroot DIR: nothing is opened by the descriptor of a root but where no link leads out of a tree.
through_sysroot()
{
	(cd "$1/src" && grep -nE '(root|[^a-z]r)(->|\.)fd([^a-z]|$)' host/*/*.c sys/*.c) |
		grep -vE '^(sys/sysroot|host/lib/in_root)\.c:|fchdir\(' >"$TMP/roots"
	silent "$TMP/roots"
}

# objects DIR: those of a source that is still there, below it.
objects()
{
	(cd "$1" && find core sys boot host -name '*.o') | while read -r object; do
		[ ! -e "src/${object%.o}.c" ] && [ "$object" != host/lib/spoilt.o ] || echo "$object"
	done
}

# unused DIR: what an object exports and neither another one uses nor a test of units.
unused()
{
	objects "$1" | while read -r object; do
		nm "$1/$object" | awk -v object="$object" 'NF == 3 && $2 ~ /[TDRB]/ { print "has", $3, object }
			$1 == "U" { print "uses", $2 }'
	done | awk '$1 == "uses" { used[$2] = 1 } $1 == "has" { where[$2] = $3 }
		END { for (name in where) if (!used[name] && name != "main") print name, where[name] }' |
		while read -r name where; do
			grep -qw -e "$name" tests/unit/*.[ch] tests/fuzz/*.[ch] || echo "$name of $where"
		done
}

all_used()
{
	[ "$(objects "$BUILD/glibc" | wc -l)" -gt 100 ] || { echo "$BUILD/glibc was not built"; return 1; }
	unused "$BUILD/glibc" >"$TMP/unused"
	silent "$TMP/unused"
}

# What is used by nobody: whether the check finds it among the objects.
useless_found()
{
	rm -rf "$TMP/objects"
	mkdir -p "$TMP/objects"
	cp -r "$BUILD/glibc/core" "$BUILD/glibc/sys" "$BUILD/glibc/boot" "$BUILD/glibc/host" "$TMP/objects"
	echo 'int nobody_wants_this(void); int nobody_wants_this(void) { return 0; }' |
		"${CC:-gcc}" -x c -c -o "$TMP/objects/host/lib/spoilt.o" - || return 1
	unused "$TMP/objects" >"$TMP/unused"
	has "$TMP/unused" nobody_wants_this
}

# loud DIR: what prints in core, sys and the rooms below cli. To write to a FILE of one's own is no print.
loud()
{
	objects "$1" | grep -v -e '^host/cli/' -e '^boot/' | (cd "$1" && xargs nm -A -u) |
		grep -E ' (stdout|stderr|(__)?v?printf(_chk)?|_IO_putc|putchar|puts|perror|psignal|v?(warn|err)x?|error|say(_[a-z]*)?)$'
}

# formatting DIR: what prints texts of others in cli by itself, and not by say(), which takes their control bytes.
formatting()
{
	objects "$1" | grep '^host/cli/' | grep -v -e /say.o -e /main.o | (cd "$1" && xargs nm -A -u) |
		grep -E ' (__)?(v?[fd]?printf)(_chk)?$'
}

by_say()
{
	formatting "$BUILD/glibc" >"$TMP/formatting"
	silent "$TMP/formatting"
}

# formatting_found STATEMENT: whether the check finds it.
formatting_found()
{
	mkdir -p "$TMP/loud-objects/host/cli"
	printf '%s\n' '#include <stdio.h>' 'void spoilt(const char *text);' "void spoilt(const char *text) { $1; }" |
		"${CC:-gcc}" -x c -c -o "$TMP/loud-objects/host/cli/cmd_off.o" - || return 1
	formatting "$TMP/loud-objects" >"$TMP/formatting"
	has "$TMP/formatting" 'host/cli/cmd_off.o:'
}

quiet()
{
	loud "$BUILD/glibc" >"$TMP/loud"
	silent "$TMP/loud"
}

# loud_found STATEMENT: whether the check finds it in a room below.
loud_found()
{
	mkdir -p "$TMP/loud-objects/core" "$TMP/loud-objects/sys" "$TMP/loud-objects/boot" "$TMP/loud-objects/host/lib"
	printf '%s\n' '#include <stdio.h>' 'void say_error(const char *, ...);' 'void spoilt(const char *text);' \
		"void spoilt(const char *text) { $1; }" |
		"${CC:-gcc}" -x c -c -o "$TMP/loud-objects/host/lib/spoilt.o" - || return 1
	loud "$TMP/loud-objects" >"$TMP/loud"
	has "$TMP/loud" 'host/lib/spoilt.o:'
}

ok 'each file of src/host stands in a room' in_rooms
ok 'the arrows between the rooms of src/host point down' down .
ok 'one that is turned round is found' spoilt down host/lib/row.c ../cli/say.h
ok 'one to a neighbour above is found' spoilt down host/storage/nic.c ../machine/machine.h
ok 'one to a room of no known floor is found' spoilt down host/cli/main.c ../attic/attic.h
ok 'core knows nobody, sys knows core, boot knows both' below .
ok 'a core that knows sys is found' spoilt below core/plan.c ../sys/scan.h
ok 'a boot program that knows the host tool is found' spoilt below boot/main.c ../host/lib/row.h
ok 'only cli/ ends the program' ends
ok 'paths of the root are opened by sysroot.c' through_sysroot .
ok 'another way is found' spoilt through_sysroot host/lib/row.c '(r->fd'
ok 'only cli/ prints' quiet
for print in 'puts(text)' 'printf("%s", text)' 'fputs(text, stderr)' 'fprintf(stdout, "%s", text)' 'putchar(*text)' \
	'perror(text)' 'say_error("%s", text)'; do
	ok "$print in a room below is found" loud_found "$print"
done
ok 'cli prints by say(), which takes the control bytes of others' by_say
for print in 'printf("%s!", text)' 'fprintf(stderr, "%s!", text)'; do
	ok "$print in cli is found" formatting_found "$print"
done
ok 'what a file exports another one uses' all_used
ok 'a function that nobody uses is found' useless_found
tap_end
