/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_far.c - sends UDP to the near card, and checks the UDP that comes from it. */
#include "soak_far.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "soak_packet.h"

#define FIRST_PORT 10000u
#define BURST_MOST 48u
#define PAUSE_MS 1 /* between bursts */
#define WAIT_MS 20
#define QUEUE_MASK 0xfu

static struct sockaddr_in address_of(const char *text, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

	if (text)
		inet_pton(AF_INET, text, &a.sin_addr);
	return a;
}

static int open_udp(uint16_t port)
{
	const struct sockaddr_in here = address_of(NULL, port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	CHECK("a UDP socket", fd >= 0 && !bind(fd, (const struct sockaddr *)&here, sizeof(here)));
	return fd;
}

/* Datagrams are lost while there is no card, link or worker; none may be damaged. */
static void *send_on(void *argument)
{
	struct soak_far *f = argument;
	uint64_t next[SOAK_FLOWS] = {0};
	unsigned char bytes[SOAK_PAYLOAD_MAX];

	while (!f->stop) {
		uint32_t flow = prng_below(&f->prng, SOAK_FLOWS);
		uint32_t n = prng_below(&f->prng, BURST_MOST + 1);

		while (n--) {
			uint64_t number = next[flow]++ | (uint64_t)flow << SOAK_QUEUE_AT;

			soak_write_payload(bytes, number);
			if (send(f->flows[flow], bytes, soak_payload(number), MSG_DONTWAIT) > 0)
				f->sent++;
		}
		poll(NULL, 0, PAUSE_MS);
	}
	return NULL;
}

static void take(struct soak_far *f, const unsigned char *bytes, size_t n)
{
	uint64_t number = soak_check_payload("sent packets arrive unchanged", bytes, n);

	if (number & SOAK_REFLECTED) {
		soak_arrived("no packet is reflected twice", f->seen_reflected, number);
		f->reflected++;
	} else {
		soak_arrived("no packet arrives twice", f->seen, number);
		CHECK("packets name their queue",
		      (number >> SOAK_QUEUE_AT & QUEUE_MASK) < SOAK_QUEUES);
		f->got[number >> SOAK_QUEUE_AT & QUEUE_MASK]++;
	}
}

static void *receive_on(void *argument)
{
	struct soak_far *f = argument;
	unsigned char bytes[SOAK_PAYLOAD_MAX + 1];

	while (!f->stop) {
		struct pollfd p = {.fd = f->sink, .events = POLLIN};
		ssize_t n;

		if (poll(&p, 1, WAIT_MS) <= 0)
			continue;
		while ((n = recv(f->sink, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
			take(f, bytes, (size_t)n);
	}
	return NULL;
}

void soak_far_start(struct soak_far *f, const struct soak_cards *c, uint64_t seed)
{
	const struct sockaddr_in to = address_of(SOAK_NEAR_IP, SOAK_NEAR_PORT);

	memset(f, 0, sizeof(*f));
	f->prng.state = seed + 1;
	soak_cards_enter(c->far_ns);
	f->sink = open_udp(SOAK_FAR_PORT);
	for (uint32_t i = 0; i < SOAK_FLOWS; i++) {
		f->flows[i] = open_udp((uint16_t)(FIRST_PORT + i));
		CHECK_EQ("connect", connect(f->flows[i], (const struct sockaddr *)&to, sizeof(to)),
			 0);
	}
	soak_cards_enter(c->near_ns);
	CHECK_EQ("thread", pthread_create(&f->sender, NULL, send_on, f), 0);
	CHECK_EQ("thread", pthread_create(&f->receiver, NULL, receive_on, f), 0);
}

void soak_far_stop(struct soak_far *f)
{
	f->stop = true;
	pthread_join(f->sender, NULL);
	pthread_join(f->receiver, NULL);
	for (uint32_t i = 0; i < SOAK_FLOWS; i++)
		close(f->flows[i]);
	close(f->sink);
}
