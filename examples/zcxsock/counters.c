/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters.c - the table of counters.
 */
#include "counters.h"

#define COUNTER(field, group)                                                                      \
	{                                                                                          \
#field, offsetof(struct zcxsk_stats, field), group, NULL, NULL                     \
	}
#define DROP(field, group, words)                                                                  \
	{                                                                                          \
#field, offsetof(struct zcxsk_stats, field), group, words, NULL                    \
	}
#define CAUSE(field, words)                                                                        \
	{                                                                                          \
#field, offsetof(struct zcxsk_stats, field), COUNTER_LIBRARY, NULL, words          \
	}

const struct counter counters[] = {
	COUNTER(rx_packets, COUNTER_LIBRARY),
	COUNTER(rx_bytes, COUNTER_LIBRARY),
	DROP(rx_invalid, COUNTER_LIBRARY, "outside the packet memory"),
	COUNTER(rx_abandoned, COUNTER_LIBRARY),
	COUNTER(fill_frames, COUNTER_LIBRARY),
	COUNTER(fill_short, COUNTER_LIBRARY),
	COUNTER(fill_kicks, COUNTER_LIBRARY),
	COUNTER(rx_floor, COUNTER_LIBRARY),
	COUNTER(tx_packets, COUNTER_LIBRARY),
	COUNTER(tx_bytes, COUNTER_LIBRARY),
	COUNTER(tx_completed, COUNTER_LIBRARY),
	DROP(tx_rejected, COUNTER_LIBRARY, "refused by the library"),
	COUNTER(tx_ring_full, COUNTER_LIBRARY),
	COUNTER(tx_copies, COUNTER_LIBRARY),
	DROP(tx_abandoned, COUNTER_LIBRARY, "lost in a rebuilt queue"),
	COUNTER(tx_lost, COUNTER_LIBRARY),
	DROP(completion_foreign, COUNTER_LIBRARY, "completions outside the packet memory"),
	DROP(completion_doubled, COUNTER_LIBRARY, "duplicate completions"),
	DROP(completion_unknown, COUNTER_LIBRARY, "completions of frames not sent"),
	COUNTER(completion_early, COUNTER_LIBRARY),
	COUNTER(self_test_packets, COUNTER_LIBRARY),
	COUNTER(tx_kicks, COUNTER_LIBRARY),
	CAUSE(tx_kicks_flag, "by need_wakeup"),
	CAUSE(tx_kicks_watermark, "by watermark"),
	CAUSE(tx_kicks_tail, "by tail time"),
	CAUSE(tx_kicks_flush, "by flush"),
	CAUSE(tx_kicks_budget, "repeated"),
	CAUSE(tx_kicks_forced, "forced"),
	COUNTER(tx_kicks_saved, COUNTER_LIBRARY),
	COUNTER(tx_recovered, COUNTER_LIBRARY),
	COUNTER(tx_stalls, COUNTER_LIBRARY),
	COUNTER(tx_silence_max_ns, COUNTER_LIBRARY),
	COUNTER(tx_kick_again, COUNTER_LIBRARY),
	COUNTER(tx_kick_nobufs, COUNTER_LIBRARY),
	DROP(tx_kick_dropped, COUNTER_LIBRARY, "dropped by the device"),
	COUNTER(tx_kick_netdown, COUNTER_LIBRARY),
	COUNTER(tx_kick_failed, COUNTER_LIBRARY),
	COUNTER(waits, COUNTER_LIBRARY),
	COUNTER(in_fill_ring, COUNTER_FRAMES),
	COUNTER(in_kernel_rx, COUNTER_FRAMES),
	COUNTER(in_rx_ring, COUNTER_FRAMES),
	COUNTER(in_tx_ring, COUNTER_FRAMES),
	COUNTER(in_kernel_tx, COUNTER_FRAMES),
	COUNTER(in_completion_ring, COUNTER_FRAMES),
	COUNTER(in_lost, COUNTER_FRAMES),
	COUNTER(in_application, COUNTER_FRAMES),
	COUNTER(in_cache, COUNTER_FRAMES),
	COUNTER(in_pool, COUNTER_FRAMES),
	COUNTER(frames, COUNTER_FRAMES),
	DROP(kernel_rx_dropped, COUNTER_KERNEL, "dropped by the kernel on receive"),
	DROP(kernel_rx_invalid_descs, COUNTER_KERNEL, "invalid fill descriptors"),
	DROP(kernel_tx_invalid_descs, COUNTER_KERNEL, "invalid TX descriptors"),
	DROP(kernel_rx_ring_full, COUNTER_KERNEL, "RX ring full"),
	COUNTER(kernel_rx_fill_ring_empty_descs, COUNTER_KERNEL),
	COUNTER(kernel_tx_ring_empty_descs, COUNTER_KERNEL),
	DROP(device_rx_missed, COUNTER_KERNEL, "missed by the device"),
	{NULL, 0, COUNTER_LIBRARY, NULL, NULL},
};

int64_t counter_value(const struct counter *c, const struct zcxsk_stats *stats)
{
	int64_t value;

	/* Counters are uint64_t or int64_t, and never reach 2^63. */
	memcpy(&value, (const char *)stats + c->offset, sizeof(value));
	return value;
}
