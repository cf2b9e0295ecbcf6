/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect.h - the BPF side: a small XDP program on an interface that hands
 * chosen packets to the sockets of this program and lets everything else pass
 * to the kernel as if nothing were there.
 *
 * The program is attached by a bpf_link (BPF_LINK_CREATE), so the kernel removes
 * it when the process ends, however it ends. Where libxdp's dispatcher is on
 * the interface already, or when asked to coexist, the program is added to the
 * dispatcher instead; a dispatcher entry outlives a killed process. A program
 * that somebody else attached is never replaced. Sockets stand in an XSKMAP.
 *
 * The rules in force can be swapped for others while packets flow, and a set of
 * rules can be given provisionally: unless it is confirmed in time the set
 * before it is in force again. The BPF program sees to that by its own clock
 * (bpf_ktime_get_ns), whatever has become of the process.
 */
#ifndef ZCXSK_REDIRECT_H
#define ZCXSK_REDIRECT_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/mode.h>
#include <zcxsk/rule.h>

struct zcxsk_redirect;

/*
 * Allows rules that take management traffic from the interface that carries the
 * default route or the current SSH connection: TCP to port 22 of the machine's
 * own addresses, that SSH connection, ARP, IPv6 neighbour discovery, and DHCP
 * replies. Without this flag such rules are refused with -EPERM.
 */
#define ZCXSK_REDIRECT_TAKE_MANAGEMENT 2u
/* Uses libxdp's dispatcher, so that other XDP programs can be attached too. */
#define ZCXSK_REDIRECT_COEXIST 4u

struct zcxsk_redirect_opts {
	size_t size;	/* sizeof(struct zcxsk_redirect_opts) */
	uint32_t flags; /* ZCXSK_REDIRECT_* */
	/*
	 * Modes the caller will accept for sockets on it: native XDP is tried
	 * when zero-copy or native-copy is in the set, generic XDP when
	 * generic-copy is. 0 = all.
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
};

#define ZCXSK_CONFIRM_MAX_NS 86400000000000ull /* a day */

/* How the program got onto the interface. */
enum zcxsk_attach {
	ZCXSK_ATTACH_NATIVE = 1,     /* bpf_link, in the driver */
	ZCXSK_ATTACH_GENERIC = 2,    /* bpf_link, after the driver */
	ZCXSK_ATTACH_DISPATCHER = 3, /* libxdp's dispatcher, in the driver */
	ZCXSK_ATTACH_DISPATCHER_GENERIC = 4,
};

/* Counted by the BPF program, summed over the processors. */
struct zcxsk_redirect_stats {
	size_t size;		    /* sizeof(struct zcxsk_redirect_stats) */
	uint64_t redirected;	    /* handed to a socket's queue */
	uint64_t passed;	    /* matched no rule, went to the kernel */
	uint64_t matched_no_socket; /* matched, but the queue has no socket: passed */
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
 * Loads the program and attaches it to the interface. Until a socket is opened
 * with it, every packet passes. Needs CAP_NET_ADMIN and CAP_BPF, and
 * CAP_PERFMON where the verifier asks for it (6.1 to 6.18; not 7.3). broker.h does without.
 *
 *   -EINVAL      NULL object, invalid options, an error in rules_text (the cause
 *                names line and column), an MTU above what the driver receives
 *                with native XDP
 *   -E2BIG       rules_text is too long or too complex, see zcxsk_rules_parse()
 *   -ENODEV      no such interface in this network namespace
 *   -EBUSY       another XDP program is attached; it is left alone
 *   -EPERM       a capability is missing, or the rules may cut this machine
 *                off, see ZCXSK_REDIRECT_TAKE_MANAGEMENT
 *   -EOPNOTSUPP  the driver or its present settings allow no such XDP
 *   others       as the kernel gave them; the error's cause explains
 *
 * Blocks while the driver reconfigures itself (milliseconds to, on some
 * cards, seconds). Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_attach(struct zcxsk_redirect **out, const char *ifname,
						    const struct zcxsk_redirect_opts *opts,
						    struct zcxsk_error *error);

/*
 * Takes the program off the interface. -EBUSY, and nothing done, while a
 * socket uses it; also nothing done, and the errno as libxdp gave it, when the
 * dispatcher could not be changed. NULL is accepted. May block like attach.
 * Any thread.
 */
ZCXSK_API int zcxsk_redirect_detach(struct zcxsk_redirect *redirect);

/*
 * Puts other rules in force, at once and for all packets: each is looked at by
 * the old set or by the new one, and none is lost. `rules_text`, `rules`, `flags`
 * and `confirm_ns` of opts are as for attaching; ZCXSK_REDIRECT_COEXIST and `modes`
 * must be 0. Hit counters start at 0. A set that was provisional and has been
 * replaced is never in force again; what a provisional one falls back to is the
 * last that was for good or confirmed.
 *
 *   -EINVAL, -E2BIG  NULL, invalid options or rules; the old rules stay in force
 *   -EPERM       as for attaching; the old rules stay in force
 *   -ENODEV      the interface is not in the network namespace of the thread
 *   -EOPNOTSUPP  the program is somebody else's (broker.h)
 *   -ENOMEM      likewise
 *   others       as the kernel gave them (BPF_MAP_CREATE, BPF_MAP_UPDATE_ELEM);
 *                the old rules stay in force
 *
 * Waits until no packet is being looked at by the old set (an RCU grace period,
 * some ms). Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_swap(struct zcxsk_redirect *redirect,
						  const struct zcxsk_redirect_opts *opts,
						  struct zcxsk_error *error);

/*
 * Makes provisional rules hold for good. 0, also when they do already;
 * -ETIMEDOUT when the time is over and the rules before them are in force
 * again; -EINVAL for NULL; errors of the map update as the kernel gave them.
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_confirm(struct zcxsk_redirect *redirect);

/*
 * The rules in force; NULL when there are none. They stay the redirect's, until
 * it swaps or is detached. Does not block. Any thread.
 */
ZCXSK_API const struct zcxsk_rules *zcxsk_redirect_rules(struct zcxsk_redirect *redirect);

/*
 * Packets that each of the first `count` rules in force has decided, taken or
 * passed, since the set was put in force, summed over the processors. -EINVAL
 * for NULL or when there are fewer rules; -EOPNOTSUPP where the program is
 * somebody else's; -ENOMEM; errors of the map lookup as the kernel gave them.
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_read_hits(struct zcxsk_redirect *redirect,
						       uint64_t *hits, uint32_t count);

/* How it was attached. Any thread. */
ZCXSK_API enum zcxsk_attach zcxsk_redirect_attached(const struct zcxsk_redirect *redirect);

/*
 * Queues that can carry sockets: both receive and transmit queues, counted
 * before attaching, since some drivers add queues of their own for XDP on
 * which a socket never sends. Any thread.
 */
ZCXSK_API uint32_t zcxsk_redirect_queues(const struct zcxsk_redirect *redirect);

/*
 * Reads the counters. -EINVAL for NULL or a wrong size, -EOPNOTSUPP where the
 * program is somebody else's (broker.h); errors of the map lookup as the kernel
 * gave them. Does not block. Any thread.
 */
ZCXSK_API int zcxsk_redirect_read_stats(const struct zcxsk_redirect *redirect,
					struct zcxsk_redirect_stats *stats);

ZCXSK_END_DECLS

#endif
