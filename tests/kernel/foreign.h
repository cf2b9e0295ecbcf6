/* SPDX-License-Identifier: BSD-2-Clause */
/* foreign.h - an XDP program that is not the library's, with an XSKMAP of one queue. */
#ifndef ZCXSK_TESTS_FOREIGN_H
#define ZCXSK_TESTS_FOREIGN_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <zcxsk/mode.h>

struct foreign {
	int map_fd, prog_fd, link_fd;
	uint32_t id;
};

/*
 * Attaches a program that runs `count` instructions, with the context in registers 1 and 6, and
 * then redirects to the queue's socket, or passes without one. With an instruction that sets
 * register 0 and exits it does something else.
 */
struct foreign foreign_attach(const char *ifname, enum zcxsk_mode mode,
			      const struct bpf_insn *first, size_t count);
void foreign_detach(const struct foreign *foreign);

#endif
