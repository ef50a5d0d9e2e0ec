/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Switches earlybind off for one boot, where the kernel command line cannot be edited. */
#include <unistd.h>

#include "../state/efi.h"
#include "cli.h"

const char off_help[] = "Sets an EFI variable that the next boot honours and removes: it binds nothing. For "
			"machines whose kernel\n"
			"command line cannot be edited; elsewhere earlybind=off on it does the same.\n"
			"\n"
			"  --next-boot  has to be given: there is no other kind\n";

int cmd_off(struct cli *cli)
{
	int ret;

	if (cli->n_args || !cli->next_boot) {
		say_error(cli->n_args ? "off takes no arguments beside its option"
				      : "off needs --next-boot: what is bound now stays so until then");
		return EXIT_USAGE;
	}
	if (cli->root.live && geteuid() != 0) {
		say_error("only root can set EFI variables: try sudo");
		return EXIT_REFUSED;
	}
	ret = cli_exclusive(cli);
	if (ret != EXIT_DONE)
		return ret;
	ret = efi_set(&cli->root, EFIVAR_OFF, "1");
	if (ret == -ENODEV)
		say_error(
			"this machine has no EFI variables: add earlybind=off to the kernel command line of that boot");
	else if (ret < 0)
		say_error("the EFI variable %s cannot be written: %s", efivar_name(EFIVAR_OFF), strerror(-ret));
	else
		puts("The next boot binds nothing. The one after it does again.");
	return ret < 0 ? EXIT_REFUSED : EXIT_DONE;
}
