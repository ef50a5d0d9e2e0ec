/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the script of a package needs to know before it takes earlybind away. */
#include <unistd.h>

#include "../rebuild/removal.h"
#include "cli.h"

int cmd_removal(struct cli *cli)
{
	_cleanup_(say_all) struct rows rows = { 0 };
	int err;

	if (cli->n_args) {
		say_error("removal takes no arguments");
		return EXIT_USAGE;
	}
	if (cli->root.live && geteuid() != 0) {
		say_error("only root can look into images: try sudo");
		return EXIT_REFUSED;
	}
	err = removal_write(&cli->root, &rows);
	if (err)
		rows_tell(&rows, LEVEL_ERROR, "/" REMOVAL_FILE " cannot be written: %s", strerror(-err));
	return err ? EXIT_REFUSED : EXIT_DONE;
}
