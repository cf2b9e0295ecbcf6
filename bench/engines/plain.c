/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain.c - a socket on libxdp's ring functions, as its documentation teaches: it
 * keeps the fill ring full, kicks when the kernel needs a wakeup and again on
 * EAGAIN, and reaps completions before any wait.
 */
#include "plain.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case.h"
#include "xsk_options.h"

enum {
	FRAME_SIZE = 2048, /* bytes; twice that for packets that do not fit */
	QUEUES_MAX = 256,  /* entries of the map of sockets */
	DRAIN_SLEEP_MS = 1,
};

static uint32_t xdp_flags(const char *mode)
{
	return strcmp(mode, "generic-copy") ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
}

/* Redirects every packet to the socket of its queue, or passes it if there is none. */
static int load_program(int map)
{
	/* Code, destination, source, offset, value. */
	const struct bpf_insn code[] = {
		{BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1,
		 offsetof(struct xdp_md, rx_queue_index), 0},
		{BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map},
		{0},
		{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, XDP_PASS},
		{BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect_map},
		{BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
	};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "plain_redirect", "Dual BSD/GPL", code,
			     sizeof(code) / sizeof(code[0]), NULL);
}

/* Attaches by a link, which the kernel removes with this process. 0 or -errno. */
static int attach(struct plain *p, const struct plain_opts *o, char *why)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = xdp_flags(o->mode));

	p->map = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "plain_sockets", 4, 4, QUEUES_MAX, NULL);
	if (p->map < 0)
		return engine_fails(why, "XSKMAP", -p->map);
	p->program = load_program(p->map);
	if (p->program < 0)
		return engine_fails(why, "XDP program", -p->program);
	p->link = bpf_link_create(p->program, (int)if_nametoindex(o->ifname), BPF_XDP, &opts);
	return p->link < 0 ? engine_fails(why, "attach XDP", -p->link) : 0;
}

/*
 * Posts the first 2 * ring_size frames; the others are free. Call it before the
 * bind: a device that finds an empty fill ring then may never look again.
 */
static void share_out_frames(struct plain *p)
{
	uint32_t at, n = xsk_ring_prod__reserve(&p->fill, 2 * p->ring_size, &at);

	for (uint32_t i = 0; i < n; i++)
		*xsk_ring_prod__fill_addr(&p->fill, at + i) = (uint64_t)i * p->frame_size;
	xsk_ring_prod__submit(&p->fill, n);
	p->free_count = 0;
	for (uint32_t i = n; i < n + p->frames; i++)
		p->free_frames[p->free_count++] = (uint64_t)i * p->frame_size;
}

/* 0 or -errno. On an error no UMEM or socket is left. */
static int create(struct plain *p, const struct plain_opts *o)
{
	bool zero_copy = !strcmp(o->mode, "zero-copy");
	struct xsk_umem_config umem = {.fill_size = 2 * p->ring_size,
				       .comp_size = p->ring_size,
				       .frame_size = p->frame_size};
	struct xsk_socket_config socket = {.rx_size = p->ring_size,
					   .tx_size = p->tx_ring,
					   .xdp_flags = xdp_flags(o->mode),
					   .bind_flags = XDP_USE_NEED_WAKEUP |
							 (zero_copy ? XDP_ZEROCOPY : XDP_COPY),
					   .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD};
	int ret;

	/* libxdp does not reset the user's own index, which an earlier attempt moved. */
	memset(&p->fill, 0, sizeof(p->fill));
	ret = xsk_umem__create(&p->umem, p->area, p->area_size, &p->fill, &p->completion, &umem);

	if (ret)
		return ret;
	share_out_frames(p);
	ret = xsk_socket__create(&p->xsk, o->ifname, o->queue, p->umem, o->receives ? &p->rx : NULL,
				 o->sends ? &p->tx : NULL, &socket);
	if (ret) {
		p->xsk = NULL;
		xsk_umem__delete(p->umem);
		p->umem = NULL;
	}
	return ret;
}

static int bind_socket(struct plain *p, const struct plain_opts *o, char *why)
{
	int ret;

	/* The kernel may still be closing the previous socket of the queue. */
	for (int tries = BUSY_MS / BUSY_SLEEP_MS; (ret = create(p, o)) == -EBUSY && tries > 0;
	     tries--)
		poll(NULL, 0, BUSY_SLEEP_MS);
	if (ret)
		return engine_fails(why, "socket", -ret);
	if (o->busy_poll)
		xsk_busy_poll(xsk_socket__fd(p->xsk), o->sends);
	ret = o->receives ? xsk_socket__update_xskmap(p->xsk, p->map) : 0;
	return ret ? engine_fails(why, "XSKMAP", -ret) : 0;
}

static int make_memory(struct plain *p, const struct plain_opts *o, char *why)
{
	p->ring_size = o->ring_size ? o->ring_size : PLAIN_RING;
	p->tx_ring = o->tx_ring ? o->tx_ring : p->ring_size;
	p->busy_poll = o->busy_poll;
	p->wait_ms = o->wait_ms ? (int)o->wait_ms : WAIT_MS;
	p->frames = o->frames ? o->frames : 4 * p->ring_size;
	/* XDP reserves 256 bytes before a received packet. */
	p->frame_size = o->packet_size + 256 > FRAME_SIZE ? 2 * FRAME_SIZE : FRAME_SIZE;
	p->area_size = (size_t)(p->frames + 2 * p->ring_size) * p->frame_size;
	/* When forwarding, any frame may become free, not only those to send from. */
	p->free_frames = calloc(p->frames + 2 * p->ring_size, sizeof(p->free_frames[0]));
	p->area = mmap(NULL, p->area_size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (p->area == MAP_FAILED)
		p->area = NULL;
	return p->area && p->free_frames ? 0 : engine_fails(why, "memory", ENOMEM);
}

int plain_open(struct plain *p, const struct plain_opts *o, char *why)
{
	int ret;

	memset(p, 0, sizeof(*p));
	p->program = p->map = p->link = -1;
	if (o->packet_size + 256 > 2 * FRAME_SIZE)
		return engine_refuses(why, EOPNOTSUPP,
				      "a packet of %u bytes does not fit into a frame",
				      o->packet_size);
	ret = make_memory(p, o, why);
	if (!ret && o->receives)
		ret = attach(p, o, why);
	if (!ret)
		ret = bind_socket(p, o, why);
	if (ret)
		plain_close(p);
	return ret;
}

int plain_open_best(struct plain *p, struct plain_opts *o, char *why)
{
	static const char *const modes[] = {"zero-copy", "native-copy", "generic-copy"};
	int ret = -EOPNOTSUPP;

	if (o->mode)
		return plain_open(p, o, why);
	for (size_t i = 0; ret && i < sizeof(modes) / sizeof(modes[0]); i++) {
		o->mode = modes[i];
		ret = plain_open(p, o, why);
	}
	return ret;
}

void plain_close(struct plain *p)
{
	const int fds[] = {p->link, p->program, p->map};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	xsk_socket__delete(p->xsk);
	if (p->umem)
		xsk_umem__delete(p->umem);
	if (p->area)
		munmap(p->area, p->area_size);
	free(p->free_frames);
}

void plain_fill_in(struct plain *p, const uint8_t *packet, uint32_t size)
{
	for (uint32_t i = 0; i < p->free_count; i++)
		memcpy(p->area + p->free_frames[i], packet, size);
}

void plain_reap(struct plain *p)
{
	uint32_t at, n = xsk_ring_cons__peek(&p->completion, p->ring_size, &at);

	if (!n)
		return;
	for (uint32_t i = 0; i < n; i++)
		p->free_frames[p->free_count++] =
			*xsk_ring_cons__comp_addr(&p->completion, at + i) &
			~(uint64_t)(p->frame_size - 1);
	xsk_ring_cons__release(&p->completion, n);
	p->outstanding -= n;
	p->completed += n;
	if (p->meter)
		meter_progress(p->meter);
}

int plain_kick(struct plain *p)
{
	while (!stop_requested()) {
		p->calls++;
		if (sendto(xsk_socket__fd(p->xsk), NULL, 0, MSG_DONTWAIT, NULL, 0) >= 0)
			return 0;
		if (errno == EAGAIN)
			plain_reap(p); /* the kernel stops without room for completions */
		else if (errno == EBUSY || errno == ENOBUFS || errno == ENETDOWN)
			return 0; /* dropped or still queued; the next kick continues */
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int plain_submit(struct plain *p, uint32_t n)
{
	if (!p->outstanding && p->meter)
		meter_depart(p->meter);
	xsk_ring_prod__submit(&p->tx, n);
	p->outstanding += n;
	return xsk_ring_prod__needs_wakeup(&p->tx) ? plain_kick(p) : 0;
}

int plain_wait_to_send(struct plain *p, bool spin)
{
	struct pollfd fd = {.fd = xsk_socket__fd(p->xsk), .events = POLLOUT};
	int ret = 0;

	plain_reap(p);
	if (!spin) {
		p->calls++;
		poll(&fd, 1, p->wait_ms);
	} else if (xsk_ring_prod__needs_wakeup(&p->tx)) {
		ret = plain_kick(p);
	}
	plain_reap(p);
	return ret;
}

int plain_send(struct plain *p, uint32_t n, uint32_t size, bool spin)
{
	uint32_t at;
	int ret;

	if (p->free_count < n || xsk_ring_prod__reserve(&p->tx, n, &at) != n)
		return plain_wait_to_send(p, spin);
	for (uint32_t i = 0; i < n; i++) {
		struct xdp_desc *d = xsk_ring_prod__tx_desc(&p->tx, at + i);

		d->addr = p->free_frames[--p->free_count];
		d->len = size;
		d->options = 0;
	}
	ret = plain_submit(p, n);
	return ret ? ret : (int)n;
}

uint32_t plain_peek(struct plain *p, uint32_t n, bool spin, uint32_t *at)
{
	struct pollfd fd = {.fd = xsk_socket__fd(p->xsk), .events = POLLIN};
	uint32_t got = xsk_ring_cons__peek(&p->rx, n, at);

	if (got)
		return got;
	if (!spin) {
		p->calls++;
		poll(&fd, 1, p->wait_ms);
	} else if (p->busy_poll || xsk_ring_prod__needs_wakeup(&p->fill)) {
		p->calls++;
		recvfrom(xsk_socket__fd(p->xsk), NULL, 0, MSG_DONTWAIT, NULL, NULL);
	}
	return xsk_ring_cons__peek(&p->rx, n, at);
}

void plain_turn_around(struct plain *p, uint32_t from, uint32_t to, uint32_t n, uint64_t *frames,
		       void (*turn)(uint8_t *bytes, uint32_t size))
{
	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *in = xsk_ring_cons__rx_desc(&p->rx, from + i);

		turn(p->area + in->addr, in->len);
		*xsk_ring_prod__tx_desc(&p->tx, to + i) = *in;
		frames[i] = p->free_frames[--p->free_count];
	}
	xsk_ring_cons__release(&p->rx, n);
}

void plain_refill(struct plain *p, const uint64_t *frames, uint32_t n)
{
	uint32_t at;

	/* The kernel publishes a packet a moment before its frame's slot in the fill ring. */
	while (xsk_ring_prod__reserve(&p->fill, n, &at) != n) {
		if (stop_requested())
			return;
		if (!xsk_ring_prod__needs_wakeup(&p->fill))
			continue;
		p->calls++;
		recvfrom(xsk_socket__fd(p->xsk), NULL, 0, MSG_DONTWAIT, NULL, NULL);
	}
	for (uint32_t i = 0; i < n; i++)
		*xsk_ring_prod__fill_addr(&p->fill, at + i) = frames[i];
	xsk_ring_prod__submit(&p->fill, n);
}

void plain_drain(struct plain *p)
{
	uint64_t give_up_ns = meter_now_ns() + DRAIN_MS * NS_PER_MS;

	plain_reap(p);
	while (p->outstanding && meter_now_ns() < give_up_ns) {
		if (plain_kick(p))
			return;
		plain_reap(p);
		if (p->outstanding)
			poll(NULL, 0, DRAIN_SLEEP_MS);
		plain_reap(p);
	}
}
