/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msix.h - masks and unmasks the interrupt of one TX queue of a virtio card, by the mask bit
 * of its vector. Needs root in a guest that was booted with iomem=relaxed.
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

/* Finds the vector of a TX queue. Returns 0, or -errno with *msix closed. */
int msix_open(struct msix *msix, const char *ifname, uint32_t queue);

void msix_mask(struct msix *msix);
/* A pending interrupt is delivered at once. */
void msix_unmask(struct msix *msix);
/* Reads the mask from the card; a driver that sets up its vectors again may clear it. */
bool msix_is_masked(const struct msix *msix);

/* Unmasks the interrupt. Accepts a closed one. */
void msix_close(struct msix *msix);

#endif
