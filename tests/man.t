#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual pages and the completions: they can be built and read, and say what the tables of the code say.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/lib/terminal.sh
need scdoc:scdoc bash:bash man:man-db groff:groff zsh:zsh fish:fish

EARLYBIND=${EARLYBIND:-$BUILD/glibc/earlybind}
[ -x "$EARLYBIND" ] || fail 'build first: make'
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
trap 'exit 1' HUP INT TERM

# --- how the pages are written ------------------------------------------------------------------------------------

# section PAGE TITLE: the lines of a section or subsection, up to the next heading of its level or above.
section()
{
	awk -v title="$2" '
		/^#+ / { level = index($0, " ") - 1
			if (level <= inside) inside = 0
			if (substr($0, level + 2) == title) { inside = level; next } }
		inside' "man/$1.scd"
}

# terms: of page lines, the bold words that start an entry, a line each; "*a*, *b*" are two.
terms()
{
	sed -n '/^\*/p' | sed 's/+*$//' | tr ',' '\n' | sed -n 's/^ *\(\*[^*]*\*\).*/\1/p' | tr -d '*'
}

# all LIST FOUND: each line of one file is a line of the other; and the list is not empty.
all()
{
	[ -s "$1" ] || { echo 'nothing was found in the code'; return 1; }
	sort -u "$1" >"$TMP/all.1"
	sort -u "$2" >"$TMP/all.2"
	comm -23 "$TMP/all.1" "$TMP/all.2" >"$TMP/all.3"
	silent "$TMP/all.3"
}

# ordered LIST FOUND: the two files are the same; and not empty.
ordered()
{
	[ -s "$1" ] || { echo 'nothing was found in the code'; return 1; }
	diff -u "$1" "$2"
}

builds()
{
	scdoc <"man/$1.scd" >"$TMP/$1" 2>"$TMP/err" || { cat "$TMP/err"; return 1; }
	silent "$TMP/err"
}

reads()
{
	LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -l "$TMP/$1" >"$TMP/read" 2>"$TMP/err"
	silent "$TMP/err" && grep -q '^NAME' "$TMP/read"
}

# --- what the code has --------------------------------------------------------------------------------------------

"$EARLYBIND" --help | sed -n 's/^  \([a-z][a-z]*\)  *[^ ].*/\1/p' >"$TMP/commands"
sed -n 's/^\t\[REASON_[A-Z_]*\] = "\([a-z-]*\)",$/\1/p' src/core/reason.c | grep -v '^-$' >"$TMP/reasons"
grep -o '{ "[a-z-]*", [a-z]*_argument' src/host/cli/main.c | sed 's/{ "\(.*\)",.*/\1/' >"$TMP/options"
grep -o '{ "[a-z]*", 0x' src/host/cli/cmd_list.c | sed 's/{ "\(.*\)",.*/\1/' >"$TMP/kinds"

# choices true|false: the words of config_option.c's table that are supported, or not, as a rule has them.
choices()
{
	sed -n 's/^\t{ "\([a-z=-]*\)", \(NULL\|"\([a-z-]*\)"\), '"$1"', .*/\1\3/p' src/core/config_option.c
}

# guards FILE: the reasons of its table of guards, in order; clang-format may put several in a line.
guards()
{
	grep -o '{ REASON_[A-Z_]*, [a-z_]* },' "$1" | sed 's/{ REASON_\([A-Z_]*\),.*/\1/' | tr 'A-Z_' 'a-z-'
}

# records FILE: each line of a format: its keyword, then the names of its fields.
records()
{
	awk '
		/^static const struct field [a-z_]*\[\] = \{/ { sub(/\[.*/, "", $5); name = $5; next }
		/^};/ { name = "" }
		name && /^\t\{ "/ { split($0, part, "\""); fields[name] = fields[name] " " part[2] }
		match($0, /RECORD\("[a-z]*", [a-z_]*\)/) {
			split(substr($0, RSTART, RLENGTH), part, /[",() ]+/)
			print part[2] fields[part[3]] }' "$1"
}

# shows_lines PAGE FILE: in its FORMAT each line has its fields in their order, and an entry that explains it. Of the fields
# those count that have a name (ROOT, driver=), not a description.
shows_lines()
{
	section "$1" FORMAT >"$TMP/format"
	records "$2" >"$TMP/records"
	[ -s "$TMP/records" ] || { echo "no lines in $2"; return 1; }
	while read -r keyword fields; do
		pattern="^$keyword"
		for field in $fields; do
			case $field in
			*=) ;;
			*[!A-Z0-9:]*) continue ;;
			esac
			pattern="$pattern.* [[]*$field"
		done
		grep -q "$pattern" "$TMP/format" || { echo "not shown: $keyword $fields"; return 1; }
		terms <"$TMP/format" | grep -qx "$keyword" || { echo "not explained: $keyword"; return 1; }
	done <"$TMP/records"
}

# --- the tests ----------------------------------------------------------------------------------------------------

for page in man/*.scd; do
	page=${page#man/}
	page=${page%.scd}
	ok "$page builds without a warning" builds "$page"
	ok "man reads $page without a warning" reads "$page"
done

sed -n 's/^## //p' man/earlybind.1.scd >"$TMP/found"
ok 'each command has a section in earlybind(1)' all "$TMP/commands" "$TMP/found"
section earlybind.1 COMMANDS | sed -n 's/^## //p' >"$TMP/found"
ok 'earlybind(1) has no command that is not there' all "$TMP/found" "$TMP/commands"
section earlybind.1 SYNOPSIS >"$TMP/synopsis"
sed -n 's/^\*earlybind\* \*\([a-z]*\)\*.*/\1/p' "$TMP/synopsis" >"$TMP/found"
ok 'each command is in the synopsis' all "$TMP/commands" "$TMP/found"
grep -o '[*]--[a-z-]*' "$TMP/synopsis" | tr -d '*' | sed 's/^--//' | sort -u >"$TMP/found"
grep -vx root "$TMP/options" >"$TMP/words"
ok 'and each option that a command has' all "$TMP/words" "$TMP/found"
sed -n 's/^\t{ "\([a-z]*\)", cmd_[a-z]*, "[a-z]*j[a-z]*",.*/\1/p' src/host/cli/main.c >"$TMP/words"
section earlybind.1 OPTIONS | sed -n 's/.*Print JSON (\(.*\)).*/\1/p' | tr ',' '\n' | sed 's/^ *\*\([a-z]*\).*/\1/' >"$TMP/found"
ok 'each command with --json is named there' all "$TMP/words" "$TMP/found"
section earlybind.1 OPTIONS | terms | sed -n 's/^--//p' >"$TMP/found"
ok 'each option of the command line is in earlybind(1)' all "$TMP/options" "$TMP/found"
ok 'earlybind(1) has no option that is not there' all "$TMP/found" "$TMP/options"
section earlybind.1 list | sed -n 's/^|. \*\([a-z]*\)\*$/\1/p' >"$TMP/found"
ok 'each kind of list is in earlybind(1)' all "$TMP/kinds" "$TMP/found"

choices true >"$TMP/words"
section earlybind.conf.5 OPTIONS | terms >"$TMP/found"
ok 'each option of a rule is in earlybind.conf(5)' all "$TMP/words" "$TMP/found"
ok 'earlybind.conf(5) has no option that is refused' all "$TMP/found" "$TMP/words"
choices false >"$TMP/words"
section earlybind.conf.5 'NOT SUPPORTED YET' | terms >"$TMP/found"
ok 'earlybind.conf(5) names each option that is refused' all "$TMP/words" "$TMP/found"
ok 'earlybind.conf(5) calls no option refused that is not' all "$TMP/found" "$TMP/words"

ok 'earlybind.lock(5) has every line of the format with its fields' shows_lines earlybind.lock.5 src/core/plan_lines.c
guards src/core/guard.c >"$TMP/words"
section earlybind.lock.5 GUARDS | terms >"$TMP/found"
ok 'the guards of earlybind.lock(5) are those of guard.c, in their order' ordered "$TMP/words" "$TMP/found"
guards src/core/guard_accept.c >"$TMP/words"
section earlybind.lock.5 'GUARDS OF ACCEPT' | terms >"$TMP/found"
ok 'the guards of accept are those of guard_accept.c, in their order' ordered "$TMP/words" "$TMP/found"

ok 'earlybind-report(5) has every line of the format with its fields' shows_lines earlybind-report.5 src/core/report.c
section earlybind-report.5 REASONS | terms >"$TMP/found"
ok 'the reasons of earlybind-report(5) are those of reason.c, in their order' ordered "$TMP/reasons" "$TMP/found"

# words FILE: its words, a line each.
words()
{
	grep -o '[a-z0-9=-]*[a-z0-9=]' "$1" | sed 's/^--//' | sort -u
}

for file in earlybind.bash _earlybind earlybind.fish; do
	words "completions/$file" >"$TMP/found"
	ok "$file knows each command" all "$TMP/commands" "$TMP/found"
	ok "$file knows each option of the command line" all "$TMP/options" "$TMP/found"
	ok "$file knows each kind of list" all "$TMP/kinds" "$TMP/found"
	choices true >"$TMP/words"
	ok "$file knows each option of a rule" all "$TMP/words" "$TMP/found"
	choices false >"$TMP/words"
	ok "$file offers no option that is refused" fails grep -wF -f "$TMP/words" "completions/$file"
done

# completed WORD...: what bash would offer for the last word, with the words of the line broken as readline does it.
completed()
{
	bash -c '. completions/earlybind.bash
		compopt() { :; }
		COMP_LINE="earlybind $*" COMP_POINT=${#COMP_LINE}
		read -ra COMP_WORDS <<<"$(sed "s/[=:]/ & /g" <<<"$COMP_LINE")"
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_earlybind
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

# typed LINE: what bash runs when a person types it with a tab behind it, a line a word.
typed()
{
	printf '%s\n' '. completions/earlybind.bash' 'earlybind() { printf "<%s>\n" "$@"; }' "earlybind $1	" exit |
		PS1='' TERM=dumb INPUTRC=/dev/null at_terminal 'bash --norc --noprofile -i' | tr -d '\r' |
		sed -n 's/^<\(.*\)>$/\1/p'
}

# completes LINE WORD: with a tab the last word becomes this one.
completes()
{
	typed "$1" >"$TMP/found"
	[ "$(tail -n 1 "$TMP/found")" = "$2" ] || { cat "$TMP/found"; return 1; }
}

ok 'earlybind.bash has no syntax error' bash -n completions/earlybind.bash
completed ac >"$TMP/found"
ok 'bash completes a command' same "$TMP/found" accept
completed list n >"$TMP/found"
ok 'bash completes a kind of list' same "$TMP/found" 'nvme
nic'
completed add 06:00 driver >"$TMP/found"
ok 'bash completes an option of a rule' same "$TMP/found" 'driver=vfio-pci
driver=pci-stub'
completed add 06:00 driver= >"$TMP/found"
ok 'bash completes behind =' same "$TMP/found" 'vfio-pci
pci-stub'
mkdir "$TMP/bin" "$TMP/folder"
cat >"$TMP/bin/earlybind" <<'END'
#!/bin/sh
cat <<'TABLE'
ADDRESS      ID        DRIVER  IOMMU STATE        CLASS          NAME
0000:03:00.0 10de:13c2 nouveau    20 boot-display VGA compatible NVIDIA GM204
0000:06:00.0 10de:13c2 nouveau    22              VGA compatible NVIDIA GM204
0000:06:00.1 10de:0fbb            22              Audio device   NVIDIA GM204
10000:e1:00.0 144d:a808 nvme       3              NVM            Samsung
TABLE
END
chmod +x "$TMP/bin/earlybind"
PATH=$TMP/bin:$PATH
slots='03:00
06:00
10000:e1:00'
completed add '' | sed '/^--/d' >"$TMP/found"
ok 'bash completes a slot' same "$TMP/found" "$slots"
fish -c '. completions/earlybind.fish; complete -C "earlybind explain "' | cut -f 1 | sort >"$TMP/found"
ok 'fish completes a slot' same "$TMP/found" "$slots"
completed add 06:00 allow=display, >"$TMP/found"
ok 'bash completes behind a comma what is not there yet' same "$TMP/found" 'display,keyboard
display,in-use'
ok 'typed: a slot' completes 'explain 06:' 06:00
ok 'typed: a second value' completes 'add 06:00 allow=display,k' allow=display,keyboard
: >"$TMP/folder/file"
ok 'typed: a value' completes 'add 06:00 allow=di' allow=display
ok 'typed: the value of a second option' completes 'add 06:00 optional driver=v' driver=vfio-pci
ok 'typed: a word behind a path' completes 'add 0000:00:03.1/00 opt' optional
ok 'typed: remove has id=' completes 'remove 06:00 i' id=
ok 'typed: --cpio has files' completes "image --cpio $TMP/folder/f" "$TMP/folder/file"
ok 'typed: --cpio= has files' completes "image --cpio=$TMP/folder/f" "--cpio=$TMP/folder/file"
ok 'typed: --root has folders' completes "list --root $TMP/fold" "$TMP/folder/"
ok '_earlybind has no syntax error' zsh -n completions/_earlybind
ok 'earlybind.fish has no syntax error' fish -n completions/earlybind.fish
tap_end
