/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"

#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
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

/* Milliseconds since some moment. klibc 2.0.12 has no clock_gettime; nothing sets the clock this early. */
static long long now_ms(void)
{
#ifdef __KLIBC__
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return tv.tv_sec * 1000LL + tv.tv_usec / 1000;
#else
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
#endif
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
		if (report_add_note(w->report, m->device.reason, m->text) < 0)
			w->done = true;
		break;
	case MESSAGE_DONE:
		w->done = true;
		break;
	}
}

/* 0: done or the worker died; -ETIME: it hangs. */
static int follow(struct watched *w, int fd)
{
	long long start = now_ms(), step = start;

	while (!w->done) {
		long long now = now_ms(), left = step + STEP_MS - now, whole = start + w->timeout_ms - now;
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct message m;
		ssize_t n;
		int ready;

		if (whole < left)
			left = whole;
		ready = poll(&p, 1, left > 0 ? (int)left : 0);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0)
			return -ETIME;
		n = read(fd, &m, sizeof(m));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(m))
			return 0;
		step = now_ms();
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
	char text[REPORT_TEXT_LEN];
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
			snprintf(text, sizeof(text), "gave up: %.150s", w->doing);
			if (report_add_note(w->report, REASON_TIMEOUT, text) < 0)
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
	long long start = now_ms(), end;

	memset(report, 0, sizeof(*report));
	report->state = PLAN_BROKEN;
	snprintf(report->text, sizeof(report->text), "nothing was read");
	run(r, dry, &w);
	end = now_ms();
	report->milliseconds = end > start ? (unsigned long)(end - start) : 0;
	report_count(report);
	free(w.pending);
}
