/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify.c - one thread with two sockets: sends packets on one interface, receives
 * them on the other, and accounts for each.
 */
#include "verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "fail.h"
#include "net.h"
#include "packet.h"

#define BATCH 64u /* packets; virtio-net takes this many with one kick */
/*
 * Packets in flight at a time. No queue between the two interfaces may overflow: the
 * smallest holds 256 packets (a veth's, and the ring of an emulated card).
 */
#define WINDOW 192u
/*
 * How long to wait for packets: at the end, then they count as lost; and before the
 * end, then sending goes on. A packet needs less than 10 ms even in an emulated
 * machine.
 */
#define PATIENCE_END_NS 2000000000ull
#define PATIENCE_NS 200000000ull
#define PROGRESS_NS 2000000000ull /* between two lines of progress */

struct verify {
	struct zcxsk_socket *tx, *rx;
	unsigned char *tx_base, *rx_base;
	struct packet_addresses addresses;
	uint64_t packets;     /* to be sent */
	uint64_t given_up;    /* sent, and no longer waited for */
	uint64_t next;	      /* one more than the highest number that arrived */
	uint64_t *seen;	      /* one bit per packet */
	uint64_t progress_ns; /* when the next line of progress is due */
	struct verify_result *result;
	struct zcxsk_error *error;
};

static const char *const drop_names[DROP_COUNT] = {
	[DROP_KERNEL_RX] = "kernel_rx_dropped",
	[DROP_DEVICE_RX] = "device_rx_missed",
	[DROP_RX_RING_FULL] = "kernel_rx_ring_full",
	[DROP_RX_INVALID] = "rx_invalid",
	[DROP_TX_KICK] = "tx_kick_dropped",
	[DROP_TX_INVALID] = "kernel_tx_invalid_descs",
	[DROP_NO_SOCKET] = "redirect_no_socket",
	[DROP_SENDER_DEVICE] = "sender_device_dropped",
	[DROP_RECEIVER_DEVICE] = "receiver_device_dropped",
};

const char *verify_drop_name(enum verify_drop drop)
{
	return drop_names[drop];
}

/* ---- sending --------------------------------------------------------------- */

static uint64_t outstanding(const struct verify *v)
{
	const struct verify_result *r = v->result;
	uint64_t gone = r->received + r->corrupt + v->given_up;

	/* A packet that was given up can still arrive. */
	return r->sent > gone ? r->sent - gone : 0;
}

/* Sends a whole batch, or the rest. Returns the number of packets sent. */
static uint32_t send_some(struct verify *v)
{
	struct zcxsk_packet packets[BATCH];
	uint64_t left = v->packets - v->result->sent;
	uint32_t n = left < BATCH ? (uint32_t)left : BATCH, taken;

	if (!n || outstanding(v) + n > WINDOW)
		return 0;
	n = zcxsk_tx_alloc(v->tx, packets, n, 0);
	for (uint32_t i = 0; i < n; i++)
		packets[i].len = packet_write(zcxsk_packet_data(v->tx_base, &packets[i]),
					      &v->addresses, v->result->sent + i);
	taken = zcxsk_tx_burst(v->tx, packets, n);
	zcxsk_packet_release(v->tx, packets + taken, n - taken);
	v->result->sent += taken;
	return taken;
}

/* ---- receiving ------------------------------------------------------------- */

static void account(struct verify *v, uint64_t sequence)
{
	uint64_t *word, bit = 1ull << sequence % 64;

	/* A number that was never sent is damage too, despite a good checksum. */
	if (sequence >= v->result->sent) {
		v->result->corrupt++;
		return;
	}
	word = &v->seen[sequence / 64];
	if (*word & bit) {
		v->result->duplicate++;
		return;
	}
	*word |= bit;
	v->result->received++;
	if (sequence < v->next)
		v->result->reordered++;
	else
		v->next = sequence + 1;
}

static void take_in(struct verify *v, const struct zcxsk_packet *packets, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t sequence;

		switch (packet_check(zcxsk_packet_data(v->rx_base, &packets[i]), packets[i].len,
				     &sequence)) {
		case PACKET_GOOD:
			account(v, sequence);
			break;
		case PACKET_CORRUPT:
			v->result->corrupt++;
			break;
		case PACKET_FOREIGN:
			v->result->foreign++;
			break;
		}
	}
	zcxsk_packet_release(v->rx, packets, n);
}

/* Waits for packets while there is nothing to send, and gives up after a time. */
static int receive_some(struct verify *v)
{
	struct zcxsk_packet packets[BATCH];
	bool end = v->result->sent == v->packets;
	uint32_t n;
	int ret = zcxsk_rx_wait(v->rx, packets, BATCH, end ? PATIENCE_END_NS : PATIENCE_NS, &n);

	if (ret == -ETIMEDOUT && outstanding(v)) {
		v->given_up += outstanding(v);
		return 0;
	}
	if (ret == -ETIMEDOUT)
		return fail(v->error, ret, "send", "the sender accepts no more packets");
	if (ret)
		return fail(v->error, ret, "receive", "waiting for packets failed");
	take_in(v, packets, n);
	return 0;
}

static void show_progress(struct verify *v)
{
	uint64_t now = clock_now_ns();

	if (now < v->progress_ns)
		return;
	if (v->progress_ns)
		fprintf(stderr, "demo: %" PRIu64 " of %" PRIu64 " packets verified\n",
			v->result->received, v->packets);
	v->progress_ns = now + PROGRESS_NS;
}

static int exchange(struct verify *v)
{
	struct zcxsk_packet packets[BATCH];
	uint64_t start = clock_now_ns();
	uint32_t turn = 0;
	int ret = 0;

	while (!ret && (v->result->sent < v->packets || outstanding(v))) {
		if (send_some(v))
			take_in(v, packets, zcxsk_rx_burst(v->rx, packets, BATCH));
		else
			ret = receive_some(v);
		/* The clock is a system call in an emulated machine. */
		if (!(turn++ % 64))
			show_progress(v);
	}
	v->result->seconds = (double)(clock_now_ns() - start) / 1e9;
	return ret;
}

/* ---- before and after ------------------------------------------------------ */

static int open_receiver(struct verify *v, const char *ifname)
{
	struct zcxsk_rule rule = {.fields = ZCXSK_RULE_ETHERTYPE, .ethertype = PACKET_ETHERTYPE};
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_socket_opts opts;
	struct zcxsk_rules *rules;
	int ret = zcxsk_rules_create(&rules, &rule, 1, v->error);

	if (ret)
		return ret;
	zcxsk_redirect_opts_init(&redirect);
	redirect.rules = rules;
	zcxsk_socket_opts_init(&opts);
	opts.flags = ZCXSK_SOCKET_RX_ONLY;
	opts.redirect_opts = &redirect;
	ret = zcxsk_socket_open(&v->rx, ifname, 0, &opts, v->error);
	zcxsk_rules_destroy(rules);
	return ret;
}

static int open_sockets(struct verify *v, const char *sender, const char *receiver)
{
	struct zcxsk_socket_opts opts;
	int ret = open_receiver(v, receiver);

	if (ret)
		return ret;
	zcxsk_socket_opts_init(&opts);
	opts.flags = ZCXSK_SOCKET_TX_ONLY;
	ret = zcxsk_socket_open(&v->tx, sender, 0, &opts, v->error);
	if (ret)
		return ret;
	v->rx_base = zcxsk_socket_base(v->rx);
	v->tx_base = zcxsk_socket_base(v->tx);
	return 0;
}

static void describe_sockets(const struct verify *v)
{
	const struct zcxsk_error *tx = zcxsk_socket_refusal(v->tx, ZCXSK_MODE_ZERO_COPY);
	const struct zcxsk_error *rx = zcxsk_socket_refusal(v->rx, ZCXSK_MODE_ZERO_COPY);
	struct verify_result *r = v->result;
	struct zcxsk_socket_info info;

	r->tx_mode = zcxsk_socket_mode(v->tx);
	r->rx_mode = zcxsk_socket_mode(v->rx);
	if (tx || rx)
		r->refusal = tx ? *tx : *rx;
	zcxsk_socket_info_init(&info);
	zcxsk_socket_read_info(v->tx, &info);
	memcpy(r->driver, info.driver, sizeof(r->driver));
}

/* Reads the counters of the sockets and the redirect; the devices' are already there. */
static void explain_losses(struct verify *v)
{
	struct zcxsk_redirect_stats redirect;
	struct verify_result *r = v->result;
	struct zcxsk_stats tx, rx;
	uint64_t arrived = r->received + r->corrupt;

	zcxsk_stats_init(&tx);
	zcxsk_stats_init(&rx);
	zcxsk_redirect_stats_init(&redirect);
	zcxsk_socket_read_stats(v->tx, &tx);
	zcxsk_socket_read_stats(v->rx, &rx);
	zcxsk_redirect_read_stats(zcxsk_socket_redirect(v->rx), &redirect);
	r->drops[DROP_KERNEL_RX] = rx.kernel_rx_dropped;
	r->drops[DROP_DEVICE_RX] = rx.device_rx_missed;
	r->drops[DROP_RX_RING_FULL] = rx.kernel_rx_ring_full;
	r->drops[DROP_RX_INVALID] = rx.rx_invalid;
	r->drops[DROP_TX_KICK] = tx.tx_kick_dropped;
	r->drops[DROP_TX_INVALID] = tx.kernel_tx_invalid_descs;
	r->drops[DROP_NO_SOCKET] = redirect.matched_no_socket;
	r->lost = r->sent > arrived ? r->sent - arrived : 0;
	/* One packet can be in two counters, so the sum is limited to the packets lost. */
	for (int i = 0; i < DROP_COUNT; i++)
		r->lost_explained += r->drops[i];
	if (r->lost_explained > r->lost)
		r->lost_explained = r->lost;
}

static int run_opened(struct verify *v, const char *sender, const char *receiver)
{
	struct net_drops tx_before = {0}, rx_before = {0}, tx_after = {0}, rx_after = {0};
	int ret;

	describe_sockets(v);
	net_read_drops(sender, &tx_before);
	net_read_drops(receiver, &rx_before);
	ret = exchange(v);
	net_read_drops(sender, &tx_after);
	net_read_drops(receiver, &rx_after);
	v->result->drops[DROP_SENDER_DEVICE] = tx_after.tx - tx_before.tx;
	v->result->drops[DROP_RECEIVER_DEVICE] = rx_after.rx - rx_before.rx;
	explain_losses(v);
	return ret;
}

int verify_run(const char *sender, const char *receiver, uint64_t packets,
	       struct verify_result *result, struct zcxsk_error *error)
{
	struct verify v = {.packets = packets, .result = result, .error = error};
	int ret;

	memset(result, 0, sizeof(*result));
	v.seen = calloc(packets / 64 + 1, sizeof(*v.seen));
	if (!v.seen)
		return fail(error, -ENOMEM, "verify", "out of memory");
	ret = net_mac(sender, v.addresses.src);
	if (!ret)
		ret = net_mac(receiver, v.addresses.dst);
	if (ret)
		fail(error, ret, "verify", "cannot read the interfaces' addresses");
	if (!ret)
		ret = open_sockets(&v, sender, receiver);
	if (!ret)
		ret = run_opened(&v, sender, receiver);
	zcxsk_socket_close(v.tx);
	zcxsk_socket_close(v.rx);
	free(v.seen);
	return ret;
}
