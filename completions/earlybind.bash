# bash completion for earlybind(1)
# SPDX-License-Identifier: GPL-2.0-or-later

# The slots of this machine's devices, as people write them.
_earlybind_slots()
{
	command earlybind list 2>/dev/null |
		sed -n 's/^\(0000:\)\{0,1\}\([0-9a-f:]*:[0-9a-f][0-9a-f]\)\.[0-7] .*/\2/p' | uniq
}

# Words are taken from the line: COMP_WORDS is broken at "=" and ":" too, so that an option and its value, or a selector,
# would be three words.
_earlybind()
{
	local command=${COMP_WORDS[1]} words word before head typed has value

	COMPREPLY=()
	read -ra typed <<<"${COMP_LINE:0:COMP_POINT}x"
	word=${typed[-1]%x} before=${typed[-2]}
	if [ "${#typed[@]}" -eq 2 ]; then
		words='list add remove accept check explain regenerate status confirm off image --help --version'
	else
		case $word in
		--*=*) before=${word%%=*} word=${word#*=} ;;
		esac
		case $before in
		--root | --destdir | -r | -d)
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -d -- "$word")
			return
			;;
		--cpio)
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			return
			;;
		--kernel | -k)
			mapfile -t COMPREPLY < <(cd /lib/modules 2>/dev/null && compgen -d -- "$word")
			return
			;;
		esac
		words='--root --help'
		case $command:${#typed[@]} in
		add:3 | explain:3) command=selector ;;
		esac
		case $command in
		selector) words="$(_earlybind_slots) $words" ;;
		list) words="gpu nvme nic usb audio --json $words" ;;
		add)
			words="optional driver=vfio-pci driver=pci-stub allow=display allow=keyboard allow=in-use at=boot id= live --yes $words"
			# Behind a comma: the values that are not there yet.
			has=${word%,*}
			if [[ $word == allow=*,* ]]; then
				for value in display keyboard in-use; do
					[[ ,${has#allow=}, == *,$value,* ]] || words+=" $has,$value"
				done
			fi
			;;
		remove) words="id= --yes $words" ;;
		accept) words="--yes $words" ;;
		check | explain | status) words="--json $words" ;;
		regenerate)
			words="--check --json $words"
			mapfile -t COMPREPLY < <(cd /lib/modules 2>/dev/null && compgen -d -- "$word")
			;;
		confirm) words="--boot --yes $words" ;;
		off) words="--next-boot $words" ;;
		image) words="--kernel --destdir --cpio --base $words" ;;
		*) return ;;
		esac
	fi
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$word")
	[ "${COMPREPLY[*]}" != id= ] || compopt -o nospace
	# Where readline breaks words at "=" and ":", it replaces only what stands behind the last one.
	head=${word%"${word##*[=:]}"}
	case $COMP_WORDBREAKS in
	*=*:* | *:*=*) COMPREPLY=("${COMPREPLY[@]#"$head"}") ;;
	esac
}

complete -F _earlybind earlybind
