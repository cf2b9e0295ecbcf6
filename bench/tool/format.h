/* SPDX-License-Identifier: BSD-2-Clause */
/* format.h - numbers in words for people. */
#ifndef ZCXSK_BENCH_FORMAT_H
#define ZCXSK_BENCH_FORMAT_H

enum { FORMAT_BYTES = 32 };

/* "1,234,567" from a thousand on, "12.35" below, "0" for nothing. */
void format_number(char text[FORMAT_BYTES], double value);

/* In three digits: "0.0156", "1.23"; from a thousand on as above. For labels. */
void format_short(char text[FORMAT_BYTES], double value);

#endif
