// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drivers that misbehave as real ones did, each made from this file by one define (Kbuild):
 *
 *   HANG_PROBE   is called vfio-pci; its probe never returns
 *   HANG_INIT    inserting it never returns
 *   FAIL_PROBE   is called vfio-pci; its probe fails with -22
 *   HANG_REMOVE  takes the audio function 8086:293e; giving it up never returns
 *
 * "Never" is an uninterruptible sleep: no signal ends it.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/pci.h>

static void __maybe_unused never(const char *what)
{
	pr_info("hang: %s does not return\n", what);
	for (;;)
		msleep(60000);
}

static int hang_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
#ifdef HANG_PROBE
	never("probe");
#endif
#ifdef FAIL_PROBE
	pr_info("hang: probe of %s fails\n", pci_name(dev));
	return -EINVAL;
#endif
	return 0;
}

static void hang_remove(struct pci_dev *dev)
{
#ifdef HANG_REMOVE
	never("remove");
#endif
}

/* As vfio-pci itself: without entries a driver takes what driver_override gives it (drivers/pci/pci-driver.c). */
static const struct pci_device_id hang_ids[] = {
#ifdef HANG_REMOVE
	{ PCI_DEVICE(0x8086, 0x293e) },
#endif
	{}
};

static struct pci_driver hang_driver = {
#ifdef HANG_REMOVE
	.name = "hang-remove",
#else
	.name = "vfio-pci",
#endif
	.id_table = hang_ids,
	.probe = hang_probe,
	.remove = hang_remove,
};

static int __init hang_init(void)
{
#ifdef HANG_INIT
	never("module_init");
#endif
	return pci_register_driver(&hang_driver);
}

module_init(hang_init);
MODULE_DESCRIPTION("A driver that misbehaves, for tests");
MODULE_LICENSE("GPL");
