/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who renews an image that no generator of ours may write. */
#ifndef EARLYBIND_RENEWER_H
#define EARLYBIND_RENEWER_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define RENEWER_LEN 160

/* sdbootutil: "initrd-" and a hash of what is in it, as SHA-1 or SHA-256. Boot entries share it, a TPM expects it. */
bool renewer_is_hash(const char *path) _pure_;
/* The command line that renews this image, or its copy in the ESP; "": nobody knows. Returns buf. */
const char *renewer_of(const struct sysroot *r, const char *path, const char *release, char buf[RENEWER_LEN]);

#endif
