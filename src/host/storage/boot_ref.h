/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot asks for, by the names that people and programs wrote: lines of fstab, crypttab, command lines... */
#ifndef EARLYBIND_BOOT_REF_H
#define EARLYBIND_BOOT_REF_H

#include "../../core/compat.h"
#include "../../core/device.h"
#include "../../sys/sysroot.h"

enum boot_ref_kind {
	BOOT_REF_DEVICE,    /* a block device: "UUID=...", "/dev/mapper/root"; see resolve.h */
	BOOT_REF_FILE,      /* a file or folder on some file system: a swap file */
	BOOT_REF_POOL,      /* a ZFS pool; "": nobody says which */
	BOOT_REF_SERVER,    /* reached over the network; "": nobody says which */
	BOOT_REF_INTERFACE, /* a network interface by its name or address; `what` may be one that stands on it */
	BOOT_REF_NETWORK,   /* the network, without saying for which server */
	BOOT_REF_MEMORY,    /* no device at all: a root on tmpfs */
	BOOT_REF_UNKNOWN,   /* a line that cannot be read */
};

struct boot_ref {
	enum boot_ref_kind kind;
	bool root;        /* it is / itself */
	bool passphrase;  /* somebody has to type one for it */
	unsigned plugged; /* of PLUGGED_...: with one of these it is unlocked */
	bool random;      /* a mapping, named by `what`, that gets another key at each boot */
	bool if_here;  /* what is not here is not needed: boot entries, of which others say what this machine lacks */
	bool optional; /* the boot goes on without it: nofail, noauto */
	bool network;  /* it comes over the network, where nothing else says so: _netdev */
	char *where;   /* "/etc/fstab:3" */
	char *what;    /* "/", "swap", "resume" */
	char *name;
};

struct boot_refs {
	struct boot_ref *items;
	size_t n;
};

/* Adds one; `len` bytes of name. `where` and `what` are copied. 0 or -ENOMEM. */
int boot_ref_add(struct boot_refs *w, enum boot_ref_kind kind, const char *where, const char *what, const char *name,
		 size_t len) _must_check_;
/* Adds the device that a key or a LUKS header is on, if the value names one: "path:device", "device:path", "device". */
int boot_ref_add_key(struct boot_refs *w, const char *where, const char *what, const char *value,
		     size_t len) _must_check_;
/* PLUGGED_..., by these options of crypttab(5) and rd.luks.options=. */
unsigned crypttab_plugged(const char *options);
/* Whether one from the index `first` on is of this: "noresume", a word of a command line. */
bool boot_refs_say(const struct boot_refs *w, size_t first, const char *what);
void boot_refs_free(struct boot_refs *w);

/* The lines of fstab, and of crypttab and crypttab.initramfs. 0 or -ENOMEM. */
int boot_refs_of_fstab(const struct sysroot *r, struct boot_refs *out) _must_check_;
int boot_refs_of_crypttab(const struct sysroot *r, struct boot_refs *out) _must_check_;
/* One line of it; `text` may be changed. 0 or -ENOMEM. */
int boot_refs_of_fstab_line(const char *where, char *text, struct boot_refs *out) _must_check_;
/* What the options of a mount name besides its source: the log of an XFS, further devices of a btrfs. 0 or -ENOMEM. */
int boot_refs_of_options(const char *where, const char *what, const char *options, struct boot_refs *out) _must_check_;
/* root=, resume=, rd.luks.uuid= and others of a command line. 0 or -ENOMEM. */
int boot_refs_of_cmdline(const char *where, const char *text, size_t len, struct boot_refs *out) _must_check_;
/* The same for words of a line that has more of them; and for one word of the table, by its name. 0 or -ENOMEM. */
int boot_refs_of_words(const char *where, const char *text, size_t len, struct boot_refs *out) _must_check_;
int boot_refs_of_word(const char *where, const char *name, const char *value, struct boot_refs *out) _must_check_;
/* What GRUB_CMDLINE_LINUX... has; kernel_cmdline of dracut.conf; what initramfs-tools' own files have. 0 or -ENOMEM. */
int boot_refs_of_grub(const struct sysroot *r, struct boot_refs *out) _must_check_;
int boot_refs_of_dracut(const struct sysroot *r, struct boot_refs *out) _must_check_;
int boot_refs_of_initramfs_tools(const struct sysroot *r, struct boot_refs *out) _must_check_;
/* The command lines that boot loaders get: /etc/kernel/cmdline, /etc/default/grub, ... 0 or -ENOMEM. */
int boot_refs_of_bootloader(const struct sysroot *r, struct boot_refs *out) _must_check_;
/* Proxmox's list of ESPs, and, after boot_refs_of_bootloader(), the files of initramfs-tools and dracut. 0 or -ENOMEM.
 */
int boot_refs_of_others(const struct sysroot *r, struct boot_refs *out) _must_check_;

#endif
