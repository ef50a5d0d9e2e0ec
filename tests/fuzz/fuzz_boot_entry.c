/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes are read as a boot entry: what is found is a PARTUUID. */
#include "compat.h"

#include "boot_entry.h"
#include "replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char uuid[PARTUUID_LEN];

	if (boot_entry_partition(data, len, uuid) == 0 && (strspn(uuid, "0123456789abcdef-") != strlen(uuid) ||
							   (strlen(uuid) != PARTUUID_LEN - 1 && strlen(uuid) != 11)))
		abort();
	return 0;
}
