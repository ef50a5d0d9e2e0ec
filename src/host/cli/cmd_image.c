/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `earlybind image`: conf, lock and a kernel's modules to the files of an image. Every generator's plugin calls just
 * this. It chooses no device, and a kernel upgrade never ends without an image because of it: what is wrong with a
 * rule, the lock or a driver is a warning.
 */
#include <inttypes.h>

#include "../image/addon.h"
#include "../image/build.h"
#include "../image/planned.h"
#include "../kernels/kernels.h"
#include "../state/files.h"
#include "cli.h"

const char image_help[] =
	"Puts what the boot needs to bind the accepted cards into an image that is being built:\n"
	"\n"
	"  DIR/usr/lib/earlybind/earlybind-init   the program that runs before any driver loads\n"
	"  DIR/usr/lib/earlybind/plan             which cards, which driver, in which order\n"
	"  DIR/usr/lib/earlybind/modules/*.ko     the driver's modules of that kernel, unpacked\n"
	"\n"
	"and prints these names. The plugins of initramfs-tools, dracut and mkinitcpio call it; you need it "
	"only for\n"
	"another generator, or to look at a plan. It needs no privilege, chooses no device and writes nothing "
	"outside\n"
	"DIR: the cards are those of /etc/earlybind.lock, whatever kernel it is for and whatever machine "
	"builds it. "
	"Of\n"
	"this machine it only reads which disks the boot needs: guards for these are added, which can refuse a "
	"card.\n"
	"\n"
	"  --kernel RELEASE  the kernel that the image is for, as `uname -r` prints it; its modules must be "
	"in\n"
	"                    /usr/lib/modules/RELEASE or /lib/modules/RELEASE\n"
	"  --destdir DIR     the root folder of the image; it must exist. What an earlier run put there is "
	"replaced\n"
	"  --cpio FILE       instead of --destdir: make FILE a stand-alone archive with these files, and with\n"
	"                    earlybind.service for systemd initrds. Boot it as a second initrd, or append it "
	"to\n"
	"                    an initrd that is fixed. With nothing to bind it is an archive without files\n"
	"  --base            put program and modules there, and a plan without cards: for an image that many "
	"machines\n"
	"                    share. The boot reads the /etc/earlybind.lock that a machine adds to it "
	"(rpm-ostree\n"
	"                    initramfs-etc --track=/etc/earlybind.lock); without one it does nothing\n"
	"  --root DIR        read configuration, lock, modules and program below DIR instead of /\n"
	"\n"
	"With nothing to bind it puts nothing there, and says so. A bad line, a rule that was not accepted, a "
	"damaged\n"
	"lock, or a driver that the kernel does not have is a warning; the rest goes on. Exit status: 0 done, "
	"also\n"
	"with warnings; 1 the image could not be filled, and nothing of earlybind is in DIR; 2 wrong usage.\n";

static int put_archive(const struct cli *cli, const struct image *image)
{
	char why[DESTDIR_WHY_LEN];
	bool unit;

	if (addon_write(cli->cpio, &cli->root, image->files, image->n_files, &unit, why)) {
		say_error("%s: %s", cli->cpio, why);
		return EXIT_REFUSED;
	}
	if (image->n_files && !unit)
		say_warning("%s: /%s is not installed: nothing in this archive starts earlybind", cli->cpio,
			    EXTRA_UNIT);
	return EXIT_DONE;
}

static int put(const struct cli *cli, const struct image *image)
{
	char why[DESTDIR_WHY_LEN];
	int err;

	if (cli->cpio)
		return put_archive(cli, image);
	err = destdir_fill(cli->destdir, &cli->root, image->files, image->n_files, why);
	if (!err)
		return EXIT_DONE;
	say_error("%s: %s", cli->destdir, why);
	return err == -EINVAL ? EXIT_USAGE : EXIT_REFUSED;
}

/* An image with half of it, or with what an earlier run put there, must not go on. */
static int give_up(const struct cli *cli, const char *why)
{
	const struct image nothing = { 0 };

	say_error("%s", why);
	put(cli, &nothing);
	return EXIT_REFUSED;
}

static int put_nothing(const struct cli *cli, const struct config *config)
{
	const struct image nothing = { 0 };
	int code = put(cli, &nothing);

	if (code == EXIT_DONE)
		say("nothing to bind: %s; nothing of earlybind is in this image",
		    config->n_rules      ? "no rule has an accepted card"
		    : config->unreadable ? "the configuration cannot be read"
					 : "there is no rule in /" CONFIG_FILE);
	return code;
}

/* Whether it could be written. */
static bool show(const struct image *image, const struct plan *plan)
{
	char more[40] = "";
	size_t live = 0;

	for (size_t i = 0; i < image->n_files; i++)
		say("/%s/%s", DESTDIR_FOLDER, image->files[i].name);
	for (size_t i = 0; i < plan->n_rules; i++)
		live += plan->rules[i].live;
	if (live)
		snprintf(more, sizeof(more), ", %zu live rule%s", live, live == 1 ? "" : "s");
	say("plan %016" PRIx64 " for kernel %s: %zu card%s%s", image->hash, plan->kernel, plan->n_cards,
	    plan->n_cards == 1 ? "" : "s", more);
	return fflush(stdout) == 0;
}

static int put_plan(const struct cli *cli, struct plan *plan)
{
	struct rows rows = { 0 };
	_cleanup_(image_free) struct image image = { 0 };
	char why[IMAGE_WHY_LEN];
	int code;

	if (image_make(&cli->root, cli->kernel, plan, &image, why))
		return give_up(cli, why);
	planned_notes(&(struct config){ 0 }, image.notes, image.n_notes, &rows);
	say_all(&rows);
	code = put(cli, &image);
	if (code == EXIT_DONE && !show(&image, plan))
		code = give_up(cli, "the output cannot be written");
	return code;
}

static int check_usage(const struct cli *cli)
{
	const char *wrong = cli->n_args                       ? "image takes no arguments beside its options"
			    : cli->json                       ? "image prints no JSON"
			    : !cli->kernel                    ? "image needs --kernel RELEASE"
			    : !cli->destdir && !cli->cpio     ? "image needs --destdir DIR or --cpio FILE"
			    : cli->destdir && cli->cpio       ? "image takes --destdir DIR or --cpio FILE, not both"
			    : cli->cpio && !*cli->cpio        ? "--cpio names no file"
			    : cli->destdir && !*cli->destdir  ? "--destdir names no folder"
			    : !kernel_is_release(cli->kernel) ? "--kernel wants one release as `uname -r` prints it"
							      : NULL;

	if (wrong)
		say_error("%s; see `earlybind image --help`", wrong);
	return wrong ? EXIT_USAGE : EXIT_DONE;
}

/* No configuration and no lock of this machine goes into it. */
static int put_base(const struct cli *cli)
{
	_cleanup_(plan_free) struct plan plan = { .kind = KIND_PLAN };

	return put_plan(cli, &plan);
}

int cmd_image(struct cli *cli)
{
	_cleanup_(next_boot_free) struct next_boot boot = { 0 };
	int code = check_usage(cli);

	if (code != EXIT_DONE)
		return code;
	if (cli->base)
		return put_base(cli);
	if (cli_read_rules(cli, &boot))
		return give_up(cli, strerror(ENOMEM));
	return boot.composition.plan.n_rules ? put_plan(cli, &boot.composition.plan) : put_nothing(cli, &boot.config);
}
