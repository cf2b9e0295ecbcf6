/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_card.h - the two cards of the soak: the near one, and the far one in a namespace of
 * its own. On the machine they are a veth pair; in the guest they are given.
 */
#ifndef ZCXSK_TESTS_SOAK_CARD_H
#define ZCXSK_TESTS_SOAK_CARD_H

#include "soak_shared.h"

struct soak_cards {
	struct soak_shared *sh;
	bool guest;
	int near_ns, far_ns;
};

/* Makes the namespaces and the cards, or skips the test. */
void soak_cards_make(struct soak_cards *cards, struct soak_shared *sh);
void soak_cards_close(struct soak_cards *cards);
/* Makes the calls of this thread, and its new sockets, those of one namespace. */
void soak_cards_enter(int ns);

/* veth: removes the pair, and makes it again with the same addresses. */
void soak_cards_remove(struct soak_cards *cards);
void soak_cards_restore(struct soak_cards *cards);
/* Guest: waits until the near card is gone, or sets it up once it is back. */
void soak_cards_await_gone(struct soak_cards *cards);
void soak_cards_await_back(struct soak_cards *cards);

void soak_cards_near(const struct soak_cards *cards, const char *setting);
void soak_cards_far(const struct soak_cards *cards, const char *setting);
/* ethtool -L, asked again while the kernel releases queues. */
void soak_cards_near_queues(const struct soak_cards *cards, uint32_t rx, uint32_t tx);
void soak_cards_far_queues(const struct soak_cards *cards, uint32_t rx, uint32_t tx);
/* ethtool -G on the near card. Returns 0 or -errno. */
int soak_cards_near_ring(uint32_t entries);

/* Fails the test if another process is still in one of the namespaces. */
void soak_cards_check_alone(const struct soak_cards *cards);

#endif
