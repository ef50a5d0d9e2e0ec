/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot entries, each with whose it is: which of them boot this installation, and what with. */
#ifndef EARLYBIND_ENTRIES_H
#define EARLYBIND_ENTRIES_H

#include "../../core/compat.h"
#include "../../core/plan.h"
#include "../lib/json.h"
#include "../loader/boot_entries.h"
#include "../storage/volumes.h"
#include "images.h"

/* Those that are not ours are listed, and their initrds are not looked at. */
enum entry_kind {
	ENTRY_OURS,      /* it boots this installation, with an initrd */
	ENTRY_NO_INITRD, /* memtest, Windows, another boot loader */
	ENTRY_RESCUE,    /* and crash kernels */
	ENTRY_SNAPSHOT,
	ENTRY_OTHER,   /* another installation */
	ENTRY_UNKNOWN, /* the entry does not tell which files it means, or these cannot be reached or are gone */
	ENTRY_KIND_COUNT
};

extern const char *const entry_kind_words[ENTRY_KIND_COUNT];

struct entry {
	const struct boot_entry *boot;
	enum entry_kind kind;
	char kernel[KERNEL_LEN]; /* its release; "": not known */
	/* Below the root, in the order in which they are loaded; of a UKI its file. Owned. */
	char **files;
	size_t n_files;
	size_t image; /* which of them is no microcode and no add-on */
};

struct entries {
	bool read;
	const struct boot_entries *boot;
	struct boot_entries own; /* where nobody had read them */
	struct entry *items;
	size_t n;
	const char *unmounted; /* what fstab mounts for the boot loader, and is not mounted; or NULL */
};

/* storage: as of volumes_read(); it has to stay as long as the entries. 0 or -ENOMEM. */
int entries_read(const struct sysroot *r, const struct storage *storage, struct entries *out) _must_check_;
void entries_free(struct entries *e);
/* The next of this installation from *at on that boots this kernel; NULL as kernel: any. NULL: no more. */
const struct entry *entries_next(const struct entries *e, const char *kernel, size_t *at);
/* Takes away the images in the ESP that only entries of other installations start: they may have a kernel of the same
 * release. */
void entries_leave_others(const struct sysroot *r, const struct entries *e, struct image_files *files);
/* Its title, or what else names it. */
const char *entry_name(const struct entry *e) _pure_;
/* An object of what says it: {"loader", "source", "line", "id", "title"}; with `kind` also of what it is and boots. */
void entry_json(const struct entry *e, const char *name, bool kind, struct json *j);

#define ENTRIES_WHY_LEN 800
/*
 * Whether nothing tells that the next boot takes one of the images that were found: *why says what is missing. It leans
 * on what this boot came from: variables of systemd's boot loader and stub, BOOT_IMAGE= and initrd= of the command
 * line. images: the paths of those that were verified, below the root.
 */
bool entries_cannot_tell(const struct sysroot *r, const struct entries *e, const struct names *images,
			 char why[ENTRIES_WHY_LEN]);

#endif
