/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entries.h"

#include "host/loader/grub_cfg.h"
#include "replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	entries_must_be_right(grub_cfg_parse, "boot/grub/grub.cfg", data, len);
	return 0;
}
