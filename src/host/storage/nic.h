/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces: which PCI functions carry one, and by which a server is reached. */
#ifndef EARLYBIND_NIC_H
#define EARLYBIND_NIC_H

#include "../../core/compat.h"
#include "chain.h"

/*
 * Adds the PCI functions of an interface: of a bridge, bond, VLAN or PPPoE those of its members, of Open vSwitch those
 * of its ports. 0 or -ENOMEM.
 */
int nic_walk(const struct host *h, const char *interface, const char *text, struct chain_ends *out) _must_check_;
/*
 * Whether an interface that nic_walk() has nothing for may still stand on some network card: a tunnel does. What is of
 * the board does not, and a bridge has its ports alone.
 */
bool nic_is_open(const struct host *h, const char *interface);
/*
 * The interfaces of the route to this address (NULL or "": of any route), and of the default routes alone if
 * `only_default`. That of "fe80::1%3" or "fe80::1%eth0" is the one behind the '%'. 0 or -ENOMEM.
 */
int nic_routes(const struct host *h, const char *server, bool only_default, struct names *out) _must_check_;
/* An interface with a route other than a default one, and those that each has; the first one, "10.0.0.0/24". */
struct nic_network {
	char interface[64], text[64];
};
struct nic_networks {
	struct nic_network *items; /* free() them */
	size_t n;
};
/* 0 or -ENOMEM. */
int nic_networks(const struct host *h, struct nic_networks *out) _must_check_;
/* The ports of Open vSwitch. 0 or -ENOMEM. */
int nic_ports(const struct host *h, struct names *out) _must_check_;
/*
 * What the interface is a member of ("br0", "ovs-system"), and the first that stands on it (a VLAN, a macvlan): it
 * links to them (net/core/dev.c: netdev_adjacent_sysfs_add). False: nothing.
 */
bool nic_master(const struct host *h, const char *interface, char master[64]);
bool nic_upper(const struct host *h, const char *interface, char upper[64]);
/* The interface of the network, without a gateway, that an address of this machine is in. 0 or -ENOMEM. */
int nic_of_own(const struct host *h, const char *own, struct names *out) _must_check_;
/* Whether a server is named by its address, so that nic_routes() can tell the way to it. */
bool nic_is_address(const char *text);
/* The interface with this name or hardware address ("52:54:00:aa:bb:cc", "01-52-54-..."); false: none. */
bool nic_find(const struct host *h, const char *name, char out[64]);

#endif
