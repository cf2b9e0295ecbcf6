/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames_plan.c - how many frames a queue needs: those that always stay with the kernel, so that
 * it can go on receiving, and those above them that let packets through.
 */
#include "socket/frames_plan.h"

#include <errno.h>
#include <stdio.h>

#include "base/minmax.h"
#include "datapath/fill.h"
#include "explain/explain.h"
#include "frames/pool.h"
#include "socket/plan.h"
#include "socket/xsk_rings.h"

#define RX_RING_DEFAULT 2048u /* entries; about 2 ms at a million packets a second */
#define RX_RING_LEAST 64u     /* of a default that is halved to fit the frames */
/* Entries; they take half of the bytes of an RX ring of PLAN_RING_MAX. */
#define FILL_RING_MAX (2 * PLAN_RING_MAX)
#define FILL_MIN                                                                                   \
	256u /* frames that a socket which only sends posts, whatever the device's ring            \
	      */

/*
 * The floor in the copy modes, where the kernel's own traffic needs no frames: a socket that
 * sleeps in poll() is woken as long as a frame is posted or a packet is there.
 */
#define FLOOR_COPY 32u
#define FLOOR_SHARE 4u /* in small set-ups at most this share of the posted frames */

/* Above the floor: two batches, so that one can gather while the other is received. */
#define ABOVE (2 * FILL_BATCH)
#define ABOVE_LEAST 64u /* with fewer the library would submit frames one by one */
/* Frames that the default RX ring leaves free, unless that is more than half of them. */
#define LEFT_FREE 4096u
#define FRAMES_DEFAULT 8192u

/* For a driver that does not report its RX ring: the largest one that common cards allow. */
#define DEVICE_RING_UNKNOWN 4096u

/* ---- the plan ---------------------------------------------------------------- */

static uint32_t rx_ring_of(const struct frames_request *r)
{
	return !r->has_rx ? 0 : ring_round_up(r->rx_ring ? r->rx_ring : RX_RING_DEFAULT);
}

/* Frames to post above the floor, if there are enough. */
static uint32_t above_of(const struct frames_request *r, uint32_t floor)
{
	uint32_t above = min_u32(ABOVE, floor), half = ring_round_up(r->fill_ring) / 2;

	if (!r->has_rx)
		above = max_u32(FILL_MIN, 2 * r->device) - r->device;
	/* A fill ring that the application chose is half full. */
	return r->fill_ring && half > floor ? max_u32(above, half - floor) : above;
}

/* The largest default RX ring that leaves enough frames free. */
static uint32_t fitting_rx_ring(const struct frames_request *r)
{
	uint64_t most = r->available - min_u64(r->available / 2, LEFT_FREE);
	uint32_t rx = rx_ring_of(r);

	while (!r->rx_ring && rx > RX_RING_LEAST &&
	       rx + r->device + (uint64_t)above_of(r, rx + r->device) > most)
		rx /= 2;
	return rx;
}

/*
 * The kernel can lose at most the entries of the RX ring to packets that nobody receives. With
 * as many more as the device has descriptors, the device never runs dry.
 */
static struct frames_plan plan_zero_copy(const struct frames_request *r)
{
	uint32_t rx = fitting_rx_ring(r), floor = rx + r->device, above = above_of(r, floor);
	uint32_t fill = min_u32(ring_round_up(2 * (floor + above)), FILL_RING_MAX);
	uint64_t rest = r->available - min_u64(r->available, floor);
	struct frames_plan p = {
		.rx_ring = rx,
		.floor = floor,
		.posted = floor + (uint32_t)min_u64(above, r->has_tx ? rest / 2 : rest),
		.least = floor + ABOVE_LEAST * ((uint64_t)r->has_rx + r->has_tx),
		.fill_ring = max_u32(fill, ring_round_up(r->fill_ring)),
	};

	if (r->fill_given) {
		p.fill_ring = r->fill_given;
		p.posted = min_u32(p.posted, r->fill_given / 2);
	}
	p.fits = r->available >= p.least && p.posted >= floor + ABOVE_LEAST * r->has_rx;
	p.posted = p.fits ? p.posted : 0;
	return p;
}

/*
 * Half of the fill ring, by default no more than fill the RX ring and the device, and two
 * batches; at most half of the frames if the socket also sends.
 */
static struct frames_plan plan_copy(const struct frames_request *r)
{
	uint32_t rx = rx_ring_of(r), most = r->has_rx ? rx + r->device + ABOVE : FILL_MIN, fill;
	uint64_t share = r->has_tx ? r->available / 2 : r->available;
	struct frames_plan p = {.rx_ring = rx, .least = FRAMES_MIN, .fits = true};

	most = max_u32(most, 2 * r->device);
	fill = r->fill_ring ? r->fill_ring : min_u32(2 * most, PLAN_RING_MAX);
	p.fill_ring = r->fill_given ? r->fill_given : ring_round_up(fill);
	p.posted = (uint32_t)min_u64(p.fill_ring / 2, share);
	if (!r->fill_ring)
		p.posted = min_u32(p.posted, most);
	p.floor = min_u32(FLOOR_COPY, p.posted / FLOOR_SHARE);
	return p;
}

/*
 * The kernel reads our fill ring index and publishes its own only after it has used up the
 * frames it knew of. If the ring were nearly full, only a few frames would fit until then; the
 * kernel would find just those and run out of them. So half of the ring is posted.
 */
struct frames_plan frames_plan(const struct frames_request *r)
{
	return r->mode == ZCXSK_MODE_ZERO_COPY && r->device ? plan_zero_copy(r) : plan_copy(r);
}

/* ---- what is asked for --------------------------------------------------------- */

enum zcxsk_mode frames_mode(const struct zcxsk_socket_opts *o, const struct nic *nic)
{
	uint32_t modes = o->modes ? o->modes : ZCXSK_MODES_ALL;

	if (nic->xdp_features_known && !(nic->xdp_features & NIC_XDP_ZEROCOPY) &&
	    modes != ZCXSK_MODE_ZERO_COPY)
		modes &= ~(uint32_t)ZCXSK_MODE_ZERO_COPY;
	return (enum zcxsk_mode)(modes & -modes);
}

struct frames_request frames_request_of(const struct zcxsk_socket_opts *o, const struct nic *nic,
					enum zcxsk_mode mode)
{
	bool unknown = mode == ZCXSK_MODE_ZERO_COPY && !nic->rx_ring;

	return (struct frames_request){
		.mode = mode,
		.has_rx = !(o->flags & ZCXSK_SOCKET_TX_ONLY),
		.has_tx = !(o->flags & ZCXSK_SOCKET_RX_ONLY),
		.device = unknown ? DEVICE_RING_UNKNOWN : nic->rx_ring,
		.rx_ring = o->rx_ring_size,
		.fill_ring = o->fill_ring_size,
	};
}

/* A power of two, which makes checking addresses cheapest. */
uint64_t frames_default(const struct zcxsk_socket_opts *o, const struct nic *nic)
{
	struct frames_request r = frames_request_of(o, nic, frames_mode(o, nic));
	uint32_t posted;

	if (r.mode != ZCXSK_MODE_ZERO_COPY)
		return FRAMES_DEFAULT;
	r.available = UINT32_MAX;
	posted = frames_plan(&r).posted;
	return max_u32(FRAMES_DEFAULT, ring_round_up(posted + LEFT_FREE));
}

/* ---- a socket ------------------------------------------------------------------ */

static struct frames_request request_of(const struct zcxsk_socket *s, enum zcxsk_mode mode)
{
	struct frames_request r = frames_request_of(&s->setup.opts, &s->setup.nic, mode);

	/* A program that works the fill ring itself has the frames that were posted there. */
	r.available = zcxsk_pool_available(s->pool) + s->cache->stack.count +
		      s->setup.quarantine_count + s->setup.own.posted;
	if (s->setup.share)
		r.available = min_u64(r.available, s->setup.share);
	if (s->setup.simulated) {
		r.device = s->kernel.device_rx_ring;
		r.rx_ring = socket_has_rx_ring(s) ? s->kernel.rings.rx.size : 0;
		r.fill_given = s->kernel.rings.fill.size;
	}
	return r;
}

/* The floor has to be posted at once; what lies above it is posted as frames return. */
static int refuse_held(const struct zcxsk_socket *s, uint32_t floor, uint64_t available,
		       struct zcxsk_error *error)
{
	return explain_text(error, "plan frames", -ENOMEM,
			    "Release received and allocated frames, and rebuild again.",
			    "queue %u of %s needs %u frames at once in zero copy, and %llu are "
			    "free: the application holds others",
			    s->setup.queue, s->setup.nic.ifname, floor,
			    (unsigned long long)available);
}

static void apply(struct zcxsk_socket *s, const struct frames_request *r)
{
	const struct zcxsk_socket_opts *o = &s->setup.opts;
	struct zcxsk_socket_info *info = &s->setup.info;
	struct frames_plan p = frames_plan(r);
	/* A program that works the fill ring itself posts what it wants. */
	uint32_t posted = s->setup.own.rx_side ? 0 : p.posted;

	s->setup.plan = p;
	s->setup.plan.available = r->available;
	info->rx_ring_size = p.rx_ring;
	info->fill_ring_size = p.fill_ring;
	info->floor = p.floor;
	info->posted = p.posted;
	info->application = r->available - min_u64(r->available, p.floor);
	if (!s->setup.simulated)
		info->rounded |= (s->has_rx && o->rx_ring_size && o->rx_ring_size != p.rx_ring) ||
				 (o->fill_ring_size && o->fill_ring_size != p.fill_ring);
	fill_init(s, posted);
	/* Bounds the caches, which must not keep the frames that sockets have to post. */
	pool_set_needed(s->pool, s->setup.needed, posted);
	s->setup.needed = posted;
}

void frames_apply(struct zcxsk_socket *s, enum zcxsk_mode mode)
{
	struct frames_request r = request_of(s, mode);

	apply(s, &r);
}

int frames_apply_again(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct frames_request r = request_of(s, s->mode), kept;
	struct frames_plan p;
	uint64_t now = r.available;

	/* The application may hold what it held until now: it gives that back. */
	r.available = max_u64(now, s->setup.plan.available);
	kept = r;
	kept.rx_ring = s->setup.info.rx_ring_size;
	p = frames_plan(&kept);
	if (p.fits)
		r = kept;
	else
		p = frames_plan(&r);
	if (!p.fits && !s->setup.own.rx_side)
		return frames_explain(&r, &p, s->setup.nic.ifname, s->setup.queue, error);
	if (now < p.floor && r.mode == ZCXSK_MODE_ZERO_COPY && !s->setup.own.rx_side)
		return refuse_held(s, p.floor, now, error);
	apply(s, &r);
	return 0;
}

int frames_settle(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	const struct frames_plan *p = &s->setup.plan;

	if (s->setup.own.rx_side)
		return 0;
	/* Other threads may have taken frames since they were counted. */
	if (s->mode == ZCXSK_MODE_ZERO_COPY && (!p->fits || fill_spare(s) < p->floor))
		return frames_refuse(s, error);
	fill_set_floor(s, min_u32(p->floor, s->fill.target));
	return 0;
}

/* ---- refusals ------------------------------------------------------------------ */

/* The largest RX ring for which there are enough frames, 0 if there is none. */
static uint32_t largest_rx_ring(const struct frames_request *r)
{
	struct frames_request smaller = *r;

	for (smaller.rx_ring = rx_ring_of(r) / 2; smaller.rx_ring >= 2; smaller.rx_ring /= 2)
		if (frames_plan(&smaller).fits)
			return smaller.rx_ring;
	return 0;
}

int frames_explain(const struct frames_request *r, const struct frames_plan *p, const char *ifname,
		   uint32_t queue, struct zcxsk_error *error)
{
	unsigned long long least = p->least, available = r->available;
	uint32_t rx = largest_rx_ring(r);
	char remedy[160];

	if (rx)
		snprintf(
			remedy, sizeof(remedy),
			"Use a UMEM with at least %llu frames for this socket, or rx_ring_size %u.",
			least, rx);
	else
		snprintf(remedy, sizeof(remedy),
			 "Use a UMEM with at least %llu frames for this socket, or make the "
			 "device's "
			 "ring smaller (`ethtool -G NAME rx N`).",
			 least);
	return explain_text(error, "plan frames", -ENOMEM, remedy,
			    "queue %u of %s needs %llu frames in zero copy: %u for the RX ring, %u "
			    "for the device's own ring, so that the kernel's traffic never stops, "
			    "and %u to receive and send with; %llu are free",
			    queue, ifname[0] ? ifname : "this kernel", least, p->rx_ring, r->device,
			    (uint32_t)p->least - p->floor, available);
}

int frames_refuse(const struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct frames_request r = request_of(s, ZCXSK_MODE_ZERO_COPY);

	return frames_explain(&r, &s->setup.plan, s->setup.nic.ifname, s->setup.queue, error);
}
