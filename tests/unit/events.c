/* SPDX-License-Identifier: BSD-2-Clause */
/* events.c - events wait for the application: one entry a type, in the order of the last. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <unistd.h>

#include "datapath/events.h"
#include "datapath/kernel_calls.h"

static bool readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static void check(const struct zcxsk_event *event, uint32_t type, uint32_t count, uint64_t value)
{
	cr_assert_eq(event->type, type);
	cr_assert_eq(event->count, count);
	cr_assert_eq(event->value, value);
}

Test(events, none)
{
	struct zcxsk_event out[2];
	struct events e;

	events_init(&e);
	cr_assert_eq(events_take(&e, out, 2), 0);
}

Test(events, of_one_type_are_counted)
{
	struct zcxsk_event out[2];
	struct events e;

	events_init(&e);
	events_add(&e, ZCXSK_EVENT_STALL, 7);
	events_add(&e, ZCXSK_EVENT_STALL, 8);
	events_add(&e, ZCXSK_EVENT_STALL, 9);
	cr_assert_eq(events_take(&e, out, 2), 1);
	check(&out[0], ZCXSK_EVENT_STALL, 3, 9);
	events_add(&e, ZCXSK_EVENT_STALL, 1);
	cr_assert_eq(events_take(&e, out, 2), 1);
	check(&out[0], ZCXSK_EVENT_STALL, 1, 1);
}

/* The last of two opposite events is the present state. */
Test(events, come_in_the_order_of_the_last_of_a_type)
{
	struct zcxsk_event out[3];
	struct events e;

	events_init(&e);
	events_add(&e, ZCXSK_EVENT_LINK_DOWN, 0);
	events_add(&e, ZCXSK_EVENT_LINK_UP, 0);
	events_add(&e, ZCXSK_EVENT_RENAMED, 5);
	events_add(&e, ZCXSK_EVENT_LINK_DOWN, 0);
	cr_assert_eq(events_take(&e, out, 3), 3);
	check(&out[0], ZCXSK_EVENT_LINK_UP, 1, 0);
	check(&out[1], ZCXSK_EVENT_RENAMED, 1, 5);
	check(&out[2], ZCXSK_EVENT_LINK_DOWN, 2, 0);
}

Test(events, one_that_repeats_between_others_leaves_their_order)
{
	struct zcxsk_event out[4];
	struct events e;

	events_init(&e);
	events_add(&e, ZCXSK_EVENT_STALL, 1);
	events_add(&e, ZCXSK_EVENT_LINK_DOWN, 2);
	events_add(&e, ZCXSK_EVENT_RENAMED, 3);
	events_add(&e, ZCXSK_EVENT_STARVING, 4);
	events_add(&e, ZCXSK_EVENT_LINK_DOWN, 5);
	cr_assert_eq(events_take(&e, out, 4), 4);
	check(&out[0], ZCXSK_EVENT_STALL, 1, 1);
	check(&out[1], ZCXSK_EVENT_RENAMED, 1, 3);
	check(&out[2], ZCXSK_EVENT_STARVING, 1, 4);
	check(&out[3], ZCXSK_EVENT_LINK_DOWN, 2, 5);
}

Test(events, changes_of_the_link_become_one_each)
{
	static const struct linkwatch link = {.ifindex = 7};
	static const uint32_t all =
		LINKWATCH_LOST | LINKWATCH_RENAMED | LINKWATCH_DOWN | LINKWATCH_UP | LINKWATCH_GONE;
	struct zcxsk_event out[EVENT_TYPES];
	struct events e;

	events_init(&e);
	events_add_link(&e, &link, 0);
	cr_assert_eq(events_take(&e, out, EVENT_TYPES), 0);
	events_add_link(&e, &link, all);
	cr_assert_eq(events_take(&e, out, EVENT_TYPES), 5);
	check(&out[0], ZCXSK_EVENT_EVENTS_LOST, 1, 0);
	check(&out[1], ZCXSK_EVENT_RENAMED, 1, 7);
	check(&out[2], ZCXSK_EVENT_LINK_DOWN, 1, 0);
	check(&out[3], ZCXSK_EVENT_LINK_UP, 1, 0);
	check(&out[4], ZCXSK_EVENT_DEVICE_GONE, 1, 0);
}

Test(events, any_descriptor_will_do)
{
	struct events e;

	events_init(&e);
	close(STDIN_FILENO);
	cr_assert_eq(events_open(&e), 0);
	cr_assert_eq(e.fd, STDIN_FILENO);
	events_add(&e, ZCXSK_EVENT_STALL, 1);
	cr_assert(readable(e.fd));
	events_close(&e);
}

Test(events, stay_until_there_is_room_for_them)
{
	struct zcxsk_event out[EVENT_TYPES];
	struct events e;

	events_init(&e);
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t type = 1; type <= EVENT_TYPES; type++)
			events_add(&e, (enum zcxsk_event_type)type, type);
	cr_assert_eq(events_take(&e, NULL, 0), 0);
	cr_assert_eq(events_take(&e, out, 3), 3);
	check(&out[2], 3, 2, 3);
	cr_assert_eq(events_take(&e, out, UINT32_MAX), EVENT_TYPES - 3);
	check(&out[0], 4, 2, 4);
	check(&out[EVENT_TYPES - 4], EVENT_TYPES, 2, EVENT_TYPES);
	cr_assert_eq(events_take(&e, out, UINT32_MAX), 0);
}

Test(events, descriptor_is_readable_while_any_is_pending)
{
	struct zcxsk_event out[2];
	struct events e;

	events_init(&e);
	cr_assert_eq(events_open(&e), 0);
	cr_assert_not(readable(e.fd));
	events_add(&e, ZCXSK_EVENT_STARVING, 1);
	events_add(&e, ZCXSK_EVENT_STALL, 1);
	cr_assert(readable(e.fd));
	cr_assert_eq(events_take(&e, out, 1), 1);
	cr_assert(readable(e.fd));
	cr_assert_eq(events_take(&e, out, 1), 1);
	cr_assert_not(readable(e.fd));
	events_close(&e);
	cr_assert_eq(e.fd, -1);
}

Test(events, descriptor_shows_those_from_before_it_was_opened)
{
	struct zcxsk_event out[1];
	struct events e;

	events_init(&e);
	events_add(&e, ZCXSK_EVENT_STALL, 1);
	cr_assert_eq(events_open(&e), 0);
	cr_assert(readable(e.fd));
	cr_assert_eq(events_take(&e, out, 1), 1);
	cr_assert_not(readable(e.fd));
	events_close(&e);
}
