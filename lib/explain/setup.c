/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * setup.c - explains the steps before and after attaching and binding: socket, UMEM,
 * rings, loading BPF, the XSKMAP, the self-test, the link.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "explain/words.h"

/*
 * Bytes of a frame that recent kernels require besides headroom: 320 after the
 * packet for its skb, and at least 128 for the packet itself.
 */
#define FRAME_TAIL (320u + 128u)
#define KIB 1024u
/* The first kernel whose verifier accepts the program. */
#define KERNEL_MAJOR 6
#define KERNEL_MINOR 1

/* Whether the kernel lists AF_XDP; a filter does not change the list. */
static bool kernel_has_af_xdp(void)
{
	FILE *protocols = fopen("/proc/net/protocols", "re");
	char line[256];
	bool found = false;

	while (protocols && !found && fgets(line, sizeof(line), protocols))
		found = !strncmp(line, "XDP ", 4);
	if (protocols)
		fclose(protocols);
	return found;
}

static void explain_no_family(struct zcxsk_error *error)
{
	if (kernel_has_af_xdp())
		say_cause(error, "this kernel has AF_XDP sockets, but a seccomp filter forbids "
				 "them, as RestrictAddressFamilies= of a systemd unit does");
	else
		say_cause(error, "this kernel is built without AF_XDP sockets, or a seccomp "
				 "filter forbids them");
	say_remedy(error, "Allow AF_XDP (of a systemd unit: RestrictAddressFamilies=AF_XDP "
			  "AF_NETLINK AF_UNIX AF_INET)");
	if (!kernel_has_af_xdp())
		say_remedy(error, ", or use a kernel with CONFIG_XDP_SOCKETS=y");
	say_remedy(error, ".");
}

static bool explain_socket(struct zcxsk_error *error, int code)
{
	static const struct fixed_text texts[] = {
		{-ENOMEM, "the kernel has no memory for a socket", "Free memory, then try again."},
		{-ENOBUFS, "the kernel has no memory for a socket", "Free memory, then try again."},
	};

	switch (code) {
	case -EAFNOSUPPORT:
		explain_no_family(error);
		return true;
	case -EPERM:
		say_capability(error, CAP_NET_RAW, 0);
		return true;
	default:
		return SAY_FIXED(error, code, texts);
	}
}

/* A shell can raise its soft limit to the hard one; beyond that it needs a capability. */
static void say_raise_memlock(struct zcxsk_error *error, const struct rlimit *limit, uint64_t bytes)
{
	if (limit->rlim_max == RLIM_INFINITY || limit->rlim_max < bytes)
		say_remedy(error, "raise the limit%s: `ulimit -l unlimited`",
			   limit->rlim_max == RLIM_INFINITY ? "" : " with CAP_SYS_RESOURCE");
	else
		say_remedy(error, "raise the limit: `ulimit -l %" PRIu64 "`",
			   (uint64_t)limit->rlim_max / KIB);
	say_remedy(error, ", or LimitMEMLOCK=infinity of the service; or grant cap_ipc_lock.");
}

static void explain_memlock(struct zcxsk_error *error, const struct explain_facts *facts)
{
	struct rlimit limit;

	say_cause(error, "pinning %" PRIu64 " KiB of packet memory ", facts->umem_bytes / KIB);
	if (getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_cur == RLIM_INFINITY) {
		say_cause(error, "was refused although RLIMIT_MEMLOCK is unlimited, most likely "
				 "because the kernel is short of memory");
		say_remedy(error, "Use fewer frames, or free memory.");
		return;
	}
	say_cause(error,
		  "exceeds the limit of locked memory: RLIMIT_MEMLOCK is %" PRIu64
		  " KiB for all processes of this user, and %s; a UMEM closed a moment ago "
		  "still counts",
		  (uint64_t)limit.rlim_cur / KIB,
		  has_capability(CAP_IPC_LOCK)
			  ? "CAP_IPC_LOCK is valid only inside its user namespace"
			  : "the process lacks CAP_IPC_LOCK");
	if (facts->frame_size)
		say_remedy(error, "Use at most %" PRIu64 " frames, or ",
			   (uint64_t)limit.rlim_cur / facts->frame_size);
	else
		say_remedy(error, "Use fewer frames, or ");
	say_raise_memlock(error, &limit, facts->umem_bytes);
}

static void explain_umem_shape(struct zcxsk_error *error, const struct explain_facts *facts)
{
	uint32_t most = 0;

	if (facts->frame_size > ZCXSK_XDP_HEADROOM + FRAME_TAIL)
		most = facts->frame_size - ZCXSK_XDP_HEADROOM - FRAME_TAIL;
	if (facts->frame_size && facts->headroom > most)
		say_cause(error,
			  "a headroom of %" PRIu32
			  " bytes is most likely too large for frames of %" PRIu32
			  " bytes: recent kernels allow at most %" PRIu32,
			  facts->headroom, facts->frame_size, most);
	else
		say_cause(error,
			  "the kernel does not accept this memory: frames of %" PRIu32
			  " bytes, headroom %" PRIu32 ", %" PRIu64
			  " bytes in all; the frame size must be a power of two from 2048 to the "
			  "page size, and the memory must be page-aligned and a multiple of it",
			  facts->frame_size, facts->headroom, facts->umem_bytes);
	say_remedy(error, "Use frames of 2048 or 4096 bytes, page-aligned memory and a smaller "
			  "headroom.");
}

static bool explain_umem(struct zcxsk_error *error, int code, const struct explain_facts *facts)
{
	static const struct fixed_text texts[] = {
		{-EFAULT,
		 "a part of the packet memory is not mapped, not writable, or cannot be pinned, "
		 "such as a mapped file",
		 "Use anonymous, hugetlb or shared memory that is mapped for writing."},
		{-ENOMEM,
		 "the kernel could not pin the packet memory: most likely too little memory is "
		 "free, or a cgroup limits it",
		 "Use fewer frames, or raise the memory limit of the service."},
		{-EBUSY, "this socket already has a UMEM, or is bound",
		 "Open a new socket for another UMEM."},
	};

	switch (code) {
	case -ENOBUFS:
		explain_memlock(error, facts);
		return true;
	case -EINVAL:
		explain_umem_shape(error, facts);
		return true;
	default:
		return SAY_FIXED(error, code, texts);
	}
}

static bool explain_ring(struct zcxsk_error *error, int code, const struct explain_facts *facts)
{
	static const struct fixed_text texts[] = {
		{-EBUSY, "the socket is already bound, or its device is gone",
		 "Open a new socket."},
		{-ENOPROTOOPT, "this kernel has no AF_XDP rings",
		 "Use a kernel of version 5.4 or newer with CONFIG_XDP_SOCKETS=y."},
	};

	switch (code) {
	case -EINVAL:
		say_cause(error,
			  "%" PRIu32
			  " entries are not a valid ring size, which is a power of two, or the "
			  "socket already has this ring",
			  facts->ring_size);
		say_remedy(error, "Use a power of two, such as 2048.");
		return true;
	case -ENOMEM:
		say_cause(error,
			  "the kernel has no memory for a ring of %" PRIu32
			  " entries; kernels before 6.12 need contiguous memory for it",
			  facts->ring_size);
		say_remedy(error, "Use a smaller ring, or free memory.");
		return true;
	default:
		return SAY_FIXED(error, code, texts);
	}
}

static bool explain_mmap(struct zcxsk_error *error, int code)
{
	static const struct fixed_text texts[] = {
		{-EBUSY,
		 "the socket's device is gone, or, on older kernels, it was bound before its "
		 "rings were mapped",
		 "Open the socket again once the interface is back."},
		{-EINVAL, "the kernel has no such ring, or a smaller one",
		 "This is a bug: report it with the kernel's version."},
		{-EOPNOTSUPP, "this kernel does not report the offsets of its rings' flags",
		 "Use a kernel of version 5.4 or newer."},
		{-ENOMEM, "the process has no address space for another mapping",
		 "Raise its limit of address space (`ulimit -v unlimited`), or vm.max_map_count."},
		{-EAGAIN, "the mapping would lock more memory than RLIMIT_MEMLOCK allows",
		 "Raise the limit: `ulimit -l unlimited`, or LimitMEMLOCK= of the service."},
	};

	return SAY_FIXED(error, code, texts);
}

/* The kernel's age explains it only if it is known to be too old. */
static void explain_load_refused(struct zcxsk_error *error, const struct nic *nic)
{
	if (nic->kernel_major && !nic_kernel_at_least(nic, KERNEL_MAJOR, KERNEL_MINOR)) {
		say_cause(error,
			  "kernel %s does not accept the BPF program or its maps: it is too old",
			  nic->kernel_release);
		say_remedy(error, "Use Linux %d.%d or newer.", KERNEL_MAJOR, KERNEL_MINOR);
		return;
	}
	if (nic->kernel_major)
		say_cause(error,
			  "kernel %s refused the BPF program or its maps, although it is new "
			  "enough",
			  nic->kernel_release);
	else
		say_cause(error, "this kernel refused the BPF program or its maps");
	say_cause(error, "; most likely it is built without CONFIG_XDP_SOCKETS, or a filter or "
			 "security module changes the call");
	say_remedy(error, "Check the kernel log (`dmesg | tail`) and its configuration, and report "
			  "the kernel's version together with this text.");
}

static bool explain_load(struct zcxsk_error *error, int code, const struct nic *nic)
{
	static const struct fixed_text texts[] = {
		{-EACCES, "the kernel's verifier rejected the BPF program",
		 "Report the kernel's version together with this text."},
		{-E2BIG, "the BPF program or one of its maps is too large for this kernel",
		 "Use fewer rules, or Linux 6.1 or newer."},
		{-EAGAIN,
		 "the kernel was interrupted or short of memory each time it checked the "
		 "BPF program",
		 "Try again."},
		{-ENOMEM,
		 "the kernel has no memory for the BPF program or its maps; on kernels before "
		 "5.11 RLIMIT_MEMLOCK limits it",
		 "Free memory, or raise the limit: `ulimit -l unlimited`."},
		{-ENOSYS, "this kernel has no BPF", "Use a kernel with CONFIG_BPF_SYSCALL=y."},
	};

	/* The program adds variable lengths to packet pointers, which needs CAP_PERFMON. */
	if (code == -EACCES && !has_capability(CAP_PERFMON)) {
		say_capability(error, CAP_PERFMON, 0);
		return true;
	}
	switch (code) {
	case -EINVAL:
		explain_load_refused(error, nic);
		return true;
	case -EPERM:
		say_capability(error, CAP_BPF, CAP_NET_ADMIN);
		return true;
	default:
		return SAY_FIXED(error, code, texts);
	}
}

static bool explain_map(struct zcxsk_error *error, int code, const struct explain_facts *facts)
{
	static const struct fixed_text texts[] = {
		{-ENOBUFS,
		 "the socket has no RX ring, and this kernel accepts only receiving sockets "
		 "in the XSKMAP",
		 "Leave ZCXSK_SOCKET_TX_ONLY sockets out of the XSKMAP."},
		{-EBADF, "the socket or the XSKMAP is already closed",
		 "Keep socket and redirect open while they are used."},
		{-EOPNOTSUPP, "the file descriptor is not an AF_XDP socket",
		 "Pass the descriptor that zcxsk_socket_fd() returns."},
		{-ENOMEM, "the kernel has no memory for the entry", "Free memory, then try again."},
	};

	switch (code) {
	case -EEXIST:
		say_cause(error,
			  "another socket receives from queue %" PRIu32
			  " of %s through this redirect",
			  facts->queue, facts->nic->ifname);
		say_remedy(error, "Close that socket, or use another queue.");
		return true;
	case -E2BIG:
		say_cause(error,
			  "the redirect has no entry for queue %" PRIu32 "; it has %" PRIu32
			  ", numbered from 0",
			  facts->queue, facts->usable_queues);
		say_remedy(error, "Use a queue below that number.");
		return true;
	case -EPERM:
		say_capability(error, CAP_BPF, CAP_NET_ADMIN);
		return true;
	default:
		return SAY_FIXED(error, code, texts);
	}
}

/* The queue is bound, but the driver did not take the self-test frame. */
static void explain_dead_queue(struct zcxsk_error *error, const struct explain_facts *facts)
{
	const struct nic *nic = facts->nic;

	say_cause(error, "queue %" PRIu32 " of %s was bound but does not send: ", facts->queue,
		  nic->ifname);
	if (facts->usable_queues && facts->queue >= facts->usable_queues) {
		say_cause(error,
			  "the interface had %" PRIu32
			  " queues before XDP was attached, and those that the driver adds for "
			  "XDP never send for sockets",
			  facts->usable_queues);
		say_remedy(error, "Use queue 0 to %" PRIu32 ".", facts->usable_queues - 1);
	} else if (nic->napi_tx_off) {
		say_cause(error, "virtio_net was loaded with napi_tx=0 and then never sends "
				 "zero-copy frames");
		say_remedy(error,
			   "Put virtio_net.napi_tx=1 on the kernel command line, or load the "
			   "module with napi_tx=1.");
	} else if (nic->is_virtio) {
		say_cause(error, "most likely the virtio device does not process this queue, or TX "
				 "interrupts were switched off with ethtool -C tx-frames 0");
		say_remedy(error,
			   "Set the interface down and run `ethtool -C %s tx-frames 1`, or allow "
			   "native-copy.",
			   nic->ifname);
	} else {
		say_cause(error,
			  "most likely the link is not up, or the driver %s does not process "
			  "this queue for zero-copy",
			  nic->driver[0] ? nic->driver : "of the interface");
		say_remedy(error,
			   "Check the link (`ip link show dev %s`), try another queue, or allow "
			   "native-copy.",
			   nic->ifname);
	}
}

static void explain_down(struct zcxsk_error *error, const struct nic *nic)
{
	say_cause(error, "%s is down", nic->ifname);
	say_up(error, nic);
}

static bool explain_self_test(struct zcxsk_error *error, int code,
			      const struct explain_facts *facts)
{
	switch (code) {
	case -EIO:
		explain_dead_queue(error, facts);
		return true;
	case -ENETDOWN:
		explain_down(error, facts->nic);
		return true;
	case -ENXIO:
		say_cause(error, "%s was removed while the socket was being opened",
			  facts->nic->ifname);
		say_remedy(error, "Open the socket again once the interface is back.");
		return true;
	default:
		return false;
	}
}

static bool explain_carrier(struct zcxsk_error *error, int code, const struct explain_facts *facts)
{
	const struct nic *nic = facts->nic;

	if (code == -ENETDOWN) {
		explain_down(error, nic);
		return true;
	}
	if (code != -ETIMEDOUT)
		return false;
	if (nic->carrier)
		say_cause(error,
			  "%s lost its link when XDP was attached and did not regain it before "
			  "the deadline",
			  nic->ifname);
	else
		say_cause(error,
			  "%s had no link before XDP was attached and got none before the "
			  "deadline",
			  nic->ifname);
	say_remedy(error,
		   "Check the link (`ip link show dev %s`); if it is only slow, raise "
		   "carrier_timeout_ns.",
		   nic->ifname);
	return true;
}

bool explain_setup(struct zcxsk_error *error, enum step step, int code,
		   const struct explain_facts *facts)
{
	switch (step) {
	case STEP_SOCKET:
		return explain_socket(error, code);
	case STEP_UMEM_REG:
		return explain_umem(error, code, facts);
	case STEP_RING:
		return explain_ring(error, code, facts);
	case STEP_MMAP:
		return explain_mmap(error, code);
	case STEP_BPF_LOAD:
		return explain_load(error, code, facts->nic);
	case STEP_XSKMAP:
		return explain_map(error, code, facts);
	case STEP_SELF_TEST:
		return explain_self_test(error, code, facts);
	case STEP_CARRIER:
		return explain_carrier(error, code, facts);
	default:
		return false;
	}
}
