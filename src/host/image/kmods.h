/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libkmod: which module files of a kernel a driver needs, in load order, and with which parameters. Everything is read
 * below one root, for any kernel; nothing of the machine that runs this gets into the answer.
 */
#ifndef EARLYBIND_KMODS_H
#define EARLYBIND_KMODS_H

#include "../../core/compat.h"
#include "../../core/plan.h"
#include "../../core/report.h"
#include "../../sys/sysroot.h"

struct kmod_ctx;

struct module_file {
	char file[MODULE_FILE_LEN]; /* its name in the image: "vfio-pci.ko" */
	char *path;                 /* below the root: "usr/lib/modules/RELEASE/kernel/.../vfio-pci.ko.xz" */
	char *params;               /* of modprobe.d, without ids=; "" for none */
};

/* One `options MODULE TEXT` line. */
struct module_option {
	char *module;
	char *text;
};

struct kmods {
	struct kmod_ctx *ctx;
	const struct sysroot *root; /* NULL: not open */
	int fd;                     /* of the directory of the modules */
	char directory[512];        /* below the root: "usr/lib/modules/RELEASE" */
	char *deps;                 /* modules.dep, see load_deps() */
	char *builtin;              /* modules.builtin; NULL: there is none */
	struct module_option *options;
	size_t n_options;
	struct module_file *modules; /* in load order, each once */
	size_t n_modules;
	struct names visited;      /* by kmods_add() */
	struct report_note *notes; /* parameters that were left out */
	size_t n_notes;
};

/*
 * 0; -ENOENT: this kernel has no folder of modules there; -ENODATA: the folder has no modules.dep.bin (depmod was not
 * run); -EXDEV: in a tree, one of the files that libkmod would open is a link; -ENOMEM; -errno.
 */
int kmods_open(struct kmods *k, const struct sysroot *root, const char *release) _must_check_;
void kmods_close(struct kmods *k);
/*
 * Adds what the driver needs, in the order of `modprobe --show-depends`: dependencies, `pre:` soft dependencies, the
 * driver; with vfio also what virtual machines need of it. Never a `post:` soft dependency. What is built in, or in the
 * list already, adds nothing. -ENOENT: the kernel has no such module; then nothing was added. -ENOMEM; -errno.
 */
int kmods_add(struct kmods *k, const char *driver) _must_check_;
/* Takes back what was added behind the first n. */
void kmods_truncate(struct kmods *k, size_t n);

#endif
