/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hold.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The one from which we are in the background or not: a package's script has no other to read, but the child
   may. */
static int open_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	/* There is no such file in a bare chroot. */
	return fd < 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : fd;
}

void hold_begin(struct hold *h)
{
	static const int ending[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM };
	const struct sigaction ignore = { .sa_handler = SIG_IGN }, usual = { .sa_handler = SIG_DFL };
	sigset_t blocked;

	memset(h, 0, sizeof(*h));
	sigemptyset(&h->held);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
		struct sigaction now;

		/* Blocked, also what nohup ignores would come. */
		if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&h->held, ending[i]);
	}
	sigaddset(&h->held, SIGCHLD);
	blocked = h->held;
	sigaddset(&blocked, SIGTTOU); /* to take the terminal back */
	sigprocmask(SIG_BLOCK, &blocked, &h->before);
	sigaction(SIGPIPE, &ignore, &h->pipe);
	sigaction(SIGCHLD, &usual, &h->child); /* ignored by who started us, it would never come */
	h->terminal = open_terminal();
}

void hold_end(const struct hold *h)
{
	sigaction(SIGPIPE, &h->pipe, NULL);
	sigaction(SIGCHLD, &h->child, NULL);
	sigprocmask(SIG_SETMASK, &h->before, NULL);
	if (h->terminal >= 0)
		close(h->terminal);
}

static void note(struct hold *h, int signal)
{
	if (signal > 0 && signal != SIGCHLD && !h->seen)
		h->seen = signal;
}

int hold_seen(struct hold *h)
{
	const struct timespec now = { 0 };
	int signal;

	while ((signal = sigtimedwait(&h->held, NULL, &now)) > 0)
		note(h, signal);
	return h->seen;
}

/* Who asks for a passphrase from the background is stopped until the terminal is its own. */
static void lend_terminal(const struct hold *h, pid_t group)
{
	pid_t owner = tcgetpgrp(h->terminal);

	if (owner == group || (owner == getpgrp() && tcsetpgrp(h->terminal, group) == 0))
		kill(-group, SIGCONT);
}

/* While the child has the terminal, ^C reaches only that. */
static void take_terminal(struct hold *h, pid_t group, const siginfo_t *end)
{
	if (tcgetpgrp(h->terminal) != group)
		return;
	tcsetpgrp(h->terminal, getpgrp());
	if (end->si_status == (end->si_code == CLD_EXITED ? 128 + SIGINT : SIGINT))
		note(h, SIGINT);
}

/* 1: it has ended, and can still be waited for: until then no other group has its number. */
static int look_at(const struct hold *h, pid_t child, siginfo_t *end)
{
	memset(end, 0, sizeof(*end));
	if (waitid(P_PID, (id_t)child, end, WSTOPPED | WNOHANG) == 0 && end->si_pid == child)
		lend_terminal(h, child);
	memset(end, 0, sizeof(*end));
	if (waitid(P_PID, (id_t)child, end, WEXITED | WNOHANG | WNOWAIT) < 0)
		return -errno;
	return end->si_pid == child;
}

int hold_wait(struct hold *h, pid_t child, int *status)
{
	siginfo_t end;
	int ret;

	while ((ret = look_at(h, child, &end)) == 0) {
		int signal = sigwaitinfo(&h->held, NULL);

		if (signal <= 0 || signal == SIGCHLD)
			continue;
		note(h, signal);
		kill(-child, signal);
		kill(-child, SIGCONT); /* it may wait for a terminal */
	}
	if (ret < 0)
		return ret;
	take_terminal(h, child, &end);
	if (hold_seen(h))
		kill(-child, SIGKILL);
	return waitpid(child, status, 0) < 0 ? -errno : 0;
}
