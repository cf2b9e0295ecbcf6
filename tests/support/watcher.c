/* SPDX-License-Identifier: BSD-2-Clause */
/* watcher.c - tracks the places of frames and the fates of packets. */
#include "watcher.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const seat_names[] = {"free",	   "the application's",
					 "being sent",	   "posted for receiving",
					 "on the RX ring", "not a frame of the UMEM"};

void watcher_init(struct watcher *w, void *memory, uint32_t frame_size)
{
	memset(w, 0, sizeof(*w));
	w->memory = memory;
	w->frame_size = frame_size;
}

static void record(struct watcher *w, const char *what, uint64_t addr, enum seat is)
{
	if (!w->error[0])
		snprintf(w->error, sizeof(w->error), "%s: frame %" PRIu64 " is %s", what,
			 addr / w->frame_size, seat_names[is]);
}

static enum seat seat_of(const struct watcher *w, uint64_t addr)
{
	return w->frames[addr / w->frame_size].seat;
}

/* Moves a frame from one seat to another; records an error if it is elsewhere. */
static void move(struct watcher *w, const char *what, uint64_t addr, enum seat from, enum seat to)
{
	if (addr / w->frame_size >= WATCHER_FRAMES) {
		record(w, what, addr, SEAT_NONE);
		return;
	}
	if (seat_of(w, addr) != from)
		record(w, what, addr, seat_of(w, addr));
	w->frames[addr / w->frame_size].seat = to;
	w->held += to == SEAT_APPLICATION;
	w->held -= from == SEAT_APPLICATION;
}

/* The device reads frames that the application does not hold, which AddressSanitizer reports. */
__attribute__((no_sanitize("address"))) static uint32_t number_at(const struct watcher *w,
								  uint64_t addr)
{
	const volatile unsigned char *bytes = w->memory + addr;
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(number); i++)
		((unsigned char *)&number)[i] = bytes[i];
	return number < WATCHER_PACKETS ? (uint32_t)number : WATCHER_PACKETS - 1;
}

static void write_number(void *data, uint64_t number)
{
	memcpy(data, &number, sizeof(number));
}

static uint32_t *packet_in(struct watcher *w, uint64_t addr)
{
	return &w->frames[addr / w->frame_size].packet;
}

/* ---- the kernel's side ----------------------------------------------------- */

/* The library chooses the frame of a copied packet, which is known only here. */
static void taken(struct watcher *w, uint64_t addr)
{
	if (seat_of(w, addr) == SEAT_FREE) {
		move(w, "taken", addr, SEAT_FREE, SEAT_SENDING);
		*packet_in(w, addr) = number_at(w, addr);
	}
	if (seat_of(w, addr) != SEAT_SENDING || *packet_in(w, addr) != number_at(w, addr))
		record(w, "a different packet was sent than was accepted", addr, seat_of(w, addr));
}

static void on_wire(struct watcher *w, uint64_t addr)
{
	uint32_t number = number_at(w, addr);

	if (seat_of(w, addr) != SEAT_SENDING || *packet_in(w, addr) != number ||
	    number < w->on_wire)
		record(w, "the packet was modified before it was sent", addr, seat_of(w, addr));
	w->on_wire = number + 1;
}

void watcher_event(void *watcher, enum zcxsk_sim_event event, uint64_t addr, uint32_t len)
{
	struct watcher *w = watcher;

	(void)len;
	switch (event) {
	case ZCXSK_SIM_POSTED:
		move(w, "posted", addr, SEAT_FREE, SEAT_RECEIVING);
		break;
	case ZCXSK_SIM_RECEIVED:
		move(w, "received into", addr, SEAT_RECEIVING, SEAT_ARRIVED);
		break;
	case ZCXSK_SIM_TAKEN:
		taken(w, addr);
		break;
	case ZCXSK_SIM_SENT:
		on_wire(w, addr);
		break;
	case ZCXSK_SIM_COMPLETED:
		move(w, "completed", addr, SEAT_SENDING, SEAT_FREE);
		w->packets[*packet_in(w, addr)].fate = FATE_DONE;
		break;
	case ZCXSK_SIM_KEPT:
		w->packets[*packet_in(w, addr)].fate = FATE_KEPT;
		break;
	}
}

/* ---- the application's side ------------------------------------------------ */

void watcher_allocated(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		move(w, "allocated", packets[i].addr, SEAT_FREE, SEAT_APPLICATION);
}

void watcher_released(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		move(w, "released", packets[i].addr, SEAT_APPLICATION, SEAT_FREE);
}

void watcher_received(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n,
		      bool numbered)
{
	for (uint32_t i = 0; i < n; i++) {
		move(w, "received", packets[i].addr, SEAT_ARRIVED, SEAT_APPLICATION);
		if (!numbered)
			continue;
		if (number_at(w, packets[i].addr) != w->arrived)
			record(w, "packets arrive out of order", packets[i].addr, SEAT_ARRIVED);
		w->arrived++;
	}
}

void watcher_send(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n, bool tokens)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t number = w->sent + i;

		write_number(w->memory + packets[i].addr, number);
		move(w, "sent", packets[i].addr, SEAT_APPLICATION, SEAT_SENDING);
		*packet_in(w, packets[i].addr) = number;
		w->packets[number].fate = FATE_IN_FLIGHT;
		w->packets[number].wants_token = tokens;
	}
}

void watcher_taken(struct watcher *w, const struct zcxsk_packet *packets, uint32_t n,
		   uint32_t taken_ones)
{
	for (uint32_t i = taken_ones; i < n; i++) {
		move(w, "not sent", packets[i].addr, SEAT_SENDING, SEAT_APPLICATION);
		w->packets[w->sent + i].fate = FATE_NONE;
	}
	w->sent += taken_ones;
}

void watcher_send_copy(struct watcher *w, void *data)
{
	write_number(data, w->sent);
	w->packets[w->sent].fate = FATE_IN_FLIGHT;
	w->packets[w->sent].wants_token = false;
}

void watcher_copy_taken(struct watcher *w, bool was_taken)
{
	if (was_taken)
		w->sent++;
	else
		w->packets[w->sent].fate = FATE_NONE;
}

/* ---- tokens ---------------------------------------------------------------- */

/* True if tokens in order wait for the packet. */
static bool is_awaited(const struct watcher *w, uint32_t packet)
{
	return (w->packets[packet].fate == FATE_IN_FLIGHT ||
		w->packets[packet].fate == FATE_KEPT) &&
	       !w->packets[packet].given_up;
}

/* Skips completed packets, up to the first that is not completed. */
static void step(struct watcher *w)
{
	while (w->first_in_flight < w->sent && !is_awaited(w, w->first_in_flight))
		w->first_in_flight++;
}

void watcher_gave_up(struct watcher *w, uint32_t frame)
{
	uint32_t packet = w->frames[frame].packet;

	if (w->packets[packet].given_up)
		return;
	if (!is_awaited(w, packet) && !w->error[0])
		snprintf(w->error, sizeof(w->error), "packet %u was given up, but is not in flight",
			 packet);
	w->packets[packet].given_up = true;
	w->packets[packet].wants_token = false;
}

void watcher_reported(struct watcher *w, uint64_t token, bool in_order)
{
	bool valid = token < w->sent && w->packets[token].wants_token &&
		     !w->packets[token].reported && w->packets[token].fate == FATE_DONE;

	step(w);
	if (valid && in_order)
		valid = token < w->first_in_flight;
	if (!valid) {
		if (!w->error[0])
			snprintf(w->error, sizeof(w->error),
				 "token %" PRIu64 " was reported and should not have been", token);
		return;
	}
	/* Earlier tokens can no longer be reported. */
	for (uint64_t i = token; in_order && i-- && !w->packets[i].reported;)
		if (w->packets[i].wants_token && w->packets[i].fate == FATE_DONE && !w->error[0])
			snprintf(w->error, sizeof(w->error),
				 "token %" PRIu64 " was reported before %" PRIu64, token, i);
	w->packets[token].reported = true;
}

uint32_t watcher_unreported(const struct watcher *w, bool in_order)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->sent; i++) {
		if (in_order && is_awaited(w, i))
			break;
		n += w->packets[i].wants_token && !w->packets[i].reported &&
		     w->packets[i].fate == FATE_DONE;
	}
	return n;
}

/* ---- all of it ------------------------------------------------------------- */

void watcher_discarded(struct watcher *w)
{
	for (uint32_t i = 0; i < WATCHER_FRAMES; i++)
		if (w->frames[i].seat == SEAT_ARRIVED)
			w->frames[i].seat = SEAT_FREE;
}

uint32_t watcher_rebuilt(struct watcher *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->sent; i++) {
		if (w->packets[i].fate != FATE_IN_FLIGHT && w->packets[i].fate != FATE_KEPT)
			continue;
		w->packets[i].fate = FATE_ABANDONED;
		n++;
	}
	for (uint32_t i = 0; i < WATCHER_FRAMES; i++)
		if (w->frames[i].seat != SEAT_APPLICATION)
			w->frames[i].seat = SEAT_FREE;
	/* Tokens that waited for one of these are no longer reported. */
	for (uint32_t i = 0; i < w->sent; i++)
		w->packets[i].wants_token &= w->packets[i].reported;
	/* Packets in flight are lost. */
	w->on_wire = w->sent;
	w->arrived = w->arriving;
	return n;
}

uint32_t watcher_count(const struct watcher *w, enum fate fate)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->sent; i++)
		n += w->packets[i].fate == fate;
	return n;
}
