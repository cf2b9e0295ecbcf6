/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rig.h - pairs of connected interfaces to test on, and sockets on them. On
 * the machine a pair is a veth pair in namespaces of the test's own. In the
 * guest it is two cards on one link; two variables say so:
 *
 *   ZCXSK_TEST_IFACES  "eth0 eth1 eth2 eth3": the pairs, one after the other
 *   ZCXSK_TEST_MODES   the modes that must work, "native-copy generic-copy"
 *                      when it is not set
 */
#ifndef ZCXSK_TESTS_RIG_H
#define ZCXSK_TESTS_RIG_H

#include <stdbool.h>
#include <zcxsk/zcxsk.h>

/* EtherType of the tests' packets: local experiments, and not the self-test's. */
#define RIG_ETHERTYPE 0x88B6u

/* Makes that many pairs, all up; or ends the test as skipped, saying why. */
void rig_setup(unsigned pairs);
/* One veth pair with so many queues a side. Not in the guest. */
void rig_setup_queues(unsigned queues);
/* The two ends of a pair. */
const char *rig_left(unsigned pair);
const char *rig_right(unsigned pair);
/* True when the interfaces are cards of the guest, false for veth. */
bool rig_in_guest(void);

/* The set of modes that must work here. */
uint32_t rig_modes(void);
/* Runs a test once in each of them, the best first, and says so. */
void rig_each_mode(void (*test)(enum zcxsk_mode mode));

/* Runs a command with %s being the interface; the test fails with it. */
void rig_link(const char *ifname, const char *setting);
/* Takes the interface away as a whole, and gives it back. */
void rig_unplug(const char *ifname);
void rig_replug(const char *ifname);

/*
 * Options as most tests want them: this one mode, a checking pool, and the
 * test's packets only.
 */
struct rig_opts {
	struct zcxsk_socket_opts socket;
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_pool_opts pool;
	struct zcxsk_umem_opts umem;
};

void rig_opts(struct rig_opts *opts, enum zcxsk_mode mode);
/* A set for all of the test's life, or the test fails. */
const struct zcxsk_rules *rig_rules(const char *text);
/* Makes a socket or fails the test with the explanation. */
struct zcxsk_socket *rig_open(const char *ifname, uint32_t queue,
			      const struct zcxsk_socket_opts *opts);
/* The same with rig_opts() on queue 0. */
struct zcxsk_socket *rig_open_plain(const char *ifname, enum zcxsk_mode mode);
/* Opening must fail with this code. *error tells why. */
void rig_open_refused(const char *behaviour, const char *ifname, uint32_t queue,
		      const struct zcxsk_socket_opts *opts, int code, struct zcxsk_error *error);

struct zcxsk_stats rig_stats(struct zcxsk_socket *socket);
/* Frames of a socket that has its memory for itself: all in the nine places. */
void rig_check_places(const char *behaviour, struct zcxsk_socket *socket);
/* Everything sent has come back, nothing wrong has been seen on the way. */
void rig_check_quiet(const char *behaviour, struct zcxsk_socket *socket);

/* Number of the XDP program on the interface, 0 for none. */
uint32_t rig_program(const char *ifname);

/* CLOCK_MONOTONIC in ns. */
uint64_t rig_now(void);

#endif
