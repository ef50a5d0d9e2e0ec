/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "subprocess.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/command.h"

#define WAIT_REST 600 /* at most so many times: a tenth of a second, or until one of them has ended */

/* The one from which we are in the background or not: a package's script has no other to read, but the child
   may. */
static int open_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	/* There is no such file in a bare chroot. */
	return fd < 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : fd;
}

void subprocess_hold(struct signals *s)
{
	static const int ending[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM };
	const struct sigaction ignore = { .sa_handler = SIG_IGN }, usual = { .sa_handler = SIG_DFL };
	sigset_t blocked;

	memset(s, 0, sizeof(*s));
	sigemptyset(&s->held);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
		struct sigaction now;

		/* Blocked, also what nohup ignores would come. */
		if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&s->held, ending[i]);
	}
	sigaddset(&s->held, SIGCHLD);
	blocked = s->held;
	sigaddset(&blocked, SIGTTOU); /* to take the terminal back */
	sigprocmask(SIG_BLOCK, &blocked, &s->before);
	sigaction(SIGPIPE, &ignore, &s->pipe);
	sigaction(SIGCHLD, &usual, &s->child); /* ignored by who started us, it would never come */
	s->terminal = open_terminal();
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* what a program leaves behind is waited for by us */
}

void subprocess_release(const struct signals *s)
{
	sigaction(SIGPIPE, &s->pipe, NULL);
	sigaction(SIGCHLD, &s->child, NULL);
	sigprocmask(SIG_SETMASK, &s->before, NULL);
	if (s->terminal >= 0)
		close(s->terminal);
}

static void note(struct signals *s, int signal)
{
	if (signal > 0 && signal != SIGCHLD && !s->seen)
		s->seen = signal;
}

int subprocess_seen(struct signals *s)
{
	const struct timespec now = { 0 };
	int signal;

	while ((signal = sigtimedwait(&s->held, NULL, &now)) > 0)
		note(s, signal);
	return s->seen;
}

/* Who asks for a passphrase from the background is stopped until the terminal is its own. */
static void lend_terminal(const struct signals *s, pid_t group)
{
	pid_t owner = tcgetpgrp(s->terminal);

	if (owner == group || (owner == getpgrp() && tcsetpgrp(s->terminal, group) == 0))
		kill(-group, SIGCONT);
}

/* While the child has the terminal, ^C reaches only that. */
static void take_terminal(struct signals *s, pid_t group, const siginfo_t *end)
{
	if (tcgetpgrp(s->terminal) != group)
		return;
	tcsetpgrp(s->terminal, getpgrp());
	if (end->si_status == (end->si_code == CLD_EXITED ? 128 + SIGINT : SIGINT))
		note(s, SIGINT);
}

/* 1: it has ended, and can still be waited for: until then no other group has its number. */
static int look_at(const struct signals *s, pid_t child, siginfo_t *end)
{
	memset(end, 0, sizeof(*end));
	if (waitid(P_PID, (id_t)child, end, WSTOPPED | WNOHANG) == 0 && end->si_pid == child)
		lend_terminal(s, child);
	memset(end, 0, sizeof(*end));
	if (waitid(P_PID, (id_t)child, end, WEXITED | WNOHANG | WNOWAIT) < 0)
		return -errno;
	return end->si_pid == child;
}

/*
 * What a script began in the background may write the image yet. One that never ends is not waited for: a daemon that
 * did not leave the group.
 */
static void wait_for_rest(struct signals *s, pid_t group)
{
	const struct timespec tenth = { .tv_nsec = 100000000 };

	for (int i = 0; i < WAIT_REST && waitpid(-group, NULL, WNOHANG) >= 0; i++) {
		int signal = sigtimedwait(&s->held, NULL, &tenth);

		note(s, signal);
		if (s->seen)
			kill(-group, SIGKILL);
	}
}

/*
 * Waits for a child that leads a process group, and passes on to that what comes meanwhile; then none of the group is
 * left to go on writing. The child may ask for the terminal, if it is ours.
 */
static int wait_for(struct signals *s, pid_t child, int *status)
{
	siginfo_t end;
	int ret;

	while ((ret = look_at(s, child, &end)) == 0) {
		int signal = sigwaitinfo(&s->held, NULL);

		if (signal <= 0 || signal == SIGCHLD)
			continue;
		note(s, signal);
		kill(-child, signal);
		kill(-child, SIGCONT); /* it may wait for a terminal */
	}
	if (ret < 0)
		return ret;
	take_terminal(s, child, &end);
	if (subprocess_seen(s))
		kill(-child, SIGKILL);
	if (waitpid(child, status, 0) < 0)
		return -errno;
	wait_for_rest(s, child);
	return 0;
}

/*
 * Where we are killed, nobody puts back what the program leaves: it ends, too. What it has started itself goes on, and
 * holds the lock until that has ended. lvm tells of every fd that it inherits, in the middle of a generator's output.
 */
static int tie(pid_t parent, int exclusive)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || fcntl(exclusive, F_SETFD, 0) < 0 ||
	    setenv("LVM_SUPPRESS_FD_WARNINGS", "1", 1) < 0)
		return -errno;
	return getppid() == parent ? 0 : -ESRCH; /* it was killed before it could be tied to */
}

/* -errno. */
static int become(const struct sysroot *r, const char *const *argv)
{
	char path[COMMAND_LEN + 1];

	snprintf(path, sizeof(path), "/%s", argv[0]);
	if ((r->live || (fchdir(r->fd) == 0 && chroot(".") == 0)) && chdir("/") == 0) {
		setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
		execv(path, (char *const *)argv);
	}
	return -errno;
}

int subprocess_run(const struct sysroot *r, const char *const *argv, int exclusive, struct signals *s)
{
	int status = 0, failed[2], not_started = 0, err;
	pid_t parent = getpid(), child;

	if (subprocess_seen(s))
		return -EINTR;
	if (pipe2(failed, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		subprocess_release(s);
		err = tie(parent, exclusive);
		if (!err)
			err = become(r, argv);
		/* A program that has started has closed it. */
		_exit(write(failed[1], &err, sizeof(err)) != sizeof(err));
	}
	err = child < 0 ? -errno : 0;
	close(failed[1]);
	if (!err) {
		setpgid(child, child); /* whichever of us comes first */
		err = wait_for(s, child, &status);
	}
	if (!err && read(failed[0], &not_started, sizeof(not_started)) == sizeof(not_started))
		err = not_started;
	close(failed[0]);
	if (err)
		return err;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
