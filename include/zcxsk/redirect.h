/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect.h - the BPF side: a small XDP program on an interface that sends
 * chosen packets to the sockets of this program and passes all others to the
 * kernel unchanged.
 *
 * The program is attached by a bpf_link (BPF_LINK_CREATE), so the kernel
 * removes it when the process ends, however it ends. If libxdp's dispatcher is
 * on the interface already, or with ZCXSK_REDIRECT_COEXIST, the program is
 * added to the dispatcher instead. There the program of a killed process stays
 * until the next attach through this library, which removes it. Another program's
 * XDP program is never replaced. The sockets are entries of an XSKMAP.
 *
 * The rules can be swapped while packets flow, and rules can be provisional: if
 * they are not confirmed in time, the previous rules apply again. The BPF
 * program enforces that with its own clock (bpf_ktime_get_ns), even if the
 * process is stopped or dead.
 */
#ifndef ZCXSK_REDIRECT_H
#define ZCXSK_REDIRECT_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/mode.h>
#include <zcxsk/rule.h>

struct zcxsk_redirect;

/* Uses libxdp's dispatcher, so that other XDP programs can be attached too. */
#define ZCXSK_REDIRECT_COEXIST 4u

/*
 * Packets that this machine needs to be reached, and that rules are refused for
 * with -EPERM unless the kind is given up: bits of `give_up` in the options. The
 * kernel's own tables decide what is needed: sockets, routes, devices. A fact
 * that cannot be read counts against the rules that it matters for.
 */
#define ZCXSK_GIVE_UP_SSH 1ull	      /* SSH connections, and new ones */
#define ZCXSK_GIVE_UP_ARP 2ull	      /* ARP */
#define ZCXSK_GIVE_UP_ND 4ull	      /* IPv6 neighbour and router discovery */
#define ZCXSK_GIVE_UP_DHCP 8ull	      /* replies to a client of DHCP or DHCPv6 */
#define ZCXSK_GIVE_UP_PMTU 16ull      /* path MTU messages: ICMP type 3, ICMPv6 type 2 */
#define ZCXSK_GIVE_UP_MULTICAST 32ull /* IGMP and MLD */
#define ZCXSK_GIVE_UP_TUNNELS 64ull   /* outer packets of tunnels and IPsec */
#define ZCXSK_GIVE_UP_LACP 128ull     /* LACP of a bond or team */
#define ZCXSK_GIVE_UP_STP 256ull      /* the spanning tree protocol of a bridge */
#define ZCXSK_GIVE_UP_8021X 512ull    /* 802.1X port authentication */
/*
 * The whole machine, on a card that it needs: zero-copy, demanded as the only mode, on a
 * kernel with a fault that can wedge the network stack (docs/pitfalls.md)
 */
#define ZCXSK_GIVE_UP_MACHINE 1024ull
#define ZCXSK_GIVE_UP_ALL UINT64_MAX /* all, also kinds that later versions add */

struct zcxsk_redirect_opts {
	size_t size;	/* sizeof(struct zcxsk_redirect_opts) */
	uint32_t flags; /* ZCXSK_REDIRECT_* */
	/*
	 * Modes that the caller accepts for sockets on it: native XDP is tried if
	 * zero-copy or native-copy is in the set, generic XDP if generic-copy is. 0 =
	 * all.
	 */
	uint32_t modes;
	/*
	 * The packets to take, as a text for zcxsk_rules_parse() or as a compiled
	 * set, not both; "take any" takes every packet. Both NULL = every packet
	 * passes to the kernel. The library keeps its own copy.
	 */
	const char *rules_text;
	const struct zcxsk_rules *rules;
	/*
	 * Nanoseconds, at most ZCXSK_CONFIRM_MAX_NS, after which the rules end
	 * unless zcxsk_redirect_confirm() is called. 0 = they do not end.
	 */
	uint64_t confirm_ns;
	/* Needed packets that the rules may take, ZCXSK_GIVE_UP_*; 0 = none. */
	uint64_t give_up;
};

#define ZCXSK_CONFIRM_MAX_NS 86400000000000ull /* a day */

/* How the program is attached to the interface. */
enum zcxsk_attach {
	ZCXSK_ATTACH_NATIVE = 1,     /* bpf_link, in the driver */
	ZCXSK_ATTACH_GENERIC = 2,    /* bpf_link, after the driver */
	ZCXSK_ATTACH_DISPATCHER = 3, /* libxdp's dispatcher, in the driver */
	ZCXSK_ATTACH_DISPATCHER_GENERIC = 4,
};

/*
 * Packets that the XDP program saw, summed over the CPUs. Each is counted in
 * exactly one field.
 */
struct zcxsk_redirect_stats {
	size_t size;	     /* sizeof(struct zcxsk_redirect_stats) */
	uint64_t redirected; /* matched a take rule, went to the socket of their queue */
	uint64_t passed;     /* matched no rule, or a pass rule first; went to the kernel */
	/* Matched a take rule on a queue without a socket, so they went to the kernel. */
	uint64_t matched_no_socket;
};

ZCXSK_BEGIN_DECLS

/* Zeroes *opts and sets its size. */
ZCXSK_INLINE void zcxsk_redirect_opts_init(struct zcxsk_redirect_opts *opts)
{
	memset(opts, 0, sizeof(*opts));
	opts->size = sizeof(*opts);
}

/* Zeroes *stats and sets its size. */
ZCXSK_INLINE void zcxsk_redirect_stats_init(struct zcxsk_redirect_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
}

/*
 * Loads the program and attaches it to the interface, given by its own or an
 * alternative name. Signals to this thread wait meanwhile. Until a socket is opened
 * with it, every packet passes. Needs CAP_NET_ADMIN and CAP_BPF, and
 * CAP_PERFMON if the verifier requires it (6.1 to 6.18; not 7.3). broker.h
 * needs fewer.
 *
 *   -EINVAL      NULL object, invalid options, an error in rules_text (the cause
 *                names line and column), an MTU above what the driver receives
 *                with native XDP
 *   -E2BIG       rules_text is too long or too complex, see zcxsk_rules_parse();
 *                or the dispatcher is full
 *   -ENODEV      no such interface in this network namespace
 *   -EBUSY       another XDP program is attached; it is left alone
 *   -EPERM       a capability is missing, or the rules may take packets that this
 *                machine needs, see ZCXSK_GIVE_UP_SSH; the cause names them
 *   -EOPNOTSUPP  the driver or its present settings do not allow this kind of XDP,
 *                or the packets have no Ethernet header
 *   -EAGAIN      the interface is renamed all the time
 *   others       as the kernel returned them; the error's cause explains
 *
 * Blocks while the driver reconfigures itself (milliseconds; on some network
 * cards, seconds). Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_attach(struct zcxsk_redirect **out, const char *ifname,
						    const struct zcxsk_redirect_opts *opts,
						    struct zcxsk_error *error);

/*
 * Detaches the program from the interface. Returns -EBUSY and does nothing
 * while a socket uses it; also does nothing, and returns libxdp's errno, if the
 * dispatcher could not be changed. On kernels with a known fault (docs/pitfalls.md) it waits
 * up to a second until the driver has released the queues of closed zero-copy sockets, and
 * returns -EDEADLK and does nothing if the interface is down and another process holds one, or
 * that cannot be told: the kernel would keep its network lock for ever. NULL is accepted. May block
 * like attaching. Any thread.
 */
ZCXSK_API int zcxsk_redirect_detach(struct zcxsk_redirect *redirect);

/*
 * Detaches the program and attaches it again, with the same rules, counters and
 * sockets: for a driver that has ceased to run it, see ZCXSK_EVENT_PROGRAM_SILENT.
 * Meanwhile packets pass to the kernel, or are lost while the driver resets itself.
 * Uses BPF_LINK_DETACH and BPF_LINK_CREATE.
 *
 *   -EINVAL      NULL
 *   -EBUSY       a zero-copy socket uses it: close that, and open it again
 *   -EDEADLK     as for detaching; nothing was done
 *   -EOPNOTSUPP  the program is in a dispatcher, or another program owns it (broker.h)
 *   others       as attaching returns them, with the program not attached; may be
 *                called again
 *
 * Blocks as attaching does. Any thread, one at a time.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_reattach(struct zcxsk_redirect *redirect,
						      struct zcxsk_error *error);

/*
 * Replaces the rules, at once and for all packets: each packet is checked
 * against either the old or the new rules, and none is lost. `rules_text`,
 * `rules`, `flags`, `confirm_ns` and `give_up` of opts are as for attaching;
 * ZCXSK_REDIRECT_COEXIST and `modes` must be 0. Hit counters start at 0.
 * Replaced provisional rules never apply again; new provisional rules fall back
 * to the last permanent or confirmed ones.
 *
 *   -EINVAL, -E2BIG  NULL, invalid options or rules; the old rules stay in force
 *   -EPERM       as for attaching; the old rules stay in force
 *   -ENODEV      the interface is not in the network namespace of the thread
 *   -EOPNOTSUPP  another program owns the XDP program (broker.h)
 *   -ENOMEM      out of memory
 *   others       as the kernel returned them (BPF_MAP_CREATE,
 *                BPF_MAP_UPDATE_ELEM); the old rules stay in force
 *
 * Waits until no packet is being checked against the old rules (an RCU grace
 * period, some ms). Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_swap(struct zcxsk_redirect *redirect,
						  const struct zcxsk_redirect_opts *opts,
						  struct zcxsk_error *error);

/*
 * Asks again whether the rules in force take packets that this machine needs and
 * that were not given up with them, as an address, a route, a connection or a
 * device may have appeared since. 0 = they do not; the rules stay in force in any
 * case. To be called about once a second; it costs as much as the rules are
 * close to what is needed, from nothing to some netlink dumps.
 *
 *   -EPERM       they do; the cause names the packets
 *   -EINVAL      NULL
 *   -ENODEV      the interface is not in the network namespace of the thread
 *   -EOPNOTSUPP  another program owns the XDP program (broker.h)
 *   -ENOMEM      out of memory
 *
 * Waits for the kernel's answers (sock_diag, rtnetlink, /proc). Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_check(struct zcxsk_redirect *redirect,
						   struct zcxsk_error *error);

/*
 * Reads kinds of packets to give up: the words ssh, arp, nd, dhcp, pmtu, multicast,
 * tunnels, lacp, stp, 802.1x, machine and all, with commas between them. 0, or -EINVAL for
 * NULL or an unknown word. Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_give_up_parse(uint64_t *give_up, const char *text,
						  struct zcxsk_error *error);

/*
 * The reverse: writes the words into buf, terminated and truncated to size bytes,
 * nothing for unknown bits. Returns the length of the whole text, like snprintf.
 * Does not block. Any thread.
 */
ZCXSK_API size_t zcxsk_give_up_text(uint64_t give_up, char *buf, size_t size);

/*
 * Makes provisional rules permanent. 0, also if they are permanent already;
 * -ETIMEDOUT if the time is over and the previous rules apply again; -EINVAL
 * for NULL; errors of the map update as the kernel returned them. Does not
 * block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_confirm(struct zcxsk_redirect *redirect);

/*
 * The rules in force, or NULL if there are none. The redirect owns them; they
 * are valid until it swaps or is detached. Does not block. Any thread.
 */
ZCXSK_API const struct zcxsk_rules *zcxsk_redirect_rules(struct zcxsk_redirect *redirect);

/*
 * How many packets each of the first `count` rules in force has decided, taken
 * or passed, since the rules were put in force, summed over the CPUs. -EINVAL
 * for NULL or if there are fewer rules; -EOPNOTSUPP if another program owns the
 * XDP program; -ENOMEM; errors of the map lookup as the kernel returned them.
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_read_hits(struct zcxsk_redirect *redirect,
						       uint64_t *hits, uint32_t count);

/* How the program was attached. Any thread. */
ZCXSK_API enum zcxsk_attach zcxsk_redirect_attached(const struct zcxsk_redirect *redirect);

/*
 * Number of queues that can have sockets: those that both receive and transmit,
 * counted before attaching, because some drivers add queues for XDP on which a
 * socket never sends. Any thread.
 */
ZCXSK_API uint32_t zcxsk_redirect_queues(const struct zcxsk_redirect *redirect);

/*
 * Reads the counters. -EINVAL for NULL or a wrong size, -EOPNOTSUPP if another
 * program owns the XDP program (broker.h); errors of the map lookup as the
 * kernel returned them. Does not block. Any thread.
 */
ZCXSK_API int zcxsk_redirect_read_stats(const struct zcxsk_redirect *redirect,
					struct zcxsk_redirect_stats *stats);

ZCXSK_END_DECLS

#endif
