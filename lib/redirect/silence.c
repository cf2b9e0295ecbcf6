/* SPDX-License-Identifier: BSD-2-Clause */
/* silence.c - owns the one thing that is global: who prints libbpf's messages. */
#include "redirect/silence.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <xdp/libxdp.h>

/*
 * libbpf and libxdp print to stderr unless told not to, and what they are told
 * holds for the whole process. So they are silenced while we are inside them
 * and given the application's functions back after; with threads inside at the
 * same time, the first saves and the last gives back. What the application's
 * other threads do with libbpf in that time is not printed either.
 */
static struct {
	pthread_mutex_t lock;
	unsigned inside;
	libbpf_print_fn_t bpf;
	libxdp_print_fn_t xdp;
} quiet = {.lock = PTHREAD_MUTEX_INITIALIZER};

void quiet_begin(void)
{
	pthread_mutex_lock(&quiet.lock);
	if (!quiet.inside++) {
		quiet.bpf = libbpf_set_print(NULL);
		quiet.xdp = libxdp_set_print(NULL);
	}
	pthread_mutex_unlock(&quiet.lock);
}

void quiet_end(void)
{
	pthread_mutex_lock(&quiet.lock);
	if (!--quiet.inside) {
		libbpf_set_print(quiet.bpf);
		libxdp_set_print(quiet.xdp);
	}
	pthread_mutex_unlock(&quiet.lock);
}
