/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A `bind` rule: what config, lock and plan all carry. */
#ifndef EARLYBIND_RULE_H
#define EARLYBIND_RULE_H

#include "compat.h"
#include "selector.h"

#define DRIVER_LEN 32       /* of one driver's name, NUL included */
#define DRIVER_LIST_LEN 128 /* "mlx5_vfio_pci,vfio-pci" */

enum allow {
	ALLOW_DISPLAY = 1,
	ALLOW_KEYBOARD = 2,
	ALLOW_IN_USE = 4,
};

enum at { AT_BOOT, AT_CLAIM };

/* The virtual functions of a device that stays with the host: vf=first-last, counted from 0. */
struct vf {
	unsigned first, last;
};

struct rule {
	unsigned number; /* its N in lock and plan, counted from 1 */
	struct selector selector;
	char driver[DRIVER_LIST_LEN]; /* as written ("auto"), or the list of drivers to try in order */
	unsigned allow;               /* enum allow, or-ed */
	enum at at;
	bool optional;
	bool live;
	bool has_id;
	struct id id;
	bool has_vf;
	struct vf vf;
	char *file; /* owned */
	unsigned line;
};

void rule_free(struct rule *r);
/* An entry belongs to a rule by its selector and id= alone. */
bool rule_same(const struct rule *a, const struct rule *b) _pure_;
/* The rule of a list that an entry of this one belongs to; NULL: there is none. A configuration has no two such. */
const struct rule *rule_find(const struct rule *rules, size_t n, const struct rule *like) _pure_;

/* Takes the next one of a list of drivers, and returns what is behind it; NULL: there was none. */
const char *rule_driver_next(const char *list, char driver[DRIVER_LEN]);

/* A live rule has no say in it. */
static inline bool rule_takes_display(const struct rule *r)
{
	return (r->allow & ALLOW_DISPLAY) && !r->live;
}

/* The words of allow= in their order, NULL-terminated; bit 1 << index. */
extern const char *const allow_words[];

#endif
