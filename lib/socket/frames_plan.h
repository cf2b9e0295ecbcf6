/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames_plan.h - how many frames a queue needs, and how large its RX and fill rings are:
 * decided for each mode before it is tried.
 */
#ifndef ZCXSK_LIB_SOCKET_FRAMES_PLAN_H
#define ZCXSK_LIB_SOCKET_FRAMES_PLAN_H

#include "datapath/socket.h"

/* A socket needs as many free frames to be opened: a burst to receive and one to send. */
#define FRAMES_MIN 64u

struct frames_request {
	enum zcxsk_mode mode;
	bool has_rx;
	bool has_tx;
	uint32_t device;     /* descriptors of the device's RX ring, see frames_device_ring() */
	uint32_t rx_ring;    /* asked for; 0 = default */
	uint32_t fill_ring;  /* asked for; 0 = default */
	uint32_t fill_given; /* a fill ring that exists already; 0 = none */
	uint64_t available;  /* free frames */
};

struct frames_plan frames_plan(const struct frames_request *request);

/* The request of a socket with these options on this interface. */
struct frames_request frames_request_of(const struct zcxsk_socket_opts *opts, const struct nic *nic,
					enum zcxsk_mode mode);

/* The fastest mode of these options that the interface is not known to lack. */
enum zcxsk_mode frames_mode(const struct zcxsk_socket_opts *opts, const struct nic *nic);

/* Frames of memory that is created for one socket with these options. */
uint64_t frames_default(const struct zcxsk_socket_opts *opts, const struct nic *nic);

/* Plans a socket for a mode: its rings, the frames to post and the floor. */
void frames_apply(struct zcxsk_socket *s, enum zcxsk_mode mode);

/*
 * The same for a rebuild, after the device's ring may have changed: keeps the rings' sizes if
 * they fit, whatever the application holds. Returns -ENOMEM with *error filled, and changes
 * nothing, if there are too few frames.
 */
int frames_apply_again(struct zcxsk_socket *s, struct zcxsk_error *error);

/*
 * After the queue was opened: sets the floor. Returns -ENOMEM with *error filled if there are
 * too few frames, which only zero copy refuses.
 */
int frames_settle(struct zcxsk_socket *s, struct zcxsk_error *error);

/* Says which frames a queue needs, and how many there are. Returns -ENOMEM. */
int frames_explain(const struct frames_request *request, const struct frames_plan *plan,
		   const char *ifname, uint32_t queue, struct zcxsk_error *error);

/* The same for a socket that was planned. */
int frames_refuse(const struct zcxsk_socket *s, struct zcxsk_error *error);

#endif
