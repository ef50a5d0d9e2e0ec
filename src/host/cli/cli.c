/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include "../image/planned.h"
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

void cli_join(const struct cli *cli, struct text *out)
{
	for (int i = 0; i < cli->n_args; i++) {
		text_add(out, i ? " " : "");
		text_add(out, cli->args[i]);
	}
}
