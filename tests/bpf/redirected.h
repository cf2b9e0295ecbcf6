/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirected.h - shared by the tests on real interfaces: a veth pair "near" and "far" in
 * the test's own namespaces, and a redirect on "near".
 */
#ifndef ZCXSK_TESTS_REDIRECTED_H
#define ZCXSK_TESTS_REDIRECTED_H

#include <zcxsk/redirect.h>

/* Far more than a veth pair needs, in ms; only a failing test waits this long. */
#define PATIENCE 20000

/* Enters the namespaces and creates the pair; skips the test without root. */
void redirected_enter(void);
/* Compiles valid rules. */
struct zcxsk_rules *redirected_rules(const char *text);
/* Attaches with one rule, for frames of the EtherType WIRE_TAKEN. */
struct zcxsk_redirect *redirected_attach(uint32_t flags, uint32_t modes);
/* Attaching must return want. Returns the error. */
struct zcxsk_error redirected_refused(const char *ifname, const struct zcxsk_redirect_opts *opts,
				      int want);
struct zcxsk_redirect_stats redirected_stats(const struct zcxsk_redirect *redirect);
/* Sends three frames that a rule takes, then two that no rule takes, which must arrive. */
void redirected_send_five(void);
/* Number of programs in libxdp's dispatcher on near; -1 without a dispatcher. */
int redirected_dispatched(void);

#endif
