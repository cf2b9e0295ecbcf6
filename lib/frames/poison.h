/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poison.h - contents of frames in the checking mode. A free frame holds a pattern, which shows
 * when somebody has written to it. In a build with AddressSanitizer, each access to a frame that
 * the application does not hold ends the program with a report.
 */
#ifndef ZCXSK_LIB_FRAMES_POISON_H
#define ZCXSK_LIB_FRAMES_POISON_H

#include "frames/ledger.h"

/* The byte that a free frame is filled with. */
#define POISON_BYTE 0xEDu

/* The frame came to this place: fills one that is free, and closes or opens its memory. */
void poison_follow(const struct zcxsk_umem *umem, uint64_t frame, enum place place);

/* True, with the offset of the first changed byte, if a frame that was free was written to. */
bool poison_find_write(const struct zcxsk_umem *umem, uint64_t frame, uint64_t *offset);

/* All frames are free: a new pool. Or none is checked any more. */
void poison_start(const struct zcxsk_umem *umem);
void poison_end(const struct zcxsk_umem *umem);

#endif
