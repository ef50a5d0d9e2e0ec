/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"

#include <poll.h>
#include <signal.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sys/errors.h"
#include "message.h"
#include "worker.h"

struct watched {
	struct report *report;
	bool *pending; /* a flag a device of the report */
	unsigned timeout_ms;
	char doing[REPORT_TEXT_LEN];
	bool done;
};

/* include/asm-generic/param.h: USER_HZ is 100, whatever the rate of the kernel's own clock. */
#define TICK_MS 10

/*
 * Ticks since some moment before the boot. times(2) counts jiffies, which no setting of the clock moves, and it is
 * there in every libc; klibc 2.0.12 has no clock_gettime. Of a clock_t of 32 bits only differences make sense.
 */
static uint32_t ticks(void)
{
	struct tms unused;

	return (uint32_t)times(&unused);
}

static long ms_between(uint32_t start, uint32_t end)
{
	return (long)(end - start) * TICK_MS;
}

static int add_device(struct watched *w, const struct message *m)
{
	bool *grown = realloc(w->pending, (w->report->n_devices + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	w->pending = grown;
	grown[w->report->n_devices] = m->pending;
	return report_add_device(w->report, &m->device);
}

/* -ENOMEM costs a line of the report, not the boot. */
static void take(struct watched *w, const struct message *m)
{
	switch (m->kind) {
	case MESSAGE_STEP:
		memcpy(w->doing, m->text, sizeof(w->doing));
		break;
	case MESSAGE_PLAN:
		w->report->hash = m->hash;
		w->report->state = m->state;
		memcpy(w->report->text, m->text, sizeof(w->report->text));
		if (m->timeout)
			w->timeout_ms = m->timeout * 1000;
		break;
	case MESSAGE_DEVICE:
		if (add_device(w, m) < 0)
			w->done = true;
		break;
	case MESSAGE_RESULT:
		if (m->index < w->report->n_devices) {
			w->report->devices[m->index] = m->device;
			w->pending[m->index] = false;
		}
		break;
	case MESSAGE_NOTE:
		if (report_add_note(w->report, &m->note) < 0)
			w->done = true;
		break;
	case MESSAGE_DONE:
		w->done = true;
		break;
	}
}

/* The milliseconds that are left, of the step and of the whole. A tick may have ended just now: one more. */
static int ms_left(const struct watched *w, uint32_t start, uint32_t step, uint32_t now)
{
	long left = STEP_MS - ms_between(step, now), whole = (long)w->timeout_ms - ms_between(start, now);

	if (whole < left)
		left = whole;
	return left > 0 ? (int)left + TICK_MS : 0;
}

/* 0: done or the worker died; -ETIME: it hangs. */
static int follow(struct watched *w, int fd)
{
	uint32_t start = ticks(), step = start, now = start;

	while (!w->done) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, ms_left(w, start, step, now));
		struct message m;
		ssize_t n;

		now = ticks();
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0)
			return -ETIME;
		n = read(fd, &m, sizeof(m));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(m))
			return 0;
		step = now;
		take(w, &m);
	}
	return 0;
}

/* What the worker had announced and not done. */
static void leave_undone(struct watched *w, enum reason reason, const char *why)
{
	for (size_t i = 0; i < w->report->n_devices; i++) {
		struct report_device *d = &w->report->devices[i];

		if (!w->pending[i])
			continue;
		d->outcome = OUTCOME_REFUSED;
		d->reason = reason;
		snprintf(d->text, sizeof(d->text), "%s: %s", why, w->doing);
	}
}

static void run(const struct sysroot *r, bool dry, struct watched *w)
{
	struct report_note late = { .reason = REASON_TIMEOUT };
	int fds[2], ret;
	pid_t child;

	if (pipe(fds) < 0) {
		snprintf(w->report->text, sizeof(w->report->text), "no pipe: %s", error_name(errno));
		return;
	}
	child = fork();
	if (child == 0) {
		close(fds[0]);
		worker_run(r, fds[1], dry);
		_exit(0);
	}
	close(fds[1]);
	if (child < 0) {
		snprintf(w->report->text, sizeof(w->report->text), "no process: %s", error_name(errno));
	} else {
		ret = follow(w, fds[0]);
		if (ret == -ETIME) {
			/* One in D state dies when the kernel lets it; until then it must not be waited for. */
			kill(child, SIGKILL);
			leave_undone(w, REASON_TIMEOUT, "no answer");
			snprintf(late.text, sizeof(late.text), "gave up: %.150s", w->doing);
			if (report_add_note(w->report, &late) < 0)
				w->done = false;
		} else if (!w->done) {
			leave_undone(w, REASON_PROBE_FAILED, "the worker died");
		}
		waitpid(child, NULL, WNOHANG);
	}
	close(fds[0]);
}

void watch(const struct sysroot *r, bool dry, struct report *report)
{
	struct watched w = { .report = report, .timeout_ms = TIMEOUT_SECONDS * 1000 };
	uint32_t start = ticks();

	memset(report, 0, sizeof(*report));
	report->state = PLAN_BROKEN;
	snprintf(report->text, sizeof(report->text), "nothing was read");
	run(r, dry, &w);
	report->milliseconds = (unsigned)ms_between(start, ticks());
	report_count(report);
	free(w.pending);
}
