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
 */
#ifndef ZCXSK_REDIRECT_H
#define ZCXSK_REDIRECT_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/mode.h>
#include <zcxsk/rule.h>

struct zcxsk_redirect;

/* Take every packet of queues that have a socket. */
#define ZCXSK_REDIRECT_TAKE_ALL 1u
/*
 * The explicit yes to taking everything from the interface that carries the
 * default route or the current SSH connection.
 */
#define ZCXSK_REDIRECT_TAKE_MANAGEMENT 2u
/* Use libxdp's dispatcher, so that other XDP programs can be attached too. */
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
	const struct zcxsk_rule *rules; /* any one that matches takes */
	uint32_t rule_count;		/* 0 = everything passes */
	uint32_t reserved;		/* zero */
};

/* How the program got onto the interface. */
enum zcxsk_attach {
	ZCXSK_ATTACH_NATIVE = 1,     /* bpf_link, in the driver */
	ZCXSK_ATTACH_GENERIC = 2,    /* bpf_link, after the driver */
	ZCXSK_ATTACH_DISPATCHER = 3, /* libxdp's dispatcher, in the driver */
	ZCXSK_ATTACH_DISPATCHER_GENERIC = 4,
};

/* Counted by the BPF program, summed over the processors. */
struct zcxsk_redirect_stats {
	size_t size;	     /* sizeof(struct zcxsk_redirect_stats) */
	uint64_t redirected; /* handed to a socket's queue */
	uint64_t passed;     /* matched no rule, went to the kernel */
	uint64_t no_socket;  /* matched, but the queue has no socket: passed */
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
 * CAP_PERFMON where the verifier asks for it (6.18; not 7.3). broker.h does without.
 *
 *   -EINVAL      NULL object, bad options, too many rules, an empty rule
 *   -ENODEV      no such interface in this network namespace
 *   -EBUSY       another XDP program is attached; it is left alone
 *   -EPERM       capability missing, or ZCXSK_REDIRECT_TAKE_ALL on the
 *                interface that carries the default route or the SSH
 *                connection without ZCXSK_REDIRECT_TAKE_MANAGEMENT
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
