/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim.h - a simulated kernel for tests: the kernel's side of the four rings on
 * a virtual clock, with faults on demand. It needs no root, no interface and no
 * real time. It is a separate library, libzcxsk-sim.a.
 *
 * In zero-copy mode it acts like virtio-net: a kick takes at most 64
 * descriptors, frames are completed by a TX interrupt or the next kick, and a
 * wait begins with a kick, like poll(). In the copy modes a kick takes a budget
 * of descriptors, and completions need no kick.
 *
 * Everything happens inside the calls below and those of the socket, on the
 * virtual clock, and depends only on options, faults and calls: a run can be
 * repeated on any machine. Random numbers come from splitmix64. A sim and its
 * socket belong to one thread at a time. No call blocks.
 *
 * A sim is one queue. Several of them can serve one UMEM, for example to forward
 * packets from one to another: give each the same memory. Each has a clock of
 * its own.
 */
#ifndef ZCXSK_SIM_H
#define ZCXSK_SIM_H

#include <zcxsk/base.h>
#include <zcxsk/kernel.h>
#include <zcxsk/mode.h>

/* Functions of libzcxsk-sim.a, not of libzcxsk. */
#define ZCXSK_SIM_API ZCXSK_API

struct zcxsk_sim;

/*
 * The driver clears need_wakeup of the TX ring while it is running, and a kick
 * does nothing then. virtio-net, the default, never clears it.
 */
#define ZCXSK_SIM_CLEARS_FLAG 1u
/* Such a driver does not check the ring again after setting the flag. */
#define ZCXSK_SIM_NO_RECHECK 2u
/*
 * Copy modes as before Linux 6.17: the consumer index of the TX ring is
 * published late, and with a full completion ring a kick returns 0 instead of
 * -EAGAIN.
 */
#define ZCXSK_SIM_OLD_COPY 4u
/* Invalid descriptors are completed; without this flag they vanish. */
#define ZCXSK_SIM_RETURN_INVALID 8u

/* The faults. Each comment says when it may occur, and what `value` means. */
enum zcxsk_sim_kind {
	/* A TX interrupt is lost. Nothing is processed until a kick. */
	ZCXSK_SIM_INTERRUPT_LOST = 0,
	/* A TX interrupt is `value` ns late. */
	ZCXSK_SIM_INTERRUPT_LATE = 1,
	/* need_wakeup is set `value` ns after the last check of the ring. */
	ZCXSK_SIM_FLAG_LATE = 2,
	/*
	 * A kick fails with errno `value` and takes nothing; EBUSY in the copy modes
	 * drops and completes a packet. 0 means any of EAGAIN, EBUSY, ENOBUFS, EINTR
	 * and EIO.
	 */
	ZCXSK_SIM_KICK_FAILS = 3,
	/* A signal interrupts a wait, EINTR. */
	ZCXSK_SIM_WAIT_FAILS = 4,
	/* A rebuild fails with errno `value`. */
	ZCXSK_SIM_REOPEN_FAILS = 5,
	/* A frame that is sent is never completed. */
	ZCXSK_SIM_COMPLETION_LOST = 6,
	/* A frame is completed `value` ns late; others overtake it. */
	ZCXSK_SIM_COMPLETION_LATE = 7,
	/* Completions that are published together are in random order. */
	ZCXSK_SIM_COMPLETIONS_SHUFFLED = 8,
	/* A frame is completed twice, at the same time. */
	ZCXSK_SIM_COMPLETION_DOUBLED = 9,
	/* Address `value`, outside the UMEM, is completed, too. 0 means 1 << 40. */
	ZCXSK_SIM_COMPLETION_FOREIGN = 10,
	/* Frame `value` is completed, too, although it was not sent. */
	ZCXSK_SIM_COMPLETION_UNKNOWN = 11,
	/* A descriptor is taken, but neither sent nor completed. */
	ZCXSK_SIM_DESCRIPTOR_SWALLOWED = 12,
	/*
	 * During the span the interface is down, or the device stands still. Neither
	 * loses anything.
	 */
	ZCXSK_SIM_LINK_DOWN = 13,
	ZCXSK_SIM_DEVICE_STOPS = 14,
	/* The device is gone until a rebuild. Its frames are completed. */
	ZCXSK_SIM_SOCKET_DIES = 15,
};

#define ZCXSK_SIM_KINDS 16u

/* A fault at a given time. */
struct zcxsk_sim_fault {
	uint32_t kind;	   /* enum zcxsk_sim_kind */
	uint32_t reserved; /* zero */
	uint64_t at_ns;	   /* earliest virtual time; 0 = at once */
	/*
	 * 0: once, at the next opportunity. Otherwise at every opportunity for this
	 * long; UINT64_MAX = for ever.
	 */
	uint64_t span_ns;
	uint64_t value;
};

/* A random fault: how often in a million opportunities. */
struct zcxsk_sim_chance {
	uint32_t ppm;
	uint32_t reserved; /* zero */
	uint64_t span_ns;  /* from then on, as above */
	uint64_t value;
};

/* Stages in the life of a frame; see the option `event`. */
enum zcxsk_sim_event {
	ZCXSK_SIM_POSTED = 0,	 /* taken from the fill ring */
	ZCXSK_SIM_RECEIVED = 1,	 /* put into the RX ring with a packet */
	ZCXSK_SIM_TAKEN = 2,	 /* taken from the TX ring */
	ZCXSK_SIM_SENT = 3,	 /* read by the device for the last time */
	ZCXSK_SIM_COMPLETED = 4, /* put into the completion ring, not by a fault */
	ZCXSK_SIM_KEPT = 5,	 /* will never be completed */
};

/* Zero in any field means the default, which the comment names. */
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
	uint32_t device_slots;	       /* packets in the device, each way; 256, at most 65536 */
	uint32_t copy_budget;	       /* descriptors a kick takes in the copy modes; 32 */
	uint32_t frame_size;	       /* bytes, a power of two; 2048 */
	/* The packet memory, if already known; see zcxsk_sim_set_memory(). */
	void *memory;
	uint64_t memory_size; /* bytes */
	/* Times in ns on the virtual clock. */
	uint64_t start_ns;     /* initial clock; 1 s */
	uint64_t packet_ns;    /* to send a packet; 1000 */
	uint64_t interrupt_ns; /* from sending to the interrupt; 5000 */
	uint64_t call_ns;      /* a kick, wait or receive without its sleep; 500 */
	uint64_t clock_ns;     /* to read the clock; 20 */
	uint64_t arrival_ns;   /* between arriving packets; default: none arrive */
	uint32_t arrival_len;  /* their length in bytes; 60 */
	uint32_t reserved;     /* zero */
	/* Random faults, by kind, and the seed of the random numbers. */
	uint64_t seed;
	struct zcxsk_sim_chance chances[ZCXSK_SIM_KINDS];
	/*
	 * Called at each stage of a frame, with its address as it was in the ring. Must
	 * not call the sim or the socket.
	 */
	void (*event)(void *context, enum zcxsk_sim_event event, uint64_t addr, uint32_t len);
	void *event_context;
};

/*
 * Counters since the sim was created, except the last three, which are the
 * present state.
 */
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
	uint64_t interrupts;	  /* delivered */
	uint64_t interrupts_lost; /* lost */
	uint64_t taken;		  /* descriptors from the TX ring */
	uint64_t invalid;	  /* of these, invalid */
	uint64_t sent;		  /* packets that left the device */
	uint64_t arrived;	  /* packets that arrived */
	uint64_t arrived_dropped; /* of these, without a frame or room in the RX ring */

	/* The completion ring. */
	uint64_t completed; /* frames completed, not by a fault */
	uint64_t late;	    /* of these, delayed */
	uint64_t doubled;   /* extra entries, by kind */
	uint64_t foreign;
	uint64_t unknown;

	uint64_t in_device; /* taken, and not yet completed */
	uint64_t kept;	    /* taken, and never to be completed; forgotten by a rebuild */
	uint64_t posted;    /* taken from the fill ring, without a packet yet */
};

ZCXSK_BEGIN_DECLS

/* Zero the struct and set its size. */
ZCXSK_SIM_API void zcxsk_sim_opts_init(struct zcxsk_sim_opts *opts);
ZCXSK_SIM_API void zcxsk_sim_stats_init(struct zcxsk_sim_stats *stats);

/*
 * Creates a simulated kernel; NULL options mean all defaults. -EINVAL for a
 * NULL result pointer or an invalid option, -ENOMEM. Any thread.
 */
ZCXSK_SIM_API ZCXSK_NODISCARD int zcxsk_sim_create(struct zcxsk_sim **out,
						   const struct zcxsk_sim_opts *opts);

/* Frees the sim. Close its socket first. NULL is accepted. */
ZCXSK_SIM_API void zcxsk_sim_destroy(struct zcxsk_sim *sim);

/*
 * The kernel to pass to zcxsk_socket_open_on(). The sim owns it. NULL for a
 * NULL sim.
 */
ZCXSK_SIM_API const struct zcxsk_kernel *zcxsk_sim_kernel(struct zcxsk_sim *sim);

/*
 * Sets the packet memory, from zcxsk_socket_base() and zcxsk_umem_size().
 * Without it, arriving packets have no contents, and descriptors are not
 * checked against its size.
 */
ZCXSK_SIM_API void zcxsk_sim_set_memory(struct zcxsk_sim *sim, void *memory, uint64_t size);

/* The virtual clock, in ns. Reading it here takes no virtual time. */
ZCXSK_SIM_API uint64_t zcxsk_sim_now(const struct zcxsk_sim *sim);

/*
 * Advances the virtual clock by ns: the device sends, interrupts arrive, faults
 * occur. Nothing is kicked.
 */
ZCXSK_SIM_API void zcxsk_sim_advance(struct zcxsk_sim *sim, uint64_t ns);

/*
 * A packet arrives now: it takes a frame of the fill ring and enters the RX
 * ring. If data is NULL, the frame's contents stay unchanged.
 *
 *   -EINVAL    NULL sim, len 0
 *   -EMSGSIZE  longer than a frame holds after ZCXSK_XDP_HEADROOM
 *   -ENOBUFS   no frame, or no room in the RX ring: dropped, as in a real kernel
 *   -ENETDOWN  the interface is down
 *   -ENXIO     the device is gone
 */
ZCXSK_SIM_API ZCXSK_NODISCARD int zcxsk_sim_receive(struct zcxsk_sim *sim, const void *data,
						    uint32_t len);

/*
 * Adds a fault to the script. It occurs at the first opportunity from at_ns on;
 * the lasting states (link, device, socket) begin at that time.
 *
 *   -EINVAL  NULL, unknown kind, a state of the link or device without a span
 *   -ENOMEM  out of memory
 */
ZCXSK_SIM_API ZCXSK_NODISCARD int zcxsk_sim_add_fault(struct zcxsk_sim *sim,
						      const struct zcxsk_sim_fault *fault);

/*
 * Stops all faults: drops the ones in the script that have not occurred,
 * disables random faults, ends running spans and sets the link up. Lost frames
 * stay lost, a dead socket stays dead, and a device that stands still does so
 * for the rest of its span.
 */
ZCXSK_SIM_API void zcxsk_sim_calm(struct zcxsk_sim *sim);

/* Reads the counters. -EINVAL for NULL or a wrong size. */
ZCXSK_SIM_API int zcxsk_sim_read_stats(const struct zcxsk_sim *sim, struct zcxsk_sim_stats *stats);

/* "interrupt-lost" and so on; "unknown" for anything else. Never NULL. Any thread. */
ZCXSK_SIM_API const char *zcxsk_sim_kind_name(enum zcxsk_sim_kind kind);

ZCXSK_END_DECLS

#endif
