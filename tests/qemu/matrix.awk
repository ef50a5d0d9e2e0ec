# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads the rows of `outcomes`, then those of `matrix`, and prints rows of a table, `cells` or `images`, or the names of
# the cells that every run boots (`dozen`).
# In dracut's cells the kernel command line names the host's driver too, beside force_drivers in the image.

BEGIN { FS = "|"; OFS = "|" }

NR == FNR { topology[$1] = $2; locked[$1] = $3; rule[$1] = $4; expect[$1] = $5; next }

{
	split($1, word, "-")
	generator = $1 == "initramfs-tools" ? $1 : word[1]
	how = $1 == "initramfs-tools" ? "" : word[2]
	# Cells that need the same image share it.
	image = $1 "-" $3 "-on-" locked[$4]
	if (table == "dozen") {
		if ($5 == "dozen")
			print $1 "-" $3 "-" $4
	} else if (table == "cells")
		print $1 "-" $3 "-" $4, image, topology[$4], generator == "dracut" ? "rd.driver.pre=bochs" : "", "", "", expect[$4]
	else if (!seen[image]++)
		print image, $3, locked[$4], "-", rule[$4], $2 "-" generator, how
}
