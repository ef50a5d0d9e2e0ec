/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person reads for a reason. Apart from reason.c, so that the boot program does not carry the texts. */
#include "compat.h"

#include "reason.h"

static const struct {
	const char *meaning; /* of the device, or of the run: "it ...", without a full stop */
	const char *remedy;  /* the next step: "..." without a full stop, or "" */
} texts[REASON_COUNT] = {
	[REASON_NONE] = { "nothing stands against it", "" },
	[REASON_BRIDGE] = { "it is a bridge, which no virtual machine can use", "choose a device behind it" },
	[REASON_OFF] = { "earlybind is switched off",
			 "boot without earlybind=off; `earlybind off --next-boot` is for one boot only" },
	[REASON_SKIPPED] = { "earlybind.skip= on the kernel command line named it for this boot",
			     "boot again without this earlybind.skip=" },
	[REASON_KDUMP] = { "this boot only saved the memory of a crashed kernel, so no device was touched", "" },
	[REASON_STOOD_DOWN] = { "the plan was tried twice and nobody confirmed it, so it is not used any more",
				"find out why those boots failed, then run `earlybind confirm` to use the plan again" },
	[REASON_KEPT] = { "a keep rule says that it stays with the host",
			  "remove the keep rule, then run `earlybind accept` and `earlybind regenerate`" },
	[REASON_CLAIM] = { "its rule says at=claim: it is not bound at boot",
			   "write at=boot in its rule, then run `earlybind accept` and `earlybind regenerate`" },
	[REASON_ABSENT] = { "it is not in this machine now, or the firmware hides it",
			    "put it back; if it is gone for good or stands elsewhere, `earlybind check` says what to "
			    "do" },
	[REASON_OTHER_DEVICE] = { "another device than the accepted one is in its place",
				  "if that is right, `earlybind check` says what to do" },
	[REASON_AMBIGUOUS] = { "a device of its kind moved, and nothing tells which of the identical ones is meant",
			       "see `earlybind list`; `earlybind check` says what to do" },
	[REASON_APPEARS_LATER] = { "it appears only later in the boot than earlybind runs",
				   "bind it when it appears; nothing can do so this early" },
	[REASON_BOOT_DISK] = { "a disk or network card that this system boots from, or mounts at boot, is behind it",
			       "change the line that needs it, then run `earlybind accept` and `earlybind regenerate`; "
			       "nothing "
			       "can, as long as the system itself is on it" },
	[REASON_IN_USE] = { "the running system uses it: a mounted disk, active swap, or the network connection",
			    "stop using it, or write allow=in-use in its rule, then run `earlybind accept` and "
			    "`earlybind "
			    "regenerate`" },
	[REASON_DISPLAY] = { "the host needs it for its picture",
			     "write allow=display in its rule if this machine may run without a picture, then run "
			     "`earlybind accept` and `earlybind regenerate`" },
	[REASON_KEYBOARD] = { "the boot may need what is plugged in here: a keyboard, or what unlocks the root",
			      "plug it into another controller, or write allow=keyboard in its rule, then run "
			      "`earlybind accept` and `earlybind regenerate`" },
	[REASON_NO_IOMMU] = { "the kernel has no IOMMU group for it, so it cannot be given to a virtual machine",
			      "`earlybind check` says why there is none, and what to switch on" },
	[REASON_BUSY] = { "another driver already had this display before earlybind ran",
			  "check that earlybind comes before that driver in the initramfs (`earlybind regenerate`)" },
	[REASON_TWIN] = { "it is identical to an accepted device and is itself not accepted",
			  "nothing, if the host shall keep it; else add a rule for it with `earlybind add`" },
	[REASON_NOT_ACCEPTED] = { "a rule asks for it, but nobody accepted it on this machine",
				  "run `earlybind accept`, then `earlybind regenerate`" },
	[REASON_LOCK_BROKEN] = { "/etc/earlybind.lock is damaged or was changed by hand, so nothing of it is used",
				 "run `earlybind accept`, then `earlybind regenerate`" },
	[REASON_NO_DRIVER] = { "none of the drivers in its rule is in this kernel or its modules",
			       "install the kernel's vfio modules, then run `earlybind regenerate`" },
	[REASON_PROBE_FAILED] = { "the driver refused the device, which was then given back to the host",
				  "read the kernel log of this device: `journalctl -k -b`" },
	[REASON_TIMEOUT] = { "earlybind ran out of time, and the boot went on without it",
			     "read the kernel log for the step that hung; `set timeout=` allows up to 60 s" },
	[REASON_MOVED] = { "it is in another place than when it was accepted, and was known by what it is",
			   "`earlybind check` says what to write or to run, so that its new place is noted" },
	[REASON_BOUND_BY_KERNEL] = { "the driver, built into the kernel, took it before earlybind ran",
				     "remove vfio-pci.ids= from the kernel command line" },
	[REASON_IGNORED_IDS] = { "an ids= parameter was left out: it would bind every device of that kind, twins too",
				 "remove ids= from the kernel command line and from /etc/modprobe.d" },
	[REASON_PLAN_BROKEN] = { "the plan in the initramfs is damaged or made for another kernel, so nothing is bound",
				 "run `earlybind regenerate`" },
	[REASON_FRAMEBUFFER_HELD] = { "it is bound, but the firmware's framebuffer still holds its memory, so no "
				      "virtual "
				      "machine can use it",
				      "add initcall_blacklist=sysfb_init to the kernel command line; the host then has "
				      "no "
				      "console until a GPU driver loads" },
	[REASON_BOOT_ENTRY_UNKNOWN] = { "nothing tells which image the next boot takes",
					"run it as root, with /boot and the ESP mounted" },
	[REASON_NOT_SUPPORTED_YET] = { "an older version of earlybind could not protect the system well enough to bind "
				       "it",
				       "" },
};

const char *reason_meaning(enum reason r)
{
	return texts[r].meaning;
}

const char *reason_remedy(enum reason r)
{
	return texts[r].remedy;
}
