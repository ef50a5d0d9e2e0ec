/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI functions of a machine, as src/sys/scan.c read them, and what else a decision needs to know of it. */
#ifndef EARLYBIND_DEVICE_H
#define EARLYBIND_DEVICE_H

#include "address.h"
#include "compat.h"
#include "identity.h"
#include "path.h"
#include "plan.h"
#include "trial.h"

#define NO_PARENT (-1)

/* What says that a device shows the firmware's or the console's picture; or-ed. */
enum boot_display {
	BOOT_DISPLAY_VGA = 1,         /* its boot_vga is 1 */
	BOOT_DISPLAY_FRAMEBUFFER = 2, /* a firmware framebuffer is its child */
	BOOT_DISPLAY_MEMORY = 4,      /* the firmware framebuffer's memory is inside one of its BARs */
};

struct device {
	struct address address;
	struct root root;
	struct path path; /* of the function */
	struct identity identity;
	char driver[DRIVER_LEN];   /* of the `driver` link; "" for none */
	char override[DRIVER_LEN]; /* driver_override, "" for none; see scan_overrides() */
	uint64_t serial;           /* Device Serial Number; 0: none, or not read */
	int iommu_group;           /* -1: none */
	unsigned boot_display;     /* enum boot_display, or-ed; read for displays */
	bool bridge_header; /* its header is that of a bridge (type 1 or 2), whatever its class */
	bool virtual_function;
	bool later;    /* behind VMD: not there this early in the boot */
	bool external; /* behind Thunderbolt or USB4; read by the host tool only */
	bool keyboard; /* one is plugged in, into a USB controller mostly; read by the host tool only */
	bool has_disk; /* a disk is behind it; read by the host tool only */
	int parent;    /* index of the bridge above, or NO_PARENT; set by machine_link() */
};

struct machine {
	struct device *devices; /* in order of address */
	size_t n;
	char kernel[KERNEL_LEN]; /* uname -r */
	bool kdump;              /* /proc/vmcore exists */
	bool off;                /* the EFI variable of `earlybind off --next-boot` was there */
	enum trial_state trial;  /* of the plan that is to be decided */
	/* Of the host as it runs now; read by the host tool only. */
	bool other_keyboard; /* a keyboard that no PCI function carries: PS/2 */
	bool root_encrypted; /* the root, or what it needs, waits for a passphrase */
	struct need *needs;  /* see need.h */
	size_t n_needs;
};

void machine_free(struct machine *m);
/* Sorts the devices and finds each one's parent. */
void machine_link(struct machine *m);
/* Index, or -1. */
int machine_by_address(const struct machine *m, const struct address *a) _pure_;
int machine_by_path(const struct machine *m, const struct root *root, const struct path *function) _pure_;

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
