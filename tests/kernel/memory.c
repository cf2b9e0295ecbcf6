/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - all kinds of packet memory with real sockets: caller-supplied, huge pages,
 * headroom, more than the machine has, and unsupported sizes.
 */
#include <errno.h>
#include <sys/mman.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 1000u
#define FRAME ((uint64_t)rig_frame_size())
#define HEADROOM 128u
#define HEADROOM_MAX 1344u /* the kernel's limit in frames of 2048 bytes */
#define HUGE_PAGES 8u
#define HUGE_PAGE_FRAMES 1024u /* of 2048 bytes in 2 MiB */
#define CALLER_BYTES (4096u * FRAME)

static void check_traffic(const struct zcxsk_socket_opts *opts, enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open(rig_left(0), 0, opts);

	traffic_run(tx, rx, PACKETS);
	traffic_run(rx, tx, PACKETS);
	rig_check_quiet("frames of this memory are completed", tx);
	rig_check_places("frames of this memory balance", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

static void callers_memory(enum zcxsk_mode mode)
{
	unsigned char *memory = mmap(NULL, CALLER_BYTES, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct zcxsk_socket *s;
	struct rig_opts o;

	CHECK("memory", memory != MAP_FAILED);
	rig_opts(&o, mode);
	o.umem.frames = 0;
	o.umem.memory = memory;
	o.umem.memory_size = CALLER_BYTES;
	s = rig_open(rig_left(0), 0, &o.socket);
	CHECK("the packets are in the caller-supplied memory", zcxsk_socket_base(s) == memory);
	CHECK_EQ("the memory is reported as caller-supplied",
		 zcxsk_umem_pages(zcxsk_socket_umem(s)), ZCXSK_PAGES_CALLER);
	CHECK_EQ("all of the memory is used", zcxsk_umem_frames(zcxsk_socket_umem(s)),
		 CALLER_BYTES / FRAME);
	zcxsk_socket_close(s);
	check_traffic(&o.socket, mode);
	memset(memory, 1, CALLER_BYTES); /* it is still mapped */
	munmap(memory, CALLER_BYTES);
}

/* A line of /proc/meminfo, in its own unit. */
static uint64_t meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "re");
	uint64_t value = 0;
	char line[128];

	CHECK("meminfo", f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			value = strtoull(line + strlen(name), NULL, 10);
	fclose(f);
	return value;
}

static void huge_pages(enum zcxsk_mode mode)
{
	static const char *const kinds[] = {"ordinary", "merged", "reserved huge", "the caller's"};
	struct zcxsk_socket *s;
	enum zcxsk_pages pages;
	struct rig_opts o;
	uint64_t reserved = meminfo("HugePages_Free:");

	rig_opts(&o, mode);
	o.umem.flags = ZCXSK_UMEM_HUGE_PAGES;
	o.umem.frames = HUGE_PAGES * HUGE_PAGE_FRAMES;
	s = rig_open(rig_left(0), 0, &o.socket);
	pages = zcxsk_umem_pages(zcxsk_socket_umem(s));
	printf("  huge pages requested: %s pages\n", kinds[pages]);
	CHECK("the system has pages of the reported kind",
	      pages == ZCXSK_PAGES_HUGETLB ? reserved >= HUGE_PAGES : pages != ZCXSK_PAGES_CALLER);
	zcxsk_socket_close(s);
	check_traffic(&o.socket, mode);
}

static void headroom(enum zcxsk_mode mode)
{
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode), *rx;
	struct zcxsk_packet p;
	struct rig_opts o;
	uint32_t n;

	rig_opts(&o, mode);
	o.umem.headroom = HEADROOM;
	rx = rig_open(rig_right(0), 0, &o.socket);
	traffic_send_all(tx, 0, 1);
	CHECK_EQ("packet", zcxsk_rx_wait(rx, &p, 1, TRAFFIC_PATIENCE_NS, &n), 0);
	CHECK_EQ("received data starts after both headrooms", p.addr % FRAME,
		 ZCXSK_XDP_HEADROOM + HEADROOM);
	traffic_check(zcxsk_packet_data(zcxsk_socket_base(rx), &p), p.len, 0);
	zcxsk_packet_release(rx, &p, 1);
	zcxsk_socket_close(rx);

	/* The largest headroom leaves no room to receive a full packet, so this only sends. */
	o.umem.headroom = HEADROOM_MAX;
	o.umem.frame_size = 0; /* zero-copy needs as large ones as the library chooses */
	o.socket.flags = ZCXSK_SOCKET_TX_ONLY;
	zcxsk_socket_close(rig_open(rig_right(0), 0, &o.socket));
	zcxsk_socket_close(tx);
}

static void refuse(const char *behaviour, const struct zcxsk_umem_opts *opts, int code)
{
	struct zcxsk_umem *umem;
	struct zcxsk_error error = {0};

	CHECK_EQ(behaviour, zcxsk_umem_create(&umem, opts, &error), code);
	CHECK(behaviour, !umem && error.code == code && error.cause[0]);
}

static void wrong_sizes(void)
{
	static const uint32_t sizes[] = {1, 1024, 2047, 2049, 3000, 8192, UINT32_MAX};
	static _Alignas(65536) unsigned char memory[2 * 4096]; /* the largest page of arm64 */
	struct zcxsk_umem_opts o;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		zcxsk_umem_opts_init(&o);
		o.frame_size = sizes[i];
		refuse("an unsupported frame size", &o, -EINVAL);
	}
	zcxsk_umem_opts_init(&o);
	o.headroom = HEADROOM_MAX + 1;
	refuse("headroom that leaves no room for a packet", &o, -EINVAL);
	o.headroom = UINT32_MAX;
	refuse("headroom beyond all frames", &o, -EINVAL);
	zcxsk_umem_opts_init(&o);
	o.memory = memory + 64;
	o.memory_size = 4096;
	refuse("memory that is not page aligned", &o, -EINVAL);
	o.memory = memory;
	o.memory_size = 4095;
	refuse("memory that ends within a frame", &o, -EINVAL);
}

/* Twice the machine's memory: fails without the out-of-memory killer. */
static void too_much(enum zcxsk_mode mode)
{
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.umem.frames = meminfo("MemTotal:") * 2 * 1024 / FRAME;
	rig_open_refused("more packet memory than the machine has", rig_left(0), 0, &o.socket,
			 -ENOMEM, &error);
	o.umem.frames = 16;
	rig_open_refused("fewer frames than a socket needs", rig_left(0), 0, &o.socket, -ENOMEM,
			 &error);
	CHECK_NAMES("the number of frames is named", error.cause, "16");
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(callers_memory);
	rig_each_mode(huge_pages);
	rig_each_mode(headroom);
	wrong_sizes();
	rig_each_mode(too_much);
	return 0;
}
