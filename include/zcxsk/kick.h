/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kick.h - when a sender enters the kernel. A kick is a system call (sendto
 * with nothing in it) that makes the driver look at the TX ring; it costs some
 * hundred nanoseconds to some microseconds whether it moves one packet or 64.
 * Some drivers, virtio-net among them, ask for one after every pass.
 *
 * A policy is chosen at open, in struct zcxsk_socket_opts. Whatever it says,
 * no kick is made while the kernel does not ask for it (need_wakeup), except
 * by the watchdog; the library's own waits kick before they sleep; and
 * zcxsk_tx_flush() kicks at once.
 */
#ifndef ZCXSK_KICK_H
#define ZCXSK_KICK_H

#include <zcxsk/base.h>

enum zcxsk_kick_policy {
	/*
	 * The default. Copy modes: as BURST, since there a kick is the sending.
	 * Zero-copy: at once when nothing is on its way; otherwise packets
	 * gather until a watermark of them waits or the first has waited for
	 * the tail time, whichever is sooner. Meanwhile the driver goes on by
	 * itself with each completion, so that nothing stays behind even if no
	 * call follows. An owner with zcxsk_watchdog_fd() in its event loop is
	 * sure to come by: then packets gather for the tail time also where
	 * nothing is on its way, but for the first after a pause. Costs a look
	 * at the clock for a burst that does not kick.
	 */
	ZCXSK_KICK_ADAPTIVE = 0,
	/* After every burst. The least delay, a system call for each. */
	ZCXSK_KICK_BURST = 1,
	/*
	 * At the watermark or the tail time and not before, in every mode. The
	 * fewest calls; a lone packet waits for the tail time.
	 */
	ZCXSK_KICK_BATCH = 2,
	/*
	 * Only by zcxsk_tx_flush() and where the library waits or is short of
	 * room. For programs that know best when a batch is complete.
	 */
	ZCXSK_KICK_MANUAL = 3,
};

ZCXSK_BEGIN_DECLS

/*
 * "adaptive", "burst", "batch", "manual"; "unknown" for anything else. Never
 * NULL, never freed. Does not block; any thread.
 */
ZCXSK_API const char *zcxsk_kick_policy_name(enum zcxsk_kick_policy policy);

/*
 * The reverse. 0, or -EINVAL for NULL or another word, with *policy left as it
 * was. Does not block; any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_kick_policy_parse(const char *text,
						      enum zcxsk_kick_policy *policy);

ZCXSK_END_DECLS

#endif
