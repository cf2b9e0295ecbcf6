/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * few_files.c - opens every object with each number of free descriptors, from none up to
 * enough: a call that lacks one returns -EMFILE with the limit as the cause, leaves no
 * descriptor and no program behind, keeps no frame, and works once there are enough.
 */
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "check.h"
#include "resources.h"
#include "rig.h"

#define ROOM_MAX 64u /* descriptors that the largest object needs, and some */
#define FRAMES 1024u

static enum zcxsk_mode mode;

/* Opens and closes one object. 0 or a negative errno, with *error filled. */
typedef int use_object(struct zcxsk_error *error);

static struct rlimit initial;
static unsigned
	room; /* numbers for descriptors, from the lowest free one on; ROOM_MAX = no limit */

static void lift_limit(void)
{
	CHECK_EQ("limit", setrlimit(RLIMIT_NOFILE, &initial), 0);
}

/* Each object calls this before the call under test. */
static void limit_files(void)
{
	struct rlimit limit = initial;
	int lowest = dup(STDIN_FILENO);

	CHECK("descriptor", lowest >= 0);
	close(lowest);
	limit.rlim_cur = (rlim_t)lowest + room;
	if (room < ROOM_MAX)
		CHECK_EQ("limit", setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* ---- the objects ----------------------------------------------------------------- */

static void small_opts(struct rig_opts *o)
{
	rig_opts(o, mode);
	o->umem.frames = FRAMES;
	o->socket.fill_ring_size = FRAMES / 2;
}

static int use_socket(struct zcxsk_error *error)
{
	struct zcxsk_socket *s;
	struct rig_opts o;
	int ret;

	small_opts(&o);
	limit_files();
	ret = zcxsk_socket_open(&s, rig_left(0), 0, &o.socket, error);
	if (!ret)
		zcxsk_socket_close(s);
	return ret;
}

/* The frames belong to the caller, so a refused socket returns them. */
static int use_socket_on_cache(struct zcxsk_error *error)
{
	struct zcxsk_socket *s = NULL;
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct rig_opts o;
	int ret;

	small_opts(&o);
	limit_files();
	CHECK_EQ("UMEM needs no descriptor", zcxsk_umem_create(&umem, &o.umem, NULL), 0);
	CHECK_EQ("pool needs no descriptor", zcxsk_pool_create(&pool, umem, NULL, NULL), 0);
	CHECK_EQ("cache needs no descriptor", zcxsk_cache_create(&o.socket.cache, pool, NULL), 0);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	ret = zcxsk_socket_open(&s, rig_left(0), 0, &o.socket, error);
	if (ret)
		CHECK_EQ("a refused socket keeps no frame",
			 zcxsk_pool_available(pool) + zcxsk_cache_available(o.socket.cache),
			 FRAMES);
	zcxsk_socket_close(s);
	CHECK_EQ("cache", zcxsk_cache_destroy(o.socket.cache), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(umem), 0);
	return ret;
}

static int use_port(struct zcxsk_error *error)
{
	struct zcxsk_port_opts p;
	struct zcxsk_port *port;
	struct rig_opts o;
	int ret;

	small_opts(&o);
	zcxsk_port_opts_init(&p);
	p.socket_opts = &o.socket;
	limit_files();
	ret = zcxsk_port_open(&port, rig_left(0), &p, error);
	if (!ret)
		zcxsk_port_close(port);
	return ret;
}

static int use_redirect(struct zcxsk_error *error)
{
	struct zcxsk_redirect *redirect;
	struct rig_opts o;
	int ret;

	small_opts(&o);
	limit_files();
	ret = zcxsk_redirect_attach(&redirect, rig_left(0), &o.redirect, error);
	if (!ret)
		CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	return ret;
}

static int use_given_map(struct zcxsk_error *error)
{
	int map = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "others", sizeof(uint32_t), sizeof(uint32_t),
				 1, NULL);
	struct zcxsk_redirect *redirect;
	int ret;

	CHECK("map", map >= 0);
	limit_files();
	ret = zcxsk_redirect_from_map(&redirect, rig_left(0), map, mode, error);
	if (!ret)
		CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	close(map);
	return ret;
}

static int use_handoff(struct zcxsk_error *error)
{
	struct zcxsk_handoff *handoff;
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct rig_opts o;
	int ret;

	small_opts(&o);
	limit_files();
	CHECK_EQ("UMEM needs no descriptor", zcxsk_umem_create(&umem, &o.umem, NULL), 0);
	CHECK_EQ("pool needs no descriptor", zcxsk_pool_create(&pool, umem, NULL, NULL), 0);
	ret = zcxsk_handoff_create(&handoff, pool, NULL, error);
	if (!ret)
		CHECK_EQ("handoff", zcxsk_handoff_destroy(handoff), 0);
	CHECK_EQ("a refused handoff leaves the pool", zcxsk_pool_destroy(pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(umem), 0);
	return ret;
}

/* The descriptor for the owner's event loop, with those behind it. */
static int use_service(struct zcxsk_error *error)
{
	struct zcxsk_socket *s;
	struct rig_opts o;
	int fd;

	(void)error;
	small_opts(&o);
	s = rig_open(rig_left(0), 0, &o.socket);
	limit_files();
	fd = zcxsk_socket_service_fd(s);
	CHECK_EQ("the socket works without it", zcxsk_socket_status(s), 0);
	zcxsk_socket_close(s);
	return fd < 0 ? fd : 0;
}

static const struct {
	const char *name;
	use_object *use;
	bool explains;
} objects[] = {
	{"socket", use_socket, true},
	{"socket on a cache", use_socket_on_cache, true},
	{"port", use_port, true},
	{"redirect", use_redirect, true},
	{"given map", use_given_map, true},
	{"handoff", use_handoff, true},
	{"service descriptor", use_service, false},
};

/* ---- with each number of descriptors ------------------------------------------------ */

static void check_refusal(const char *name, int code, const struct zcxsk_error *error)
{
	char text[1200];

	zcxsk_error_format(error, text, sizeof(text));
	if (code != -EMFILE)
		fprintf(stderr, "%s with %u descriptors: %s\n", name, room, text);
	CHECK_EQ("the lack of descriptors is the result", code, -EMFILE);
	CHECK_EQ("no program stays attached", rig_program(rig_left(0)), 0);
}

static void check_explained(const struct zcxsk_error *error)
{
	CHECK_EQ("the error has the code", error->code, -EMFILE);
	CHECK_NAMES("and the remedy", error->remedy, "ulimit -n");
}

/* Returns the number of descriptors that it needs. */
static unsigned need(const char *name, use_object *use, bool explains)
{
	unsigned files;
	int ret;

	/* Files that libraries open once are no leak. */
	room = ROOM_MAX;
	CHECK_EQ(name, use(NULL), 0);
	files = resources_files();
	for (room = 0, ret = -EMFILE; ret; room += ret != 0) {
		struct zcxsk_error error = {0};

		CHECK("it works once there are enough", room < ROOM_MAX);
		ret = use(&error);
		lift_limit();
		CHECK_EQ("no descriptor stays open", resources_files(), files);
		if (ret)
			check_refusal(name, ret, &error);
		if (ret && explains)
			check_explained(&error);
	}
	return room;
}

static void each_object(enum zcxsk_mode with)
{
	mode = with;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		printf("  %s: works with %u free numbers\n", objects[i].name,
		       need(objects[i].name, objects[i].use, objects[i].explains));
}

int main(void)
{
	rig_setup(1);
	CHECK_EQ("limit", getrlimit(RLIMIT_NOFILE, &initial), 0);
	rig_each_mode(each_object);
	return 0;
}
