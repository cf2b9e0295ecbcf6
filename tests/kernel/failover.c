/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * failover.c - a bond of two cards in mode active-backup, of which the active one is taken
 * away in mid-stream, and then the other. In generic copy on the bond each packet arrives at
 * most once, all that is sent after a fail-over arrives, and the number of lost packets
 * is known. Needs the module bonding.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "netns.h"
#include "rig.h"
#include "traffic.h"

#define BOND "bond9"
#define BRIDGE "bridge9"
#define PACKETS 3000u
#define PAUSE_NS 1000000 /* between two packets */
/* Packets received when a card is taken away, and another time. */
#define FIRST_FAILURE 800u
#define SECOND_FAILURE 1800u
/* As long as this without a packet, the last one has arrived. */
#define SILENCE_NS 1000000000ull
/* The bond looks at its cards every 10 ms; a slow guest may take longer. */
#define LOOK_NS 10000000ull
#define LOOKS 1000

static struct zcxsk_socket *sender, *receiver;
static atomic_uint sent;
static unsigned char seen[PACKETS];
static uint32_t received, highest;

static void *send_all(void *unused)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};

	for (uint32_t i = 0; i < PACKETS; i++) {
		traffic_send_all(sender, i, 1);
		atomic_store(&sent, i + 1);
		nanosleep(&pause, NULL);
	}
	return unused;
}

/* The peer sends each packet by both links; the card that stands by drops its copy. */
static void join(void)
{
	CHECK_EQ("bond", netns_run("ip link add " BOND " type bond mode active-backup miimon 10"),
		 0);
	CHECK_EQ("bridge", netns_run("ip link add " BRIDGE " type bridge mcast_snooping 0"), 0);
	rig_link(BOND, "addrgenmode none");
	rig_link(BRIDGE, "addrgenmode none");
	for (unsigned pair = 0; pair < 2; pair++) {
		rig_link(rig_left(pair), "down");
		rig_link(rig_left(pair), "master " BOND);
		rig_link(rig_right(pair), "master " BRIDGE);
		CHECK_EQ(
			"a bridge that floods",
			netns_run("ip link set %s type bridge_slave learning off", rig_right(pair)),
			0);
	}
	rig_link(BOND, "up");
	rig_link(BRIDGE, "up");
}

static bool is_active(const char *ifname)
{
	char name[64] = "";
	FILE *f = fopen("/sys/class/net/" BOND "/bonding/active_slave", "re");

	CHECK("the active card", f);
	if (fgets(name, sizeof(name), f))
		name[strcspn(name, "\n")] = '\0';
	fclose(f);
	return !strcmp(name, ifname);
}

/* Returns false after a silence of `timeout_ns`. */
static bool receive(uint64_t timeout_ns)
{
	struct zcxsk_packet packets[TRAFFIC_BURST];
	uint32_t n;
	int ret = zcxsk_rx_wait(receiver, packets, TRAFFIC_BURST, timeout_ns, &n);

	/* A bond has no link until the other card has taken over. */
	CHECK("reception", !ret || ret == -ETIMEDOUT || ret == -ENETDOWN);
	for (uint32_t i = 0; i < n; i++) {
		const void *data = zcxsk_packet_data(zcxsk_socket_base(receiver), &packets[i]);
		uint32_t number = traffic_number(data);

		CHECK("a packet of ours", number < PACKETS);
		traffic_check(data, packets[i].len, number);
		CHECK_EQ("copies before", seen[number], 0);
		seen[number] = 1;
		highest = number > highest ? number : highest;
	}
	received += n;
	CHECK_EQ("release", zcxsk_packet_release(receiver, packets, n), n);
	return n;
}

static uint32_t count_lost(uint32_t from, uint32_t to)
{
	uint32_t lost = 0;

	for (uint32_t i = from; i < to; i++)
		lost += !seen[i];
	return lost;
}

/* Packets between these two may be lost: the last before, and the first by the other card. */
struct failure {
	uint32_t last, first;
};

static struct failure fail_over(unsigned from)
{
	struct failure f = {.last = highest};
	uint32_t before;

	CHECK("the active card", is_active(rig_left(from)));
	rig_link(rig_left(from), "down");
	for (unsigned i = 0; i < LOOKS && !is_active(rig_left(!from)); i++)
		receive(LOOK_NS);
	CHECK("the other card took over", is_active(rig_left(!from)));
	before = atomic_load(&sent);
	for (unsigned i = 0; i < LOOKS && highest <= before; i++)
		receive(LOOK_NS);
	CHECK("packets arrive by it", highest > before);
	f.first = highest;
	return f;
}

int main(void)
{
	struct failure failures[2] = {0};
	uint32_t lost[2];
	pthread_t thread;

	rig_setup(2);
	join();
	receiver = rig_open_plain(BOND, ZCXSK_MODE_GENERIC_COPY);
	sender = rig_open_plain(BRIDGE, ZCXSK_MODE_GENERIC_COPY);
	CHECK_EQ("a thread", pthread_create(&thread, NULL, send_all, NULL), 0);
	while (receive(SILENCE_NS) || atomic_load(&sent) < PACKETS) {
		if (!failures[0].first && received >= FIRST_FAILURE) {
			failures[0] = fail_over(0);
			rig_link(rig_left(0), "up");
		}
		if (!failures[1].first && received >= SECOND_FAILURE)
			failures[1] = fail_over(1);
	}
	pthread_join(thread, NULL);
	for (int i = 0; i < 2; i++) {
		CHECK("it failed over", failures[i].first);
		lost[i] = count_lost(failures[i].last, failures[i].first);
	}
	printf("  %u packets sent, %u received, %u lost at the first fail-over, %u at the second\n",
	       PACKETS, received, lost[0], lost[1]);
	CHECK_EQ("counted", rig_stats(receiver).rx_packets, received);
	CHECK_EQ("lost at the fail-overs only", received + lost[0] + lost[1], PACKETS);
	zcxsk_socket_close(sender);
	zcxsk_socket_close(receiver);
	return 0;
}
