/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all subcommands share: the root, the options, exit codes, and how to say things. */
#ifndef EARLYBIND_CLI_H
#define EARLYBIND_CLI_H

#include "../../core/compat.h"
#include "../../core/config.h"
#include "../../core/device.h"
#include "../../core/plan.h"
#include "../../core/report.h"
#include "../../sys/sysroot.h"
#include "say.h"

struct next_boot;
struct pci_names;

enum exit_code { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

struct cli {
	struct sysroot root;
	int exclusive;        /* fd of the one lock, while it is ours; else -1 */
	const char *root_dir; /* of --root */
	bool json;
	bool yes;
	bool check;          /* --check */
	const char *kernel;  /* --kernel */
	const char *destdir; /* --destdir */
	const char *cpio;    /* --cpio */
	bool base;           /* --base */
	bool boot;           /* --boot */
	bool next_boot;      /* --next-boot */
	char **args;         /* what stands behind the command and its options */
	int n_args;
};

struct command {
	const char *name;
	int (*run)(struct cli *cli); /* returns an enum exit_code */
	const char *options;         /* the letters of those it takes of the table in main.c; all take root and help */
	const char *synopsis;        /* what stands behind the name in the usage */
	const char *summary;         /* one line; NULL: for our own scripts, and not listed */
	const char *help;            /* the rest of --help */
};

int cmd_accept(struct cli *cli);
int cmd_add(struct cli *cli);
int cmd_check(struct cli *cli);
int cmd_confirm(struct cli *cli);
int cmd_explain(struct cli *cli);
int cmd_image(struct cli *cli);
int cmd_list(struct cli *cli);
int cmd_off(struct cli *cli);
int cmd_regenerate(struct cli *cli);
int cmd_removal(struct cli *cli);
int cmd_remove(struct cli *cli);
int cmd_status(struct cli *cli);

/*
 * Takes the one lock of those that write, which is ours until the end of the program: before anything is read that
 * another one could change. Who has it now is waited for, and named after a second. EXIT_DONE, or EXIT_REFUSED after a
 * minute, or where the lock is nobody's to take.
 */
int cli_exclusive(struct cli *cli) _must_check_;
/* EXIT_DONE, or EXIT_USAGE and it was said what is wrong. */
int cli_selector(const char *text, struct selector *out) _must_check_;
/* next_boot_make(), and what is wrong is said, but for -ENOMEM. */
int cli_next_boot(const struct cli *cli, struct next_boot *boot) _must_check_;
/* recall_machine(), and an error is said. */
int cli_machine(const struct cli *cli, struct machine *out) _must_check_;
/* report_read(), and an error other than -ENOENT is said. */
int cli_report(const struct sysroot *root, struct report *out) _must_check_;
/* next_boot_read(), and what is wrong or would go into no image is said. 0 or -ENOMEM. */
int cli_read_rules(const struct cli *cli, struct next_boot *boot) _must_check_;
/* The names of devices. What is wrong with the file ends the program. */
struct pci_names *cli_names(const struct cli *cli);
/* The arguments as one line, as in the config. */
void cli_join(const struct cli *cli, struct text *out);

#endif
