/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI functions of a machine, as src/sys/scan.c read them, and what else a decision needs to know of it. */
#ifndef EARLYBIND_DEVICE_H
#define EARLYBIND_DEVICE_H

#include "address.h"
#include "chains.h"
#include "compat.h"
#include "identity.h"
#include "path.h"
#include "plan.h"
#include "trial.h"

#define NO_PARENT (-1)

struct device {
	struct address address;
	struct root root;
	struct path path; /* of the function */
	struct identity identity;
	char driver[DRIVER_LEN];   /* of the `driver` link; "" for none */
	char override[DRIVER_LEN]; /* driver_override, "" for none; see scan_overrides() */
	uint64_t serial;           /* Device Serial Number; 0: none, or not read */
	int iommu_group;           /* -1: none */
	unsigned boot_display;     /* what says that it shows the firmware's picture: boot_display.h; of class 03 */
	bool bridge_header;        /* its header is that of a bridge (type 1 or 2), whatever its class */
	bool virtual_function;
	bool later;       /* behind VMD: not there this early in the boot */
	bool external;    /* behind Thunderbolt or USB4; read by the host tool only */
	bool keyboard;    /* one is plugged in, into a USB controller mostly; read by the host tool only */
	unsigned plugged; /* of PLUGGED_...: what unlocks disks; read by the host tool only */
	bool has_disk;    /* a disk is behind it; read by the host tool only */
	/* Set by machine_link(): indices of other devices, or NO_PARENT. */
	int parent;  /* the bridge above */
	int child;   /* the first behind this one */
	int sibling; /* the next behind the same bridge */
};

#define PLUGGED_FIDO2 1 /* a security token */
#define PLUGGED_CARD 2  /* a smart card, or a token that looks like one */
#define PLUGGED_DISK 4  /* a USB disk */

/* The boot that is decided about. */
struct boot_state {
	char kernel[KERNEL_LEN]; /* uname -r */
	bool kdump;              /* /proc/vmcore exists */
	bool off;                /* the EFI variable of `earlybind off --next-boot` was there */
	enum trial_state trial;  /* of the plan that is to be decided */
};

/* The host as it runs now; read by the host tool only. */
struct host_facts {
	bool other_keyboard; /* a keyboard that no PCI function carries: PS/2 */
	bool root_encrypted; /* the root, or what it needs, waits for a passphrase */
	struct need *needs;  /* see need.h */
	size_t n_needs;
};

struct machine {
	struct device *devices; /* in order of address */
	size_t n;
	/* Set by machine_link(). */
	struct chains like;      /* by identity */
	struct chains at_name;   /* by slot, below the ACPI path of the root */
	struct chains at_number; /* by slot, below the number of the root */
	struct boot_state boot;
	struct host_facts host;
};

void machine_free(struct machine *m);
/*
 * Sorts the devices, finds each one's parent, and makes what the functions below need: none of them looks at every
 * device. What it reads, address, root, path and identity, is not changed afterwards. -ENOMEM.
 */
int machine_link(struct machine *m) _must_check_;
/* Index, or -1. */
int machine_by_address(const struct machine *m, const struct address *a) _pure_;
int machine_by_path(const struct machine *m, const struct root *root, const struct path *function) _pure_;
/*
 * The next one behind the index `after`, which the same call has returned, -1: the first; -1 if there is no other. Of
 * this identity; or at a root like this (root_is), a function of this path or in this slot.
 */
int machine_next_like(const struct machine *m, const struct identity *identity, int after) _pure_;
int machine_next_at(const struct machine *m, const struct root *root, const struct path *path, int after) _pure_;
/* The index of the first function in the slot of function i; the others of the slot follow it. */
int machine_slot(const struct machine *m, int i) _pure_;
/* Whether there is a function k, and it stands in the slot of function i. */
bool machine_same_slot(const struct machine *m, int i, int k) _pure_;

/* Class 0300 and 0380: what counts as a display and is guarded. */
bool device_is_display(const struct identity *i) _pure_;
/* Behind VMD or Thunderbolt, or a virtual function: mostly not there yet when the boot program runs. */
bool device_appears_later(const struct device *d) _pure_;
/*
 * What carries other devices and is no card: the header of a bridge, or a class that is one. An endpoint of class 0680
 * (an NVSwitch, a non-transparent bridge) is a device like others.
 */
bool device_is_bridge(const struct device *d) _pure_;
/* Class 0601, ISA or LPC: a bridge whose driver can be kept from it, by pci-stub alone. */
bool device_is_isa_bridge(const struct device *d) _pure_;

#endif
