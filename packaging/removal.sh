# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rebuilds the images that hold a plan, when earlybind and its plugins are gone. Which these are, and by what program, was
# written by `earlybind removal` while it was there; see CONTRIBUTING.md. Needs images.sh before it.
removal_file=/run/earlybind/removal

# removal_read WORD: sets removal_word to what it means: \xNN is a byte.
removal_read()
{
	removal_word='' removal_rest=$1
	while [ "${removal_rest#*\\x}" != "$removal_rest" ]; do
		removal_word=$removal_word${removal_rest%%\\x*}
		removal_rest=${removal_rest#*\\x}
		removal_byte=0x${removal_rest%"${removal_rest#??}"}
		# With a letter after it, since $() takes newlines away.
		removal_byte=$(printf %b. "\\0$(printf %03o "$removal_byte")")
		removal_word=$removal_word${removal_byte%.}
		removal_rest=${removal_rest#??}
	done
	removal_word=$removal_word$removal_rest
}

# removal_call WORD...: the command of a line.
removal_call()
{
	for removal_argument; do
		shift
		removal_read "$removal_argument"
		set -- "$@" "$removal_word"
	done
	"$@" </dev/null
}

# removal_restore COPY IMAGE: written aside, under a name that nobody knows beforehand; where there is no room for two,
# over the image.
removal_restore()
{
	# The image that a link names is written, and the link stays.
	[ ! -L "$2" ] || { cp -p "$1" "$2"; return; }
	removal_new=$(mktemp "${2%/*}/.earlybind.XXXXXX") && cp -p "$1" "$removal_new" && mv -f "$removal_new" "$2" && return
	rm -f "$removal_new"
	cp -p "$1" "$2"
}

# removal_judge COPY: what became of the image of which this is the copy. removal_made: the command succeeded. It is named as
# it was written: a terminal does not get its bytes.
removal_judge()
{
	removal_named=$(cat "$1.path")
	removal_read "$removal_named"
	removal_image=$removal_word
	if $removal_made && [ -s "$removal_image" ] && ! cmp -s "$1" "$removal_image"; then
		# The disk has the new one before the copy goes. Without a name it is all that is written anywhere.
		sync "$removal_image" "${removal_image%/*}" 2>/dev/null || sync
	elif cmp -s "$1" "$removal_image" || removal_restore "$1" "$removal_image"; then
		images_warn "$removal_named was not rebuilt: it is as it was, and binds what it did before"
	else
		images_warn "$removal_named could not be rebuilt, and is damaged: its copy is $1"
		return
	fi
	rm -f "$1" "$1.path"
}

# removal_finish: runs the command for the images that were copied for it.
removal_finish()
{
	[ -n "$removal_last" ] || return 0
	removal_made=false
	# shellcheck disable=SC2086 # words without blanks
	[ -z "$removal_command" ] || ! (set -f && removal_call $removal_command) || removal_made=:
	for removal_copy in "$removal_copies"/*.image; do
		if [ -e "$removal_copy" ]; then
			removal_judge "$removal_copy"
		elif ! $removal_made && [ -n "$removal_command" ]; then
			images_warn "$removal_command failed: what boots may still be the old images"
		fi
	done
}

# removal_keep NUMBER WORD: copies the image that the word means.
removal_keep()
{
	removal_read "$2"
	[ "$removal_word" != - ] || return 0
	printf %s "$2" >"$removal_copies/$1.image.path" && cp -p "$removal_word" "$removal_copies/$1.image" &&
		return
	rm -f "$removal_copies/$1.image" "$removal_copies/$1.image.path"
	images_warn "$2 is left as it is, and binds what it did before: no copy of it can be kept"
	return 1
}

# removal_lines: the lines of the file on stdin. Images of one command follow one another: all are copied before it runs.
removal_lines()
{
	removal_command='' removal_last='' removal_n=0
	while read -r removal_release removal_path removal_next; do
		[ "$removal_next" = "$removal_last" ] || removal_finish
		[ "$removal_next" = "$removal_last" ] || removal_command=$removal_next
		removal_last=$removal_next
		removal_n=$((removal_n + 1))
		# What cannot be copied is not rebuilt, nor what the same command makes.
		removal_keep "$removal_n" "$removal_path" || removal_command=''
	done
	removal_finish
	: "$removal_release"
}

# removal_run: one that fails costs no other.
removal_run()
{
	[ -e "$removal_file" ] || return 0
	removal_copies=$(mktemp -d /var/tmp/earlybind.XXXXXX) || {
		images_warn 'the images are left as they are, and bind what they did before: no copies can be kept'
		return 0
	}
	if [ "$(head -n 1 "$removal_file")" = 'earlybind-removal 1' ]; then
		sed 1d "$removal_file" | removal_lines || :
	else
		images_warn "$removal_file is of another version: the images are left as they are"
	fi
	rmdir "$removal_copies" 2>/dev/null || :
	rm -f "$removal_file"
}
