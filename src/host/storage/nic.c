/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nic.h"

#include <arpa/inet.h>
#include <strings.h>

#include "../../core/array.h"

#define NET "sys/class/net"
#define DEPTH 8
#define ROUTES_MAX (8u << 20)
#define UEVENT_MAX 65536
#define SWITCH "ovs-system" /* the master of each port of Open vSwitch: net/openvswitch/vport-netdev.c */

/* include/uapi/linux/route.h */
#define RTF_UP 0x0001
#define RTF_GATEWAY 0x0002
#define RTF_REJECT 0x0200

static int walk(const struct host *h, const char *name, const struct chain_end *end, struct chain_ends *out, int depth);

/* net/core/dev.c: netdev_adjacent_sysfs_add: an interface that stands on others links to them as lower_NAME. */
static int walk_lower(const struct host *h, const char *folder, const struct chain_end *end, struct chain_ends *out,
		      int depth)
{
	_cleanup_(names_free) struct names names = { 0 };
	int error = sysroot_list_any(h->root, folder, &names);

	for (size_t i = 0; i < names.n && !error; i++) {
		const char *lower = names.items[i] + strlen("lower_");
		struct chain_end next = *end;

		if (strncmp(names.items[i], "lower_", strlen("lower_")) != 0)
			continue;
		chain_extend(&next, ", on %s", lower);
		error = walk(h, lower, &next, out, depth);
	}
	return error;
}

/* drivers/net/ppp/pppoe.c: "Id Address Device", and a line a session: not of which interface. */
static int walk_pppoe(const struct host *h, const struct chain_end *end, struct chain_ends *out, int depth)
{
	char *text, *rest, *line;
	size_t len;
	int error = sysroot_read_all(h->root, "proc/net/pppoe", ROUTES_MAX, &text, &len);

	if (error)
		return error == -ENOMEM ? error : 0;
	for (rest = text; !error && (line = strsep(&rest, "\n"));) {
		struct chain_end below = *end;
		char device[64];

		if (sscanf(line, "%*s %*17[0-9a-fA-F:] %63s", device) != 1)
			continue;
		chain_extend(&below, ", on %s", device);
		error = walk(h, device, &below, out, depth);
	}
	free(text);
	return error;
}

bool nic_master(const struct host *h, const char *interface, char master[64])
{
	char path[PATH_BYTES], link[PATH_BYTES];
	const char *slash;

	if (snprintf(path, sizeof(path), NET "/%s/master", interface) >= (int)sizeof(path) ||
	    sysroot_readlink(h->root, path, link, sizeof(link)) < 0)
		return false;
	slash = strrchr(link, '/');
	return snprintf(master, 64, "%s", slash ? slash + 1 : link) < 64;
}

bool nic_upper(const struct host *h, const char *interface, char upper[64])
{
	char path[PATH_BYTES];
	_cleanup_(names_free) struct names names = { 0 };

	if (snprintf(path, sizeof(path), NET "/%s", interface) >= (int)sizeof(path) ||
	    sysroot_list_any(h->root, path, &names))
		return false;
	for (size_t i = 0; i < names.n; i++)
		if (strncmp(names.items[i], "upper_", strlen("upper_")) == 0)
			return snprintf(upper, 64, "%s", names.items[i] + strlen("upper_")) < 64;
	return false;
}

int nic_ports(const struct host *h, struct names *out)
{
	_cleanup_(names_free) struct names names = { 0 };
	char master[64];
	int error = sysroot_exists(h->root, NET "/" SWITCH) ? sysroot_list_any(h->root, NET, &names) : 0;

	for (size_t i = 0; i < names.n && !error; i++)
		if (nic_master(h, names.items[i], master) && strcmp(master, SWITCH) == 0)
			error = names_add(out, names.items[i]);
	return error;
}

/*
 * Open vSwitch's own interfaces look like dummy ones; those of programs, tunnels and so on tell what they are. A port
 * of the switch does not stand on the others.
 */
static bool may_be_of_switch(const struct host *h, const char *name)
{
	char path[PATH_BYTES], *text;
	size_t len;
	bool typed;

	if (!h->ports.n || names_has(&h->ports, name) ||
	    snprintf(path, sizeof(path), NET "/%s/tun_flags", name) >= (int)sizeof(path) ||
	    sysroot_exists(h->root, path))
		return false;
	snprintf(path, sizeof(path), NET "/%s/uevent", name);
	if (sysroot_read_all(h->root, path, UEVENT_MAX, &text, &len))
		return true;
	typed = strncmp(text, "DEVTYPE=", 8) == 0 || strstr(text, "\nDEVTYPE=");
	free(text);
	return !typed;
}

/*
 * What an interface of Open vSwitch stands on: the ports of the switch, which all have one master. Which bridge of it a
 * port is in only its daemon knows.
 */
static int walk_switch(const struct host *h, const char *name, const struct chain_end *end, struct chain_ends *out,
		       int depth)
{
	size_t n = may_be_of_switch(h, name) ? h->ports.n : 0;
	int error = 0;

	for (size_t i = 0; i < n && !error; i++) {
		struct chain_end next = *end;

		chain_extend(&next, ", on %s of Open vSwitch", h->ports.items[i]);
		error = walk(h, h->ports.items[i], &next, out, depth);
	}
	return error;
}

/* 0 or -ENOMEM. */
static int walk(const struct host *h, const char *name, const struct chain_end *end, struct chain_ends *out, int depth)
{
	char path[PATH_BYTES], link[PATH_BYTES];
	size_t before = out->n;
	int found, error;

	if (depth == 0 || snprintf(path, sizeof(path), NET "/%s", name) >= (int)sizeof(path) ||
	    sysroot_readlink(h->root, path, link, sizeof(link)) < 0)
		return 0;
	found = chain_of_directory(h, link, end, out);
	if (found)
		return found < 0 ? found : 0;
	if (strncmp(name, "ppp", 3) == 0)
		return walk_pppoe(h, end, out, depth - 1);
	error = walk_lower(h, path, end, out, depth - 1);
	return error || out->n > before ? error : walk_switch(h, name, end, out, depth - 1);
}

bool nic_is_open(const struct host *h, const char *interface)
{
	char path[PATH_BYTES], link[PATH_BYTES];
	struct names ports;

	snprintf(path, sizeof(path), NET "/%s/bridge", interface);
	if (sysroot_list(h->root, path, &ports) == 0) {
		names_free(&ports);
		return false;
	}
	*strrchr(path, '/') = '\0';
	return sysroot_readlink(h->root, path, link, sizeof(link)) < 0 || strstr(link, "/virtual/");
}

int nic_walk(const struct host *h, const char *interface, const char *text, struct chain_ends *out)
{
	struct chain_end end = { .device = -1 };

	snprintf(end.text, sizeof(end.text), "%s", text);
	return walk(h, interface, &end, out, DEPTH);
}

struct route {
	char interface[64];
	unsigned char destination[16];
	unsigned bits; /* of the prefix */
	bool v6;
	bool gateway;
};

/* net/ipv4/fib_trie.c: fib_route_seq_show: addresses are numbers in the byte order of the machine. */
static bool read_ipv4(const char *line, struct route *r)
{
	unsigned destination, mask, flags;

	if (sscanf(line, "%63s %x %*x %x %*d %*d %*d %x", r->interface, &destination, &flags, &mask) != 4 ||
	    !(flags & RTF_UP) || (flags & RTF_REJECT))
		return false;
	memcpy(r->destination, &destination, sizeof(destination));
	r->gateway = flags & RTF_GATEWAY;
	r->bits = (unsigned)__builtin_popcount(mask);
	return true;
}

/* net/ipv6/route.c: rt6_info_route: destination, prefix length, source, its length, gateway, metric, ..., flags, device
 */
static bool read_ipv6(const char *line, struct route *r)
{
	char destination[33];
	unsigned flags;

	if (sscanf(line, "%32[0-9a-f] %x %*s %*x %*s %*x %*x %*x %x %63s", destination, &r->bits, &flags,
		   r->interface) != 4 ||
	    !(flags & RTF_UP) || (flags & RTF_REJECT))
		return false;
	r->gateway = flags & RTF_GATEWAY;
	r->v6 = true;
	for (unsigned i = 0; i < 16; i++)
		sscanf(destination + 2 * i, "%2hhx", &r->destination[i]);
	return true;
}

static bool covers(const struct route *r, const unsigned char *address)
{
	unsigned whole = r->bits / 8, rest = r->bits % 8;

	return memcmp(r->destination, address, whole) == 0 &&
	       (!rest || !((r->destination[whole] ^ address[whole]) >> (8 - rest)));
}

/* fe80::/10, ff00::/8 and 169.254/16: each interface that is up has these, whatever is behind it. */
static bool of_every_link(const struct route *r)
{
	if (!r->v6)
		return r->bits >= 16 && r->destination[0] == 169 && r->destination[1] == 254;
	return r->bits >= 8 &&
	       (r->destination[0] == 0xff || (r->destination[0] == 0xfe && (r->destination[1] & 0xc0) == 0x80));
}

struct search {
	unsigned char address[16];
	bool any; /* no address: any but those of every link */
	bool only_default;
	bool only_connected; /* without a gateway */
	struct names *out;
	unsigned best; /* 1 + bits of the longest prefix so far */
};

/* Of several routes to an address the longest prefix counts, and all interfaces that have it. */
static int take(const struct route *r, void *arg)
{
	struct search *s = arg;

	if (strcmp(r->interface, "lo") == 0 || (s->only_default && r->bits) || (!s->any && !covers(r, s->address)))
		return 0;
	if (s->only_connected && (r->gateway || !r->bits))
		return 0;
	if (s->any ? of_every_link(r) : r->bits + 1 < s->best)
		return 0;
	if (!s->any && r->bits + 1 > s->best)
		names_free(s->out);
	s->best = r->bits + 1;
	return names_has(s->out, r->interface) ? 0 : names_add(s->out, r->interface);
}

typedef bool read_route(const char *line, struct route *r);

/* Calls each(route, arg). */
static int read_routes(const struct host *h, const char *path, read_route *read,
		       int (*each)(const struct route *r, void *arg), void *arg)
{
	char *text, *rest, *line;
	size_t len;
	int error = sysroot_read_all(h->root, path, ROUTES_MAX, &text, &len);

	if (error)
		return error == -ENOMEM ? error : 0;
	for (rest = text; !error && (line = strsep(&rest, "\n"));) {
		struct route route = { 0 };

		if (read(line, &route))
			error = each(&route, arg);
	}
	free(text);
	return error;
}

/* The interface that is the scope of a link-local address: its name, or its number. */
static int add_scope(const struct host *h, const char *scope, struct names *out)
{
	char text[32];
	_cleanup_(names_free) struct names names = { 0 };
	int error = sysroot_list_any(h->root, NET, &names);

	for (size_t i = 0; i < names.n && !error; i++) {
		if (strcmp(names.items[i], scope) == 0 ||
		    (sysroot_read_line(h->root, text, sizeof(text), NET "/%s/ifindex", names.items[i]) &&
		     strcmp(text, scope) == 0))
			error = names_add(out, names.items[i]);
	}
	return error;
}

bool nic_is_address(const char *text)
{
	unsigned char address[16];

	return strchr(text, '%') || inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static int find(const struct host *h, const char *server, struct search *s)
{
	const char *scope = server ? strchr(server, '%') : NULL;
	bool v4 = server && inet_pton(AF_INET, server, s->address) == 1;
	bool v6 = server && !v4 && inet_pton(AF_INET6, server, s->address) == 1;
	int error = 0;

	memset(s->out, 0, sizeof(*s->out));
	if (scope)
		return add_scope(h, scope + 1, s->out);
	s->any = !v4 && !v6;
	if (!v6)
		error = read_routes(h, "proc/net/route", read_ipv4, take, s);
	if (!error && !v4)
		error = read_routes(h, "proc/net/ipv6_route", read_ipv6, take, s);
	return error;
}

int nic_routes(const struct host *h, const char *server, bool only_default, struct names *out)
{
	struct search s = { .only_default = only_default, .out = out };

	return find(h, server, &s);
}

static int take_network(const struct route *r, void *arg)
{
	struct nic_networks *out = arg;
	struct nic_network network;
	char address[INET6_ADDRSTRLEN];

	if (!r->bits || of_every_link(r) || strcmp(r->interface, "lo") == 0)
		return 0;
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->items[i].interface, r->interface) == 0)
			return 0;
	memcpy(network.interface, r->interface, sizeof(network.interface));
	snprintf(network.text, sizeof(network.text), "%s/%u",
		 inet_ntop(r->v6 ? AF_INET6 : AF_INET, r->destination, address, sizeof(address)), r->bits);
	return array_add(&out->items, &out->n, &network, sizeof(network));
}

int nic_networks(const struct host *h, struct nic_networks *out)
{
	int error;

	*out = (struct nic_networks){ 0 };
	error = read_routes(h, "proc/net/route", read_ipv4, take_network, out);
	return error ? error : read_routes(h, "proc/net/ipv6_route", read_ipv6, take_network, out);
}

int nic_of_own(const struct host *h, const char *own, struct names *out)
{
	struct search s = { .only_connected = true, .out = out };

	return nic_is_address(own) ? find(h, own, &s) : 0;
}

static bool same_mac(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? ':' : *a) != (*b == '-' ? ':' : *b) && strncasecmp(a, b, 1) != 0)
			return false;
	return *a == *b;
}

bool nic_find(const struct host *h, const char *name, char out[64])
{
	char mac[64];
	_cleanup_(names_free) struct names names = { 0 };
	bool found = false;

	if (sysroot_list(h->root, NET, &names) < 0)
		return false;
	/* BOOTIF= has the hardware type in front: pxelinux. */
	if (strlen(name) == 20)
		name += 3;
	for (size_t i = 0; i < names.n && !found; i++) {
		sysroot_read_line(h->root, mac, sizeof(mac), NET "/%s/address", names.items[i]);
		found = strcmp(names.items[i], name) == 0 || (*mac && same_mac(mac, name));
		if (found)
			snprintf(out, 64, "%s", names.items[i]);
	}
	return found;
}
