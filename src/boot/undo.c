/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "undo.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/guard.h"
#include "../sys/bind.h"
#include "../sys/errors.h"
#include "../sys/scan.h"
#include "publish.h"
#include "say.h"
#include "watch.h"

/* What the child tells before each device. */
struct step {
	size_t index; /* in the report */
	char address[ADDRESS_LEN];
};

struct undoing {
	const struct sysroot *root;
	struct report report;
	struct machine machine;
	struct selector selector;
	bool all;    /* no selector was given */
	int steps;   /* who waits reads here what comes now */
	size_t from; /* devices of the report before this one were tried, and one of them hung */
	unsigned done;
	unsigned failed;
};

/*
 * Whether the line may be of a function that is to be given back; *index: where it stands in the machine. What was
 * given up may have an override all the same, and even have been bound later.
 */
static bool is_meant(const struct undoing *u, const struct report_device *d, int *index)
{
	bool tried = d->outcome == OUTCOME_REFUSED && (d->reason == REASON_TIMEOUT || d->reason == REASON_PROBE_FAILED);

	if ((d->outcome != OUTCOME_BOUND && !tried) || !d->has_address)
		return false;
	*index = machine_by_address(&u->machine, &d->address);
	/* Another device may stand there by now. */
	if (*index < 0 || !identity_equal(&d->identity, &u->machine.devices[*index].identity))
		return u->all && !tried;
	return u->all || selector_means(&u->selector, &u->machine, *index);
}

/* What the report says of it from now on. */
static void mark_released(struct undoing *u, struct report_device *d)
{
	d->outcome = OUTCOME_RELEASED;
	d->reason = REASON_OFF;
	snprintf(d->text, sizeof(d->text), "given back by earlybind-init undo");
	u->done++;
}

/* What a hang would leave behind is told before. */
static void give_back(struct undoing *u, struct report_device *d, int index)
{
	char address[ADDRESS_LEN], was[DRIVER_LEN];

	address_print(&d->address, address);
	if (index < 0 || !identity_equal(&d->identity, &u->machine.devices[index].identity)) {
		say(STDOUT_FILENO, "%s: it is not there any more\n", address);
		mark_released(u, d);
		return;
	}
	bind_override(u->root, &d->address, was);
	if (!was[0] && d->outcome != OUTCOME_BOUND)
		return; /* nothing was done to it */
	say(STDOUT_FILENO, "%s: giving it back ...\n", address);
	if (!was[0])
		snprintf(was, sizeof(was), "%s", d->driver);
	bind_release(u->root, &d->address);
	bind_current(u->root, &d->address, d->driver);
	if (d->driver[0] && strcmp(d->driver, was) == 0) {
		say(STDERR_FILENO, "%s: %s still has it\n", address, was);
		u->failed++;
		return;
	}
	if (!d->driver[0])
		bind_announce(u->root, &d->address);
	say(STDOUT_FILENO, "%s: %s%s\n", address,
	    d->driver[0] ? "now has the driver " : "has no driver yet; udev was told of it", d->driver);
	mark_released(u, d);
}

/* The report after each: what hangs later loses nothing of it. */
static int undo_devices(struct undoing *u)
{
	int index = -1, ret = 0;
	struct step step;

	for (size_t i = u->from; i < u->report.n_devices; i++) {
		if (!is_meant(u, &u->report.devices[i], &index))
			continue;
		step.index = i;
		address_print(&u->report.devices[i].address, step.address);
		if (write(u->steps, &step, sizeof(step)) != sizeof(step))
			return 1; /* nobody waits any more */
		give_back(u, &u->report.devices[i], index);
		report_count(&u->report);
		ret = u->done ? publish_report(u->root, &u->report) : 0;
		if (ret < 0)
			say(STDERR_FILENO, "/" REPORT_FILE " cannot be written: %s\n", error_name(ret));
	}
	if (!u->done && !u->failed && !u->from)
		say(STDOUT_FILENO, "nothing to give back\n");
	return u->failed || ret < 0 ? 1 : 0;
}

static int undo_from(struct undoing *u)
{
	const char *what = "/" REPORT_FILE;
	int ret = published(u->root, &u->report);

	if (ret == 0) {
		what = "/sys/bus/pci";
		ret = scan_machine(u->root, &u->machine);
	}
	if (ret == 0)
		return undo_devices(u);
	say(STDERR_FILENO, "%s cannot be read: %s\n", what, error_name(ret));
	return 1;
	/* The process ends here: nothing is freed. */
}

/* 0: the child has ended. -ETIME: it hangs at *step; its address is "" before the first. */
static int follow(int steps, struct step *step)
{
	struct pollfd p = { .fd = steps, .events = POLLIN };

	memset(step, 0, sizeof(*step));
	for (;;) {
		int ready = poll(&p, 1, STEP_MS);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0)
			return -ETIME;
		if (read(steps, step, sizeof(*step)) != sizeof(*step))
			return 0;
	}
}

/* One child, from that device on. Its exit code; 1 and *from: the device behind the one that hangs, SIZE_MAX for none.
 */
static int undo_child(struct undoing *u, size_t *from)
{
	int fds[2], status, ret;
	struct step step;
	pid_t child;

	u->from = *from;
	*from = SIZE_MAX;
	if (pipe(fds) < 0)
		return 1;
	child = fork();
	if (child == 0) {
		close(fds[0]);
		u->steps = fds[1];
		_exit(undo_from(u));
	}
	close(fds[1]);
	ret = child > 0 ? follow(fds[0], &step) : -EAGAIN;
	close(fds[0]);
	if (ret == 0)
		return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	if (child < 0) {
		say(STDERR_FILENO, "no process\n");
		return 1;
	}
	/* One in D state dies when the kernel lets it; nobody waits for that. */
	kill(child, SIGKILL);
	if (step.address[0])
		*from = step.index + 1;
	say(STDERR_FILENO, "%s: no answer in %d s\n", step.address[0] ? step.address : "/sys/bus/pci", STEP_MS / 1000);
	return 1;
}

int undo(const struct sysroot *r, const char *selector)
{
	struct undoing u = { .root = r, .all = selector == NULL };
	struct syntax_error err;
	size_t from = 0;
	int code = 0;

	if (selector && selector_read(selector, strlen(selector), &u.selector, &err) < 0) {
		say(STDERR_FILENO, "'%s' is no selector: expected a slot, a path or an ID\n", selector);
		return 2;
	}
	while (from != SIZE_MAX)
		code |= undo_child(&u, &from);
	return code;
}
