/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * killed.c - a program that is killed at a random moment, while it opens, sends, receives
 * or closes, leaves the interface clean within a second, and the next one works.
 */
#include <poll.h>
#include <stdlib.h>

#include "check.h"
#include "child.h"
#include "rig.h"
#include "traffic.h"

#define MOMENTS 25u	     /* in each mode */
#define ROUNDS_MAX_US 60000u /* until the kill: longer than one opening and closing */
#define NS_PER_US 1000u
#define CLEAN_NS 1000000000ull
#define PACKETS 64u
#define PAUSE_MS 5

/* Opens, sends to itself and closes, endlessly. */
static void use(void *argument)
{
	enum zcxsk_mode mode = *(const enum zcxsk_mode *)argument;

	child_ready();
	for (;;) {
		struct zcxsk_socket *left = rig_open_plain(rig_left(0), mode);
		struct zcxsk_socket *right = rig_open_plain(rig_right(0), mode);

		traffic_run(left, right, PACKETS);
		zcxsk_socket_close(right);
		zcxsk_socket_close(left);
	}
}

static void check_clean(const char *ifname)
{
	uint64_t deadline = rig_now() + CLEAN_NS;

	for (; rig_program(ifname); poll(NULL, 0, PAUSE_MS))
		CHECK("a killed program's XDP program is removed", rig_now() < deadline);
}

static void killed_at(uint32_t us, enum zcxsk_mode mode)
{
	struct timespec moment = {.tv_nsec = (long)us * NS_PER_US};
	pid_t child = child_start(use, &mode);
	struct zcxsk_socket *left, *right;

	ppoll(NULL, 0, &moment, NULL);
	child_kill(child);
	check_clean(rig_left(0));
	check_clean(rig_right(0));
	left = rig_open_plain(rig_left(0), mode);
	right = rig_open_plain(rig_right(0), mode);
	traffic_run(left, right, PACKETS);
	zcxsk_socket_close(left);
	zcxsk_socket_close(right);
}

static void killed(enum zcxsk_mode mode)
{
	unsigned seed = (unsigned)rig_now();

	printf("  seed %u\n", seed);
	srandom(seed);
	for (uint32_t i = 0; i < MOMENTS; i++)
		killed_at((uint32_t)random() % ROUNDS_MAX_US, mode);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(killed);
	return 0;
}
