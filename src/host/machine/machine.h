/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as the host tool sees it, and how a person reads a device. */
#ifndef EARLYBIND_MACHINE_H
#define EARLYBIND_MACHINE_H

#include "../../core/card.h"
#include "../../core/compat.h"
#include "../../sys/sysroot.h"

/* All functions with all that can be read of them. 0, -ENOENT (no /sys/bus/pci), -ENOMEM; the error was said. */
int machine_read(const struct sysroot *root, struct machine *out) _must_check_;

#define DEVICE_NAME_LEN 160

/* libpci's names: where the tree has a pci.ids, its own; without one the numbers alone. */
struct device_names;
struct device_names *names_open(const struct sysroot *root);
void names_close(struct device_names *n);
/* "NVIDIA Corporation GM204 [GeForce GTX 970]"; returns buf. */
const char *names_device(struct device_names *n, const struct identity *i, char buf[DEVICE_NAME_LEN]);
/* "VGA compatible controller"; returns buf. */
const char *names_class(struct device_names *n, const struct identity *i, char buf[DEVICE_NAME_LEN]);

#endif
