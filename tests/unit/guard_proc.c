/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_proc.c - the guard's reading of sockets from /proc, in pieces of any size. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "redirect/guard_facts.h"
#include "redirect/guard_proc.h"

#define FILE_SIZE 65536
#define STATES (1u << 1 | 1u << 10) /* established, listening */

#define HEADING                                                                                    \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
/* The columns between the state and the inode, and those behind. */
#define MIDDLE " 00000000:00000000 00:00000000 00000000  1000        0 "
#define REST " 1 0000000000000000 100 0 0 10 0\n"

/* ---- files ----------------------------------------------------------------------------- */

static struct {
	const char *path;
	char text[FILE_SIZE];
} files[2];
static struct guard_list list;
static size_t piece;	    /* the most bytes of a read; 0 = any */
static unsigned interrupts; /* of the next calls */

static bool is_interrupted(void)
{
	if (!interrupts)
		return false;
	interrupts--;
	errno = EINTR;
	return true;
}

int __wrap_open(const char *path, int flags, ...);
ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);

int __wrap_open(const char *path, int flags, ...)
{
	(void)flags;
	if (is_interrupted())
		return -1;
	for (size_t i = 0; i < 2; i++) {
		int fd;

		if (!files[i].path || strcmp(files[i].path, path))
			continue;
		fd = memfd_create("proc", MFD_CLOEXEC);
		cr_assert_eq(write(fd, files[i].text, strlen(files[i].text)),
			     (ssize_t)strlen(files[i].text));
		lseek(fd, 0, SEEK_SET);
		return fd;
	}
	errno = ENOENT;
	return -1;
}

ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	if (is_interrupted())
		return -1;
	return __real_read(fd, buf, piece && piece < size ? piece : size);
}

static void begin(void)
{
	memset(files, 0, sizeof(files));
	memset(&list, 0, sizeof(list));
	piece = interrupts = 0;
}

static void end(void)
{
	guard_list_free(&list);
}

TestSuite(guard_proc, .init = begin, .fini = end);

static void put(unsigned file, const char *path, const char *text)
{
	files[file].path = path;
	cr_assert_lt(strlen(files[file].text) + strlen(text), FILE_SIZE);
	strcat(files[file].text, text);
}

static const char tcp[] = "/proc/thread-self/net/tcp", tcp6[] = "/proc/thread-self/net/tcp6";
static const char packet[] = "/proc/thread-self/net/packet";

/* A line of the table for IPv4, of which each number is another. */
static void put_line(unsigned number, const char *state)
{
	char line[256];
	uint32_t local = htonl(0xc0000200 + number);

	snprintf(line, sizeof(line), "%4u: %08X:%04X 07FEA8C0:%04X %s" MIDDLE "%u" REST, number,
		 local, 22 + number, 50000 - number, state, 4000 + number);
	put(0, tcp, line);
}

static const struct guard_socket *at(uint32_t i)
{
	cr_assert_lt(i, list.count);
	return guard_list_at(&list, i);
}

static void expect_line(uint32_t i, unsigned number, bool listens)
{
	const struct guard_socket *s = at(i);
	char text[64];

	cr_expect_eq(s->local.bytes.low, 0xc0000200 + number, "%u: %s", i,
		     guard_address_text(&s->local, text, sizeof(text)));
	cr_expect_eq(s->remote.bytes.low, 0xc0a8fe07, "%u", i);
	cr_expect_eq(s->local_port, 22 + number, "%u", i);
	cr_expect_eq(s->remote_port, 50000 - number, "%u", i);
	cr_expect_eq(s->inode, 4000 + number, "%u", i);
	cr_expect_eq(s->listens, listens, "%u", i);
	cr_expect(s->connected && !s->any_local && !s->both_families, "%u", i);
}

/* ---- tests ------------------------------------------------------------------------------- */

Test(guard_proc, sockets)
{
	put(0, tcp, HEADING);
	put_line(0, "01");
	put_line(1, "06"); /* TIME_WAIT: nobody's */
	put_line(2, "0A");
	put(0, tcp, "   3: 00000000:1F90 00000000:0000 0A" MIDDLE "77" REST);
	put(1, tcp6, HEADING);
	put(1, tcp6,
	    "   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 "
	    "0A" MIDDLE "78" REST);
	put(1, tcp6,
	    "   1: B80D0120000000000000000001000000:0016 B80D0120000000000000000007000000:C350 "
	    "01" MIDDLE "18446744073709551615" REST);
	cr_assert_eq(guard_proc_sockets(&list, "tcp", STATES), 0);
	cr_assert_eq(list.count, 5);
	expect_line(0, 0, false);
	expect_line(1, 2, true);
	cr_expect(at(2)->any_local && !at(2)->both_families && !at(2)->connected);
	cr_expect(at(3)->any_local && at(3)->both_families && at(3)->listens);
	cr_expect(at(3)->local.family == AF_INET6 && at(3)->local_port == 22);
	cr_expect_eq(at(4)->local.bytes.high, 0x20010db800000000);
	cr_expect_eq(at(4)->local.bytes.low, 1);
	cr_expect_eq(at(4)->remote.bytes.low, 7);
	cr_expect(at(4)->connected && !at(4)->any_local && at(4)->inode == UINT64_MAX);
}

Test(guard_proc, pieces_of_any_size)
{
	static const size_t sizes[] = {0, 1, 7, 149, 150, 151, 512, 4095, 4096, 4097};

	put(0, tcp, HEADING);
	for (unsigned i = 0; i < 200; i++)
		put_line(i, "01");
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		piece = sizes[k];
		cr_assert_eq(guard_proc_sockets(&list, "tcp", STATES), 0, "by %zu", piece);
		cr_assert_eq(list.count, 200, "by %zu", piece);
		for (unsigned i = 0; i < 200; i++)
			expect_line(i, i, false);
		list.count = 0;
	}
}

Test(guard_proc, interrupts)
{
	put(0, tcp, HEADING);
	put_line(0, "01");
	interrupts = 1;
	cr_expect_eq(guard_proc_sockets(&list, "tcp", STATES), 0);
	cr_expect_eq(list.count, 1);
	interrupts = 10000;
	cr_expect_eq(guard_proc_sockets(&list, "tcp", STATES), -EINTR);
}

Test(guard_proc, lines_that_are_none)
{
	static const char *const wrong[] = {
		"   0: 0100007F 00000000:0000 0A" MIDDLE "77" REST,
		"   0: 0100007F0:0016 00000000:0000 0A" MIDDLE "77" REST,
		"   0: 0100007F:0016 0000000000:0000 0A" MIDDLE "77" REST,
		"   0: 0100007:0016 0000000:0000 0A" MIDDLE "77" REST,
		"   0: 0100007F:0016 00000000:0000 20" MIDDLE "77" REST,
		"   0: 0100007F:0016 00000000:0000 0A" MIDDLE REST + sizeof(REST) - 2,
		"\n",
	};
	char word[600];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		begin();
		put(0, tcp, HEADING);
		put(0, tcp, wrong[i]);
		cr_expect_eq(guard_proc_sockets(&list, "tcp", UINT32_MAX), -EPROTO, "%s", wrong[i]);
	}
	begin();
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	put(0, tcp, word);
	cr_expect_eq(guard_proc_sockets(&list, "tcp", STATES), -EPROTO, "a line without end");
}

Test(guard_proc, files_that_are_missing)
{
	cr_expect_eq(guard_proc_sockets(&list, "tcp", STATES), -ENOENT);
	put(0, tcp, HEADING);
	cr_expect_eq(guard_proc_sockets(&list, "tcp", STATES), 0, "a kernel without IPv6");
	cr_expect_eq(guard_proc_packet(&list), -ENOENT);
}

Test(guard_proc, packet_sockets)
{
	const struct guard_packet_socket *s;

	put(0, packet, "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n");
	put(0, packet, "0000000000000000 3      3    88cc   4     1 0      0      4711\n");
	put(0, packet, "0000000000000000 3      3    0003   0     1 0      0      4712\n");
	cr_assert_eq(guard_proc_packet(&list), 0);
	cr_assert_eq(list.count, 2);
	s = guard_list_at(&list, 0);
	cr_expect(s[0].ethertype == 0x88cc && s[0].device == 4);
	cr_expect(s[1].ethertype == 3 && s[1].device == 0);
	put(0, packet, "0000000000000000 3      3    zz\n");
	cr_expect_eq(guard_proc_packet(&list), -EPROTO);
}

Test(guard_proc, a_small_file)
{
	char text[8];

	put(0, "/proc/1/comm", "systemd\n");
	cr_expect_eq(guard_proc_read("/proc/1/comm", text, sizeof(text)), 7);
	cr_expect_str_eq(text, "systemd");
	cr_expect_eq(guard_proc_read("/proc/2/comm", text, sizeof(text)), -ENOENT);
	interrupts = 1;
	cr_expect_eq(guard_proc_read("/proc/1/comm", text, sizeof(text)), 7);
}
