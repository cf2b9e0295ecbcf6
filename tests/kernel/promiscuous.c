/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * promiscuous.c - the option puts the interface into promiscuous mode for as long as the
 * socket is open: the mode ends with the last such socket, with a failed open, and with a
 * killed process. A forked child does not keep it. In the guest, frames for another MAC
 * address arrive in this mode and in no other.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "rig.h"
#include "traffic.h"

#define LENGTH 60u /* bytes of a frame */
#define IFF_PROMISC_BIT 0x100ul
#define ATTEMPTS 1000 /* of 10 ms */

static bool is_promiscuous(void)
{
	char path[64], text[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/flags", rig_left(0));
	f = fopen(path, "re");
	CHECK("flags of the interface", f && fgets(text, sizeof(text), f));
	fclose(f);
	return strtoul(text, NULL, 16) & IFF_PROMISC_BIT;
}

/* A mode that every driver with native XDP has, else the one that all have. */
static enum zcxsk_mode any_copy(void)
{
	return rig_modes_there() & ZCXSK_MODE_NATIVE_COPY ? ZCXSK_MODE_NATIVE_COPY
							  : ZCXSK_MODE_GENERIC_COPY;
}

static struct zcxsk_socket *open_left(uint32_t queue)
{
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODES_ALL);
	o.socket.flags |= ZCXSK_SOCKET_PROMISCUOUS;
	return rig_open(rig_left(0), queue, &o.socket);
}

static void lasts_as_long_as_the_socket(void)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), any_copy());

	CHECK("only if requested", !is_promiscuous());
	zcxsk_socket_close(s);
	s = open_left(0);
	CHECK("while open", is_promiscuous());
	CHECK_EQ("close", zcxsk_socket_close(s), 0);
	CHECK("not after the close", !is_promiscuous());
}

static void ends_with_a_failed_open(void)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), any_copy());
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, any_copy());
	o.socket.flags |= ZCXSK_SOCKET_PROMISCUOUS;
	rig_open_refused("the queue is busy", rig_left(0), 0, &o.socket, -EBUSY, &error);
	CHECK("not after a failed open", !is_promiscuous());
	zcxsk_socket_close(s);
}

static void needs_reception(void)
{
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODES_ALL);
	o.socket.flags |= ZCXSK_SOCKET_PROMISCUOUS | ZCXSK_SOCKET_TX_ONLY;
	rig_open_refused("a socket that only sends", rig_left(0), 0, &o.socket, -EINVAL, &error);
	CHECK_NAMES("the reason", error.cause, "PROMISCUOUS");
}

static void without_privileges(void *unused)
{
	struct zcxsk_error error;
	struct rig_opts o;

	(void)unused;
	rig_opts(&o, any_copy());
	o.socket.flags |= ZCXSK_SOCKET_PROMISCUOUS;
	CHECK_EQ("nobody", setresuid(65534, 65534, 65534), 0);
	rig_open_refused("without CAP_NET_RAW", rig_left(0), 0, &o.socket, -EPERM, &error);
	CHECK_NAMES("the cause", error.cause, "promiscuous mode");
	CHECK_NAMES("the remedy", error.remedy, "CAP_NET_RAW");
}

/* Waits for ever, with the socket open. */
static void hold_open(void *unused)
{
	(void)unused;
	open_left(0);
	CHECK("in the child", is_promiscuous());
	child_ready();
	pause();
}

static void ends_with_a_killed_process(void)
{
	pid_t child = child_start(hold_open, NULL);
	int i;

	CHECK("while the process lives", is_promiscuous());
	child_kill(child);
	for (i = 0; i < ATTEMPTS && is_promiscuous(); i++)
		poll(NULL, 0, 10);
	CHECK("not after kill -9", i < ATTEMPTS);
}

static void wait_for_kill(void *unused)
{
	(void)unused;
	child_ready();
	pause();
}

static void a_child_does_not_keep_it(void)
{
	struct zcxsk_socket *s = open_left(0);
	pid_t child = child_start(wait_for_kill, NULL);

	zcxsk_socket_close(s);
	CHECK("a forked child does not keep it", !is_promiscuous());
	child_kill(child);
}

/* Sends a frame for another MAC address and then a broadcast one; true if both arrive. */
static bool foreign_arrives(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	unsigned char frame[LENGTH];
	struct zcxsk_packet p;
	uint32_t n, first;

	for (uint32_t number = 0; number < 2; number++) {
		traffic_write(frame, LENGTH, number);
		if (!number)
			memcpy(frame, "\x02other", 6);
		CHECK_EQ("sent", zcxsk_tx_send_wait(tx, frame, LENGTH, TRAFFIC_PATIENCE_NS), 0);
	}
	rig_flush(tx);
	CHECK_EQ("broadcast arrives", zcxsk_rx_wait(rx, &p, 1, TRAFFIC_PATIENCE_NS, &n), 0);
	first = traffic_number(zcxsk_packet_data(zcxsk_socket_base(rx), &p));
	zcxsk_packet_release(rx, &p, 1);
	if (first)
		return false;
	CHECK_EQ("both arrive", zcxsk_rx_wait(rx, &p, 1, TRAFFIC_PATIENCE_NS, &n), 0);
	zcxsk_packet_release(rx, &p, 1);
	return true;
}

static void filters(enum zcxsk_mode mode)
{
	struct zcxsk_socket *tx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *rx = rig_open_plain(rig_left(0), mode);
	struct zcxsk_error why;
	struct rig_opts o;

	CHECK("the card filters", !foreign_arrives(tx, rx));
	CHECK_EQ("that is reported", zcxsk_socket_trait(rx, ZCXSK_TRAIT_FILTERED, &why), 1);
	CHECK_NAMES("with the remedy", why.remedy, "ZCXSK_SOCKET_PROMISCUOUS");
	zcxsk_socket_close(rx);
	rig_opts(&o, mode);
	o.socket.flags |= ZCXSK_SOCKET_PROMISCUOUS;
	rx = rig_open(rig_left(0), 0, &o.socket);
	CHECK("the remedy works", foreign_arrives(tx, rx));
	CHECK_EQ("nothing to report", zcxsk_socket_trait(rx, ZCXSK_TRAIT_FILTERED, NULL), 0);
	zcxsk_socket_close(rx);
	zcxsk_socket_close(tx);
}

int main(void)
{
	rig_setup(1);
	if (!rig_has_driver("veth") && !rig_has_driver("tun"))
		rig_each_mode(filters);
	lasts_as_long_as_the_socket();
	ends_with_a_failed_open();
	needs_reception();
	child_run("without privileges", without_privileges, NULL);
	ends_with_a_killed_process();
	a_child_does_not_keep_it();
	return 0;
}
