/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * given.c - sockets on a foreign program, whose map is passed as a descriptor, as a path,
 * or in a device plugin's handshake. With CAP_NET_RAW alone, as in a pod, packets flow
 * both ways and the program stays; impossible requests are refused with the reason.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "check.h"
#include "child.h"
#include "foreign.h"
#include "netns.h"
#include "nobody.h"
#include "plugin.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 2000u
#define FRAMES 1024u	     /* an ordinary user's limit of locked memory is 8 MiB */
#define SHORT_NS 50000000ull /* for an answer that never arrives */
#define BUSY_POLL_US 20u
#define BUSY_POLL_PACKETS 64u
/* 53 characters, with which a request is a byte longer than a plugin reads. */
#define LONG_NAME "an_alternative_name_which_is_longer_than_15_character"

/* How the map reaches the program under test. */
enum way { WAY_FD, WAY_PATH, WAY_PLUGIN };

struct guest {
	enum way way;
	enum zcxsk_mode mode;
	int map_fd;
};

static const char plugin_path[] = "/mnt/afxdp.sock";
static const char pin_path[] = "/sys/fs/bpf/sockets";

/* ---- a program with CAP_NET_RAW only ------------------------------------------ */

static int take(struct zcxsk_redirect **redirect, const struct guest *guest,
		struct zcxsk_broker **broker, struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts opts;
	int ret;

	if (guest->way == WAY_FD)
		return zcxsk_redirect_from_map(redirect, rig_left(0), guest->map_fd, 0, error);
	if (guest->way == WAY_PATH)
		return zcxsk_redirect_from_pinned(redirect, rig_left(0), pin_path, guest->mode,
						  error);
	ret = zcxsk_broker_connect(broker, plugin_path, 0, error);
	if (ret)
		return ret;
	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = "take any";
	return zcxsk_redirect_from_broker(redirect, *broker, rig_left(0), &opts, error);
}

/* Sends every packet back, until all have arrived. */
static void echo(struct zcxsk_socket *s)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n, taken;

	for (uint32_t done = 0; done < PACKETS; done += n) {
		CHECK_EQ("packets arrive",
			 zcxsk_rx_wait(s, p, TRAFFIC_BURST, TRAFFIC_PATIENCE_NS, &n), 0);
		CHECK_EQ("packets are sent back",
			 zcxsk_tx_wait(s, p, n, TRAFFIC_PATIENCE_NS, &taken), 0);
	}
	rig_check_quiet("all packets sent back are completed", s);
}

static void be_guest(void *argument)
{
	const struct guest *guest = argument;
	struct zcxsk_broker *broker = NULL;
	struct zcxsk_redirect_stats stats;
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error = {0};
	struct zcxsk_socket *s;
	struct rig_opts o;

	nobody_become(NOBODY, CAP_NET_RAW);
	if (take(&redirect, guest, &broker, &error))
		fprintf(stderr, "%s: %s\n", error.step, error.cause);
	CHECK_EQ("a foreign map is accepted", error.code, 0);
	rig_opts(&o, guest->mode);
	o.umem.frames = FRAMES;
	o.socket.redirect_opts = NULL;
	o.socket.redirect = redirect;
	s = rig_open(rig_left(0), 0, &o.socket);
	CHECK_EQ("a redirect in use cannot be detached", zcxsk_redirect_detach(redirect), -EBUSY);
	if (broker && !rig_in_guest())
		CHECK_EQ("busy polling set by the plugin",
			 zcxsk_broker_busy_poll(broker, zcxsk_socket_fd(s), BUSY_POLL_US,
						BUSY_POLL_PACKETS, &error),
			 0);
	child_ready();
	echo(s);
	zcxsk_redirect_stats_init(&stats);
	CHECK_EQ("counters are available only to the owner",
		 zcxsk_redirect_read_stats(redirect, &stats), -EOPNOTSUPP);
	zcxsk_socket_close(s);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	CHECK_EQ("the connection to the plugin can be closed after set-up",
		 zcxsk_broker_close(broker), 0);
}

/* ---- both ways ------------------------------------------------------------------- */

static void check_guest(struct guest *guest, const struct foreign *other)
{
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), guest->mode);
	pid_t child = child_start(be_guest, guest);

	traffic_run(peer, peer, PACKETS);
	child_join("CAP_NET_RAW is enough", child);
	CHECK_EQ("the program stays on the interface", rig_program(rig_left(0)), other->id);
	zcxsk_socket_close(peer);
}

static void own_hostname(char name[65])
{
	memset(name, 0, 65);
	CHECK_EQ("hostname", gethostname(name, 64), 0);
}

static void served(enum zcxsk_mode mode)
{
	struct foreign other = foreign_attach(rig_left(0), mode, NULL, 0);
	struct guest guest = {.mode = mode, .map_fd = other.map_fd};
	struct plugin plugin = {.path = plugin_path, .ifname = rig_left(0), .map_fd = other.map_fd};
	char hostname[65];

	own_hostname(hostname);
	plugin.hostname = hostname;
	check_guest(&guest, &other);
	guest.way = WAY_PATH;
	CHECK_EQ("pin", bpf_obj_pin(other.map_fd, pin_path), 0);
	CHECK_EQ("mode", chmod("/sys/fs/bpf", 0755), 0);
	CHECK_EQ("mode", chmod(pin_path, 0666), 0);
	check_guest(&guest, &other);
	unlink(pin_path);
	guest.way = WAY_PLUGIN;
	plugin_start(&plugin);
	check_guest(&guest, &other);
	plugin_stop(&plugin);
	CHECK_EQ("the end is reported to the plugin", plugin.farewells, 1);
	CHECK_EQ("busy polling was requested from the plugin", plugin.busy_polls, !rig_in_guest());
	foreign_detach(&other);
}

/* ---- refusals -------------------------------------------------------------------- */

static void refused(int code, int wanted, const struct zcxsk_redirect *redirect,
		    const struct zcxsk_error *error, const char *word)
{
	CHECK_EQ(word, code, wanted);
	CHECK_EQ(word, error->code, wanted);
	CHECK(word, !redirect);
	CHECK_NAMES("the reason is named", error->cause, word);
}

/* Options of a socket on this redirect. */
static void given_opts(struct rig_opts *o, enum zcxsk_mode mode, struct zcxsk_redirect *redirect)
{
	rig_opts(o, mode);
	o->socket.redirect_opts = NULL;
	o->socket.redirect = redirect;
}

/* The driver has frames when the map refuses the socket. They return to the pool. */
static void place_is_taken(enum zcxsk_mode mode)
{
	struct foreign other = foreign_attach(rig_left(0), mode, NULL, 0);
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	struct zcxsk_redirect *redirect;
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_error e = {0};
	uint32_t queue = 0;
	int fd = zcxsk_socket_fd(peer);
	struct rig_opts o;

	CHECK_EQ("another socket", bpf_map_update_elem(other.map_fd, &queue, &fd, BPF_ANY), 0);
	CHECK_EQ("map", zcxsk_redirect_from_map(&redirect, rig_left(0), other.map_fd, 0, &e), 0);
	given_opts(&o, mode, redirect);
	o.umem.frames = 0;
	CHECK_EQ("UMEM", zcxsk_umem_create(&umem, &o.umem, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&pool, umem, NULL, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&o.socket.cache, pool, NULL), 0);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	rig_open_refused("a place in the map that is taken", rig_left(0), 0, &o.socket, -EEXIST,
			 &e);
	CHECK_EQ("the failed attempt keeps no frame", zcxsk_pool_left_behind(pool), 0);
	CHECK_EQ("all are free", zcxsk_pool_available(pool), zcxsk_umem_frames(umem));
	CHECK_EQ("cache", zcxsk_cache_destroy(o.socket.cache), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(umem), 0);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	zcxsk_socket_close(peer);
	foreign_detach(&other);
}

static struct zcxsk_redirect *take_map(const struct foreign *other)
{
	struct zcxsk_redirect *redirect;

	CHECK_EQ("map", zcxsk_redirect_from_map(&redirect, rig_left(0), other->map_fd, 0, NULL), 0);
	return redirect;
}

static void opens_in(uint32_t modes, enum zcxsk_mode program)
{
	struct foreign other = foreign_attach(rig_left(0), program, NULL, 0);
	struct zcxsk_redirect *redirect = take_map(&other);
	struct rig_opts o;

	given_opts(&o, ZCXSK_MODE_NATIVE_COPY, redirect);
	o.socket.modes = modes;
	zcxsk_socket_close(rig_open(rig_left(0), 0, &o.socket));
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	foreign_detach(&other);
}

/* The program runs in another mode than the socket may use. Both remedies work. */
static void another_mode(void)
{
	struct foreign other = foreign_attach(rig_left(0), ZCXSK_MODE_GENERIC_COPY, NULL, 0);
	struct zcxsk_redirect *redirect = take_map(&other);
	struct zcxsk_error e;
	struct rig_opts o;

	given_opts(&o, ZCXSK_MODE_NATIVE_COPY, redirect);
	rig_open_refused("a mode in which the program does not run", rig_left(0), 0, &o.socket,
			 -EOPNOTSUPP, &e);
	CHECK_NAMES("the mode is named", e.cause, "native-copy needs native XDP");
	CHECK_NAMES("the remedy", e.remedy, "Attach the redirect for this mode, or allow another");
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	foreign_detach(&other);
	opens_in(ZCXSK_MODE_NATIVE_COPY, ZCXSK_MODE_NATIVE_COPY);
	opens_in(ZCXSK_MODE_NATIVE_COPY | ZCXSK_MODE_GENERIC_COPY, ZCXSK_MODE_GENERIC_COPY);
}

/* The rules of the program are its owner's. */
static void rules_of_another(void)
{
	struct foreign other = foreign_attach(rig_left(0), ZCXSK_MODE_GENERIC_COPY, NULL, 0);
	struct zcxsk_redirect *redirect = take_map(&other);
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error e;
	char cause[80];

	snprintf(cause, sizeof(cause), "the XDP program on %s belongs to another program",
		 rig_left(0));
	zcxsk_redirect_opts_init(&opts);
	refused(zcxsk_redirect_swap(redirect, &opts, &e), -EOPNOTSUPP, NULL, &e, cause);
	CHECK_NAMES("the remedy", e.remedy, "Change the rules in the program that has attached it");
	refused(zcxsk_redirect_reattach(redirect, &e), -EOPNOTSUPP, NULL, &e, "bpf_link");
	refused(zcxsk_redirect_check(redirect, &e), -EOPNOTSUPP, NULL, &e, cause);
	CHECK_NAMES("the remedy", e.remedy, "Check them in the program that has attached it");
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	foreign_detach(&other);
}

static void wrong_maps(void)
{
	int hash = bpf_map_create(BPF_MAP_TYPE_HASH, "a_hash", 4, 4, 1, NULL);
	struct foreign other = foreign_attach(rig_left(0), ZCXSK_MODE_GENERIC_COPY, NULL, 0);
	struct zcxsk_redirect *r = NULL;
	struct zcxsk_error e;

	refused(zcxsk_redirect_from_map(&r, rig_left(0), hash, 0, &e), -EINVAL, r, &e, "a_hash");
	refused(zcxsk_redirect_from_map(&r, rig_left(0), -1, 0, &e), -EBADF, r, &e, "-1");
	refused(zcxsk_redirect_from_map(&r, rig_left(0), hash, 1u << 31, &e), -EINVAL, r, &e,
		"0x80000000");
	refused(zcxsk_redirect_from_map(&r, "nowhere", other.map_fd, 0, &e), -ENODEV, r, &e,
		"nowhere");
	refused(zcxsk_redirect_from_map(&r, rig_right(0), other.map_fd, 0, &e), -ENOENT, r, &e,
		rig_right(0));
	refused(zcxsk_redirect_from_pinned(&r, rig_left(0), "/sys/fs/bpf/none", 0, &e), -ENOENT, r,
		&e, "/sys/fs/bpf/none");
	CHECK_EQ("a NULL result pointer is refused",
		 zcxsk_redirect_from_map(NULL, rig_left(0), hash, 0, NULL), -EINVAL);
	foreign_detach(&other);
	close(hash);
}

static void pinned_for_others(void *argument)
{
	struct zcxsk_redirect *r = NULL;
	struct zcxsk_error e;

	(void)argument;
	nobody_become(NOBODY, -1);
	refused(zcxsk_redirect_from_pinned(&r, rig_left(0), pin_path, 0, &e), -EACCES, r, &e,
		pin_path);
}

static void foreign_pin(void)
{
	struct foreign other = foreign_attach(rig_left(0), ZCXSK_MODE_GENERIC_COPY, NULL, 0);

	CHECK_EQ("pin", bpf_obj_pin(other.map_fd, pin_path), 0);
	CHECK_EQ("mode", chmod("/sys/fs/bpf", 0755), 0);
	CHECK_EQ("mode", chmod(pin_path, 0600), 0);
	child_run("a map that only root may open", pinned_for_others, NULL);
	unlink(pin_path);
	foreign_detach(&other);
}

static void connect_refused(struct plugin *plugin, enum plugin_fault fault, int code)
{
	struct zcxsk_broker *broker = NULL;
	struct zcxsk_error e = {0};

	plugin->fault = fault;
	plugin_start(plugin);
	CHECK_EQ("an invalid answer is refused",
		 zcxsk_broker_connect(&broker, plugin_path,
				      fault == PLUGIN_SILENT ? SHORT_NS : TRAFFIC_PATIENCE_NS, &e),
		 code);
	CHECK("an invalid answer is explained", !broker && e.code == code && e.cause[0]);
	plugin_stop(plugin);
}

static void wrong_plugins(void)
{
	struct plugin plugin = {.path = plugin_path, .hostname = "another", .ifname = "none"};
	struct zcxsk_broker *broker = NULL;

	plugin.map_fd = STDERR_FILENO;
	connect_refused(&plugin, PLUGIN_VALID, -EACCES); /* the hostname is not known */
	connect_refused(&plugin, PLUGIN_SILENT, -ETIMEDOUT);
	connect_refused(&plugin, PLUGIN_MALFORMED, -EPROTO);
	connect_refused(&plugin, PLUGIN_GONE, -ECONNRESET);
	connect_refused(&plugin, PLUGIN_UNASKED_FD, -EPROTO);
	CHECK_EQ("a plugin that does not listen",
		 zcxsk_broker_connect(&broker, plugin_path, SHORT_NS, NULL), -ENOENT);
}

/* A server that is no broker: its socket is a stream. */
static void no_broker(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct zcxsk_broker *broker = NULL;
	struct zcxsk_error e = {0};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", plugin_path);
	CHECK("a server",
	      !bind(fd, (struct sockaddr *)&address, sizeof(address)) && !listen(fd, 1));
	refused(zcxsk_broker_connect(&broker, plugin_path, 0, &e), -EPROTOTYPE, NULL, &e,
		"connecting to /mnt/afxdp.sock failed");
	CHECK("a refusal returns no broker", !broker);
	close(fd);
	unlink(plugin_path);
}

/* Connects as an ordinary user. The result must be the given one. */
static void connect_as_nobody(void *wanted)
{
	struct zcxsk_broker *broker = NULL;
	struct zcxsk_error e = {0};
	int code = *(const int *)wanted;

	nobody_become(NOBODY, -1);
	CHECK_EQ("connect", zcxsk_broker_connect(&broker, plugin_path, 0, &e), code);
	CHECK("the error has the code", e.code == code && !broker == !!code);
	if (!code)
		return;
	CHECK_NAMES("the path", e.cause, "this user may not connect to /mnt/afxdp.sock");
	CHECK_NAMES("the remedy", e.remedy, "Give this user write permission for the socket");
}

static void permission(void)
{
	int refusal = -EACCES, success = 0;

	CHECK_EQ("mode", chmod(plugin_path, 0644), 0);
	child_run("without write permission", connect_as_nobody, &refusal);
	CHECK_EQ("mode", chmod(plugin_path, 0666), 0);
	child_run("with write permission", connect_as_nobody, &success);
}

/* Invalid requests of a known pod. */
static void invalid_requests(void)
{
	struct plugin plugin = {.path = plugin_path, .ifname = rig_left(0), .map_fd = -1};
	struct zcxsk_redirect *r = NULL;
	struct zcxsk_redirect_opts opts;
	struct zcxsk_rules *rules;
	struct zcxsk_broker *broker;
	struct zcxsk_error e;
	char hostname[65];

	own_hostname(hostname);
	plugin.hostname = hostname;
	plugin.fault = PLUGIN_WITHOUT_FD;
	plugin_start(&plugin);
	permission();
	CHECK_EQ("connect", zcxsk_broker_connect(&broker, plugin_path, 0, &e), 0);
	refused(zcxsk_redirect_from_broker(&r, broker, LONG_NAME, NULL, &e), -EMSGSIZE, r, &e,
		"the request '/xsk_map_fd," LONG_NAME "' has 65 bytes, a device plugin reads at "
		"most 64");
	refused(zcxsk_redirect_from_broker(&r, broker, "other0", NULL, &e), -EACCES, r, &e,
		"other0");
	refused(zcxsk_redirect_from_broker(&r, broker, rig_left(0), NULL, &e), -EPROTO, r, &e,
		"/fd_ack");
	zcxsk_redirect_opts_init(&opts);
	CHECK_EQ("rules", zcxsk_rules_parse(&rules, "take udp; take tcp", &e), 0);
	opts.rules = rules;
	refused(zcxsk_redirect_from_broker(&r, broker, rig_left(0), &opts, &e), -EOPNOTSUPP, r, &e,
		"2 rules");
	zcxsk_rules_destroy(rules);
	opts.rules = NULL;
	opts.confirm_ns = 1;
	refused(zcxsk_redirect_from_broker(&r, broker, rig_left(0), &opts, &e), -EOPNOTSUPP, r, &e,
		"1 ns");
	CHECK_EQ("busy polling without a socket", zcxsk_broker_busy_poll(broker, -1, 1, 1, NULL),
		 -EINVAL);
	CHECK_EQ("busy polling of a closed descriptor",
		 zcxsk_broker_busy_poll(broker, 4000, 1, 1, NULL), -EBADF);
	CHECK_EQ("the plugin fails", zcxsk_broker_busy_poll(broker, STDERR_FILENO, 1, 1u << 20, &e),
		 -EINVAL);
	CHECK_NAMES("the values are named", e.cause, "1048576");
	CHECK_EQ("close", zcxsk_broker_close(broker), 0);
	plugin_stop(&plugin);
}

int main(void)
{
	rig_setup(1);
	CHECK_EQ("folder", netns_own_folder(), 0);
	rig_each_mode(served);
	rig_each_mode(place_is_taken);
	if (rig_modes() & ZCXSK_MODE_NATIVE_COPY)
		another_mode();
	rules_of_another();
	wrong_maps();
	foreign_pin();
	wrong_plugins();
	no_broker();
	invalid_requests();
	return 0;
}
