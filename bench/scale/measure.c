/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure RUNS PROGRAM [ARGUMENT...]: runs it as often and prints "MEDIAN MIN MAX KILOBYTES": of processor time (user
 * and system, of all its processes) in microseconds, and the most memory that one of them ever had.
 *
 * The boot program does not wait for its child: who dies orphaned is this program's, and counted too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv)
{
	unsigned runs = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	long *times = calloc(runs + 1, sizeof(*times)), kilobytes = 0;

	if (!runs || !times || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
		fputs("usage: measure RUNS PROGRAM [ARGUMENT...]\n", stderr);
		return 2;
	}
	for (unsigned i = 0; i < runs; i++)
		times[i] = measure(argv + 2, &kilobytes);
	qsort(times, runs, sizeof(*times), compare);
	printf("%ld %ld %ld %ld\n", times[runs / 2], times[0], times[runs - 1], kilobytes);
	return 0;
}
