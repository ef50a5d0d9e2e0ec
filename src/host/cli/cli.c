/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdarg.h>

#include "../image/planned.h"
#include "../machine/pci_names.h"
#include "../state/files.h"

int cli_selector(const char *text, struct selector *out)
{
	struct syntax_error err = { 0 };

	if (selector_parse(text, strlen(text), out, &err) == 0)
		return EXIT_DONE;
	say_error("'%s' is no selector: expected %s", text, err.expected);
	if (err.hint)
		fprintf(stderr, "    hint: %s\n", err.hint);
	return EXIT_USAGE;
}

int cli_read_rules(const struct cli *cli, struct next_boot *boot)
{
	_cleanup_(say_all) struct rows rows = { 0 };
	int err = next_boot_read(&cli->root, boot);

	if (err)
		return err;
	config_complain(&boot->config);
	return planned_warnings(&cli->root, boot, &rows);
}

static _printf_(1, 2) _Noreturn void names_failed(char *msg, ...)
{
	char text[512];
	va_list args;

	va_start(args, msg);
	vsnprintf(text, sizeof(text), msg, args);
	va_end(args);
	say_error("the names of the devices: %.*s", (int)strcspn(text, "\n"), text);
	exit(EXIT_REFUSED);
}

struct pci_names *cli_names(const struct cli *cli)
{
	return pci_names_open(&cli->root, names_failed);
}

void cli_join(const struct cli *cli, struct text *out)
{
	for (int i = 0; i < cli->n_args; i++) {
		text_add(out, i ? " " : "");
		text_add(out, cli->args[i]);
	}
}
