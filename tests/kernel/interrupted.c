/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interrupted.c - a program with a periodic signal, whose handler does not restart system
 * calls: opening, rebuilding, swapping rules and closing work each time, and the signal mask
 * is afterwards what it was.
 */
#include <signal.h>
#include <sys/time.h>

#include "check.h"
#include "rig.h"

#define PERIOD_US 1000 /* shorter than the load of a program, which takes 10 ms and more */
#define OPENS 100u
#define OTHERS 10u /* of each other call */
#define FRAMES 1024u

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

static void set_timer(suseconds_t period_us)
{
	struct itimerval period = {{0, period_us}, {0, period_us}};

	CHECK_EQ("timer", setitimer(ITIMER_REAL, &period, NULL), 0);
}

static void check_mask(void)
{
	sigset_t mask;

	CHECK_EQ("signal mask", pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
	CHECK("no signal stays blocked", sigisemptyset(&mask));
}

static struct zcxsk_socket *open_one(enum zcxsk_mode mode)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.umem.frames = FRAMES;
	o.socket.fill_ring_size = FRAMES / 2;
	return rig_open(rig_left(0), 0, &o.socket);
}

static void opens(enum zcxsk_mode mode)
{
	int before = signals;

	set_timer(PERIOD_US);
	for (unsigned i = 0; i < OPENS; i++)
		zcxsk_socket_close(open_one(mode));
	CHECK("signals came meanwhile", signals - before >= (int)OPENS);
	set_timer(0);
	check_mask();
}

static void others(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = open_one(mode);
	struct zcxsk_redirect *redirect = zcxsk_socket_redirect(s);
	struct zcxsk_redirect_opts rules;

	zcxsk_redirect_opts_init(&rules);
	rules.rules_text = "take arp";
	set_timer(PERIOD_US);
	for (unsigned i = 0; i < OTHERS; i++) {
		CHECK_EQ("rebuild", zcxsk_socket_rebuild(s, NULL), 0);
		CHECK_EQ("swap", zcxsk_redirect_swap(redirect, &rules, NULL), 0);
	}
	set_timer(0);
	zcxsk_socket_close(s);
	check_mask();
}

int main(void)
{
	struct sigaction action = {.sa_handler = count_signal};

	rig_setup(1);
	CHECK_EQ("handler", sigaction(SIGALRM, &action, NULL), 0);
	rig_each_mode(opens);
	rig_each_mode(others);
	return 0;
}
