/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt's definition of a domain, as `virsh define` writes it, or of a network that gives its devices to domains:
 *
 *	<hostdev mode='subsystem' type='pci' managed='yes'>
 *	  <source>
 *	    <address domain='0x0000' bus='0x06' slot='0x00' function='0x0'/>
 *	  </source>
 *	  <address type='pci' .../>                                        where the guest sees it
 *	</hostdev>
 *	<interface type='hostdev'> ... the same; so <disk type='nvme'>, which libvirt takes from the host likewise
 *	<source dev='/dev/nvme0n1'/>     a disk of the host; of an interface its name, which networks name in other tags
 *	<qemu:arg value='vfio-pci,host=06:00.0'/>                        what QEMU is told besides; see vm_qemu.c
 *	<forward mode='hostdev'>                                         of a network
 *	  <address type='pci' domain='0x0000' bus='0x04' slot='0x10' function='0x1'/>
 *	</forward>
 *
 * A scanner of tags is enough for that: comments, CDATA and processing instructions are passed over, attributes stand
 * in quotes of either kind. Anything it cannot follow ends the file.
 */
#include "../../core/array.h"
#include "vms.h"

#define ADDRESS_PARTS 4
#define ARGUMENT_LEN 1024

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_-.:", c);
}

/* One tag: <name attributes>, </name> or <name/>. */
struct tag {
	const char *name;
	size_t len;
	const char *attributes; /* up to end */
	const char *end;
	bool closing; /* </name> */
	bool empty;   /* <name/> */
};

/* What is no tag and has its own end. */
static const struct {
	const char *start, *end;
} skipped[] = {
	{ "<!--", "-->" },
	{ "<![CDATA[", "]]>" },
	{ "<?", "?>" },
	{ "<!", ">" },
};

/* The '>' of a tag, behind quoted values. NULL: there is none. */
static const char *tag_end(const char *s)
{
	char quote = 0;

	for (; *s; s++) {
		if (quote)
			quote = *s == quote ? 0 : quote;
		else if (*s == '\'' || *s == '"')
			quote = *s;
		else if (*s == '>')
			return s;
	}
	return NULL;
}

/* The next tag from *s, which moves behind it. */
static bool tag_next(const char **s, struct tag *out)
{
	const char *at = strchr(*s, '<');

	for (size_t i = 0; at && i < ARRAY_SIZE(skipped);) {
		if (strncmp(at, skipped[i].start, strlen(skipped[i].start)) != 0) {
			i++;
			continue;
		}
		at = strstr(at + strlen(skipped[i].start), skipped[i].end);
		at = at ? strchr(at, '<') : NULL;
		i = 0;
	}
	if (!at)
		return false;
	out->closing = at[1] == '/';
	out->name = at + 1 + out->closing;
	for (out->len = 0; out->name[out->len] && is_name(out->name[out->len]);)
		out->len++;
	out->attributes = out->name + out->len;
	out->end = tag_end(out->attributes);
	if (!out->len || !out->end)
		return false;
	out->empty = out->end[-1] == '/';
	*s = out->end + 1;
	return true;
}

static bool tag_is(const struct tag *t, const char *name)
{
	return t->len == strlen(name) && memcmp(t->name, name, t->len) == 0;
}

/* The value of an attribute, without its quotes; false: it is not there. */
static bool attribute(const struct tag *t, const char *name, char *buf, size_t size)
{
	for (const char *s = t->attributes; s < t->end;) {
		const char *start, *value, *close;
		size_t len;

		while (s < t->end && !is_name(*s))
			s++;
		for (start = s; s < t->end && is_name(*s);)
			s++;
		len = (size_t)(s - start);
		value = s + strspn(s, " \t\r\n");
		if (*value != '=')
			continue;
		value++;
		value += strspn(value, " \t\r\n");
		close = *value == '\'' || *value == '"' ? strchr(value + 1, *value) : NULL;
		if (!close || close > t->end)
			return false;
		s = close + 1;
		if (len != strlen(name) || memcmp(start, name, len) != 0 || (size_t)(close - value) > size)
			continue;
		memcpy(buf, value + 1, (size_t)(close - value - 1));
		buf[close - value - 1] = '\0';
		return true;
	}
	return false;
}

/* A part of the address; "0x06", "6" and "06" (decimal) are numbers. Without a domain it is 0. */
static bool read_part(const struct tag *t, const char *name, unsigned long most, unsigned long *out)
{
	char text[24], *end;

	*out = 0;
	if (!attribute(t, name, text, sizeof(text)))
		return strcmp(name, "domain") == 0;
	*out = strtoul(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	return *text >= '0' && *text <= '9' && !*end && *out <= most;
}

static int add_address(const char *file, const struct tag *t, struct vms *out)
{
	static const struct {
		const char *name;
		unsigned long most;
	} parts[ADDRESS_PARTS] = { { "domain", UINT32_MAX }, { "bus", 0xff }, { "slot", 0x1f }, { "function", 7 } };
	unsigned long n[ADDRESS_PARTS];
	struct vm_address item = { .whole = false };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!read_part(t, parts[i].name, parts[i].most, &n[i]))
			return 0;
	item.address = (struct address){ (uint32_t)n[0], (uint8_t)n[1], (uint8_t)n[2], (uint8_t)n[3] };
	snprintf(item.file, sizeof(item.file), "%s", file);
	return array_add(&out->items, &out->n, &item, sizeof(item));
}

/* What holds an address of the host, if its attribute says so. */
static const struct holder {
	const char *tag, *attribute, *value;
	bool source; /* the address is in its <source> */
} holders[] = {
	{ "hostdev", "type", "pci", true },
	{ "interface", "type", "hostdev", true },
	{ "disk", "type", "nvme", true },
	{ "forward", "mode", "hostdev", false },
};

static const struct holder *holder_of(const struct tag *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(holders); i++)
		if (tag_is(t, holders[i].tag))
			return &holders[i];
	return NULL;
}

static bool opens(const struct tag *t, const struct holder *h)
{
	char value[16];

	return !t->closing && !t->empty && attribute(t, h->attribute, value, sizeof(value)) &&
	       strcmp(value, h->value) == 0;
}

static int add_argument(const char *file, const struct tag *t, struct vms *out)
{
	char value[ARGUMENT_LEN];

	return attribute(t, "value", value, sizeof(value)) ? vm_read_argument(file, value, strlen(value), out) : 0;
}

static int add_node(const char *file, const struct tag *t, struct vms *out)
{
	static const char *const tags[] = { "source", "forward", "interface", "pf" };
	char name[VM_FILE_LEN];
	bool is = false;

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		is |= tag_is(t, tags[i]);
	return is && attribute(t, "dev", name, sizeof(name)) ? vms_add_node(file, name, strlen(name), out) : 0;
}

int vm_read_libvirt(const char *file, const char *text, struct vms *out)
{
	const struct holder *in = NULL, *h;
	bool in_source = false;
	struct tag t;

	while (tag_next(&text, &t)) {
		int ret = add_node(file, &t, out);

		h = holder_of(&t);
		if (h)
			in = opens(&t, h) ? h : NULL;
		else if (tag_is(&t, "source"))
			in_source = in && in->source && !t.closing && !t.empty;
		else if (in && (in_source || !in->source) && tag_is(&t, "address"))
			ret = add_address(file, &t, out);
		else if (tag_is(&t, "qemu:arg"))
			ret = add_argument(file, &t, out);
		if (ret < 0)
			return ret;
	}
	return 0;
}
