/* SPDX-License-Identifier: BSD-2-Clause */
/* inherited.c - the table of public functions with their answers in a child. */
#include "inherited.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "check.h"

#define SOME 2u	      /* packets, frames, tokens */
#define FILES_MAX 256 /* descriptors */

/* Arguments for the calls, which nothing may change. */
static struct zcxsk_error error;
static struct zcxsk_packet packets[SOME];
static const struct zcxsk_packet *view;
static uint64_t numbers[SOME];
static uint32_t count;
static struct zcxsk_socket_info info = {.size = sizeof(info)};
static struct zcxsk_stats stats = {.size = sizeof(stats)};
static struct zcxsk_stall stall = {.size = sizeof(stall)};
static struct zcxsk_event events[SOME];
static struct zcxsk_redirect_stats redirect_stats = {.size = sizeof(redirect_stats)};
static struct zcxsk_port_change change = {.size = sizeof(change)};
/* Where a call that must be refused would put a new object. */
static struct zcxsk_pool *new_pool;
static struct zcxsk_cache *new_cache;
static struct zcxsk_handoff *new_handoff;
static struct zcxsk_kicker *new_kicker;
static struct zcxsk_redirect *new_redirect;
static struct zcxsk_socket *new_socket;
static struct zcxsk_port *new_port;
static struct zcxsk_location location;
static struct zcxsk_places places;

/* The code, or -EPROTO if the explanation does not fit it. */
static int explained(int code)
{
	bool fits = error.code == code && strstr(error.cause, "child") && error.remedy[0];

	memset(&error, 0, sizeof(error));
	return fits ? code : -EPROTO;
}

static int open_on_cache(struct inherited *o)
{
	struct zcxsk_socket_opts opts;

	zcxsk_socket_opts_init(&opts);
	opts.cache = o->cache;
	return explained(zcxsk_socket_open(&new_socket, "lo", 0, &opts, &error));
}

static int open_on_redirect(struct inherited *o)
{
	struct zcxsk_socket_opts opts;

	zcxsk_socket_opts_init(&opts);
	opts.redirect = o->redirect;
	return explained(zcxsk_socket_open(&new_socket, o->ifname, 0, &opts, &error));
}

static int open_port_on_pool(struct inherited *o)
{
	struct zcxsk_port_opts opts;

	zcxsk_port_opts_init(&opts);
	opts.pool = o->pool;
	return explained(zcxsk_port_open(&new_port, "lo", &opts, &error));
}

static int plan_on_cache(struct inherited *o)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_plan plan;

	zcxsk_plan_init(&plan);
	zcxsk_socket_opts_init(&opts);
	opts.cache = o->cache;
	return explained(zcxsk_socket_plan("lo", 0, &opts, &plan, &error));
}

/* It answers; what it foresees is the refusal. */
static int foresee_on_cache(struct inherited *o)
{
	struct zcxsk_probe_result result;
	struct zcxsk_socket_opts opts;

	zcxsk_probe_result_init(&result);
	zcxsk_socket_opts_init(&opts);
	opts.cache = o->cache;
	CHECK_EQ("probe", zcxsk_probe(&result, "lo", 0, &opts, &error), 0);
	return result.error.code;
}

static int plan_on_pool(struct inherited *o)
{
	struct zcxsk_port_opts opts;
	struct zcxsk_plan plan;

	zcxsk_plan_init(&plan);
	zcxsk_port_opts_init(&opts);
	opts.pool = o->pool;
	return explained(zcxsk_port_plan("lo", &opts, &plan, &error));
}

static uint64_t violation(const struct inherited *o)
{
	char text[8] = "";

	return zcxsk_pool_violation(o->pool, text, sizeof(text)) + (text[0] != '\0');
}

/*
 * X(function, the object that it needs, a call of it, the answer). A function may stand in
 * several lines.
 */
#define CALLS_OF_MEMORY(X)                                                                         \
	X(zcxsk_umem_base, umem, zcxsk_umem_base(o->umem), 0)                                      \
	X(zcxsk_umem_size, umem, zcxsk_umem_size(o->umem), 0)                                      \
	X(zcxsk_umem_frame_size, umem, zcxsk_umem_frame_size(o->umem), 0)                          \
	X(zcxsk_umem_headroom, umem, zcxsk_umem_headroom(o->umem), 0)                              \
	X(zcxsk_umem_frames, umem, zcxsk_umem_frames(o->umem), 0)                                  \
	X(zcxsk_umem_pages, umem, zcxsk_umem_pages(o->umem), ZCXSK_PAGES_BASE)                     \
	X(zcxsk_pool_create, umem, explained(zcxsk_pool_create(&new_pool, o->umem, NULL, &error)), \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_pool_available, pool, zcxsk_pool_available(o->pool), 0)                            \
	X(zcxsk_pool_left_behind, pool, zcxsk_pool_left_behind(o->pool), 0)                        \
	X(zcxsk_pool_umem, pool, zcxsk_pool_umem(o->pool), 0)                                      \
	X(zcxsk_pool_violation, pool, violation(o), 0)                                             \
	X(zcxsk_pool_locate, pool, zcxsk_pool_locate(o->pool, 0, &location), -EOWNERDEAD)          \
	X(zcxsk_pool_count_places, pool, zcxsk_pool_count_places(o->pool, NULL, &places),          \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_cache_create, pool, explained(zcxsk_cache_create(&new_cache, o->pool, &error)),    \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_cache_alloc, cache, zcxsk_cache_alloc(o->cache, numbers, SOME), 0)                 \
	X(zcxsk_cache_free, cache, zcxsk_cache_free(o->cache, numbers, SOME), 0)                   \
	X(zcxsk_cache_available, cache, zcxsk_cache_available(o->cache), 0)                        \
	X(zcxsk_cache_pool, cache, zcxsk_cache_pool(o->cache), 0)                                  \
	X(zcxsk_handoff_create, pool,                                                              \
	  explained(zcxsk_handoff_create(&new_handoff, o->pool, NULL, &error)), -EOWNERDEAD)       \
	X(zcxsk_socket_open, cache, open_on_cache(o), -EOWNERDEAD)                                 \
	X(zcxsk_port_open, pool, open_port_on_pool(o), -EOWNERDEAD)                                \
	X(zcxsk_socket_plan, cache, plan_on_cache(o), -EOWNERDEAD)                                 \
	X(zcxsk_probe, cache, foresee_on_cache(o), -EOWNERDEAD)                                    \
	X(zcxsk_port_plan, pool, plan_on_pool(o), -EOWNERDEAD)                                     \
	X(zcxsk_handoff_entries, handoff, zcxsk_handoff_entries(o->handoff), 0)                    \
	X(zcxsk_handoff_count, handoff, zcxsk_handoff_count(o->handoff), 0)                        \
	X(zcxsk_handoff_resize, handoff, explained(zcxsk_handoff_resize(o->handoff, 64, &error)),  \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_handoff_push, handoff, zcxsk_handoff_push(o->handoff, packets, SOME), 0)           \
	X(zcxsk_handoff_push_wait, handoff,                                                        \
	  zcxsk_handoff_push_wait(o->handoff, packets, SOME, UINT64_MAX, &count), -EOWNERDEAD)     \
	X(zcxsk_handoff_push_wait, handoff,                                                        \
	  zcxsk_handoff_push_wait(o->handoff, packets, 0, UINT64_MAX, &count), -EOWNERDEAD)        \
	X(zcxsk_handoff_push_locked, handoff,                                                      \
	  zcxsk_handoff_push_locked(o->handoff, packets, SOME), 0)                                 \
	X(zcxsk_handoff_push_wait_locked, handoff,                                                 \
	  zcxsk_handoff_push_wait_locked(o->handoff, packets, SOME, UINT64_MAX, &count),           \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_handoff_push_fd, handoff, zcxsk_handoff_push_fd(o->handoff), -EOWNERDEAD)          \
	X(zcxsk_handoff_pop, handoff, zcxsk_handoff_pop(o->handoff, packets, SOME), 0)             \
	X(zcxsk_handoff_peek, handoff, zcxsk_handoff_peek(o->handoff, packets, SOME), 0)           \
	X(zcxsk_handoff_pop_wait, handoff,                                                         \
	  zcxsk_handoff_pop_wait(o->handoff, packets, SOME, UINT64_MAX, &count), -EOWNERDEAD)      \
	X(zcxsk_handoff_pop_fd, handoff, zcxsk_handoff_pop_fd(o->handoff), -EOWNERDEAD)

#define CALLS_OF_SOCKET(X)                                                                         \
	X(zcxsk_socket_read_info, socket, zcxsk_socket_read_info(o->socket, &info), -EOWNERDEAD)   \
	X(zcxsk_socket_mode, socket, zcxsk_socket_mode(o->socket), 0)                              \
	X(zcxsk_socket_refusal, socket, zcxsk_socket_refusal(o->socket, ZCXSK_MODE_ZERO_COPY), 0)  \
	X(zcxsk_socket_trait, socket, zcxsk_socket_trait(o->socket, ZCXSK_TRAIT_MERGED, NULL),     \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_socket_status, socket, zcxsk_socket_status(o->socket), -EOWNERDEAD)                \
	X(zcxsk_socket_fd, socket, zcxsk_socket_fd(o->socket), -1)                                 \
	X(zcxsk_socket_base, socket, zcxsk_socket_base(o->socket), 0)                              \
	X(zcxsk_socket_umem, socket, zcxsk_socket_umem(o->socket), 0)                              \
	X(zcxsk_socket_cache, socket, zcxsk_socket_cache(o->socket), 0)                            \
	X(zcxsk_socket_redirect, socket, zcxsk_socket_redirect(o->socket), 0)                      \
	X(zcxsk_socket_rx_ring, socket, zcxsk_socket_rx_ring(o->socket), 0)                        \
	X(zcxsk_socket_tx_ring, socket, zcxsk_socket_tx_ring(o->socket), 0)                        \
	X(zcxsk_socket_fill_ring, socket, zcxsk_socket_fill_ring(o->socket), 0)                    \
	X(zcxsk_socket_completion_ring, socket, zcxsk_socket_completion_ring(o->socket), 0)        \
	X(zcxsk_fast_rx, socket, zcxsk_fast_rx(o->socket, SOME).count, 0)                          \
	X(zcxsk_fast_rx_any, socket, zcxsk_fast_rx_any(o->socket, &view, SOME), 0)                 \
	X(zcxsk_fast_release, socket, zcxsk_fast_release(o->socket, packets, SOME), 0)             \
	X(zcxsk_fast_release, socket, zcxsk_fast_release(o->socket, packets, 0), 0)                \
	X(zcxsk_fast_alloc, socket, zcxsk_fast_alloc(o->socket, packets, SOME, 60), 0)             \
	X(zcxsk_fast_tx, socket, zcxsk_fast_tx(o->socket, packets, SOME), 0)                       \
	X(zcxsk_fast_kick, socket, (zcxsk_fast_kick(o->socket), 0), 0)                             \
	X(zcxsk_rx_burst, socket, zcxsk_rx_burst(o->socket, packets, SOME), 0)                     \
	X(zcxsk_rx_burst, socket, zcxsk_rx_burst(o->socket, packets, 0), 0)                        \
	X(zcxsk_rx_view, socket, zcxsk_rx_view(o->socket, &view, SOME), 0)                         \
	X(zcxsk_rx_view, socket, zcxsk_rx_view(o->socket, &view, 1), 0)                            \
	X(zcxsk_rx_view, socket, zcxsk_rx_view(o->socket, &view, 0), 0)                            \
	X(zcxsk_rx_view_wait, socket,                                                              \
	  zcxsk_rx_view_wait(o->socket, &view, SOME, UINT64_MAX, &count), -EOWNERDEAD)             \
	X(zcxsk_rx_wait, socket, zcxsk_rx_wait(o->socket, packets, SOME, UINT64_MAX, &count),      \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_packet_release, socket, zcxsk_packet_release(o->socket, packets, SOME), 0)         \
	X(zcxsk_packet_release, socket, zcxsk_packet_release(o->socket, packets, 1), 0)            \
	X(zcxsk_packet_release, socket, zcxsk_packet_release(o->socket, packets, 0), 0)            \
	X(zcxsk_tx_alloc, socket, zcxsk_tx_alloc(o->socket, packets, SOME, 60), 0)                 \
	X(zcxsk_tx_alloc, socket, zcxsk_tx_alloc(o->socket, packets, 1, 60), 0)                    \
	X(zcxsk_tx_alloc, socket, zcxsk_tx_alloc(o->socket, packets, 0, 60), 0)                    \
	X(zcxsk_tx_burst, socket, zcxsk_tx_burst(o->socket, packets, SOME), 0)                     \
	X(zcxsk_tx_burst, socket, zcxsk_tx_burst(o->socket, packets, 1), 0)                        \
	X(zcxsk_tx_burst, socket, zcxsk_tx_burst(o->socket, packets, 0), 0)                        \
	X(zcxsk_tx_wait, socket, zcxsk_tx_wait(o->socket, packets, SOME, UINT64_MAX, &count),      \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_tx_send, socket, zcxsk_tx_send(o->socket, "packet", 6), -EOWNERDEAD)               \
	X(zcxsk_tx_send_wait, socket, zcxsk_tx_send_wait(o->socket, "packet", 6, UINT64_MAX),      \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_tx_flush, socket, zcxsk_tx_flush(o->socket), 0)                                    \
	X(zcxsk_tx_reap, socket, zcxsk_tx_reap(o->socket), 0)                                      \
	X(zcxsk_tx_outstanding, socket, zcxsk_tx_outstanding(o->socket), 0)                        \
	X(zcxsk_tx_drain, socket, zcxsk_tx_drain(o->socket, UINT64_MAX), 0)                        \
	X(zcxsk_socket_read_stats, socket, zcxsk_socket_read_stats(o->socket, &stats),             \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_tx_burst_tokens, socket, zcxsk_tx_burst_tokens(o->socket, packets, numbers, SOME), \
	  0)                                                                                       \
	X(zcxsk_tx_burst, socket, zcxsk_tx_burst(o->socket, packets, 0), 0)                        \
	X(zcxsk_tx_wait_tokens, socket,                                                            \
	  zcxsk_tx_wait_tokens(o->socket, packets, numbers, SOME, UINT64_MAX, &count),             \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_tx_done, socket, zcxsk_tx_done(o->socket, numbers, SOME), 0)                       \
	X(zcxsk_socket_service_fd, socket, zcxsk_socket_service_fd(o->socket), -EOWNERDEAD)        \
	X(zcxsk_socket_service, socket, zcxsk_socket_service(o->socket, events, SOME, &count),     \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_socket_link_wait, socket, zcxsk_socket_link_wait(o->socket, UINT64_MAX),           \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_watchdog_read_stall, socket, zcxsk_watchdog_read_stall(o->socket, &stall),         \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_kicker_start, socket, zcxsk_kicker_start(&new_kicker, o->socket, 0), -EOWNERDEAD)

#define CALLS_OF_INTERFACE(X)                                                                      \
	X(zcxsk_redirect_attached, redirect, zcxsk_redirect_attached(o->redirect), 0)              \
	X(zcxsk_redirect_confirm, redirect, zcxsk_redirect_confirm(o->redirect), -EOWNERDEAD)      \
	X(zcxsk_redirect_reattach, redirect,                                                       \
	  explained(zcxsk_redirect_reattach(o->redirect, &error)), -EOWNERDEAD)                    \
	X(zcxsk_redirect_check, redirect, explained(zcxsk_redirect_check(o->redirect, &error)),    \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_redirect_rules, redirect, zcxsk_redirect_rules(o->redirect), 0)                    \
	X(zcxsk_redirect_read_hits, redirect, zcxsk_redirect_read_hits(o->redirect, numbers, 1),   \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_redirect_queues, redirect, zcxsk_redirect_queues(o->redirect), 0)                  \
	X(zcxsk_redirect_read_stats, redirect,                                                     \
	  zcxsk_redirect_read_stats(o->redirect, &redirect_stats), -EOWNERDEAD)                    \
	X(zcxsk_socket_open, redirect, open_on_redirect(o), -EOWNERDEAD)                           \
	X(zcxsk_redirect_from_broker, broker,                                                      \
	  explained(                                                                               \
		  zcxsk_redirect_from_broker(&new_redirect, o->broker, o->ifname, NULL, &error)),  \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_broker_fd, broker, zcxsk_broker_fd(o->broker), -1)                                 \
	X(zcxsk_broker_busy_poll, broker,                                                          \
	  explained(zcxsk_broker_busy_poll(o->broker, 0, 1, 1, &error)), -EOWNERDEAD)              \
	X(zcxsk_port_queues, port, zcxsk_port_queues(o->port), 0)                                  \
	X(zcxsk_port_socket, port, zcxsk_port_socket(o->port, 0), 0)                               \
	X(zcxsk_port_redirect, port, zcxsk_port_redirect(o->port), 0)                              \
	X(zcxsk_port_service_fd, port, zcxsk_port_service_fd(o->port), -EOWNERDEAD)                \
	X(zcxsk_port_service, port, zcxsk_port_service(o->port, events, SOME, &count),             \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_port_check, port, zcxsk_port_check(o->port), -EOWNERDEAD)                          \
	X(zcxsk_port_read_stats, port, zcxsk_port_read_stats(o->port, &stats), -EOWNERDEAD)

/* These act on what a child shares with its parent, so they recognize any child. */
#define CALLS_THAT_CHANGE(X)                                                                       \
	X(zcxsk_kicker_stop, kicker, zcxsk_kicker_stop(o->kicker), 0)                              \
	X(zcxsk_socket_rebuild, socket, explained(zcxsk_socket_rebuild(o->socket, &error)),        \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_socket_close, socket, zcxsk_socket_close(o->socket), 0)                            \
	X(zcxsk_port_refresh, port, explained(zcxsk_port_refresh(o->port, &change, &error)),       \
	  -EOWNERDEAD)                                                                             \
	X(zcxsk_port_set_queues, port,                                                             \
	  explained(zcxsk_port_set_queues(o->port, 1, &change, &error)), -EOWNERDEAD)              \
	X(zcxsk_port_close, port, zcxsk_port_close(o->port), 0)                                    \
	X(zcxsk_redirect_swap, redirect,                                                           \
	  explained(zcxsk_redirect_swap(o->redirect, NULL, &error)), -EOWNERDEAD)                  \
	X(zcxsk_redirect_detach, redirect, zcxsk_redirect_detach(o->redirect), -EOWNERDEAD)        \
	X(zcxsk_broker_close, broker, zcxsk_broker_close(o->broker), -EOWNERDEAD)                  \
	X(zcxsk_handoff_destroy, handoff, zcxsk_handoff_destroy(o->handoff), -EOWNERDEAD)          \
	X(zcxsk_cache_destroy, cache, zcxsk_cache_destroy(o->cache), -EOWNERDEAD)                  \
	X(zcxsk_pool_destroy, pool, zcxsk_pool_destroy(o->pool), -EOWNERDEAD)                      \
	X(zcxsk_umem_destroy, umem, zcxsk_umem_destroy(o->umem), -EOWNERDEAD)

/* Functions without an object that a child could inherit. */
static const char *const without_object[] = {
	"zcxsk_version",
	"zcxsk_error_format",
	"zcxsk_errno_name",
	"zcxsk_mode_name",
	"zcxsk_verdict_name",
	"zcxsk_place_name",
	"zcxsk_modes_parse",
	"zcxsk_kick_policy_name",
	"zcxsk_kick_policy_parse",
	"zcxsk_kernel_init",
	/* They make something new, of a parent's object only in the lines above. */
	"zcxsk_umem_create",
	"zcxsk_redirect_attach",
	"zcxsk_redirect_from_map",
	"zcxsk_redirect_from_pinned",
	"zcxsk_broker_connect",
	"zcxsk_socket_open_on",
	/* Arithmetic on the arguments. */
	"zcxsk_packet_data",
	"zcxsk_give_up_parse",
	"zcxsk_give_up_text",
	"zcxsk_checksum_finish",
	"zcxsk_checksum_verify",
	"zcxsk_checksum_update",
	"zcxsk_fast_of",
	"zcxsk_fast_count",
	"zcxsk_fast_length",
	"zcxsk_fast_holds",
	"zcxsk_fast_fit",
	"zcxsk_fast_post",
	"zcxsk_fast_copy",
	/* Rules are plain memory, which a child may use and free. */
	"zcxsk_rules_parse",
	"zcxsk_rules_create",
	"zcxsk_rules_destroy",
	"zcxsk_rules_count",
	"zcxsk_rules_text",
};

/* Of the size rule, and on rings, which an inherited socket does not give out. */
static bool is_of_group(const char *name)
{
	size_t length = strlen(name);

	return !strncmp(name, "zcxsk_ring_", 11) ||
	       (length > 5 && !strcmp(name + length - 5, "_init"));
}

#define ASK(function, object, expression, wanted)                                                  \
	if (o->object)                                                                             \
		check_equal(__FILE__, __LINE__, "the answer in a child", #expression,              \
			    (long long)(intptr_t)(expression), wanted);

static void check_changes(struct inherited *o)
{
	CALLS_THAT_CHANGE(ASK)
}

void inherited_check_all(struct inherited *o)
{
	CALLS_OF_MEMORY(ASK)
	CALLS_OF_SOCKET(ASK)
	CALLS_OF_INTERFACE(ASK)
	/* Twice: what a close leaves behind gives the same answer. */
	check_changes(o);
	check_changes(o);
	CALLS_OF_SOCKET(ASK)
	CHECK_EQ("counts are set to 0", count, 0);
}

void inherited_check_unhandled(struct inherited *o)
{
	check_changes(o);
}

/* ---- descriptors --------------------------------------------------------------- */

struct files {
	char target[FILES_MAX][64]; /* by descriptor; empty = closed */
};

static struct files before;

static void list_files(struct files *files)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	CHECK("folder of descriptors", dir);
	memset(files, 0, sizeof(*files));
	while ((entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd == dirfd(dir))
			continue;
		CHECK("few descriptors", fd < FILES_MAX);
		CHECK("target", readlinkat(dirfd(dir), entry->d_name, files->target[fd],
					   sizeof(files->target[fd]) - 1) > 0);
	}
	closedir(dir);
}

void inherited_note_files(void)
{
	list_files(&before);
}

void inherited_check_files(const char *leaked)
{
	struct files now;

	list_files(&now);
	for (int fd = 0; fd < FILES_MAX; fd++) {
		/* Pipes are the test's. */
		if (!strcmp(now.target[fd], before.target[fd]) || strstr(now.target[fd], "pipe:") ||
		    (leaked && strstr(now.target[fd], leaked)))
			continue;
		fprintf(stderr, "descriptor %d: %s\n", fd, now.target[fd]);
		CHECK("a child keeps no descriptor of the library", false);
	}
}

/* ---- completeness -------------------------------------------------------------- */

#define NAME(function, object, expression, wanted) #function,

static bool is_known(const char *name)
{
	static const char *const answered[] = {CALLS_OF_MEMORY(NAME) CALLS_OF_SOCKET(
		NAME) CALLS_OF_INTERFACE(NAME) CALLS_THAT_CHANGE(NAME)};

	for (size_t i = 0; i < sizeof(answered) / sizeof(answered[0]); i++)
		if (!strcmp(answered[i], name))
			return true;
	for (size_t i = 0; i < sizeof(without_object) / sizeof(without_object[0]); i++)
		if (!strcmp(without_object[i], name))
			return true;
	return is_of_group(name);
}

void inherited_check_complete(const char *map)
{
	FILE *f = fopen(map, "re");
	char line[128], name[128];
	unsigned functions = 0;

	CHECK("map", f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %127[a-z0-9_];", name) != 1 || strncmp(name, "zcxsk_", 6))
			continue;
		if (!is_known(name))
			fprintf(stderr, "%s: no answer in a child\n", name);
		CHECK("tests/support/inherited.c knows every function", is_known(name));
		functions++;
	}
	fclose(f);
	CHECK("the map has functions", functions);
}
