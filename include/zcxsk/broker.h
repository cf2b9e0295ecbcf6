/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker.h - receiving without the permission to load BPF programs: a redirect
 * that uses another program's XDP program and XSKMAP. There are three ways to
 * get one:
 *
 *   a map         of the caller's own BPF object, or received from another process
 *   a pinned map  by its path in a BPF file system
 *   a broker      a daemon with the capabilities that this program lacks:
 *                 zcxskd(8), or the AF_XDP device plugin for Kubernetes
 *
 * Pass the redirect to sockets in zcxsk_socket_opts.redirect, and detach it
 * after they are closed; the BPF program stays attached for as long as its
 * owner wants. zcxskd also creates the socket, so that the client needs no
 * capability at all and may run in another network namespace than the
 * interface. docs/privileges.md lists what each way needs.
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
 * Creates a redirect on an XSKMAP that a program on the interface uses, indexed
 * by receive queue. The descriptor is duplicated; the caller keeps the
 * original. `modes` says how the program runs: native if it contains zero-copy
 * or native-copy, otherwise generic; 0 detects it on the interface. Rules and
 * counters belong to the owner: zcxsk_redirect_read_stats() returns
 * -EOPNOTSUPP. Loads and attaches nothing; detaching leaves the interface
 * unchanged. Needs no capability from Linux 5.19 on, CAP_BPF before.
 *
 *   -EINVAL  NULL object, unknown modes, or a map of another type
 *   -EBADF   not an open descriptor
 *   -ENODEV  no such interface in this network namespace
 *   -ENOENT  modes is 0 and no XDP program is on the interface
 *   -ENOMEM  out of memory
 *   others   as the kernel returned them; the error's cause explains
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_from_map(struct zcxsk_redirect **out,
						      const char *ifname, int map_fd,
						      uint32_t modes, struct zcxsk_error *error);

/*
 * The same for a map pinned at a path in a BPF file system (BPF_OBJ_GET). Needs
 * read and write permission on that file.
 *
 *   -ENOENT  also: no such path
 *   -EACCES  no permission to read and write the file
 *   others   as above
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_from_pinned(struct zcxsk_redirect **out,
							 const char *ifname, const char *path,
							 uint32_t modes, struct zcxsk_error *error);

/*
 * Connects to the Unix socket of a broker, detects which kind it is, and
 * identifies this process. timeout_ns limits this call and each later request
 * to the broker; 0 means 10 s, which some network cards need for attaching. The
 * broker knows the client by its connection: it releases everything that the
 * client holds when the connection ends, even if the client is killed. A child
 * process shares the connection; zcxsk_broker_close() ends it for both.
 *
 *   -EINVAL        NULL object, or a path longer than 107 bytes
 *   -ENOENT, -ECONNREFUSED  no broker listens on this path
 *   -EACCES        the file mode or the broker denies access
 *   -EPROTO        the peer is not a known kind of broker
 *   -ETIMEDOUT     no answer in time
 *   -ENOMEM        out of memory
 *   others         as the kernel returned them
 *
 * Blocks until the answer or the deadline. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_broker_connect(struct zcxsk_broker **out, const char *path,
						   uint64_t timeout_ns, struct zcxsk_error *error);

/*
 * Ends the connection. Returns -EBUSY and does nothing while a redirect from
 * zcxskd exists; a redirect from a device plugin no longer needs the
 * connection. NULL is accepted. May block until the deadline. Any thread.
 */
ZCXSK_API int zcxsk_broker_close(struct zcxsk_broker *broker);

/*
 * Descriptor of the connection, for poll and epoll: it becomes readable
 * (EPOLLHUP) when the broker has gone. Programs attached by zcxskd are removed
 * from the interface with it: sending goes on, but nothing is received any
 * more. The broker object owns the descriptor. Any thread.
 */
ZCXSK_API int zcxsk_broker_fd(const struct zcxsk_broker *broker);

/*
 * Requests an interface from the broker. zcxskd attaches a program by opts,
 * like zcxsk_redirect_attach(), if its policy allows that; or it lets the
 * client share a program that is attached with the same rules. The
 * program of a device plugin takes every packet: opts must be NULL, or have no
 * flags, and no rules or `take any`. zcxskd creates the sockets on the redirect;
 * with a device plugin they need CAP_NET_RAW. The rules cannot be swapped, and
 * confirm_ns and give_up must be 0.
 *
 *   -EINVAL    NULL object, invalid options, or an error in rules_text
 *   -EACCES    the policy does not allow this user the interface, or what a rule
 *              takes; zcxsk_socket_open() returns it for a queue
 *   -E2BIG     rules_text is too complex, or the rules are longer than
 *              ZCXSK_RULES_TEXT_MAX bytes in their normal form
 *   -EBUSY     another client's program on it has other rules, or another
 *              program is attached
 *   -EOPNOTSUPP  confirm_ns; rules or flags that a device plugin cannot serve
 *   -ENOTCONN, -EPIPE, -ECONNRESET  the broker has gone
 *   -ETIMEDOUT no answer in time; the connection cannot be used any more
 *   others     as zcxsk_redirect_attach() returned them to the broker
 *
 * Blocks until the answer or the deadline. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_redirect_from_broker(struct zcxsk_redirect **out,
							 struct zcxsk_broker *broker,
							 const char *ifname,
							 const struct zcxsk_redirect_opts *opts,
							 struct zcxsk_error *error);

/*
 * Makes the broker switch a socket to preferred busy polling, which needs
 * CAP_NET_ADMIN: sets SO_PREFER_BUSY_POLL, SO_BUSY_POLL to `microseconds`, and
 * SO_BUSY_POLL_BUDGET to `budget` packets. This stops zero-copy sending on some
 * drivers, including virtio-net. socket_fd is the one from zcxsk_socket_fd().
 *
 *   -EINVAL  NULL object
 *   -EBADF   not an open descriptor
 *   others   as the kernel returned them to the broker, and as above
 *
 * Blocks until the answer or the deadline. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_broker_busy_poll(struct zcxsk_broker *broker, int socket_fd,
						     uint32_t microseconds, uint32_t budget,
						     struct zcxsk_error *error);

ZCXSK_END_DECLS

#endif
