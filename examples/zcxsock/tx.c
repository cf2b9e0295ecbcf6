/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tx.c - sends UDP packets with a sequence number, as fast as it goes or at a
 * rate.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "run.h"
#include "template.h"

struct sender {
	struct run *run;
	struct zcxsk_socket *socket;
	unsigned char *base;	/* of the packet memory */
	uint32_t frame_shift;	/* log2 of the frame size in bytes */
	unsigned char *written; /* one byte a frame: holds the template already */
	uint64_t sequence;	/* of the next packet */
	uint64_t pace_start_ns; /* with a rate: from here on pace_packets are counted */
	uint64_t pace_packets;
	struct template template;
};

/* All zero when the interface does not tell; it may have no such address. */
static void read_mac(const char *ifname, uint8_t *mac)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(request.ifr_name, ifname, IFNAMSIZ - 1);
	if (fd >= 0 && !ioctl(fd, SIOCGIFHWADDR, &request))
		memcpy(mac, request.ifr_hwaddr.sa_data, MAC_BYTES);
	if (fd >= 0)
		close(fd);
}

/* The MTU is only known now that the socket is open. */
static void check_packet_size(const struct options *o, const struct zcxsk_socket *socket)
{
	struct zcxsk_socket_info info;
	uint32_t limit;

	zcxsk_socket_info_init(&info);
	if (zcxsk_socket_read_info(socket, &info) || !info.mtu)
		return;
	limit = info.mtu + ETHERNET_HEADER + (o->vlan ? VLAN_TAG : 0);
	if (o->packet_size > limit)
		options_fail("--packet-size %u: must not be larger than %u bytes, the MTU of %s "
			     "and the Ethernet header",
			     o->packet_size, limit, o->ifname);
}

static bool sender_init(struct sender *s, struct run *r)
{
	const struct options *o = r->options;
	uint8_t src_mac[MAC_BYTES] = {0};

	check_packet_size(o, r->endpoints.out);
	if (o->src_mac_given)
		memcpy(src_mac, o->src_mac, MAC_BYTES);
	else
		read_mac(o->ifname, src_mac);
	s->run = r;
	s->socket = r->endpoints.out;
	s->base = zcxsk_socket_base(s->socket);
	s->frame_shift = (uint32_t)__builtin_ctz(o->frame_size);
	s->written = calloc(zcxsk_umem_frames(r->endpoints.umem), 1);
	s->pace_start_ns = run_now_ns();
	template_make(&s->template, o, src_mac);
	return s->written;
}

/*
 * How many packets are due at the rate asked for, at most max. When none is,
 * sleeps until one is, or lets the caller spin.
 */
static uint32_t packets_due(struct sender *s, uint32_t max)
{
	uint64_t rate = s->run->options->rate, now = run_now_ns();
	uint64_t gone_ns = now - s->pace_start_ns;
	uint64_t due = (uint64_t)((double)gone_ns * (double)rate / (double)NS_PER_S);
	/* After a stop do not catch up with more than what a wait may have cost. */
	uint64_t backlog_max = max + rate * RUN_WAIT_NS / NS_PER_S;
	double next_ns;

	run_look_soon(s->run);
	if (due > s->pace_packets + backlog_max)
		s->pace_packets = due - backlog_max;
	if (due > s->pace_packets)
		return due - s->pace_packets < max ? (uint32_t)(due - s->pace_packets) : max;
	/* What a small burst left in the ring must not wait for the next one. */
	zcxsk_tx_flush(s->socket);
	next_ns = (double)(s->pace_packets + 1) * (double)NS_PER_S / (double)rate - (double)gone_ns;
	if (!s->run->options->spin && next_ns > 0) {
		uint64_t ns = next_ns < (double)RUN_WAIT_NS ? (uint64_t)next_ns : RUN_WAIT_NS;
		struct timespec t = {.tv_nsec = (long)ns};

		nanosleep(&t, NULL);
	}
	return 0;
}

/* Fills in n packets whose frames were just taken from the pool. */
static void write_packets(struct sender *s, struct zcxsk_packet *packets, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		unsigned char *frame = zcxsk_packet_data(s->base, &packets[i]);
		unsigned char *written = &s->written[packets[i].addr >> s->frame_shift];

		if (ZCXSK_UNLIKELY(!*written)) {
			memcpy(frame, s->template.bytes, s->template.len);
			*written = 1;
		}
		template_stamp(&s->template, frame, s->sequence + i);
		packets[i].len = s->template.len;
	}
}

/* The ring was full: waits for room as the user wants. Returns how many went. */
static uint32_t send_rest(struct sender *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t sent = 0;
	int result;

	if (s->run->options->spin) {
		while (sent < n && run_goes_on(s->run))
			sent += zcxsk_tx_burst(s->socket, packets + sent, n - sent);
		return sent;
	}
	while (sent < n && run_goes_on(s->run)) {
		uint32_t count = 0;

		result = zcxsk_tx_wait(s->socket, packets + sent, n - sent, RUN_WAIT_NS, &count);
		sent += count;
		if (result)
			run_after_wait(s->run, result);
	}
	return sent;
}

static void send_burst(struct sender *s, struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t sent;

	n = zcxsk_tx_alloc(s->socket, packets, n);
	write_packets(s, packets, n);
	sent = zcxsk_tx_burst(s->socket, packets, n);
	if (ZCXSK_UNLIKELY(sent < n))
		sent += send_rest(s, packets + sent, n - sent);
	if (ZCXSK_UNLIKELY(sent < n))
		zcxsk_packet_release(s->socket, packets + sent, n - sent);
	s->sequence += sent;
	s->pace_packets += sent;
	s->run->packets += sent;
	s->run->bytes += (uint64_t)sent * s->template.len;
}

void run_tx(struct run *r)
{
	static struct sender s;
	struct zcxsk_packet packets[BATCH_MAX];

	if (!sender_init(&s, r)) {
		r->failure = -ENOMEM;
		return;
	}
	while (run_goes_on(r)) {
		uint32_t n = run_allowance(r, r->options->batch);

		if (r->options->rate)
			n = packets_due(&s, n);
		if (n)
			send_burst(&s, packets, n);
		if (r->options->count && r->packets == r->options->count)
			run_look_soon(r);
	}
	zcxsk_tx_drain(s.socket, NS_PER_S);
	free(s.written);
}
