# bash completion for earlybind(1)
# SPDX-License-Identifier: GPL-2.0-or-later

# Words are taken from the line: COMP_WORDS is broken at "=" and ":" too, so that an option and its value, or a selector,
# would be three words.
_earlybind()
{
	local command=${COMP_WORDS[1]} words word before head typed

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
		case $command in
		list) words="gpu nvme nic usb audio --json $words" ;;
		add) words="optional driver=vfio-pci driver=pci-stub allow=display allow=keyboard allow=in-use at=boot id= live --yes $words" ;;
		remove) words="id= --yes $words" ;;
		accept) words="--yes $words" ;;
		check | explain | status) words="--json $words" ;;
		regenerate)
			words="--check --json $words"
			mapfile -t COMPREPLY < <(cd /lib/modules 2>/dev/null && compgen -d -- "$word")
			;;
		confirm) words="--boot $words" ;;
		off) words="--next-boot $words" ;;
		image) words="--kernel --destdir --cpio --base $words" ;;
		*) return ;;
		esac
	fi
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$word")
	[ "${COMPREPLY[*]}" != id= ] || compopt -o nospace
	# Where readline breaks words at "=", it replaces only what stands behind it.
	head=${word%"${word##*=}"}
	case $COMP_WORDBREAKS in
	*=*) COMPREPLY=("${COMPREPLY[@]#"$head"}") ;;
	esac
}

complete -F _earlybind earlybind
