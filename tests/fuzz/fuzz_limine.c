/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entries.h"

#include "host/loader/limine.h"
#include "replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	entries_must_be_right(limine_parse, "boot/limine.conf", data, len);
	return 0;
}
