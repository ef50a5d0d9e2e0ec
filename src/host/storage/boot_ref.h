/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot asks for, by the names that people and programs wrote: lines of fstab, crypttab, command lines... */
#ifndef EARLYBIND_BOOT_REF_H
#define EARLYBIND_BOOT_REF_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

enum want_kind {
	WANT_DEVICE,    /* a block device: "UUID=...", "/dev/mapper/root"; see resolve.h */
	WANT_FILE,      /* a file or folder on some file system: a swap file */
	WANT_POOL,      /* a ZFS pool; "": nobody says which */
	WANT_SERVER,    /* reached over the network; "": nobody says which */
	WANT_INTERFACE, /* a network interface by its name or address */
	WANT_MEMORY,    /* no device at all: a root on tmpfs */
	WANT_UNKNOWN,   /* a line that cannot be read */
};

struct want {
	enum want_kind kind;
	bool root;       /* it is / itself */
	bool passphrase; /* somebody has to type one for it */
	bool random;     /* a mapping, named by `what`, that gets another key at each boot */
	bool optional;   /* the boot goes on without it: nofail, noauto */
	bool network;    /* it comes over the network, where nothing else says so: _netdev */
	char *where;     /* "/etc/fstab:3" */
	char *what;      /* "/", "swap", "resume" */
	char *name;
};

struct wants {
	struct want *items;
	size_t n;
};

/* Adds one; `len` bytes of name. `where` and `what` are copied. 0 or -ENOMEM. */
int want_add(struct wants *w, enum want_kind kind, const char *where, const char *what, const char *name,
	     size_t len) _must_check_;
/* Adds the device that a key or a LUKS header is on, if the value names one: "path:device", "device:path", "device". */
int want_add_key(struct wants *w, const char *where, const char *what, const char *value, size_t len) _must_check_;
/* Whether one from the index `first` on is of this: "noresume", a word of a command line. */
bool wants_say(const struct wants *w, size_t first, const char *what);
void wants_free(struct wants *w);

/* The lines of fstab, and of crypttab and crypttab.initramfs. 0 or -ENOMEM. */
int wants_of_fstab(const struct sysroot *r, struct wants *out) _must_check_;
int wants_of_crypttab(const struct sysroot *r, struct wants *out) _must_check_;
/* One line of it; `text` may be changed. 0 or -ENOMEM. */
int wants_of_fstab_line(const char *where, char *text, struct wants *out) _must_check_;
/* What the options of a mount name besides its source: the log of an XFS, further devices of a btrfs. 0 or -ENOMEM. */
int wants_of_options(const char *where, const char *what, const char *options, struct wants *out) _must_check_;
/* root=, resume=, rd.luks.uuid= and others of a command line. 0 or -ENOMEM. */
int wants_of_cmdline(const char *where, const char *text, size_t len, struct wants *out) _must_check_;
/* The same for words of a line that has more of them; and for one word of the table, by its name. 0 or -ENOMEM. */
int wants_of_words(const char *where, const char *text, size_t len, struct wants *out) _must_check_;
int wants_of_word(const char *where, const char *name, const char *value, struct wants *out) _must_check_;
/* What GRUB_CMDLINE_LINUX... has; kernel_cmdline of dracut.conf; what initramfs-tools' own files have. 0 or -ENOMEM. */
int wants_of_grub(const struct sysroot *r, struct wants *out) _must_check_;
int wants_of_dracut(const struct sysroot *r, struct wants *out) _must_check_;
int wants_of_initramfs_tools(const struct sysroot *r, struct wants *out) _must_check_;
/* The command lines that boot loaders get: /etc/kernel/cmdline, /etc/default/grub, ... 0 or -ENOMEM. */
int wants_of_bootloader(const struct sysroot *r, struct wants *out) _must_check_;
/* Proxmox's list of ESPs, and, after wants_of_bootloader(), the files of initramfs-tools and dracut. 0 or -ENOMEM. */
int wants_of_others(const struct sysroot *r, struct wants *out) _must_check_;

#endif
