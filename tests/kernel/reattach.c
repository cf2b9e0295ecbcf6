/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reattach.c - an attached program that the driver does not run is reported, and runs once it is
 * attached again: after the interface was down and up, which some drivers take for a reason, and
 * with veth on queues that are younger than the program. Attaching again keeps sockets, rules
 * and counters, and is refused while a zero-copy socket uses the program.
 */
#include <errno.h>

#include "check.h"
#include "prompt.h"
#include "resources.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 300u
#define PACE_NS 2000000ull	/* between two packets, while it is open whether they arrive */
#define REPORT_NS 6000000000ull /* three checks of a second, and a counter that is late */
#define EVENTS 16u

static struct prompt silent_report = {.what = "a program that does not run is reported"};

/* Whether the service reports a silent program, and how many packets it has not seen. */
static bool is_silent(struct zcxsk_socket *s, uint64_t *packets)
{
	struct zcxsk_event events[EVENTS];
	uint32_t n;

	CHECK_EQ("the service call", zcxsk_socket_service(s, events, EVENTS, &n), 0);
	for (uint32_t i = 0; i < n; i++) {
		CHECK("the program stays", events[i].type != ZCXSK_EVENT_PROGRAM_REPLACED);
		if (events[i].type == ZCXSK_EVENT_PROGRAM_SILENT) {
			*packets = events[i].value;
			return true;
		}
	}
	return false;
}

static void send_one(struct zcxsk_socket *tx)
{
	unsigned char bytes[60];

	traffic_write(bytes, sizeof(bytes), 0);
	(void)!zcxsk_tx_send(tx, bytes, sizeof(bytes));
	zcxsk_tx_flush(tx);
}

/* Receives and drops what is there. */
static uint32_t drop_packets(struct zcxsk_socket *rx, uint64_t timeout_ns)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n;

	(void)!zcxsk_rx_wait(rx, p, TRAFFIC_BURST, timeout_ns, &n);
	zcxsk_packet_release(rx, p, n);
	return n;
}

/* Sends until packets arrive, or their absence is reported. Returns whether they arrive. */
static bool arrives(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	uint64_t start = rig_now(), packets;

	CHECK("the service descriptor", zcxsk_socket_service_fd(rx) >= 0);
	while (!is_silent(rx, &packets)) {
		CHECK(silent_report.what, rig_now() - start < TRAFFIC_PATIENCE_NS);
		send_one(tx);
		if (drop_packets(rx, PACE_NS))
			return true;
	}
	prompt_note(&silent_report, rig_now() - start);
	CHECK("the report says of how many packets", packets > 1);
	return false;
}

/* Attaches again, and checks that nothing else has changed. */
static void reattach(struct zcxsk_socket *rx)
{
	struct zcxsk_redirect *redirect = zcxsk_socket_redirect(rx);
	uint32_t program = rig_program(rig_right(0));
	unsigned files = resources_files();
	struct zcxsk_redirect_stats before, after;
	struct zcxsk_error error = {0};
	uint64_t packets;
	int ret;

	zcxsk_redirect_stats_init(&before);
	zcxsk_redirect_stats_init(&after);
	CHECK_EQ("counters", zcxsk_redirect_read_stats(redirect, &before), 0);
	ret = zcxsk_redirect_reattach(redirect, &error);
	if (ret)
		fprintf(stderr, "%s: %s\n", error.step, error.cause);
	CHECK_EQ("attached again", ret, 0);
	CHECK_EQ("counters", zcxsk_redirect_read_stats(redirect, &after), 0);
	CHECK("they go on", after.redirected >= before.redirected);
	CHECK_EQ("it is the same program", rig_program(rig_right(0)), program);
	CHECK_EQ("attaching again leaves no file", resources_files(), files);
	CHECK("it is no loss of the program", !is_silent(rx, &packets));
	CHECK_EQ("the link is up", zcxsk_socket_link_wait(rx, TRAFFIC_PATIENCE_NS), 0);
}

static void refused_in_zero_copy(struct zcxsk_socket *rx)
{
	struct zcxsk_error error = {0};

	CHECK_EQ("refused while zero-copy sockets use it",
		 zcxsk_redirect_reattach(zcxsk_socket_redirect(rx), &error), -EBUSY);
	CHECK_NAMES("the refusal names the reason", error.cause, "zero-copy");
}

/* Takes what is left of the packets of arrives(). */
static void settle(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	CHECK_EQ("all are sent", zcxsk_tx_drain(tx, TRAFFIC_PATIENCE_NS), 0);
	while (drop_packets(rx, 50 * PACE_NS))
		;
}

static void down_and_up(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);

	traffic_run(tx, rx, PACKETS);
	rig_link(rig_right(0), "down");
	rig_link(rig_right(0), "up");
	CHECK_EQ("the link is up", zcxsk_socket_link_wait(tx, TRAFFIC_PATIENCE_NS), 0);
	CHECK_EQ("the link is up", zcxsk_socket_link_wait(rx, TRAFFIC_PATIENCE_NS), 0);
	if (!arrives(tx, rx))
		reattach(rx);
	settle(tx, rx);
	traffic_run(tx, rx, PACKETS);
	if (mode == ZCXSK_MODE_ZERO_COPY)
		refused_in_zero_copy(rx);
	else
		reattach(rx);
	CHECK("packets arrive after that", arrives(tx, rx));
	settle(tx, rx);
	traffic_run(tx, rx, PACKETS);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/* Sends until the program sees packets on a queue that has no socket. */
static void await_no_socket(struct zcxsk_socket *tx, const struct zcxsk_redirect *redirect)
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	struct zcxsk_redirect_stats st;

	zcxsk_redirect_stats_init(&st);
	do {
		CHECK("the program sees the younger queue", rig_now() < deadline);
		send_one(tx);
		CHECK_EQ("counters", zcxsk_redirect_read_stats(redirect, &st), 0);
	} while (!st.matched_no_socket);
}

/* The sender's second queue leads to the receiver's, which the program does not see. */
static void younger_queue(void)
{
	struct zcxsk_socket *rx, *tx, *other;
	struct rig_opts o;

	rig_setup_queues(2);
	rig_channels(rig_left(0), 2, 1);
	rig_channels(rig_right(0), 1, 2);
	rx = rig_open_plain(rig_right(0), ZCXSK_MODE_NATIVE_COPY);
	rig_channels(rig_right(0), 2, 2);
	rig_channels(rig_left(0), 2, 2);
	rig_opts(&o, ZCXSK_MODE_NATIVE_COPY);
	tx = rig_open(rig_left(0), 0, &o.socket);
	traffic_run(tx, rx, PACKETS);
	o.socket.redirect_opts = NULL;
	o.socket.redirect = zcxsk_socket_redirect(tx);
	other = rig_open(rig_left(0), 1, &o.socket);
	CHECK("the program does not see the younger queue", !arrives(other, rx));
	reattach(rx);
	await_no_socket(other, zcxsk_socket_redirect(rx));
	CHECK("packets of the first queue arrive", arrives(tx, rx));
	zcxsk_socket_close(other);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
	prompt_check(&silent_report, REPORT_NS);
}

static void refused(void)
{
	struct zcxsk_error error = {0};

	CHECK_EQ("NULL", zcxsk_redirect_reattach(NULL, &error), -EINVAL);
	CHECK_EQ("NULL", error.code, -EINVAL);
}

int main(void)
{
	rig_setup(1);
	refused();
	rig_each_mode(down_and_up);
	if (!rig_in_guest())
		younger_queue();
	return 0;
}
