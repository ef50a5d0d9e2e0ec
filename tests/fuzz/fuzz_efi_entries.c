/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entries.h"

#include "host/loader/efi_entries.h"
#include "replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	entries_must_be_right(efi_entries_parse, "sys/firmware/efi/efivars/Boot0001-8be4df61", data, len);
	return 0;
}
