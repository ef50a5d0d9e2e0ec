/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard lines of what the host needs, and what accept says of it. */
#include "accept_run.h"
#include "need.h"
#include "note.h"

static const struct plan_card *locked_twin(const struct plan *lock, const struct identity *identity)
{
	for (size_t i = 0; i < lock->n_cards; i++)
		if (identity_equal(&lock->cards[i].identity, identity) && !lock->cards[i].serial)
			return &lock->cards[i];
	return NULL;
}

/* The documented limit, where it would cost a boot disk. */
static int warn_twin(struct accept_run *r, const struct need *need, const struct card *card)
{
	const struct plan_card *locked = locked_twin(&r->out->lock, &card_main(card)->identity);
	char here[ADDRESS_LEN], there[ADDRESS_LEN];

	if (!locked || accept_serial(card) || need_of_card(r->machine, card, REASON_BOOT_DISK) != need)
		return 0;
	return note_add_about(
		&r->out->notes, &r->out->n_notes, REASON_TWIN, 0, &card_main(card)->address,
		"%s is a boot disk, %s is its twin, and no serial number tells them apart: should they ever "
		"change places, the boot disk would be bound. Do not swap them",
		address_print(&card_main(card)->address, there),
		locked->has_address ? address_print(&locked->address, here) : "a locked card");
}

/* The card that the needed function is in; the function alone where others of the card are locked without it. */
static struct card needed_card(const struct accept_run *r, int i)
{
	struct card card;

	if (card_of(r->machine, i, &card) < 0 || (accept_is_taken(r, &card) && !r->taken[i]))
		return card_single(r->machine, i);
	return card;
}

/*
 * An entry that was kept as it is may have what the boot needs by now: whoever is accepted is asked that, and then it
 * is not taken. In-use is a question of accept's alone.
 */
static bool is_kept(const struct accept_run *r, const struct need *need)
{
	return r->taken[need->device] && need->reason == REASON_BOOT_DISK;
}

static int note_kept(struct accept_run *r, const struct need *need)
{
	const struct address *needed = &r->machine->devices[need->device].address;
	char address[ADDRESS_LEN];

	return note_add_about(&r->out->notes, &r->out->n_notes, REASON_BOOT_DISK, 0, needed,
			      "%s is locked, and is not bound any more, because the boot needs it: %s",
			      address_print(needed, address), need->text);
}

static int note_route(struct accept_run *r, const struct need *need)
{
	const struct address *port = &r->machine->devices[need->device].address;
	char address[ADDRESS_LEN];

	return note_add_about(&r->out->notes, &r->out->n_notes, REASON_IN_USE, 0, port,
			      "%s is locked, and %s goes with it", address_print(port, address), need->text);
}

/* What the host needs is guarded, selected or not. */
int accept_guard_needs(struct accept_run *r)
{
	for (size_t i = 0; i < r->machine->host.n_needs; i++) {
		const struct need *need = &r->machine->host.needs[i];
		struct card card;

		if (need_is_unresolved(need)) {
			if (!need->silent &&
			    note_add(&r->out->notes, &r->out->n_notes, need->reason, "%s", need->text) < 0)
				return -ENOMEM;
			continue;
		}
		if (need->route && r->taken[need->device] && note_route(r, need) < 0)
			return -ENOMEM;
		if (!r->config->n_rules || (r->taken[need->device] && !is_kept(r, need)))
			continue;
		card = needed_card(r, need->device);
		if (warn_twin(r, need, &card) < 0)
			return -ENOMEM;
		if (accept_is_guarded(r, need->device) ||
		    (need->reason != REASON_BOOT_DISK && accept_old_guard(r, need->device, NULL)))
			continue;
		if (accept_add_guard(r, need->reason, &card, need->text) < 0 ||
		    (is_kept(r, need) && note_kept(r, need) < 0))
			return -ENOMEM;
		if (accept_locks_identity(&r->out->lock, &card_main(&card)->identity) &&
		    accept_add_line(r, 0, need->reason, &card, need->text) < 0)
			return -ENOMEM;
	}
	return 0;
}
