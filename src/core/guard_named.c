/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guards of what a person named: `keep` rules and earlybind.skip=. */
#include "guard.h"

static const struct device *device_of(const struct candidate *c, int i)
{
	return &c->machine->devices[i];
}

bool selector_means(const struct selector *s, const struct machine *m, int i)
{
	const struct device *d = &m->devices[i], *main;
	struct card card;

	if (selector_names(s, &d->address, &d->root, &d->path, &d->identity))
		return true;
	if ((s->kind != SELECTOR_ID && !s->whole) || card_of(m, i, &card) < 0)
		return false;
	main = card_main(&card);
	return selector_names(s, &main->address, &main->root, &main->path, &main->identity);
}

/*
 * The number that the locked root has today. Where it is not there, any will do: rather too much stays with the host
 * than a word that somebody wrote means nothing.
 */
static struct root root_today(const struct machine *m, const struct root *locked, const struct selector *s)
{
	struct root root = *locked;

	for (size_t i = 0; i < m->n; i++)
		if (root_is(locked, &m->devices[i].root))
			return m->devices[i].root;
	if (root.domain == ROOT_DOMAIN_UNKNOWN) {
		root.domain = s->address.domain;
		root.bus = s->address.bus;
	}
	return root;
}

/* Where function i was when its card was locked, as far as the lock tells; its slot's path if i < 0. */
static void locked_place(const struct candidate *c, int i, struct path *path, struct address *address, bool *in_slot)
{
	const struct plan_card *locked = c->locked;
	const struct plan_function *f = i < 0 ? NULL : find_function(locked, &c->card, i);
	struct path now;

	*path = f ? f->path : locked->path;
	*address = locked->address;
	*in_slot = true;
	if (i < 0 || !locked->path.slot)
		return;
	now = card_path(&c->card);
	*in_slot = path_covers(&now, &device_of(c, i)->path);
	address->fn = device_of(c, i)->address.fn;
	if (!f && *in_slot) {
		path->slot = false;
		path->hop[path->hops - 1] |= address->fn;
	}
}

/* The same for what was locked: the card's place and identity, and those of its function that is i now. */
static bool selector_means_locked(const struct selector *s, const struct candidate *c, int i)
{
	const struct plan_card *locked = c->locked;
	const struct plan_function *f;
	struct address address;
	struct root root;
	struct path path;
	bool in_slot;

	if (!locked)
		return false;
	if (s->kind == SELECTOR_ID) {
		f = i < 0 || locked->open ? NULL : find_function(locked, &c->card, i);
		return !locked->open &&
		       (id_matches(&s->id, &locked->identity) || (f && id_matches(&s->id, &f->identity)));
	}
	locked_place(c, i, &path, &address, &in_slot);
	if (s->kind == SELECTOR_SLOT)
		return locked->has_address && (s->whole || in_slot) && selector_names(s, &address, NULL, NULL, NULL);
	root = root_today(c->machine, &locked->root, s);
	return selector_names(s, NULL, &root, &path, NULL) ||
	       (s->whole && selector_names(s, NULL, &root, &locked->path, NULL));
}

static bool any_selector(const struct selector *list, size_t n, const struct candidate *c, int i,
			 char text[REPORT_TEXT_LEN], const char *words)
{
	char buf[SELECTOR_LEN];

	for (size_t k = 0; k < n; k++) {
		if (!(i >= 0 && selector_means(&list[k], c->machine, i)) && !selector_means_locked(&list[k], c, i))
			continue;
		snprintf(text, REPORT_TEXT_LEN, "%s%s", words, selector_print(&list[k], buf));
		return true;
	}
	return false;
}

bool guard_skipped(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	return any_selector(c->cmdline->skip, c->cmdline->n_skip, c, i, text, "earlybind.skip=");
}

bool guard_kept(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	return any_selector(c->plan->keeps, c->plan->n_keeps, c, i, text, "keep ");
}
