/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot loaders of a machine may start: their entries, each with its kernel, initrds and command line. */
#ifndef EARLYBIND_BOOT_ENTRIES_H
#define EARLYBIND_BOOT_ENTRIES_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

/* Whose words the entry is in. LOADER_UKI: an EFI program in EFI/Linux; LOADER_FIRMWARE: a variable Boot####. */
enum boot_loader { LOADER_BLS, LOADER_GRUB, LOADER_LIMINE, LOADER_REFIND, LOADER_UKI, LOADER_FIRMWARE, LOADER_COUNT };

/* One file that an entry names. All of it is text of others: escape it where it is printed. */
struct boot_file {
	/*
	 * Owned; "UUID=", "PARTUUID=" or "LABEL=" with the value; "": that of the entry's `base`. Limine finds a UUID
	 * of either kind by "UUID=".
	 */
	char *volume;
	char *path;   /* owned; from the root of that file system (GRUB: above the subvolume too), no leading slash */
	bool unknown; /* a variable of the loader is in it, or it is on a volume that nothing here can tell */
};

/* Texts are owned, and "" where the entry does not say. */
struct boot_entry {
	enum boot_loader loader;
	char *source;  /* the file that has it, below the root: "boot/grub/grub.cfg" */
	unsigned line; /* in it, from 1; 0: it is the file as a whole */
	char *base;    /* a directory on the file system that has `source`, below the root: "boot", "efi", "boot/efi" */
	char *id;      /* BLS, UKI: the file's name without a boot counter; GRUB: --id; firmware: "Boot0001" */
	char *title;
	char *menu;                /* GRUB, Limine: titles of the menus it stands in, divided by '>' */
	char *version;             /* BLS: version; UKI: .uname */
	char *machine_id;          /* BLS: machine-id */
	char *architecture;        /* BLS: architecture, "x64": systemd-boot skips those of others */
	char *options;             /* the kernel command line; UKI: .cmdline, with those of addons behind it */
	char *profiles;            /* UKI: those of its further profiles, a line each */
	struct boot_file kernel;   /* path NULL: none */
	bool program;              /* `kernel` is an EFI program: a UKI with its own initrds, or another loader */
	struct boot_file *initrds; /* in the order in which they are loaded */
	size_t n_initrds;
};

/* What could not be read, so that whoever asks says that it cannot tell which image boots. */
struct boot_unread {
	char *path; /* owned; below the root; a file, or a directory */
	int error;  /* -EACCES, -EIO, -EFBIG */
};

/* Where the ESP, the boot partition or neither may be mounted (bootctl(1); XBOOTLDR is /boot): "/boot"; then NULL. */
extern const char *const boot_targets[];

struct boot_entries {
	struct boot_entry *items;
	size_t n;
	struct boot_unread *unread;
	size_t n_unread;
};

/* All entries of all loaders whose files are below the root. What was read is in `out` also then: 0 or -ENOMEM. */
int boot_entries_read(const struct sysroot *r, struct boot_entries *out) _must_check_;
void boot_entries_free(struct boot_entries *e);

/*
 * For the readers. Takes over all that *entry owns, also where it fails, and empties it; texts that are NULL become "".
 * Of too many the last are left out, and their source is unread with -E2BIG. 0 or -ENOMEM.
 */
int boot_entries_add(struct boot_entries *e, struct boot_entry *entry) _must_check_;
int boot_entries_add_unread(struct boot_entries *e, const char *path, int error) _must_check_;
/* Copies len bytes of a path, up to a NUL and without its leading slashes. 0 or -ENOMEM: nothing changed. */
int boot_file_set(struct boot_file *file, const char *volume, const char *path, size_t len) _must_check_;
void boot_file_free(struct boot_file *file);
/* Turns the backslashes of a path, as EFI has it. */
void boot_path_turn(char *path);
/*
 * Appends an initrd, and takes over what *file owns, also where it fails. Of very many the last is `unknown`, and the
 * others are left out. 0 or -ENOMEM.
 */
int boot_entry_add_initrd(struct boot_entry *entry, struct boot_file *file) _must_check_;
/*
 * Appends what "initrd=" of the options names, in the kernel's EFI stub's words (drivers/firmware/efi/libstub/file.c):
 * paths with backslashes, on this volume. 0 or -ENOMEM.
 */
int boot_entry_add_stub_initrds(struct boot_entry *entry, const char *volume) _must_check_;
void boot_entry_free(struct boot_entry *entry);

#endif
