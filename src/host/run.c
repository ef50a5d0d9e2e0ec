/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NOT_STARTED 127

bool command_find(const struct sysroot *r, const char *name, char path[COMMAND_LEN])
{
	static const char *const dirs[] = { "usr/sbin", "usr/bin", "sbin", "bin" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		struct stat st;

		if ((size_t)snprintf(path, COMMAND_LEN, "%s/%s", dirs[i], name) >= COMMAND_LEN)
			continue;
		if (fstatat(r->fd, path, &st, 0) == 0 && S_ISREG(st.st_mode) && st.st_mode & 0111)
			return true;
	}
	return false;
}

/* In the child: never returns. */
static _Noreturn void become(const struct sysroot *r, const char *const *argv)
{
	char path[COMMAND_LEN + 1];

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
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

int command_run(const struct sysroot *r, const char *const *argv)
{
	static const int tidy[] = { SIGINT, SIGQUIT, SIGHUP };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before[ARRAY_SIZE(tidy)];
	int status = 0, ret = 0;
	pid_t child;

	fflush(stdout);
	for (size_t i = 0; i < ARRAY_SIZE(tidy); i++)
		sigaction(tidy[i], &ignore, &before[i]);
	child = fork();
	if (child == 0)
		become(r, argv);
	if (child < 0)
		ret = -errno;
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR) {
			ret = -errno;
			break;
		}
	for (size_t i = 0; i < ARRAY_SIZE(tidy); i++)
		sigaction(tidy[i], &before[i], NULL);
	if (ret)
		return ret;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
