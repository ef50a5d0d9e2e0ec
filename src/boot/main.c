/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * earlybind-init: runs inside the initramfs before GPU drivers load. Whatever happens, it exits 0 and the boot goes on;
 * what happened stands in the report and in the kernel log. `undo` and `explain` are for a person in an emergency
 * shell.
 */
#include "../core/compat.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "../sys/kmsg.h"
#include "explain.h"
#include "publish.h"
#include "say.h"
#include "undo.h"
#include "watch.h"

#ifdef __KLIBC__
/* klibc opens stdio before main() and flushes it after: half a kilobyte that nothing here uses. */
void __libc_init_stdio(void)
{
}

void exit(int code)
{
	_exit(code);
}
#endif

struct arguments {
	const char *dir;
	const char *command;
	const char *selector;
	bool wrong;
};

static struct arguments read_arguments(char **argv)
{
	struct arguments a = { 0 };

	while (*++argv) {
		if (strcmp(*argv, "--root") == 0 && argv[1])
			a.dir = *++argv;
		else if (!a.command)
			a.command = *argv;
		else if (!a.selector && strcmp(a.command, "undo") == 0)
			a.selector = *argv;
		else
			a.wrong = true;
	}
	return a;
}

/* Limits of whoever starts this: writing more than RLIMIT_FSIZE or RLIMIT_CPU allow, or to nobody, is to be an error.
 */
static void ignore_signals(void)
{
	static const int signals[] = { SIGPIPE, SIGXFSZ, SIGXCPU };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_IGN);
}

/* Where standard input, output or error are closed, the root takes their place: no pipe may, for what is said goes
 * there. */
static int open_root(struct sysroot *root, const char *dir)
{
	int ret = sysroot_open(root, dir);

	while (ret == 0 && root->fd <= STDERR_FILENO) {
		root->fd = fcntl(root->fd, F_DUPFD, 0);
		ret = root->fd < 0 ? -errno : 0;
	}
	return ret;
}

static void bind_cards(const struct sysroot *root)
{
	struct report report;

	if (published(root, &report) == 0 && report_undone(&report)) {
		kmsg(root, KMSG_WARNING, "undo was run in this boot: nothing is bound");
		return;
	}
	report_free(&report);
	watch(root, false, &report);
	publish(root, &report);
}

/* The exit code. */
static int run(const struct arguments *a)
{
	bool undoes = a->command && strcmp(a->command, "undo") == 0;
	bool explains = a->command && strcmp(a->command, "explain") == 0;
	struct sysroot root;

	if (a->wrong || (a->command && !undoes && !explains)) {
		say(STDERR_FILENO, "usage: earlybind-init [--root DIR] [undo [SELECTOR] | explain]\n");
		return undoes || explains ? 2 : 0;
	}
	if (open_root(&root, a->dir) < 0) {
		say(STDERR_FILENO, "earlybind-init: %s cannot be opened\n", a->dir ? a->dir : "/");
		return undoes || explains;
	}
	if (undoes)
		return undo(&root, a->selector);
	if (explains)
		return explain(&root);
	bind_cards(&root);
	return 0;
}

int main(int argc, char **argv)
{
	struct arguments a = read_arguments(argv);

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		say(STDERR_FILENO, EARLYBIND_VERSION "\n");
		return 0;
	}
	ignore_signals();
	_exit(run(&a)); /* nothing is freed: the process ends */
}
