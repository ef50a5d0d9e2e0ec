/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "chain.h"

#include <stdarg.h>

#include "../../core/array.h"
#include "../../core/shorten.h"

void chain_ends_free(struct chain_ends *c)
{
	free(c->items);
	memset(c, 0, sizeof(*c));
}

int chain_add(struct chain_ends *out, const struct chain_end *end)
{
	return array_add(&out->items, &out->n, end, sizeof(*end));
}

void chain_extend(struct chain_end *end, const char *fmt, ...)
{
	char before[sizeof(end->text)], more[sizeof(end->text)];
	va_list args;

	memcpy(before, end->text, sizeof(before));
	va_start(args, fmt);
	shorten_vprint(more, sizeof(more), fmt, args);
	va_end(args);
	shorten_print(end->text, sizeof(end->text), "%s%s", before, more);
}

/* drivers/pci/iov.c: a virtual function links to its physical one, without which it is nothing. */
static int add_physical(const struct host *h, const struct address *address, struct chain_end end,
			struct chain_ends *out)
{
	char path[PATH_BYTES], link[PATH_BYTES], text[ADDRESS_LEN];
	struct address physical;
	const char *slash;

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/physfn", address_print(address, text));
	if (sysroot_readlink(h->root, path, link, sizeof(link)) < 0)
		return 0;
	slash = strrchr(link, '/');
	end.device =
		address_parse(slash ? slash + 1 : link, &physical) < 0 ? -1 : machine_by_address(h->machine, &physical);
	return end.device < 0 ? 0 : chain_add(out, &end);
}

int chain_of_directory(const struct host *h, const char *directory, const struct chain_end *like,
		       struct chain_ends *out)
{
	char part[64];
	int found = 0;

	for (const char *s = directory; s; s = strchr(s, '/') ? strchr(s, '/') + 1 : NULL) {
		size_t len = strcspn(s, "/");
		struct chain_end end = *like;
		struct address address;

		if (len >= sizeof(part))
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)len, s);
		if (address_parse(part, &address) < 0)
			continue;
		end.device = machine_by_address(h->machine, &address);
		if (end.device < 0)
			end.why = "a PCI device that this machine does not show";
		found++;
		if (end.device >= 0 && device_is_bridge(&h->machine->devices[end.device]))
			continue;
		if (chain_add(out, &end) < 0 || add_physical(h, &address, *like, out) < 0)
			return -ENOMEM;
	}
	return found;
}
