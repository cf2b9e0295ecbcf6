/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netns.h - a network of the test's own. Namespaces die with the process, so
 * nothing needs to be taken down, however the test ends.
 */
#ifndef ZCXSK_TESTS_NETNS_H
#define ZCXSK_TESTS_NETNS_H

/*
 * Moves the process into new network and mount namespaces, with lo up, a sysfs
 * that shows the new network, and a BPF file system. 0 or -errno; -EPERM
 * without the right to do so, which is a reason to skip.
 */
int netns_enter(void);

/*
 * Makes a veth pair with one queue each, both ends up, with no addresses, so
 * that no packets but the test's travel on it. 0 or -EIO.
 */
int netns_veth(const char *a, const char *b);

/*
 * Puts an empty folder over /mnt, for unix sockets and such. Behind
 * netns_enter() nobody else sees it, and it goes away with the test. 0 or -errno.
 */
int netns_own_folder(void);

/*
 * Runs a command, its words separated by single blanks, its output hidden. No
 * shell: those of small systems bring an `ip` of their own that knows little.
 * 0, or -EIO when it fails.
 */
int netns_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
