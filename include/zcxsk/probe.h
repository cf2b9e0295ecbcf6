/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.h - what opening a socket would come to, found out before. Nothing is attached to the
 * interface and no queue is bound: zcxsk_socket_open()'s own code runs, with these two steps of
 * the kernel replaced by what is known of driver, device and kernel.
 */
#ifndef ZCXSK_PROBE_H
#define ZCXSK_PROBE_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/mode.h>
#include <zcxsk/socket.h>

enum zcxsk_verdict {
	ZCXSK_VERDICT_NOT_ASKED = 0, /* the options do not allow the mode */
	ZCXSK_VERDICT_YES = 1,
	ZCXSK_VERDICT_NO = 2,
	ZCXSK_VERDICT_UNKNOWN = 3, /* it depends on what cannot be read here */
};

/* One mode. */
struct zcxsk_forecast {
	uint32_t mode;	  /* enum zcxsk_mode */
	uint32_t verdict; /* enum zcxsk_verdict */
	uint32_t mtu_max; /* bytes: the largest MTU that the mode takes with these options, 0 =
			     unknown */
	uint32_t reserved;
	/* NO: as opening in this mode gives it. UNKNOWN: its code is 0, its cause says what. */
	struct zcxsk_error error;
};

#define ZCXSK_FORECASTS 3u

/* Numbers are 0 and texts empty if they are unknown. */
struct zcxsk_probe_result {
	size_t size;		  /* sizeof(struct zcxsk_probe_result) */
	uint32_t verdict;	  /* enum zcxsk_verdict: whether it would open */
	uint32_t mode;		  /* enum zcxsk_mode that it would get, or most likely; 0 = none */
	struct zcxsk_error error; /* NO, UNKNOWN: as in struct zcxsk_forecast */
	struct zcxsk_forecast modes[ZCXSK_FORECASTS]; /* the fastest first */

	/* The facts on which this rests. */
	char ifname[16];
	char driver[32];
	char bus_info[32]; /* place on its bus, "0000:00:03.0" */
	char kernel[72];
	char known_fault[256]; /* of this kernel and driver in zero-copy: what it does to the
				  machine */
	uint32_t ifindex;
	uint32_t mtu;	    /* bytes */
	uint32_t queues;    /* that both receive and send, as sockets need them */
	uint32_t rx_queues; /* in use */
	uint32_t tx_queues;
	uint32_t rx_queues_max; /* the most that can be set */
	uint32_t tx_queues_max;
	uint32_t device_rx_ring; /* descriptors */
	int32_t numa_node;	 /* -1 = none or unknown */
	uint32_t up;		 /* 1: the interface is up */
	uint32_t carrier;	 /* 1: it has a link */
	uint32_t native_program; /* ids of attached XDP programs, 0 = none */
	uint32_t generic_program;
	uint32_t queue_used;  /* enum zcxsk_verdict: whether the queue has an AF_XDP socket */
	uint32_t virtio;      /* enum zcxsk_verdict: a virtio device; UNKNOWN: features not read */
	uint32_t napi_tx_off; /* 1: virtio_net.napi_tx=0 */
	uint32_t xdp_features_known; /* 1: the kernel has told xdp_features */
	uint32_t reserved;
	uint64_t virtio_features; /* bit n = feature bit n */
	uint64_t xdp_features;	  /* enum netdev_xdp_act of linux/netdev.h */
};

ZCXSK_BEGIN_DECLS

/* Zeroes *result and sets its size. */
ZCXSK_INLINE void zcxsk_probe_result_init(struct zcxsk_probe_result *result)
{
	memset(result, 0, sizeof(*result));
	result->size = sizeof(*result);
}

/*
 * Fills *result with what zcxsk_socket_open() with the same arguments would come to now, and
 * with what each allowed mode alone would. Options, guard, interface, memory, the capabilities
 * of this process, the UMEM's registration, the rings and the loading of the BPF program are
 * tried in fact and undone; attaching, binding and the link's return are foreseen. That the
 * device sends and receives is not tested.
 *
 * Returns 0 if *result is filled, also with the verdict NO. Else *error is filled:
 *   -EINVAL  NULL object or wrong size; an invalid option is a verdict
 *   -ENOMEM  out of memory
 *   -ENODEV and others, as zcxsk_socket_open() for an interface whose facts cannot be read
 *
 * Needs no privileges: what it lacks is the verdict. Waits up to 200 ms for each mode while
 * the kernel may still be releasing the queue. The memory that it registers may count against
 * RLIMIT_MEMLOCK for some 70 ms more. With a caller-supplied cache its owner thread, else any.
 * Rests on RTM_GETLINK, SIOCETHTOOL, the netdev family of generic netlink, and sock_diag of AF_XDP.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_probe(struct zcxsk_probe_result *result, const char *ifname,
					  uint32_t queue, const struct zcxsk_socket_opts *opts,
					  struct zcxsk_error *error);

/* "not asked", "yes", "no", "unknown"; "?" for anything else. Never NULL. Any thread. */
ZCXSK_API const char *zcxsk_verdict_name(enum zcxsk_verdict verdict);

ZCXSK_END_DECLS

#endif
