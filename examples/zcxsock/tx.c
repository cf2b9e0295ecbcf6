/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tx.c - sends UDP packets with a sequence number, as fast as possible or at a rate.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "loop.h"
#include "run.h"
#include "template.h"

struct sender {
	struct run *run;
	struct zcxsk_socket *socket;
	unsigned char *base;	/* of the packet memory */
	uint32_t frame_shift;	/* log2 of the frame size in bytes */
	unsigned char *written; /* one byte per frame: not 0 if it holds the template */
	uint64_t sequence;	/* of the next packet */
	uint64_t pace_start_ns; /* with --rate: when pace_packets began to count */
	uint64_t pace_packets;
	bool has_loop; /* for sleeps for which the library has no function */
	struct loop loop;
	struct template template;
};

/* The address is zero if the interface has none. */
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

/* The MTU is not known before the socket is open. */
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

/* 0 or -errno. */
static int sender_init(struct sender *s, struct run *r)
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
	s->frame_shift = (uint32_t)__builtin_ctz(zcxsk_umem_frame_size(r->endpoints.umem));
	s->written = calloc(zcxsk_umem_frames(r->endpoints.umem), 1);
	s->pace_start_ns = clock_now_ns();
	template_make(&s->template, o, src_mac);
	if (!s->written || !tokens_init(&r->tokens, o->tokens))
		return -ENOMEM;
	s->has_loop = !o->spin && (o->own_loop || o->rate || o->tokens);
	return s->has_loop ? loop_open(&s->loop, s->socket) : 0;
}

static void sender_free(struct sender *s)
{
	if (s->has_loop)
		loop_close(&s->loop);
	tokens_free(&s->run->tokens);
	free(s->written);
}

/*
 * Sleeps while nothing is due. The watchdog runs the kick policy, which kicks what
 * small bursts left in the ring; only the manual policy needs a flush here.
 */
static void idle(struct sender *s, uint64_t ns)
{
	const struct options *o = s->run->options;

	if (o->kick == ZCXSK_KICK_MANUAL)
		zcxsk_tx_flush(s->socket);
	run_after_wait(s->run, o->spin ? loop_serve(s->socket) : loop_sleep(&s->loop, false, ns));
}

/*
 * The number of packets that are due at the rate, at most max. If none is due,
 * sleeps until one is or another event needs handling, or lets the caller spin.
 */
static uint32_t packets_due(struct sender *s, uint32_t max)
{
	uint64_t rate = s->run->options->rate, now = clock_now_ns();
	uint64_t gone_ns = now - s->pace_start_ns;
	uint64_t due = (uint64_t)((double)gone_ns * (double)rate / (double)NS_PER_S);
	/* After a pause, catch up with at most the packets of one wait. */
	uint64_t backlog_max = max + rate * RUN_WAIT_NS / NS_PER_S;
	double next_ns;

	run_look_soon(s->run);
	if (due > s->pace_packets + backlog_max)
		s->pace_packets = due - backlog_max;
	if (due > s->pace_packets)
		return due - s->pace_packets < max ? (uint32_t)(due - s->pace_packets) : max;
	next_ns = (double)(s->pace_packets + 1) * (double)NS_PER_S / (double)rate - (double)gone_ns;
	if (next_ns > 0)
		idle(s, next_ns < (double)RUN_WAIT_NS ? (uint64_t)next_ns : RUN_WAIT_NS);
	return 0;
}

/* Writes n packets into frames that were just allocated. */
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

static void count_sent(struct sender *s, uint32_t n)
{
	s->sequence += n;
	s->pace_packets += n;
	s->run->packets += n;
	s->run->bytes += (uint64_t)n * s->template.len;
}

/* Sends as many as the ring has room for, without waiting. */
static uint32_t send_now(struct sender *s, const struct zcxsk_packet *packets, uint32_t n)
{
	struct tokens *t = &s->run->tokens;
	uint32_t sent;

	if (ZCXSK_UNLIKELY(t->order))
		sent = tokens_burst(t, s->socket, packets, n, s->sequence);
	else
		sent = zcxsk_tx_burst(s->socket, packets, n);
	count_sent(s, sent);
	return sent;
}

static uint32_t wait_in_library(struct sender *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t sent;
	int result = zcxsk_tx_wait(s->socket, packets, n, RUN_WAIT_NS, &sent);

	count_sent(s, sent);
	if (result)
		run_after_wait(s->run, result);
	return sent;
}

static uint32_t wait_in_loop(struct sender *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t sent = send_now(s, packets, n);

	if (!sent)
		run_after_wait(s->run, loop_sleep(&s->loop, true, RUN_WAIT_NS));
	return sent;
}

/* Waits for room in a full ring as --wait and --loop say. Returns the number sent. */
static uint32_t send_rest(struct sender *s, const struct zcxsk_packet *packets, uint32_t n)
{
	const struct options *o = s->run->options;
	uint32_t sent = 0;

	while (sent < n && run_goes_on(s->run) && !s->run->rebuild_due) {
		if (o->spin)
			sent += send_now(s, packets + sent, n - sent);
		else if (o->own_loop || o->tokens)
			sent += wait_in_loop(s, packets + sent, n - sent);
		else
			sent += wait_in_library(s, packets + sent, n - sent);
	}
	return sent;
}

static void send_burst(struct sender *s, struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t sent;

	n = zcxsk_tx_alloc(s->socket, packets, n, 0);
	write_packets(s, packets, n);
	sent = send_now(s, packets, n);
	if (ZCXSK_UNLIKELY(sent < n))
		sent += send_rest(s, packets + sent, n - sent);
	if (ZCXSK_UNLIKELY(sent < n))
		zcxsk_packet_release(s->socket, packets + sent, n - sent);
}

void run_tx(struct run *r)
{
	static struct sender s;
	struct zcxsk_packet packets[BATCH_MAX];

	r->failure = sender_init(&s, r);
	while (run_goes_on(r)) {
		uint32_t n = run_allowance(r, r->options->batch);

		run_rebuild(r);
		if (r->options->rate)
			n = packets_due(&s, n);
		if (n)
			send_burst(&s, packets, n);
		if (r->options->count && r->packets == r->options->count)
			run_look_soon(r);
	}
	zcxsk_tx_drain(s.socket, NS_PER_S);
	if (r->tokens.order)
		tokens_collect(&r->tokens, s.socket);
	sender_free(&s);
}
