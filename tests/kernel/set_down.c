/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * set_down.c - an interface that is set down while a socket is open, again and again: the socket
 * is closed, the program goes, and the machine's network goes on. Kernels that have a fault
 * there wedge instead, so on these zero copy is not chosen unless it is asked for alone.
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define ROUNDS 20u
#define PACKETS 200u

/* As in docs/pitfalls.md. */
static bool kernel_has_fault(void)
{
	unsigned major = 0, minor = 0, patch = 0;
	struct utsname name;

	CHECK_EQ("the kernel's name", uname(&name), 0);
	(void)sscanf(name.release, "%u.%u.%u", &major, &minor, &patch);
	return major == 6 && (minor == 16 || minor == 17 || (minor == 18 && patch < 9));
}

/* Any change of an interface needs the lock that a wedged machine never gives back. */
static void down_and_close(enum zcxsk_mode mode)
{
	struct zcxsk_socket *a, *b;

	for (unsigned i = 0; i < ROUNDS; i++) {
		a = rig_open_plain(rig_left(0), mode);
		b = rig_open_plain(rig_right(0), mode);
		traffic_run(a, b, PACKETS);
		rig_link(rig_left(0), "down");
		zcxsk_socket_close(a);
		rig_link(rig_right(0), "down");
		zcxsk_socket_close(b);
		rig_link(rig_left(0), "up");
		rig_link(rig_right(0), "up");
	}
}

static void the_choice(void)
{
	const struct zcxsk_error *refusal;
	struct zcxsk_socket *s;
	struct zcxsk_socket_info info;
	struct rig_opts o;

	rig_opts(&o, (enum zcxsk_mode)ZCXSK_MODES_ALL);
	s = rig_open(rig_left(0), 0, &o.socket);
	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	if (rig_in_guest() && rig_has_driver("virtio_net") && kernel_has_fault()) {
		CHECK_EQ("zero copy is not chosen", info.mode, ZCXSK_MODE_NATIVE_COPY);
		refusal = zcxsk_socket_refusal(s, ZCXSK_MODE_ZERO_COPY);
		CHECK("the reason is kept", refusal);
		CHECK_NAMES("and names the fault", refusal->cause, "network lock");
	}
	zcxsk_socket_close(s);
}

int main(void)
{
	rig_setup(1);
	the_choice();
	rig_each_mode(down_and_close);
	return 0;
}
