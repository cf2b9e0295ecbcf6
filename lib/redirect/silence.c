/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * silence.c - global state like that of base/fork.c, whose lock it uses: the print functions
 * of libbpf and libxdp.
 */
#include "redirect/silence.h"

#include <bpf/libbpf.h>
#include <signal.h>
#include <xdp/libxdp.h>

#include "base/fork.h"

/*
 * libbpf and libxdp print to stderr by default, and their print functions are
 * process-wide. So we clear them around our calls and restore the application's
 * afterwards. If several threads are inside, the first saves and the last restores.
 * Messages of the application's own libbpf calls are suppressed meanwhile, too.
 */
static struct {
	unsigned inside;
	libbpf_print_fn_t bpf;
	libxdp_print_fn_t xdp;
} quiet;

static void restore(void)
{
	libbpf_set_print(quiet.bpf);
	libxdp_set_print(quiet.xdp);
}

void quiet_begin(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, before);
	fork_lock();
	if (!quiet.inside++) {
		quiet.bpf = libbpf_set_print(NULL);
		quiet.xdp = libxdp_set_print(NULL);
	}
	fork_unlock();
}

void quiet_end(const sigset_t *before)
{
	fork_lock();
	if (!--quiet.inside)
		restore();
	fork_unlock();
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

void quiet_in_child(void)
{
	if (quiet.inside)
		restore();
	quiet.inside = 0;
}
