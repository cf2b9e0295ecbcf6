/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netns.h - a private network for a test. Namespaces end with the process, so nothing needs
 * to be cleaned up, however the test ends.
 */
#ifndef ZCXSK_TESTS_NETNS_H
#define ZCXSK_TESTS_NETNS_H

/*
 * Moves the process into new network and mount namespaces, with lo up, a sysfs that shows
 * the new network, a BPF file system, and no names of other namespaces. Returns 0 or
 * -errno; -EPERM without the privilege, which is a reason to skip.
 */
int netns_enter(void);

/*
 * Creates a veth pair with one queue per end, both ends up and without addresses, so that
 * it carries only the test's packets. Returns 0 or -EIO.
 */
int netns_veth(const char *a, const char *b);

/*
 * Mounts an empty folder over /mnt, for unix sockets and similar files. After
 * netns_enter() it is private and disappears with the test. Returns 0 or -errno.
 */
int netns_own_folder(void);

/*
 * Runs a command with words separated by single blanks, and hides its output. Does not use
 * a shell, because shells of small systems have a built-in, limited `ip`. Returns 0, or
 * -EIO if the command fails.
 */
int netns_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
