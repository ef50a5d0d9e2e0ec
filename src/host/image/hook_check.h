/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the boot of an image runs earlybind, and before what loads drivers: a rule for each kind of initrd. */
#ifndef EARLYBIND_HOOK_CHECK_H
#define EARLYBIND_HOOK_CHECK_H

#include "../../core/compat.h"
#include "../initramfs/contents.h"
#include "findings.h"

/* What hook_check() looks at, for contents_read(); the list ends in NULL. */
extern const char *const hook_check_patterns[];

/* Adds a finding for each thing that is not as it must be. 0 or -ENOMEM. */
int hook_check(const struct contents *c, struct findings *out) _must_check_;
/* The same of an archive that is loaded behind an image with systemd: only what the archive itself has. */
int hook_check_unit(const struct contents *c, struct findings *out) _must_check_;

#endif
