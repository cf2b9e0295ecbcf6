/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lost_interrupt.c - a virtio card whose TX interrupt never arrives: a sender that sleeps
 * and one that drains still get every completion. For the guest, where root can mask the
 * interrupt in the card's MSI-X table; ZCXSK_TEST_IFACES names the card.
 */
#include <poll.h>

#include "check.h"
#include "msix.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 20000u
#define PART 64u /* packets that the driver takes in one kick; the rest needs interrupts */
#define ONE_SHOT (2 * PART)
#define SILENCE_NS 300000000ull /* the device itself needs a few ms */
#define TRIES 10
#define PAUSE_MS 5
#define DEADLINE_NS 20000000000ull

/*
 * Sends more than one kick moves, with one kick, then only reads memory, so that only the
 * interrupt can complete the frames. Returns the number still in flight at the deadline,
 * 0 as soon as there is none.
 */
static uint32_t in_flight_without_calls(struct zcxsk_socket *s, uint64_t patience_ns)
{
	uint64_t deadline = rig_now() + patience_ns;

	for (uint32_t i = 0; i < ONE_SHOT; i++)
		CHECK_EQ("a packet is accepted", traffic_send(s, i, 1), 1);
	while (zcxsk_tx_outstanding(s) && rig_now() < deadline) {
		poll(NULL, 0, PAUSE_MS);
		zcxsk_tx_reap(s);
	}
	return zcxsk_tx_outstanding(s);
}

/*
 * The kernel's own packets on the same queue also trigger completions, so one silent try
 * out of several is enough.
 */
static bool is_lost(struct zcxsk_socket *s)
{
	for (unsigned i = 0; i < TRIES; i++)
		if (in_flight_without_calls(s, SILENCE_NS) > 0)
			return true;
	return false;
}

/* Sleeps if the ring has no room, and retries at once if no frame is free. */
static void send_all(struct zcxsk_socket *s, const char *behaviour)
{
	struct zcxsk_packet packets[PART];
	uint32_t sent = 0, count;

	while (sent < PACKETS) {
		uint32_t n = zcxsk_tx_alloc(s, packets, PART, 0);

		for (uint32_t i = 0; i < n; i++)
			packets[i].len = traffic_length(0);
		CHECK_EQ(behaviour, zcxsk_tx_wait(s, packets, n, DEADLINE_NS, &count), 0);
		sent += n;
	}
	CHECK_EQ(behaviour, zcxsk_tx_drain(s, DEADLINE_NS), 0);
}

static void frames_come_home(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	struct msix msix;

	CHECK_EQ("the card's MSI-X table can be opened", msix_open(&msix, rig_left(0), 0), 0);
	CHECK_EQ("with the interrupt, frames are completed without calls",
		 in_flight_without_calls(s, DEADLINE_NS), 0);
	send_all(s, "a sender with the interrupt");

	msix_mask(&msix);
	CHECK("without the interrupt they are not: it is really lost", is_lost(s));
	CHECK_EQ("a drain completes them", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	send_all(s, "a sender without the interrupt");
	rig_check_places("no frame is lost with the interrupt", s);

	msix_unmask(&msix);
	send_all(s, "a sender with the interrupt again");
	msix_close(&msix);
	zcxsk_socket_close(s);
}

int main(void)
{
	rig_setup(0);
	rig_each_mode(frames_come_home);
	return 0;
}
