/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tpacket.c - raw packets through rings shared with the kernel (TPACKET_V3):
 * blocks of packets on receive, frames on send. The kernel copies both ways.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel_socket.h"

enum {
	FRAME_SIZE = 2048,	/* bytes, header included; LARGE_FRAME for larger packets */
	BLOCK_SIZE = 128 << 10, /* bytes */
	BLOCKS = 32,
	RETIRE_MS = 1, /* the kernel hands over a block that is not full after this */
	DATA_AT = TPACKET3_HDRLEN - sizeof(struct sockaddr_ll), /* bytes into a frame to send */
	LARGE_FRAME = 16384, /* bytes; a power of two that holds 9014 and the header */
};

struct tpacket {
	int fd;
	uint8_t *memory;
	size_t memory_size;
	uint8_t *rx, *tx; /* rings; may be NULL */
	uint32_t frame_size, frames;
	uint32_t next_block, next_frame;
	uint32_t unsent; /* frames filled since the last call */
	uint64_t calls;
};

static int make_ring(const struct tpacket *t, int option)
{
	struct tpacket_req3 req = {
		.tp_block_size = BLOCK_SIZE,
		.tp_block_nr = BLOCKS,
		.tp_frame_size = t->frame_size,
		.tp_frame_nr = t->frames,
		.tp_retire_blk_tov = option == PACKET_RX_RING ? RETIRE_MS : 0,
	};

	return setsockopt(t->fd, SOL_PACKET, option, &req, sizeof(req));
}

static struct tpacket3_hdr *frame_at(const struct tpacket *t, uint32_t index)
{
	return (struct tpacket3_hdr *)(void *)(t->tx + (size_t)index * t->frame_size);
}

/* Writes the same packet into each frame; sending does not change it. */
static void fill_in(const struct tpacket *t, const struct engine_setup *setup)
{
	for (uint32_t i = 0; i < t->frames; i++)
		packet_make((uint8_t *)frame_at(t, i) + DATA_AT, setup->place, true,
			    setup->packet_size);
}

static int map_rings(struct tpacket *t, bool sends, bool receives)
{
	int version = TPACKET_V3;

	if (setsockopt(t->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    (receives && make_ring(t, PACKET_RX_RING)) || (sends && make_ring(t, PACKET_TX_RING)))
		return -errno;
	t->memory_size = (size_t)BLOCK_SIZE * BLOCKS * (sends + receives);
	t->memory = mmap(NULL, t->memory_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			 t->fd, 0);
	if (t->memory == MAP_FAILED)
		return -errno;
	/* The kernel maps the RX ring first. */
	t->rx = receives ? t->memory : NULL;
	if (sends)
		t->tx = t->memory + (receives ? BLOCK_SIZE * BLOCKS : 0);
	return 0;
}

static int tpacket_open(struct tpacket *t, const struct engine_setup *setup, bool sends,
			bool receives, struct engine_turn *turn, char *why)
{
	int ret;

	memset(t, 0, sizeof(*t));
	t->frame_size = setup->packet_size + DATA_AT > FRAME_SIZE ? LARGE_FRAME : FRAME_SIZE;
	t->frames = BLOCK_SIZE / t->frame_size * BLOCKS;
	t->fd = raw_socket_open(setup, why);
	if (t->fd < 0)
		return t->fd;
	ret = map_rings(t, sends, receives);
	if (ret)
		engine_fails(why, "packet rings", -ret);
	else
		ret = raw_socket_bind(t->fd, setup, receives, why);
	if (ret) {
		close(t->fd);
		return ret;
	}
	if (sends)
		fill_in(t, setup);
	snprintf(turn->mode, sizeof(turn->mode), "kernel");
	return 0;
}

static void tpacket_close(struct tpacket *t)
{
	munmap(t->memory, t->memory_size);
	close(t->fd);
}

static bool is_free(const struct tpacket3_hdr *frame)
{
	uint32_t status = __atomic_load_n(&frame->tp_status, __ATOMIC_ACQUIRE);

	return !(status & (TP_STATUS_SEND_REQUEST | TP_STATUS_SENDING));
}

/* 0, or -errno. */
static int kick(struct tpacket *t)
{
	t->calls++;
	t->unsent = 0;
	if (send(t->fd, NULL, 0, MSG_DONTWAIT) >= 0 || errno == EAGAIN || errno == ENOBUFS ||
	    errno == EINTR)
		return 0;
	return -errno;
}

/* The next free frame; NULL after waiting for one. */
static struct tpacket3_hdr *take_frame(struct tpacket *t, bool spin)
{
	struct pollfd p = {.fd = t->fd, .events = POLLOUT};
	struct tpacket3_hdr *frame = frame_at(t, t->next_frame);

	if (!is_free(frame)) {
		kick(t);
		if (!spin && !is_free(frame))
			poll(&p, 1, WAIT_MS);
		return NULL;
	}
	t->next_frame = (t->next_frame + 1) % t->frames;
	return frame;
}

static void request(struct tpacket *t, struct tpacket3_hdr *frame, uint32_t size)
{
	frame->tp_len = size;
	frame->tp_next_offset = 0;
	__atomic_store_n(&frame->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
	t->unsent++;
}

/* Waits for all frames, at most DRAIN_MS. Returns how many are still in flight. */
static uint32_t drain(struct tpacket *t)
{
	uint64_t give_up_ns = meter_now_ns() + DRAIN_MS * NS_PER_MS;
	struct pollfd p = {.fd = t->fd, .events = POLLOUT};
	uint32_t out;

	do {
		kick(t);
		out = 0;
		for (uint32_t i = 0; i < t->frames; i++)
			out += !is_free(frame_at(t, i));
		if (out)
			poll(&p, 1, 1);
	} while (out && meter_now_ns() < give_up_ns);
	return out;
}

static int tpacket_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
			struct engine_turn *turn, char *why)
{
	struct meter meter;
	struct tpacket t;
	int ret = tpacket_open(&t, setup, true, false, turn, why);

	if (ret)
		return ret;
	meter_start(&meter, setup, ns, rate);
	while (!ret && meter_goes_on(&meter)) {
		if (meter_is_early(&meter, setup->batch))
			continue;
		while (t.unsent < setup->batch) {
			struct tpacket3_hdr *frame = take_frame(&t, meter.spin);

			if (!frame)
				break;
			request(&t, frame, setup->packet_size);
			turn->packets++;
		}
		ret = kick(&t);
	}
	turn->packets -= drain(&t);
	meter_stop(&meter, turn);
	turn->calls = t.calls;
	tpacket_close(&t);
	return ret ? engine_fails(why, "sending", -ret) : 0;
}

/* The next block that the kernel handed over; NULL after waiting for one. */
static struct tpacket_block_desc *take_block(struct tpacket *t, bool spin)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN};
	struct tpacket_block_desc *block =
		(struct tpacket_block_desc *)(void *)(t->rx + (size_t)t->next_block * BLOCK_SIZE);
	uint32_t *status = &block->hdr.bh1.block_status;

	if (!(__atomic_load_n(status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) {
		t->calls += !spin;
		if (!spin)
			poll(&p, 1, WAIT_MS);
		return NULL;
	}
	t->next_block = (t->next_block + 1) % BLOCKS;
	return block;
}

static void give_block(struct tpacket_block_desc *block)
{
	__atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
}

/* Copies the packets of a block into TX frames. Returns how many, or -errno. */
static int forward_block(struct tpacket *t, const struct tpacket_block_desc *block, uint32_t batch,
			 bool spin)
{
	const uint8_t *at = (const uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
	int sent = 0, ret = 0;

	for (uint32_t i = 0; i < block->hdr.bh1.num_pkts && !ret; i++) {
		const struct tpacket3_hdr *in = (const void *)at;
		struct tpacket3_hdr *out = take_frame(t, spin);

		at += in->tp_next_offset;
		if (!out)
			continue; /* without room the packet is lost, as in any forwarder */
		memcpy((uint8_t *)out + DATA_AT, (const uint8_t *)in + in->tp_mac, in->tp_snaplen);
		packet_turn_back((uint8_t *)out + DATA_AT, in->tp_snaplen);
		request(t, out, in->tp_snaplen);
		sent++;
		if (t->unsent >= batch)
			ret = kick(t);
	}
	if (!ret && t->unsent)
		ret = kick(t);
	return ret ? ret : sent;
}

static int tpacket_move(const struct engine_setup *setup, bool forwards, uint64_t ns,
			struct engine_turn *turn, char *why)
{
	struct meter meter;
	struct tpacket t;
	int n = tpacket_open(&t, setup, forwards, true, turn, why);

	if (n)
		return n;
	meter_start(&meter, setup, ns, 0);
	while (n >= 0 && meter_goes_on(&meter)) {
		struct tpacket_block_desc *block = take_block(&t, meter.spin);

		meter_look_soon(&meter);
		if (!block)
			continue;
		n = forwards ? forward_block(&t, block, setup->batch, meter.spin)
			     : (int)block->hdr.bh1.num_pkts;
		give_block(block);
		if (n > 0)
			turn->packets += (uint32_t)n;
	}
	if (forwards)
		turn->packets -= drain(&t);
	meter_stop(&meter, turn);
	turn->calls = t.calls;
	tpacket_close(&t);
	return n < 0 ? engine_fails(why, "forwarding", -n) : 0;
}

const struct engine engine_tpacket = {
	.name = "tpacket-v3",
	.words = "packet socket with shared rings",
	.send = tpacket_send,
	.move = tpacket_move,
	.receives = true,
	.forwards = true,
};
