/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_facts.h - what the kernel says about the machine, as far as the guard needs it.
 * Each table is read at most once for a decision, in the network namespace of the
 * calling thread, and remembers why it could not be read.
 */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_FACTS_H
#define ZCXSK_LIB_REDIRECT_GUARD_FACTS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "redirect/guard_list.h"
#include "redirect_abi.h"

struct guard_address {
	int family; /* AF_INET, AF_INET6 */
	struct redirect_address bytes;
};

/* ---- devices: guard_links.c ---------------------------------------------------- */

/* How a device relates to the packets of the devices below it. */
enum guard_class {
	GUARD_PLAIN,   /* a card, or something else that sends nothing by another device */
	GUARD_STACKED, /* has the packets of its lower device: VLAN, macvlan, ipvlan */
	GUARD_MACSEC,  /* the same, encrypted */
	GUARD_PAIR,    /* what one of the two sends, the other receives: veth */
	GUARD_MASTER,  /* has the packets of its ports: bridge, bond, VRF */
	GUARD_TUNNEL,  /* sends its packets inside others */
	GUARD_STRANGE, /* of an unknown kind, which may do any of this */
};

/* The packets in which a tunnel sends. */
enum guard_outer {
	GUARD_OUTER_PORT, /* UDP to `port` */
	GUARD_OUTER_GRE,
	GUARD_OUTER_IP, /* IP in IP */
	GUARD_OUTER_ESP,
	GUARD_OUTER_PPP,
	GUARD_OUTER_SOCKETS, /* of any socket: a program or a driver sends them */
};

struct guard_link {
	unsigned index;
	unsigned lower;	 /* IFLA_LINK; 0 = none in this namespace */
	unsigned master; /* 0 = none */
	bool up;
	bool has_parent; /* on a bus, so it is a card */
	enum guard_class class;
	char name[IFNAMSIZ];
	char kind[16]; /* "" = none */
	uint16_t vlan; /* of a VLAN device */
	bool any_vlan; /* a bridge that changes tags */
	bool stp;      /* a bridge with the spanning tree protocol */
	bool lacp;     /* a bond or team that may need LACP */
	enum guard_outer outer;
	uint16_t port;		     /* of UDP, of a tunnel; 0 = unknown */
	struct guard_address remote; /* of a tunnel; family 0 = unknown or several */
	unsigned outer_device;	     /* that a tunnel is bound to; 0 = none */
};

/* ---- addresses and routes: guard_routes.c ---------------------------------------- */

struct guard_own_address {
	struct guard_address address;
	unsigned index;
	bool expires; /* it was leased */
};

/* A route to so much of the Internet that it serves as a default route. */
struct guard_default {
	int family;
	unsigned index;
};

struct guard_nexthop {
	uint32_t id;
	unsigned index;	 /* 0 = none */
	uint32_t member; /* of this group: the ID of one of its members; 0 = not a group */
};

#define GUARD_HOPS 16

/* The devices by which packets to an address leave. */
struct guard_hops {
	bool known; /* has been looked up */
	int ret;    /* 0, or why that failed */
	bool local; /* an address of this machine: only lo */
	bool more;  /* not all fit */
	unsigned count;
	unsigned index[GUARD_HOPS];
};

/* ---- sockets: guard_sockets.c ----------------------------------------------------- */

enum guard_ssh {
	GUARD_SSH_OPEN, /* not decided yet */
	GUARD_SSH_NO,
	GUARD_SSH_YES,
	GUARD_SSH_MAYBE, /* who holds it cannot be read */
};

struct guard_socket {
	struct guard_address local, remote;
	uint16_t local_port, remote_port;
	unsigned device; /* that it is bound to; 0 = none */
	uint64_t inode;
	bool listens;
	bool any_local;	    /* local is the wildcard */
	bool both_families; /* an IPv6 socket that may have IPv4, too */
	bool connected;
	enum guard_ssh ssh;
	struct guard_hops hops;
};

struct guard_packet_socket {
	unsigned device; /* 0 = all */
	uint16_t ethertype;
};

/* ---- processes: guard_owners.c ------------------------------------------------------ */

/* A socket of an SSH server or of an ancestor of this process. */
struct guard_owned {
	uint64_t inode;
	bool ancestor;
};

struct guard_facts {
	struct guard_table links;     /* struct guard_link */
	struct guard_table addresses; /* struct guard_own_address */
	struct guard_table defaults;  /* struct guard_default */
	struct guard_table nexthops;  /* struct guard_nexthop */
	struct guard_table tcp, udp;  /* struct guard_socket */
	struct guard_table packet;    /* struct guard_packet_socket */
	struct guard_table ipsec;     /* one item of no content for each association */
	struct guard_table owners;    /* struct guard_owned; ret: a server may be out of sight */
	int ancestors;		      /* 0, or why not all of theirs are known */
};

void guard_facts_free(struct guard_facts *facts);

/* Each reads its table unless that was tried before. Its ret is 0 or -errno. */
const struct guard_table *guard_read_links(struct guard_facts *facts);
const struct guard_table *guard_read_addresses(struct guard_facts *facts);
const struct guard_table *guard_read_defaults(struct guard_facts *facts);
const struct guard_table *guard_read_nexthops(struct guard_facts *facts);
struct guard_table *guard_read_tcp(struct guard_facts *facts);
const struct guard_table *guard_read_udp(struct guard_facts *facts);
const struct guard_table *guard_read_packet(struct guard_facts *facts);
const struct guard_table *guard_read_ipsec(struct guard_facts *facts);
const struct guard_table *guard_read_owners(struct guard_facts *facts);

const struct guard_link *guard_find_link(const struct guard_table *links, unsigned index);

/*
 * Looks up by which devices packets from `from` (NULL: any) to `to` leave, for a socket
 * bound to `device`, unless *hops is known already. Returns hops->ret: 0, or -errno;
 * -ENETUNREACH and -EHOSTUNREACH if there is no route, -EACCES and -EINVAL if the route
 * forbids it or is a black hole.
 */
int guard_look_up(struct guard_facts *facts, const struct guard_address *to,
		  const struct guard_address *from, unsigned device, struct guard_hops *hops);

bool guard_same_address(const struct guard_address *a, const struct guard_address *b);
bool guard_is_loopback(const struct guard_address *a);
bool guard_is_link_local(const struct guard_address *a);
/* From network byte order. IPv4 inside IPv6 becomes IPv4. */
struct guard_address guard_address_of(int family, const void *bytes);
/* The reverse; bytes has 16 bytes, of which IPv4 uses 4. */
void guard_address_bytes(const struct guard_address *a, void *bytes);
const char *guard_address_text(const struct guard_address *a, char *text, size_t size);

#endif
