/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <unistd.h>

#include "../../core/compat.h"
#include "../lib/in_root.h"
#include "../state/exclusive.h"
#include "cli.h"

extern const char confirm_help[];
extern const char image_help[];
extern const char off_help[];
extern const char regenerate_help[];

static const struct command commands[] = {
	{ "list", cmd_list, "j", "[gpu|nvme|nic|usb|audio] [--json]",
	  "show the cards, their drivers and what is locked",
	  "Shows every card with slot, ID, driver, IOMMU group and state. With a word only cards of that kind.\n" },
	{ "add", cmd_add, "y", "SELECTOR [OPTION...] [--yes]", "write a rule and accept it",
	  "Adds `bind SELECTOR OPTION...` to /etc/earlybind.conf and accepts this rule: the cards that it selects now\n"
	  "are locked. SELECTOR is a slot (06:00), a path (0000:00:03.1/00) or an ID (10de:13c2).\n"
	  "Then run `earlybind regenerate`.\n" },
	{ "remove", cmd_remove, "y", "SELECTOR [id=ID] [--yes]", "drop a rule and its entry",
	  "Removes the rule with this SELECTOR from /etc/earlybind.conf and its entry from the lock.\n" },
	{ "accept", cmd_accept, "y", "[SELECTOR...] [--yes]", "lock the cards that the rules select on this machine",
	  "Compares rules and machine, shows what would be locked and what is refused and why, asks, and writes\n"
	  "/etc/earlybind.lock. With SELECTOR only the rules with that selector; the others keep their entries.\n"
	  "Only this command, and add for its own rule, read hardware to choose devices.\n" },
	{ "check", cmd_check, "j", "[--json]", "validate the rules and say what a boot would do",
	  "Reads the rules and the lock, and decides as the boot program of an image made now would on this\n"
	  "machine; names the images that are not as they would be made now. Exit status 1: a rule is wrong, was not\n"
	  "accepted, or a device would be refused.\n" },
	{ "explain", cmd_explain, "j", "SELECTOR [--json]", "say why a device will be bound, or will not",
	  "Tells of each device that SELECTOR means, here or in the lock: its rule, what a boot of an image made now\n"
	  "would do and which guards refuse it, what the last boot did, and what to write to change it.\n" },
	{ "regenerate", cmd_regenerate, "cj", "[KERNEL...] [--check] [--json]",
	  "make the initramfs images anew and verify them", regenerate_help },
	{ "status", cmd_status, "j", "[--json]", "say what the last boot did",
	  "Shows the report of this boot: each device, bound or not, with the reason; and the images that are not as\n"
	  "they would be made now. Exit status 1: something that was asked for was not bound, or an image is not\n"
	  "current.\n" },
	{ "confirm", cmd_confirm, "By", "[--boot] [--yes]", "end the trial of a plan: all is well", confirm_help },
	{ "off", cmd_off, "n", "--next-boot", "let the next boot bind nothing", off_help },
	{ "image", cmd_image, "kdob", "--kernel RELEASE --destdir DIR|--cpio FILE [--base]",
	  "fill an initramfs image (for generators)", image_help },
	/* For the scripts of packages: packaging/removal.sh runs what it writes. */
	{ "removal", cmd_removal, "", "", NULL,
	  "Writes to /run/earlybind/removal which program makes each image that holds a plan, for when earlybind is "
	  "gone.\n" },
};

static const struct option options[] = {
	{ "root", required_argument, NULL, 'r' },
	{ "kernel", required_argument, NULL, 'k' },
	{ "destdir", required_argument, NULL, 'd' },
	{ "cpio", required_argument, NULL, 'o' },
	{ "base", no_argument, NULL, 'b' },
	{ "boot", no_argument, NULL, 'B' },
	{ "next-boot", no_argument, NULL, 'n' },
	{ "json", no_argument, NULL, 'j' },
	{ "yes", no_argument, NULL, 'y' },
	{ "check", no_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void print_usage(FILE *to)
{
	fputs("usage: earlybind COMMAND [--root DIR] [--help]\n"
	      "Keeps PCI cards off the host's drivers, for virtual machines, from the initramfs on.\n\n",
	      to);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].summary)
			fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`earlybind COMMAND --help` tells more. Recovery: earlybind=off on the kernel command line.\n", to);
}

static void print_help(const struct command *c)
{
	printf("usage: earlybind %s %s\n\n%s", c->name, c->synopsis, c->help);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* EXIT_DONE: go on; else the exit code, -1: done with success. */
static int read_options(struct cli *cli, const struct command *c, int argc, char **argv)
{
	int o;

	optind = 1;
	while ((o = getopt_long(argc, argv, "r:k:d:o:bjychV", options, NULL)) != -1) {
		if (strchr("kdobBnjyc", o) && !strchr(c->options, o)) {
			say_error("%s does not take this option", c->name);
			o = '?';
		}
		switch (o) {
		case 'r':
			cli->root_dir = optarg;
			break;
		case 'k':
			cli->kernel = optarg;
			break;
		case 'b':
			cli->base = true;
			break;
		case 'B':
			cli->boot = true;
			break;
		case 'n':
			cli->next_boot = true;
			break;
		case 'o':
			cli->cpio = optarg;
			break;
		case 'd':
			cli->destdir = optarg;
			break;
		case 'j':
			cli->json = true;
			break;
		case 'y':
			cli->yes = true;
			break;
		case 'c':
			cli->check = true;
			break;
		case 'h':
			print_help(c);
			return -1;
		case 'V':
			puts(EARLYBIND_VERSION);
			return -1;
		default:
			fprintf(stderr, "usage: earlybind %s %s\n", c->name, c->synopsis);
			return EXIT_USAGE;
		}
	}
	cli->args = argv + optind;
	cli->n_args = argc - optind;
	return EXIT_DONE;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct cli cli = { .root = { .fd = -1 }, .exclusive = -1 };
	int ret = read_options(&cli, c, argc, argv);

	if (ret != EXIT_DONE)
		return ret < 0 ? EXIT_DONE : ret;
	ret = sysroot_open(&cli.root, cli.root_dir);
	if (ret < 0) {
		say_error("%s cannot be opened: %s", cli.root.dir, strerror(-ret));
		return EXIT_REFUSED;
	}
	in_root_use(&cli.root);
	ret = c->run(&cli);
	if (cli.exclusive >= 0)
		exclusive_close(cli.exclusive);
	sysroot_close(&cli.root);
	if ((fflush(stdout) != 0 || ferror(stdout)) && ret == EXIT_DONE) {
		say_error("the output cannot be written: %s", strerror(errno));
		ret = EXIT_REFUSED;
	}
	return ret;
}

int main(int argc, char **argv)
{
	const struct command *c;

	setlinebuf(stdout); /* what is said and what is complained about keep their order in a log */
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts(EARLYBIND_VERSION);
		return EXIT_DONE;
	}
	c = find_command(argv[1]);
	if (!c) {
		say_error(*argv[1] == '-' ? "'%s': options stand behind the command" : "there is no command '%s'",
			  argv[1]);
		print_usage(stderr);
		return EXIT_USAGE;
	}
	return run(c, argc - 1, argv + 1);
}
