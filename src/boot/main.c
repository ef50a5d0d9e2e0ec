/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * earlybind-init: runs inside the initramfs before GPU drivers load. Whatever happens, it exits 0 and the boot goes on;
 * what happened stands in the report and in the kernel log.
 */
#include "../core/compat.h"

#include <unistd.h>

#include "publish.h"
#include "watch.h"

static const char usage[] = "usage: earlybind-init [--root DIR]\n";

static void say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return; /* nobody reads it */
}

int main(int argc, char **argv)
{
	const char *dir = NULL;
	struct sysroot root;
	struct report report;

	if (argc == 3 && strcmp(argv[1], "--root") == 0) {
		dir = argv[2];
	} else if (argc != 1) {
		say(argc == 2 && strcmp(argv[1], "--version") == 0 ? EARLYBIND_VERSION "\n" : usage);
		return 0;
	}
	if (sysroot_open(&root, dir) < 0) {
		say("earlybind-init: cannot open it\n");
		return 0;
	}
	watch(&root, &report);
	publish(&root, &report);
	_exit(0); /* nothing is freed: the process ends */
}
