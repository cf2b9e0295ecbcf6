/* SPDX-License-Identifier: BSD-2-Clause */
/* program.c - loads and runs the BPF program without an interface. */
#include "program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_xdp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct redirect *skel;
static int socket_fd = -1;
static int set_fd = -1; /* of the current set */
static const uint32_t only = 0;

struct redirect *program(void)
{
	return skel;
}

void program_open(void)
{
	if (geteuid())
		cr_skip_test("loading BPF programs needs root");
	skel = redirect__open();
	cr_assert_not_null(skel, "cannot open the program: errno %d", errno);
}

/* An unbound AF_XDP socket with an RX ring, which is all that an XSKMAP entry needs. */
void program_socket(uint32_t queue)
{
	int entries = 64;

	socket_fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	cr_assert_geq(socket_fd, 0, "AF_XDP socket: errno %d", errno);
	cr_assert_eq(setsockopt(socket_fd, SOL_XDP, XDP_RX_RING, &entries, sizeof(entries)), 0);
	cr_assert_eq(
		bpf_map_update_elem(bpf_map__fd(skel->maps.zcxsk_sockets), &queue, &socket_fd, 0),
		0);
}

void program_load(void)
{
	program_open();
	cr_assert_eq(redirect__load(skel), 0, "cannot load the program: errno %d", errno);
	program_socket(0);
}

void program_unload(void)
{
	if (!skel)
		return;
	close(socket_fd);
	if (set_fd >= 0)
		close(set_fd);
	redirect__destroy(skel);
}

/* ---- rules ----------------------------------------------------------------- */

void program_put(enum redirect_which which, const struct redirect_rules *set)
{
	uint32_t key = which;
	int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "test_set", sizeof(only), sizeof(*set), 1, NULL);

	cr_assert_geq(fd, 0, "a map for the set: errno %d", errno);
	cr_assert_eq(bpf_map_update_elem(fd, &only, set, 0), 0);
	cr_assert_eq(bpf_map_update_elem(bpf_map__fd(skel->maps.zcxsk_sets), &key, &fd, 0), 0);
	if (which != REDIRECT_CURRENT) {
		close(fd);
		return;
	}
	if (set_fd >= 0)
		close(set_fd);
	set_fd = fd;
}

void program_use(const struct redirect_rules *set)
{
	if (set_fd < 0)
		program_put(REDIRECT_CURRENT, set);
	else
		cr_assert_eq(bpf_map_update_elem(set_fd, &only, set, 0), 0);
}

void program_use_one(struct redirect_term term)
{
	static struct redirect_rules set;

	set.version = REDIRECT_VERSION;
	set.term_count = 1;
	term.take = 1;
	set.terms[0] = term;
	program_use(&set);
}

void program_deadline(uint32_t slot, uint64_t ns)
{
	cr_assert_eq(bpf_map_update_elem(bpf_map__fd(skel->maps.zcxsk_deadlines), &slot, &ns, 0),
		     0);
}

struct redirect_term box_full(void)
{
	struct redirect_term term = {0};

	memset(term.last, 0xff, sizeof(term.last));
	memset(&term.src_last, 0xff, sizeof(term.src_last));
	memset(&term.dst_last, 0xff, sizeof(term.dst_last));
	return term;
}

struct redirect_term box_value(enum redirect_value which, uint16_t first, uint16_t last)
{
	struct redirect_term term = box_full();

	term.fields = 1u << which;
	term.first[which] = first;
	term.last[which] = last;
	return term;
}

/* ---- results --------------------------------------------------------------- */

uint32_t program_verdict(const struct packet *packet)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet->data,
		    .data_size_in = (uint32_t)packet->length);

	cr_assert_eq(bpf_prog_test_run_opts(bpf_program__fd(skel->progs.zcxsk_redirect), &opts), 0,
		     "BPF_PROG_TEST_RUN: errno %d", errno);
	return opts.retval;
}

void program_expect(const struct packet *packet, bool taken, const char *what)
{
	uint32_t got = program_verdict(packet);

	cr_expect_eq(got, taken ? XDP_REDIRECT : XDP_PASS, "%s: verdict %u", what, got);
}

/* Reads the per-CPU values of a map entry; the caller frees them. */
static void *read_each(int map_fd, uint32_t key, size_t size, int *processors)
{
	void *each;

	*processors = libbpf_num_possible_cpus();
	each = calloc((size_t)*processors, size);
	cr_assert_not_null(each);
	cr_assert_eq(bpf_map_lookup_elem(map_fd, &key, each), 0);
	return each;
}

struct redirect_counters program_counters(void)
{
	struct redirect_counters sum = {0}, *each;
	int processors;

	each = read_each(bpf_map__fd(skel->maps.zcxsk_counters), only, sizeof(*each), &processors);
	for (int i = 0; i < processors; i++)
		for (int j = 0; j < REDIRECT_COUNTERS; j++)
			sum.packets[j] += each[i].packets[j];
	free(each);
	return sum;
}

uint64_t program_hits(uint32_t slot, uint32_t rule)
{
	struct redirect_hits *each;
	uint64_t sum = 0;
	int processors;

	each = read_each(bpf_map__fd(skel->maps.zcxsk_hits), slot, sizeof(*each), &processors);
	for (int i = 0; i < processors; i++)
		sum += each[i].packets[rule];
	free(each);
	return sum;
}

void program_expect_counters(uint64_t redirected, uint64_t passed, uint64_t matched_no_socket)
{
	struct redirect_counters now = program_counters();

	cr_expect_eq(now.packets[REDIRECT_REDIRECTED], redirected, "redirected %llu, not %llu",
		     now.packets[REDIRECT_REDIRECTED], (unsigned long long)redirected);
	cr_expect_eq(now.packets[REDIRECT_PASSED], passed, "passed %llu, not %llu",
		     now.packets[REDIRECT_PASSED], (unsigned long long)passed);
	cr_expect_eq(now.packets[REDIRECT_MATCHED_NO_SOCKET], matched_no_socket,
		     "no socket %llu, not %llu", now.packets[REDIRECT_MATCHED_NO_SOCKET],
		     (unsigned long long)matched_no_socket);
}
