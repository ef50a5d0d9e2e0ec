/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presets of mkinitcpio, etc/mkinitcpio.d/NAME.preset: shell, of which we understand assignments of plain words. They
 * say which images are made of which kernel.
 */
#ifndef EARLYBIND_MKINITCPIO_PRESET_H
#define EARLYBIND_MKINITCPIO_PRESET_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define PRESET_VALUE_LEN 256

struct preset {
	/* And UKIs, that are there, below the root. bare: made without our hook; left: PRESETS does not have them made
	 */
	struct names images, bare, left;
	char unclear[PRESET_VALUE_LEN]; /* one whose path is more than a plain word; "": none */
	char kernel[PRESET_VALUE_LEN];  /* a release, or the path of a kernel file; "": unclear */
};

/* The names of all, sorted. 0 or -errno. */
int presets_list(const struct sysroot *r, struct names *out) _must_check_;
bool preset_exists(const struct sysroot *r, const char *name);
int preset_read(const struct sysroot *r, const char *name, struct preset *out) _must_check_;
void preset_free(struct preset *p);
/*
 * The one of a kernel: that of its pkgbase, unless it is known to be another's, else one that names the kernel.
 * -ENOENT; -ENAMETOOLONG.
 */
int preset_of(const struct sysroot *r, const char *release, char *name, size_t size) _must_check_;

#endif
