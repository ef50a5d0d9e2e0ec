/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure RUNS PROGRAM [ARGUMENT...] [-- PROGRAM...]: runs each as often, in turn, and prints a line for each, "MEDIAN
 * MIN MAX KILOBYTES": of processor time (user and system, of all its processes) in microseconds, and the most memory
 * that one of them ever had. In turn, so that a machine that is slower for a while is slower for all.
 *
 * The boot program does not wait for its child: who dies orphaned is this program's, and counted too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long microseconds(const struct timeval *t)
{
	return t->tv_sec * 1000000L + t->tv_usec;
}

static void run(char **argv)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, 1);
	dup2(null, 2);
	execvp(argv[0], argv);
	_exit(127);
}

/* Of one run; exits if it did not succeed. */
static long measure(char **argv, long *kilobytes)
{
	pid_t first = fork(), one;
	struct rusage usage;
	int status;
	long time = 0;

	if (first == 0)
		run(argv);
	while ((one = wait4(-1, &status, 0, &usage)) > 0) {
		time += microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime);
		if (usage.ru_maxrss > *kilobytes)
			*kilobytes = usage.ru_maxrss;
		if (one != first || (WIFEXITED(status) && WEXITSTATUS(status) < 2))
			continue;
		fprintf(stderr, "measure: %s failed\n", argv[0]);
		exit(1);
	}
	return time;
}

static int compare(const void *a, const void *b)
{
	const long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct command {
	char **argv;
	long *times;
	long kilobytes;
};

/* Divides the arguments at each "--"; returns how many commands they are. */
static size_t divide(char **argv, struct command *commands)
{
	size_t n = 0;

	for (bool first = true; *argv; argv++) {
		if (first)
			commands[n++].argv = argv;
		first = strcmp(*argv, "--") == 0;
		if (first)
			*argv = NULL;
	}
	return n;
}

static void print(struct command *c, unsigned runs)
{
	qsort(c->times, runs, sizeof(*c->times), compare);
	printf("%ld %ld %ld %ld\n", c->times[runs / 2], c->times[0], c->times[runs - 1], c->kilobytes);
}

int main(int argc, char **argv)
{
	unsigned runs = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	struct command *commands = calloc((size_t)argc + 1, sizeof(*commands));
	size_t n;

	if (!runs || !commands || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
		fputs("usage: measure RUNS PROGRAM [ARGUMENT...] [-- PROGRAM...]\n", stderr);
		return 2;
	}
	n = divide(argv + 2, commands);
	for (size_t c = 0; c < n; c++) {
		commands[c].times = calloc(runs, sizeof(*commands[c].times));
		if (!commands[c].times)
			return 1;
	}
	for (unsigned i = 0; i < runs; i++)
		for (size_t c = 0; c < n; c++)
			commands[c].times[i] = measure(commands[c].argv, &commands[c].kilobytes);
	for (size_t c = 0; c < n; c++)
		print(&commands[c], runs);
	return 0;
}
