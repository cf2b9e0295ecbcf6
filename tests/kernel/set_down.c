/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * set_down.c - an interface that is set down while a socket is open, again and again: the socket
 * is closed, the program goes, and the machine's network goes on. Kernels that have a fault
 * there wedge instead, so on these zero copy is not chosen unless it is asked for alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "check.h"
#include "netns.h"
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

/* A demand is heard, on a card that the machine needs with a yes only. */
static void the_demand(void)
{
	struct zcxsk_error error = {0};
	struct zcxsk_socket_info info;
	struct zcxsk_socket *s;
	struct rig_opts o;

	CHECK_EQ("an address", netns_run("ip addr add 10.9.9.1/24 dev %s", rig_left(0)), 0);
	CHECK_EQ("a route", netns_run("ip route add default via 10.9.9.2"), 0);
	rig_opts(&o, ZCXSK_MODE_ZERO_COPY);
	rig_open_refused("a fault on the card of the default route", rig_left(0), 0, &o.socket,
			 -EPERM, &error);
	CHECK_NAMES("the use", error.cause, "default route");
	CHECK_NAMES("the fault", error.cause, "network lock");
	CHECK_NAMES("the yes", error.remedy, "machine");
	o.redirect.give_up = ZCXSK_GIVE_UP_MACHINE;
	s = rig_open(rig_left(0), 0, &o.socket);
	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	CHECK("the fault is in the information", info.known_fault);
	CHECK_NAMES("by name", info.known_fault, "network lock");
	zcxsk_socket_close(s);
	CHECK_EQ("no route", netns_run("ip route del default"), 0);
	CHECK_EQ("no address", netns_run("ip addr flush dev %s", rig_left(0)), 0);
}

/* While another descriptor holds the socket, and the interface is down, the program stays. */
static void a_held_socket(void)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error;
	struct zcxsk_socket *s;
	struct rig_opts o;
	int held;

	rig_opts(&o, ZCXSK_MODE_ZERO_COPY);
	CHECK_EQ("attach", zcxsk_redirect_attach(&redirect, rig_left(0), &o.redirect, &error), 0);
	o.socket.redirect_opts = NULL;
	o.socket.redirect = redirect;
	s = rig_open(rig_left(0), 0, &o.socket);
	held = dup(zcxsk_socket_fd(s));
	rig_link(rig_left(0), "down");
	zcxsk_socket_close(s);
	CHECK_EQ("the program has to stay", zcxsk_redirect_detach(redirect), -EDEADLK);
	CHECK_EQ("nor is it attached again", zcxsk_redirect_reattach(redirect, &error), -EDEADLK);
	CHECK("and does", rig_program(rig_left(0)));
	close(held);
	CHECK_EQ("then it goes", zcxsk_redirect_detach(redirect), 0);
	CHECK_EQ("and is gone", rig_program(rig_left(0)), 0);
	rig_link(rig_left(0), "up");
}

int main(void)
{
	rig_setup(1);
	the_choice();
	if (rig_in_guest() && rig_has_driver("virtio_net") && kernel_has_fault() &&
	    rig_modes() & ZCXSK_MODE_ZERO_COPY) {
		the_demand();
		a_held_socket();
	}
	rig_each_mode(down_and_close);
	return 0;
}
