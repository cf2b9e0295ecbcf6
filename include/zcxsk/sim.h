/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim.h - a simulated kernel for programs under test: the kernel's side of the
 * four rings under a virtual clock, with faults on demand. No root, no
 * interface, no time that passes. It is a library of its own, libzcxsk-sim.a.
 *
 * In zero-copy it acts as virtio-net does: a kick takes 64 descriptors at
 * most, frames come home by a TX interrupt or the next kick, and a wait begins
 * with a kick, as poll() does. In the copy modes a kick takes a budget of
 * descriptors and completions come by themselves.
 *
 * Everything happens inside the calls below and those of the socket, on the
 * virtual clock, and depends on options, faults and calls alone: a run can be
 * repeated on any machine. Chance is drawn from splitmix64. A sim and its
 * socket belong to one thread at a time. No call blocks.
 */
#ifndef ZCXSK_SIM_H
#define ZCXSK_SIM_H

#include <zcxsk/base.h>
#include <zcxsk/kernel.h>
#include <zcxsk/mode.h>

/* Functions of libzcxsk-sim.a, and not of libzcxsk. */
#define ZCXSK_SIM_API ZCXSK_API

struct zcxsk_sim;

/*
 * The driver clears need_wakeup of the TX ring while it goes on by itself, and
 * a kick does nothing then. virtio-net, the default, never clears it.
 */
#define ZCXSK_SIM_CLEARS_FLAG 1u
/* Such a driver does not look at the ring again after it has set the flag. */
#define ZCXSK_SIM_NO_RECHECK 2u
/*
 * Copying as before Linux 6.17: the consumer index of the TX ring is published
 * late, and a full completion ring makes a kick return 0, not -EAGAIN.
 */
#define ZCXSK_SIM_OLD_COPY 4u
/* Descriptors that are not right come back as completions; else they are swallowed. */
#define ZCXSK_SIM_RETURN_INVALID 8u

/* What can go wrong. Each says when it may strike, and what `value` means. */
enum zcxsk_sim_kind {
	/* A TX interrupt does not come. Nothing is looked at until a kick. */
	ZCXSK_SIM_INTERRUPT_LOST = 0,
	/* A TX interrupt comes `value` ns late. */
	ZCXSK_SIM_INTERRUPT_LATE = 1,
	/* need_wakeup is set `value` ns after the last look at the ring. */
	ZCXSK_SIM_FLAG_LATE = 2,
	/*
	 * A kick fails with errno `value` and takes nothing; EBUSY in the copy
	 * modes drops and completes a packet. 0 is any of EAGAIN, EBUSY,
	 * ENOBUFS, EINTR and EIO.
	 */
	ZCXSK_SIM_KICK_FAILS = 3,
	/* A wait is cut short by a signal, EINTR. */
	ZCXSK_SIM_WAIT_FAILS = 4,
	/* A rebuild fails with errno `value`. */
	ZCXSK_SIM_REOPEN_FAILS = 5,
	/* A frame that is sent is never completed. */
	ZCXSK_SIM_COMPLETION_LOST = 6,
	/* It is completed `value` ns late; others pass it. */
	ZCXSK_SIM_COMPLETION_LATE = 7,
	/* Completions that are published together come in any order. */
	ZCXSK_SIM_COMPLETIONS_SHUFFLED = 8,
	/* A frame is completed twice, at once. */
	ZCXSK_SIM_COMPLETION_DOUBLED = 9,
	/* Address `value` is completed, too: outside the UMEM. 0 is 1 << 40. */
	ZCXSK_SIM_COMPLETION_FOREIGN = 10,
	/* Frame `value` is completed, too, though it was not sent. */
	ZCXSK_SIM_COMPLETION_UNKNOWN = 11,
	/* A descriptor is taken, not sent and not completed. */
	ZCXSK_SIM_DESCRIPTOR_SWALLOWED = 12,
	/*
	 * For the span: the interface is down, or the device stands still.
	 * Neither loses anything.
	 */
	ZCXSK_SIM_LINK_DOWN = 13,
	ZCXSK_SIM_DEVICE_STOPS = 14,
	/* The device is gone, until a rebuild. What it has is completed. */
	ZCXSK_SIM_SOCKET_DIES = 15,
};

#define ZCXSK_SIM_KINDS 16u

/* A fault at a set time. */
struct zcxsk_sim_fault {
	uint32_t kind;	   /* enum zcxsk_sim_kind */
	uint32_t reserved; /* zero */
	uint64_t at_ns;	   /* from when on, on the virtual clock; 0 = at once */
	/*
	 * 0: once, the next time that it may strike. Else each time for so
	 * long; UINT64_MAX = for ever.
	 */
	uint64_t span_ns;
	uint64_t value;
};

/* A fault by chance: how often of a million times that it may strike. */
struct zcxsk_sim_chance {
	uint32_t ppm;
	uint32_t reserved; /* zero */
	uint64_t span_ns;  /* from then on, as above */
	uint64_t value;
};

/* What a frame meets on its way; see the option `event`. */
enum zcxsk_sim_event {
	ZCXSK_SIM_POSTED = 0,	 /* taken from the fill ring */
	ZCXSK_SIM_RECEIVED = 1,	 /* put on the RX ring with a packet */
	ZCXSK_SIM_TAKEN = 2,	 /* taken from the TX ring */
	ZCXSK_SIM_SENT = 3,	 /* read by the device, for the last time */
	ZCXSK_SIM_COMPLETED = 4, /* put on the completion ring, and rightly so */
	ZCXSK_SIM_KEPT = 5,	 /* will never be completed */
};

/* Zero in any field means the default, which stands behind it. */
struct zcxsk_sim_opts {
	size_t size;	/* sizeof(struct zcxsk_sim_opts) */
	uint32_t flags; /* ZCXSK_SIM_* */
	uint32_t mode;	/* enum zcxsk_mode; zero-copy */
	/* Entries, powers of two, at most 65536. */
	uint32_t rx_ring_size;	       /* 2048 */
	uint32_t tx_ring_size;	       /* 1024 */
	uint32_t fill_ring_size;       /* 2048 */
	uint32_t completion_ring_size; /* the TX ring's */
	uint32_t first_index;	       /* of every ring; 0 */
	uint32_t device_slots;	       /* packets the device holds, each way; 256, at most 65536 */
	uint32_t copy_budget;	       /* descriptors a kick takes in the copy modes; 32 */
	uint32_t frame_size;	       /* bytes, a power of two; 2048 */
	/* The packet memory, if known already; see zcxsk_sim_set_memory(). */
	void *memory;
	uint64_t memory_size; /* bytes */
	/* Times in ns on the virtual clock. */
	uint64_t start_ns;     /* what the clock shows first; 1 s */
	uint64_t packet_ns;    /* the device sends a packet; 1000 */
	uint64_t interrupt_ns; /* from a packet sent to its interrupt; 5000 */
	uint64_t call_ns;      /* a kick, wait or receive, besides its sleep; 500 */
	uint64_t clock_ns;     /* a reading of the clock; 20 */
	uint64_t arrival_ns;   /* between packets that arrive by themselves; none do */
	uint32_t arrival_len;  /* bytes of them; 60 */
	uint32_t reserved;     /* zero */
	/* Faults by chance, by kind, and what chance begins with. */
	uint64_t seed;
	struct zcxsk_sim_chance chances[ZCXSK_SIM_KINDS];
	/*
	 * Told what becomes of a frame, by its address as it was in the ring.
	 * Must not call the sim or the socket.
	 */
	void (*event)(void *context, enum zcxsk_sim_event event, uint64_t addr, uint32_t len);
	void *event_context;
};

/* All since the sim was made, but for the last three: now. */
struct zcxsk_sim_stats {
	size_t size; /* sizeof(struct zcxsk_sim_stats) */

	/* Calls into the kernel. */
	uint64_t kicks;
	uint64_t kicks_failed;
	uint64_t receives;
	uint64_t waits;
	uint64_t clock_readings;
	uint64_t reopens;

	/* The driver and the device. */
	uint64_t interrupts;	  /* that came */
	uint64_t interrupts_lost; /* that did not */
	uint64_t taken;		  /* descriptors off the TX ring */
	uint64_t invalid;	  /* of these not right */
	uint64_t sent;		  /* packets that left the device */
	uint64_t arrived;	  /* packets that came */
	uint64_t arrived_dropped; /* of these without a frame, or room on the RX ring */

	/* The completion ring. */
	uint64_t completed; /* frames completed, rightly */
	uint64_t late;	    /* of these held back */
	uint64_t doubled;   /* entries too many, by kind */
	uint64_t foreign;
	uint64_t unknown;

	uint64_t in_device; /* taken, and not yet completed */
	uint64_t kept;	    /* taken, and never to be completed; forgotten by a rebuild */
	uint64_t posted;    /* taken from the fill ring, without a packet yet */
};

ZCXSK_BEGIN_DECLS

/* Zero their structs and set the size. */
ZCXSK_SIM_API void zcxsk_sim_opts_init(struct zcxsk_sim_opts *opts);
ZCXSK_SIM_API void zcxsk_sim_stats_init(struct zcxsk_sim_stats *stats);

/*
 * Makes a simulated kernel; NULL options are all defaults. -EINVAL for a NULL
 * result pointer or an option that is not as said above, -ENOMEM. Any thread.
 */
ZCXSK_SIM_API ZCXSK_NODISCARD int zcxsk_sim_create(struct zcxsk_sim **out,
						   const struct zcxsk_sim_opts *opts);

/* Frees it. Close the socket on it first. NULL is accepted. */
ZCXSK_SIM_API void zcxsk_sim_destroy(struct zcxsk_sim *sim);

/*
 * The kernel to hand to zcxsk_socket_open_on(); the sim's, until it is
 * destroyed. NULL for a NULL sim.
 */
ZCXSK_SIM_API const struct zcxsk_kernel *zcxsk_sim_kernel(struct zcxsk_sim *sim);

/*
 * Tells where the packet memory is, as of zcxsk_socket_base() and
 * zcxsk_umem_size(). Without it arriving packets have no contents, and
 * descriptors are not compared with its size.
 */
ZCXSK_SIM_API void zcxsk_sim_set_memory(struct zcxsk_sim *sim, void *memory, uint64_t size);

/* What the virtual clock shows, in ns. Reading it here takes no virtual time. */
ZCXSK_SIM_API uint64_t zcxsk_sim_now(const struct zcxsk_sim *sim);

/*
 * Lets ns of virtual time pass: the device sends, interrupts come, faults
 * strike. Nothing is kicked.
 */
ZCXSK_SIM_API void zcxsk_sim_advance(struct zcxsk_sim *sim, uint64_t ns);

/*
 * A packet arrives now: it takes a frame of the fill ring and goes onto the RX
 * ring. data may be NULL; the frame's contents then stay.
 *
 *   -EINVAL    NULL sim, len 0
 *   -EMSGSIZE  longer than a frame holds behind ZCXSK_XDP_HEADROOM
 *   -ENOBUFS   no frame, or no room on the RX ring: dropped, as a kernel does
 *   -ENETDOWN  the interface is down
 *   -ENXIO     the device is gone
 */
ZCXSK_SIM_API ZCXSK_NODISCARD int zcxsk_sim_receive(struct zcxsk_sim *sim, const void *data,
						    uint32_t len);

/*
 * Adds a fault to the script. It strikes from at_ns on, when what it is about
 * happens next; the states - link, device, socket - begin at that time.
 *
 *   -EINVAL  NULL, unknown kind, a state of the link or device without a span
 *   -ENOMEM
 */
ZCXSK_SIM_API ZCXSK_NODISCARD int zcxsk_sim_add_fault(struct zcxsk_sim *sim,
						      const struct zcxsk_sim_fault *fault);

/*
 * No more faults: those of the script that have not struck are dropped and
 * chances end, spans that are on end, the link comes up. What is lost stays
 * lost, a socket that died stays dead, and a device that was to stand still
 * stands so for the rest of its span.
 */
ZCXSK_SIM_API void zcxsk_sim_calm(struct zcxsk_sim *sim);

/* Reads the counters. -EINVAL for NULL or a wrong size. */
ZCXSK_SIM_API int zcxsk_sim_read_stats(const struct zcxsk_sim *sim, struct zcxsk_sim_stats *stats);

/* "interrupt-lost" and so on; "unknown" for anything else. Never NULL. Any thread. */
ZCXSK_SIM_API const char *zcxsk_sim_kind_name(enum zcxsk_sim_kind kind);

ZCXSK_END_DECLS

#endif
