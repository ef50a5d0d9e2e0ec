/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entries.h"

#include "host/loader/refind.h"
#include "replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	entries_must_be_right(refind_parse, "efi/EFI/refind/refind.conf", data, len);
	entries_must_be_right(refind_parse_linux, "boot/refind_linux.conf", data, len);
	return 0;
}
