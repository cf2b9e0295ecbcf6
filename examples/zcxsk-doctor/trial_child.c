/* SPDX-License-Identifier: BSD-2-Clause */
/* trial_child.c - opens a socket, sends some frames, and closes it again. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "trial.h"

enum { FRAME_BYTES = 60, MAC_BYTES = 6 };

#define ETHERTYPE 0x88b5u /* reserved for local experiments: nobody listens */
#define SEND_NS NS_PER_S  /* until all frames must be completed */

const char *trial_step_name(int step)
{
	static const char *const names[] = {[TRIAL_OPENING] = "opening the socket",
					    [TRIAL_SENDING] = "sending",
					    [TRIAL_CLOSING] = "closing the socket",
					    [TRIAL_DONE] = "the check afterwards"};

	return names[step];
}

static void go_to(struct trial *trial, enum trial_step step)
{
	trial->step = step;
	if (trial->verbose)
		fprintf(stderr, "zcxsk-doctor: trial: %s\n", trial_step_name(step));
}

/* From the interface to itself, so that no other machine takes it for its own. */
static void send_frames(struct trial *trial, struct zcxsk_socket *socket)
{
	uint8_t frame[FRAME_BYTES] = {0};
	uint32_t missing;

	memcpy(frame, trial->mac, MAC_BYTES);
	memcpy(frame + MAC_BYTES, trial->mac, MAC_BYTES);
	frame[2 * MAC_BYTES] = ETHERTYPE >> 8;
	frame[2 * MAC_BYTES + 1] = ETHERTYPE & 0xff;
	while (trial->sent < TRIAL_FRAMES && !zcxsk_tx_send(socket, frame, sizeof(frame)))
		trial->sent++;
	/* One more may be missing: the library's own test sends a frame, too. */
	missing = zcxsk_tx_drain(socket, SEND_NS);
	trial->completed = missing < trial->sent ? trial->sent - missing : 0;
}

static void read_traits(struct trial *trial, const struct zcxsk_socket *socket)
{
	for (int t = ZCXSK_TRAIT_UNFINISHED; t <= TRIAL_TRAIT_MAX; t++)
		trial->differs[t] =
			zcxsk_socket_trait(socket, (enum zcxsk_trait)t, &trial->traits[t]) == 1;
}

void trial_child(struct trial *trial, const char *ifname)
{
	struct zcxsk_socket_info info;
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *socket;

	zcxsk_socket_opts_init(&opts);
	go_to(trial, TRIAL_OPENING);
	trial->code = zcxsk_socket_open(&socket, ifname, trial->queue, &opts, &trial->error);
	if (!trial->code) {
		zcxsk_socket_info_init(&info);
		if (!zcxsk_socket_read_info(socket, &info)) {
			trial->mode = info.mode;
			trial->untested = info.untested;
			trial->carrier_wait_ns = info.carrier_wait_ns;
		}
		read_traits(trial, socket);
		go_to(trial, TRIAL_SENDING);
		send_frames(trial, socket);
		go_to(trial, TRIAL_CLOSING);
		zcxsk_socket_close(socket);
	}
	go_to(trial, TRIAL_DONE);
}
