/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker.c - messages between a program and its broker: a written message reads back
 * the same, an invalid one is refused, and descriptors never leak.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "redirect/broker_nic.h"
#include "redirect/broker_message.h"

/* ---- words ------------------------------------------------------------------- */

static int split(struct broker_message *m, const char *text, size_t length)
{
	broker_clear(m);
	m->length = length;
	memcpy(m->text, text, length);
	return broker_split(m);
}

Test(broker, words_are_lines_and_may_be_empty)
{
	struct broker_message m;

	cr_assert_eq(split(&m, "/a\n\nc", 5), 0);
	cr_assert_eq(m.count, 3);
	cr_expect_str_eq(m.words[0], "/a");
	cr_expect_str_eq(m.words[1], "");
	cr_expect_str_eq(m.words[2], "c");
}

Test(broker, bytes_that_are_not_text_are_refused)
{
	static const char many[] = "1\n2\n3\n4\n5\n6\n7\n8\n9";
	struct broker_message m;

	cr_expect_eq(split(&m, "", 0), -EPROTO);
	cr_expect_eq(split(&m, "a\0b", 3), -EPROTO);
	cr_expect_eq(split(&m, "a\x1b[2J", 5), -EPROTO);
	cr_expect_eq(split(&m, "a\x7f", 2), -EPROTO);
	cr_expect_eq(split(&m, many, strlen(many)), -EPROTO, "more words than %u", BROKER_WORDS);
	cr_expect_eq(split(&m, many, strlen(many) - 2), 0, "%u words", BROKER_WORDS);
}

Test(broker, quoted_text_cannot_add_words)
{
	struct broker_message m;

	broker_begin(&m, "/verb");
	broker_add(&m, "one\ntwo\x1b");
	cr_assert_eq(broker_split(&m), 0);
	cr_assert_eq(m.count, 2);
	cr_expect_str_eq(m.words[1], "one two ");
}

Test(broker, an_oversized_message_is_not_sent)
{
	static char longest[BROKER_TEXT_MAX];
	struct broker_message m;

	memset(longest, 'a', sizeof(longest) - 1);
	broker_begin(&m, "/");
	broker_add(&m, "%s", longest);
	cr_expect_gt(m.length, BROKER_TEXT_MAX);
	broker_add(&m, "more");
	cr_expect_eq(broker_send(-1, &m, -1, 0), -EMSGSIZE);
	cr_expect_eq(broker_split(&m), -EPROTO);
}

Test(broker, numbers_are_decimal_and_bounded)
{
	static const char *const wrong[] = {
		"", "-1", "+1", " 1", "1 ", "0x1", "1a", "256", "18446744073709551616"};
	uint64_t value;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_not(broker_number(wrong[i], 255, &value), "'%s'", wrong[i]);
	cr_expect(broker_number("255", 255, &value) && value == 255);
	cr_expect(broker_number("18446744073709551615", UINT64_MAX, &value) && value == UINT64_MAX);
}

Test(broker, a_refusal_reads_back_as_written)
{
	struct zcxsk_error error = {.code = -EBUSY, .step = "s", .cause = "two\nlines"}, read;
	struct broker_message m;

	broker_refuse(&m, &error);
	cr_assert_eq(broker_split(&m), 0);
	cr_assert_eq(broker_refusal(&m, &read), -EBUSY);
	cr_expect_eq(read.code, -EBUSY);
	cr_expect_str_eq(read.step, "s");
	cr_expect_str_eq(read.cause, "two lines");
	cr_expect_str_eq(read.remedy, "");
}

Test(broker, a_refusal_without_a_reason_is_invalid)
{
	struct broker_message m;

	cr_assert_eq(split(&m, "/refused\n0\na\nb\nc", 16), 0);
	cr_expect_eq(broker_refusal(&m, NULL), 0);
	cr_assert_eq(split(&m, "/refused\n4096\na\nb\nc", 19), 0);
	cr_expect_eq(broker_refusal(&m, NULL), 0);
	cr_assert_eq(split(&m, "/refused\n16", 11), 0);
	cr_expect_eq(broker_refusal(&m, NULL), 0);
}

/* ---- descriptors --------------------------------------------------------------- */

#ifndef EMULATOR /* QEMU delivers more descriptors than fit, without MSG_CTRUNC */
static unsigned open_files(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* Sends text with `fds` descriptors, which neither side of the protocol does. */
static void send_with(int socket, const char *text, unsigned fds)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(8 * sizeof(int))] = {0};
	struct iovec part = {.iov_base = (void *)text, .iov_len = strlen(text)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = room,
				 .msg_controllen = CMSG_SPACE(fds * sizeof(int))};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(fds * sizeof(int)); /* all of them are standard input */
	cr_assert_geq(sendmsg(socket, &message, 0), 0);
}

Test(broker, unexpected_descriptors_are_closed)
{
	struct broker_message m;
	unsigned before;
	int pair[2];

	broker_clear(&m);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	before = open_files();
	send_with(pair[0], "/done", 7);
	cr_assert_eq(broker_receive(pair[1], &m, 0), 0);
	cr_expect_geq(m.fd, 0);
	cr_expect_eq(open_files(), before + 1);
	close(m.fd);
	send_with(pair[0], "\x01", 2);
	cr_expect_eq(broker_receive(pair[1], &m, 0), -EPROTO);
	cr_expect_eq(open_files(), before);
	close(pair[0]);
	cr_expect_eq(broker_receive(pair[1], &m, 0), -ECONNRESET);
	close(pair[1]);
}

Test(broker, a_descriptor_without_a_free_number_is_missed)
{
	struct rlimit before, none;
	struct broker_message m;
	int pair[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	send_with(pair[0], "first", 1);
	send_with(pair[0], "second", 0);
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	broker_begin(&m, "/x");
	cr_expect_eq(broker_receive(pair[1], &m, 0), -EMFILE);
	cr_expect_eq(m.fd, -1);
	cr_expect_eq(broker_receive(pair[1], &m, 0), 0, "the next message needs no descriptor");
	cr_expect_eq(m.fd, -1);
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	close(pair[0]);
	close(pair[1]);
}
#endif

Test(broker, a_message_above_the_size_limit_is_refused)
{
	static char longest[BROKER_TEXT_MAX + 1];
	struct broker_message m;
	int pair[2];

	broker_clear(&m);
	memset(longest, 'a', sizeof(longest));
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	cr_assert_eq(send(pair[0], longest, sizeof(longest), 0), (ssize_t)sizeof(longest));
	cr_expect_eq(broker_receive(pair[1], &m, 0), -EMSGSIZE);
	cr_assert_eq(send(pair[0], longest, sizeof(longest) - 1, 0), BROKER_TEXT_MAX);
	cr_expect_eq(broker_receive(pair[1], &m, 0), 0);
	close(pair[0]);
	close(pair[1]);
}

/* ---- facts --------------------------------------------------------------------- */

Test(broker, facts_read_back_as_written)
{
	struct nic nic = {.ifname = "eth0",
			  .ifindex = UINT32_MAX,
			  .mtu = 9000,
			  .up = true,
			  .mac = {2, 0, 0xff, 0x7f, 0, 1},
			  .numa_node = -1,
			  .driver = "virtio_net",
			  .rx_queues = 4,
			  .tx_queues = 2,
			  .rx_ring = 256,
			  .is_virtio = true,
			  .virtio_features = UINT64_MAX,
			  .xdp_features_known = true,
			  .xdp_features = 1,
			  .native_prog_id = 7,
			  .kernel_major = 6,
			  .kernel_minor = 18,
			  .kernel_release = "6.18.1-x"},
		   read;
	char text[2048], again[2048];

	cr_assert_lt(broker_facts_write(&nic, text, sizeof(text)), sizeof(text));
	cr_assert_eq(broker_facts_read(&read, text), 0);
	broker_facts_write(&read, again, sizeof(again));
	cr_expect_str_eq(again, text);
	cr_expect_str_eq(read.driver, "virtio_net");
	cr_expect_eq(read.virtio_features, UINT64_MAX);
	cr_expect_eq(read.numa_node, -1);
	cr_expect_eq(memcmp(read.mac, nic.mac, sizeof(nic.mac)), 0);
	cr_expect(read.up && !read.carrier && !read.elsewhere);
}

Test(broker, impossible_facts_are_refused)
{
	static const char *const wrong[] = {
		"",
		"mtu=1500",
		"ifname=eth0",
		"ifname= ifindex=1",
		"ifname=sixteen-letters. ifindex=1",
		"ifname=eth0 ifindex=4294967296",
		"ifname=eth0 ifindex=1 up=2",
		"ifname=eth0 ifindex=1 mtu",
		"ifname=eth0 ifindex=1 mac=0200000000",
		"ifname=eth0 ifindex=1 mac=02000000000G",
		"ifname=eth0 ifindex=1 numa_node=-1",
	};
	struct nic nic;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(broker_facts_read(&nic, wrong[i]), -EPROTO, "'%s'", wrong[i]);
	cr_expect_eq(broker_facts_read(&nic, "colour=red ifname=eth0 ifindex=1"), 0);
}
