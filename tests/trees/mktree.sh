#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mktree.sh MANIFEST DIR: makes the tree of a machine below DIR, as `--root DIR` reads it: sys, proc, dev and run.
#
# A manifest has a function or a word a line; what stands later changes what stands earlier:
#
#   ADDRESS BEHIND ID CLASS GROUP DRIVER [KEY=VALUE...]
#       BEHIND: the address of the bridge above, or -; one of another domain is a VMD's endpoint
#       ID: vvvv:dddd[:ssss:ssss]    CLASS: 4 or 6 digits    GROUP, DRIVER: or -
#       header=1          the header of a bridge (classes 0604, 0607 and 0609 have it), or 0: an endpoint's
#       boot_vga=1        (a display of class 0300 has 0 otherwise)
#       override=NAME     driver_override
#       serial=HEX16      the Device Serial Number, behind another capability in `config`
#       fb=NAME           a firmware framebuffer that is its child
#       bar=START-END     a line of `resource`; several with commas
#       usb=WHAT          plugged into it: mouse, keyboard, plain-keyboard (not of the boot protocol); - a root hub alone
#       removable=WORD    its attribute: removable behind Thunderbolt, fixed else; without, there is none
#       vf=ADDRESS        it is a virtual function of that device
#   set ADDRESS KEY=VALUE...    changes it; also id=, class=, group=, driver= and behind=
#   drop ADDRESS                takes it out
#   renumber OLD=NEW...         other bus numbers (bb) in domain 0000, for all functions so far
#   include NAME                machines/NAME.txt
#   root DDDD:BB NAME|-         the ACPI path of a root bus; 0000:00 has _SB_.PCI0 without
#   kernel RELEASE              6.1.0-builtin without
#   arch NAME                   x86_64 without; another has no boot_params
#   cmdline TEXT
#   rootless                    nothing says where / is; with an fstab or a mountinfo of its own a tree says so itself,
#                               else / is on an SD card of the board
#   driver NAME                 a PCI driver that is registered (vfio-pci, and what a function has, are so without)
#   without NAME                it is not
#   module NAME                 a module that is loaded
#   iomem TEXT                  a line of /proc/iomem
#   screen efi|vga HEX          the boot loader's framebuffer, by its address
#   platform NAME               a firmware framebuffer without a parent
#   input PATH KEYS             an input device at PATH below sys (devices/platform/i8042/serio0), and its keys
#   vmcore                      the machine is saving a crash
#   block NAME IN MAJOR:MINOR [KEY=VALUE...]
#       IN: ADDRESS/FOLDER of its function, virtual/FOLDER, or for a partition its disk
#       part=N            it is partition N       slaves=NAME,...   what it stands on (their holders are made)
#       dm=NAME dmuuid=UUID                       backing=FILE      of a loop device    backing_dev=NAME  of zram
#       type= uuid= label= partuuid= partlabel=   what udev says is on it              link=disk/by-id/X  udev's links
#   net NAME ADDRESS|- [lower=NAME,...] [master=NAME] [mac=MAC] [ifindex=N]   a network interface
#   nvme NAME ADDRESS|virtual/FOLDER                                 a controller in sys/class/nvme
#   file PATH [TEXT]            any file
#   line PATH TEXT              one more line of a file
#   link PATH TARGET            a symbolic link
#   fifo PATH                   a pipe that nobody reads
#   remove PATH                 takes a file or folder of the tree away
[ $# -eq 2 ] || { echo 'usage: mktree.sh MANIFEST DIR' >&2; exit 2; }
trees=$(dirname "$0")
# The awk program prints a shell script: one mkdir, then a printf or a link a file.
script=$(LC_ALL=C awk -v machines="$trees/machines" -f "$trees/mktree.awk" "$1") || exit 1
mkdir -p "$2" && cd "$2" && eval "$script"
