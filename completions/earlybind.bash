# bash completion for earlybind(1)
# SPDX-License-Identifier: GPL-2.0-or-later

_earlybind()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} words

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words='list add remove accept check explain regenerate status confirm off image --help --version'
	else
		case $before in
		--root | --destdir | -r | -d)
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -d -- "$word")
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
		remove | accept) words="--yes $words" ;;
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
}

complete -F _earlybind earlybind
