/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/command.h"

#define EXIT_NOT_STARTED 127

/* In the child: never returns. */
static _Noreturn void become(const struct sysroot *r, const char *const *argv, const struct hold *hold)
{
	char path[COMMAND_LEN + 1];

	setpgid(0, 0);
	hold_end(hold);
	snprintf(path, sizeof(path), "/%s", argv[0]);
	if (!r->live && (fchdir(r->fd) < 0 || chroot(".") < 0)) {
		perror("earlybind: chroot");
		_exit(EXIT_NOT_STARTED);
	}
	if (chdir("/") == 0) {
		setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
		execv(path, (char *const *)argv);
	}
	perror(path);
	_exit(EXIT_NOT_STARTED);
}

int command_run(const struct sysroot *r, const char *const *argv, struct hold *hold)
{
	int status = 0, err;
	pid_t child;

	if (hold_seen(hold))
		return -EINTR;
	fflush(stdout);
	child = fork();
	if (child == 0)
		become(r, argv, hold);
	if (child < 0)
		return -errno;
	setpgid(child, child); /* whichever of us comes first */
	err = hold_wait(hold, child, &status);
	if (err)
		return err;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
