/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cards: the functions that belong together and are locked, decided and bound as one.
 *
 *  - the functions in the slot of a GPU (base class 03); beside an AMD display (1002) not those of the CPU (1022);
 *  - where the GPU stands behind a switch of its own (parent and grandparent bridge of the GPU's vendor, 8086 or
 *    1002), also the endpoints elsewhere below the grandparent: an Intel Arc's audio;
 *  - the functions of a slot without a GPU, if all have one base class.
 *
 * Any other function stands alone. Bridges and virtual functions are in no card but their own.
 */
#ifndef EARLYBIND_CARD_H
#define EARLYBIND_CARD_H

#include "compat.h"
#include "device.h"
#include "selector.h"

/* A card, or (single) one function of it. */
struct card {
	const struct machine *machine;
	bool single;
	int main; /* index of the function that carries identity and serial: the display, else the lowest */
	unsigned n;
	int member[CARD_FUNCTIONS]; /* the main function first */
};

/* The card that function i is in. -ENOENT: it stands alone (a mixed slot); -E2BIG: over CARD_FUNCTIONS. */
int card_of(const struct machine *m, int i, struct card *out) _must_check_;
/* Function i alone. */
struct card card_single(const struct machine *m, int i);
/* The card that function i is in; where it stands alone, it alone. */
struct card card_with(const struct machine *m, int i);
/* The card that a function alone is in, if it is in one; any other as it is. */
struct card card_whole(const struct card *c);
/* What stands at a locked path: a slot path is that slot's card, a function's path that function alone. -ENOENT. */
int card_at(const struct machine *m, const struct root *root, const struct path *path, struct card *out) _must_check_;
/*
 * The same for one after the other, *from = 0 before the first: two root buses of one name have cards at one place. A
 * card may come again for its other functions.
 */
int card_next_at(const struct machine *m, const struct root *root, const struct path *path, int *from,
		 struct card *out) _must_check_;

/* Its path as it is locked: the main function's slot, or the single function. */
struct path card_path(const struct card *c);
const struct device *card_main(const struct card *c) _pure_;
bool card_has(const struct card *c, int i) _pure_;
bool card_has_display(const struct card *c) _pure_;

/* A list of cards. */
struct cards {
	struct card *items;
	size_t n;
};
void cards_free(struct cards *c);

/*
 * What a selector selects on this machine: cards, and functions alone, each once, in order of address. Nothing
 * selected: an empty list. -ENOTUNIQ: a whole slot was named that is no card; then *mixed is one of its functions.
 */
int cards_select(const struct machine *m, const struct selector *s, struct cards *out, int *mixed) _must_check_;

#endif
