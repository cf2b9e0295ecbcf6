/* SPDX-License-Identifier: BSD-2-Clause */
/* silence.c - the library's only global state: the print functions of libbpf and libxdp. */
#include "redirect/silence.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <xdp/libxdp.h>

/*
 * libbpf and libxdp print to stderr by default, and their print functions are
 * process-wide. So we clear them around our calls and restore the application's
 * afterwards. If several threads are inside, the first saves and the last restores.
 * Messages of the application's own libbpf calls are suppressed meanwhile, too.
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
