/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inserts the plan's modules. */
#ifndef EARLYBIND_MODULE_H
#define EARLYBIND_MODULE_H

#include "../core/compat.h"
#include "sysroot.h"

/* Where program, plan and modules lie in an image, below the root. */
#define IMAGE_DIR "usr/lib/earlybind"
#define IMAGE_MODULES IMAGE_DIR "/modules"
#define IMAGE_PLAN IMAGE_DIR "/plan"
#define IMAGE_LOCK "etc/earlybind.lock" /* beside the plan of `earlybind image --base` */

/*
 * Inserts the module in file ("vfio-pci.ko" below IMAGE_MODULES). Built in or already inserted is success. In a tree
 * nothing is inserted: it counts as there if the tree's sys/module has it, else -ENOENT. 0 or -errno of
 * finit_module(2).
 */
int module_insert(const struct sysroot *r, const char *file, const char *params) _must_check_;
/* Whether a PCI driver of this name is registered. */
bool module_has_driver(const struct sysroot *r, const char *driver);
/* The module's name: the file's without ".ko", '-' as '_'. */
void module_name(const char *file, char *buf, size_t size);

#endif
