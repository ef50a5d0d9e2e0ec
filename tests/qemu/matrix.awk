# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads the rows of `outcomes`, then those of `matrix`, and prints rows of a table: `cells`, `images`, or `dozen`, the names
# of the cells that every run boots.
# In dracut's cells the kernel command line names the host's driver too, beside force_drivers in the image.

BEGIN { FS = "|"; OFS = "|" }

NR == FNR { topology[$1] = $2; locked[$1] = $3; rule[$1] = $4; words[$1] = $5; how[$1] = $6; expect[$1] = $7; next }

{
	split($1, word, "-")
	generator = $1 == "initramfs-tools" ? $1 : word[1]
	init = $1 == "initramfs-tools" ? "" : word[2]
	name = "race-" $1 "-" $3 "-" $4
	# Cells that need the same image share it.
	image = $1 "-" $3 "-on-" (how[$4] ? how[$4] : locked[$4])
	if (table == "dozen") {
		if ($5 == "dozen")
			print name
	} else if (table == "cells") {
		more = words[$4]
		if (generator == "dracut")
			more = more " rd.driver.pre=bochs"
		# mkinitcpio waits for the root no longer than ten seconds, however busy this machine is.
		if (generator == "mkinitcpio")
			more = more " rootdelay=3600"
		print name, image, topology[$4], more, "", "", expect[$4], "all"
	} else if (!seen[image]++)
		print image, $3, locked[$4], "-", rule[$4], $2 "-" generator, init (how[$4] ? " " how[$4] : "")
}
