/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirected.h - what the tests on real interfaces share: a veth pair "near"
 * and "far" in namespaces of the test's own, and a redirect on "near".
 */
#ifndef ZCXSK_TESTS_REDIRECTED_H
#define ZCXSK_TESTS_REDIRECTED_H

#include <zcxsk/redirect.h>

/* Far more than a veth pair needs, in ms; only a failing test waits so long. */
#define PATIENCE 20000

/* Enters the namespaces and makes the pair; skips the test without root. */
void redirected_enter(void);
/* Compiles rules that are right. */
struct zcxsk_rules *redirected_rules(const char *text);
/* Attaches with one rule, for frames of the EtherType WIRE_TAKEN. */
struct zcxsk_redirect *redirected_attach(uint32_t flags, uint32_t modes);
/* Attaching must give want; the error is handed back to be looked at. */
struct zcxsk_error redirected_refused(const char *ifname, const struct zcxsk_redirect_opts *opts,
				      int want);
struct zcxsk_redirect_stats redirected_stats(const struct zcxsk_redirect *redirect);
/* Three frames that a rule takes, then two that none does, which must arrive. */
void redirected_send_five(void);
/* Programs in libxdp's dispatcher on near; -1 = there is no dispatcher. */
int redirected_dispatched(void);

#endif
