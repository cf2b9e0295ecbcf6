/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * no_memory.c - each allocation of set-up fails once: the call reports it and frees what it
 * had. The linker replaces the allocator in the library's objects (--wrap).
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/zcxsk.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *memory);

static bool counting;	 /* only while the library is called */
static uint32_t allowed; /* allocations until one fails */
static bool failed;
static int64_t blocks; /* allocated and not freed */

static void *counted(void *memory)
{
	if (counting && memory)
		blocks++;
	return memory;
}

static bool must_fail(void)
{
	if (!counting || allowed--)
		return false;
	failed = true;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return must_fail() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return must_fail() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
	if (must_fail())
		return NULL;
	return old ? __real_realloc(old, size) : counted(__real_realloc(old, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return must_fail() ? NULL : counted(__real_aligned_alloc(alignment, size));
}

void __wrap_free(void *memory)
{
	if (counting && memory)
		blocks--;
	__real_free(memory);
}

/* Repeats an operation that undoes itself if it succeeds, until no allocation fails. */
static void fail_each(const char *name, int (*operation)(struct zcxsk_error *error))
{
	uint32_t n = 0;
	int ret;

	do {
		struct zcxsk_error error = {0};

		allowed = n++;
		blocks = 0;
		failed = false;
		counting = true;
		ret = operation(&error);
		counting = false;
		cr_assert_eq(blocks, 0, "%s keeps %d blocks after allocation %u", name, (int)blocks,
			     n);
		cr_assert_eq(ret, failed ? -ENOMEM : 0, "%s: allocation %u: %d", name, n, ret);
		cr_assert_eq(error.code, ret, "%s: allocation %u", name, n);
		if (failed)
			cr_assert(strstr(error.cause, "memory"), "%s: %s", name, error.cause);
	} while (failed);
	cr_assert_gt(n, 1, "%s allocates nothing", name);
}

/* ---- rules ---------------------------------------------------------------------- */

/* Every condition, and lists that outgrow their first allocation. */
static const char *const texts[] = {
	"take any",
	"take arp; pass vlan 5 inner 6; take untagged and fragment; take not port 53 and tcp",
	"take dport {1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35}",
	"take 10.0.0.0/8 and not (udp dport 53 or tcp sport 80-90 or src 10.1.0.0/16)",
	"take not dport {1, 3, 5, 7, 9, 11, 13, 15, 17, 19} and not src in {10.0.0.0/8, ::/16}",
	"take src in {10.0.0.0/8, not 10.1.0.0/16, 10.1.1.0/24, 11.0.0.0/8, 12.0.0.0/8, 13.0.0.0/8,"
	" 14.0.0.0/8, 15.0.0.0/8, 16.0.0.0/8, 17.0.0.0/8, 18.0.0.0/8, 19.0.0.0/8, 20.0.0.0/8,"
	" 21.0.0.0/8, 22.0.0.0/8, 23.0.0.0/8, 24.0.0.0/8, 2001:db8::/32}",
	"take (udp or tcp) (vlan or ip6) and fragment {none, first} and not dst ::1",
};

static const char *text;

static int parse(struct zcxsk_error *error)
{
	struct zcxsk_rules *rules;
	int ret = zcxsk_rules_parse(&rules, text, error);

	if (ret)
		cr_assert_null(rules);
	zcxsk_rules_destroy(rules);
	return ret;
}

Test(no_memory, rules_from_text)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		text = texts[i];
		fail_each(text, parse);
	}
}

/* Arrays grow at a node, a range or a prefix of any kind. */
Test(no_memory, rules_of_any_length)
{
	static char longer[1024] = "take ";

	text = longer;
	for (int i = 0; i < 20; i++) {
		size_t length = strlen(longer);

		snprintf(longer + length, sizeof(longer) - length,
			 "not arp or port 7 or untagged or 10.0.0.0/8");
		fail_each(text, parse);
		snprintf(longer + length, sizeof(longer) - length, "udp dport %d or ", i);
	}
}

static int create_rules(struct zcxsk_error *error)
{
	static const struct zcxsk_rule list[] = {
		{.fields = ZCXSK_RULE_EVERYTHING},
		{.fields = ZCXSK_RULE_IP_PROTOCOL | ZCXSK_RULE_DST_PORT | ZCXSK_RULE_SRC |
			   ZCXSK_RULE_FRAGMENT,
		 .negated = ZCXSK_RULE_DST_PORT | ZCXSK_RULE_SRC,
		 .ip_protocol = 6,
		 .dst_port = 22,
		 .src_family = 4,
		 .src_prefix = 32,
		 .fragment = ZCXSK_FRAGMENT_NONE | ZCXSK_FRAGMENT_LATER},
	};
	struct zcxsk_rules *rules;
	int ret = zcxsk_rules_create(&rules, list, COUNT(list), error);

	zcxsk_rules_destroy(rules);
	return ret;
}

Test(no_memory, rules_from_structs)
{
	fail_each("zcxsk_rules_create", create_rules);
}

/* ---- frames --------------------------------------------------------------------- */

static struct zcxsk_umem *umem;
static struct zcxsk_pool *pool;

static int create_umem(struct zcxsk_error *error)
{
	struct zcxsk_umem *other;
	int ret = zcxsk_umem_create(&other, NULL, error);

	zcxsk_umem_destroy(other);
	return ret;
}

static int create_pool(struct zcxsk_error *error)
{
	struct zcxsk_pool_opts opts;
	struct zcxsk_pool *other;
	int ret;

	zcxsk_pool_opts_init(&opts);
	opts.flags = ZCXSK_POOL_CHECK;
	ret = zcxsk_pool_create(&other, umem, &opts, error);
	zcxsk_pool_destroy(other);
	return ret;
}

static int create_cache(struct zcxsk_error *error)
{
	struct zcxsk_cache *cache;
	int ret = zcxsk_cache_create(&cache, pool, error);

	zcxsk_cache_destroy(cache);
	return ret;
}

static int create_handoff(struct zcxsk_error *error)
{
	struct zcxsk_handoff *handoff;
	int ret = zcxsk_handoff_create(&handoff, pool, NULL, error);

	if (!ret) {
		ret = zcxsk_handoff_resize(handoff, 64, error);
		cr_assert_eq(zcxsk_handoff_entries(handoff), ret ? 1024 : 64);
	}
	/* The second frees a ring that nobody pushed into. */
	if (!ret)
		ret = zcxsk_handoff_resize(handoff, 128, error);
	zcxsk_handoff_destroy(handoff);
	return ret;
}

Test(no_memory, frames)
{
	fail_each("zcxsk_umem_create", create_umem);
	cr_assert_eq(zcxsk_umem_create(&umem, NULL, NULL), 0);
	fail_each("zcxsk_pool_create", create_pool);
	cr_assert_eq(zcxsk_pool_create(&pool, umem, NULL, NULL), 0);
	fail_each("zcxsk_cache_create", create_cache);
	fail_each("zcxsk_handoff_create", create_handoff);
	cr_assert_eq(zcxsk_pool_destroy(pool), 0);
	cr_assert_eq(zcxsk_umem_destroy(umem), 0);
}
