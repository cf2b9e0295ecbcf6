/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_answers.c - a kernel that answers the guard's questions with what a test has written. */
#include "guard_answers.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define ANSWERS 16
#define ANSWER_SIZE 1024

struct question questions[QUESTIONS];
unsigned asked;
struct guard_facts facts;

static struct {
	_Alignas(struct nlmsghdr) char bytes[ANSWER_SIZE];
	unsigned question;
} answers[ANSWERS];
static unsigned answered;

int __wrap_guard_ask(int bus, struct nlmsghdr *request, mnl_cb_t see, void *data,
		     struct guard_list *list);

int __wrap_guard_ask(int bus, struct nlmsghdr *request, mnl_cb_t see, void *data,
		     struct guard_list *list)
{
	unsigned number = asked++;

	(void)list;
	cr_assert_lt(number, QUESTIONS);
	questions[number].bus = bus;
	questions[number].type = request->nlmsg_type;
	questions[number].flags = request->nlmsg_flags;
	memcpy(questions[number].request, request, request->nlmsg_len);
	if (mnl_nlmsg_get_payload_len(request))
		questions[number].family = *(unsigned char *)mnl_nlmsg_get_payload(request);
	for (unsigned i = 0; i < answered; i++) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)answers[i].bytes;

		if (answers[i].question == number && see(nlh, data) == MNL_CB_ERROR)
			return -errno;
	}
	return questions[number].ret;
}

struct nlmsghdr *answer(unsigned question, size_t size, void *extra)
{
	struct nlmsghdr *nlh;
	void *header;

	cr_assert_lt(answered, ANSWERS);
	answers[answered].question = question;
	nlh = mnl_nlmsg_put_header(answers[answered++].bytes);
	header = mnl_nlmsg_put_extra_header(nlh, size);
	memcpy(extra, &header, sizeof(header));
	return nlh;
}

void answers_begin(void)
{
	memset(&facts, 0, sizeof(facts));
	memset(answers, 0, sizeof(answers));
	memset(questions, 0, sizeof(questions));
	answered = asked = 0;
}

void answers_end(void)
{
	guard_facts_free(&facts);
}

void again(void)
{
	answers_end();
	answers_begin();
}

void was_asked(unsigned number, int bus, uint16_t type, int family)
{
	cr_expect_eq(questions[number].bus, bus);
	cr_expect_eq(questions[number].type, type);
	cr_expect_eq(questions[number].family, family);
}

bool has(unsigned number, size_t size, uint16_t type, const void *bytes, size_t length)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)questions[number].request;
	const struct nlattr *attr;

	mnl_attr_for_each (attr, nlh, (unsigned)size) {
		if (mnl_attr_get_type(attr) == type)
			return mnl_attr_get_payload_len(attr) == length &&
			       !memcmp(mnl_attr_get_payload(attr), bytes, length);
	}
	return false;
}

const void *header_of(unsigned number)
{
	return mnl_nlmsg_get_payload((const struct nlmsghdr *)questions[number].request);
}

void put_text(struct nlmsghdr *nlh, uint16_t type, const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	cr_assert_eq(inet_pton(family, text, bytes), 1, "%s", text);
	mnl_attr_put(nlh, type, family == AF_INET ? 4 : 16, bytes);
}

void expect_address(const struct guard_address *a, const char *text)
{
	char buf[INET6_ADDRSTRLEN];

	cr_expect_str_eq(guard_address_text(a, buf, sizeof(buf)), text);
}
