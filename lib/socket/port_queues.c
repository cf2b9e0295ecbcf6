/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port_queues.c - the number of queues changes: by somebody else, and the port
 * follows; or by the port, which then has to let go of the interface first.
 */
#include "socket/port.h"

#include <errno.h>

#include "nic/channels.h"
#include "explain/explain.h"
#include "base/opts.h"
#include "socket/quirks.h"
#include "redirect/redirect.h"

static uint32_t less(uint32_t a, uint32_t b)
{
	return a > b ? a - b : 0;
}

/*
 * Reads how many queues there are, without those that the driver added for XDP:
 * a driver that does so refuses changes meanwhile, so their number stays.
 */
static int look(const struct zcxsk_port *p, struct nic *now)
{
	int ret;

	*now = p->nic;
	ret = nic_recount(now);
	if (ret)
		return ret;
	now->rx_queues = less(now->rx_queues, p->xdp_rx);
	now->tx_queues = less(now->tx_queues, p->xdp_tx);
	return 0;
}

/* Usable queues, as far as the port has places for them. */
static uint32_t wanted(const struct zcxsk_port *p, const struct nic *now)
{
	uint32_t n = nic_usable_queues(now);

	return n < p->most ? n : p->most;
}

int zcxsk_port_check(const struct zcxsk_port *p)
{
	struct nic now;
	int ret;

	if (!p)
		return -EINVAL;
	ret = look(p, &now);
	if (ret)
		return ret;
	return wanted(p, &now) == p->queues ? 0 : -ESTALE;
}

static int explain_gone(const struct zcxsk_port *p, int code, struct zcxsk_error *error)
{
	return explain_text(error, "look up interface", code, "Close the port, and open it anew.",
			    "interface %s is gone, or another one has its name", p->nic.ifname);
}

/* Takes the program off the interface, if it is there by itself. */
static void lift(struct zcxsk_port *p)
{
	if (!redirect_detach_link(p->redirect))
		return;
	p->lifted = true;
	p->xdp_rx = p->xdp_tx = 0;
}

/* Puts a program back that was taken off the interface. */
static int put_back(struct zcxsk_port *p, struct zcxsk_error *error)
{
	int ret = redirect_reattach(p->redirect, error);

	if (!ret && p->lifted) {
		p->lifted = false;
		port_count_xdp_queues(p);
	}
	return ret;
}

/* Makes the program serve the queues that there are now. */
static int settle(struct zcxsk_port *p, struct zcxsk_error *error)
{
	struct nic now;
	int ret = look(p, &now);

	if (ret)
		return explain_gone(p, ret, error);
	if (now.rx_queues > p->nic.rx_queues && quirks_new_queues_lack_program(&now))
		lift(p);
	p->nic = now;
	redirect_recount(p->redirect, now.rx_queues, now.tx_queues);
	return put_back(p, error);
}

/* ---- changes by others ----------------------------------------------------- */

static int follow(struct zcxsk_port *p, struct zcxsk_port_change *change, struct zcxsk_error *error)
{
	struct nic now;
	uint32_t n, kept;
	int ret = look(p, &now);

	if (ret)
		return explain_gone(p, ret, error);
	n = wanted(p, &now);
	if (n < p->queues)
		port_uncover(p, n, change);
	kept = p->queues;
	ret = settle(p, error);
	if (!ret)
		ret = port_cover(p, n, p->mode, error);
	change->opened += p->queues - kept;
	return ret;
}

/* A change as the caller gets it, whatever came of it. */
static int finish(const struct zcxsk_port *p, struct zcxsk_port_change *theirs,
		  struct zcxsk_port_change *ours, int ret, struct zcxsk_error *error)
{
	ours->queues = p->queues;
	if (theirs)
		opts_answer(theirs, ours, sizeof(*ours));
	if (!ret)
		explain_clear(error);
	return ret;
}

static int check_call(const struct zcxsk_port *p, const struct zcxsk_port_change *change,
		      struct zcxsk_error *error)
{
	if (!p)
		return explain_usage(error, "change queues", "Pass a port.", "the port is NULL");
	if (change && change->size < sizeof(change->size))
		return explain_usage(error, "change queues", "Call zcxsk_port_change_init().",
				     "the change struct has a wrong size");
	return 0;
}

int zcxsk_port_refresh(struct zcxsk_port *p, struct zcxsk_port_change *change,
		       struct zcxsk_error *error)
{
	struct zcxsk_port_change ours = {0};
	int ret = check_call(p, change, error);

	if (ret)
		return ret;
	ours.before = p->queues;
	ret = follow(p, &ours, error);
	return finish(p, change, &ours, ret, error);
}

/* ---- changes by the port --------------------------------------------------- */

static int check_number(const struct zcxsk_port *p, uint32_t n, struct zcxsk_error *error)
{
	uint64_t held;

	if (!n || n > p->most)
		return explain_usage(error, "change queues", "`ethtool -l NAME` shows the limits.",
				     "%u queues are outside 1 to %u, which %s can have", n, p->most,
				     p->nic.ifname);
	held = port_owns_memory(p) ? port_frames_held(p) : 0;
	if (held)
		return explain_text(error, "change queues", -EBUSY,
				    "Release or send what was received or allocated first.",
				    "the application holds %llu frames, and the memory is made "
				    "anew",
				    (unsigned long long)held);
	return 0;
}

static int explain_driver(const struct zcxsk_port *p, uint32_t n, int code,
			  struct zcxsk_error *error)
{
	const char *remedy = "The kernel's log may say more: dmesg | tail.";

	if (code == -EPERM)
		remedy = "Run it as root, or grant cap_net_admin.";
	else if (code == -EOPNOTSUPP)
		remedy = "Go on with the queues there are.";
	else if (code == -EINVAL || code == -EBUSY)
		remedy = "Close AF_XDP sockets and take off XDP programs of others.";
	return explain_text(error, "change queues", code, remedy,
			    "the driver %s of %s does not take %u queues in place of %u",
			    p->nic.driver[0] ? p->nic.driver : "?", p->nic.ifname, n,
			    nic_usable_queues(&p->nic));
}

/* With no socket on the interface. Does not leave it as it was when it fails. */
static int tell_driver(struct zcxsk_port *p, const struct ethtool_channels *channels, uint32_t n,
		       struct zcxsk_error *error)
{
	int ret = channels_write(&p->nic, channels, p->busy_timeout_ns);

	return ret ? explain_driver(p, n, ret, error) : settle(p, error);
}

static int change_number(struct zcxsk_port *p, uint32_t n, struct zcxsk_port_change *change,
			 struct zcxsk_error *error)
{
	struct ethtool_channels before, after;
	int ret = channels_read(&p->nic, &before), opened;

	if (ret)
		return explain_driver(p, n, ret, error);
	after = before;
	channels_make(&after, n);
	port_uncover(p, 0, change);
	lift(p);
	ret = tell_driver(p, &after, n, error);
	if (ret)
		channels_write(&p->nic, &before, p->busy_timeout_ns);
	opened = follow(p, change, ret ? NULL : error);
	return ret ? ret : opened;
}

int zcxsk_port_set_queues(struct zcxsk_port *p, uint32_t queues, struct zcxsk_port_change *change,
			  struct zcxsk_error *error)
{
	struct zcxsk_port_change ours = {0};
	struct nic now;
	int ret = check_call(p, change, error);

	if (ret)
		return ret;
	ours.before = p->queues;
	ret = look(p, &now);
	if (ret)
		ret = explain_gone(p, ret, error);
	else if (nic_usable_queues(&now) == queues)
		ret = follow(p, &ours, error);
	else if (!(ret = check_number(p, queues, error)))
		ret = change_number(p, queues, &ours, error);
	return finish(p, change, &ours, ret, error);
}
