# fish completion for earlybind(1)
# SPDX-License-Identifier: GPL-2.0-or-later

# The slots of this machine's devices, as people write them.
function __earlybind_slots
	command earlybind list 2>/dev/null | string replace -rf '^(?:0000:)?([0-9a-f:]*:[0-9a-f]{2})\.[0-7] .*' '$1' | uniq
end

# Whether the selector is the next word.
function __earlybind_wants_selector
	test (count (commandline -opc)) -eq 2; and __fish_seen_subcommand_from add explain
end

complete -c earlybind -f

complete -c earlybind -n __fish_use_subcommand -a list -d 'Show the cards, their drivers and what is locked'
complete -c earlybind -n __fish_use_subcommand -a add -d 'Write a rule and accept it'
complete -c earlybind -n __fish_use_subcommand -a remove -d 'Drop a rule and its entry'
complete -c earlybind -n __fish_use_subcommand -a accept -d 'Lock the cards that the rules select on this machine'
complete -c earlybind -n __fish_use_subcommand -a check -d 'Validate the rules and say what a boot would do'
complete -c earlybind -n __fish_use_subcommand -a explain -d 'Say why a device will be bound, or will not'
complete -c earlybind -n __fish_use_subcommand -a regenerate -d 'Make the initramfs images anew and verify them'
complete -c earlybind -n __fish_use_subcommand -a status -d 'Say what the last boot did'
complete -c earlybind -n __fish_use_subcommand -a confirm -d 'End the trial of a plan: all is well'
complete -c earlybind -n __fish_use_subcommand -a off -d 'Let the next boot bind nothing'
complete -c earlybind -n __fish_use_subcommand -a image -d 'Fill an initramfs image (for generators)'
complete -c earlybind -n __fish_use_subcommand -l version -d 'Print the version'

complete -c earlybind -l help -d 'Help'
complete -c earlybind -n 'not __fish_use_subcommand' -s r -l root -x -a '(__fish_complete_directories)' -d 'Use this tree in place of /'
complete -c earlybind -n '__fish_seen_subcommand_from list' -a 'gpu nvme nic usb audio'
complete -c earlybind -n '__fish_seen_subcommand_from list check explain regenerate status' -s j -l json -d 'Print JSON'
complete -c earlybind -n '__fish_seen_subcommand_from add remove accept confirm' -s y -l yes -d 'Do not ask'
complete -c earlybind -n '__earlybind_wants_selector' -a '(__earlybind_slots)' -d 'Slot'
complete -c earlybind -n '__fish_seen_subcommand_from add; and not __earlybind_wants_selector' -a 'optional driver=vfio-pci driver=pci-stub allow=display allow=keyboard allow=in-use at=boot id= live'
complete -c earlybind -n '__fish_seen_subcommand_from remove' -a 'id='
complete -c earlybind -n '__fish_seen_subcommand_from confirm' -l boot -d 'Only what this boot has shown'
complete -c earlybind -n '__fish_seen_subcommand_from off' -l next-boot -d 'Has to be given'
complete -c earlybind -n '__fish_seen_subcommand_from image' -s k -l kernel -x -a '(command ls /lib/modules 2>/dev/null)' -d 'The kernel of the image'
complete -c earlybind -n '__fish_seen_subcommand_from image' -s d -l destdir -x -a '(__fish_complete_directories)' -d 'The root folder of the image'
complete -c earlybind -n '__fish_seen_subcommand_from image' -l cpio -r -F -d 'Make a stand-alone archive'
complete -c earlybind -n '__fish_seen_subcommand_from image' -l base -d 'Without cards, for many machines'
complete -c earlybind -n '__fish_seen_subcommand_from regenerate' -l check -d 'Only verify'
complete -c earlybind -n '__fish_seen_subcommand_from regenerate' -a '(command ls /lib/modules 2>/dev/null)'
