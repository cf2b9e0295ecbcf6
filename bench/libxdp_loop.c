/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libxdp_loop.c - what a careful user writes on libxdp's own ring functions,
 * to compare with: one socket, one queue, one kick a batch. It keeps the fill
 * ring filled, honours need_wakeup, kicks again on EAGAIN (the copy modes send
 * only a part per system call) and reaps before it waits. It looks at the clock
 * when completions have come, to tell the longest time without one. It does not
 * use the library.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <xdp/xsk.h>

/* The same sizes as zcxsock's defaults, so that the two can be compared. */
enum {
	FRAME_SIZE = 2048,	   /* bytes */
	RING_SIZE = 2048,	   /* entries of the RX and completion ring, at most of TX's */
	FILL_SIZE = 2 * RING_SIZE, /* entries */
	TX_FRAMES = 4 * RING_SIZE, /* the other rings full at once, and one to spare */
	FRAMES = FILL_SIZE + TX_FRAMES,
	UMEM_SIZE = FRAMES * FRAME_SIZE, /* bytes */
	PACKET_MIN = 60,		 /* bytes: the shortest Ethernet frame, without checksum */
	PACKET_MAX = 1514,		 /* bytes: the longest one at an MTU of 1500 */
	SECONDS_MAX = 86400,		 /* a day; only catches slips of the finger */
	SLEEP_MAX_MS = 60000,		 /* a minute; likewise */
	SLEEP_MS = 100,	     /* bounds how late a stop is seen when a signal hits early */
	DRAIN_MS = 1000,     /* for the last frames to come back */
	DRAIN_SLEEP_MS = 10, /* between kicks meanwhile */
	BUSY_TRIES = 300,    /* three seconds for a queue to become free, as */
	BUSY_SLEEP_MS = 10,  /* zcxsock's library grants */
	SEQUENCE_AT = 42,    /* bytes: after the Ethernet, IPv4 and UDP headers */
};

enum what { SEND, RECEIVE, FORWARD };

struct loop {
	const char *ifname;
	uint32_t queue;
	uint32_t batch;	     /* packets */
	uint32_t packet_len; /* bytes */
	uint32_t tx_ring;    /* entries of the TX ring */
	uint32_t frames;     /* to send from */
	uint32_t sleep_ms;   /* longest poll() */
	double seconds;
	enum what what;
	const char *what_name;
	const char *mode_name;
	uint32_t xdp_flags;
	uint16_t bind_flags;
	bool no_program;
	bool sleeps; /* in poll() instead of spinning */
	bool json;

	unsigned char *area; /* FRAMES * FRAME_SIZE bytes */
	struct xsk_umem *umem;
	struct xsk_socket *xsk;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons rx, completion;
	uint64_t free[FRAMES]; /* stack of free frames */
	uint32_t free_count;
	uint32_t outstanding; /* frames sent and not yet back */

	uint64_t packets;
	uint64_t bytes;
	uint64_t kicks;
	uint64_t kicks_again; /* those that gave EAGAIN */
	uint64_t completed;   /* frames back by the completion ring */
	double progress;      /* when the last ones came, or the first was sent */
	double gap;	      /* seconds; the longest time between completions */
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

__attribute__((noreturn, format(printf, 2, 3))) static void fail(int status, const char *format,
								 ...)
{
	va_list args;

	fputs("libxdp-loop: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The same packet into every frame: UDP from 198.18.0.1 to 198.18.0.2, port 9, no checksum. */
static void write_packets(struct loop *l)
{
	uint16_t ip_len = (uint16_t)(l->packet_len - 14), udp_len = (uint16_t)(ip_len - 20);
	unsigned char h[SEQUENCE_AT] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45};
	uint32_t sum = 0;

	h[16] = (unsigned char)(ip_len >> 8);
	h[17] = (unsigned char)ip_len;
	h[22] = 64;
	h[23] = 17;
	memcpy(h + 26, "\xc6\x12\x00\x01\xc6\x12\x00\x02", 8);
	h[34] = 0xc0;
	h[37] = 9;
	h[38] = (unsigned char)(udp_len >> 8);
	h[39] = (unsigned char)udp_len;
	for (int i = 14; i < 34; i += 2)
		sum += (uint32_t)h[i] << 8 | h[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16));
	h[24] = (unsigned char)(sum >> 8);
	h[25] = (unsigned char)sum;
	for (size_t i = 0; i < FRAMES; i++)
		memcpy(l->area + i * FRAME_SIZE, h, sizeof(h));
}

static int create(struct loop *l)
{
	struct xsk_umem_config umem = {
		.fill_size = FILL_SIZE, .comp_size = RING_SIZE, .frame_size = FRAME_SIZE};
	struct xsk_socket_config socket = {
		.rx_size = RING_SIZE,
		.tx_size = l->tx_ring,
		.xdp_flags = l->xdp_flags,
		.bind_flags = l->bind_flags,
		.libxdp_flags = l->no_program ? XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD : 0};
	int rc;

	rc = xsk_umem__create(&l->umem, l->area, UMEM_SIZE, &l->fill, &l->completion, &umem);
	if (rc)
		fail(1, "UMEM: %s", strerror(-rc));
	rc = xsk_socket__create(&l->xsk, l->ifname, l->queue, l->umem,
				l->what == SEND ? NULL : &l->rx, l->what == RECEIVE ? NULL : &l->tx,
				&socket);
	if (rc)
		xsk_umem__delete(l->umem);
	return rc;
}

static void open_socket(struct loop *l)
{
	int rc;

	l->area = mmap(NULL, UMEM_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (l->area == MAP_FAILED)
		fail(1, "memory of %d bytes: %s", UMEM_SIZE, strerror(errno));
	write_packets(l);
	/* The kernel may still be taking down the socket that was on the queue before. */
	for (int tries = BUSY_TRIES; (rc = create(l)) == -EBUSY && tries > 0; tries--)
		poll(NULL, 0, BUSY_SLEEP_MS);
	if (rc)
		fail(1, "socket on %s queue %u, %s: %s", l->ifname, l->queue, l->mode_name,
		     strerror(-rc));
}

/* The first FILL_SIZE frames go into the fill ring, those after them are free to send. */
static void share_out_frames(struct loop *l)
{
	uint32_t at;

	if (xsk_ring_prod__reserve(&l->fill, FILL_SIZE, &at) != FILL_SIZE)
		fail(1, "the fill ring is smaller than asked for");
	for (uint32_t i = 0; i < FILL_SIZE; i++)
		*xsk_ring_prod__fill_addr(&l->fill, at + i) = (uint64_t)i * FRAME_SIZE;
	xsk_ring_prod__submit(&l->fill, FILL_SIZE);
	for (uint32_t i = FILL_SIZE; i < FILL_SIZE + l->frames; i++)
		l->free[l->free_count++] = (uint64_t)i * FRAME_SIZE;
}

/* Completions have come, or the last wait for them is over. */
static void end_gap(struct loop *l)
{
	double t = now();

	if (t - l->progress > l->gap)
		l->gap = t - l->progress;
	l->progress = t;
}

static void reap(struct loop *l)
{
	uint32_t at, n = xsk_ring_cons__peek(&l->completion, RING_SIZE, &at);

	if (!n)
		return;
	for (uint32_t i = 0; i < n; i++)
		l->free[l->free_count++] = *xsk_ring_cons__comp_addr(&l->completion, at + i) &
					   ~(uint64_t)(FRAME_SIZE - 1);
	xsk_ring_cons__release(&l->completion, n);
	end_gap(l);
	l->completed += n;
	l->outstanding -= n;
}

static void kick(struct loop *l)
{
	do {
		l->kicks++;
		if (sendto(xsk_socket__fd(l->xsk), NULL, 0, MSG_DONTWAIT, NULL, 0) >= 0)
			return;
		if (errno == EAGAIN) {
			l->kicks_again++;
			reap(l);
		} else if (errno == EBUSY || errno == ENOBUFS || errno == ENETDOWN) {
			return; /* packets dropped or still queued; the next kick goes on */
		} else if (errno != EINTR) {
			fail(1, "kick: %s", strerror(errno));
		}
	} while (errno == EAGAIN && !stopped);
}

/* The ring has no room or no frame is free: reap, then kick or sleep. */
static void wait_to_send(struct loop *l)
{
	struct pollfd p = {.fd = xsk_socket__fd(l->xsk), .events = POLLOUT};

	reap(l);
	if (l->sleeps)
		poll(&p, 1, (int)l->sleep_ms);
	else if (xsk_ring_prod__needs_wakeup(&l->tx))
		kick(l);
	reap(l);
}

/* Room for n descriptors in the TX ring; false when told to stop meanwhile. */
static bool reserve_tx(struct loop *l, uint32_t n, uint32_t *at)
{
	while (xsk_ring_prod__reserve(&l->tx, n, at) != n) {
		wait_to_send(l);
		if (stopped)
			return false;
	}
	return true;
}

static void submit_tx(struct loop *l, uint32_t n)
{
	if (!l->outstanding)
		l->progress = now();
	xsk_ring_prod__submit(&l->tx, n);
	l->outstanding += n;
	if (xsk_ring_prod__needs_wakeup(&l->tx))
		kick(l);
}

static void send_batch(struct loop *l)
{
	uint32_t at;

	reap(l);
	if (l->free_count < l->batch) {
		wait_to_send(l);
		return;
	}
	if (!reserve_tx(l, l->batch, &at))
		return;
	for (uint32_t i = 0; i < l->batch; i++) {
		struct xdp_desc *d = xsk_ring_prod__tx_desc(&l->tx, at + i);
		uint64_t sequence = l->packets + i;

		d->addr = l->free[--l->free_count];
		d->len = l->packet_len;
		d->options = 0;
		memcpy(l->area + d->addr + SEQUENCE_AT, &sequence, sizeof(sequence));
	}
	submit_tx(l, l->batch);
	l->packets += l->batch;
	l->bytes += (uint64_t)l->batch * l->packet_len;
}

/* Packets in the RX ring, at most a batch; waits for them in poll() when told to. */
static uint32_t peek_rx(struct loop *l, uint32_t *at)
{
	struct pollfd p = {.fd = xsk_socket__fd(l->xsk), .events = POLLIN};
	uint32_t n = xsk_ring_cons__peek(&l->rx, l->batch, at);

	if (n)
		return n;
	if (l->what == FORWARD)
		reap(l);
	if (l->sleeps)
		poll(&p, 1, (int)l->sleep_ms);
	else if (xsk_ring_prod__needs_wakeup(&l->fill))
		recvfrom(xsk_socket__fd(l->xsk), NULL, 0, MSG_DONTWAIT, NULL, NULL);
	return xsk_ring_cons__peek(&l->rx, l->batch, at);
}

static void refill(struct loop *l, const uint64_t *frames, uint32_t n)
{
	uint32_t at = 0;

	/* The kernel publishes a packet a moment before the room that its frame left behind. */
	while (xsk_ring_prod__reserve(&l->fill, n, &at) != n && !stopped)
		if (xsk_ring_prod__needs_wakeup(&l->fill))
			recvfrom(xsk_socket__fd(l->xsk), NULL, 0, MSG_DONTWAIT, NULL, NULL);
	if (stopped)
		return;
	for (uint32_t i = 0; i < n; i++)
		*xsk_ring_prod__fill_addr(&l->fill, at + i) = frames[i];
	xsk_ring_prod__submit(&l->fill, n);
}

static void receive_batch(struct loop *l)
{
	uint64_t frames[RING_SIZE];
	uint32_t at, n = peek_rx(l, &at);

	if (!n)
		return;
	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *d = xsk_ring_cons__rx_desc(&l->rx, at + i);

		frames[i] = d->addr & ~(uint64_t)(FRAME_SIZE - 1);
		l->bytes += d->len;
	}
	xsk_ring_cons__release(&l->rx, n);
	refill(l, frames, n);
	l->packets += n;
}

static void swap_macs(unsigned char *packet)
{
	unsigned char mac[6];

	memcpy(mac, packet, 6);
	memcpy(packet, packet + 6, 6);
	memcpy(packet + 6, mac, 6);
}

/* Each received frame goes out as it is; a free one takes its place in the fill ring. */
static void forward_batch(struct loop *l)
{
	uint64_t frames[RING_SIZE];
	uint32_t from, to, n;

	if (l->free_count < l->batch) {
		wait_to_send(l);
		return;
	}
	n = peek_rx(l, &from);
	if (!n || !reserve_tx(l, n, &to))
		return;
	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *in = xsk_ring_cons__rx_desc(&l->rx, from + i);
		struct xdp_desc *out = xsk_ring_prod__tx_desc(&l->tx, to + i);

		swap_macs(l->area + in->addr);
		*out = *in;
		frames[i] = l->free[--l->free_count];
		l->bytes += in->len;
	}
	xsk_ring_cons__release(&l->rx, n);
	submit_tx(l, n);
	refill(l, frames, n);
	l->packets += n;
	reap(l);
}

static void set_alarm(double seconds)
{
	struct itimerval t = {.it_value.tv_sec = (time_t)seconds};

	t.it_value.tv_usec = (suseconds_t)((seconds - (double)t.it_value.tv_sec) * 1e6);
	setitimer(ITIMER_REAL, &t, NULL);
}

/* So that the device is done with all when the socket is closed. */
static void drain(struct loop *l)
{
	double deadline = now() + DRAIN_MS / 1e3;

	reap(l);
	while (l->outstanding && now() < deadline) {
		kick(l);
		poll(NULL, 0, DRAIN_SLEEP_MS);
		reap(l);
	}
}

static void print_result(const struct loop *l, double seconds)
{
	double pps = (double)l->packets / seconds;

	if (l->json)
		printf("{\"tool\": \"libxdp-loop\", \"command\": \"%s\", \"interface\": \"%s\", "
		       "\"queue\": %u, \"mode\": \"%s\", \"batch\": %u, \"duration_s\": %.6f, "
		       "\"packets\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"pps\": %.0f, "
		       "\"kicks\": %" PRIu64 ", \"kicks_again\": %" PRIu64 ", "
		       "\"completed\": %" PRIu64 ", \"longest_gap_us\": %.0f}\n",
		       l->what_name, l->ifname, l->queue, l->mode_name, l->batch, seconds,
		       l->packets, l->bytes, pps, l->kicks, l->kicks_again, l->completed,
		       l->gap * 1e6);
	else
		printf("%s on %s queue %u, %s: %" PRIu64 " packets in %.2f s, %.0f packets/s, "
		       "%" PRIu64 " kicks, at most %.3f ms without a completion\n",
		       l->what_name, l->ifname, l->queue, l->mode_name, l->packets, seconds, pps,
		       l->kicks, l->gap * 1e3);
}

static void run(struct loop *l)
{
	double start, seconds;

	set_alarm(l->seconds);
	start = now();
	while (!stopped) {
		if (l->what == SEND)
			send_batch(l);
		else if (l->what == RECEIVE)
			receive_batch(l);
		else
			forward_batch(l);
	}
	if (l->outstanding)
		end_gap(l);
	seconds = now() - start;
	print_result(l, seconds);
	drain(l);
}

static void usage(FILE *to)
{
	fprintf(to,
		"usage: libxdp-loop -i IFACE [-q QUEUE] -m tx|rx|fwd [-b BATCH] [-s SIZE]\n"
		"                   [-d SECONDS] [-M zero-copy|native-copy|generic-copy]\n"
		"                   [-w spin|poll] [-t MS] [-f FRAMES] [-r ENTRIES] [-n] [--json]\n"
		"  -b  packets a kick, 1 to %d (64)       -s  bytes a packet, %d to %d (60)\n"
		"  -d  how long, also 0.5 (5)             -f  frames to send from, 1 to %d (%d)\n"
		"  -w  how to wait for the kernel (spin)  -t  longest poll() in ms, 1 to %d (%d)\n"
		"  -r  entries of the TX ring, to %d (%d)\n"
		"  -n  load no XDP program (tx only)\n",
		RING_SIZE, PACKET_MIN, PACKET_MAX, TX_FRAMES, TX_FRAMES, SLEEP_MAX_MS, SLEEP_MS,
		RING_SIZE, RING_SIZE);
}

static uint32_t number(const char *option, const char *text, uint32_t min, uint32_t max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value < min || value > max)
		fail(2, "%s %s: must be a whole number from %u to %u", option, text, min, max);
	return (uint32_t)value;
}

static double seconds_of(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	/* Written so that what is not a number fails, too. */
	if (end == text || *end || !(value >= 0.001 && value <= SECONDS_MAX))
		fail(2, "-d %s: must be a number from 0.001 to %d", text, SECONDS_MAX);
	return value;
}

static void set_what(struct loop *l, const char *word)
{
	static const char *const names[] = {"tx", "rx", "fwd"};

	for (uint32_t i = 0; i < 3; i++) {
		if (!strcmp(word, names[i])) {
			l->what = (enum what)i;
			l->what_name = names[i];
			return;
		}
	}
	fail(2, "-m %s: must be tx, rx or fwd", word);
}

static void set_mode(struct loop *l, const char *word)
{
	bool zero_copy = !strcmp(word, "zero-copy"), native = !strcmp(word, "native-copy");

	if (!zero_copy && !native && strcmp(word, "generic-copy"))
		fail(2, "-M %s: must be zero-copy, native-copy or generic-copy", word);
	l->mode_name = word;
	l->xdp_flags = zero_copy || native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
	l->bind_flags = XDP_USE_NEED_WAKEUP | (zero_copy ? XDP_ZEROCOPY : XDP_COPY);
}

static void set_option(struct loop *l, int option)
{
	switch (option) {
	case 'i':
		l->ifname = optarg;
		break;
	case 'q':
		l->queue = number("-q", optarg, 0, UINT16_MAX);
		break;
	case 'm':
		set_what(l, optarg);
		break;
	case 'b':
		l->batch = number("-b", optarg, 1, RING_SIZE);
		break;
	case 's':
		l->packet_len = number("-s", optarg, PACKET_MIN, PACKET_MAX);
		break;
	case 'd':
		l->seconds = seconds_of(optarg);
		break;
	case 'M':
		set_mode(l, optarg);
		break;
	case 'w':
		l->sleeps = !strcmp(optarg, "poll");
		if (!l->sleeps && strcmp(optarg, "spin"))
			fail(2, "-w %s: must be spin or poll", optarg);
		break;
	case 't':
		l->sleep_ms = number("-t", optarg, 1, SLEEP_MAX_MS);
		break;
	case 'f':
		l->frames = number("-f", optarg, 1, TX_FRAMES);
		break;
	case 'r':
		l->tx_ring = number("-r", optarg, 1, RING_SIZE);
		break;
	case 'n':
		l->no_program = true;
		break;
	case 'j':
		l->json = true;
		break;
	case 'h':
		usage(stdout);
		exit(0);
	default:
		usage(stderr);
		exit(2);
	}
}

static void read_options(struct loop *l, int argc, char **argv)
{
	static const struct option longs[] = {
		{"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {0}};
	int option;

	while ((option = getopt_long(argc, argv, "i:q:m:b:s:d:M:w:t:f:r:nh", longs, NULL)) != -1)
		set_option(l, option);
	if (optind < argc)
		fail(2, "%s: not understood", argv[optind]);
	if (!l->ifname || !l->what_name)
		fail(2, "-i and -m are needed; see --help");
	if (l->no_program && l->what != SEND)
		fail(2, "-n: only with -m tx; nothing comes in without a program");
	if (l->frames < l->batch)
		fail(2, "-f %u: fewer frames than a batch", l->frames);
	if (l->tx_ring < l->batch || l->tx_ring & (l->tx_ring - 1))
		fail(2, "-r %u: no power of two, or less than a batch", l->tx_ring);
}

int main(int argc, char **argv)
{
	static struct loop l = {.batch = 64,
				.packet_len = PACKET_MIN,
				.seconds = 5,
				.frames = TX_FRAMES,
				.tx_ring = RING_SIZE,
				.sleep_ms = SLEEP_MS};
	struct sigaction action = {.sa_handler = stop};

	set_mode(&l, "native-copy");
	read_options(&l, argc, argv);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	open_socket(&l);
	share_out_frames(&l);
	run(&l);
	xsk_socket__delete(l.xsk);
	xsk_umem__delete(l.umem);
	return 0;
}
