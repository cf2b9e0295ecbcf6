/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kick.h - when a sender enters the kernel. A kick is a system call (sendto
 * without data) that makes the driver process the TX ring. It costs some
 * hundred nanoseconds to some microseconds, whether it moves one packet or 64.
 * Some drivers, including virtio-net, need one after every pass.
 *
 * The policy is chosen at open, in struct zcxsk_socket_opts. Under every
 * policy, only the watchdog kicks while the kernel needs no wakeup (need_wakeup
 * is clear), the library's own waits kick before they sleep, and
 * zcxsk_tx_flush() kicks at once.
 */
#ifndef ZCXSK_KICK_H
#define ZCXSK_KICK_H

#include <zcxsk/base.h>

enum zcxsk_kick_policy {
	/*
	 * The default. Copy modes: like BURST, because there the kick does the sending.
	 * Zero-copy: kicks at once if no kicked packet is in flight; otherwise packets
	 * gather until a watermark of them waits or the first has waited for the tail
	 * time. Meanwhile the driver takes packets with each completion, so none is
	 * left behind even if no call follows. With zcxsk_socket_service_fd() in use the
	 * event loop is guaranteed to run, so packets wait for the tail time even if
	 * none is in flight, except the first after a pause. Costs a clock reading for
	 * a burst that does not kick.
	 */
	ZCXSK_KICK_ADAPTIVE = 0,
	/* Kicks after every burst: the least delay, one system call each. */
	ZCXSK_KICK_BURST = 1,
	/*
	 * Kicks only at the watermark or after the tail time, in every mode: the fewest
	 * calls, but a lone packet waits for the tail time.
	 */
	ZCXSK_KICK_BATCH = 2,
	/*
	 * Kicks only in zcxsk_tx_flush() and where the library waits or runs short of
	 * room. For programs that know best when a batch is complete.
	 */
	ZCXSK_KICK_MANUAL = 3,
};

ZCXSK_BEGIN_DECLS

/*
 * "adaptive", "burst", "batch", "manual"; "unknown" for anything else. Never
 * NULL; do not free it. Does not block. Any thread.
 */
ZCXSK_API const char *zcxsk_kick_policy_name(enum zcxsk_kick_policy policy);

/*
 * The reverse. Returns 0, or -EINVAL for NULL or another word and leaves
 * *policy unchanged. Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_kick_policy_parse(const char *text,
						      enum zcxsk_kick_policy *policy);

ZCXSK_END_DECLS

#endif
