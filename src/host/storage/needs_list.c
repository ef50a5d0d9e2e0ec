/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "needs_list.h"

#include <stdarg.h>

#include "../../core/array.h"
#include "../../core/shorten.h"
#include "nic.h"

static bool is_known(const struct needs_list *list, int device, enum reason reason)
{
	for (size_t i = 0; i < list->n_needs; i++)
		if (device >= 0 && list->needs[i].device == device && list->needs[i].reason == reason)
			return true;
	return false;
}

int needs_add(struct needs_list *list, enum reason reason, int device, const char *fmt, ...)
{
	struct need *need;
	va_list args;

	if (is_known(list, device, reason))
		return 0;
	need = array_grow(&list->needs, &list->n_needs, sizeof(*need));
	if (!need)
		return -ENOMEM;
	need->reason = reason;
	need->device = device;
	need->root = list->of_root;
	va_start(args, fmt);
	shorten_vprint(need->text, sizeof(need->text), fmt, args);
	va_end(args);
	return 0;
}

/* What is reached over the network. Its own address tells the way where a rule of another routing table does. */
static int add_peer(struct needs_list *list, enum reason reason, const struct chain_end *end)
{
	_cleanup_(names_free) struct names interfaces = { 0 };
	int error;

	if (list->only_files)
		return 0;
	if (*end->interface)
		return needs_add_way(list, reason, end->interface, end->text);
	error = needs_add_server(list, reason, end->server, end->text);
	if (!error && *end->own)
		error = nic_of_own(&list->host, end->own, &interfaces);
	for (size_t i = 0; i < interfaces.n && !error; i++)
		error = needs_add_way(list, reason, interfaces.items[i], end->text);
	return error;
}

static int add_ends(struct needs_list *list, enum reason reason, const struct chain_ends *ends)
{
	int error = 0;

	list->encrypted |= reason == REASON_BOOT_DISK && ends->encrypted;
	for (size_t i = 0; i < ends->n && !error; i++) {
		const struct chain_end *end = &ends->items[i];

		if (end->device >= 0)
			error = needs_add(list, reason, end->device, "%s", end->text);
		else if (end->why)
			error = needs_add(list, reason, NEED_SOME_STORAGE, "%s: %s", end->text, end->why);
		else
			error = add_peer(list, reason, end);
	}
	return error;
}

int needs_add_interface(struct needs_list *list, enum reason reason, const char *interface, const char *text)
{
	struct chain_ends ends = { 0 };
	char words[REPORT_TEXT_LEN];
	int ret;

	shorten_print(words, sizeof(words), "%s, on %s", text, interface);
	ret = nic_walk(&list->host, interface, words, &ends);
	if (!ret)
		ret = add_ends(list, reason, &ends);
	if (!ret)
		ret = (int)ends.n;
	chain_ends_free(&ends);
	return ret;
}

int needs_add_way(struct needs_list *list, enum reason reason, const char *interface, const char *text)
{
	int found = needs_add_interface(list, reason, interface, text);

	if (found || !nic_is_open(&list->host, interface))
		return found < 0 ? found : 0;
	return needs_add(list, reason, NEED_SOME_NETWORK, "%s, on %s: what it stands on is not known", text, interface);
}

int needs_add_ways(struct needs_list *list, enum reason reason, const struct names *interfaces, const char *text)
{
	int found = 0, error = 0;

	for (size_t i = 0; i < interfaces->n && error >= 0; i++) {
		error = needs_add_interface(list, reason, interfaces->items[i], text);
		found += error > 0;
	}
	if (error < 0 || found || !interfaces->n)
		return error < 0 ? error : 0;
	return needs_add_way(list, reason, interfaces->items[0], text);
}

/* The interface of the route to it; where its address is not known, every one that has a route. */
int needs_add_server(struct needs_list *list, enum reason reason, const char *server, const char *text)
{
	_cleanup_(names_free) struct names interfaces = { 0 };
	int error;

	if (list->only_files)
		return 0;
	error = nic_routes(&list->host, server, false, &interfaces);
	if (!error && !interfaces.n)
		error = needs_add(list, reason, NEED_SOME_NETWORK, "%s, and no route leads there", text);
	else if (!error && !nic_is_address(server))
		error = needs_add_ways(list, reason, &interfaces, text);
	else
		for (size_t i = 0; i < interfaces.n && !error; i++)
			error = needs_add_way(list, reason, interfaces.items[i], text);
	return error;
}

int needs_add_mount(struct needs_list *list, enum reason reason, const struct mount *m, const char *text)
{
	struct chain_ends ends = { 0 };
	int error = stack_of_mount(&list->host, m, text, &ends);

	if (!error)
		error = add_ends(list, reason, &ends);
	chain_ends_free(&ends);
	return error;
}

/* The devices that are marked in list->set. */
int needs_add_blocks(struct needs_list *list, enum reason reason, const char *text)
{
	struct chain_ends ends = { 0 };
	int error = 0;

	for (size_t i = 0; i < list->host.blocks.n && !error; i++)
		if (list->set[i])
			error = stack_walk(&list->host, (int)i, text, &ends);
	if (!error)
		error = add_ends(list, reason, &ends);
	chain_ends_free(&ends);
	return error;
}

int needs_each(struct needs_list *list, int (*const *steps)(struct needs_list *), size_t n)
{
	int error = 0;

	for (size_t i = 0; i < n && !error; i++)
		error = steps[i](list);
	return error;
}
