/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage.c - options that contradict themselves or have a wrong size are refused before the
 * kernel is asked, with the option and the limit in the explanation.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zcxsk/broker.h>
#include <zcxsk/kernel.h>
#include <zcxsk/port.h>

/* Never read: each is refused because it is set. */
#define SOME ((void *)64)

static struct zcxsk_error error;

static void refused(int ret, const char *cause, const char *remedy)
{
	cr_expect_eq(ret, -EINVAL, "%s: %d", cause, ret);
	cr_expect(strstr(error.cause, cause), "'%s' is not in: %s", cause, error.cause);
	cr_expect(strstr(error.remedy, remedy), "'%s' is not in: %s", remedy, error.remedy);
}

static void umem_refused(const struct zcxsk_umem_opts *o, const char *cause, const char *remedy)
{
	struct zcxsk_umem *umem;

	refused(zcxsk_umem_create(&umem, o, &error), cause, remedy);
}

Test(usage, umem)
{
	struct zcxsk_umem_opts o;

	zcxsk_umem_opts_init(&o);
	o.memory_size = 1 << 20;
	umem_refused(&o, "memory_size is set without memory", "Set memory too");
	zcxsk_umem_opts_init(&o);
	o.size = 1;
	umem_refused(&o, "wrong size", "zcxsk_umem_opts_init()");
}

static void socket_refused(const struct zcxsk_socket_opts *o, uint32_t queue, const char *cause,
			   const char *remedy)
{
	struct zcxsk_socket *socket;

	refused(zcxsk_socket_open(&socket, "lo", queue, o, &error), cause, remedy);
}

Test(usage, sockets)
{
	struct zcxsk_redirect_opts redirect_opts;
	struct zcxsk_umem_opts umem_opts;
	struct zcxsk_socket_opts o;

	zcxsk_umem_opts_init(&umem_opts);
	zcxsk_redirect_opts_init(&redirect_opts);
	zcxsk_socket_opts_init(&o);
	socket_refused(&o, 65536, "queue 65536 is over the limit", "0 to 65535");
	o.cache = SOME;
	o.umem_opts = &umem_opts;
	socket_refused(&o, 0, "cache is set, but also umem_opts", "one or the other");
	zcxsk_socket_opts_init(&o);
	o.redirect = SOME;
	o.redirect_opts = &redirect_opts;
	socket_refused(&o, 0, "redirect is set, but also redirect_opts", "one or the other");
}

Test(usage, ports)
{
	struct zcxsk_cache *caches[] = {SOME};
	struct zcxsk_socket_opts socket_opts;
	struct zcxsk_port_opts o;
	struct zcxsk_port *port;

	zcxsk_port_opts_init(&o);
	o.pool = SOME;
	o.caches = caches;
	o.cache_count = 1;
	refused(zcxsk_port_open(&port, "lo", &o, &error), "both pool and caches are set",
		"one or the other");
	zcxsk_port_opts_init(&o);
	zcxsk_socket_opts_init(&socket_opts);
	socket_opts.cache = SOME;
	o.socket_opts = &socket_opts;
	refused(zcxsk_port_open(&port, "lo", &o, &error), "but a port has several queues",
		"Set pool or caches");
	refused(zcxsk_port_plan("lo", NULL, NULL, &error), "an argument is NULL", "a plan");
}

Test(usage, plans)
{
	struct zcxsk_umem_opts umem_opts;
	struct zcxsk_socket_opts o;
	struct zcxsk_plan plan;

	refused(zcxsk_socket_plan("lo", 0, NULL, NULL, &error), "an argument is NULL",
		"zcxsk_plan_init()");
	zcxsk_plan_init(&plan);
	zcxsk_umem_opts_init(&umem_opts);
	zcxsk_socket_opts_init(&o);
	umem_opts.size = 1;
	o.umem_opts = &umem_opts;
	refused(zcxsk_socket_plan("lo", 0, &o, &plan, &error),
		"the options struct has a wrong size", "zcxsk_umem_opts_init()");
	plan.size = 1;
	refused(zcxsk_socket_plan("lo", 0, NULL, &plan, &error), "the plan has a wrong size",
		"zcxsk_plan_init()");
}

Test(usage, other_kernels)
{
	struct zcxsk_kernel kernel;
	struct zcxsk_socket *socket;

	zcxsk_kernel_init(&kernel);
	refused(zcxsk_socket_open_on(&socket, NULL, NULL, &error), "an argument is NULL",
		"zcxsk_kernel_init()");
	refused(zcxsk_socket_open_on(&socket, &kernel, NULL, &error), "a call is missing",
		"struct zcxsk_kernel");
	kernel.kick = SOME;
	kernel.receive = SOME;
	kernel.wait = SOME;
	kernel.now = SOME;
	kernel.mode = ZCXSK_MODE_ZERO_COPY;
	refused(zcxsk_socket_open_on(&socket, &kernel, NULL, &error), "a ring has no memory",
		"struct zcxsk_kernel_ring");
	kernel.rings = (struct zcxsk_kernel_rings){
		.rx = {SOME, SOME, SOME, SOME, 64},
		.tx = {SOME, SOME, SOME, SOME, 64},
		.fill = {SOME, SOME, SOME, SOME, 64},
		.completion = {SOME, SOME, SOME, SOME, 32},
	};
	refused(zcxsk_socket_open_on(&socket, &kernel, NULL, &error),
		"the completion ring of 32 entries is smaller than the TX ring of 64",
		"as large as");
}

Test(usage, brokers)
{
	struct zcxsk_broker *broker;
	char path[200];

	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	refused(zcxsk_broker_connect(&broker, path, 0, &error), "the path has 199 bytes",
		"shorter");
	refused(zcxsk_broker_connect(&broker, "/run/x", UINT64_MAX, &error), "above the limit",
		"Use 0");
}
