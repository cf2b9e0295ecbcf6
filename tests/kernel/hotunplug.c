/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hotunplug.c WHO CARD - the host unplugs a card during traffic. WHO uses the card: a
 * sender that "waits", a sender in an "epoll" loop, or the "receiver". It has to get an
 * error soon; the delay is printed. Both sockets then close cleanly.
 *
 * For the guest; ZCXSK_TEST_IFACES names the interfaces. The line "pull CARD" makes the
 * host unplug the card.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "check.h"
#include "flow.h"
#include "resources.h"
#include "rig.h"
#include "traffic.h"

#define MODE ZCXSK_MODE_ZERO_COPY
#define PULLED_NS 40000000000ull /* the host has unplugged the card by then */
#define REPORT_NS 10000000000ull /* until the error, on a busy machine */
#define PAUSE_MS 2
#define CLOSE_NS 10000000000ull

/* Waits until the interface is gone, and returns that time. */
static uint64_t await_gone(const char *ifname)
{
	uint64_t deadline = rig_now() + PULLED_NS;
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s", ifname);
	while (!access(path, F_OK)) {
		CHECK("the card is unplugged", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
	return rig_now();
}

static void await_report(const struct flow_end *end, uint64_t gone_ns)
{
	while (!flow_gone(end)) {
		CHECK("the removal is reported to the waiting end",
		      rig_now() < gone_ns + REPORT_NS);
		poll(NULL, 0, PAUSE_MS);
	}
	printf("  reported %.1f ms after the interface was gone\n",
	       ((double)flow_reported(end) - (double)gone_ns) / 1e6);
}

/* Checks that no call waits and that each returns the reason. */
static void check_dead(struct zcxsk_socket *s)
{
	uint32_t out = zcxsk_tx_outstanding(s), n;
	uint64_t start = rig_now();
	struct zcxsk_packet p;

	CHECK_EQ("the status is -ENXIO", zcxsk_socket_status(s), -ENXIO);
	CHECK_EQ("a frame", zcxsk_tx_alloc(s, &p, 1, 0), 1);
	p.len = traffic_length(0);
	CHECK_EQ("no packet is accepted", zcxsk_tx_burst(s, &p, 1), 0);
	CHECK_EQ("a sender gets the error again", zcxsk_tx_wait(s, &p, 1, CLOSE_NS, &n), -ENXIO);
	CHECK_EQ("the application still owns the frame", zcxsk_packet_release(s, &p, 1), 1);
	CHECK_EQ("a receiver gets the error", zcxsk_rx_wait(s, &p, 1, CLOSE_NS, &n), -ENXIO);
	CHECK_EQ("the service reports it", rig_serve(s), -ENXIO);
	CHECK("a drain returns the number in flight", zcxsk_tx_drain(s, CLOSE_NS) <= out);
	CHECK_EQ("a rebuild reports that the interface is missing", zcxsk_socket_rebuild(s, NULL),
		 -ENODEV);
	rig_check_places("frames of a removed device balance", s);
	CHECK("none of these waits long", rig_now() - start < REPORT_NS);
}

static void close_in_time(struct zcxsk_socket *s)
{
	uint64_t start = rig_now();

	zcxsk_socket_close(s);
	CHECK("a close ends in time", rig_now() - start < CLOSE_NS);
}

int main(int argc, char **argv)
{
	struct flow_end *pulled, *other;
	unsigned files;
	struct flow f;
	bool receiver;

	if (argc != 3)
		check_skip("WHO and CARD are missing");
	receiver = !strcmp(argv[1], "receiver");
	rig_setup(1);
	files = resources_files();
	flow_start(&f, rig_open_plain(rig_left(0), MODE), rig_open_plain(rig_right(0), MODE),
		   !strcmp(argv[1], "epoll"));
	pulled = receiver ? &f.rx : &f.tx;
	other = receiver ? &f.tx : &f.rx;
	printf("pull %s\n", argv[2]);
	await_report(pulled, await_gone(receiver ? rig_right(0) : rig_left(0)));
	flow_stop(&f);
	check_dead(pulled->s);
	CHECK_EQ("nothing is reported to the other end", flow_reported(other), 0);
	rig_check_places("the other end's frames balance", other->s);
	close_in_time(pulled->s);
	close_in_time(other->s);
	CHECK_EQ("no file stays open", resources_files(), files);
	printf("  %s: ok\n", argv[1]);
	return 0;
}
