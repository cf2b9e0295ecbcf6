/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker.h - receiving without the right to load programs: a redirect whose
 * XDP program and map of sockets somebody else has made. Three ways to it:
 *
 *   a map         of the caller's own BPF object, or one that was handed over
 *   a pinned map  by its path in a BPF file system
 *   a broker      a daemon with the capabilities that this program has not:
 *                 zcxskd(8), or the AF_XDP device plugin for Kubernetes
 *
 * The result is given to sockets as zcxsk_socket_opts.redirect, and detached
 * when they are closed; the program itself stays where it is as long as its
 * owner wants. With zcxskd the socket comes from the broker too, so that the
 * program needs no capability at all, and may be in another network namespace
 * than the interface. docs/privileges.md says what each way needs.
 */
#ifndef ZCXSK_BROKER_H
#define ZCXSK_BROKER_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/redirect.h>

/* A connection to a broker. */
struct zcxsk_broker;

ZCXSK_BEGIN_DECLS

/*
 * Makes a redirect of an XSKMAP that a program on the interface redirects to
 * by the number of the receive queue. The descriptor is duplicated and stays
 * the caller's. modes says what the program is: native with zero-copy or
 * native-copy in the set, else generic; 0 looks for it on the interface. Its
 * rules and counters are its owner's: zcxsk_redirect_read_stats() gives
 * -EOPNOTSUPP. Loads and attaches nothing, and detaching it changes nothing on
 * the interface. Needs no capability from Linux 5.19 on, before that CAP_BPF.
 *
 *   -EINVAL  NULL object, unknown modes, or a map of another type
 *   -EBADF   not an open descriptor
 *   -ENODEV  no such interface in this network namespace
 *   -ENOENT  modes is 0 and no XDP program is on the interface
 *   -ENOMEM
 *   others   as the kernel gave them; the error's cause explains
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_from_map(struct zcxsk_redirect **out,
						      const char *ifname, int map_fd,
						      uint32_t modes, struct zcxsk_error *error);

/*
 * The same with the map's path in a BPF file system (BPF_OBJ_GET). Needs the
 * right to read and write that file.
 *
 *   -ENOENT  also: no such path
 *   -EACCES  the file may not be read and written
 *   others   as above
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_from_pinned(struct zcxsk_redirect **out,
							 const char *ifname, const char *path,
							 uint32_t modes, struct zcxsk_error *error);

/*
 * Connects to the unix socket of a broker, finds out which kind it is, and
 * says who we are. timeout_ns bounds this call and, one by one, each later
 * question to the broker; 0 is 10 s, which a card may need for attaching.
 * The broker knows us by the connection: what we have of it is free again when
 * the connection ends, also with a program that is killed. A child shares it;
 * zcxsk_broker_close() ends it for both.
 *
 *   -EINVAL        NULL object, or a path longer than 107 bytes
 *   -ENOENT, -ECONNREFUSED  nobody serves this path
 *   -EACCES        the file mode, or the broker, does not let us in
 *   -EPROTO        what answers is no broker that is known here
 *   -ETIMEDOUT     no answer in time
 *   -ENOMEM
 *   others         as the kernel gave them
 *
 * Blocks until the answer or the deadline. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_broker_connect(struct zcxsk_broker **out, const char *path,
						   uint64_t timeout_ns, struct zcxsk_error *error);

/*
 * Ends the connection. -EBUSY, and nothing done, while a redirect of zcxskd's
 * is there; one of a device plugin does not need the connection any more. NULL
 * is accepted. May block until the deadline. Any thread.
 */
ZCXSK_API int zcxsk_broker_close(struct zcxsk_broker *broker);

/*
 * Descriptor of the connection, for poll and epoll: it becomes readable
 * (EPOLLHUP) when the broker has gone. Programs of zcxskd's leave the
 * interface with it: sending goes on, nothing is received any more. It stays
 * the broker's. Any thread.
 */
ZCXSK_API int zcxsk_broker_fd(const struct zcxsk_broker *broker);

/*
 * Asks the broker for an interface. zcxskd attaches a program by opts, as
 * zcxsk_redirect_attach() would, as far as its policy allows; or has us join
 * one that is there for the same rules. ZCXSK_REDIRECT_TAKE_MANAGEMENT is not
 * for clients. The program of a device plugin takes every packet: opts must be
 * NULL or have no flags, and no rules or `take any`.
 * Sockets on it are made by zcxskd; with a plugin they need CAP_NET_RAW. The
 * rules cannot be swapped, and confirm_ns must be 0.
 *
 *   -EINVAL    NULL object, invalid options, or an error in rules_text
 *   -EACCES    the policy does not allow this user the interface or what a
 *              rule takes; zcxsk_socket_open() gives it for a queue
 *   -E2BIG     rules_text is too complex, or the rules have more bytes in their
 *              normal form than ZCXSK_RULES_TEXT_MAX
 *   -EBUSY     another client's program on it has other rules, or another
 *              program is attached
 *   -EOPNOTSUPP  confirm_ns; rules or flags that a device plugin cannot serve
 *   -ENOTCONN, -EPIPE, -ECONNRESET  the broker has gone
 *   -ETIMEDOUT no answer in time; the connection is of no use any more
 *   others     as zcxsk_redirect_attach() gave them to the broker
 *
 * Blocks until the answer or the deadline. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_from_broker(struct zcxsk_redirect **out,
							 struct zcxsk_broker *broker,
							 const char *ifname,
							 const struct zcxsk_redirect_opts *opts,
							 struct zcxsk_error *error);

/*
 * Has the broker switch a socket to preferred busy polling, which takes
 * CAP_NET_ADMIN: SO_PREFER_BUSY_POLL, SO_BUSY_POLL to so many microseconds,
 * SO_BUSY_POLL_BUDGET to so many packets. It stops zero-copy sending on some
 * drivers, virtio-net among them. socket_fd is that of zcxsk_socket_fd().
 *
 *   -EINVAL  NULL object
 *   -EBADF   not an open descriptor
 *   others   as the kernel gave them to the broker, and as above
 *
 * Blocks until the answer or the deadline. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_broker_busy_poll(struct zcxsk_broker *broker, int socket_fd,
						     uint32_t microseconds, uint32_t budget,
						     struct zcxsk_error *error);

ZCXSK_END_DECLS

#endif
