/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `earlybind regenerate`: runs the generator of this system, and verifies each image afterwards. The old image is kept
 * until then.
 */
#include <unistd.h>

#include "../image/base.h"
#include "../image/planned.h"
#include "../image/status.h"
#include "../kernels/kernels.h"
#include "../kernels/orphans.h"
#include "../lib/command.h"
#include "../rebuild/backup.h"
#include "../rebuild/rebuild.h"
#include "../state/files.h"
#include "cli.h"

const char regenerate_help[] =
	"Makes the initramfs images anew with the system's own program (update-initramfs, dracut, mkinitcpio "
	"or\n"
	"kernel-install; then proxmox-boot-tool where it is used), for the given kernels or for all that have "
	"modules\n"
	"here. Then it opens each image and verifies that plan, program and modules in it are the current "
	"ones, and\n"
	"that its boot runs them before anything loads drivers.\n"
	"\n"
	"Before, it checks the space; a copy of each image stays in /var/lib/earlybind/images until the new "
	"one is\n"
	"verified, and is put back when the program fails, is interrupted or leaves a damaged image.\n"
	"\n"
	"  --check       only verify the images that are there\n"
	"  --json        with --check: print what was found as JSON\n"
	"  --root DIR    the system in DIR: the program is run after chroot into it\n"
	"\n"
	"Exit status: 0 all images are current; 1 one is not, or could not be made; 2 wrong usage.\n";

/* The kernels that were asked for, or all; *code is not EXIT_DONE if something is wrong with one. */
static int choose_kernels(const struct cli *cli, struct names *out, int *code)
{
	struct rows rows = { 0 };
	int err = 0;

	if (!cli->n_args) {
		*code = orphans_none(&cli->root, &rows) ? EXIT_DONE : EXIT_REFUSED;
		err = kernels_find(&cli->root, out);
	}
	for (int i = 0; i < cli->n_args && !err; i++) {
		if (orphans_is_known(&cli->root, cli->args[i], &rows))
			err = names_add(out, cli->args[i]);
		else
			*code = EXIT_REFUSED;
	}
	say_all(&rows);
	return err;
}

/* Which images are not looked at. */
static void warn_of_others(const struct cli *cli, const char *release, struct rows *rows)
{
	_cleanup_(images_free) struct image_files files = { 0 };

	if (images_find(&cli->root, release, &files))
		return;
	if (*files.unclear)
		rows_tell(rows, LEVEL_WARNING,
			  "kernel %s: an image in its preset is no plain path, and was not looked at: %s", release,
			  files.unclear);
	status_tell_left(&files, rows);
}

static void print_json(const struct status *images)
{
	struct json j = { .to = stdout };

	json_begin(&j);
	status_json(images, &j);
	json_end(&j);
}

/* Where the image belongs to the deployment, and dracut, run here, would change nothing. */
static const struct {
	const char *program, *text;
} deployers[] = {
	{ "rpm-ostree",
	  "This system's images are made by rpm-ostree. Where the system's own image holds earlybind (`earlybind image "
	  "--base`), run:\n"
	  "    rpm-ostree initramfs-etc --track=/etc/earlybind.lock\n"
	  "else, with the package of earlybind layered, have the image made here:\n"
	  "    rpm-ostree initramfs --enable\n"
	  "and reboot. `earlybind status` tells then what the boot did." },
	{ "bootc",
	  "This system's initramfs comes with its container image, and cannot be rebuilt here. Where that is built, "
	  "install\n"
	  "the package of earlybind, copy /etc/earlybind.conf and /etc/earlybind.lock of this machine into it, and "
	  "rebuild\n"
	  "the initramfs there with dracut. When the new container image is published, run:\n"
	  "    bootc upgrade\n"
	  "and reboot. `earlybind status` tells then what the boot did." },
};

static int say_deployed(const struct sysroot *root)
{
	char path[COMMAND_LEN];
	size_t i = 0;

	while (i < ARRAY_SIZE(deployers) && !command_find(root, deployers[i].program, path))
		i++;
	puts(deployers[i < ARRAY_SIZE(deployers) ? i : 0].text);
	return EXIT_REFUSED;
}

/* All images of these kernels. `rows` gets what is warned of. */
static int verify(const struct cli *cli, const struct next_boot *boot, const struct names *kernels,
		  struct status *images, struct rows *rows)
{
	for (size_t i = 0; i < kernels->n; i++) {
		size_t before = images->n;

		if (status_of_kernel(&cli->root, boot, kernels->items[i], rows, images))
			return -ENOMEM;
		warn_of_others(cli, kernels->items[i], rows);
		if (images->n == before)
			rows_tell(rows, LEVEL_WARNING, "kernel %s has no image in /boot, /efi or /boot/efi",
				  kernels->items[i]);
	}
	return cli->n_args ? 0 : status_end(&cli->root, boot, images);
}

static int check(const struct cli *cli, const struct next_boot *boot, const struct names *kernels)
{
	_cleanup_(status_free) struct status images = { 0 };
	_cleanup_(say_all) struct rows rows = { 0 };
	bool left = !backups_settle(&cli->root, false, &rows);

	if (verify(cli, boot, kernels, &images, &rows))
		return EXIT_REFUSED;
	if (cli->json)
		print_json(&images);
	for (size_t i = 0; i < images.n && !cli->json; i++)
		status_tell(&images.items[i], LEVEL_LINE, &rows);
	if (!cli->json)
		status_tell_entries(&images, &rows);
	status_warn(&images, &rows);
	if ((images.n || status_is_unread(&images)) && status_is_current(&images) && !left)
		return EXIT_DONE;
	if (!images.n) {
		rows_tell(&rows, LEVEL_ERROR, "there is no image to check");
	} else if (!cli->json && sysroot_exists(&cli->root, OSTREE_SIGN)) {
		say_all(&rows);
		return say_deployed(&cli->root);
	} else if (!cli->json) {
		status_next(&images, &rows);
	}
	return EXIT_REFUSED;
}

static int check_usage(const struct cli *cli)
{
	if (cli->json && !cli->check) {
		say_error("--json goes with --check; see `earlybind regenerate --help`");
		return EXIT_USAGE;
	}
	for (int i = 0; i < cli->n_args; i++)
		if (!kernel_is_release(cli->args[i])) {
			say_error("'%s' is no release as `uname -r` prints it", cli->args[i]);
			return EXIT_USAGE;
		}
	return EXIT_DONE;
}

int cmd_regenerate(struct cli *cli)
{
	_cleanup_(next_boot_free) struct next_boot boot = { 0 };
	_cleanup_(names_free) struct names kernels = { 0 };
	int code = check_usage(cli), ret;
	char lost[IMAGE_WHY_LEN];

	if (code != EXIT_DONE)
		return code;
	if (!cli->check && sysroot_exists(&cli->root, OSTREE_SIGN))
		return say_deployed(&cli->root);
	if (!cli->check && geteuid() != 0) {
		say_error("only root can make images: try sudo");
		return EXIT_REFUSED;
	}
	if (!cli->check && cli_exclusive(cli) != EXIT_DONE)
		return EXIT_REFUSED;
	if (cli_read_rules(cli, &boot) || choose_kernels(cli, &kernels, &code)) {
		say_error("what is to be done cannot be found out: the configuration or the folder of modules cannot "
			  "be read");
		return EXIT_REFUSED;
	}
	if (!kernels.n) {
		if (code == EXIT_DONE)
			say_error("there is no kernel with modules in /usr/lib/modules or /lib/modules");
		if (cli->json)
			print_json(&(struct status){ 0 });
		return EXIT_REFUSED;
	}
	planned_lost(&boot, lost);
	/* A generator that the system runs goes on without a plan, so that a kernel gets its image; a person is asked.
	 */
	if (*lost && !cli->check) {
		say_error("the images are left as they are: made now, they would not bind what the rules ask for: %s "
			  "(to have nothing bound, remove the rules)",
			  lost);
		return EXIT_REFUSED;
	}
	ret = cli->check                                                                   ? check(cli, &boot, &kernels)
	      : rebuild(&cli->root, cli->exclusive, &boot, &kernels, cli->n_args, say_all) ? EXIT_DONE
											   : EXIT_REFUSED;
	return ret == EXIT_DONE ? code : ret;
}
