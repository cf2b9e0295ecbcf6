/* SPDX-License-Identifier: BSD-2-Clause */
/* silence.h - keeps libbpf and libxdp from printing while we are inside them. */
#ifndef ZCXSK_LIB_REDIRECT_SILENCE_H
#define ZCXSK_LIB_REDIRECT_SILENCE_H

/* Around each use of theirs that may fail; may be nested, any thread. */
void quiet_begin(void);
void quiet_end(void);

#endif
