/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What virtual machines and containers use of the host by the name of a device, which goes when the plan gives the card
 * away: a GPU's nodes, a disk, a network interface. Found by sysfs: the link of /sys/class/CLASS/NAME leads by the
 * card.
 */
#include "advice_run.h"

#define PATH_BYTES 512
#define LINKS_MAX 8

/* /dev/NAME, or with a directory of its own all that the class has. */
static const struct {
	const char *class, *directory;
} classes[] = {
	{ "block", NULL }, { "drm", "/dev/dri" }, { "sound", "/dev/snd" }, { "net", NULL }, { "nvme", NULL },
};

/* The last PCI address on the way; false: none. */
static bool last_address(const char *path, struct address *out)
{
	char part[ADDRESS_LEN];
	bool found = false;

	for (const char *s = path; *s; s += strcspn(s, "/"), s += *s == '/') {
		struct address address;

		snprintf(part, sizeof(part), "%.*s", (int)strcspn(s, "/"), s);
		if (address_parse(part, &address) < 0)
			continue;
		*out = address;
		found = true;
	}
	return found;
}

/* Whether a name is one in /dev itself, or in the directory of a class there. */
static bool in_devices(const char *path, const char *slash)
{
	char directory[PATH_BYTES];
	bool is;

	snprintf(directory, sizeof(directory), "/%.*s", (int)(slash - path), path);
	is = strcmp(directory, "/dev") == 0;
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		is |= classes[i].directory && strcmp(directory, classes[i].directory) == 0;
	return is;
}

/* Where links in /dev lead: "nvme0n1p2" of "/dev/disk/by-uuid/..."; "": what is there is no node of a device. */
static void node_name(const struct sysroot *r, const char *node, char name[PATH_BYTES])
{
	char path[PATH_BYTES], to[PATH_BYTES];
	const char *slash;

	snprintf(path, sizeof(path), "%s", node + (*node == '/'));
	for (int i = 0; i < LINKS_MAX && sysroot_readlink(r, path, to, sizeof(to)) > 0; i++) {
		slash = strrchr(to, '/');
		snprintf(path, sizeof(path), "dev/%.500s", slash ? slash + 1 : to);
	}
	slash = strrchr(path, '/');
	snprintf(name, PATH_BYTES, "%s", slash ? slash + 1 : path);
	if (slash && !in_devices(path, slash))
		*name = '\0';
}

/* 1: said, since the plan binds what stands there. 0, or -ENOMEM. */
static int advise_address(struct adviser *a, const struct vm_node *node, const struct address *address)
{
	const struct decision *d = decision_of(a->decisions, machine_by_address(a->machine, address));
	char text[ADDRESS_LEN];

	if (!d || !d->bind)
		return 0;
	return row_say(vm_row(a, node->file, address, REASON_NONE),
		       "/%s uses %s, a device of %s, which the next boot gives away: the host will not have it. Remove "
		       "it from the definition, or %s from the rules",
		       node->file, node->name, address_print(address, text), text) < 0
		       ? -ENOMEM
		       : 1;
}

/* The same of what this name of a class stands on. */
static int advise_name(struct adviser *a, const struct vm_node *node, const char *class, const char *name)
{
	char path[PATH_BYTES], link[PATH_BYTES];
	struct address address;

	if (!*name || snprintf(path, sizeof(path), "sys/class/%s/%s", class, name) >= (int)sizeof(path) ||
	    sysroot_readlink(a->root, path, link, sizeof(link)) < 0 || !last_address(link, &address))
		return 0;
	return advise_address(a, node, &address);
}

static int advise_directory(struct adviser *a, const struct vm_node *node, const char *class)
{
	_cleanup_(names_free) struct names names = { 0 };
	char path[PATH_BYTES];
	int ret;

	snprintf(path, sizeof(path), "sys/class/%s", class);
	ret = sysroot_list_any(a->root, path, &names);
	for (size_t i = 0; i < names.n && ret == 0; i++)
		ret = advise_name(a, node, class, names.items[i]);
	return ret;
}

/* "/dev/dri/by-path/pci-0000:06:00.0-render" has the address in its name, and is there no more once it is bound. */
static bool by_path(const struct vm_node *node, struct address *out)
{
	static const char start[] = "/by-path/pci-";
	const char *at = strstr(node->name, start);
	char text[ADDRESS_LEN];

	if (!at)
		return false;
	at += strlen(start);
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, "-"), at);
	return address_parse(text, out) == 0;
}

int advise_node(struct adviser *a, const struct vm_node *node)
{
	char name[PATH_BYTES];
	struct address address;
	int ret = 0;

	if (by_path(node, &address))
		return advise_address(a, node, &address) < 0 ? -ENOMEM : 0;
	node_name(a->root, node->name, name);
	for (size_t i = 0; i < ARRAY_SIZE(classes) && ret == 0; i++)
		ret = classes[i].directory && strcmp(node->name, classes[i].directory) == 0
			      ? advise_directory(a, node, classes[i].class)
			      : advise_name(a, node, classes[i].class, name);
	return ret < 0 ? ret : 0;
}
