/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a person reads a device: the names of libpci. */
#ifndef EARLYBIND_PCI_NAMES_H
#define EARLYBIND_PCI_NAMES_H

#include "../../core/compat.h"
#include "../../core/identity.h"
#include "../../sys/sysroot.h"

#define DEVICE_NAME_LEN 160
#define PCI_NAMES_FILE "usr/share/misc/pci.ids" /* of a tree */
#define PCI_NAMES_FD "/proc/self/fd/"           /* how libpci calls it, which is to open no link that leads out */

/* libpci's names: where the tree has a pci.ids, its own; without one the numbers alone. */
struct pci_names;
/* failed: gets what is wrong with the file, or that there is no memory; libpci cannot go on after that. */
struct pci_names *pci_names_open(const struct sysroot *root,
				 __attribute__((noreturn)) void (*failed)(char *msg, ...) _printf_(1, 2));
void pci_names_close(struct pci_names *n);
/* "NVIDIA Corporation GM204 [GeForce GTX 970]"; returns buf. */
const char *pci_names_device(struct pci_names *n, const struct identity *i, char buf[DEVICE_NAME_LEN]);
/* "VGA compatible controller"; returns buf. */
const char *pci_names_class(struct pci_names *n, const struct identity *i, char buf[DEVICE_NAME_LEN]);

#endif
