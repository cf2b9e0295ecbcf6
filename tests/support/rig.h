/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rig.h - pairs of connected interfaces for tests, and sockets on them. On the machine a
 * pair is a veth pair in the test's own namespaces. In the guest it is two cards on one
 * link. Two environment variables configure this:
 *
 *   ZCXSK_TEST_IFACES  "eth0 eth1 eth2 eth3": the interfaces, pair by pair
 *   ZCXSK_TEST_MODES   the modes that must work; "native-copy generic-copy"
 *                      by default
 *   ZCXSK_TEST_KEEP    if set, the interfaces are a user's own cards
 *   ZCXSK_TEST_MODES_THERE  the modes that the interfaces have, if a test is only about
 *                      some of them
 */
#ifndef ZCXSK_TESTS_RIG_H
#define ZCXSK_TESTS_RIG_H

#include <stdbool.h>
#include <zcxsk/zcxsk.h>

/* EtherType of the tests' packets: for local experiments, not the self-test's. */
#define RIG_ETHERTYPE 0x88B6u

/* Creates that many pairs, all up, or skips the test with the reason. */
void rig_setup(unsigned pairs);
/* Creates one veth pair with this many queues per end. Not for the guest. */
void rig_setup_queues(unsigned queues);
/* The two ends of a pair. */
const char *rig_left(unsigned pair);
const char *rig_right(unsigned pair);
/* True if the interfaces are cards of the guest, false for veth. */
bool rig_in_guest(void);

/* Whether these interfaces have this driver, as ethtool names it. */
bool rig_has_driver(const char *driver);
/* Bytes: the smallest frames that hold a packet of the usual MTU on these interfaces. */
uint32_t rig_frame_size(void);

/* The set of modes that must work here, and of those that the interfaces have. */
uint32_t rig_modes(void);
uint32_t rig_modes_there(void);
/* Runs a test once in each of these modes, the best first, and prints the mode. */
void rig_each_mode(void (*test)(enum zcxsk_mode mode));

/*
 * Waits until a card has its link; a veth pair has it at once. Returns whether it was not there.
 */
bool rig_await_link(const char *ifname);

/* Runs "ip link set" with this setting; fails the test if it fails. */
void rig_link(const char *ifname, const char *setting);
/* Sets the numbers of queues, as `ethtool -L`. Returns 0 or -errno. */
int rig_set_channels(const char *ifname, uint32_t rx, uint32_t tx);
/* The same, but waits for the kernel to release queues of closed sockets. */
void rig_channels(const char *ifname, uint32_t rx, uint32_t tx);
/* Removes the whole interface, and adds it again; not if they are a user's own cards. */
bool rig_may_unplug(void);
void rig_unplug(const char *ifname);
void rig_replug(const char *ifname);

/*
 * Options for most tests: one mode, a checking pool, and rules for only the test's
 * packets.
 */
struct rig_opts {
	struct zcxsk_socket_opts socket;
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_pool_opts pool;
	struct zcxsk_umem_opts umem;
};

void rig_opts(struct rig_opts *opts, enum zcxsk_mode mode);
/*
 * Flushes until the driver has taken everything: some take what a kick offers later, from an
 * interrupt. Fails the test if that takes too long.
 */
void rig_flush(struct zcxsk_socket *socket);
/* Parses rules that are kept until the test ends, or fails the test. */
const struct zcxsk_rules *rig_rules(const char *text);
/* Opens a socket, or fails the test with the explanation. */
struct zcxsk_socket *rig_open(const char *ifname, uint32_t queue,
			      const struct zcxsk_socket_opts *opts);
/* The same with rig_opts() on queue 0. */
struct zcxsk_socket *rig_open_plain(const char *ifname, enum zcxsk_mode mode);
/* Opening must fail with this code. *error gives the reason. */
void rig_open_refused(const char *behaviour, const char *ifname, uint32_t queue,
		      const struct zcxsk_socket_opts *opts, int code, struct zcxsk_error *error);

/* Runs the first command, in backquotes, of a remedy; it must succeed. */
void rig_follow(const struct zcxsk_error *error);

struct zcxsk_stats rig_stats(struct zcxsk_socket *socket);
/* Checks that the ten places hold all frames of a socket that does not share memory. */
void rig_check_places(const char *behaviour, struct zcxsk_socket *socket);
/*
 * Calls the service of a socket. Returns -ETIME if it reports a new stall, else -ENXIO or
 * -ENETDOWN if that is the status, else 0.
 */
int rig_serve(struct zcxsk_socket *socket);
/* Checks that everything sent is completed, and that the socket saw no fault. */
void rig_check_quiet(const char *behaviour, struct zcxsk_socket *socket);

/* ID of the XDP program on the interface, 0 for none. */
uint32_t rig_program(const char *ifname);

/* CLOCK_MONOTONIC in ns. */
uint64_t rig_now(void);

#endif
