/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person should know of this machine, whatever the rules say: check, accept and status warn of the same. */
#ifndef EARLYBIND_ADVICE_H
#define EARLYBIND_ADVICE_H

#include "../../core/compat.h"
#include "../state/next_boot.h"
#include "../cli/cli.h"
#include "../lib/json.h"
#include "vms.h"

enum advice_kind {
	ADVICE_IOMMU, /* it is off */
	ADVICE_ACS,   /* groups are split by force */
	ADVICE_GROUP, /* a group that the virtual machine cannot have as a whole */
	ADVICE_DRIFT, /* a locked card is not where it was accepted */
	ADVICE_VM,    /* a definition of a virtual machine names an address that is no locked card */
	ADVICE_COUNT
};

struct advice {
	enum advice_kind kind;
	char file[VM_FILE_LEN];    /* of a definition, "" for none */
	char address[ADDRESS_LEN]; /* "" for none */
	int card;                  /* of drift: index into the plan's cards; else -1 */
	char text[1024];           /* a sentence without its full stop */
};

struct advices {
	struct advice *items;
	size_t n;
};

/* Of the plan of this forecast. kinds: a bit a kind; of drift lock and rules count, too. 0 or -ENOMEM. */
int advise(const struct cli *cli, const struct forecast *f, unsigned kinds, struct advices *out) _must_check_;
#define ADVICE_ALL ((1u << ADVICE_COUNT) - 1)
void advices_free(struct advices *a);
/* What is said of the drift of this card, NULL: nothing. */
const struct advice *advices_of_card(const struct advices *a, size_t card) _pure_;
void advices_warn(const struct advices *a);
/* "advice": [{"kind", "file", "address", "text"}] */
void advices_json(const struct advices *a, struct json *j);

/* Why there is no IOMMU and what to do about it, by processor, firmware tables and command line. */
void iommu_explain(const struct sysroot *r, char *buf, size_t size);

#endif
