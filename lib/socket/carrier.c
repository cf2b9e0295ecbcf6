/* SPDX-License-Identifier: BSD-2-Clause */
/* carrier.c - reads and awaits the link of a socket, by the watch that is opened before. */
#include "socket/carrier.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "datapath/link.h"
#include "nic/driver.h"

/* The kernel sends at most one message a second about a carrier, so it is asked as well. */
#define PAUSE_MS 10

bool carrier_is_there(struct zcxsk_socket *s)
{
	if (link_is_watched(s))
		linkwatch_refresh(&s->wait.link);
	return s->wait.link.up;
}

void carrier_note_before(struct zcxsk_socket *s)
{
	const struct nic *nic = &s->setup.nic;

	s->setup.link_may_return =
		!nic->carrier && s->wait.link.had_carrier && driver_facts(nic->driver)->resets_link;
}

int carrier_await(struct zcxsk_socket *s)
{
	uint64_t start = clock_now(), deadline = clock_deadline(s->setup.opts.carrier_timeout_ns);

	if (!(s->setup.nic.carrier || s->setup.link_may_return) ||
	    !s->setup.opts.carrier_timeout_ns)
		return 0;
	while (!carrier_is_there(s)) {
		struct pollfd news = {.fd = s->wait.link.fd, .events = POLLIN};

		if (s->wait.link.gone)
			return -ENXIO;
		if (clock_now() >= deadline)
			return s->setup.nic.carrier ? -ETIMEDOUT : 0;
		poll(&news, 1, PAUSE_MS);
		s->setup.info.carrier_wait_ns = clock_now() - start;
	}
	return 0;
}
