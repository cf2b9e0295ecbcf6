/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msix.h - takes the interrupt of one TX queue of a virtio card away, by the
 * mask bit of its vector, and gives it back. For root in a guest that was
 * booted with iomem=relaxed.
 */
#ifndef ZCXSK_TESTS_MSIX_H
#define ZCXSK_TESTS_MSIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct msix {
	void *pages; /* with the table; NULL when not open */
	size_t bytes;
	volatile uint32_t *control; /* of the queue's vector */
};

/* Finds the vector of a TX queue. 0 or -errno; *msix is closed then. */
int msix_open(struct msix *msix, const char *ifname, uint32_t queue);

void msix_mask(struct msix *msix);
/* An interrupt that was due meanwhile comes at once. */
void msix_unmask(struct msix *msix);
/* As the card has it; a driver that sets up its vectors anew may undo a mask. */
bool msix_is_masked(const struct msix *msix);

/* Gives the interrupt back. A closed one is accepted. */
void msix_close(struct msix *msix);

#endif
