/* SPDX-License-Identifier: BSD-2-Clause */
/* queue_probe.c - a socket with one page of memory that tries a queue. */
#include "nic/queue_probe.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/compat.h"
#include "nic/netns.h"

#define PROBE_RING 2u	  /* entries */
#define PROBE_FRAME 2048u /* bytes */

/* Makes a socket with one page of memory, which receives nothing. 0 or -errno. */
static int prepare_probe(int fd, void *page, size_t size)
{
	const int rings[] = {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_TX_RING};
	const int entries = PROBE_RING;
	struct xdp_umem_reg reg;

	memset(&reg, 0, sizeof(reg)); /* newer kernels read the padding */
	reg.addr = (uintptr_t)page;
	reg.len = size;
	reg.chunk_size = PROBE_FRAME;
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)))
		return -errno;
	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++)
		if (setsockopt(fd, SOL_XDP, rings[i], &entries, sizeof(entries)))
			return -errno;
	return 0;
}

static int bind_probe(int fd, uint32_t ifindex, uint32_t queue, void *page, size_t size)
{
	struct sockaddr_xdp address = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_COPY,
		.sxdp_ifindex = ifindex,
		.sxdp_queue_id = queue,
	};
	int ret = prepare_probe(fd, page, size);

	if (ret)
		return ret;
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
}

int queue_probe(uint64_t netns, uint32_t ifindex, uint32_t queue)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	int fd = netns ? socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0) : -1, ret = -EINVAL;
	void *page;

	if (fd < 0)
		return ret;
	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		ret = -ENOMEM;
	else if (netns_of(fd) == netns)
		ret = bind_probe(fd, ifindex, queue, page, size);
	close(fd);
	if (page != MAP_FAILED)
		munmap(page, size);
	return ret;
}
