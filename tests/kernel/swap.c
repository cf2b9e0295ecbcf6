/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * swap.c - rules are swapped a hundred times on an interface with two kinds of traffic: UDP
 * to one port, which all the rules take, and a TCP connection to the kernel, which none of
 * them takes. The other end is the kernel in another namespace. No datagram is lost, each
 * is counted by the set that took it, and the connection continues without errors.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "netns.h"
#include "rig.h"

#define SWAPS 100u
#define NEAR "198.18.7.1"
#define FAR "198.18.7.2"
#define UDP_PORT 9000
#define TCP_PORT 7777
#define WINDOW 64u  /* most datagrams in flight: as many as a small ring holds */
#define BLOCK 4096u /* bytes sent at a time on the connection */
#define BURST 64u
#define WAIT_NS 100000000ull /* between checks for the end */
#define PATIENCE_MS 40000

/* Each takes the datagrams, but by a different rule at a different position. */
static const char *const texts[] = {
	"take udp dport 9000",
	"pass icmp; take udp dport 53; take dst " NEAR " and udp dport 8999-9001",
	"pass arp; pass tcp; pass ip6; pass icmp; take ip",
};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))
#define RULES_MOST 5u

/* Shared with the threads at the other end. */
struct other {
	const char *ifname;
	struct zcxsk_redirect *redirect;
	atomic_int thread;    /* its thread ID, once it is in its namespace */
	atomic_bool given;    /* the interface is in the namespace */
	atomic_bool started;  /* the rules are in force */
	atomic_int far, near; /* the ends of the connection, 0 = not yet */
	atomic_bool swapped, stop;
	atomic_bool over; /* the interface is no longer needed */
	atomic_uint sent, received;
	uint64_t bytes; /* sent through the connection and back */
};

static struct sockaddr_in address_of(const char *text, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

	inet_pton(AF_INET, text, &a.sin_addr);
	return a;
}

/* ---- the other end --------------------------------------------------------- */

static void send_datagrams(struct other *o)
{
	const struct sockaddr_in to = address_of(NEAR, UDP_PORT);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char bytes[100] = {0};

	while (!o->stop) {
		if (!o->started || o->sent - o->received >= WINDOW) {
			sched_yield();
			continue;
		}
		CHECK_EQ("a datagram is sent",
			 sendto(fd, bytes, sizeof(bytes), 0, (const struct sockaddr *)&to,
				sizeof(to)),
			 sizeof(bytes));
		o->sent++;
	}
	close(fd);
}

static void connect_back(struct other *o)
{
	const struct sockaddr_in to = address_of(NEAR, TCP_PORT);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK_EQ("a connection is made", connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	o->far = fd;
}

static void *be_the_other_end(void *argument)
{
	struct other *o = argument;

	CHECK_EQ("a namespace", unshare(CLONE_NEWNET), 0);
	o->thread = (int)syscall(SYS_gettid);
	while (!o->given)
		poll(NULL, 0, 1);
	CHECK_EQ("an address", netns_run("ip addr add " FAR "/24 dev %s", o->ifname), 0);
	CHECK_EQ("a link", netns_run("ip link set %s up", o->ifname), 0);
	connect_back(o);
	send_datagrams(o);
	while (!o->over)
		poll(NULL, 0, 1);
	CHECK_EQ("the interface is moved back",
		 netns_run("ip link set %s netns %d", o->ifname, (int)getpid()), 0);
	return NULL;
}

/* ---- the connection ---------------------------------------------------------- */

static unsigned char byte_at(uint64_t n)
{
	return (unsigned char)(n * 31 + (n >> 12));
}

static void move_block(int from, int to, uint64_t at)
{
	unsigned char block[BLOCK], got[BLOCK];
	size_t n = 0;

	for (uint32_t i = 0; i < BLOCK; i++)
		block[i] = byte_at(at + i);
	CHECK_EQ("the connection accepts bytes", send(from, block, BLOCK, 0), BLOCK);
	while (n < BLOCK) {
		struct pollfd p = {.fd = to, .events = POLLIN};
		ssize_t more;

		CHECK_EQ("the connection has data", poll(&p, 1, PATIENCE_MS), 1);
		more = recv(to, got + n, BLOCK - n, 0);
		CHECK("the connection is not closed", more > 0);
		n += (size_t)more;
	}
	CHECK_EQ("every byte is unchanged", memcmp(block, got, BLOCK), 0);
}

/* Sends data there and back while rules are swapped. */
static void *talk(void *argument)
{
	struct other *o = argument;

	while (!o->stop) {
		move_block(o->far, o->near, o->bytes);
		move_block(o->near, o->far, o->bytes);
		o->bytes += BLOCK;
	}
	return NULL;
}

/* ---- swapping and receiving -------------------------------------------------- */

static void *swap_all(void *argument)
{
	struct other *o = argument;
	struct zcxsk_redirect_opts opts;

	zcxsk_redirect_opts_init(&opts);
	for (unsigned i = 1; i <= SWAPS; i++) {
		struct zcxsk_rules *rules;

		CHECK_EQ("rules", zcxsk_rules_parse(&rules, texts[i % TEXTS], NULL), 0);
		opts.rules = rules;
		/* Some are provisional, and not confirmed before the next swap. */
		opts.confirm_ns = i % 4 ? 0 : ZCXSK_CONFIRM_MAX_NS;
		CHECK_EQ("a swap", zcxsk_redirect_swap(o->redirect, &opts, NULL), 0);
		zcxsk_rules_destroy(rules);
	}
	o->swapped = true;
	return NULL;
}

static void receive_some(struct zcxsk_socket *s, struct other *o)
{
	struct zcxsk_packet p[BURST];
	uint32_t n;
	int ret = zcxsk_rx_wait(s, p, BURST, WAIT_NS, &n);

	CHECK("a receiver works", !ret || ret == -ETIMEDOUT);
	CHECK_EQ("frames can be released", zcxsk_packet_release(s, p, n), n);
	o->received += n;
}

/* Receives until the other end has stopped and all its datagrams have arrived. */
static void receive_all(struct zcxsk_socket *s, struct other *o)
{
	uint64_t deadline;

	while (!o->swapped)
		receive_some(s, o);
	o->stop = true;
	deadline = rig_now() + PATIENCE_MS * 1000000ull;
	while (o->received != o->sent) {
		CHECK("no datagram is lost", rig_now() < deadline);
		receive_some(s, o);
	}
}

static void check_counters(struct zcxsk_socket *s, const struct other *o)
{
	struct zcxsk_redirect *r = zcxsk_socket_redirect(s);
	uint32_t n = zcxsk_rules_count(zcxsk_redirect_rules(r));
	struct zcxsk_redirect_stats st;
	uint64_t hits[RULES_MOST];

	zcxsk_redirect_stats_init(&st);
	CHECK_EQ("counters", zcxsk_redirect_read_stats(r, &st), 0);
	CHECK_EQ("each datagram was taken once", st.redirected, o->sent);
	CHECK_EQ("no datagram arrived on a queue without a socket", st.matched_no_socket, 0);
	CHECK_EQ("hit counters", zcxsk_redirect_read_hits(r, hits, n), 0);
	rig_check_quiet("the socket saw no fault", s);
	printf("  %u swaps: %u datagrams, %llu bytes of TCP there and back\n", SWAPS,
	       (unsigned)o->sent, (unsigned long long)o->bytes);
}

/* Moves the interface to the other end, and accepts the connection from there. */
static void meet(struct other *o, pthread_t *thread)
{
	const struct sockaddr_in here = address_of(NEAR, TCP_PORT);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	CHECK_EQ("bind", bind(fd, (const struct sockaddr *)&here, sizeof(here)), 0);
	CHECK_EQ("listen", listen(fd, 1), 0);
	CHECK_EQ("thread", pthread_create(thread, NULL, be_the_other_end, o), 0);
	while (!o->thread)
		poll(NULL, 0, 1);
	CHECK_EQ("the interface is moved away",
		 netns_run("ip link set %s netns %d", o->ifname, o->thread), 0);
	o->given = true;
	o->near = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	CHECK("a connection arrives", o->near > 0);
	while (!o->far)
		poll(NULL, 0, 1);
	close(fd);
}

static void swapping(enum zcxsk_mode mode)
{
	struct other o = {.ifname = rig_left(0)};
	pthread_t other, talker, swapper;
	struct zcxsk_socket *s;
	struct rig_opts opts;

	meet(&o, &other);
	rig_opts(&opts, mode);
	opts.redirect.rules = rig_rules(texts[0]);
	s = rig_open(rig_right(0), 0, &opts.socket);
	o.redirect = zcxsk_socket_redirect(s);
	o.started = true;
	CHECK_EQ("thread", pthread_create(&talker, NULL, talk, &o), 0);
	CHECK_EQ("thread", pthread_create(&swapper, NULL, swap_all, &o), 0);
	receive_all(s, &o);
	pthread_join(swapper, NULL);
	pthread_join(talker, NULL);
	o.over = true;
	pthread_join(other, NULL);
	check_counters(s, &o);
	CHECK("the connection carried data", o.bytes > 0);
	zcxsk_socket_close(s);
	zcxsk_rules_destroy((struct zcxsk_rules *)opts.redirect.rules);
	close(o.near);
	close(o.far);
	rig_link(rig_left(0), "up");
}

int main(void)
{
	rig_setup(1);
	CHECK_EQ("an address", netns_run("ip addr add " NEAR "/24 dev %s", rig_right(0)), 0);
	rig_each_mode(swapping);
	return 0;
}
